"""Fulcio's certificate at the time of signing: validity, usage, path.

Source: sigstore/fulcio, docs/certificate-specification.md; sigstore/architecture-docs, client-spec.md.
"""

from __future__ import annotations

from datetime import datetime

from cryptography import x509

from mcp_guard.provenance.errors import Unsupported, VerificationError, require
from mcp_guard.provenance.keys import Period
from mcp_guard.provenance.paths import check_leaf, check_path, extension, issuer, usages
from mcp_guard.provenance.trust import TrustedRoot

_CODE_SIGNING = "1.3.6.1.5.5.7.3.3"


def check_certificate(leaf: x509.Certificate, time: datetime, root: TrustedRoot) -> x509.Certificate:
    """Verify that a trusted Fulcio issued this certificate for signing code and that it was valid at this time.

    Returns the certificate of the issuer, which the SCT is about too. Raises VerificationError, or Unsupported where
    no authority of the root bears the issuer's name.
    """
    valid = Period(leaf.not_valid_before_utc, leaf.not_valid_after_utc)
    require("fulcio.validity", valid.contains(time), "signed when the certificate was not valid")
    authority = _issuer(leaf, time, root)
    check_usage(leaf)
    return authority


def _issuer(leaf: x509.Certificate, time: datetime, root: TrustedRoot) -> x509.Certificate:
    """The certificate of the authority that issued this one; nothing else in it is looked at before this is known."""
    name = issuer(leaf, "fulcio.chain")
    refused: list[VerificationError] = []
    for authority in root.authorities:
        if authority.chain[0].subject != name:
            continue
        try:
            require("fulcio.validity", authority.period.contains(time), "signed when the authority was not in use")
            return check_path(leaf, authority, time, "fulcio.chain")[1]
        except VerificationError as error:
            refused.append(error)
    if refused:
        raise refused[0]
    raise Unsupported("fulcio.chain", "a certificate authority that this mcp-guard does not know")


def check_usage(leaf: x509.Certificate) -> None:
    """Verify that the certificate is for code signing and is no authority."""
    require("fulcio.usage", _CODE_SIGNING in usages(leaf, "fulcio.usage"), "the certificate is not for code signing")
    usage = extension(leaf, x509.KeyUsage, "fulcio.usage")
    require("fulcio.usage", usage is not None, "the certificate has no key usage")
    check_leaf(leaf, "fulcio.usage")

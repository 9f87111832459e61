"""RFC 5280, section 6: the path from a certificate to a trusted authority, at a given time."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from cryptography import x509
from cryptography.x509.verification import Criticality, ExtensionPolicy, Policy, PolicyBuilder, Store
from cryptography.x509.verification import VerificationError as PathError

from mcp_guard.provenance.errors import Step, VerificationError, require
from mcp_guard.provenance.trust import Authority


def _may_issue(_policy: Policy, _certificate: x509.Certificate, basic: x509.BasicConstraints) -> None:
    if not basic.ca:
        raise ValueError("not an authority")


def _may_sign(_policy: Policy, _certificate: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("not for signing certificates")


_AUTHORITIES = (
    ExtensionPolicy.permit_all()
    .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, _may_issue)
    .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _may_sign)
)
_Kind = TypeVar("_Kind", bound=x509.ExtensionType)


def check_path(
    leaf: x509.Certificate, authority: Authority, time: datetime, step: Step
) -> tuple[x509.Certificate, ...]:
    """Verify the path from the leaf to the authority's root and return it, leaf first.

    Signatures, names, validity of every certificate at this time, basic constraints, path length, name constraints
    and unknown critical extensions are cryptography's to check. Its profile for the Web (server or client
    authentication, which neither Fulcio nor timestamp authorities issue for) is not ours, so the caller checks usages.
    """
    *intermediates, root = authority.chain
    verifier = (
        PolicyBuilder()
        .store(Store([root]))
        .time(time)
        .extension_policies(ca_policy=_AUTHORITIES, ee_policy=ExtensionPolicy.permit_all())
        .build_client_verifier()
    )
    try:
        return tuple(verifier.verify(leaf, intermediates).chain)
    except (PathError, ValueError) as error:
        raise VerificationError(step, "no valid path from the certificate to the authority") from error


def issuer(certificate: x509.Certificate, step: Step) -> x509.Name:
    """The name of the certificate's issuer."""
    try:
        return certificate.issuer
    except (ValueError, TypeError, Warning) as error:  # cryptography checks some types of names as it builds them
        raise VerificationError(step, "the issuer's name cannot be read") from error


def extension(certificate: x509.Certificate, kind: type[_Kind], step: Step) -> _Kind | None:
    """The certificate's extension of this kind; None where it has none."""
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
    except (ValueError, x509.DuplicateExtension) as error:
        raise VerificationError(step, "the certificate's extensions cannot be read") from error


def usages(certificate: x509.Certificate, step: Step) -> tuple[str, ...]:
    """The extended key usages in dotted form; none where the extension is missing."""
    found = extension(certificate, x509.ExtendedKeyUsage, step)
    return tuple(usage.dotted_string for usage in found) if found else ()


def check_leaf(certificate: x509.Certificate, step: Step) -> None:
    """Verify that the certificate is no authority and that its key may sign what is no certificate."""
    basic = extension(certificate, x509.BasicConstraints, step)
    require(step, basic is None or not basic.ca, "the certificate is that of an authority")
    usage = extension(certificate, x509.KeyUsage, step)
    require(step, usage is None or usage.digital_signature, "the certificate's key usage is not digital signature")

"""Who signed: the identity that Fulcio asserts in the certificate, whatever the payload says.

Source: sigstore/fulcio, docs/oid-info.md. Extensions .8 and later are DER UTF8Strings; .1 to .6 are bare text, and all
that certificates from before about March 2023 have.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from cryptography import x509

from mcp_guard.provenance.der import text
from mcp_guard.provenance.errors import VerificationError, require
from mcp_guard.provenance.paths import extension

GITHUB: Final = "https://token.actions.githubusercontent.com"
_STEP: Final = "identity.certificate"
_ARC = "1.3.6.1.4.1.57264.1."
_OTHER_NAME = x509.ObjectIdentifier(_ARC + "7")


class Identity(NamedTuple):
    """What Fulcio asserts of the signer; "" is what it does not assert.

    For a reusable workflow `signer` lies in another repository than `repository`: compare the latter, keep the former.
    """

    issuer: str  # .8, the OpenID Connect issuer
    subject: str  # subject alternative name: workflow at a ref, e-mail address
    repository: str = ""  # .12, URI of the source repository
    repository_id: str = ""  # .15
    owner: str = ""  # .16, URI
    owner_id: str = ""  # .17
    commit: str = ""  # .13
    ref: str = ""  # .14
    signer: str = ""  # .9, URI of the workflow that asked for the certificate
    signer_digest: str = ""  # .10
    workflow: str = ""  # .18, URI of the top-level workflow
    workflow_digest: str = ""  # .19
    trigger: str = ""  # .20
    runner: str = ""  # .11, "github-hosted" or "self-hosted"
    run: str = ""  # .21, URL
    visibility: str = ""  # .22


_FIELDS = {
    "8": "issuer",
    "9": "signer",
    "10": "signer_digest",
    "11": "runner",
    "12": "repository",
    "13": "commit",
    "14": "ref",
    "15": "repository_id",
    "16": "owner",
    "17": "owner_id",
    "18": "workflow",
    "19": "workflow_digest",
    "20": "trigger",
    "21": "run",
    "22": "visibility",
}
_OLD_FIELDS = {"1": "issuer", "2": "trigger", "3": "commit", "5": "repository", "6": "ref"}


def read_identity(leaf: x509.Certificate) -> Identity:
    """The identity in a verified certificate.

    Old extensions fill what the new ones leave open; where both speak they must agree.
    Raises VerificationError where issuer or name is missing, or where a value cannot be read.
    """
    values = _extensions(leaf)
    found = {field: text(values[oid], _STEP, field) for oid, field in _FIELDS.items() if oid in values}
    for field, value in _old(values).items():
        require(_STEP, found.get(field, value) == value, f"old and new extension disagree about the {field}")
        found[field] = value
    require(_STEP, found.get("issuer", "") != "", "the certificate names no issuer of the identity")
    return Identity(issuer=found.pop("issuer", ""), subject=_name(leaf), **found)


def _extensions(leaf: x509.Certificate) -> dict[str, bytes]:
    """The values of Fulcio's extensions by the last arc of their identifiers."""
    try:
        extensions = list(leaf.extensions)
    except (ValueError, x509.DuplicateExtension) as error:
        raise VerificationError(_STEP, "the certificate's extensions cannot be read") from error
    return {
        item.oid.dotted_string.removeprefix(_ARC): item.value.value
        for item in extensions
        if isinstance(item.value, x509.UnrecognizedExtension) and item.oid.dotted_string.startswith(_ARC)
    }


def _old(values: dict[str, bytes]) -> dict[str, str]:
    """The fields of the old extensions, in the form of the new ones."""
    found: dict[str, str] = {}
    for oid, field in _OLD_FIELDS.items():
        if oid in values:
            try:
                found[field] = values[oid].decode()
            except UnicodeDecodeError as error:
                raise VerificationError(_STEP, f"the {field} is not UTF-8") from error
    repository, issuer = found.pop("repository", ""), found.get("issuer", "")
    if repository and (issuer == GITHUB or issuer.startswith(f"{GITHUB}/")):  # elsewhere it is no "owner/name"
        found["repository"] = f"https://github.com/{repository}"
    return found


def _name(leaf: x509.Certificate) -> str:
    """The one subject alternative name: a URI, an e-mail address, or Fulcio's own kind of user name."""
    names = list(extension(leaf, x509.SubjectAlternativeName, _STEP) or ())
    require(_STEP, len(names) == 1, "the certificate has not exactly one subject alternative name")
    match names[0]:
        case x509.UniformResourceIdentifier(value=value) | x509.RFC822Name(value=value):
            return value
        case x509.OtherName(type_id=kind, value=data) if kind == _OTHER_NAME:
            return text(data, _STEP, "the user name")
        case _:
            raise VerificationError(_STEP, "the certificate's name is of a kind that Fulcio does not use")

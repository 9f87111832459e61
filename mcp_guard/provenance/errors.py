"""How a verification ends when it does not succeed: the step that refused, named after its specification."""

from __future__ import annotations

from typing import Literal, TypeAlias

# In the order in which they are taken.
Step: TypeAlias = Literal[
    "trust.root",  # Sigstore TrustedRoot (protobuf-specs), npm keys
    "bundle.json",  # RFC 8259, names unique
    "bundle.version",  # Sigstore bundle: media types
    "bundle.shape",  # Sigstore bundle: fields and their forms
    "rekor.log",  # the transparency log is known, its key valid at the time
    "rekor.promise",  # Rekor v1: signed entry timestamp
    "rekor.inclusion-proof",  # RFC 9162, section 2.1.3
    "rekor.checkpoint",  # C2SP signed note and tlog-checkpoint
    "rfc3161.token",  # RFC 3161 and RFC 5652: the signed time
    "rfc3161.chain",  # RFC 5280 path of the timestamp authority
    "signing.time",  # some trusted party said when this was signed
    "fulcio.validity",  # certificate and authority were valid then
    "fulcio.usage",  # RFC 5280: key usage, extended key usage, not an authority
    "fulcio.chain",  # RFC 5280, section 6
    "ct.sct",  # RFC 6962, section 3.2
    "signing.key",  # the key is the expected one and was valid then
    "dsse.signature",  # DSSE: signature over the pre-authentication encoding
    "message.digest",
    "message.signature",
    "rekor.body",  # the log's entry is about this very signature
    "dsse.payload-type",
    "statement.json",
    "statement.shape",  # in-toto Statement v0.1, v1
    "statement.digest",
    "statement.subject",
    "statement.predicate-type",
    "statement.predicate",
    "identity.certificate",  # Fulcio's certificate extensions
    "npm.name",
    "npm.integrity",
    "npm.signature",
    "npm.attestations",
    "npm.publish",
    "pep740.shape",
    "pep740.publisher",
]


class VerificationError(Exception):
    """A proof does not prove what it should: `step` names what refused it, `reason` is a clause for people."""

    def __init__(self, step: Step, reason: str) -> None:
        super().__init__(f"{step}: {reason}")
        self.step: Step = step
        self.reason = reason


class Unsupported(VerificationError):  # noqa: N818 - it names the outcome, which is no error of the signer's
    """Nothing can be said: an unknown trust domain, key or format. Never a pass, and no proof of a forgery either."""


def require(step: Step, holds: bool, reason: str) -> None:  # noqa: FBT001 - a condition, not a switch
    """Raise VerificationError unless the condition holds. Every check of this package that can be stated so is."""
    if not holds:
        raise VerificationError(step, reason)

"""Public keys and the signatures that they verify: ECDSA, Ed25519 and RSA, each with the one hash Sigstore allows it.

Source: sigstore/protobuf-specs, `PublicKeyDetails`, and the algorithm registry of sigstore/architecture-docs.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, TypeAlias

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from mcp_guard.provenance.errors import Step, Unsupported, VerificationError

PublicKey: TypeAlias = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | rsa.RSAPublicKey

HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_CURVES = {"secp256r1": "sha256", "secp384r1": "sha384", "secp521r1": "sha512"}
_MIN_RSA_BITS = 2048


class Period(NamedTuple):
    """A closed interval of time (protobuf-specs, `TimeRange`); without `end` it has not ended yet."""

    start: datetime
    end: datetime | None = None

    def contains(self, time: datetime) -> bool:
        """Whether the time lies in the interval, ends included."""
        return self.start <= time and (self.end is None or time <= self.end)


class TrustedKey(NamedTuple):
    """A key that is trusted by itself, without certificate; without `period` it is at any time, known or not."""

    id: str
    key: PublicKey
    period: Period | None = None


def load_key(der: bytes, step: Step) -> PublicKey:
    """Read a SubjectPublicKeyInfo (RFC 5280), or a PKCS #1 key as the oldest CT log key is kept."""
    try:
        key = load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise VerificationError(step, "the public key cannot be read") from error
    return usable(key, step)


def load_certificate(der: bytes, step: Step, what: str) -> x509.Certificate:
    """Read a certificate (RFC 5280) from DER.

    What cryptography only warns of (a serial number that is not positive) is refused where warnings are errors.
    """
    try:
        return x509.load_der_x509_certificate(der)
    except (ValueError, x509.InvalidVersion, Warning) as error:
        raise VerificationError(step, f"{what} is not a certificate") from error


def certificate_key(certificate: x509.Certificate, step: Step) -> PublicKey:
    """The public key that the certificate certifies."""
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise VerificationError(step, "the certificate's public key cannot be read") from error
    return usable(key, step)


def usable(key: object, step: Step) -> PublicKey:
    """The key, if it is of a kind that signs here; raises Unsupported for any other."""
    match key:
        case ec.EllipticCurvePublicKey() if key.curve.name in _CURVES:
            return key
        case ed25519.Ed25519PublicKey():
            return key
        case rsa.RSAPublicKey() if key.key_size >= _MIN_RSA_BITS:
            return key
        case _:
            raise Unsupported(step, "a key of another kind than P-256, P-384, P-521, Ed25519 or RSA of 2048 bits")


def spki(key: PublicKey) -> bytes:
    """The key as SubjectPublicKeyInfo, in DER."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def hash_of(key: PublicKey) -> str:
    """The name of the hash that signatures of this key are made over."""
    match key:
        case ec.EllipticCurvePublicKey():
            return _CURVES[key.curve.name]
        case ed25519.Ed25519PublicKey():
            return "sha512"
        case rsa.RSAPublicKey():
            return "sha256"


def is_signed(key: PublicKey, signature: bytes, data: bytes, algorithm: str | None = None) -> bool:
    """Whether the signature over the data is by this key; `algorithm` where a protocol says which hash."""
    chosen = HASHES[algorithm or hash_of(key)]
    try:
        match key:
            case ec.EllipticCurvePublicKey():
                key.verify(signature, data, ec.ECDSA(chosen))
            case ed25519.Ed25519PublicKey():
                key.verify(signature, data)
            case rsa.RSAPublicKey():
                key.verify(signature, data, padding.PKCS1v15(), chosen)
    except InvalidSignature:
        return False
    return True


def is_digest_signed(key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey, signature: bytes, digest: bytes) -> bool:
    """Whether the signature over what has this digest, made with `hash_of(key)`, is by this key."""
    chosen = Prehashed(HASHES[hash_of(key)])
    try:
        match key:
            case ec.EllipticCurvePublicKey():
                key.verify(signature, digest, ec.ECDSA(chosen))
            case rsa.RSAPublicKey():
                key.verify(signature, digest, padding.PKCS1v15(), chosen)
    except InvalidSignature:
        return False
    return True

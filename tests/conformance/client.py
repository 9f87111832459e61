"""A client of the Sigstore conformance suite's command line protocol: `client.py verify-bundle …`, exit status 0 or 1.

Run by a Python that has mcp-guard: `python tests/conformance/client.py verify-bundle --bundle FILE … FILE_OR_DIGEST`.
Signing and the staging instance are not supported: this is a verifier, and staging's keys are not shipped.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import sys
from collections.abc import Sequence

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from mcp_guard.model import Digest
from mcp_guard.provenance.errors import VerificationError
from mcp_guard.provenance.keys import TrustedKey, load_key
from mcp_guard.provenance.shape import read_json
from mcp_guard.provenance.trust import TrustedRoot, read_trusted_root, trusted_root
from mcp_guard.provenance.verify import Verified, verify_bundle


def main(arguments: Sequence[str] | None = None) -> int:
    options = _options(arguments)
    try:
        verified = verify(options)
    except VerificationError as error:
        print(error, file=sys.stderr)
        return 1
    print(*verified.steps)
    return 0


def verify(options: argparse.Namespace) -> Verified:
    if options.staging and not options.trusted_root:
        raise VerificationError("trust.root", "the staging instance is not supported")
    root = _root(options.trusted_root)
    key = _key(options.key) if options.key else None
    document = read_json(_read(options.bundle))
    verified = verify_bundle(document, _digests(options.artifact), root, key)
    if key is None:
        _check_identity(verified, options.certificate_identity, options.certificate_oidc_issuer)
    return verified


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command = parser.add_subparsers(required=True).add_parser("verify-bundle")
    command.add_argument("--staging", action="store_true")
    command.add_argument("--bundle", required=True)
    command.add_argument("--certificate-identity")
    command.add_argument("--certificate-oidc-issuer")
    command.add_argument("--key")
    command.add_argument("--trusted-root")
    command.add_argument("artifact")
    options = parser.parse_args(arguments)
    if not options.key and not (options.certificate_identity and options.certificate_oidc_issuer):
        parser.error("name the key, or the identity with its issuer")
    return options


def _check_identity(verified: Verified, name: str, issuer: str) -> None:
    identity = verified.identity
    if identity is None or (identity.subject, identity.issuer) != (name, issuer):
        raise VerificationError("identity.certificate", "signed by somebody else")


def _digests(artifact: str) -> tuple[Digest, ...]:
    """The digest that was named, or those of the file."""
    if re.fullmatch(r"sha256:[0-9a-fA-F]{64}", artifact) and not os.path.exists(artifact):
        return (Digest("sha256", artifact.partition(":")[2].lower()),)
    data = _read(artifact)
    return tuple(Digest(name, hashlib.new(name, data).hexdigest()) for name in ("sha256", "sha384", "sha512"))


def _root(path: str | None) -> TrustedRoot:
    return read_trusted_root(read_json(_read(path), "trust.root")) if path else trusted_root()


def _key(path: str) -> TrustedKey:
    try:
        key = load_pem_public_key(_read(path))
    except ValueError as error:
        raise VerificationError("signing.key", "the key file is not a public key in PEM") from error
    return TrustedKey(path, load_key(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo), "signing.key"))


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


if __name__ == "__main__":
    sys.exit(main())

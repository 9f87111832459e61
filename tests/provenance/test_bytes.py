"""One byte changed in signature, payload or certificate, or anywhere else in a recorded bundle: refused, always."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_guard.model import JSON, Digest
from mcp_guard.provenance.errors import VerificationError
from mcp_guard.provenance.shape import Node, read_json
from mcp_guard.provenance.trust import trusted_root
from mcp_guard.provenance.verify import verify_bundle
from tests.provenance import recorded
from tests.provenance.authority import forge
from tests.provenance.material import SIGNED

pytestmark = recorded.needed

DSSE = "js-bundleV03-dsse.sigstore"
OLD = "js-bundleV01-intoto-no-proof.sigstore"
FIELDS: dict[str, tuple[str, ...]] = {
    "signature": ("dsseEnvelope", "signatures", "0", "sig"),
    "payload": ("dsseEnvelope", "payload"),
    "certificate": ("verificationMaterial", "certificate", "rawBytes"),
    "leaf": ("verificationMaterial", "x509CertificateChain", "certificates", "0", "rawBytes"),
    "body": ("verificationMaterial", "tlogEntries", "0", "canonicalizedBody"),
    "promise": ("verificationMaterial", "tlogEntries", "0", "inclusionPromise", "signedEntryTimestamp"),
    "log": ("verificationMaterial", "tlogEntries", "0", "logId", "keyId"),
    "root hash": ("verificationMaterial", "tlogEntries", "0", "inclusionProof", "rootHash"),
    "path": ("verificationMaterial", "tlogEntries", "0", "inclusionProof", "hashes", "3"),
}
CASES = [
    *((DSSE, field) for field in FIELDS if field != "leaf"),
    *((OLD, field) for field in FIELDS if field not in ("certificate", "root hash", "path")),
]


def changed(document: JSON, path: tuple[str, ...], change: dict[str, int]) -> JSON:
    """The document with one byte of a base64 field changed."""
    node = Node(document, "bundle", "bundle.shape")
    for step in path:
        node = node.items()[int(step)] if step.isdigit() else node.get(step)
    data = bytearray(node.data())
    data[change["at"] % len(data)] ^= change["mask"]
    text = json.dumps(document)
    assert text.count(f'"{node.text()}"') == 1
    return read_json(text.replace(f'"{node.text()}"', f'"{base64.b64encode(data).decode()}"').encode())


def expected(document: JSON) -> tuple[Digest, ...]:
    payload = recorded.statement(Node(document, "bundle", "bundle.shape").get("dsseEnvelope"), "payload")
    return recorded.digests(payload)


@pytest.mark.parametrize(("name", "field"), CASES)
@settings(max_examples=60, deadline=None)
@given(change=st.fixed_dictionaries({"at": st.integers(0, 1 << 14), "mask": st.integers(1, 255)}))
def test_one_changed_byte_is_refused(name: str, field: str, change: dict[str, int]) -> None:
    document = recorded.load(recorded.FOLDER / "sigstore" / "bundles" / name)
    with pytest.raises(VerificationError):
        verify_bundle(changed(document, FIELDS[field], change), expected(document), trusted_root())


@pytest.mark.parametrize("mask", [0x01, 0x04, 0x10, 0x80])
def test_every_byte_of_a_certificate_is_signed(mask: int) -> None:
    """All of it and not a sample: names, serial numbers and versions have exceptions of their own in cryptography."""
    document = recorded.load(recorded.FOLDER / "sigstore" / "bundles" / DSSE)
    known = expected(document)
    for at in range(400):
        with pytest.raises(VerificationError):
            verify_bundle(changed(document, FIELDS["certificate"], {"at": at, "mask": mask}), known, trusted_root())


@settings(max_examples=300, deadline=None)
@given(at=st.integers(0, 1 << 14), byte=st.integers(0, 255))
def test_a_bundle_with_any_byte_changed_verifies_the_same_or_not_at_all(at: int, byte: int) -> None:
    data = bytearray((recorded.FOLDER / "sigstore" / "bundles" / DSSE).read_bytes())
    original = read_json(bytes(data))
    proven = verify_bundle(original, expected(original), trusted_root())
    data[at % len(data)] = byte
    try:
        verified = verify_bundle(read_json(bytes(data)), expected(original), trusted_root())
    except VerificationError:
        return
    assert verified == proven  # white space, a hint, the name of an ignored field


@settings(max_examples=150, deadline=None)
@given(at=st.integers(0, 1 << 12), mask=st.integers(1, 255))
def test_a_timestamp_with_any_byte_changed_gives_the_same_time_or_none(at: int, mask: int) -> None:
    def change(response: bytes) -> bytes:
        data = bytearray(response)
        data[at % len(data)] ^= mask
        return bytes(data)

    try:
        verified = forge({"response": change}, kind="hashedrekord/0.0.2").verify()
    except VerificationError:
        return
    assert verified.times == (SIGNED,)


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "mediaType",
                        "verificationMaterial",
                        "tlogEntries",
                        "dsseEnvelope",
                        "certificate",
                        "logId",
                        "publicKey",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_whatever_is_no_bundle_is_refused(document: JSON) -> None:
    with pytest.raises(VerificationError):
        verify_bundle(document, (Digest("sha256", "00" * 32),), trusted_root())

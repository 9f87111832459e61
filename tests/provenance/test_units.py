"""The small steps, each by itself: Merkle trees, keys, identities, trusted roots."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timedelta, timezone
from hashlib import sha256, sha512

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_guard.model import JSON, Digest
from mcp_guard.provenance.bundle import Message
from mcp_guard.provenance.content import check_message, encoding
from mcp_guard.provenance.errors import Unsupported, VerificationError
from mcp_guard.provenance.identity import read_identity
from mcp_guard.provenance.keys import Period, PublicKey, hash_of, is_signed, load_key, spki
from mcp_guard.provenance.merkle import check_inclusion, leaf_hash
from mcp_guard.provenance.trust import npm_keys, read_trusted_root, trusted_root
from tests.provenance.issuing import fulcio, name
from tests.provenance.ledger import path, tree
from tests.provenance.material import LEAF, REPOSITORY, SIGNED, WORKFLOW

# ------------------------------------------------------------------------------------------------ Merkle, DSSE


@settings(max_examples=200)
@given(st.integers(1, 70), st.data())
def test_every_leaf_of_every_tree_has_one_proof(size: int, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, size - 1))
    leaves = [leaf_hash(b"%d" % leaf) for leaf in range(size)]
    root, proof = tree(leaves), tuple(path(at, leaves))
    check_inclusion(leaves[at], at, size, proof, root)
    other = data.draw(st.integers(0, size + 1).filter(lambda index: index != at))
    with pytest.raises(VerificationError):
        check_inclusion(leaves[at], other, size, proof, root)
    for wrong in (proof[:-1] if proof else (root,), (*proof, root), (root, *proof)):
        with pytest.raises(VerificationError):
            check_inclusion(leaves[at], at, size, wrong, root)


def test_the_example_of_dsse() -> None:
    assert encoding("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


# ------------------------------------------------------------------------------------------------ keys

RSA = rsa.generate_private_key(65537, 2048)
P384, P521 = (ec.derive_private_key(7, curve) for curve in (ec.SECP384R1(), ec.SECP521R1()))
ED = ed25519.Ed25519PrivateKey.from_private_bytes(b"a key of Edwards, 25519, private"[:32])


def keys() -> list[tuple[PublicKey, bytes]]:
    data = b"data"
    return [
        (LEAF.public_key(), LEAF.sign(data, ec.ECDSA(hashes.SHA256()))),
        (P384.public_key(), P384.sign(data, ec.ECDSA(hashes.SHA384()))),
        (P521.public_key(), P521.sign(data, ec.ECDSA(hashes.SHA512()))),
        (ED.public_key(), ED.sign(data)),
        (RSA.public_key(), RSA.sign(data, padding.PKCS1v15(), hashes.SHA256())),
    ]


def test_each_kind_of_key_verifies_its_own_signatures() -> None:
    for at, (key, signature) in enumerate(keys()):
        assert load_key(spki(key), "trust.root") == key
        assert is_signed(key, signature, b"data")
        assert not is_signed(key, signature, b"other")
        assert not any(is_signed(other, signature, b"data") for place, (other, _) in enumerate(keys()) if place != at)


def test_messages_are_verified_by_the_digest_that_the_key_signs() -> None:
    known = (Digest("sha256", sha256(b"data").hexdigest()), Digest("sha512", sha512(b"data").hexdigest()))
    for key, signature in keys():
        if isinstance(key, ed25519.Ed25519PublicKey) or hash_of(key) == "sha384":
            with pytest.raises(Unsupported, match=r"message\.signature"):
                check_message(Message(None, signature), key, known)
        else:
            check_message(Message(None, signature), key, known)
            with pytest.raises(VerificationError, match=r"message\.signature"):
                check_message(Message(None, signature[:-1]), key, known)


def test_the_oldest_ct_key_is_read() -> None:
    pkcs1 = RSA.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)
    assert load_key(pkcs1, "trust.root") == RSA.public_key()


def test_other_keys_are_refused() -> None:
    with pytest.raises(VerificationError, match=r"trust\.root: the public key cannot be read"):
        load_key(b"junk", "trust.root")
    weak = rsa.generate_private_key(65537, 1024).public_key()  # noqa: S505 - that it is weak is the point
    for key in (weak, ec.generate_private_key(ec.SECP256K1()).public_key()):
        with pytest.raises(Unsupported):
            load_key(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo), "trust.root")


def test_periods_are_closed() -> None:
    second = timedelta(seconds=1)
    period = Period(SIGNED, SIGNED + second)
    assert [period.contains(SIGNED + count * second) for count in (-1, 0, 1, 2)] == [False, True, True, False]
    assert Period(SIGNED).contains(SIGNED + timedelta(days=99_999))


# ------------------------------------------------------------------------------------------------ identity


def certificate(identity: dict[int, bytes], names: list[x509.GeneralName]) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(name("x"))
        .serial_number(1)
        .not_valid_before(SIGNED)
        .not_valid_after(SIGNED)
        .public_key(LEAF.public_key())
        .add_extension(x509.SubjectAlternativeName(names), critical=True)
    )
    for arc, value in identity.items():
        builder = builder.add_extension(fulcio(arc, value), critical=False)
    return builder.sign(LEAF, hashes.SHA256())


GITHUB = b"https://token.actions.githubusercontent.com"
URI = x509.UniformResourceIdentifier(WORKFLOW)


def test_old_certificates_have_an_identity() -> None:
    old = {1: GITHUB, 2: b"push", 3: b"c0ffee", 4: b"Release", 5: b"octo/server", 6: b"refs/heads/main"}
    identity = read_identity(certificate(old, [URI]))
    assert (identity.repository, identity.commit, identity.ref) == (REPOSITORY, "c0ffee", "refs/heads/main")
    assert (identity.issuer, identity.subject, identity.repository_id) == (GITHUB.decode(), WORKFLOW, "")


def test_an_old_repository_is_github_s_only() -> None:
    identity = read_identity(certificate({1: b"https://issuer.example", 5: b"octo/server"}, [URI]))
    assert identity.repository == ""
    enterprise = read_identity(certificate({1: GITHUB + b"/octo", 5: b"octo/server"}, [URI]))
    assert enterprise.repository == REPOSITORY


def test_user_names_are_fulcio_s_own_kind() -> None:
    kind = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.7")
    identity = read_identity(certificate({1: b"https://i.example"}, [x509.OtherName(kind, b"\x0c\x01u")]))
    assert identity.subject == "u"
    with pytest.raises(VerificationError, match=r"identity\.certificate"):
        read_identity(certificate({1: b"x"}, [x509.OtherName(x509.ObjectIdentifier("1.2.3"), b"\x0c\x01u")]))


# ------------------------------------------------------------------------------------------------ trust


def test_the_shipped_root_is_whole_and_cached() -> None:
    root = trusted_root()
    assert root is trusted_root()
    assert (len(root.logs), len(root.ct_logs), len(root.authorities), len(root.timestamp_authorities)) == (2, 2, 2, 1)
    now = datetime(2026, 11, 1, tzinfo=timezone.utc)
    assert any(log.period.contains(now) for log in root.logs)
    assert [len(npm_keys(usage)) for usage in ("npm:signatures", "npm:attestations", "x")] == [2, 2, 0]


def test_shipped_logs_are_named_by_their_keys() -> None:
    root = trusted_root()
    ecdsa = [log for log in (*root.logs, *root.ct_logs) if isinstance(log.key, ec.EllipticCurvePublicKey)]
    assert len(ecdsa) == 3
    assert all(log.id == sha256(spki(log.key)).digest() for log in ecdsa)


MEDIA_TYPE = "application/vnd.dev.sigstore.trustedroot+json;version=0.1"
LOG: dict[str, JSON] = {
    "logId": {"keyId": "AAAA"},
    "publicKey": {
        "rawBytes": base64.b64encode(spki(LEAF.public_key())).decode(),
        "validFor": {"start": "2026-01-01T00:00:00Z"},
    },
}


def with_time(text: JSON) -> JSON:
    changed = json.loads(json.dumps(LOG))
    changed["publicKey"]["validFor"]["end"] = text
    found: JSON = {"mediaType": MEDIA_TYPE, "tlogs": [changed]}
    return found


def test_a_root_may_name_the_key_of_checkpoints() -> None:
    own = LOG | {"checkpointKeyId": {"keyId": "BBBB"}}
    (log,) = read_trusted_root({"mediaType": MEDIA_TYPE, "tlogs": [own]}).logs
    assert (log.id, log.checkpoint_id) == (bytes(3), base64.b64decode("BBBB"))


@pytest.mark.parametrize(
    ("text", "microsecond"),
    [("2026-02-03T04:05:06Z", 0), ("2026-02-03T04:05:06.5Z", 500_000), ("2026-02-03T04:05:06.123456789Z", 123_456)],
)
def test_times_of_a_root(text: str, microsecond: int) -> None:
    (log,) = read_trusted_root(with_time(text)).logs
    assert log.period.end == datetime(2026, 2, 3, 4, 5, 6, microsecond, tzinfo=timezone.utc)


@pytest.mark.parametrize("text", ["2026-02-03", "2026-02-30T00:00:00Z", "2026-02-03T04:05:06+01:00", "", 7])
def test_other_times_are_refused(text: JSON) -> None:
    with pytest.raises(VerificationError, match=r"^trust\.root: "):
        read_trusted_root(with_time(text))


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {"mediaType": "x"},
        {"mediaType": MEDIA_TYPE, "tlogs": [{}]},
        {"mediaType": MEDIA_TYPE, "certificateAuthorities": [{"certChain": {"certificates": []}}]},
        {"mediaType": MEDIA_TYPE, "certificateAuthorities": [{"certChain": {"certificates": [{"rawBytes": "AAAA"}]}}]},
    ],
)
def test_other_roots_are_refused(document: JSON) -> None:
    with pytest.raises(VerificationError, match=r"^trust\.root: "):
        read_trusted_root(document)

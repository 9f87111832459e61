"""Certificates of the test authority: chain, leaf with its SCT, timestamp authority."""

from __future__ import annotations

import struct
from datetime import timedelta
from functools import cache
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.provenance.material import (
    CT,
    EXTENSIONS,
    INTERMEDIATE,
    LEAF,
    ROOT,
    SIGNED,
    TSA,
    WORKFLOW,
    Stages,
    log_id,
    public,
    sign,
)


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _authority(subject: str, issuer: str, private: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .serial_number(len(subject))
        .not_valid_before(SIGNED - timedelta(days=365))
        .not_valid_after(SIGNED + timedelta(days=365))
        .public_key(private.public_key())
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ROOT.public_key()), critical=False)
    )


def issue(stages: Stages) -> tuple[x509.Certificate, tuple[x509.Certificate, x509.Certificate]]:
    """The leaf with its SCT, and the chain of its authority."""
    root = (
        _authority("root", "root", ROOT)
        .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
        .add_extension(key_usage(certify=True), critical=True)
        .sign(ROOT, hashes.SHA256())
    )
    builder = _authority("intermediate", "root", INTERMEDIATE).add_extension(key_usage(certify=True), critical=True)
    builder = stages.at("intermediate", builder)
    basic = stages.at("basic constraints", x509.BasicConstraints(ca=True, path_length=0))
    issuer = builder.add_extension(basic, critical=True).sign(ROOT, hashes.SHA256())
    start, end = stages.at("validity", (SIGNED - timedelta(minutes=5), SIGNED + timedelta(minutes=5)))
    leaf = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(stages.at("issuer name", name("intermediate")))
        .serial_number(4711)
        .not_valid_before(start)
        .not_valid_after(end)
        .public_key(LEAF.public_key())
    )
    for extension, critical in stages.at("extensions", _extensions(stages)):
        leaf = leaf.add_extension(extension, critical=critical)
    signer = stages.at("issuer key", INTERMEDIATE)
    return _with_sct(stages, leaf, signer), (issuer, root)


def key_usage(*, certify: bool = False, digital: bool = True) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital,
        key_cert_sign=certify,
        crl_sign=certify,
        content_commitment=not digital,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _extensions(stages: Stages) -> list[tuple[x509.ExtensionType, bool]]:
    names: list[x509.GeneralName] = stages.at("names", [x509.UniformResourceIdentifier(WORKFLOW)])
    own = stages.at("identity", {arc: der_text(text) for arc, text in EXTENSIONS.items()})
    return [
        (key_usage(), True),
        (stages.at("usage", x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING])), False),
        (x509.SubjectAlternativeName(names), True),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(INTERMEDIATE.public_key()), False),
        *((fulcio(arc, value), False) for arc, value in own.items()),
    ]


def fulcio(arc: int, value: bytes) -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(f"1.3.6.1.4.1.57264.1.{arc}"), value)


def der_text(text: str) -> bytes:
    data = text.encode()
    length = bytes([len(data)]) if len(data) < 0x80 else bytes([0x81, len(data)])
    return b"\x0c" + length + data


def _with_sct(stages: Stages, leaf: x509.CertificateBuilder, signer: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    precertificate = stages.at("precertificate", leaf.sign(signer, hashes.SHA256()).tbs_certificate_bytes)
    milliseconds = int(stages.at("sct time", SIGNED).timestamp() * 1000)
    extra = stages.at("sct extensions", b"")
    data = b"".join(
        (
            struct.pack(">BBQH", 0, 0, milliseconds, 1),
            sha256(public(stages.at("sct issuer", INTERMEDIATE))).digest(),
            len(precertificate).to_bytes(3, "big") + precertificate,
            len(extra).to_bytes(2, "big") + extra,
        )
    )
    signature = sign(stages.at("sct key", CT), data)
    extra = stages.at("sct extensions sent", extra)
    sct = b"".join(
        (
            b"\x00" + stages.at("sct log", log_id(CT)) + milliseconds.to_bytes(8, "big"),
            len(extra).to_bytes(2, "big") + extra,
            b"\x04\x03" + len(signature).to_bytes(2, "big") + signature,
        )
    )
    listed = b"".join(len(item).to_bytes(2, "big") + item for item in stages.at("scts", [sct]))
    listed = len(listed).to_bytes(2, "big") + listed
    value = (
        b"\x04\x81" + bytes([len(listed)]) + listed if len(listed) > 0x7F else b"\x04" + bytes([len(listed)]) + listed
    )
    if stages.at("sct", True):
        oid = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
        leaf = leaf.add_extension(x509.UnrecognizedExtension(oid, value), critical=False)
    return leaf.sign(signer, hashes.SHA256())


@cache
def tsa_certificate(usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.TIME_STAMPING) -> x509.Certificate:
    return (
        _authority("tsa", "root", TSA)
        .add_extension(key_usage(), critical=True)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
        .sign(ROOT, hashes.SHA256())
    )

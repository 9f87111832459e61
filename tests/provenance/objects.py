"""The recorded objects, each with how it is judged; `table` makes a page of them.

What an object is judged against is what it must be about: npm's pin, the file name, the digest of the artifact.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import re
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

from mcp_guard.model import JSON, Digest
from mcp_guard.provenance.errors import Unsupported, VerificationError
from mcp_guard.provenance.npm import verify_npm_attestations, verify_npm_signature
from mcp_guard.provenance.pypi import verify_pypi_attestation, verify_pypi_provenance
from mcp_guard.provenance.shape import Node, read_json
from mcp_guard.provenance.trust import trusted_root
from mcp_guard.provenance.verify import verify_bundle
from tests.conformance import client, test_conformance
from tests.provenance import recorded

CONFORMANCE = "sigstore-conformance/*"

# What was recorded and is no signed object, or none that mcp-guard reads.
ASIDE = {
    "mcp-registry/*": "answers of the MCP Registry: not signed",
    "npm/keys/*": "keys: a test holds those that are shipped against them",
    "osv/*": "an advisory: not signed",
    "sigstore/trusted_root.*": "trusted roots: a test holds the one that is shipped against them",
    "sigstore/tuf-roots/*": "TUF metadata: keys come with releases, so mcp-guard reads none",
}


class Plan(NamedTuple):
    """How one object is judged, from its bytes on the disk; the digests are those of its artifact."""

    judge: Callable[[], object]
    digests: tuple[Digest, ...] = ()
    note: str = ""


class Row(NamedTuple):
    """One recorded object; `artifact` is the file that it is about, where that was recorded too."""

    file: str
    artifact: str
    note: str
    judge: Callable[[], object]


class Outcome(NamedTuple):
    """How a judgement ends: `verified`, `refused` or `unsupported`, and at which step."""

    result: str
    step: str


def outcome(row: Row) -> Outcome:
    try:
        row.judge()
    except Unsupported as error:
        return Outcome("unsupported", error.step)
    except VerificationError as error:
        return Outcome("refused", error.step)
    return Outcome("verified", "")


# ------------------------------------------------------------------------------------------------ kinds of objects


def _npm_attestations(path: Path) -> Plan:
    name, version, integrity = recorded.npm_pin(path)
    digest = Digest("sha512", base64.b64decode(integrity.removeprefix("sha512-")).hex())
    return Plan(lambda: verify_npm_attestations(name, version, integrity, recorded.load(path)), (digest,))


class _Signed(NamedTuple):
    name: str
    version: str
    integrity: str
    signatures: JSON


def _packument(path: Path) -> Plan:
    return _signatures(path, _packument_rows)


def _signature_list(path: Path) -> Plan:
    return _signatures(path, _listed_rows)


def _signatures(path: Path, read: Callable[[Path], list[_Signed]]) -> Plan:
    """Every signature in the file is verified over its version's integrity; the first that fails decides."""

    def judge() -> None:
        for row in read(path):
            verify_npm_signature(*row)

    return Plan(judge, note=f"{len(read(path))} signatures")


def _packument_rows(path: Path) -> list[_Signed]:
    document = json.loads(path.read_bytes())
    dists = {version: manifest["dist"] for version, manifest in document["versions"].items()}
    return [
        _Signed(document["name"], version, dist["integrity"], dist["signatures"])
        for version, dist in dists.items()
        if dist.get("signatures")
    ]


def _listed_rows(path: Path) -> list[_Signed]:
    return [
        _Signed(row["name"], row["version"], row["integrity"], [{"keyid": row["keyid"], "sig": row["sig"]}])
        for row in csv.DictReader(path.read_text("utf-8").splitlines(), delimiter="\t")
    ]


def _pypi_provenance(path: Path) -> Plan:
    bundle = Node(recorded.load(path), "provenance", "pep740.shape").get("attestation_bundles").items()[0]
    payload = recorded.statement(bundle.get("attestations").items()[0].get("envelope"), "statement")
    filename, digests = payload.get("subject").items()[0].get("name").text(), recorded.digests(payload)
    return Plan(lambda: verify_pypi_provenance(filename, digests[0].value, recorded.load(path)), digests)


def _pypi_attestation(path: Path) -> Plan:
    filename = re.sub(r"(\.publish|\.slsa)?\.attestation$", "", path.name)
    payload = recorded.statement(Node(recorded.load(path), "attestation", "pep740.shape").get("envelope"), "statement")
    digests = recorded.digests(payload)
    return Plan(lambda: verify_pypi_attestation(filename, digests[0].value, recorded.load(path)), digests)


def _bundle(path: Path) -> Plan:
    def load() -> JSON:
        return read_json(path.read_bytes().splitlines()[0] if path.suffix == ".jsonl" else path.read_bytes())

    try:
        payload = recorded.statement(Node(load(), "bundle", "bundle.shape").get("dsseEnvelope"), "payload")
        digests = recorded.digests(payload)
    except ValueError:  # the payload is no statement, so it is refused for whatever artifact
        digests = (Digest("sha256", "00" * 32),)
    return Plan(lambda: verify_bundle(load(), digests, trusted_root()), digests)


def _conformance(case: Path) -> Plan:
    options = client._options([*test_conformance.arguments(case), str(test_conformance.artifact(case))])
    return Plan(lambda: client.verify(options))


KINDS: dict[str, Callable[[Path], Plan]] = {
    "npm/attestations/*.json": _npm_attestations,
    "npm/packuments/*.json": _packument,
    "npm/registry-signatures.*.tsv": _signature_list,
    "pypi/*.provenance": _pypi_provenance,
    "pypi/*.attestation": _pypi_attestation,
    "sigstore/bundles/*.json": _bundle,
    "sigstore/bundles/*.jsonl": _bundle,
    "sigstore/bundles/*.sigstore": _bundle,
    "sigstore-conformance/bundle-verify/*": _conformance,
}

# ------------------------------------------------------------------------------------------------ all objects


def index() -> list[str]:
    """Every recorded file by the index; the conformance cases, which it names as one, by folder."""
    rows = csv.DictReader((recorded.FOLDER / "index.tsv").read_text("utf-8").splitlines(), delimiter="\t")
    files = [row["file"] for row in rows]
    cases = [case.relative_to(recorded.FOLDER).as_posix() for case in test_conformance.CASES]
    return [file for file in files if file != CONFORMANCE] + (cases if CONFORMANCE in files else [])


def aside(file: str) -> str | None:
    """The pattern under which a recorded file is left out of the table."""
    return next((pattern for pattern in ASIDE if fnmatchcase(file, pattern)), None)


def rows() -> list[Row]:
    """Every object that is judged, in the order of the index; artifacts stand with what is about them."""
    files = [file for file in index() if aside(file) is None]
    judged = {file: kind for file in files for pattern, kind in KINDS.items() if fnmatchcase(file, pattern)}
    artifacts = {digest: file for file in files if file not in judged for digest in _digests(file)}
    return [_row(file, kind(recorded.FOLDER / file), artifacts) for file, kind in judged.items()]


def _row(file: str, plan: Plan, artifacts: dict[Digest, str]) -> Row:
    about = next((artifacts[digest] for digest in plan.digests if digest in artifacts), "")
    return Row(file, about, plan.note, plan.judge)


def _digests(file: str) -> tuple[Digest, ...]:
    data = (recorded.FOLDER / file).read_bytes()
    return tuple(Digest(name, hashlib.new(name, data).hexdigest()) for name in ("sha256", "sha512"))

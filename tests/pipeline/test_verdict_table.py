"""The verdict table of DESIGN §3, cell by cell: what is asked, and what the verdict is."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import NamedTuple

import pytest

from mcp_guard import evidence, pipeline, rules
from mcp_guard.evidence import Ask, Status
from mcp_guard.model import (
    Answer,
    Basis,
    Digest,
    Facts,
    Lock,
    LockedPackage,
    LockedServer,
    Network,
    Package,
    PackageFacts,
    PackageLaunch,
    Place,
    Policy,
    Proof,
    Publisher,
    Release,
    Server,
    ServerFacts,
    Signature,
    Unreachable,
    Verdict,
    Word,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
PLACE = Place(".mcp.json", 3, 5, 3, 10)
PURL = "pkg:npm/server@1.0.0"
FINGERPRINT = "sha256:" + "0" * 64
OLD = NOW - timedelta(days=400)
RELEASE = Release((Digest("sha512", "ab" * 64),), OLD, Publisher("declared", "someone"), account="someone")
PROVEN = RELEASE._replace(
    publisher=Publisher("proven", "github:a/b"),
    signatures="proven",
    attestations="proven",
    signed=(Signature("SHA256:key", "AAAA"),),
    proofs=(Proof("", "0" * 64),),
)
FRESH, STALE = NOW - timedelta(hours=1), NOW - timedelta(days=30)


class Cell(NamedTuple):
    rests: Basis
    network: Network
    reachable: bool
    as_of: datetime | None
    asked: Ask
    verdict: Verdict
    rule: str | None = None


CELLS = [
    # receipt of this machine
    Cell("receipt", "off", False, STALE, "nothing", "verified"),
    Cell("receipt", "auto", False, STALE, "status", "verified"),
    Cell("receipt", "auto", True, STALE, "status", "verified"),
    Cell("receipt", "auto", True, FRESH, "nothing", "verified"),
    Cell("receipt", "required", True, FRESH, "release", "verified"),
    Cell("receipt", "required", False, FRESH, "release", "unchecked", "unverifiable"),
    # every needed fact proven by proofs in the tree
    Cell("proven", "off", False, None, "nothing", "verified"),
    Cell("proven", "auto", False, None, "status", "verified"),
    Cell("proven", "auto", True, None, "status", "verified"),
    Cell("proven", "required", True, None, "release", "verified"),
    Cell("proven", "required", False, None, "release", "unchecked", "unverifiable"),
    # claimed only, entry byte-identical in the base's lock
    Cell("carried", "off", False, None, "nothing", "verified"),
    Cell("carried", "auto", False, None, "release", "verified"),
    Cell("carried", "auto", True, None, "release", "verified"),
    Cell("carried", "required", True, None, "release", "verified"),
    Cell("carried", "required", False, None, "release", "unchecked", "unverifiable"),
    # claimed only, entry new or changed
    Cell("claimed", "off", False, None, "nothing", "unchecked", "unverifiable"),
    Cell("claimed", "auto", False, None, "release", "unchecked", "unverifiable"),
    Cell("claimed", "auto", True, None, "release", "verified"),
    Cell("claimed", "required", True, None, "release", "verified"),
    Cell("claimed", "required", False, None, "release", "unchecked", "unverifiable"),
    # proof missing or weaker than in the base: blocked in any case, and asked so that nothing else hides behind it
    Cell("weaker", "off", False, None, "nothing", "blocked", "provenance-downgrade"),
    Cell("weaker", "auto", False, None, "release", "blocked", "provenance-downgrade"),
    Cell("weaker", "auto", True, None, "release", "blocked", "provenance-downgrade"),
    Cell("weaker", "required", True, None, "release", "blocked", "provenance-downgrade"),
    Cell("weaker", "required", False, None, "release", "blocked", "provenance-downgrade"),
]


def word(text: str) -> Word:
    return Word(text, PLACE, 0, len(text) + 2)


def facts_of(package: PackageFacts, network: Network) -> Facts:
    server = Server(".mcp.json", "claude-code", word("server"), (), (), (), None, None, (), {})
    entry = package.entry or LockedPackage(PURL, RELEASE, PLACE)
    locked = LockedServer(".mcp.json", "server", "package", (PURL,), FINGERPRINT, PLACE)
    lock = Lock({PURL: entry}, {(".mcp.json", "server"): locked})
    launches = (PackageLaunch((package.package,)),)
    one = ServerFacts(server, launches, (), FINGERPRINT, (package,), locked)
    policy = Policy(require=("pin", "integrity"))
    return Facts((), (one,), (), lock, (), None, policy, None, NOW, network)


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell.rests}-{cell.network}-{cell.reachable}")
def test_every_cell_of_the_verdict_table(cell: Cell) -> None:
    fresh = cell.as_of is not None and NOW - cell.as_of <= Policy().max_status_age
    assert evidence.to_ask(cell.rests, cell.network, fresh_status=fresh) == cell.asked

    release = PROVEN if cell.rests == "proven" else RELEASE
    entry = LockedPackage(PURL, release, PLACE)
    package = Package("npm", "server", "1.0.0", "server@1.0.0", "registry", word("server@1.0.0"))
    answer: Answer | None = None
    if cell.asked != "nothing":
        answer = release if cell.reachable else Unreachable("connection refused")
    status = Status(cell.as_of, agreed=True) if cell.as_of else None
    facts = PackageFacts(package, PURL, entry, cell.rests, known=True, answer=answer)
    facts = evidence.settle(facts, status, cell.network)

    everything = facts_of(facts, cell.network)
    findings = rules.judge(everything)
    server = everything.servers[0]
    assert (
        pipeline.verdict(server.server, server.launches, findings, {(".mcp.json", server.server.name.text)})
        == cell.verdict
    )
    told = [finding.rule for finding in findings]
    if cell.rests == "weaker" and not cell.reachable:
        told.remove("unverifiable")
    assert told == ([cell.rule] if cell.rule else [])
    code = {"verified": 0, "unchecked": 3, "blocked": 1}[cell.verdict]
    assert pipeline.exit_code(findings, strict=False) == code


def test_the_table_has_a_cell_for_every_row_and_column() -> None:
    seen = {(cell.rests, cell.network, cell.reachable) for cell in CELLS}
    rows: tuple[Basis, ...] = ("receipt", "proven", "carried", "claimed", "weaker")
    columns: tuple[tuple[Network, bool], ...] = (
        ("off", False),
        ("auto", False),
        ("auto", True),
        ("required", True),
        ("required", False),
    )
    assert {(row, *column) for row in rows for column in columns} <= seen


ENTRY = LockedPackage(PURL, RELEASE, PLACE)


@pytest.mark.parametrize(
    ("entry", "base", "receipt", "proven", "expected"),
    [
        (None, None, None, False, "claimed"),
        (None, ENTRY, None, False, "claimed"),
        (ENTRY, None, None, False, "claimed"),
        (ENTRY, ENTRY, None, False, "carried"),
        (ENTRY._replace(place=Place("mcp-guard.lock", 9)), ENTRY, None, False, "carried"),
        (ENTRY, LockedPackage(PURL, RELEASE._replace(published=NOW), PLACE), None, False, "claimed"),
        (ENTRY, ENTRY, Status(FRESH, agreed=True), False, "receipt"),
        (ENTRY, None, None, True, "proven"),
        (ENTRY, LockedPackage(PURL, PROVEN, PLACE), Status(FRESH, agreed=True), False, "weaker"),
        (ENTRY, LockedPackage(PURL, RELEASE._replace(signatures="proven"), PLACE), None, True, "weaker"),
        (LockedPackage(PURL, PROVEN, PLACE), LockedPackage(PURL, PROVEN, PLACE), None, False, "carried"),
    ],
)
def test_on_what_an_entry_rests(
    entry: LockedPackage | None,
    base: LockedPackage | None,
    receipt: Status | None,
    proven: bool,
    expected: Basis,
) -> None:
    assert evidence.basis(entry, base, receipt, proven) == expected


def test_an_outage_never_turns_a_claim_into_a_pass() -> None:
    package = Package("npm", "server", "1.0.0", "server@1.0.0", "registry", word("server@1.0.0"))
    claimed = PackageFacts(package, PURL, ENTRY, "claimed", known=True, answer=Unreachable("reset"))
    assert evidence.settle(claimed, None, "auto") is claimed
    required = claimed._replace(basis="receipt")
    assert evidence.settle(required, Status(FRESH, agreed=True), "required") is required


def test_what_a_machine_knows_to_be_withdrawn_stays_withdrawn_offline() -> None:
    package = Package("npm", "server", "1.0.0", "server@1.0.0", "registry", word("server@1.0.0"))
    asked = PackageFacts(package, PURL, ENTRY, "receipt", known=True, answer=Unreachable("reset"))
    facts = evidence.settle(asked, Status(STALE, agreed=True, withdrawn="malware"), "auto")
    findings = rules.judge(facts_of(facts, "auto"))
    assert [finding.rule for finding in findings] == ["withdrawn"]
    gone = evidence.settle(asked, Status(STALE, agreed=True, missing="unpublished"), "auto")
    assert "not-published" in [finding.rule for finding in rules.judge(facts_of(gone, "auto"))]

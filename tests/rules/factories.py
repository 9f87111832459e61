"""Small facts: everything is in order unless a test says otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone

from mcp_guard.model import (
    Acceptance,
    Answer,
    Basis,
    Config,
    Digest,
    Ecosystem,
    Facts,
    Finding,
    ImageLaunch,
    Launch,
    Link,
    Lock,
    LockedPackage,
    LockedServer,
    Missing,
    NamedPublisher,
    Network,
    Override,
    Package,
    PackageFacts,
    PackageLaunch,
    Place,
    Policy,
    Publisher,
    Refused,
    Release,
    Server,
    ServerFacts,
    Unreachable,
    Word,
    purl,
)
from mcp_guard.rules import judge
from mcp_guard.rules.subjects import kind

NOW = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
TODAY = NOW.date()
FILE = ".mcp.json"
LOCK_PLACE = Place("mcp-guard.lock", 4, 5, 4, 20)
POLICY_PLACE = Place("mcp-guard.toml", 7, 1, 7, 10)
FINGERPRINT = "sha256:" + "a" * 64
SHA512 = Digest("sha512", "ab" * 64)
RELEASE = Release((SHA512,), NOW - timedelta(days=400), Publisher("declared", "phanpak"))

OCTO = Publisher(
    "proven", "github:octo/server#4711", ".github/workflows/release.yml", "refs/tags/v1.0.0", "release", "", "42"
)
EVIL = Publisher(
    "proven", "github:evil/server#9999", ".github/workflows/release.yml", "refs/tags/v1.0.0", "release", "", "66"
)

# What most tests are not about.
LENIENT = Policy(require=("pin", "integrity"))


def place(line: int = 3, file: str = FILE) -> Place:
    return Place(file, line, 5, line, 15)


def word(text: str, line: int = 3, file: str = FILE) -> Word:
    return Word(text, place(line, file), 0, len(text) + 2)


def package(
    name: str = "postmark-mcp",
    version: str | None = "1.0.12",
    ecosystem: Ecosystem = "npm",
    *,
    written: str | None = None,
    cut: bool = True,
) -> Package:
    text = written or (f"{name}@{version}" if version else name)
    return Package(ecosystem, name, version, text, "registry", word(text, 5), (len(name), len(text)) if cut else None)


def known(
    of: Package | None = None,
    *,
    basis: Basis = "receipt",
    answer: Answer | None = None,
    entry: Release | None = RELEASE,
    known: bool = True,
) -> PackageFacts:
    subject = of or package()
    name = None
    if subject.version is not None and subject.source == "registry":
        name = purl(subject.ecosystem, subject.name, subject.version)
    locked = LockedPackage(name, entry, LOCK_PLACE) if name is not None and entry is not None else None
    return PackageFacts(subject, name, locked, basis, known, answer)


def definition(name: str = "postmark", file: str = FILE) -> Server:
    return Server(file, "claude-code", word(name, 3, file), (), (), (), None, None, (), {})


def server(
    *packages: PackageFacts,
    name: str = "postmark",
    file: str = FILE,
    launches: tuple[Launch, ...] | None = None,
    overrides: tuple[Override, ...] = (),
    locked: bool = True,
) -> ServerFacts:
    packages = tuple(p._replace(package=p.package._replace(word=word(p.package.written, 5, file))) for p in packages)
    if launches is None:
        launches = launches_of(packages)
    names = tuple(p.purl for p in packages if p.purl is not None)
    entry = LockedServer(file, name, kind(launches), names, FINGERPRINT, LOCK_PLACE) if locked else None
    return ServerFacts(definition(name, file), launches, overrides, FINGERPRINT, packages, entry)


def launches_of(packages: tuple[PackageFacts, ...]) -> tuple[Launch, ...]:
    subjects = tuple(facts.package for facts in packages)
    if len(subjects) == 1 and subjects[0].ecosystem == "oci":
        return (ImageLaunch(subjects[0]),)
    return (PackageLaunch(subjects),)


def facts(
    *servers: ServerFacts,
    configs: tuple[Config, ...] = (),
    links: tuple[Link, ...] = (),
    lock: Lock | None = None,
    lock_problems: tuple[tuple[Place, str], ...] = (),
    base_lock: Lock | None = None,
    policy: Policy = LENIENT,
    base_policy: Policy | None = None,
    now: datetime = NOW,
    network: Network = "auto",
    whole: bool = True,
) -> Facts:
    return Facts(configs, servers, links, lock, lock_problems, base_lock, policy, base_policy, now, network, whole)


def acceptance(
    rule: str = "unverified-publisher",
    package: str | None = "npm:postmark-mcp@1.0.12",
    *,
    until: date = TODAY + timedelta(days=90),
    reason: str = "SEC-42",
    line: int = 7,
) -> Acceptance:
    return Acceptance(rule, package, None, None, None, reason, until, place(line, "mcp-guard.toml"))


def permit(
    rule: str,
    name: str = "postmark",
    file: str = FILE,
    fingerprint: str = FINGERPRINT,
    *,
    until: date = TODAY + timedelta(days=90),
    reason: str = "SEC-43",
    line: int = 9,
) -> Acceptance:
    return Acceptance(rule, None, file, name, fingerprint, reason, until, place(line, "mcp-guard.toml"))


def locked(*servers: ServerFacts) -> Lock:
    """Build the lock that holds these servers as they are."""
    packages = {p.entry.purl: p.entry for one in servers for p in one.packages if p.entry is not None}
    entries = [one.locked for one in servers if one.locked is not None]
    return Lock(packages, {(entry.file, entry.name): entry for entry in entries})


def untouched(*servers: ServerFacts, network: Network = "auto") -> Facts:
    """Build the facts of a change that leaves these servers as the base has them."""
    return facts(*servers, lock=locked(*servers), base_lock=locked(*servers), network=network)


def attested(publisher: Publisher = OCTO) -> Release:
    """Build a release that its publisher has proven."""
    return RELEASE._replace(
        publisher=publisher, signatures="proven", attestations="proven", account="GitHub Actions (trusted publisher)"
    )


def base(*entries: tuple[str, Release], ecosystem: Ecosystem = "npm") -> Lock:
    """Build a base's lock from `name@version` and what it has of each."""
    packages: dict[str, LockedPackage] = {}
    for spec, release in entries:
        name, _, version = spec.rpartition("@")
        key = purl(ecosystem, name, version)
        packages[key] = LockedPackage(key, release, LOCK_PLACE)
    return Lock(packages, {})


def naming(identity: str, workflow: str | None = None, ref: str | None = None, *, key: str = "npm:server") -> Policy:
    """Build a policy that names one publisher."""
    return Policy(publishers=((key, NamedPublisher(identity, workflow, ref)),))


PURL = "pkg:npm/postmark-mcp@1.0.12"
IMAGE = package("ghcr.io/example/server", "sha256:" + "0" * 64, "oci")
COMMIT = package(version="4f2c9e1d0b7a6583921c0e5f4d3b2a1908f7e6d5")._replace(source="git")
STRICT = Policy()

ONLINE = "mcp-guard check --network=required"
TERMS = '--reason "why" --until 2027-02-20'

ANSWERS: list[Answer | None] = [
    None,
    RELEASE,
    Missing("404"),
    Unreachable("timed out"),
    Refused("https://npm.example/"),
]


def only(findings: Iterable[Finding]) -> Finding:
    (finding,) = findings
    return finding


def judged(*acceptances: Acceptance, on: Facts | None = None) -> tuple[Finding, ...]:
    start = on or untouched(server(known()))
    return judge(start._replace(policy=Policy(acceptances=acceptances)))


def by_rule(findings: tuple[Finding, ...], rule: str) -> Finding:
    return only(finding for finding in findings if finding.rule == rule)


def rules_of(findings: tuple[Finding, ...]) -> list[str]:
    return sorted(finding.rule for finding in findings)


def changed() -> ServerFacts:
    return server(known())._replace(fingerprint="sha256:" + "b" * 64)

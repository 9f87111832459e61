"""What is believed of an entry and of an answer, and what this machine remembers of having verified."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from hashlib import sha256, sha512
from pathlib import Path
from typing import NamedTuple, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_guard import lock, proving, receipts, vouching
from mcp_guard.model import (
    JSON,
    Digest,
    Ecosystem,
    Level,
    Lock,
    LockedPackage,
    Package,
    Place,
    Proof,
    Publisher,
    Release,
    Signature,
    Word,
    purl,
)
from mcp_guard.proof_files import path
from mcp_guard.provenance import npm, proofs
from mcp_guard.provenance.proofs import canonical, pretty, read_proof
from mcp_guard.vouching import Shelf, Vouched
from tests.provenance.attest import Build, npm_provenance, npm_publish, pypi_provenance, registry_signature
from tests.provenance.material import SIGNED
from tests.registry.trusted import trusted

PLACE = Place("mcp-guard.lock")
REGISTRY = "https://npm.example"
NAME, VERSION = "@octo/server", "1.2.3"
WHEEL, SOURCE = "octo_server-1.2.3-py3-none-any.whl", "octo_server-1.2.3.tar.gz"
SOON = SIGNED + timedelta(seconds=7)
DECLARED = Publisher("declared", "someone")
OCTO = Publisher(
    "proven", "github:octo/server#4711", ".github/workflows/release.yml", "refs/tags/v1.2.3", "release", "", "42"
)
LEVELS: tuple[Level, ...] = get_args(Level)


@pytest.fixture(autouse=True)
def authority(monkeypatch: pytest.MonkeyPatch) -> None:
    trusted(monkeypatch)


class Verified:
    """How often something was verified."""

    def __init__(self) -> None:
        self.times = 0


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> Verified:
    counter, prove = Verified(), proving.prove

    def counted(subject: proving.Subject, release: Release) -> proving.Proven:
        counter.times += 1
        return prove(subject, release)

    monkeypatch.setattr(proving, "prove", counted)
    return counter


@pytest.fixture
def memory(tmp_path: Path) -> receipts.Receipts:
    return receipts.Receipts(str(tmp_path / "cache"))


def package(ecosystem: Ecosystem = "npm", name: str = NAME, version: str = VERSION) -> Package:
    return Package(ecosystem, name, version, name, "registry", Word(name, PLACE, 0, 0))


def proof(document: JSON, artifact: str = "") -> Proof:
    return read_proof(artifact, canonical(document).encode())


def served(
    version: str = VERSION, *, signed: bool = True, attested: bool = True, build: Build | None = None
) -> Release:
    """What npm serves of a version."""
    digest = Digest("sha512", sha512(version.encode()).hexdigest())
    pin = f"sha512-{base64.b64encode(bytes.fromhex(digest.value)).decode()}"
    row = registry_signature(NAME, version, pin)
    documents: list[JSON] = [
        npm_publish(NAME, version, pin, REGISTRY, SIGNED),
        npm_provenance(NAME, version, pin, build or Build()),
    ]
    return Release(
        (digest,),
        SOON,
        DECLARED,
        signatures="declared" if signed else "absent",
        attestations="declared" if attested else "absent",
        account="someone",
        signed=(Signature(str(row["keyid"]), str(row["sig"])),) if signed else (),
        proofs=(proof({"attestations": documents}),) if attested else (),
    )


def files(*attested: str) -> Release:
    """What PyPI serves of a release with two files."""
    digests = [Digest("sha256", sha256(file.encode()).hexdigest(), file) for file in (WHEEL, SOURCE)]
    made = [proof(pypi_provenance(d.artifact, d.value, Build()), d.artifact) for d in digests if d.artifact in attested]
    level: Level = "declared" if len(made) == len(digests) else "absent"
    return Release(tuple(digests), SOON, Publisher("absent"), attestations=level, proofs=tuple(made))


class Case(NamedTuple):
    """An entry as the lock has it, its package, and the proofs of the tree."""

    entry: LockedPackage
    package: Package
    files: Mapping[str, bytes | str]

    def judged(self, memory: receipts.Receipts | None = None, registry: str = REGISTRY) -> Vouched:
        return vouching.entry(self.entry, self.package, Shelf(self.files, memory, registry))

    def claiming(self, change: Callable[[Release], Release]) -> Case:
        return self._replace(entry=self.entry._replace(release=change(self.entry.release)))

    def holding(self, data: bytes | str | None) -> Case:
        """The case with other content in every proof, None for no file at all."""
        return self._replace(files={} if data is None else dict.fromkeys(self.files, data))


def case(release: Release, ecosystem: Ecosystem = "npm", name: str = NAME, version: str = VERSION) -> Case:
    """Lock a release as `pin` would, and read it back."""
    asked = package(ecosystem, name, version)
    vouched = vouching.answer(asked, release, REGISTRY).release
    found = LockedPackage(purl(ecosystem, name, version), vouched, PLACE)
    read = lock.parse("mcp-guard.lock", lock.dump(Lock({found.purl: found}, {}))).packages[found.purl]
    return Case(read, asked, {path(own.name): pretty(own) for own in vouched.proofs})


def levels(release: Release) -> tuple[Level, Level, Level]:
    return release.publisher.level, release.signatures, release.attestations


def remembered(tmp_path: Path) -> Iterator[Path]:
    return (tmp_path / "cache").rglob("*.json")


# ------------------------------------------------------------------------------------------------ entries


def test_an_entry_that_its_proofs_bear_out_keeps_its_levels() -> None:
    for made in (case(served()), case(files(WHEEL, SOURCE), "pypi", "octo-server")):
        found = made.judged()
        assert found.problems == ()
        assert found.unproven is None
        assert found.release.publisher == OCTO
        assert levels(found.release) == levels(made.entry.release)
        assert all(own.text for own in found.release.proofs), "with the texts that were read"


def test_an_entry_with_signatures_alone() -> None:
    found = case(served(attested=False)).judged()
    assert levels(found.release) == ("declared", "proven", "absent")
    assert found.problems == ()


def test_an_entry_without_signed_objects_is_nobodys_problem(verified: Verified, memory: receipts.Receipts) -> None:
    bare = case(served(signed=False, attested=False))
    for _ in range(2):
        assert bare.judged(memory) == Vouched(bare.entry.release)
    assert verified.times == 1, "for the answer that was locked"


def test_words_alone_prove_nothing() -> None:
    """What the lock's reader refuses is not believed here either."""
    claimed = Release((Digest("sha512", "ab" * 64),), SOON, OCTO, signatures="proven", attestations="proven")
    for account, left in (("", Publisher("absent")), ("someone", DECLARED)):
        entry = LockedPackage(purl("npm", NAME, VERSION), claimed._replace(account=account), PLACE)
        found = Case(entry, package(), {}).judged()
        assert levels(found.release) == (left.level, "declared", "declared")
        assert found.release.publisher == left
        assert len(found.problems) == 2
        assert "signatures that the lock calls proven" in found.problems[0]
        assert "publisher that the lock calls proven" in found.problems[1]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (None, "and it is not in the tree"),
        ("it is a link, not a file", "and it is a link, not a file"),
        (b"", "cannot be read (bundle.json: "),
        (b"{", "cannot be read (bundle.json: "),
        (b"\xef\xbb\xbf{}", "cannot be read (bundle.json: "),
        (b'{"a": 1, "a": 1}', "cannot be read (bundle.json: "),
        (b" " * (4 << 20) + b"{}", "cannot be read (bundle.json: more than 4 MiB)"),
        (b"{}", "whose content is not what its name says"),
    ],
)
def test_a_proof_that_is_not_there_as_named_is_a_problem_and_proves_nothing(
    data: bytes | str | None, told: str, memory: receipts.Receipts, tmp_path: Path
) -> None:
    made = case(files(WHEEL, SOURCE), "pypi", "octo-server").holding(data)
    for shelf in (None, memory, memory):
        found = made.judged(shelf)
        assert levels(found.release) == ("absent", "absent", "declared")
        assert len(found.problems) == 2, "one for each file"
        for name, problem in zip(
            sorted(own.name for own in made.entry.release.proofs), sorted(found.problems), strict=True
        ):
            assert problem.startswith(f"rests on the proof {path(name)}, ")
            assert told in problem
    assert not list(remembered(tmp_path)), "nothing of that is remembered"


def test_the_files_of_two_proofs_exchanged() -> None:
    made = case(files(WHEEL, SOURCE), "pypi", "octo-server")
    (one, first), (other, second) = made.files.items()
    found = made._replace(files={one: second, other: first}).judged()
    assert [problem.rpartition(", ")[2] for problem in found.problems] == [
        "whose content is not what its name says"
    ] * 2


@pytest.mark.parametrize(
    ("claimed", "told"),
    [
        (OCTO._replace(identity="github:octo/server#4712"), "identity 'github:octo/server#4712' by the lock"),
        (OCTO._replace(identity="github:octo/server"), "'github:octo/server#4711' by its proof"),
        (OCTO._replace(workflow=".github/workflows/other.yml"), "workflow '.github/workflows/other.yml' by the lock"),
        (OCTO._replace(workflow=""), "workflow 'none' by the lock and '.github/workflows/release.yml' by its proof"),
        (OCTO._replace(ref="refs/heads/main"), "ref 'refs/heads/main' by the lock and 'refs/tags/v1.2.3' by its proof"),
        (OCTO._replace(trigger="push"), "trigger 'push' by the lock and 'release' by its proof"),
        (
            OCTO._replace(signer="https://github.com/x/y"),
            "signer 'https://github.com/x/y' by the lock and 'none' by its proof",
        ),
        (OCTO._replace(owner_id="43"), "owner id '43' by the lock and '42' by its proof"),
    ],
)
def test_a_disagreement_of_lock_and_proof_names_the_field(
    claimed: Publisher, told: str, memory: receipts.Receipts, tmp_path: Path
) -> None:
    made = case(served()).claiming(lambda release: release._replace(publisher=claimed))
    for shelf in (None, memory, memory):
        (problem,) = made.judged(shelf).problems
        assert problem.startswith("was published by ")
        assert told in problem
        assert problem.count("by the lock") == 1, "and no other"
    assert not list(remembered(tmp_path))


def test_proven_attestations_of_a_publisher_that_is_only_declared() -> None:
    (problem,) = case(served()).claiming(lambda release: release._replace(publisher=DECLARED)).judged().problems
    assert "level 'declared' by the lock and 'proven' by its proof" in problem
    assert "identity 'someone' by the lock" in problem


def test_every_field_that_differs_is_named() -> None:
    made = case(served()).claiming(
        lambda release: release._replace(publisher=Publisher("proven", "github:mallory/server#666"))
    )
    (problem,) = made.judged().problems
    for field in ("identity", "workflow", "ref", "trigger", "owner id"):
        assert f"{field} '" in problem
    assert "signer" not in problem


@pytest.mark.parametrize(
    ("published", "backdated"),
    [
        (SIGNED - timedelta(minutes=10), False),
        (SIGNED - timedelta(minutes=10, microseconds=1), True),
        (SIGNED - timedelta(days=400), True),
        (SIGNED + timedelta(days=400), False),
        (None, False),
    ],
)
def test_a_release_is_not_older_than_its_build(published: datetime | None, backdated: bool) -> None:
    made = case(served(signed=False)).claiming(lambda release: release._replace(published=published))
    problems = made.judged().problems
    assert len(problems) == backdated
    assert all("and was built on 2026-01-02 03:04 UTC by its proof" in problem for problem in problems)


@pytest.mark.parametrize("part", ["digests", "package", "version"])
def test_proofs_of_something_else_are_a_problem(part: str) -> None:
    made = case(served())
    match part:
        case "digests":
            made = made.claiming(lambda release: release._replace(digests=(Digest("sha512", "ab" * 64),)))
        case "package":
            made = made._replace(package=package(name="@octo/servers"))
        case _:
            made = made._replace(package=package(version="1.2.4"))
    found = made.judged()
    assert len(found.problems) == 2
    assert levels(found.release) == ("declared", "declared", "declared")


def test_the_registry_that_a_publish_attestation_names_is_the_public_one() -> None:
    found = case(served()).judged(registry="https://registry.example")
    assert found.problems == ("has a publish attestation of another registry",)
    assert found.release.publisher == DECLARED


def test_what_a_lock_calls_proven_by_an_unknown_key_is_told_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    made = case(served(attested=False))
    monkeypatch.setattr(npm, "npm_keys", lambda _usage: ())
    found = made.judged()
    (problem,) = found.problems
    assert "signatures that the lock calls proven, and nothing proves them (" in problem
    assert "does not know" in problem
    assert found.release.signatures == "declared"


# ------------------------------------------------------------------------------------------------ receipts


def test_what_held_is_verified_once(verified: Verified, memory: receipts.Receipts) -> None:
    made = case(served())
    verified.times = 0
    first, *others = [made.judged(memory) for _ in range(3)]
    assert verified.times == 1
    for other in others:
        assert levels(other.release) == levels(first.release)
        assert other.release.publisher == first.release.publisher
        assert (other.problems, other.unproven) == (first.problems, first.unproven) == ((), None)


def test_without_receipts_everything_is_verified_and_nothing_remembered(
    verified: Verified, memory: receipts.Receipts, tmp_path: Path
) -> None:
    made = case(served())
    verified.times = 0
    for _ in range(3):
        made.judged(None)
    assert verified.times == 3
    assert not list(remembered(tmp_path))
    made.judged(memory)
    made.judged(None)
    assert verified.times == 5, "nor does a receipt count then"


def test_any_change_is_verified_anew(
    verified: Verified, memory: receipts.Receipts, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = case(files(WHEEL, SOURCE), "pypi", "octo-server")
    made.judged(memory)
    (first, data), second = next(iter(made.files.items())), dict(made.files)
    assert isinstance(data, bytes)
    changes = {
        "one file, though it says the same": made._replace(files=second | {first: data + b"\n"}),
        "all files on one line": made._replace(
            files={name: json.dumps(json.loads(text)).encode() for name, text in made.files.items()}
        ),
        "the time": made.claiming(lambda release: release._replace(published=SOON + timedelta(seconds=1))),
        "the account": made.claiming(lambda release: release._replace(account="somebody")),
        "the registry": made.claiming(lambda release: release._replace(registry="https://pypi.example/simple")),
    }
    for what, changed in changes.items():
        verified.times = 0
        assert changed.judged(memory).problems == ()
        assert verified.times == 1, what
        changed.judged(memory)
        assert verified.times == 1, f"{what}, and that is remembered too"
    verified.times = 0
    made.judged(memory)
    assert verified.times == 0, "the first is still known"
    monkeypatch.setattr(proofs, "key_set", lambda: "0" * 64)
    made.judged(memory)
    assert verified.times == 1, "under other keys nothing is"


def test_another_verifier_does_not_believe_this_one(
    verified: Verified, memory: receipts.Receipts, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = case(served())
    made.judged(memory)
    verified.times = 0
    monkeypatch.setattr(receipts, "VERIFIER", "0")
    made.judged(memory)
    assert verified.times == 1


def test_the_receipt_of_one_entry_is_none_for_another_with_the_same_words(memory: receipts.Receipts) -> None:
    made = case(served())
    made.judged(memory)
    name = purl("npm", "@octo/servers", VERSION)
    other = made._replace(entry=made.entry._replace(purl=name), package=package(name="@octo/servers"))
    assert other.judged(memory).problems != ()


def test_a_broken_file_after_a_good_one_is_no_longer_believed(memory: receipts.Receipts) -> None:
    made = case(served())
    assert made.judged(memory).problems == ()
    for data in (None, b"", b"{}", "it is a link, not a file"):
        assert len(made.holding(data).judged(memory).problems) == 1
    assert made.judged(memory).problems == ()


def test_a_forged_entry_is_verified_every_time(verified: Verified, memory: receipts.Receipts, tmp_path: Path) -> None:
    made = case(served()).claiming(lambda release: release._replace(published=SIGNED - timedelta(days=1)))
    verified.times = 0
    for times in (1, 2, 3):
        assert made.judged(memory).problems
        assert verified.times == times
    assert not list(remembered(tmp_path))


def test_what_is_proven_though_the_lock_does_not_say_so_is_verified_every_time(
    verified: Verified, memory: receipts.Receipts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Locked when the key was unknown; now it is known, and the receipt would hand out the lock's lower levels."""
    with monkeypatch.context() as before:
        before.setattr(npm, "npm_keys", lambda _usage: ())
        made = case(served(attested=False))
    assert made.entry.release.signatures == "declared"
    verified.times = 0
    for times in (1, 2):
        assert made.judged(memory).release.signatures == "proven"
        assert verified.times == times


def half_proven(monkeypatch: pytest.MonkeyPatch, kind: str) -> Case:
    if kind == "one file of two":
        return case(files(WHEEL), "pypi", "octo-server")
    monkeypatch.setattr(npm, "npm_keys", lambda _usage: ())
    return case(served(attested=kind == "unknown keys"))


@pytest.mark.parametrize("kind", ["one file of two", "an unknown key", "unknown keys"])
def test_why_something_proves_nothing_is_told_every_time(
    kind: str, memory: receipts.Receipts, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = half_proven(monkeypatch, kind)
    first, second = made.judged(memory), made.judged(memory)
    assert first.problems == second.problems == ()
    assert first.unproven
    assert second.unproven == first.unproven, "the message of unverified-publisher must not depend on the run"
    assert "proven" not in levels(second.release)


@pytest.mark.parametrize(
    ("release", "part"),
    [
        (served(signed=False, attested=False)._replace(signatures="proven"), "signatures"),
        (served(attested=False)._replace(signatures="proven", digests=()), "signatures"),
        (served(signed=False, attested=False)._replace(attestations="proven"), "attestations"),
        (served()._replace(attestations="proven", digests=()), "attestations"),
        (served()._replace(publisher=Publisher("proven")), "publisher"),
        (served()._replace(publisher=Publisher("absent")), "publisher"),
        (served()._replace(account=""), "publisher"),
    ],
)
def test_levels_that_the_entry_does_not_bear_out_have_no_receipt(
    release: Release, part: str, memory: receipts.Receipts, tmp_path: Path
) -> None:
    """The lock's reader refuses them; whoever gets by it ends here."""
    own = LockedPackage(purl("npm", NAME, VERSION), release, PLACE)
    with pytest.raises(ValueError, match=f"the level of {part} contradicts"):
        lock.entry_digest(own)
    if release.signed or release.proofs:
        with pytest.raises(ValueError, match=f"the level of {part} contradicts"):
            Case(own, package(), {}).judged(memory)
    assert not list(remembered(tmp_path))


# ------------------------------------------------------------------------------------------------ answers


def test_a_registry_is_not_believed_that_something_is_proven() -> None:
    said = served(signed=False, attested=False)._replace(signatures="proven", attestations="proven", publisher=OCTO)
    found = vouching.answer(package(), said, REGISTRY)
    assert levels(found.release) == ("declared", "declared", "declared")
    assert found.release.publisher == DECLARED
    assert vouching.answer(package(), said._replace(account=""), REGISTRY).release.publisher == Publisher("absent")


def test_an_answer_keeps_the_account_beside_the_proven_publisher() -> None:
    found = vouching.answer(package(), served(), REGISTRY).release
    assert found.publisher == OCTO
    assert found.account == "someone"
    assert levels(found) == ("proven", "proven", "proven")


def test_an_answer_of_something_else_is_a_problem_and_proves_nothing() -> None:
    found = vouching.answer(package(version="1.2.4"), served(), REGISTRY)
    assert len(found.problems) == 2
    assert levels(found.release) == ("declared", "declared", "declared")


@pytest.mark.parametrize("level", ["absent", "unavailable", "declared"])
def test_what_is_not_proven_stays_what_it_was(level: Level) -> None:
    said = served(signed=False, attested=False)._replace(signatures=level, attestations=level)
    assert levels(vouching.answer(package(), said, REGISTRY).release) == ("declared", level, level)


# ------------------------------------------------------------------------------------------------ joined


def proven(version: str = VERSION) -> Release:
    return vouching.answer(package(version=version), served(version), REGISTRY).release


SILENT = served(signed=False, attested=False)


def test_a_silent_registry_takes_nothing_away() -> None:
    known = proven()
    found = vouching.joined(SILENT._replace(weaker_than="1.2.2", deprecated="old"), known)
    assert levels(found) == ("proven", "proven", "proven")
    assert (found.publisher, found.signed, found.proofs) == (known.publisher, known.signed, known.proofs)
    assert found.weaker_than is None, "it is not weaker than before"
    assert found.deprecated == "old", "what the registry does say counts"


def test_only_for_the_same_digests() -> None:
    for digests in ((), (Digest("sha512", "ab" * 64),), (*SILENT.digests, Digest("sha1", "ab" * 20))):
        other = SILENT._replace(digests=digests)
        assert vouching.joined(other, proven()) == other
    two = files()._replace(digests=(Digest("sha256", "a" * 64, WHEEL), Digest("sha256", "b" * 64, SOURCE)))
    known = two._replace(digests=two.digests[::-1], attestations="proven", publisher=OCTO)
    assert vouching.joined(two, known).publisher == OCTO, "as a set"
    swapped = (Digest("sha256", "a" * 64, SOURCE), Digest("sha256", "b" * 64, WHEEL))
    assert vouching.joined(two._replace(digests=swapped), known).publisher != OCTO


def test_each_part_by_itself() -> None:
    known = proven()
    signed_only = known._replace(attestations="declared", publisher=DECLARED)
    found = vouching.joined(SILENT._replace(weaker_than="1.2.2"), signed_only)
    assert levels(found) == ("declared", "proven", "absent")
    assert found.proofs == ()
    assert found.weaker_than == "1.2.2"
    attested_only = known._replace(signatures="declared")
    found = vouching.joined(SILENT, attested_only)
    assert levels(found) == ("proven", "absent", "proven")
    assert found.signed == ()


def test_what_the_registry_proves_itself_is_not_replaced() -> None:
    """Rebuilt by another workflow: what is served now, and holds, counts."""
    known, now = proven(), proven()._replace(publisher=OCTO._replace(workflow="other.yml"), signed=(), proofs=())
    assert vouching.joined(now, known) == now


def test_what_is_only_claimed_is_not_taken_over() -> None:
    for level in ("declared", "absent", "unavailable"):
        claimed = proven()._replace(signatures=level, attestations=level, publisher=DECLARED)
        assert vouching.joined(SILENT, claimed) == SILENT


@given(*[st.sampled_from(LEVELS)] * 4)
def test_joining_never_lowers_and_never_invents(one: Level, two: Level, three: Level, four: Level) -> None:
    def make(signatures: Level, attestations: Level, who: Publisher) -> Release:
        publisher = who if attestations == "proven" else DECLARED
        return SILENT._replace(signatures=signatures, attestations=attestations, publisher=publisher)

    now, known = make(one, two, OCTO._replace(ref="now")), make(three, four, OCTO._replace(ref="before"))
    found = vouching.joined(now, known)
    assert found.signatures == ("proven" if "proven" in (one, three) else one)
    assert found.attestations == ("proven" if "proven" in (two, four) else two)
    assert (found.publisher.level == "proven") is (found.attestations == "proven")
    assert not vouching.weaker(found, now)
    assert not vouching.weaker(found, known)


# ------------------------------------------------------------------------------------------------ weaker


@pytest.mark.parametrize("part", ["publisher", "signatures", "attestations"])
@pytest.mark.parametrize("before", LEVELS)
@pytest.mark.parametrize("now", LEVELS)
def test_weaker_is_what_was_proven_and_is_not_any_more(part: str, before: Level, now: Level) -> None:
    def make(level: Level) -> Release:
        if part == "publisher":
            return SILENT._replace(publisher=Publisher(level, "x"))
        if part == "signatures":
            return SILENT._replace(signatures=level)
        return SILENT._replace(attestations=level)

    assert vouching.weaker(make(now), make(before)) is (before == "proven" and now != "proven")


def test_more_of_one_part_does_not_make_up_for_another() -> None:
    base = SILENT._replace(signatures="proven")
    assert vouching.weaker(SILENT._replace(attestations="proven", publisher=OCTO), base)
    assert not vouching.weaker(SILENT._replace(publisher=Publisher("absent")), SILENT), "a claim is nothing to lose"

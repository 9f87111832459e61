"""On what each package's facts rest, and whether somebody has to be asked: the verdict table of DESIGN §3.

`basis` and `to_ask` are the table's rows and columns as pure functions; `gather` is the one place that asks the world.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from mcp_guard import lock, receipts, vouching
from mcp_guard.model import (
    ASKED,
    JSON,
    Answer,
    Basis,
    Lock,
    LockedPackage,
    Missing,
    Network,
    Package,
    PackageFacts,
    Policy,
    Refused,
    Release,
    Unreachable,
    purl,
)
from mcp_guard.registries import Question, Registries
from mcp_guard.rules.integrity_mismatch import contradictions

Ask = Literal["nothing", "status", "release"]


class Status(NamedTuple):
    """What a receipt of this machine says: what the registry answered when it was last asked about an entry.

    `agreed` says that the registry has, at some time, been seen to agree with every word of the entry, and nothing
    since has contradicted it. Without that the receipt is a warning and never a reason to pass.
    """

    as_of: datetime
    agreed: bool
    withdrawn: str | None = None
    deprecated: str | None = None
    missing: str | None = None
    weaker_than: str | None = None

    @property
    def bad(self) -> bool:
        """Say whether this is news that a pass of before must not outlive."""
        return not self.agreed or self.withdrawn is not None or self.missing is not None


def basis(entry: LockedPackage | None, base: LockedPackage | None, receipt: Status | None, proven: bool) -> Basis:  # noqa: FBT001 (a fact, not a switch)
    """Say on what the facts of an entry rest: a row of the verdict table.

    `proven` says that proofs in the tree were verified for every fact that the rules need.
    """
    if entry is None:
        return "claimed"
    if base is not None and vouching.weaker(entry.release, base.release):
        return "weaker"
    if receipt is not None:
        return "receipt" if receipt.agreed else "claimed"
    if proven and (base is None or set(base.release.digests) == set(entry.release.digests)):
        return "proven"
    if base is not None and lock.entry_digest(entry) == lock.entry_digest(base):
        return "carried"
    return "claimed"


def to_ask(rests: Basis, network: Network, *, fresh_status: bool) -> Ask:
    """Say what has to be asked of the registry: a column of the verdict table."""
    if network == "off":
        return "nothing"
    if network == "required" or rests in {"carried", "claimed", "weaker"}:
        return "release"
    return "nothing" if fresh_status else "status"


def settle(facts: PackageFacts, status: Status | None, network: Network) -> PackageFacts:
    """Decide what holds after an answer that is no answer: what rests on more than a claim stands, unless required."""
    if isinstance(facts.answer, Unreachable) and network == "auto" and facts.basis in {"receipt", "proven", "carried"}:
        return facts._replace(answer=_remembered(facts.entry, status), as_of=status.as_of if status else None)
    return facts


def _remembered(entry: LockedPackage | None, status: Status | None) -> Release | Missing | None:
    """Build the answer as this machine knows it: the entry's facts with the status of the receipt."""
    if entry is None or status is None:
        return None
    if status.missing is not None:
        return Missing(status.missing)
    return entry.release._replace(
        withdrawn=status.withdrawn, deprecated=status.deprecated, weaker_than=status.weaker_than
    )


# ------------------------------------------------------------------------------------------------ asking


class Context(NamedTuple):
    """What `gather` needs to know of this run."""

    policy: Policy
    network: Network
    now: datetime
    lock: Lock | None
    base_lock: Lock | None
    registries: Registries
    receipts: receipts.Receipts
    proofs: Mapping[str, bytes | str] = {}  # path → bytes, or why they cannot be read


def gather(packages: Sequence[Package], context: Context) -> tuple[PackageFacts, ...]:
    """Gather what is known of each package, in the same order; each distinct question is asked once."""
    known = names(context.base_lock)
    started = [_start(package, known, context) for package in packages]
    asking = [_question(facts, status, context) for facts, status in started]
    questions = list(dict.fromkeys(question for question in asking if question is not None))
    answers = dict(zip(questions, context.registries.ask(questions), strict=True)) if questions else {}
    return tuple(
        _finish(facts, status, question, answers.get(question) if question else None, context)
        for (facts, status), question in zip(started, asking, strict=True)
    )


def purl_of(package: Package) -> str | None:
    """Return the purl of a package that a registry has under one exact version; None for every other."""
    if package.version is None or package.source != "registry":
        return None
    return purl(package.ecosystem, package.name, package.version)


def _start(package: Package, known_names: frozenset[str], context: Context) -> tuple[PackageFacts, Status | None]:
    known = _named(purl(package.ecosystem, package.name, "0")) in known_names
    name = purl_of(package)
    if name is None:
        return PackageFacts(package, None, None, "claimed", known, None), None
    locked = context.lock.packages.get(name) if context.lock else None
    base = context.base_lock.packages.get(name) if context.base_lock else None
    asked = context.registries.registry(package.ecosystem, package.name)
    entry, vouched = locked, vouching.entry(locked, package, shelf(context)) if locked is not None else None
    if entry is not None and vouched is not None:
        entry = entry._replace(release=vouched.release._replace(registry=_shown(package, asked, context)))
    if isinstance(asked, Refused):
        scope = package.name.split("/", 1)[0] if package.name.startswith("@") else None
        line = context.registries.configuration_line(package.ecosystem, scope, asked.registry)
        return PackageFacts(package, name, entry, "claimed", known, asked, registry_line=line), None
    status = _status(entry, package, context)
    # Attestations cover the digests and bound the time, so a proven publisher is all that is needed.
    proven = vouched is not None and vouched.release.publisher.level == "proven"
    rests = "weaker" if vouched is not None and vouched.problems else basis(locked, base, status, proven=proven)
    answer = _remembered(entry, status) if rests == "receipt" else None
    facts = PackageFacts(package, name, entry, rests, known, answer, status.as_of if status else None)
    if vouched is not None:
        facts = facts._replace(problems=vouched.problems, unproven=vouched.unproven, unsupported=vouched.unsupported)
    return facts, status


def _shown(package: Package, asked: str | Refused, context: Context) -> str | None:
    """Name the registry that is asked, None for the default one: an entry of the lock cannot say it."""
    if isinstance(asked, Refused) or context.registries.is_default(package.ecosystem, asked):
        return None
    return asked


def shelf(context: Context) -> vouching.Shelf:
    """Gather what entries of the lock are held against; what is required is verified anew."""
    remembered = None if context.network == "required" else context.receipts
    return vouching.Shelf(context.proofs, remembered, context.registries.default("npm"))


def knows(base: Lock, package: Package) -> bool:
    """Say whether a lock knows some version of this package."""
    return _named(purl(package.ecosystem, package.name, "0")) in names(base)


def names(lock: Lock | None) -> frozenset[str]:
    """Name every package of which a lock knows some version."""
    return frozenset(map(_named, lock.packages)) if lock is not None else frozenset()


def _named(text: str) -> str:
    """Take the version out of a purl."""
    start, _, rest = text.rpartition("@")
    return f"{start}?{rest.partition('?')[2]}"


def _question(facts: PackageFacts, status: Status | None, context: Context) -> Question | None:
    package = facts.package
    if package.version is None or facts.purl is None or package.ecosystem not in ASKED:
        return None
    if isinstance(facts.answer, Refused) or facts.problems:
        return None
    fresh = status is not None and not status.bad and is_fresh(status.as_of, context.now, context.policy)
    part = to_ask(facts.basis, context.network, fresh_status=fresh)
    return None if part == "nothing" else Question(package.ecosystem, package.name, package.version, part)


def is_fresh(as_of: datetime, now: datetime, policy: Policy) -> bool:
    """Say whether a status of that moment may still be believed; one from the future may not."""
    return timedelta(0) <= now - as_of <= policy.max_status_age


def _finish(
    facts: PackageFacts, status: Status | None, question: Question | None, answer: Answer | None, context: Context
) -> PackageFacts:
    if facts.purl is not None and facts.package.ecosystem not in ASKED:
        return facts._replace(answer=vouching.unasked(facts.package))
    if question is None or answer is None:
        return facts
    if isinstance(answer, Missing):
        before = status or Status(context.now, agreed=False)
        _remember(facts, before._replace(as_of=context.now, missing=answer.reason), context)
    if not isinstance(answer, Release):
        return settle(facts._replace(answer=answer, as_of=None), status, context.network)
    return _answered(facts, status, question, answer, context)


def _answered(
    facts: PackageFacts, status: Status | None, question: Question, answer: Release, context: Context
) -> PackageFacts:
    """Take a release that the registry has, with what it proves, and remember whether it agrees with the lock."""
    answer, problems, unproven, _ = vouching.answer(facts.package, answer, context.registries.default("npm"))
    if question.part == "release" and answer.attestations == "declared" and not answer.proofs:
        unproven = "its registry names attestations and does not serve them"
    if question.part == "status":
        # The cheap document has neither times nor history; the entry was verified with them before.
        answer = answer._replace(weaker_than=status.weaker_than if status else None)
        if answer.published is None and facts.entry is not None:
            answer = answer._replace(published=facts.entry.release.published)
    if facts.entry is not None:
        agreed = agrees(facts.entry.release, answer) and not problems
        answer = vouching.joined(answer, facts.entry.release)
        news = Status(context.now, agreed, answer.withdrawn, answer.deprecated, weaker_than=answer.weaker_than)
        _remember(facts, news, context)
    return facts._replace(
        answer=answer,
        as_of=context.now,
        served=problems,
        unproven=None if answer.publisher.level == "proven" else unproven or facts.unproven,
    )


def agrees(claimed: Release, answer: Release) -> bool:
    """Say whether the lock's words equal the registry's: the digests as a set, and what both state.

    Mirrors serve fewer parts, so a time that only the registry has is no contradiction; one that only the lock has is
    nobody's word. Digests must be there.
    """
    if not answer.digests or set(claimed.digests) != set(answer.digests):
        return False
    if claimed.published is not None and answer.published is None:
        return False
    return not contradictions(claimed, answer)


# ------------------------------------------------------------------------------------------------ receipts


def _key(name: str, own: Lock | None, package: Package, context: Context) -> str:
    """Build a receipt's key, from the entry as it stands in the lock: its proofs are named there."""
    from mcp_guard.provenance.proofs import key_set

    written = lock.entry_digest(own.packages[name]) if own else ""
    registry = str(context.registries.registry(package.ecosystem, package.name))
    return receipts.key("package", receipts.VERIFIER, key_set(), name, written, registry)


def _status(entry: LockedPackage | None, package: Package, context: Context) -> Status | None:
    if entry is None or package.ecosystem not in ASKED or context.network == "required":
        return None
    stored = context.receipts.get(_key(entry.purl, context.lock, package, context))
    return read_status(stored) if stored else None


def read_status(stored: Mapping[str, JSON]) -> Status | None:
    """Read a receipt; None where it does not say when."""
    moment = receipts.moment(stored.get("as-of"))
    if moment is None:
        return None
    words = [stored.get(name) for name in ("withdrawn", "deprecated", "missing", "weaker-than")]
    return Status(moment, stored.get("agreed") is True, *(word if isinstance(word, str) else None for word in words))


def _remember(facts: PackageFacts, status: Status, context: Context) -> None:
    if facts.entry is None or facts.purl is None:
        return
    words = {name.replace("_", "-"): value for name, value in status._asdict().items()}
    content: dict[str, JSON] = {**words, "as-of": status.as_of.isoformat()}
    context.receipts.put(_key(facts.purl, context.lock, facts.package, context), content)
    if status.bad:
        context.receipts.put(receipts.BAD_NEWS, {"as-of": status.as_of.isoformat(), "about": facts.purl})

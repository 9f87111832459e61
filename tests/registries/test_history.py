"""A version against the registry's history: did an earlier one come with more evidence?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as bounded
from hypothesis import strategies as st

from mcp_guard.model import JSON, Ecosystem, Release
from mcp_guard.registries import Question, Registries
from mcp_guard.registries.history import Past, weaker_than
from tests.registry import RECORDED, PypiFile, Registry

needs_recorded = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded packuments are not here")

Make = Callable[..., Registries]

ATTESTED: dict[str, JSON] = {"attestations": {"provenance": {"predicateType": "x"}}}
CI: dict[str, JSON] = {"name": "GitHub Actions", "trustedPublisher": {"id": "github"}}
APPROVED: dict[str, JSON] = {"name": "GitHub Actions", "approver": {"name": "alice"}}
PERSON: dict[str, JSON] = {"name": "alice"}


def published(day: int | None) -> str | None:
    return None if day is None else f"2026-01-{day:02}T00:00:00.000Z"


def npm(registry: Registry, version: str, day: int | None, rank: int, **changes: JSON) -> None:
    """A version of this rank of evidence, whose manifest has these changes."""
    registry.publish_npm("a", version, published=published(day), dist=ATTESTED if rank in (1, 2) else None)
    document: Any = registry.packuments["a"]
    document["versions"][version] |= {"_npmUser": {0: PERSON, 1: PERSON, 2: CI, 3: APPROVED}[rank], **changes}


def pypi(registry: Registry, version: str, day: int | None, *attested: bool) -> None:
    """A version with one file for each value."""
    files = [
        PypiFile(
            f"a-{version}{end}", "0" * 64, published(day), provenance=f"http://npm.example/{end}" if good else None
        )
        for end, good in zip((".tar.gz", "-py3-none-any.whl"), attested, strict=False)
    ]
    registry.publish_pypi("a", version, files=tuple(files))


def weaker(registries: Registries, version: str, ecosystem: Ecosystem = "npm") -> str | None:
    (found,) = registries.ask([Question(ecosystem, "a", version, "release")])
    assert isinstance(found, Release), found
    return found.weaker_than


# ------------------------------------------------------------------------------------------------ npm

NAMES = {1: "attested", 2: "attested, trusted publisher", 3: "approved by a person"}


@pytest.mark.parametrize("before", range(4))
@pytest.mark.parametrize("now", range(4))
def test_ranks(make: Make, registry: Registry, before: int, now: int) -> None:
    npm(registry, "1.0.0", 1, before)
    npm(registry, "1.1.0", 2, now)
    found = weaker(make(), "1.1.0")
    assert found == (f"1.0.0 ({NAMES[before]})" if before > now else None)


@pytest.mark.parametrize(
    "manifest",
    [
        {"_npmUser": CI},  # a trusted publisher without provenance
        {"_npmUser": {"name": "alice", "approver": None}},
        {"_npmUser": "alice", "dist": []},
        {"dist": {"attestations": "yes"}},
        {"dist": {"attestations": {"url": "https://npm.example/x"}}},
        {"dist": {"attestations": {"provenance": None}}},
    ],
)
def test_what_is_no_evidence(make: Make, registry: Registry, manifest: dict[str, JSON]) -> None:
    npm(registry, "1.0.0", 1, 0, **manifest)
    npm(registry, "1.1.0", 2, 0)
    npm(registry, "1.2.0", 3, 1)
    assert weaker(make(), "1.1.0") is None


@pytest.mark.parametrize(
    ("others", "version", "expected"),
    [
        # the best, and of those the highest
        ([("1.0.0", 1, 1), ("1.1.0", 2, 2), ("1.2.0", 3, 1)], "1.3.0", "1.1.0"),
        ([("1.0.0", 3, 2), ("1.10.0", 1, 2), ("1.9.0", 2, 2)], "1.11.0", "1.10.0"),
        # only what was there before
        ([("1.0.0", 9, 2)], "1.1.0", None),
        ([("1.0.0", 5, 2)], "1.1.0", None),
        ([("1.5.0", 1, 2)], "1.1.0", "1.5.0"),
        # the same or a lower major line
        ([("2.0.0", 1, 2)], "1.1.0", None),
        ([("0.1.0", 1, 2)], "1.1.0", "0.1.0"),
        ([("1.0.0", 1, 2)], "2.0.0", "1.0.0"),
        # prereleases count for prereleases
        ([("1.0.0-rc.1", 1, 2)], "1.1.0", None),
        ([("1.0.0-rc.1", 1, 2)], "1.1.0-rc.1", "1.0.0-rc.1"),
        ([("1.0.0", 1, 2)], "1.1.0-rc.1", "1.0.0"),
        # without a time, what is lower
        ([("1.0.0", None, 2)], "1.1.0", "1.0.0"),
        ([("1.2.0", None, 2)], "1.1.0", None),
        ([("1.0.0-rc.1", None, 2)], "1.0.0-rc.2", "1.0.0-rc.1"),
        # what is no version was never installed
        ([("1.0", 1, 2), ("latest", 1, 3)], "1.1.0", None),
    ],
)
def test_which_version_counts(
    make: Make, registry: Registry, others: list[tuple[str, int | None, int]], version: str, expected: str | None
) -> None:
    for other, day, rank in others:
        npm(registry, other, day, rank)
    npm(registry, version, 5, 0)
    found = weaker(make(), version)
    assert found is None if expected is None else str(found).startswith(f"{expected} (")


def test_without_a_time_of_its_own_what_is_lower_counts(make: Make, registry: Registry) -> None:
    npm(registry, "1.2.0", 1, 3)
    npm(registry, "1.0.0", 9, 2)
    npm(registry, "1.1.0", None, 0)
    assert weaker(make(), "1.1.0") == "1.0.0 (attested, trusted publisher)"


def test_placeholders_and_strangers_do_not_count(make: Make, registry: Registry) -> None:
    npm(registry, "0.0.1-security", 1, 2)
    npm(registry, "1.0.0", 1, 2, description="security holding package")
    npm(registry, "1.0.1", 1, 2, name="b")
    npm(registry, "1.0.2", 1, 2, _id="a@9.0.0")
    npm(registry, "1.1.0", 2, 0)
    npm(registry, "1.1.1-rc.1", 3, 0)
    registries = make()
    assert weaker(registries, "1.1.0") is None
    assert weaker(registries, "1.1.1-rc.1") is None


def test_a_placeholder_itself_is_held_against_what_it_replaces(make: Make, registry: Registry) -> None:
    npm(registry, "1.0.0", 1, 2)
    npm(registry, "1.0.1", 2, 0, description="security holding package")
    assert weaker(make(), "1.0.1") == "1.0.0 (attested, trusted publisher)"


def test_a_restricted_version_is_compared_too(make: Make, registry: Registry) -> None:
    npm(registry, "1.0.0", 1, 2)
    npm(registry, "1.1.0", 2, 0)
    document: Any = registry.packuments["a"]
    document["policyRestrictions"] = {"versions": {"1.1.0": document["versions"].pop("1.1.0")}}
    assert weaker(make(), "1.1.0") == "1.0.0 (attested, trusted publisher)"


def test_what_is_no_version_is_doubted(make: Make, registry: Registry) -> None:
    """Nothing that is pinned is written so, but if it were: all that was there before counts."""
    npm(registry, "7.0.0", None, 1)
    npm(registry, "latest", 5, 0)
    assert weaker(make(), "latest") == "7.0.0 (attested)"


def test_status_has_no_history(make: Make, registry: Registry) -> None:
    npm(registry, "1.0.0", 1, 2)
    npm(registry, "1.1.0", 2, 0)
    registries = make()
    questions = [Question("npm", "a", "1.1.0", "release"), Question("npm", "a", "1.1.0", "status")]
    assert [bool(one.weaker_than) for one in registries.ask(questions) if isinstance(one, Release)] == [True, False]
    assert [one.weaker_than for one in registries.ask(questions[1:]) if isinstance(one, Release)] == [None]


@needs_recorded
def test_recorded_nuxt_without_its_evidence(make: Make, registry: Registry) -> None:
    """The real history, if the newest version had been published with somebody's token."""
    registry.publish_recorded("nuxt.full.trimmed.json")
    document: Any = registry.packuments["nuxt"]
    stolen = document["versions"]["4.1.2"]
    stolen["_npmUser"] = {"name": "danielroe"}
    del stolen["dist"]["attestations"]
    found = make().ask([Question("npm", "nuxt", version, "release") for version in ("3.13.0", "4.1.1", "4.1.2")])
    assert [one.weaker_than for one in found if isinstance(one, Release)] == [
        None, None, "4.1.1 (attested, trusted publisher)",
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------------ PyPI


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ((True, True), (False, False), "1.0 (attested)"),
        ((True, True), (True, False), "1.0 (attested)"),
        ((True, True), (False,), "1.0 (attested)"),
        ((True, False), (False, False), None),
        ((True,), (True, True), None),
        ((False,), (True,), None),
    ],
)
@pytest.mark.parametrize("format_", ["json", "html"])
def test_pypi(
    make: Make,
    registry: Registry,
    before: tuple[bool, ...],
    now: tuple[bool, ...],
    expected: str | None,
    *,
    format_: str,
) -> None:
    registry.pypi_format = "html" if format_ == "html" else "json"
    pypi(registry, "1.0", 1, *before)
    pypi(registry, "1.1", 2, *now)
    assert weaker(make(), "1.1.0", "pypi") == expected


@pytest.mark.parametrize(
    ("others", "version", "expected"),
    [
        ([("1.9", 1), ("1.10", 2)], "1.11", "1.10"),
        ([("1.0", 9)], "1.1", None),
        ([("1.5", 1)], "1.1", "1.5"),
        ([("2.0", 1)], "1.1", None),
        ([("1.0", 1)], "1!0.1", "1.0"),
        ([("1!1.0", 1)], "2.0", None),
        ([("1.0rc1", 1), ("1.0.dev1", 1)], "1.1", None),
        ([("1.0rc1", 1)], "1.1rc1", "1.0rc1"),
        ([("1.0.post1", 1)], "1.1", "1.0.post1"),
        ([("1.0", None)], "1.1", "1.0"),
        ([("1.2", None)], "1.1", None),
    ],
)
def test_which_pypi_version_counts(
    make: Make, registry: Registry, others: list[tuple[str, int | None]], version: str, expected: str | None
) -> None:
    for other, day in others:
        pypi(registry, other, day, True, True)
    pypi(registry, version, 5, False)
    assert weaker(make(), version, "pypi") == (f"{expected} (attested)" if expected else None)


def test_a_local_version_without_attestations_makes_the_public_one_weaker(make: Make, registry: Registry) -> None:
    pypi(registry, "1.0", 1, True)
    pypi(registry, "1.1", 2, True)
    pypi(registry, "1.1+evil", 3, False)
    registries = make()
    assert weaker(registries, "1.1", "pypi") == "1.0 (attested)"
    assert weaker(registries, "1.1+evil", "pypi") == "1.1 (attested)"


# ------------------------------------------------------------------------------------------------ in general

pasts = st.builds(
    Past,
    version=st.sampled_from(["a", "b", "c"]),
    order=st.integers(0, 9),
    line=st.tuples(st.integers(0, 2)),
    published=st.one_of(st.none(), st.datetimes()),
    prerelease=st.booleans(),
    rank=st.integers(0, 3),
    evidence=st.just("e"),
)


@given(pasts, st.lists(pasts, max_size=8))
@bounded(max_examples=200, deadline=None)
def test_only_a_better_one_is_named_and_the_order_of_the_rest_does_not_matter(own: Past, others: list[Past]) -> None:
    found = weaker_than(own, others)
    named = {f"{one.version} (e)" for one in others if one.rank > own.rank and one.line <= own.line}
    assert found is None or found in named
    assert (weaker_than(own, others[::-1]) is None) == (found is None)
    assert weaker_than(own._replace(rank=3), others) is None

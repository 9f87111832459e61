"""The schemas in `schemas/` and our own readers say the same of the same file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mcp_guard.lock import LockError, dump, parse
from mcp_guard.model import JSON, Lock
from mcp_guard.policy import ACCEPTABLE, PolicyError, load
from tests.state.test_lock import EXPECTED, NPM, PYPI, SAMPLE, locks
from tests.state.test_policy_reading import FULL, UUID

SCHEMAS = Path(__file__).resolve().parents[2] / "schemas"


def validator(name: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


LOCK = validator("mcp-guard.lock.schema.json")
POLICY = validator("mcp-guard.toml.schema.json")


def lock_is_read(content: JSON) -> bool:
    try:
        parse("mcp-guard.lock", json.dumps(content).encode())
    except LockError:
        return False
    return True


def policy_is_read(text: str) -> bool:
    try:
        load({"mcp-guard.toml": text.encode()})
    except PolicyError:
        return False
    return True


def policy_fits(text: str) -> bool:
    try:
        content = tomli.loads(text)
    except tomli.TOMLDecodeError:
        return False
    return POLICY.is_valid(json.loads(json.dumps(content, default=_day)))


def _day(value: object) -> str:
    return value.isoformat() if type(value) is date else f"not a date: {value}"


# ------------------------------------------------------------------------------------------------ the lock


@settings(max_examples=60, deadline=None)
@given(locks())
def test_what_is_written_fits_the_schema(content: Lock) -> None:
    LOCK.validate(json.loads(dump(content)))


def spots(content: JSON, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    inner = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in inner:
        yield from spots(value, (*path, key))


def edited(path: tuple[str | int, ...], value: JSON) -> JSON:
    """The sample with the value at a path replaced."""

    def walk(content: JSON, rest: tuple[str | int, ...]) -> JSON:
        if not rest:
            return value
        if isinstance(content, dict):
            return {key: walk(inner, rest[1:]) if key == rest[0] else inner for key, inner in content.items()}
        assert isinstance(content, list)
        return [walk(inner, rest[1:]) if index == rest[0] else inner for index, inner in enumerate(content)]

    return walk(json.loads(EXPECTED), path)


VALUES: tuple[JSON, ...] = (
    None,
    True,
    0,
    1,
    2,
    1.5,
    "",
    "x",
    "proven",
    "declared",
    "absent",
    "unavailable",
    "npm",
    "AA==",
    "AB==",
    "0d" * 32,
    "a\nb",
    [],
    ["x"],
    ["x", "x"],
    {},
    {"x": "y"},
    {"x": "AA=="},
    {"x y": "AA=="},
    {"": "AA=="},
    {"identity": "x"},
    {"identity": "x", "ref": ""},
    {"x": {}},
)


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(list(spots(json.loads(EXPECTED)))), st.sampled_from(VALUES))
def test_a_lock_of_another_shape_is_refused_by_both(path: tuple[str | int, ...], value: JSON) -> None:
    content = edited(path, value)
    assert lock_is_read(content) is LOCK.is_valid(content)


LEVELS: tuple[JSON, ...] = ("proven", "declared", "absent", "unavailable")
PARTS = ("attestations", "integrity", "published", "publisher", "signatures")
HELD = ("account", "digests", "proofs", "published", "publisher", "signatures")


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([NPM, PYPI]),
    st.fixed_dictionaries({part: st.sampled_from(LEVELS) for part in PARTS}),
    st.sets(st.sampled_from(HELD)),
)
def test_an_entry_that_contradicts_its_evidence_is_refused_by_both(
    purl: str, evidence: dict[str, JSON], gone: set[str]
) -> None:
    entry = json.loads(EXPECTED)["packages"][purl]
    kept = {key: value for key, value in entry.items() if key not in gone}
    content = edited(("packages", purl), {**kept, "evidence": evidence})
    assert lock_is_read(content) is LOCK.is_valid(content)


@pytest.mark.parametrize("path", [path for path in spots(json.loads(EXPECTED)) if path and isinstance(path[-1], str)])
def test_a_lock_without_one_of_its_keys_is_the_same_to_both(path: tuple[str | int, ...]) -> None:
    content = json.loads(EXPECTED)
    here = content
    for step in path[:-1]:
        here = here[step]
    del here[path[-1]]
    if "digests" in path[:-1]:
        # What the schema cannot say: that each proof is of a file that has a digest.
        assert not lock_is_read(content)
        assert LOCK.is_valid(content)
    else:
        assert lock_is_read(content) is LOCK.is_valid(content)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("packages", PYPI, "registry"), "https://user:pw@npm.example/"),
        (("packages", NPM, "published"), "yesterday"),
        (("packages", NPM, "digests"), "sha512"),
        (("packages", PYPI, "digests"), "sha256:00"),
        (("packages", PYPI, "evidence", "publisher"), "trusted"),
        (("packages", NPM, "publisher"), "someone"),
        (("packages", NPM, "publisher", "identity"), "a\nb"),
        (("packages", NPM, "publisher"), {"identity": "x", "owner_id": "42"}),
        (("packages", NPM, "signatures"), {"a\x07": "AA=="}),
        (("packages", NPM, "signatures", "SHA256:a"), "AAB="),
        (("packages", NPM, "proofs"), {"": "0c" * 32}),
        (("packages", PYPI, "proofs"), "0c" * 32),
        (("packages", PYPI, "proofs", "a-1.whl"), "0C" * 32),
        (("configs", ".mcp.json", "git", "packages"), ["pkg:gem/x@1"]),
        (("packages",), {"pkg:npm/x": {}}),
        (("packages",), {"pkg:gem/x@1": {}}),
        (("packages",), {"pkg:npm/x@1": {}}),
    ],
)
def test_a_lock_with_a_wrong_value_is_refused_by_both(path: tuple[str, ...], value: JSON) -> None:
    assert not lock_is_read(edited(path, value))
    assert not LOCK.is_valid(edited(path, value))


def test_the_sample_is_read_by_both() -> None:
    assert lock_is_read(json.loads(dump(SAMPLE)))
    assert LOCK.is_valid(json.loads(dump(SAMPLE)))


# ------------------------------------------------------------------------------------------------ the policy


def lines() -> list[str]:
    return FULL.splitlines()


def test_the_full_policy_is_read_by_both() -> None:
    assert policy_is_read(FULL)
    assert policy_fits(FULL)


@pytest.mark.parametrize("number", range(len(FULL.splitlines())))
def test_a_policy_without_one_of_its_lines_is_the_same_to_both(number: int) -> None:
    text = "\n".join([*lines()[:number], *lines()[number + 1 :]])
    assert policy_is_read(text) is policy_fits(text)


@pytest.mark.parametrize("value", ["1", "true", '""', '" "', '"x"', "[]", '["x"]', "{}", '{ x = "y" }', "1.5"])
@pytest.mark.parametrize("number", [number for number, line in enumerate(FULL.splitlines()) if "=" in line])
def test_a_policy_with_another_value_is_the_same_to_both(number: int, value: str) -> None:
    key = lines()[number].partition("=")[0]
    text = "\n".join([*lines()[:number], f"{key} = {value}", *lines()[number + 1 :]])
    assert policy_is_read(text) is policy_fits(text)


@pytest.mark.parametrize(
    "text",
    [
        'deadline = "0s"',
        'require = ["integrity"]',
        'require = ["pin", "pin"]',
        'exclude = ["!x"]',
        '[registries]\nnpm = "https://u:p@npm.example/"',
        '[registries]\ncargo = "https://npm.example/"',
        '[publishers]\n"npm:*" = "github:a/b"',
        '[publishers]\n"npm:x" = { identity = "github:a/b", repository = "github:a/b" }',
        '[publishers]\n"npm:x" = { workflow = "x" }',
        '[publishers]\n"npm:x" = { identity = "github:a/b", workflow = "a/../b" }',
        '[publishers]\n"npm:x" = { identity = "github:a/b", workflow = "a@b" }',
        '[publishers]\n"npm:x" = { identity = "github:a/b", workflow = "/a" }',
        '[publishers]\n"npm:x" = { identity = "github:a/b", workflow = "a\\u0007b" }',
        '[publishers]\n"npm:x" = { identity = "github:a/b", ref = "main" }',
        '[publishers]\n"npm:x" = { identity = "github:a/b", ref = "refs/a\\nb" }',
        '[publishers]\n"npm:x" = { identity = "google:a@b", ref = "refs/heads/main" }',
        '[publishers]\n"npm:x" = { repository = "registry:https://a.example/", workflow = "x" }',
        '[publishers]\n"npm:x" = "google:a"',
        '[publishers]\n"npm:x" = "circleci:a/b"',
        '[remotes]\nallow = ["mcp.linear.app"]',
        '[remotes]\ndeny = ["https://a.example/"]',
        '[[accept]]\nrule = "known-malicious"\npackage = "npm:x@1.0.0"\nreason = "x"\nuntil = 2027-01-01',
        '[[accept]]\nrule = "unpinned"\nreason = "x"\nuntil = 2027-01-01',
        '[[accept]]\nrule = "unpinned"\npackage = "npm:x@1.0.0"\nfile = "x"\nreason = "x"\nuntil = 2027-01-01',
        "min_age = 1",
    ],
)
def test_a_wrong_policy_is_refused_by_both(text: str) -> None:
    assert not policy_is_read(text)
    assert not policy_fits(text)


@pytest.mark.parametrize(
    "entry",
    [
        '"google:a@b.example"',
        f'"circleci:{UUID}/{UUID}"',
        '{ identity = "gitlab:a/b/c#1", workflow = ".gitlab-ci.yml", ref = "refs/heads/*" }',
        '{ repository = "github:a/b", workflow = "a b/c.yml" }',
    ],
)
def test_a_publisher_is_read_by_both(entry: str) -> None:
    text = f'[publishers]\n"npm:x" = {entry}'
    assert policy_is_read(text)
    assert policy_fits(text)


def test_the_schema_lists_what_can_be_accepted_and_the_defaults() -> None:
    schema = json.loads((SCHEMAS / "mcp-guard.toml.schema.json").read_text(encoding="utf-8"))
    assert schema["$defs"]["acceptance"]["properties"]["rule"]["enum"] == sorted(ACCEPTABLE)
    defaults = {key: content["default"] for key, content in schema["properties"].items() if "default" in content}
    text = "\n".join(f"{key} = {json.dumps(value)}" for key, value in defaults.items())
    assert load({"mcp-guard.toml": text.encode()})._replace(places=(), file=None) == load({})

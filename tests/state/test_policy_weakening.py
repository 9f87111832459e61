from __future__ import annotations

from datetime import date, timedelta

import pytest

from mcp_guard.model import Place, Policy
from mcp_guard.policy import load, weakened

FINGERPRINT = "sha256:" + "0a" * 32
ACCEPT = '[[accept]]\nrule = "unpinned"\npackage = "npm:x@1.2.3"\nreason = "r"\nuntil = {}\n'
SERVER = """\
[[accept]]
rule = "opaque-launch"
file = "f"
server = "s"
fingerprint = "{}"
reason = "r"
until = 2027-01-01
"""


def read(text: str, file: str = "mcp-guard.toml") -> Policy:
    return load({file: text.encode()})


@pytest.mark.parametrize(
    ("base", "new", "line", "expected"),
    [
        ("", 'min-age = "71h"', 1, ('min-age = "72h"', 'min-age = "71h"')),
        ("", '\nmin-age-new = "1h"', 2, ('min-age-new = "14d"', 'min-age-new = "1h"')),
        ('max-status-age = "90m"', 'max-status-age = "2h"', 1, ('max-status-age = "90m"', 'max-status-age = "2h"')),
        ('min-age = "100s"', 'min-age = "0s"', 1, ('min-age = "100s"', 'min-age = "0h"')),
        ('preset = "strict"', 'preset = "baseline"', 1, ('preset = "strict"', 'preset = "baseline"')),
        ('preset = "strict"', "", 1, ('preset = "strict"', 'preset = "baseline"')),
        ('network = "required"', 'network = "off"', 1, ('network = "required"', 'network = "off"')),
        ('network = "required"', "", 1, ('network = "required"', 'network = "auto"')),
        ("", 'network = "off"', 1, ('network = "auto"', 'network = "off"')),
        (
            "",
            'require = ["pin", "integrity"]',
            1,
            ('require = ["pin", "integrity", "provenance"]', 'require = ["pin", "integrity"]'),
        ),
        ('exclude = ["a"]', 'exclude = ["a",\n"b"]', 2, ("", 'exclude = ["b"]')),
        ("", '[remotes]\nallow = ["https://a.example/"]', 2, ("", 'remotes.allow = ["https://a.example/"]')),
        ("", '[programs]\nallow = ["gh"]', 2, ("", 'programs.allow = ["gh"]')),
        ("", '[registries]\nnpm = "https://a.example/"', 2, ("", 'registries."npm" = "https://a.example/"')),
        ('[registries]\nnpm = "https://a.example/"', "", 1, ('registries."npm" = "https://a.example/"', "")),
        (
            '[publishers]\n"npm:x" = "github:a/b"',
            '[publishers]\n\n"npm:x" = "github:c/d"',
            3,
            ('publishers."npm:x" = "github:a/b"', 'publishers."npm:x" = "github:c/d"'),
        ),
        (
            '[publishers]\n"npm:x" = { identity = "github:a/b", workflow = "release.yml" }',
            '[publishers]\n"npm:x" = "github:a/b"',
            2,
            (
                'publishers."npm:x" = { identity = "github:a/b", workflow = "release.yml" }',
                'publishers."npm:x" = "github:a/b"',
            ),
        ),
        (
            '[publishers]\n"npm:x" = { identity = "github:a/b", workflow = "release.yml" }',
            '[publishers]\n"npm:x" = { identity = "github:a/b", workflow = "evil.yml" }',
            2,
            (
                'publishers."npm:x" = { identity = "github:a/b", workflow = "release.yml" }',
                'publishers."npm:x" = { identity = "github:a/b", workflow = "evil.yml" }',
            ),
        ),
        (
            '[publishers."npm:x"]\nrepository = "github:a/b"\nref = "refs/tags/v*"',
            '[publishers]\n"npm:x".identity = "github:a/b"\n"npm:x".ref = "refs/*"',
            2,
            (
                'publishers."npm:x" = { identity = "github:a/b", ref = "refs/tags/v*" }',
                'publishers."npm:x" = { identity = "github:a/b", ref = "refs/*" }',
            ),
        ),
        (
            '[publishers]\n"npm:x" = { identity = "github:a/b", workflow = "r.yml", ref = "refs/*" }',
            "",
            1,
            ('publishers."npm:x" = { identity = "github:a/b", workflow = "r.yml", ref = "refs/*" }', ""),
        ),
        (
            "",
            '[publishers]\n"npm:x" = { identity = "github:a/b", workflow = "\\"x\\".yml" }',
            2,
            ("", 'publishers."npm:x" = { identity = "github:a/b", workflow = "\\"x\\".yml" }'),
        ),
        ("", '[publishers]\n"pypi:A_b" = "github:c/d"', 2, ("", 'publishers."pypi:a-b" = "github:c/d"')),
        (
            "",
            "\n" + ACCEPT.format("2027-01-01"),
            2,
            ("", 'accept = { rule = "unpinned", package = "npm:x@1.2.3", reason = "r", until = 2027-01-01 }'),
        ),
        (
            ACCEPT.format("2027-01-01"),
            ACCEPT.format("2027-01-02"),
            1,
            (
                'accept = { rule = "unpinned", package = "npm:x@1.2.3", reason = "r", until = 2027-01-01 }',
                'accept = { rule = "unpinned", package = "npm:x@1.2.3", reason = "r", until = 2027-01-02 }',
            ),
        ),
    ],
)
def test_each_loosened_thing_has_its_place_and_both_lines(
    base: str, new: str, line: int, expected: tuple[str, str]
) -> None:
    ((place, *lines),) = weakened(read(new), read(base))
    assert (place.file, place.line) == ("mcp-guard.toml", line)
    assert tuple(lines) == expected


@pytest.mark.parametrize(
    ("base", "new"),
    [
        ("", ""),
        ("", 'min-age = "100h"\nmin-age-new = "20d"\nmax-status-age = "1h"\npreset = "strict"\nnetwork = "required"'),
        ('require = ["pin"]', 'require = ["provenance", "pin"]'),
        ('exclude = ["a", "b"]', 'exclude = ["b"]'),
        ('[programs]\nallow = ["gh"]', ""),
        ('[remotes]\nallow = ["https://a.example/"]', "[remotes]\nallow = []"),
        (ACCEPT.format("2027-01-02"), ACCEPT.format("2027-01-01")),
        (ACCEPT.format("2027-01-02"), ACCEPT.format("2027-01-02").replace('"r"', '"another reason"')),
        (ACCEPT.format("2027-01-02") + ACCEPT.format("2027-01-01"), ACCEPT.format("2027-01-02")),
        (SERVER.format(FINGERPRINT), ""),
        ('deadline = "10s"', 'deadline = "60s"'),
        (
            '[publishers]\n"npm:x" = { repository = "github:a/b", ref = "refs/*" }',
            '[publishers]\n"npm:x" = { ref = "refs/*", identity = "github:a/b" }',
        ),
        ('[publishers]\n"npm:x" = "github:a/b"', '[publishers]\n"npm:x" = { identity = "github:a/b" }'),
    ],
)
def test_what_is_the_same_or_stricter_is_no_weakening(base: str, new: str) -> None:
    assert weakened(read(new), read(base)) == ()


def test_an_acceptance_for_another_fingerprint_is_a_new_one() -> None:
    other = FINGERPRINT.replace("0a", "0b")
    ((_, old, new),) = weakened(read(SERVER.format(other)), read(SERVER.format(FINGERPRINT)))
    assert (old, other in new) == ("", True)


def test_a_policy_that_is_gone_is_named_by_its_old_file() -> None:
    ((place, _, _),) = weakened(Policy(), read("preset = 'strict'"))
    assert place == Place("mcp-guard.toml")
    moved = read('[tool.mcp-guard]\npreset = "strict"', "pyproject.toml")
    assert weakened(moved, read("preset = 'strict'")) == ()


def test_everything_at_once_is_reported_once_each() -> None:
    text = 'min-age = "1h"\nexclude = ["a", "b"]\n[programs]\nallow = ["x", "y"]\n' + ACCEPT.format("2027-01-01")
    found = weakened(read(text), Policy())
    assert len(found) == len(set(found)) == 6
    assert not weakened(read(text), read(text))


def test_policies_made_by_hand_have_no_places_and_still_compare() -> None:
    new = Policy(min_age=timedelta(hours=1), programs=("x",))
    assert [place for place, _, _ in weakened(new, Policy())] == [Place("mcp-guard.toml")] * 2
    acceptance = read(ACCEPT.format("2027-01-01")).acceptances[0]._replace(until=date(2028, 1, 1))
    assert len(weakened(Policy(acceptances=(acceptance,)), Policy())) == 1

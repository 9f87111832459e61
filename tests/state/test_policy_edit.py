from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_guard.model import Acceptance, NamedPublisher, Place, Policy
from mcp_guard.policy import PolicyError, load
from mcp_guard.policy_edit import add_acceptances, add_publisher, allow_program, allow_remote

NOWHERE = Place("x")
PACKAGE = Acceptance("unpinned", "npm:@s/x@1.2.3", None, None, None, 'why "so"', date(2027, 1, 31), NOWHERE)
SERVER = Acceptance(
    "opaque-launch", None, "ä b/.mcp.json", "s.1", "sha256:" + "0a" * 32, "r", date(2027, 2, 1), NOWHERE
)

OWN = """\
# our policy
min-age   =  "96h"   # three days were too few

[publishers]  # who
"npm:@corp/*" = "github:corp/x#1"

[[accept]]
# ticket 1
rule = "unpinned"
package = "npm:old@1.0.0"
reason = "old"
until = 2027-01-01
"""
SHARED = """\
[project]
name = "x"

[tool.mcp-guard]
min-age = "96h"

[tool.ruff]
line-length = 120  # wide
"""
SPELLINGS = (
    "",
    "# only a comment",
    'min-age = "96h"',
    OWN,
    OWN.replace("\n", "\r\n"),
    SHARED,
    SHARED + '\n[tool.mcp-guard.programs]\nallow = [\n  "a",  # one\n  "b",\n]\n\n[build-system]\nrequires = []\n',
    "[tool.mcp-guard]\n",
    'tool.mcp-guard.min-age = "96h"\n',
    "[[tool.mcp-guard.accept]]\nrule='unpinned'\npackage='npm:y@1.0.0'\nreason='r'\nuntil=2027-01-01\n[tool.x]\na=1\n",
    "accept = [{ rule = 'unpinned', package = 'npm:y@1.0.0', reason = 'r', until = 2027-01-01 }]\n",
    "remotes.allow = ['https://b.example/']\nprograms = { allow = ['b'] }\n",
    "[remotes]\n[programs]\n[publishers]\n",
)
EDITS: tuple[tuple[Callable[[str], str], Callable[[Policy], bool]], ...] = (
    (
        lambda text: add_acceptances(text, [PACKAGE, SERVER]),
        lambda policy: {"unpinned", "opaque-launch"} <= rules(policy),
    ),
    (
        lambda text: add_publisher(text, "npm:@s/*", "github:s/x#12"),
        lambda policy: ("npm:@s/*", NamedPublisher("github:s/x#12")) in policy.publishers,
    ),
    (lambda text: allow_remote(text, "https://a.example/*"), lambda policy: "https://a.example/*" in policy.remotes),
    (lambda text: allow_program(text, "./bin/a b"), lambda policy: "./bin/a b" in policy.programs),
)


def rules(policy: Policy) -> set[str]:
    return {acceptance.rule for acceptance in policy.acceptances}


def read(text: str) -> Policy:
    policy = load({"pyproject.toml" if "tool" in text else "mcp-guard.toml": text.encode()})
    return policy._replace(acceptances=tuple(found._replace(place=NOWHERE) for found in policy.acceptances), places=())


@pytest.mark.parametrize("text", SPELLINGS)
@pytest.mark.parametrize(("edit", "there"), EDITS)
def test_an_edit_adds_its_thing_and_keeps_all_others(
    text: str, edit: Callable[[str], str], there: Callable[[Policy], bool]
) -> None:
    old, new = read(text), read(edit(text))
    assert there(new)
    assert set(old.acceptances) <= set(new.acceptances)
    for name in ("publishers", "remotes", "programs"):
        assert set(getattr(old, name)) <= set(getattr(new, name))
    assert (old.min_age, old.file) == (new.min_age, new.file)
    assert edit(edit(text)) == edit(text)
    for line in text.splitlines():
        if line and "[" not in line:
            assert line in edit(text).splitlines()


def test_an_acceptance_reads_back_as_it_was() -> None:
    assert read(add_acceptances("", [PACKAGE, SERVER])).acceptances == (
        PACKAGE._replace(place=NOWHERE),
        SERVER._replace(place=NOWHERE),
    )


def test_the_text_is_what_a_person_would_write() -> None:
    text = allow_program(allow_remote(add_publisher("", "npm:x", "github:a/b"), "https://a.example/*"), "gh")
    assert add_acceptances(text, [PACKAGE]) == (
        '[publishers]\n"npm:x" = "github:a/b"\n\n[remotes]\nallow = ["https://a.example/*"]\n\n'
        '[programs]\nallow = ["gh"]\n\n'
        '[[accept]]\nrule = "unpinned"\npackage = "npm:@s/x@1.2.3"\nreason = "why \\"so\\""\nuntil = 2027-01-31\n'
    )


def test_a_blank_line_stands_between_acceptances() -> None:
    text = add_acceptances(OWN + "\n[programs]\nallow = []\n", [PACKAGE, SERVER])
    assert text.count("\n\n[[accept]]\n") == 3
    assert "until = 2027-02-01\n\n[programs]\n" in text
    assert "\n\n\n" not in text


def test_what_is_there_stays_byte_for_byte() -> None:
    text = add_acceptances(OWN, [PACKAGE])
    assert text.startswith(OWN)
    assert add_publisher(SHARED, "npm:x", "github:a/b").startswith(SHARED.partition("[tool.ruff]")[0].rstrip())
    assert "[tool.ruff]\nline-length = 120  # wide\n" in add_publisher(SHARED, "npm:x", "github:a/b")


def test_an_acceptance_of_the_same_thing_is_replaced() -> None:
    again = PACKAGE._replace(package="npm:old@1.0.0", reason="new", until=date(2027, 3, 1))
    text = add_acceptances(OWN, [again])
    assert text == OWN.replace('"old"', '"new"').replace("2027-01-01", "2027-03-01")
    moved = SERVER._replace(fingerprint="sha256:" + "0b" * 32)
    both = add_acceptances("", [SERVER])
    assert read(add_acceptances(both, [moved])).acceptances == (moved._replace(place=NOWHERE),)


def test_the_same_thing_accepted_twice_is_accepted_once_afterwards() -> None:
    old = PACKAGE._replace(package="pypi:a-b@1.0")
    text = add_acceptances("", [old]) + add_acceptances("", [old]).replace("a-b", "A_B")
    assert len(read(text).acceptances) == 2
    new = old._replace(reason="other")
    assert read(add_acceptances(text, [new])).acceptances == (new._replace(place=NOWHERE),)


def test_another_publisher_replaces_the_old_one() -> None:
    text = '[publishers]\n"pypi:A_b" = "github:a/b" # why\n'
    assert add_publisher(text, "pypi:a-b", "github:c/d") == text.replace("a/b", "c/d")
    assert add_publisher(text, "pypi:a.B", "github:a/b") == text


INLINE = """\
[publishers]  # who
"npm:x" = {  identity="github:a/b",workflow = "w", ref = "refs/*" } # why
"npm:y" = "github:a/b"
"""
APART = """\
[publishers."npm:y"]
identity = "github:y/z"
[remotes]
allow = []
[publishers."npm:x"] # one
repository   = "github:a/b" # old

# built by
workflow="w"
ref="refs/*"
"""
DOTTED = """\
"npm:x".workflow = "w"
"npm:x".identity = "github:a/b" # k
"npm:x".ref = "refs/*"
"""
TABLES = (
    INLINE,
    INLINE.replace("\n", "\r\n"),
    INLINE.replace("identity", "repository"),
    INLINE.replace('"', "'"),
    APART,
    APART.partition("allow = []\n")[2],
    f"[publishers]\n{DOTTED}",
    DOTTED.replace('"npm:x"', 'publishers."npm:x"'),
    'publishers = { "npm:x" = {identity="github:a/b", workflow = "w", ref="refs/*"} }\n',
    INLINE.replace("[publishers]", "[tool.mcp-guard.publishers]") + "\n[tool.ruff]\na=1\n",
)


@pytest.mark.parametrize("text", TABLES)
def test_a_table_keeps_its_workflow_and_ref_and_all_that_people_wrote(text: str) -> None:
    assert add_publisher(text, "npm:x", "github:a/b") == text
    new = add_publisher(text, "npm:x", "github:c/d#7")
    assert dict(read(new).publishers)["npm:x"] == NamedPublisher("github:c/d#7", "w", "refs/*")
    old, changed = text.splitlines(keepends=True), new.splitlines(keepends=True)
    assert len(old) == len(changed)
    different = [(one, other) for one, other in zip(old, changed, strict=True) if one != other]
    ((one, other),) = different
    assert other.replace('"', "'") == one.replace('"', "'").replace("github:a/b", "github:c/d#7")


def test_who_has_no_workflow_does_not_get_one_by_an_edit() -> None:
    with pytest.raises(PolicyError, match="delete these keys"):
        add_publisher(TABLES[0], "npm:x", "registry:https://npm.example/")


def test_line_ends_are_those_of_the_file() -> None:
    text = add_acceptances(OWN.replace("\n", "\r\n"), [PACKAGE])
    assert text.count("\n") == text.count("\r\n")
    assert "\r" not in add_acceptances(OWN, [PACKAGE])


@pytest.mark.parametrize(
    ("edit", "part"),
    [
        (lambda: allow_remote("", "mcp.linear.app"), "no remote"),
        (lambda: allow_remote("", "https://*"), "no remote"),
        (lambda: allow_program("", " "), "blank"),
        (lambda: add_publisher("", "x", "github:a/b"), "does not name packages"),
        (lambda: add_publisher("", "npm:x", "a/b"), "does not name a publisher"),
        (lambda: add_acceptances("", [PACKAGE._replace(rule="known-malicious")]), "nobody can accept"),
        (lambda: add_acceptances("", [PACKAGE._replace(reason=" ")]), "blank"),
        (lambda: add_acceptances("", [PACKAGE._replace(package=None)]), "needs package"),
        (lambda: allow_program("nonsense = 1", "gh"), "nonsense"),
        (lambda: allow_program("nonsense = ", "gh"), "TOML"),
        (lambda: allow_program("\ufeff", "gh"), "byte order mark"),
        (lambda: allow_program("[project]\nname = 'x'\n", "gh"), "not a key"),
        (lambda: allow_program("[tool]\nmcp-guard.preset = 'strict'\n", "gh"), "by hand"),
        (lambda: allow_program("[tool]\nmcp-guard = { preset = 'strict' }\n", "gh"), "by hand"),
    ],
)
def test_what_is_no_policy_is_not_written(edit: Callable[[], str], part: str) -> None:
    with pytest.raises(PolicyError, match=part):
        edit()


NAMES = st.text("abc-.", min_size=1, max_size=6).map(lambda text: f"n{text}")


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(SPELLINGS),
    st.lists(
        st.builds(
            lambda name: lambda text: allow_program(text, name), st.text(min_size=1, max_size=8).filter(str.strip)
        )
        | st.builds(lambda name: lambda text: allow_remote(text, f"https://{name.strip('.-')}.example/*"), st.just("a"))
        | st.builds(lambda name: lambda text: add_publisher(text, f"npm:{name}", "github:a/b"), NAMES)
        | st.builds(
            lambda name, reason: (
                lambda text: add_acceptances(text, [PACKAGE._replace(package=f"npm:{name}@1.0.0", reason=reason)])
            ),
            NAMES,
            st.text(min_size=1, max_size=8).filter(str.strip),
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_any_edits_in_any_order_read_back(text: str, edits: list[Callable[[str], str]]) -> None:
    for edit in edits:
        new = edit(text)
        assert edit(new) == new
        before, after = read(text), read(new)
        assert set(before.programs) <= set(after.programs)
        assert {known.package for known in before.acceptances} <= {known.package for known in after.acceptances}
        text = new

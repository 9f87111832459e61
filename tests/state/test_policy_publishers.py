from __future__ import annotations

import re
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_guard.model import Level, NamedPublisher, Policy, Publisher
from mcp_guard.policy import publisher_differs, publisher_named

WORKFLOW, REF = ".github/workflows/release.yml", "refs/tags/v1.2.3"
UUID = "0fa5cc1d-9d70-4c0e-8ba1-4a5d1a1b0c0d"
OTHER = "1fa5cc1d-9d70-4c0e-8ba1-4a5d1a1b0c0d"


def differs(named: str, proven: str, workflow: str | None = None, ref: str | None = None) -> str | None:
    return publisher_differs(
        NamedPublisher(named, workflow, ref), Publisher("proven", proven, WORKFLOW, REF, "push", "", "42")
    )


def test_the_most_specific_publisher_counts() -> None:
    everybody, one, other = NamedPublisher("github:s/all"), NamedPublisher("github:s/one"), NamedPublisher("github:x/x")
    policy = Policy(publishers=(("npm:@s/*", everybody), ("npm:@s/one", one), ("pypi:x", other)))
    assert publisher_named(policy, "npm:@s/one") == one
    assert publisher_named(policy, "npm:@s/two") == everybody
    assert publisher_named(policy, "pypi:x") == other
    for label in ("npm:x", "npm:@s", "npm:@sx/one", "pypi:@s/one", "pypi:xy"):
        assert publisher_named(policy, label) is None


@pytest.mark.parametrize(
    ("named", "proven"),
    [
        ("github:octo/server#4711", "github:octo/server#4711"),
        ("github:Octo/server#4711", "github:oCTO/Server#4711"),
        ("github:octo/server#4711", "github:octo/renamed#4711"),
        ("github:octo/server", "github:octo/server#4711"),
        ("github:octo/server", "github:OCTO/SERVER"),
        ("gitlab:group/sub/server", "gitlab:Group/Sub/Server#1"),
        ("gitlab:group/sub/server#1", "gitlab:group/sub/renamed#1"),
        ("google:me@x.example", "google:me@x.example"),
        (f"circleci:{UUID}/{OTHER}", f"circleci:{UUID}/{OTHER}"),
    ],
)
def test_who_is_named_does_not_differ(named: str, proven: str) -> None:
    assert differs(named, proven) is None


@pytest.mark.parametrize(
    ("named", "proven", "what"),
    [
        # a repository deleted and made anew, by the owner or by whoever has got the name
        ("github:octo/server#4711", "github:octo/server#4712", "repository id"),
        ("github:octo/server#4711", "github:octo/server#14711", "repository id"),
        ("github:octo/server#4711", "github:octo/server#47110", "repository id"),
        ("github:octo/server#4711", "github:octo/server#04711", "repository id"),
        # a certificate from before ids, or one that leaves it out
        ("github:octo/server#4711", "github:octo/server", "repository id"),
        ("github:octo/server#4711", "github:octo/server#", "repository"),
        # the same repository, given to somebody else
        ("github:octo/server#4711", "github:evil/server#4711", "owner"),
        ("gitlab:group/sub/server#1", "gitlab:group/server#1", "owner"),
        ("gitlab:group/sub/server#1", "gitlab:group/other/server#1", "owner"),
        ("gitlab:group/sub/server#1", "gitlab:group/sub/sub/server#1", "owner"),
        # somebody else altogether
        ("github:octo/server#4711", "github:evil/server#4712", "repository"),
        ("github:octo/server#4711", "github:evil/server", "repository"),
        ("github:octo/server", "github:evil/server#4711", "owner"),
        ("github:octo/server", "github:octo/other#4711", "repository"),
        ("github:octo/server", "github:octo/server-x", "repository"),
        ("github:octo/server", "github:xocto/server", "owner"),
        ("github:octo/server", "github:octo-/server", "owner"),
        ("github:octo/server", "github:octo/ser.ver", "repository"),
        ("gitlab:group/server", "gitlab:group/sub/server", "owner"),
        ("gitlab:group/sub/server", "gitlab:group/server", "owner"),
        ("gitlab:a/b", "gitlab:a%2fb", "repository"),
        # letters that look alike, fold alike, or cannot be seen
        ("github:octo/server", "github:\u043ecto/server", "owner"),
        ("github:k/server", "github:\u212a/server", "owner"),
        ("github:octo/server", "github:octo/\u017ferver", "repository"),
        ("github:octo/server", "github:octo/server\u200b", "repository"),
        ("github:octo/server", "github:octo/server ", "repository"),
        ("github:octo/server", "github:octo/server\n", "repository"),
        ("github:octo/server#1", "github:octo/server#\u0661", "repository"),
        ("github:octo/server#4711", "github:\u043ecto/server#4711", "owner"),
        # identities that are none
        ("github:octo/server", "github:octo/server#1#2", "repository"),
        ("github:octo/server#1", "github:octo/server#1#2", "repository"),
        ("github:octo/server", "github:octo/server#x", "repository"),
        ("github:octo/server", "github:octo/server#1\n", "repository"),
        ("github:octo/server", "github:octo", "repository"),
        ("github:octo/server", "github:octo/server/", "repository"),
        ("github:octo/server", "github:", "repository"),
        ("github:", "github:", "repository"),
        ("github:octo", "github:octo", "repository"),
        ("github:octo/server#", "github:octo/server", "repository"),
        ("github:/", "github:/", "repository"),
        # the same name elsewhere
        ("github:octo/server#1", "gitlab:octo/server#1", "service"),
        ("gitlab:octo/server#1", "github:octo/server#1", "service"),
        ("github:octo/server", "GitHub:octo/server", "service"),
        ("github:octo/server", "octo/server", "service"),
        ("github:octo/server", "", "service"),
        ("google:me@x.example", "github:me@x.example", "service"),
        ("", "", "service"),
        ("octo/server", "octo/server", "service"),
        ("activestate:octo/server", "activestate:octo/server", "service"),
        # exact to the character
        ("google:me@x.example", "google:Me@x.example", "account"),
        ("google:me@x.example", "google:me@x.example.evil.example", "account"),
        ("google:me@x.example", "google:me@x.exam\u0440le", "account"),
        ("google:", "google:", "account"),
        (f"circleci:{UUID}/{OTHER}", f"circleci:{UUID}/{UUID}", "project"),
        (f"circleci:{UUID}/{OTHER}", f"circleci:{UUID.upper()}/{OTHER}", "project"),
        ("circleci:", "circleci:", "project"),
        # not for this question
        ("registry:https://npm.example/", "registry:https://npm.example/", "registry"),
        ("registry:https://npm.example/", "github:octo/server#1", "registry"),
    ],
)
def test_what_differs_is_named(named: str, proven: str, what: str) -> None:
    assert differs(named, proven) == what


@pytest.mark.parametrize("level", sorted(set(get_args(Level)) - {"proven"}))
def test_what_is_not_proven_is_nobody(level: Level) -> None:
    claimed = Publisher(level, "github:octo/server#4711", WORKFLOW, REF)
    assert publisher_differs(NamedPublisher("github:octo/server#4711"), claimed) == "proof"
    assert publisher_differs(NamedPublisher("github:evil/server"), claimed) == "proof"
    assert publisher_differs(NamedPublisher("registry:https://npm.example/"), claimed) == "registry"


@pytest.mark.parametrize(
    ("named", "proven", "what"),
    [
        (WORKFLOW, WORKFLOW, None),
        ("release.yml", WORKFLOW, None),
        ("release.yml", "release.yml", None),
        (".gitlab-ci.yml", ".gitlab-ci.yml", None),
        ("Release.yml", WORKFLOW, "workflow"),
        ("elease.yml", WORKFLOW, "workflow"),
        ("workflows/release.yml", WORKFLOW, "workflow"),
        (WORKFLOW, "release.yml", "workflow"),
        (WORKFLOW, f"x/{WORKFLOW}", "workflow"),
        ("release.yml", f"{WORKFLOW}/evil.yml", "workflow"),
        ("release.yml", f"{WORKFLOW}/", "workflow"),
        ("release.yml", "", "workflow"),
        ("release.*", WORKFLOW, "workflow"),
        ("release.yml", ".github/workflows/relea\u0455e.yml", "workflow"),
        ("", WORKFLOW, "workflow"),
        ("", f"{WORKFLOW}/", "workflow"),
        ("", "", "workflow"),
    ],
)
def test_a_workflow_is_the_path_or_its_last_part(named: str, proven: str, what: str | None) -> None:
    publisher = Publisher("proven", "github:octo/server", proven, REF)
    assert publisher_differs(NamedPublisher("github:octo/server", named), publisher) == what
    assert publisher_differs(NamedPublisher("github:octo/server"), publisher) is None


@pytest.mark.parametrize(
    ("pattern", "ref", "what"),
    [
        (REF, REF, None),
        ("refs/tags/*", REF, None),
        ("refs/tags/v*", REF, None),
        ("refs/*", "refs/heads/a/b/c", None),
        ("refs/*/main", "refs/heads/x/main", None),
        ("refs/heads/*-*-x", "refs/heads/a-b-x", None),
        ("refs/heads/**", "refs/heads/", None),
        ("refs/heads/*main", "refs/heads/main", None),
        ("refs/tags/v*", "refs/tags/V1", "ref"),
        ("refs/tags/v*", "refs/heads/v1", "ref"),
        ("refs/tags/*", "refs/tags", "ref"),
        ("refs/heads/main", "refs/heads/main2", "ref"),
        ("refs/heads/main", "refs/heads/mai", "ref"),
        ("refs/heads/main", "refs/heads/main\n", "ref"),
        ("refs/heads/*-x", "refs/heads/x-", "ref"),
        ("refs/heads/ab*ba", "refs/heads/aba", "ref"),
        ("refs/heads/*a*a", "refs/heads/a", "ref"),
        ("refs/heads/a*b*a", "refs/heads/aba/b", "ref"),
        ("refs/heads/m.in", "refs/heads/main", "ref"),
        ("refs/heads/[m]ain", "refs/heads/main", "ref"),
        ("refs/heads/mai?", "refs/heads/main", "ref"),
        ("refs/heads/x*y", "refs/heads/x\ny", None),
        ("*", "", "ref"),
        ("", "", "ref"),
        ("", REF, "ref"),
        ("refs/tags/*", "evil/refs/tags/v1", "ref"),
    ],
)
def test_a_star_in_a_ref_stands_for_anything(pattern: str, ref: str, what: str | None) -> None:
    publisher = Publisher("proven", "github:octo/server", WORKFLOW, ref)
    assert publisher_differs(NamedPublisher("github:octo/server", ref=pattern), publisher) == what


def test_the_first_thing_that_differs_is_told() -> None:
    assert differs("github:octo/server", "github:evil/server", "evil.yml", "refs/heads/x") == "owner"
    assert differs("github:octo/server", "github:octo/server", "evil.yml", "refs/heads/x") == "workflow"
    assert differs("github:octo/server", "github:octo/server", "release.yml", "refs/heads/x") == "ref"
    assert differs("github:octo/server", "github:octo/server", "release.yml", "refs/tags/*") is None
    assert differs("google:me@x.example", "google:me@x.example", "other.yml") == "workflow"
    assert differs(f"circleci:{UUID}/{UUID}", f"circleci:{UUID}/{UUID}", None, "refs/heads/x") == "ref"


@settings(max_examples=400, deadline=None)
@given(st.text("ab*", max_size=10), st.text("ab", min_size=1, max_size=12))
def test_refs_match_as_regular_expressions_have_it(pattern: str, ref: str) -> None:
    expected = re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), ref) is not None
    publisher = Publisher("proven", "github:octo/server", "", ref)
    assert (publisher_differs(NamedPublisher("github:octo/server", ref=pattern), publisher) is None) is expected


def test_no_pattern_and_no_name_stalls_a_commit() -> None:
    """What tries every star, or every slash, again would not come back from these."""
    ref = "a" * 200_000
    for pattern in (
        "*a" * 50_000 + "*b",
        "*" * 100_000 + "b",
        "*a" * 100_001 + "*aaab*",
        ("*" + "a" * 50) * 3000 + "b*",
    ):
        publisher = Publisher("proven", "github:octo/server", "", ref)
        assert publisher_differs(NamedPublisher("github:octo/server", ref=pattern), publisher) == "ref"
    assert differs("gitlab:a/b", "gitlab:" + "a/" * 200_000 + "#") == "repository"


IDENTITIES = st.builds(
    lambda kind, owner, name, number: f"{kind}:{owner}/{name}{number}",
    st.sampled_from(["github", "gitlab"]),
    st.sampled_from(["octo", "OCTO", "evil", "octo/sub", "\u043ecto"]),
    st.sampled_from(["server", "Server", "other", "\u017ferver"]),
    st.sampled_from(["", "#1", "#2"]),
)


@settings(max_examples=500, deadline=None)
@given(IDENTITIES, IDENTITIES)
def test_whoever_does_not_differ_has_the_same_owner_and_the_id_or_name_that_is_named(named: str, proven: str) -> None:
    def parts(identity: str) -> tuple[str, str, str]:
        path, _, number = identity.partition("#")
        owner, _, name = path.rpartition("/")
        return owner.replace("OCTO", "octo"), name.replace("Server", "server"), number

    (owner, name, number), (other_owner, other_name, other_number) = parts(named), parts(proven)
    same = number == other_number if number else name == other_name
    assert (differs(named, proven) is None) is (owner == other_owner and same)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=20), st.text(max_size=20), st.none() | st.text(max_size=8), st.none() | st.text(max_size=8))
def test_any_texts_are_compared_without_failing(named: str, proven: str, workflow: str | None, ref: str | None) -> None:
    for kind in ("", "github:", "gitlab:", "google:", "circleci:", "registry:"):
        assert differs(f"{kind}{named}", f"{kind}{proven}", workflow, ref) != ""

"""Packages whose registries nobody asks: one finding where a version is named, one where none is."""

from __future__ import annotations

import pytest

from mcp_guard.model import Ecosystem, Package, PackageFacts, Policy, Publisher, Release
from mcp_guard.policy import grammar
from mcp_guard.rules import judge, mutable_source, unpinned
from mcp_guard.rules.subjects import labelled

from .factories import STRICT, TERMS, acceptance, facts, known, locked, only, package, place, rules_of, server

NOTHING = Release((), None, Publisher("absent"))
COMMIT = "4f2c9e1d0b7a6583921c0e5f4d3b2a1908f7e6d5"
EXACT: dict[Ecosystem, tuple[str, str, str]] = {
    "nuget": ("Foo.Mcp", "1.2.3", "NuGet"),
    "golang": ("example.com/foo/mcp", "v1.2.3", "the Go module proxy"),
    "cargo": ("foo-mcp", "1.2.3", "crates.io"),
    "jsr": ("@foo/mcp", "1.2.3", "JSR"),
    "nix": ("nixpkgs", COMMIT, "Nix"),
}
each = pytest.mark.parametrize("ecosystem", EXACT)


def exact(ecosystem: Ecosystem) -> Package:
    name, version, _ = EXACT[ecosystem]
    return package(name, version, ecosystem)


def pinned(ecosystem: Ecosystem) -> PackageFacts:
    """Build what is known of such a package once `pin` has written it."""
    return known(exact(ecosystem), basis="claimed", entry=NOTHING, answer=NOTHING, known=False)


@each
@pytest.mark.parametrize("policy", [STRICT, Policy(require=("pin", "integrity")), Policy(require=("provenance",))])
def test_an_exact_version_is_unverified_and_nothing_else(ecosystem: Ecosystem, policy: Policy) -> None:
    one = server(pinned(ecosystem))
    finding = only(judge(facts(one, lock=locked(one), base_lock=locked(one), policy=policy, network="required")))
    assert (finding.rule, finding.severity, finding.place) == ("unverified-publisher", "error", place(5))
    assert f"mcp-guard cannot verify what {EXACT[ecosystem][2]} serves" in finding.message
    assert finding.remedy == f"mcp-guard accept package postmark {TERMS}"
    assert finding.package == labelled(exact(ecosystem))


@each
def test_an_exact_version_can_be_accepted_by_its_name(ecosystem: Ecosystem) -> None:
    name = labelled(exact(ecosystem))
    assert grammar.package(name) == name
    policy = Policy(acceptances=(acceptance(package=name),))
    assert only(judge(facts(server(pinned(ecosystem)), policy=policy))).accepted == "SEC-42"


@each
def test_nothing_is_said_where_neither_is_required(ecosystem: Ecosystem) -> None:
    assert not judge(facts(server(pinned(ecosystem)), policy=Policy(require=("pin",))))


@each
def test_a_lock_that_claims_digests_for_it_was_edited(ecosystem: Ecosystem) -> None:
    forged = known(exact(ecosystem), basis="claimed", answer=NOTHING)
    assert rules_of(judge(facts(server(forged), policy=STRICT))) == ["integrity-mismatch", "unverified-publisher"]


@each
def test_without_a_version_it_is_written_by_hand(ecosystem: Ecosystem) -> None:
    name, _, asked = EXACT[ecosystem]
    one = server(known(package(name, None, ecosystem), basis="claimed"), locked=False)
    finding = only(judge(facts(one, policy=STRICT)))
    assert (finding.rule, finding.place) == ("unpinned", place(5))
    assert f"does not ask {asked}: write an exact version by hand" in finding.message
    assert finding.remedy == f"mcp-guard accept package postmark --rule unpinned {TERMS}"


@each
def test_a_commit_is_no_mutable_source_but_vouched_for_by_nobody(ecosystem: Ecosystem) -> None:
    subject = exact(ecosystem)._replace(version=COMMIT, source="git")
    one = server(known(subject, basis="claimed", entry=None))
    finding = only(judge(facts(one, policy=STRICT)))
    assert finding.rule == "unverified-publisher"
    assert "it comes from git, and no registry vouches for it" in finding.message
    assert not judge(facts(one))  # a commit is a digest, so nothing is missing where no publisher is required


@each
def test_a_branch_is_a_mutable_source(ecosystem: Ecosystem) -> None:
    subject = package("branch", None, ecosystem, written="github:example/notes/main")._replace(source="git")
    everything = facts(server(known(subject, basis="claimed")))
    assert "without a full commit hash" in only(mutable_source.check(everything)).message
    assert not list(unpinned.check(everything))

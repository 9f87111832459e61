"""Properties of the rules on publishers: they raise on nothing, one speaks of each problem, and doubt blocks."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_guard.model import (
    Basis,
    Ecosystem,
    Facts,
    Level,
    Lock,
    LockedPackage,
    NamedPublisher,
    Network,
    PackageFacts,
    Policy,
    Proof,
    Publisher,
    Release,
    Signature,
    purl,
)
from mcp_guard.rules import RULES, judge
from mcp_guard.rules.publishers import difference, later

from .factories import (
    ANSWERS,
    FINGERPRINT,
    LOCK_PLACE,
    NOW,
    RELEASE,
    TODAY,
    acceptance,
    facts,
    known,
    package,
    server,
)

CORP = "https://npm.corp.example/"
PROOF = f"mcp-guard.proofs/{'1' * 64}.json"
UNVERIFIED, NEW, MISMATCH = "unverified-publisher", "new-publisher", "publisher-mismatch"
CHANGED, WORKFLOW = "publisher-changed", "workflow-changed"
DOWNGRADE, INVALID = "provenance-downgrade", "proof-invalid"
ABOUT = {UNVERIFIED, NEW, MISMATCH, CHANGED, WORKFLOW, DOWNGRADE, INVALID}

NETWORKS: list[Network] = ["auto", "off", "required"]
WORDS = st.sampled_from(["", "a", "release.yml", "refs/tags/v1", "refs/heads/main", "x@y", ", ", "#", "a\nb", "é"])
KINDS = st.sampled_from(
    ["github:octo/server", "github:Octo/Server", "github:evil/server", "gitlab:a/b/c", "github:", ""]
)
ACCOUNTS = st.sampled_from(["", "#", "phanpak", "google:a@b.example", "circleci:1/2"])
IDENTITIES = ACCOUNTS | st.builds(str.__add__, KINDS, st.sampled_from(["", "#", "#4711", "#9"]))
LEVELS: st.SearchStrategy[Level] = st.sampled_from(["proven", "declared", "absent", "unavailable"])
PUBLISHERS = st.builds(Publisher, LEVELS, IDENTITIES, WORDS, WORDS, WORDS, WORDS, st.sampled_from(["", "1", "2"]))
VERSIONS = st.sampled_from(
    ["1.0.0", "1.2.0-rc.1", "2.0.0", "1!0.5", "banana", "", "1.0.0+b", "9" * 5000, "1@2", "1?a=b"]
)
RELEASES = st.builds(
    Release,
    st.sampled_from([(), RELEASE.digests]),
    st.sampled_from([None, NOW, NOW - timedelta(days=99)]),
    PUBLISHERS,
    signatures=LEVELS,
    attestations=LEVELS,
    registry=st.sampled_from([None, "", CORP]),
    account=WORDS,
    signed=st.sampled_from([(), (Signature("k", "v"),)]),
    proofs=st.sampled_from([(), (Proof("", "1" * 64),)]),
    weaker_than=st.sampled_from([None, "", "1.0.0 (x)"]),
)
ECOSYSTEMS: st.SearchStrategy[Ecosystem] = st.sampled_from(["npm", "pypi", "oci"])
NAMES = st.sampled_from(["server", "@octo/server", "other", "host.example/a/b"])
BASES: st.SearchStrategy[Basis] = st.sampled_from(["receipt", "proven", "carried", "claimed", "weaker"])
NAMED = st.builds(
    NamedPublisher,
    IDENTITIES | st.sampled_from([f"registry:{CORP}", "registry:"]),
    st.none() | WORDS,
    st.none() | WORDS,
)


@st.composite
def one_package(draw: st.DrawFn) -> PackageFacts:
    subject = package(draw(NAMES), draw(st.none() | VERSIONS), draw(ECOSYSTEMS))
    if draw(st.booleans()) and draw(st.booleans()):
        return known(subject._replace(source="git"), basis="claimed")  # there is nobody to ask
    answer = draw(st.sampled_from(ANSWERS) | RELEASES)
    found = known(
        subject, basis=draw(BASES), answer=answer, entry=draw(st.none() | RELEASES), known=draw(st.booleans())
    )
    problems = draw(st.sampled_from([(), (), ("has attestations that do not hold",)]))
    return found._replace(problems=problems, unproven=draw(st.sampled_from([None, "its attestations say nothing"])))


@st.composite
def locks(draw: st.DrawFn) -> Lock:
    packages: dict[str, LockedPackage] = {}
    for ecosystem, name, version, release in draw(
        st.lists(st.tuples(ECOSYSTEMS, NAMES, VERSIONS, RELEASES), max_size=5)
    ):
        key = purl(ecosystem, name, version)
        packages[key] = LockedPackage(key, release, LOCK_PLACE)
    return Lock(packages, {})


@st.composite
def everything(draw: st.DrawFn) -> Facts:
    subjects = draw(st.lists(one_package(), min_size=1, max_size=3))
    keys = st.sampled_from(["npm:server", "npm:@octo/*", "npm:@octo/server", "pypi:server"])
    named = tuple(draw(st.dictionaries(keys, NAMED, max_size=3)).items())
    required = draw(st.sampled_from([("pin", "integrity", "provenance"), ()]))
    rule = draw(st.sampled_from(sorted(ABOUT)))
    permits = draw(st.sampled_from([(), (acceptance(rule, "npm:server@1.0.0", until=TODAY),)]))
    return facts(
        server(*subjects)._replace(fingerprint=draw(st.sampled_from([FINGERPRINT, "sha256:" + "b" * 64]))),
        lock=draw(st.none() | locks()),
        base_lock=draw(st.none() | locks()),
        policy=Policy(require=required, publishers=named, acceptances=permits),
        network=draw(st.sampled_from(NETWORKS)),
        whole=draw(st.booleans()),
    )._replace(proof_files=draw(st.sampled_from([(), (PROOF,), ("x",)])))


@settings(max_examples=150, deadline=None)
@given(everything())
def test_judging_raises_on_nothing(every: Facts) -> None:
    findings = judge(every)
    assert judge(every) == findings
    assert {finding.rule for finding in findings} <= {rule.name for rule in RULES}


@settings(max_examples=150, deadline=None)
@given(everything())
def test_of_each_problem_one_rule_speaks(every: Facts) -> None:
    """What is forged, what has been lost and what is missing are three things, and so are the three of a publisher."""
    for package_facts in every.servers[0].packages:
        alone = every._replace(servers=(server(package_facts),))
        rules = {finding.rule for finding in judge(alone)} & ABOUT
        assert len(rules & {INVALID, DOWNGRADE, UNVERIFIED}) <= 1
        assert not (NEW in rules and rules & {MISMATCH, CHANGED, UNVERIFIED})
        assert INVALID not in rules or rules == {INVALID}


@settings(max_examples=150, deadline=None)
@given(everything())
def test_nothing_unproven_passes_where_provenance_is_required(every: Facts) -> None:
    """Whatever the base or the policy say: only a named registry stands in for a proof."""
    for subject in every.servers[0].packages:
        release = subject.answer
        registries = any(named.identity.startswith("registry:") for _, named in every.policy.publishers)
        if not isinstance(release, Release) or release.publisher.level == "proven" or registries:
            continue
        if subject.package.version is None or "provenance" not in every.policy.require:
            continue
        rules = {finding.rule for finding in judge(every._replace(servers=(server(subject),)))}
        assert rules & {UNVERIFIED, DOWNGRADE, INVALID}


@settings(max_examples=300, deadline=None)
@given(PUBLISHERS, PUBLISHERS)
def test_who_is_the_same_is_so_both_ways(one: Publisher, other: Publisher) -> None:
    assert difference(one, one) is None
    assert (difference(one, other) is None) == (difference(other, one) is None)


@settings(max_examples=300, deadline=None)
@given(ECOSYSTEMS, VERSIONS, VERSIONS)
def test_of_two_versions_at_most_one_is_later(ecosystem: Ecosystem, one: str, other: str) -> None:
    first, second = later(ecosystem, one, other), later(ecosystem, other, one)
    assert (first is None) == (second is None)
    assert not (first and second)

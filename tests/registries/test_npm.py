"""What is read of npm's documents."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import cast

import pytest
from hypothesis import given
from hypothesis import settings as bounded
from hypothesis import strategies as st

from mcp_guard.model import JSON, Answer, Digest, Missing, Publisher, Release, Unreachable
from mcp_guard.registries import Candidate, Question, Registries, Versions
from mcp_guard.registries.packument import answer, packument, versions, weaker_than
from mcp_guard.registries.questions import AnswerError, Body
from tests.registry import RECORDED, Registry
from tests.registry.documents import integrity

needs_recorded = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded packuments are not here")

Make = Callable[..., Registries]


def hexadecimal(sri: str) -> str:
    from base64 import b64decode

    return b64decode(sri.partition("-")[2]).hex()


def ask(registries: Registries, name: str, version: str, part: str = "release") -> Answer:
    return registries.ask([Question("npm", name, version, "release" if part == "release" else "status")])[0]


def release(registries: Registries, name: str, version: str, part: str = "release") -> Release:
    found = ask(registries, name, version, part)
    assert isinstance(found, Release), found
    return found


# ------------------------------------------------------------------------------------------------ releases


def test_a_release(make: Make, registry: Registry) -> None:
    registry.publish_npm(
        "@corp/some.server", "1.2.3-rc.1", published="2026-02-03T04:05:06.789Z", deprecated="use\n another",
        scripts={"postinstall": "node x", "preinstall": "", "test": "y"},
    )  # fmt: skip
    found = release(make(), "@corp/some.server", "1.2.3-rc.1")
    assert found == Release(
        digests=(Digest("sha512", hexadecimal(integrity("@corp/some.server", "1.2.3-rc.1"))),),
        published=datetime(2026, 2, 3, 4, 5, 6, 789000, tzinfo=timezone.utc),
        publisher=Publisher("declared", "somebody"),
        install_scripts=("postinstall",),
        deprecated="use another",
        registry=registry.npm_url,
        account="somebody",
    )
    assert [asked.path for asked in registry.requests] == ["/npm/@corp%2Fsome.server"]


def test_a_registry_that_serves_little(make: Make, registry: Registry) -> None:
    registry.publish_npm(
        "a", "1.0.0", published=None, publisher=None, dist={"integrity": None, "shasum": None}, _id=None
    )
    del registry.packuments["a"]["_id"]
    assert release(make(), "a", "1.0.0") == Release((), None, Publisher("absent"), registry=registry.npm_url)


def test_proofs_that_are_served_are_declared(make: Make, registry: Registry) -> None:
    registry.publish_npm(
        "a", "1.0.0", dist={"signatures": [{"keyid": "k", "sig": "cw=="}], "attestations": {"url": "u"}}
    )
    registry.publish_npm("a", "2.0.0", dist={"signatures": [], "attestations": {}})
    registries = make()
    first, second = release(registries, "a", "1.0.0"), release(registries, "a", "2.0.0")
    assert (first.signatures, first.attestations) == ("declared", "declared")
    assert (second.signatures, second.attestations) == ("absent", "absent")


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        (
            {"scripts": {"install": "x", "preinstall": "x", "postinstall": "x"}},
            ("preinstall", "install", "postinstall"),
        ),
        ({"gypfile": True}, ("node-gyp",)),
        ({"gypfile": True, "scripts": {"postinstall": "x"}}, ("postinstall", "node-gyp")),
        ({"gypfile": True, "scripts": {"install": "x"}}, ("install",)),
        ({"gypfile": False, "scripts": ["install"]}, ()),
        ({"hasInstallScript": True}, ("install",)),
        ({"scripts": "install"}, ()),
    ],
)
def test_install_scripts(make: Make, registry: Registry, manifest: dict[str, JSON], expected: tuple[str, ...]) -> None:
    registry.publish_npm("a", "1.0.0", **manifest)  # type: ignore[arg-type]  # these are members of the manifest
    assert release(make(), "a", "1.0.0").install_scripts == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("gone", "gone"), ("", None), (False, None), (True, "deprecated"), (" \n", None), ("x" * 999, "x" * 300 + "…")],
)
def test_deprecated(make: Make, registry: Registry, value: JSON, expected: str | None) -> None:
    registry.publish_npm("a", "1.0.0", deprecated=value)
    assert release(make(), "a", "1.0.0").deprecated == expected


@pytest.mark.parametrize("version", ["0.0.1-security", "0.0.1-security.0"])
def test_security_placeholder(make: Make, registry: Registry, version: str) -> None:
    registry.publish_npm("a", version)
    registry.publish_npm("b", "1.0.0", description="security holding package")
    registries = make()
    for found in (release(registries, "a", version), release(registries, "a", version, "status")):
        assert found.withdrawn is not None
        assert "security placeholder" in found.withdrawn
    assert release(registries, "b", "1.0.0").withdrawn is not None
    offered = registries.versions("npm", "a")
    assert isinstance(offered, Versions)
    assert offered.candidates[0].withdrawn is not None


def test_restricted_versions(make: Make, registry: Registry) -> None:
    registry.publish_npm("a", "1.0.0")
    registry.publish_npm("a", "2.0.0")
    registry.publish_npm("a", "3.0.0")
    document = registry.packuments["a"]
    manifests = cast("dict[str, JSON]", document["versions"])
    document["policyRestrictions"] = {
        "versions": {"3.0.0": manifests.pop("3.0.0"), "2.0.0": manifests["2.0.0"]},
        "message": "malware",
    }
    registries = make()
    assert release(registries, "a", "1.0.0").withdrawn is None
    for version in ("2.0.0", "3.0.0"):
        assert release(registries, "a", version).withdrawn == "restricted by the registry: malware"
    offered = registries.versions("npm", "a")
    assert isinstance(offered, Versions)
    assert [(one.version, one.withdrawn is None) for one in offered.candidates] == [("2.0.0", False), ("1.0.0", True)]
    assert offered.latest is None


def test_staged_versions_are_not_published(make: Make, registry: Registry) -> None:
    registry.publish_npm("a", "1.0.0")
    registry.packuments["a"]["stagedVersions"] = {"versions": {"2.0.0": {}}}
    assert ask(make(), "a", "2.0.0") == Missing("version 2.0.0 is staged, not yet published")


def test_unpublished(make: Make, registry: Registry) -> None:
    registry.packuments["a"] = {
        "_id": "a", "name": "a", "time": {"unpublished": {"time": "2026-01-02T03:04:05Z", "versions": ["1.0.0"]}},
    }  # fmt: skip
    registry.packuments["b"] = {"name": "b", "time": {"unpublished": True}}
    registries = make()
    gone = Missing("unpublished on 2026-01-02")
    assert ask(registries, "a", "1.0.0") == gone
    assert ask(registries, "a", "1.0.0", "status") == gone
    assert registries.versions("npm", "a") == gone
    assert ask(registries, "b", "1.0.0") == Missing("unpublished")


def test_missing(make: Make, registry: Registry) -> None:
    registry.publish_npm("a", "1.0.0")
    registries = make()
    assert ask(registries, "a", "9.9.9") == Missing("the package has no version 9.9.9")
    assert isinstance(ask(registries, "b", "1.0.0"), Missing)
    assert isinstance(registries.versions("npm", "b"), Missing)


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "@", "@a", "@a/", "a/b", "@a/b/c", "a b", "a?b", "a#b", "a%2fb", "\u202ea", "a" * 215, "@a/../b"],
)
def test_impossible_names_are_not_asked_for(make: Make, registry: Registry, name: str) -> None:
    registries = make()
    assert isinstance(ask(registries, name, "1.0.0"), Missing)
    assert isinstance(ask(registries, name, "1.0.0", "status"), Missing)
    assert isinstance(registries.versions("npm", name), Missing)
    assert registry.requests == []


# ------------------------------------------------------------------------------------------------ lies


@pytest.mark.parametrize(
    "change",
    [
        {"name": "b"},
        {"version": "2.0.0"},
        {"_id": "b@1.0.0"},
        {"name": 1},
        {"dist": {"integrity": "sha512-AAAA"}},
        {"dist": {"integrity": "sha512-!!!!"}},
        {"dist": {"integrity": "nothing"}},
        {"dist": {"integrity": ["sha512-"]}},
        {"dist": {"shasum": "xyz"}},
        {"dist": {"shasum": 7}},
    ],
)
@pytest.mark.parametrize("part", ["release", "status"])
def test_a_lying_manifest_is_no_answer(make: Make, registry: Registry, change: dict[str, JSON], part: str) -> None:
    dist = {"integrity": None, "shasum": None, **cast("dict[str, JSON]", change["dist"])} if "dist" in change else None
    more = {key: value for key, value in change.items() if key != "dist"}
    registry.publish_npm("a", "1.0.0", dist=dist, **more)  # type: ignore[arg-type]  # as above
    registries = make()
    assert isinstance(ask(registries, "a", "1.0.0", part), Unreachable)
    registry.publish_npm("a", "1.0.0")
    release(registries, "a", "1.0.0", part)  # the lie was not cached


@pytest.mark.parametrize(
    "document",
    [
        {"name": "b", "versions": {}},
        {"name": "a", "_id": "b", "versions": {}},
        {"name": "a"},
        {"name": "a", "versions": []},
        {"name": "a", "versions": {"1.0.0": "manifest"}},
        {"name": "a", "versions": {"1.0.0": []}, "time": []},
        {"error": "not found"},
        {},
    ],
)
def test_a_wrong_packument_is_no_answer(make: Make, registry: Registry, document: dict[str, JSON]) -> None:
    registry.packuments["a"] = document
    registry.version_documents = False
    registries = make()
    assert isinstance(ask(registries, "a", "1.0.0"), Unreachable)
    assert isinstance(ask(registries, "a", "1.0.0", "status"), Unreachable)


# ------------------------------------------------------------------------------------------------ status


def test_status_takes_the_version_document(make: Make, registry: Registry) -> None:
    registry.publish_npm("@corp/a", "1.0.0+b", deprecated="old")
    found = release(make(), "@corp/a", "1.0.0+b", "status")
    assert found.deprecated == "old"
    assert found.published is None
    assert [asked.path for asked in registry.requests] == ["/npm/@corp%2Fa/1.0.0%2Bb"]


@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_registry_without_version_documents(make: Make, registry: Registry, status: int) -> None:
    registry.publish_npm("a", "1.0.0")
    registry.break_down("status", path="/npm/a/", status=status)
    registries = make()
    assert release(registries, "a", "1.0.0", "status").published is not None
    assert ask(registries, "a", "2.0.0", "status") == Missing("the package has no version 2.0.0")


def test_an_outage_of_version_documents_is_an_outage(make: Make, registry: Registry) -> None:
    registry.publish_npm("a", "1.0.0")
    registry.break_down("status", path="/npm/a/", status=500)
    assert isinstance(ask(make(), "a", "1.0.0", "status"), Unreachable)
    registry.mend()
    registry.break_down("status", path="/npm/a", status=500)
    registry.version_documents = False
    assert isinstance(ask(make(), "a", "1.0.0", "status"), Unreachable)


# ------------------------------------------------------------------------------------------------ versions


def test_versions(make: Make, registry: Registry) -> None:
    for version in ("1.10.0", "1.9.0", "2.0.0-rc.2", "2.0.0-rc.10", "not-a-version", "01.0", "1.9.0+build"):
        registry.publish_npm("a", version, published=None if version == "1.9.0" else "2026-01-01T00:00:00Z")
    registry.publish_npm("a", "3.0.0", name="b")  # somebody else's manifest
    registry.packuments["a"]["dist-tags"] = {"latest": "1.10.0"}
    offered = make().versions("npm", "a")
    assert isinstance(offered, Versions)
    assert offered.latest == "1.10.0"
    order = [one.version for one in offered.candidates]
    assert order == ["2.0.0-rc.10", "2.0.0-rc.2", "1.10.0", "1.9.0+build", "1.9.0"]
    then = datetime(2026, 1, 1, tzinfo=timezone.utc)
    assert offered.candidates[0] == Candidate("2.0.0-rc.10", then, prerelease=True, withdrawn=None, deprecated=None)
    assert offered.candidates[-1].published is None


@pytest.mark.parametrize("latest", ["9.9.9", None, 7, ["1.0.0"]])
def test_a_latest_that_is_not_there(make: Make, registry: Registry, latest: JSON) -> None:
    registry.publish_npm("a", "1.0.0")
    registry.packuments["a"]["dist-tags"] = {"latest": latest}
    offered = make().versions("npm", "a")
    assert isinstance(offered, Versions)
    assert offered.latest is None


# ------------------------------------------------------------------------------------------------ recorded


@needs_recorded
def test_recorded_nuxt(make: Make, registry: Registry) -> None:
    registry.publish_recorded("nuxt.full.trimmed.json")
    registries = make()
    token, trusted = release(registries, "nuxt", "3.13.0"), release(registries, "nuxt", "4.1.2")
    assert token.publisher == Publisher("declared", "danielroe")
    assert trusted.publisher == Publisher("declared", "GitHub Actions (trusted publisher: github)")
    assert trusted.published == datetime(2025, 9, 12, 21, 47, 34, 462000, tzinfo=timezone.utc)
    assert (trusted.signatures, trusted.attestations, trusted.install_scripts) == ("declared", "declared", ())
    assert [(digest.algorithm, len(digest.value)) for digest in trusted.digests] == [("sha512", 128)]
    offered = registries.versions("npm", "nuxt")
    assert isinstance(offered, Versions)
    assert offered.latest == "4.1.2"
    assert [one.version for one in offered.candidates] == ["4.1.2", "4.1.1", "3.13.0", "3.12.4"]


@needs_recorded
def test_recorded_lodash_abbreviated(make: Make, registry: Registry) -> None:
    registry.publish_recorded("lodash.abbreviated.json")
    registries = make()
    found = release(registries, "lodash", "4.17.21")
    assert found.digests[0].value.startswith("bf690311ee7b95e7")
    assert (found.published, found.publisher, found.signatures) == (None, Publisher("absent"), "declared")
    offered = registries.versions("npm", "lodash")
    assert isinstance(offered, Versions)
    assert (offered.latest, len(offered.candidates)) == ("4.18.1", 117)
    assert all(one.published is None for one in offered.candidates)


@needs_recorded
def test_recorded_has_package_exports_in_both_forms(make: Make, registry: Registry, other: Registry) -> None:
    registry.publish_recorded("has-package-exports.full.json")
    other.publish_recorded("has-package-exports.abbreviated.json")
    full = release(make(), "has-package-exports", "1.3.0")
    short = release(make(other.environ), "has-package-exports", "1.3.0")
    assert full.publisher == Publisher("declared", "ljharb")
    assert full.published == datetime(2022, 4, 7, 13, 21, 32, 639000, tzinfo=timezone.utc)
    assert full.digests == short.digests
    assert full.attestations == "absent"


# ------------------------------------------------------------------------------------------------ anything

plain = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["name", "_id", "version", "versions", "time", "dist", "1.0.0", "latest", "dist-tags",
                             "unpublished", "scripts", "_npmUser", "policyRestrictions", "deprecated", "integrity",
                             "signatures", "keyid", "sig", "attestations", "provenance", "trustedPublisher",
                             "approver", "id"]),
            inner, max_size=6,
        ),
    ),
    max_leaves=25,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(["_npmUser", "dist", "scripts", "deprecated", "description"]), plain))
@bounded(max_examples=200, deadline=None)
def test_any_manifest_is_read_or_refused(parts: Mapping[str, JSON]) -> None:
    manifest: dict[str, JSON] = {**parts, "name": "a", "version": "1.0.0"}
    better: dict[str, JSON] = {"name": "a", "version": "0.9.0", "_npmUser": {"approver": {"name": "b"}}}
    document: dict[str, JSON] = {"name": "a", "versions": {"1.0.0": manifest, "0.9.0": better}}
    try:
        found = answer(document, "a", "1.0.0")
    except AnswerError as error:
        assert "\n" not in str(error)  # noqa: PT017 - as below
        return
    assert isinstance(found, Release)
    assert (found.publisher.level == "declared") == bool(found.account)
    assert (found.signatures == "declared") == bool(found.signed)
    assert weaker_than(document, "a", "1.0.0") in (None, "0.9.0 (approved by a person)")


@given(
    st.dictionaries(st.sampled_from(["versions", "time", "dist-tags", "policyRestrictions", "stagedVersions"]), plain)
)
@bounded(max_examples=300, deadline=None)
def test_any_packument_is_read_or_refused(parts: Mapping[str, JSON]) -> None:
    body = Body("application/json", json.dumps({"name": "1.0.0", **parts}).encode())
    try:
        document = packument(body, "1.0.0")
        found = answer(document, "1.0.0", "1.0.0")
        assert isinstance(found, Release | Missing)
        if isinstance(found, Release):
            assert weaker_than(document, "1.0.0", "1.0.0") is None
        assert isinstance(versions(document, "1.0.0"), Versions | Missing)
    except AnswerError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either outcome is right, but it must be one line

"""What npm's documents say of how a version was published: accounts, signatures, and what was recorded of both."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from mcp_guard.model import JSON, Publisher, Release, Signature
from mcp_guard.registries import Question, Registries
from tests.provenance.recorded import FOLDER
from tests.registry import RECORDED, Registry

needs_recorded = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recorded packuments are not here")

Make = Callable[..., Registries]

NPM = Question("npm", "@octo/server", "1.2.3", "release")


def release(registries: Registries, question: Question) -> Release:
    (found,) = registries.ask([question])
    assert isinstance(found, Release), found
    return found


@pytest.mark.parametrize(
    ("user", "account"),
    [
        ({"name": "alice", "email": "a@mail.example"}, "alice"),
        ({"name": "alice", "trustedPublisher": {"id": "github"}}, "alice (trusted publisher: github)"),
        (
            {"name": "CI", "trustedPublisher": {"id": "gitlab"}, "approver": {"name": "bob", "email": "b"}},
            "CI (trusted publisher: gitlab, approved by bob)",
        ),
        ({"name": "alice", "approver": {"name": "bob"}}, "alice (approved by bob)"),
        ({"name": "alice", "trustedPublisher": "github", "approver": "bob"}, "alice"),
        ({"name": "alice", "trustedPublisher": {"id": 7}, "approver": {"name": ""}}, "alice"),
        ({"name": " a\nb\t"}, "a b"),
        ({"name": ""}, ""),
        ({"name": 7}, ""),
        ({"trustedPublisher": {"id": "github"}}, ""),
        ("alice", ""),
        ([], ""),
    ],
)
@pytest.mark.parametrize("part", ["release", "status"])
def test_accounts(make: Make, registry: Registry, user: JSON, account: str, part: str) -> None:
    registry.publish_npm("@octo/server", "1.2.3", _npmUser=user)
    found = release(make(), NPM._replace(part="status" if part == "status" else "release"))
    assert found.account == account
    assert found.publisher == (Publisher("declared", account) if account else Publisher("absent"))


def test_an_approver_of_an_attested_release(make: Make, registry: Registry) -> None:
    registry.publish_npm("@octo/server", "1.2.3")
    registry.attest_npm("@octo/server", "1.2.3", approver="alice")
    assert release(make(), NPM).account == "GitHub Actions (trusted publisher: github, approved by alice)"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([{"keyid": "k", "sig": "cw=="}], [("k", "cw==")]),
        ([{"keyid": "k", "sig": "cw==", "more": 1}, {"sig": "dA==", "keyid": "k"}], [("k", "cw==")]),
        ([{"keyid": "k", "sig": "cw=="}, {"keyid": "k", "sig": "cw=="}], [("k", "cw==")]),
        (
            [
                None,
                7,
                "x",
                [],
                {},
                {"keyid": "k"},
                {"sig": "cw=="},
                {"keyid": 1, "sig": "cw=="},
                {"keyid": "k", "sig": []},
            ],
            [],
        ),
        ([{"keyid": "k", "sig": ""}, {"keyid": "", "sig": "cw=="}, {"keyid": "a b", "sig": "cw=="}], []),
        (
            [{"keyid": "\ud800", "sig": "cw=="}, {"keyid": "k", "sig": "\u202e"}, {"keyid": "k", "sig": "AAAA" * 500}],
            [],
        ),
        ([{"keyid": "junk"}, {"keyid": "k", "sig": "cw=="}], [("k", "cw==")]),
        ([{"keyid": f"k{at}", "sig": "cw=="} for at in range(99)], [(f"k{at}", "cw==") for at in range(32)]),
        ([{"keyid": "k", "sig": "cw="}, {"keyid": "k", "sig": "cx=="}, {"keyid": "k", "sig": "c w=="}], []),
        ({"keyid": "k", "sig": "cw=="}, []),
        ("signed", []),
        (None, []),
    ],
)
@pytest.mark.parametrize("part", ["release", "status"])
def test_signatures(make: Make, registry: Registry, rows: JSON, expected: list[tuple[str, str]], part: str) -> None:
    registry.publish_npm("@octo/server", "1.2.3", dist={"signatures": rows})
    found = release(make(), NPM._replace(part="status" if part == "status" else "release"))
    assert found.signed == tuple(Signature(*row) for row in expected)
    assert found.signatures == ("declared" if expected else "absent")


# ------------------------------------------------------------------------------------------------ recorded


@needs_recorded
@pytest.mark.parametrize("version", ["3.13.0", "4.1.2"])
def test_recorded_nuxt(make: Make, registry: Registry, version: str) -> None:
    """A token publish and a trusted one, with the documents that npm served."""
    registry.publish_recorded("nuxt.full.trimmed.json")
    text = (FOLDER / "npm" / "attestations" / f"nuxt@{version}.json").read_text("utf-8")
    registry.attestations[f"nuxt@{version}"] = json.loads(text)
    found = release(make(), Question("npm", "nuxt", version, "release"))
    (kept,) = found.proofs
    assert "signedAccessSignatureUrl" in text
    assert "signedAccessSignatureUrl" not in kept.text
    assert [set(item) for item in json.loads(kept.text)["attestations"]] == [{"predicateType", "bundle"}] * 2
    assert found.account == {"3.13.0": "danielroe", "4.1.2": "GitHub Actions (trusted publisher: github)"}[version]
    assert [signature.key_id[:11] for signature in found.signed] == [
        {"3.13.0": "SHA256:jl3b", "4.1.2": "SHA256:DhQ8"}[version]
    ]
    assert found.weaker_than is None


@needs_recorded
@pytest.mark.parametrize("form", ["full", "abbreviated"])
def test_recorded_has_package_exports(make: Make, registry: Registry, form: str) -> None:
    """Signed in both forms; who published stands in the full one only."""
    registry.publish_recorded(f"has-package-exports.{form}.json")
    found = release(make(), Question("npm", "has-package-exports", "1.3.0", "release"))
    assert [signature.key_id[:11] for signature in found.signed] == ["SHA256:jl3b"]
    assert (found.account, found.attestations) == ("ljharb" if form == "full" else "", "absent")
    assert len(registry.requests) == 1

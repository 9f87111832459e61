"""`model.purl` is written by hand because the hot path must not import packageurl; here both say the same."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from packageurl import PackageURL

from mcp_guard.model import Ecosystem, purl

NAME = st.from_regex(r"[a-z0-9][a-z0-9._~-]{0,20}", fullmatch=True)
SCOPED = st.builds("@{}/{}".format, NAME, NAME)
SEMVER = st.from_regex(r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}(-[0-9A-Za-z-]{1,5})?(\+[0-9A-Za-z-]{1,5})?", fullmatch=True)
PYPI_NAME = st.from_regex(r"[a-z0-9](-?[a-z0-9]){0,10}", fullmatch=True)
PEP440 = st.from_regex(
    r"([0-9]!)?[0-9]{1,3}(\.[0-9]{1,3}){0,3}(rc1|\.post2)?(\+[a-z0-9]{1,3}(\.[a-z0-9])?)?", fullmatch=True
)
IMAGE = st.from_regex(r"[a-z0-9.-]{1,10}(:[0-9]{2,5})?(/[a-z0-9]([a-z0-9._-]{0,5}[a-z0-9])?){1,3}", fullmatch=True)


def official(ecosystem: Ecosystem, name: str, version: str) -> str:
    namespace, _, leaf = name.rpartition("/")
    if ecosystem == "oci":
        return PackageURL("oci", None, leaf, version, {"repository_url": name}).to_string()
    return PackageURL(ecosystem, namespace or None, leaf, version).to_string()


@given(NAME | SCOPED, SEMVER)
@example("@scope/name", "1.0.0+build.1")
def test_npm(name: str, version: str) -> None:
    assert purl("npm", name, version) == official("npm", name, version)


@given(PYPI_NAME, PEP440)
@example("a-b", "1!2.0+local.1")
def test_pypi(name: str, version: str) -> None:
    assert purl("pypi", name, version) == official("pypi", name, version)


@given(IMAGE, st.binary(min_size=32, max_size=32).map(bytes.hex).map("sha256:{}".format))
@example("mcp.example:5000/mcp/fetch", f"sha256:{'0' * 64}")
def test_oci(name: str, version: str) -> None:
    assert purl("oci", name, version) == official("oci", name, version)


@given(st.sampled_from(["nuget", "cargo", "golang", "nix"]), NAME, SEMVER)
@example("golang", "github.com/owner/module", "v1.2.3+incompatible")
@example("nix", "github.com/owner/flake", "0" * 40)
def test_what_no_registry_is_asked_about(ecosystem: Ecosystem, name: str, version: str) -> None:
    assert purl(ecosystem, name, version) == official(ecosystem, name, version)


@given(SCOPED, SEMVER)
def test_jsr(name: str, version: str) -> None:
    assert purl("jsr", name, version) == official("jsr", name, version)


@pytest.mark.parametrize(
    ("ecosystem", "name", "version", "expected"),
    [
        ("npm", "@scope/name", "1.0.0", "pkg:npm/%40scope/name@1.0.0"),
        ("npm", "JSONStream", "1.3.5", "pkg:npm/JSONStream@1.3.5"),  # packageurl would name another package: jsonstream
        ("pypi", "mcp-server-git", "2025.1", "pkg:pypi/mcp-server-git@2025.1"),
    ],
)
def test_by_hand(ecosystem: Ecosystem, name: str, version: str, expected: str) -> None:
    assert purl(ecosystem, name, version) == expected

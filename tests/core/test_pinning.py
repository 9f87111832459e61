"""What `pin` resolves, edits, locks and leaves alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mcp_guard.model import Policy
from mcp_guard.pinning import Plan
from mcp_guard.redaction import fingerprint
from tests.core.conftest import NOW, PIN, Site, blocking

DIGEST = "sha256:" + "0" * 64


def args(site: Site, *words: str, command: str = "npx") -> None:
    site.servers(a={"command": command, "args": [*words]})


def written(site: Site, name: str = "a") -> list[str]:
    found = [server for config in site.space().configs for server in config.servers]
    return [word.text for server in found if server.name.text == name for word in server.argv]


def reasons(plan: Plan) -> list[str]:
    return [failure.reason for failure in plan.failures]


def locked(site: Site, name: str = "a", file: str = ".mcp.json") -> list[str]:
    entry = site.lock()["configs"][file][name]
    assert isinstance(entry, dict)
    return list(entry.get("packages", []))


@pytest.fixture
def shop(site: Site) -> Site:
    for name in ("one", "two", "@corp/three"):
        site.registry.publish_npm(name, "1.0.0")
    site.registry.publish_pypi("py-one", "1.0")
    site.registry.publish_pypi("py-two", "2.0")
    site.write("mcp-guard.toml", PIN)
    return site


# ------------------------------------------------------------------------------------------------ command lines


@pytest.mark.parametrize(
    ("before", "after", "purls"),
    [
        ("npx one", "npx one@1.0.0", ["pkg:npm/one@1.0.0"]),
        ("npx one@", "npx one@1.0.0", ["pkg:npm/one@1.0.0"]),
        ("npx @corp/three@latest x", "npx @corp/three@1.0.0 x", ["pkg:npm/%40corp/three@1.0.0"]),
        ("npx -p one -p two one", "npx -p one@1.0.0 -p two@1.0.0 one", ["pkg:npm/one@1.0.0", "pkg:npm/two@1.0.0"]),
        ("npx --package=one one", "npx --package=one@1.0.0 one", ["pkg:npm/one@1.0.0"]),
        ("npx -p one -p one one", "npx -p one@1.0.0 -p one@1.0.0 one", ["pkg:npm/one@1.0.0"]),
        ("npx alias@npm:one", "npx alias@npm:one@1.0.0", ["pkg:npm/one@1.0.0"]),
        ("npx alias@npm:@corp/three", "npx alias@npm:@corp/three@1.0.0", ["pkg:npm/%40corp/three@1.0.0"]),
        ("bunx one", "bunx one@1.0.0", ["pkg:npm/one@1.0.0"]),
        ("uvx py-one", "uvx py-one@1.0", ["pkg:pypi/py-one@1.0"]),
        ("uvx --from py_One[cli] --with Py.Two py-one", None, ["pkg:pypi/py-one@1.0", "pkg:pypi/py-two@2.0"]),
        ("env A=b npx one", "env A=b npx one@1.0.0", ["pkg:npm/one@1.0.0"]),
        ("npx one@1.0.0", "npx one@1.0.0", ["pkg:npm/one@1.0.0"]),
    ],
)
def test_command_lines(shop: Site, before: str, after: str | None, purls: list[str]) -> None:
    command, *words = before.split()
    args(shop, *words, command=command)
    plan = shop.pin()
    assert reasons(plan) == []
    if after is not None:
        assert written(shop) == after.split()
    assert locked(shop) == purls
    assert blocking(shop.judge(network="required")) == []
    assert shop.pin().files == (), "a second time changes nothing"


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("npx -y one", "npx -y one@1.0.0"),
        ("npx -p one -p two tool", "npx -p one@1.0.0 -p two@1.0.0 tool"),
        ("npx 'one'", None),
    ],
)
def test_a_command_line_in_one_string(shop: Site, line: str, after: str | None) -> None:
    shop.servers(a={"command": "sh", "args": ["-c", line]})
    plan = shop.pin()
    if after is None:
        assert len(plan.pinned) + len(plan.failures) == 1
    else:
        assert reasons(plan) == []
        assert written(shop)[-1] == after


@pytest.mark.parametrize("spec", ["one@^1", "one@1", "one@next", "one@>=1 <2", "alias@npm:one@~1"])
def test_a_range_or_a_tag_is_a_persons_to_decide(shop: Site, spec: str) -> None:
    args(shop, spec)
    plan = shop.plan()
    assert len(reasons(plan)) == 1
    assert plan.files == ()


@pytest.mark.parametrize(
    ("spec", "version"),
    [
        ("py-one", "1.0"),
        ("py-one@latest", "1.0"),
        ("py-one>=1,<2", "1.0"),
        ("py-one~=1.0", "1.0"),
        ("py-one>1", None),
        ("py-one>=banana", None),
        ("py-one===x*", None),
    ],
)
def test_a_pypi_range_is_kept_to(shop: Site, spec: str, version: str | None) -> None:
    args(shop, "--from", spec, "py-one", command="uvx")
    plan = shop.pin()
    assert [pinned.versions for pinned in plan.pinned] == ([(f"pypi:py-one@{version}",)] if version else [])
    assert (blocking(shop.judge()) == []) == (version is not None)


@pytest.mark.parametrize("line", ["npx -p one -p two tool", "npx --package=one tool", "uvx --from py-one tool"])
def test_a_program_that_no_package_is_called_like_is_a_persons_to_allow(shop: Site, line: str) -> None:
    """The packages are pinned; but which program starts may be decided by what is on PATH."""
    command, *words = line.split()
    args(shop, *words, command=command)
    assert reasons(shop.pin()) == []
    assert blocking(shop.judge()) == ["unmanaged-program"]
    shop.write("mcp-guard.toml", PIN + '[programs]\nallow = ["tool"]\n')
    assert blocking(shop.judge()) == []


def test_what_cannot_be_edited_is_said_with_its_version(shop: Site) -> None:
    shop.servers(a={"command": "sh", "args": ["-c", "npx o'n'e"]})
    plan = shop.pin()
    assert reasons(plan) == ["this spelling cannot be edited in place: write version 1.0.0 of one by hand"]
    assert plan.files == ()


@pytest.mark.parametrize(
    "words",
    [
        ["npx", "github:owner/repository"],
        ["npx", "https://registry.example/x.tgz"],
        ["npx", "./local"],
        ["uvx", "--from", "git+https://git.example/x@main", "x"],
        ["docker", "run", "mcp/fetch"],
        ["docker", "run", "mcp/fetch:1.0"],
    ],
)
def test_what_no_registry_pins_is_locked_as_it_stands(shop: Site, words: list[str]) -> None:
    args(shop, *words[1:], command=words[0])
    plan = shop.pin()
    assert reasons(plan) == []
    assert written(shop) == words
    assert locked(shop) == []
    assert "mutable-source" in blocking(shop.judge()) or "unpinned" in blocking(shop.judge())
    assert "not-locked" not in blocking(shop.judge())


@pytest.mark.parametrize("words", [["npx", f"github:owner/repository#{'a' * 40}"]])
def test_a_commit_is_no_registrys(shop: Site, words: list[str]) -> None:
    args(shop, *words[1:], command=words[0])
    assert reasons(shop.pin()) == []
    assert locked(shop) == []


def test_an_image_by_digest_and_by_tag(shop: Site) -> None:
    shop.servers(
        digest={"command": "docker", "args": ["run", f"mcp/fetch@{DIGEST}"]},
        both={"command": "docker", "args": ["run", f"mcp.example/fetch:1@{DIGEST}"]},
        tag={"command": "docker", "args": ["run", "mcp/fetch:1"]},
    )
    assert reasons(shop.pin()) == []
    assert len(locked(shop, "digest")) == len(locked(shop, "both")) == 1
    assert locked(shop, "tag") == []
    assert shop.registry.count() == 0
    assert {f.server for f in shop.judge().findings if f.severity == "error"} == {"tag"}


def test_servers_without_packages_are_locked(shop: Site) -> None:
    shop.servers(remote={"url": "https://mcp.example/x"}, program={"command": "gh"}, odd={"command": "sh"})
    plan = shop.pin()
    assert [(pinned.versions, pinned.edited) for pinned in plan.pinned] == [((), False)] * 3
    kinds = {
        name: entry["kind"] for name, entry in shop.lock()["configs"][".mcp.json"].items() if isinstance(entry, dict)
    }
    assert kinds["remote"] == "remote"
    assert kinds["program"] == "program"


def test_what_a_person_lets_float_is_locked_unpinned(shop: Site) -> None:
    shop.servers(a="one")
    exact = fingerprint(shop.space().configs[0].servers[0])
    shop.write(
        "mcp-guard.toml",
        PIN
        + f'[[accept]]\nrule = "unpinned"\nfile = ".mcp.json"\nserver = "a"\nfingerprint = "{exact}"\n'
        + 'reason = "r"\nuntil = 2026-12-20\n',
    )
    plan = shop.pin()
    assert written(shop) == ["npx", "-y", "one"]
    assert [(pinned.versions, pinned.edited) for pinned in plan.pinned] == [((), False)]
    report = shop.judge()
    assert report.subjects[0].verdict == "accepted"


def test_a_name_that_is_a_secret_does_not_get_into_the_lock(shop: Site) -> None:
    secret = "ghp_0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX"
    shop.servers(**{secret: "one", "b": "two"})
    plan = shop.pin()
    assert ["looks like a secret" in reason for reason in reasons(plan)] == [True]
    assert secret not in shop.read("mcp-guard.lock") + repr(reasons(plan))
    assert list(shop.lock()["configs"][".mcp.json"]) == ["b"]


# ------------------------------------------------------------------------------------------------ which version


def test_the_newest_that_is_old_enough_at_or_below_latest(shop: Site) -> None:
    for version, days in (("1.0.0", 400), ("1.1.0", 100), ("1.2.0", 14), ("1.3.0", 13), ("2.0.0-rc.1", 300)):
        shop.registry.publish_npm("x", version, published=(NOW - timedelta(days=days)).isoformat())
    shop.servers(a="x")
    shop.registry.packuments["x"]["dist-tags"] = {"latest": "1.3.0"}
    assert shop.plan().pinned[0].versions == ("npm:x@1.2.0",)
    assert shop.plan(now=NOW - timedelta(seconds=1)).pinned[0].versions == ("npm:x@1.1.0",)
    shop.registry.packuments["x"]["dist-tags"] = {"latest": "1.1.0"}
    assert shop.plan().pinned[0].versions == ("npm:x@1.1.0",)
    shop.registry.packuments["x"]["dist-tags"] = {}
    assert shop.plan().pinned[0].versions == ("npm:x@1.2.0",)
    assert shop.plan(own=Policy(min_age_new=timedelta(0))).pinned[0].versions == ("npm:x@1.3.0",)
    shop.servers(a="x@1.0.0")
    shop.pin()
    shop.commit()
    shop.servers(a="x")
    assert shop.plan().pinned[0].versions == ("npm:x@1.3.0",), "a known package needs 72 hours only"


def test_a_yanked_version_is_not_chosen(shop: Site) -> None:
    shop.registry.publish_pypi("py-one", "1.1", yanked=True)
    args(shop, "py-one", command="uvx")
    assert shop.plan().pinned[0].versions == ("pypi:py-one@1.0",)


def test_why_a_server_is_left_alone(shop: Site) -> None:
    registry = shop.registry
    registry.publish_npm("timeless", "1.0.0", published=None)
    registry.publish_npm("young", "1.0.0", published=NOW.isoformat())
    registry.publish_npm("weak", "1.0.0", dist={"integrity": None})
    registry.publish_npm("gone", "1.0.0")
    registry.publish_pypi("yanked", "1.0", yanked="CVE")
    registry.publish_npm("broken", "1.0.0")
    registry.break_down("status", path="/npm/broken", status=500)
    shop.write("mcp-guard.toml", PIN + '[registries]\n"npm:@far" = "https://npm.example/"\n')
    shop.servers(
        timeless="timeless",
        young="young",
        weak="weak@1.0.0",
        gone="gone@9.9.9",
        missing="missing",
        broken="broken",
        unreachable="broken@1.0.0",
        refused="@far/x",
        refused2="@far/x@1.0.0",
        yanked={"command": "uvx", "args": ["yanked==1.0"]},
        good="one",
    )
    before = shop.read(".mcp.json")
    plan = shop.pin()
    told = {failure.server.name.text: failure.reason for failure in plan.failures}
    assert told.keys() == {
        "timeless", "young", "weak", "gone", "missing", "broken", "unreachable", "refused", "refused2",
        "yanked",
    }  # fmt: skip
    assert told["timeless"] == "its registry gives no publication times, so name the version of timeless yourself"
    assert told["young"].startswith("no version of young has been out for 14 days")
    assert "no strong digest" in told["weak"]
    assert told["yanked"] == "pkg:pypi/yanked@1.0 is withdrawn: yanked: CVE"
    assert told["gone"].startswith("npm:gone@9.9.9: ")
    assert told["missing"].startswith("npm:missing: ")
    assert told["refused"].startswith("npm:@far/x: https://npm.example/ is named by this repository alone")
    assert told["refused2"].startswith("npm:@far/x@1.0.0: https://npm.example/ is named by this repository alone")
    assert shop.read(".mcp.json") == before.replace('"one"', '"one@1.0.0"')
    assert list(shop.lock()["configs"][".mcp.json"]) == ["good"]


def test_no_secret_in_a_reason(shop: Site) -> None:
    secret = "ghp_0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX"
    shop.servers(a={"command": "npx", "args": [secret], "env": {"TOKEN": secret}})
    assert secret not in repr(reasons(shop.plan()))

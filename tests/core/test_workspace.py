"""What one run reads: selection, policy, lock, links, override files."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from mcp_guard import scripts, workspace
from mcp_guard.lock import LOCK_LIMIT
from mcp_guard.model import Config, Link, Policy
from mcp_guard.policy import PolicyError
from mcp_guard.workspace import CONFIG_LIMIT, POLICY_LIMIT, Workspace
from tests.core.conftest import PIN, Site, blocking

REMOTE = {"url": "https://mcp.example/x"}
SERVERS = '{"mcpServers": {"a": {"url": "https://mcp.example/x"}}}'


def files(space: Workspace) -> list[str]:
    return [config.file for config in space.configs]


def problems(space: Workspace) -> list[tuple[str, str]]:
    return [(config.file, problem.message) for config in space.configs for problem in config.problems]


# ------------------------------------------------------------------------------------------------ selection


def test_every_tracked_config_in_order(site: Site) -> None:
    for path in ("b/.mcp.json", ".mcp.json", "a/.cursor/mcp.json", "A/.MCP.JSON", "other.json"):
        site.write(path, SERVERS)
    site.git("reset", "--quiet")
    site.git("add", ".mcp.json", "A", "a", "other.json")
    space = site.space()
    assert files(space) == [".mcp.json", "A/.MCP.JSON", "a/.cursor/mcp.json"]
    assert space.whole
    assert space.data[".mcp.json"] == SERVERS.encode()


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a"], ["a/.mcp.json", "a/b/.mcp.json"]),
        (["a/"], ["a/.mcp.json", "a/b/.mcp.json"]),
        (["./a//b"], ["a/b/.mcp.json"]),
        (["."], [".mcp.json", "a/.mcp.json", "a/b/.mcp.json"]),
        (["a", "a/.mcp.json", "a/b/../.mcp.json"], ["a/.mcp.json", "a/b/.mcp.json"]),
        (["a/mine.json"], ["a/mine.json"]),
        (["ab"], ["ab"]),
        ([], []),
    ],
)
def test_names(site: Site, names: list[str], expected: list[str]) -> None:
    for path in (".mcp.json", "a/.mcp.json", "a/b/.mcp.json", "a/mine.json", "abc/x.txt"):
        site.write(path, SERVERS)
    space = site.space(names)
    assert files(space) == expected
    assert not space.whole


def test_a_named_config_that_is_not_there_is_a_finding(site: Site) -> None:
    site.write(".mcp.json", SERVERS)
    assert problems(site.space(["nothing.json"])) == [
        ("nothing.json", "cannot be read: the work tree has no such file")
    ]
    (site.folder / ".mcp.json").unlink()
    assert problems(site.space([".mcp.json"])) == [(".mcp.json", "cannot be read: the work tree has no such file")]
    assert site.judge(names=[".mcp.json"]).exit_code == 1


def test_a_config_that_is_a_folder_is_a_finding(site: Site) -> None:
    site.write(".mcp.json", SERVERS)
    (site.folder / ".mcp.json").unlink()
    (site.folder / ".mcp.json").mkdir()
    assert problems(site.space()) == [(".mcp.json", "cannot be read: a directory")]
    assert blocking(site.judge()) == ["unreadable-config"]


def test_untracked_files_are_read_when_named(site: Site) -> None:
    site.write("tracked", "")
    (site.folder / ".mcp.json").write_text(SERVERS)
    assert files(site.space()) == []
    assert files(site.space([".mcp.json"])) == [".mcp.json"]


def test_a_config_at_its_limit_and_over_it(site: Site) -> None:
    site.write(".mcp.json", SERVERS + " " * (CONFIG_LIMIT - len(SERVERS)))
    assert problems(site.space()) == []
    site.write(".mcp.json", SERVERS + " " * (CONFIG_LIMIT + 1 - len(SERVERS)))
    assert len(problems(site.space())) == 1


def test_excluded_files_are_named_even_when_asked_for(site: Site) -> None:
    site.write("mcp-guard.toml", 'exclude = ["fixtures/**"]\n')
    site.write("fixtures/.mcp.json", SERVERS)
    site.write(".mcp.json", SERVERS)
    assert (files(site.space()), site.space().excluded) == ([".mcp.json"], ("fixtures/.mcp.json",))
    named = site.space(["fixtures/.mcp.json"])
    assert (named.configs, named.excluded) == ((), ("fixtures/.mcp.json",))
    assert site.judge().excluded == ("fixtures/.mcp.json",)


# ------------------------------------------------------------------------------------------------ policy


@pytest.mark.parametrize("name", ["mcp-guard.toml", "pyproject.toml"])
def test_a_policy_that_is_no_plain_small_file_is_an_error(site: Site, name: str) -> None:
    site.write(name, "#" * (POLICY_LIMIT + 1))
    with pytest.raises(PolicyError, match="at most 1 MiB") as caught:
        site.space()
    assert caught.value.place.file == name
    site.write(name, "#" * (POLICY_LIMIT - 1) + "\n")
    assert site.space().policy == Policy()._replace(file=site.space().policy.file)
    (site.folder / name).unlink()
    (site.folder / name).symlink_to("elsewhere.toml")
    site.write("elsewhere.toml", PIN)
    with pytest.raises(PolicyError):
        site.space()
    (site.folder / name).unlink()
    (site.folder / name).mkdir()
    with pytest.raises(PolicyError):
        site.space()


def test_a_policy_counts_before_git_knows_it(site: Site) -> None:
    (site.folder / "mcp-guard.toml").write_text('min-age = "1h"\n')
    assert site.space().policy.min_age == timedelta(hours=1)


def test_an_own_policy_stands_in_even_for_a_broken_one(site: Site) -> None:
    site.write("mcp-guard.toml", "nonsense")
    own = Policy(require=())
    assert site.space(own=own).policy is own


def test_a_base_policy_that_cannot_be_read_is_the_default_one(site: Site) -> None:
    assert site.space().base_policy is None
    site.write("mcp-guard.toml", "nonsense")
    site.commit()
    site.write("mcp-guard.toml", PIN)
    space = site.space()
    assert space.base_policy == Policy()
    assert space.policy.require == ("pin", "integrity")
    assert site.space(based=False).base_policy is None


# ------------------------------------------------------------------------------------------------ lock


def test_no_lock_is_no_problem_of_the_lock(site: Site) -> None:
    space = site.space()
    assert (space.lock, space.lock_problems, space.base_lock) == (None, (), None)


def test_a_lock_that_is_a_link_a_folder_too_big_or_nonsense(site: Site) -> None:
    lock = site.folder / "mcp-guard.lock"
    lock.symlink_to("elsewhere")
    site.write("elsewhere", '{"version": 1, "configs": {}, "packages": {}}')
    assert [message for _, message in site.space().lock_problems] == ["it is a link, not a file"]
    assert blocking(site.judge()) == ["lock-unreadable"]
    lock.unlink()
    lock.write_text("{}")
    site.git("add", "--all")
    lock.unlink()
    lock.mkdir()
    assert [message for _, message in site.space().lock_problems] == ["a directory"]
    lock.rmdir()
    site.write("mcp-guard.lock", "{")
    ((place, _),) = site.space().lock_problems
    assert (place.file, place.line) == ("mcp-guard.lock", 1)
    with open(lock, "wb") as file:
        file.truncate(LOCK_LIMIT + 1)
    assert len(site.space().lock_problems) == 1
    assert site.space().lock is None


def test_the_bases_lock(site: Site) -> None:
    site.registry.publish_npm("server", "1.0.0")
    site.servers(a="server")
    site.pin()
    assert site.space().base_lock is None
    site.commit()
    assert site.space().base_lock == site.space().lock
    site.write("mcp-guard.lock", "{")
    site.commit()
    assert site.space().base_lock is None


# ------------------------------------------------------------------------------------------------ links


def links(site: Site) -> list[Link]:
    return list(site.space().links)


def test_links_on_the_way_to_a_config(site: Site) -> None:
    (site.folder / ".mcp.json").symlink_to("real.json")
    (site.folder / ".cursor").symlink_to("elsewhere")
    (site.folder / "a").mkdir()
    (site.folder / "a" / ".VSCODE").symlink_to("../nothing")
    (site.folder / "README").symlink_to("real.json")
    site.write("real.json", SERVERS)
    assert links(site) == [
        Link(".cursor", "a symbolic link to elsewhere"),
        Link(".mcp.json", "a symbolic link to real.json"),
        Link("a/.VSCODE", "a symbolic link to ../nothing"),
    ]
    assert files(site.space()) == [], "what a link leads to is judged where it stands"
    assert blocking(site.judge()) == ["symlinked-config"]


def test_links_to_folders_that_hold_configs(site: Site) -> None:
    site.write("real/deep/.mcp.json", SERVERS)
    site.write("plain/file.txt", "")
    os.symlink("real", site.folder / "one")
    os.symlink("../real/deep", site.folder / "plain" / "two")
    os.symlink("plain", site.folder / "three")
    os.symlink("/etc", site.folder / "four")
    site.git("add", "--all")
    assert links(site) == [Link("one", "a symbolic link to real"), Link("plain/two", "a symbolic link to ../real/deep")]


def test_a_link_to_the_root_holds_every_config(site: Site) -> None:
    site.write(".mcp.json", SERVERS)
    site.write("a/x", "")
    os.symlink("..", site.folder / "a" / "up")
    site.git("add", "--all")
    assert links(site) == [Link("a/up", "a symbolic link to ..")]


def test_excluded_links(site: Site) -> None:
    site.write("mcp-guard.toml", 'exclude = ["fixtures/**"]\n')
    (site.folder / "fixtures").mkdir()
    (site.folder / "fixtures" / ".mcp.json").symlink_to("x")
    site.git("add", "--all")
    assert links(site) == []


def test_a_submodule(site: Site) -> None:
    site.write("x", "")
    site.commit()
    head = site.git("rev-parse", "HEAD").strip()
    for path in (".vscode", "vendor"):
        site.git("update-index", "--add", "--cacheinfo", f"160000,{head},{path}")
        (site.folder / path).mkdir()
    assert links(site) == [Link(".vscode", "a submodule")]


def test_a_named_link_is_not_read(site: Site) -> None:
    site.write("real.json", SERVERS)
    (site.folder / ".mcp.json").symlink_to("real.json")
    space = site.space([".mcp.json"])
    assert space.configs == ()
    assert [link.path for link in space.links] == [".mcp.json"]


# ------------------------------------------------------------------------------------------------ our own files


def test_our_own_files_as_they_are(site: Site) -> None:
    assert site.space().own == {}
    site.write("mcp-guard.toml", b"# \xff\r\n")
    (site.folder / "mcp-guard.lock").write_bytes(b"{")
    own = Policy()
    assert site.space(own=own).own == {"mcp-guard.toml": b"# \xff\r\n", "mcp-guard.lock": b"{"}
    (site.folder / "mcp-guard.lock").unlink()
    (site.folder / "mcp-guard.lock").mkdir()
    assert list(site.space(own=own).own) == ["mcp-guard.toml"]


@pytest.mark.parametrize(
    ("config", "folder", "expected"),
    [
        (".mcp.json", "tools", ("tools",)),
        ("a/.mcp.json", "tools", ("tools", "a/tools")),
        ("a/.mcp.json", "./tools/", ("tools", "a/tools")),
        ("a/.mcp.json", "../b", ("../b", "b")),
        (".vscode/mcp.json", "${workspaceFolder}", (".",)),
        ("a/.vscode/mcp.json", "${workspaceFolder}/tools", ("tools", "a/tools")),
        ("a/.vscode/mcp.json", "${workspaceRoot}/.env", (".env", "a/.env")),
        ("a/b/.cursor/mcp.json", ".env", (".env", "a/b/.env")),
        ("a/.mcp.json", "/etc", ("/etc",)),
        ("a/.mcp.json", "${HOME}/x", ("${HOME}/x", "a/${HOME}/x")),
    ],
)
def test_where_a_server_may_start(config: str, folder: str, expected: tuple[str, ...]) -> None:
    assert workspace.start_folders(Config(config, "x", "", (), ()), folder) == expected


# ------------------------------------------------------------------------------------------------ small questions


def test_tracked_notes_what_was_asked(site: Site) -> None:
    site.write("script.js", "")
    (site.folder / "link.js").symlink_to("script.js")
    site.git("add", "--all")
    seen: dict[str, str] = {}
    ask = scripts.tracked(site.space().tree, seen).holds
    assert [ask(path) for path in ("script.js", "link.js", "missing.js")] == [True, False, False]
    assert seen == {"script.js": "", "link.js": "", "missing.js": ""}


def test_on_disk(site: Site) -> None:
    site.write("a/b.json", "")
    site.write("mcp-guard.lock", "")
    (site.folder / "folder").mkdir()
    (site.folder / "link").symlink_to("folder")
    (site.folder / "dangling").symlink_to("nowhere")
    names = ["a/b.json", "folder", "link", "dangling", "missing", "a/b.json"]
    assert workspace.on_disk(site.root, names) == ["a/b.json", "link", "dangling", "mcp-guard.lock"]


def test_relative(site: Site) -> None:
    inside = os.path.join(site.root, "a")
    assert workspace.relative(site.root, "b/../c.json", inside) == "a/c.json"
    assert workspace.relative(site.root, "../x", inside) == "x"
    assert workspace.relative(site.root, "../../x", inside) == "../x"
    assert workspace.relative(site.root, site.root, inside) == "."


def test_folders_of_a_config() -> None:
    assert workspace.folders(Config("a/b/.mcp.json", "x", "", (), ())) == {"", "a", "a/b"}
    assert workspace.folders(Config(".mcp.json", "x", "", (), ())) == {""}

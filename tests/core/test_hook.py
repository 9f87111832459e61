"""What a commit or push has to judge, and when the receipt of a run is believed."""

from __future__ import annotations

import pytest

from mcp_guard import hook, trees
from mcp_guard.hook import Occasion
from tests.cli.conftest import Desk
from tests.core.conftest import Site
from tests.registry import Registry

CONFIG = '{"mcpServers": {}}'


def occasion(site: Site, *names: str, everything: bool = False, **environ: str) -> Occasion | None:
    return hook.occasion(site.root, names, environ, everything=everything)


def names(found: Occasion | None) -> tuple[str, ...] | None:
    assert found is not None
    return found.names


# ------------------------------------------------------------------------------------------------ occasions


def test_nothing_staged_and_no_names_is_the_whole_tree(site: Site) -> None:
    site.write("README.md", "")
    site.commit()
    assert names(occasion(site)) is None


def test_nothing_relevant_is_no_occasion(site: Site) -> None:
    site.write("README.md", "")
    assert occasion(site) is None
    site.commit()
    assert occasion(site, "README.md") is None
    assert names(occasion(site, "README.md", everything=True)) is None


def test_the_union_of_names_and_changes(site: Site) -> None:
    site.write("old/.mcp.json", CONFIG)
    site.commit()
    site.write("new/.mcp.json", CONFIG)
    site.write("README.md", "")
    assert names(occasion(site, "old/.mcp.json", "README.md")) == ("new/.mcp.json", "old/.mcp.json")
    assert names(occasion(site)) == ("new/.mcp.json",)


def test_a_deleted_config_is_looked_at_and_not_read(site: Site) -> None:
    site.write(".mcp.json", CONFIG)
    site.commit()
    site.git("rm", "--quiet", ".mcp.json")
    assert names(occasion(site)) == ()


def test_a_deleted_override_file_widens(site: Site) -> None:
    site.write(".npmrc", "")
    site.commit()
    site.git("rm", "--quiet", ".npmrc")
    assert names(occasion(site)) is None


def test_a_new_link_or_submodule_is_looked_at_whatever_its_name(site: Site) -> None:
    (site.folder / "anything").symlink_to("elsewhere")
    site.git("add", "--all")
    assert names(occasion(site)) == ("anything",)
    site.commit()
    site.git("rm", "--quiet", "anything")
    assert occasion(site) is None


@pytest.mark.parametrize(
    "path", ["mcp-guard.lock", "mcp-guard.toml", "a/.npmrc", ".env", "uv.lock", "mcp-guard.proofs/x"]
)
def test_what_widens(site: Site, path: str) -> None:
    site.write(path, "")
    assert names(occasion(site)) is None


@pytest.mark.parametrize("path", [".env", "server.env", "config/prod.env"])
def test_a_commit_of_a_servers_env_file_alone_is_judged(desk: Desk, registry: Registry, path: str) -> None:
    registry.publish_npm("server", "1.0.0")
    desk.write("mcp-guard.toml", 'require = ["pin", "integrity"]\n')
    desk.write(path, "A=b\n")
    desk.config(".vscode/mcp.json", a={"command": "npx", "args": ["server@1.0.0"], "envFile": path})
    desk.guard("pin")
    desk.git("add", "--all")
    assert desk.guard("check", "--hook").code == 0
    desk.git("commit", "--quiet", "-m", "all")
    desk.write(path, "npm_config_registry=https://registry.example/\n")
    desk.git("add", "--all")
    assert "error[registry-override]" in desk.guard("check", "--hook").out


def test_a_push_is_judged_from_its_commits(site: Site) -> None:
    site.write("README.md", "")
    site.commit()
    start = site.git("rev-parse", "HEAD").strip()
    site.write(".mcp.json", CONFIG)
    site.commit()
    end = site.git("rev-parse", "HEAD").strip()
    (site.folder / ".mcp.json").unlink()
    found = occasion(site, PRE_COMMIT_FROM_REF=start, PRE_COMMIT_TO_REF=end)
    assert found is not None
    assert (found.names, found.pushed_from) == ((".mcp.json",), start)
    assert hook.base(site.root, found) == start
    assert hook.key(found, "mode") is None, "a push is judged anew"
    fresh = occasion(site, PRE_COMMIT_FROM_REF="0" * 40, PRE_COMMIT_TO_REF=end)
    assert fresh is not None
    assert hook.base(site.root, fresh) is None
    half = occasion(site, PRE_COMMIT_FROM_REF=start)
    assert half is not None
    assert (half.pushed, half.pushed_from) == (False, None)
    with pytest.raises(trees.TreeError):
        occasion(site, PRE_COMMIT_FROM_REF="nowhere", PRE_COMMIT_TO_REF=end)


def test_the_first_push_of_a_branch_from_the_root_on_is_the_whole_tree(site: Site) -> None:
    """pre-commit gives no range then, only the branch."""
    site.write(".mcp.json", CONFIG)
    site.commit()
    site.write("a/.mcp.json", CONFIG)
    for end in ("", "HEAD"):
        found = occasion(site, "a/.mcp.json", PRE_COMMIT_LOCAL_BRANCH="refs/heads/main", PRE_COMMIT_TO_REF=end)
        assert found is not None
        assert (found.pushed, found.pushed_from, found.names) == (True, None, None)
        assert ".mcp.json" in found.tree.entries
        assert "a/.mcp.json" not in found.tree.entries, "what is staged is not pushed"
        assert hook.base(site.root, found) is None
        assert hook.key(found, "mode") is None
    with pytest.raises(trees.TreeError):
        occasion(site, PRE_COMMIT_LOCAL_BRANCH="refs/heads/nowhere")


def test_a_push_with_a_range_is_that_range_whatever_the_branch(site: Site) -> None:
    site.write(".mcp.json", CONFIG)
    site.commit()
    site.write("a/.mcp.json", CONFIG)
    site.commit()
    branch = "refs/heads/main"
    found = occasion(site, PRE_COMMIT_FROM_REF="HEAD~1", PRE_COMMIT_TO_REF="HEAD", PRE_COMMIT_LOCAL_BRANCH=branch)
    assert found is not None
    assert (found.pushed_from, found.names) == ("HEAD~1", ("a/.mcp.json",))


def test_a_push_that_only_deletes_is_the_whole_tree_where_it_may_matter(site: Site) -> None:
    site.write(".mcp.json", CONFIG)
    site.write("server.js", "")
    site.write("README.md", "")
    site.commit()
    site.git("rm", "--quiet", "README.md")
    site.commit()
    site.git("rm", "--quiet", "server.js")
    site.commit()
    assert occasion(site, PRE_COMMIT_FROM_REF="HEAD~2", PRE_COMMIT_TO_REF="HEAD~1") is None
    assert names(occasion(site, PRE_COMMIT_FROM_REF="HEAD~1", PRE_COMMIT_TO_REF="HEAD")) is None


@pytest.mark.parametrize("path", ["server.js", "tools/run.SH", "x.py", "a/b.mts"])
def test_a_deleted_script_widens_and_a_changed_one_does_not(site: Site, path: str) -> None:
    """That a server's script is there is a fact of every config; what stands in it is not ours to judge."""
    site.write(path, "1")
    site.commit()
    site.write(path, "2")
    assert occasion(site) is None
    site.git("rm", "--quiet", "--force", path)
    assert names(occasion(site)) is None
    assert names(occasion(site, ".mcp.json")) is None


def test_a_named_config_that_is_not_in_the_tree_stays(site: Site) -> None:
    site.write("README.md", "")
    assert names(occasion(site, "gone/.mcp.json")) == ("gone/.mcp.json",)


@pytest.mark.parametrize(
    ("name", "looked_at"), [("mine.JSON", True), ("mine.jsonc", True), ("a.toml", True), ("x.js", False)]
)
def test_a_named_file_that_no_client_owns_may_be_a_config(site: Site, name: str, looked_at: bool) -> None:
    site.write(name, "{}")
    found = occasion(site, name)
    assert (found is not None) == looked_at
    assert found is None or found.names == (name,)


def test_the_base_of_a_commit_is_head(site: Site) -> None:
    site.write(".mcp.json", CONFIG)
    found = occasion(site)
    assert found is not None
    assert hook.base(site.root, found) is None
    site.commit()
    found = occasion(site)
    assert found is not None
    assert hook.base(site.root, found) == site.git("rev-parse", "HEAD").strip()


# ------------------------------------------------------------------------------------------------ keys


def key(site: Site, mode: str = "mode", *names: str) -> str:
    found = occasion(site, *names)
    assert found is not None
    made = hook.key(found, mode)
    assert made is not None
    return made


def test_a_key_is_for_one_tree_base_and_mode(site: Site) -> None:
    site.write(".mcp.json", CONFIG)
    site.commit()
    site.write(".mcp.json", CONFIG + " ")
    seen = [key(site), key(site, "other")]
    site.write("README.md", "irrelevant")
    assert key(site) == seen[0]
    for path, data in ((".mcp.json", CONFIG + "  "), ("mcp-guard.lock", "{}"), (".npmrc", ""), ("a/.env", "")):
        site.write(path, data)
        seen.append(key(site))
    (site.folder / "link").symlink_to("x")
    site.git("add", "--all")
    seen.append(key(site))
    site.git("commit", "--quiet", "-m", "a new base, the same tree")
    seen.append(key(site))
    seen.append(key(site, "mode", ".mcp.json"))
    assert len(set(seen)) == len(seen)


def test_modes_and_paths_are_part_of_the_key(site: Site) -> None:
    site.write("a/.mcp.json", CONFIG)
    first = key(site)
    site.git("mv", "a", "b")
    second = key(site)
    (site.folder / "b" / ".mcp.json").chmod(0o755)
    site.git("add", "--all")
    assert len({first, second, key(site)}) == 3

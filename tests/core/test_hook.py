"""What a commit or push has to judge, and when the receipt of a run is believed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_guard import hook, trees
from mcp_guard.hook import Occasion
from tests.cli.conftest import Desk
from tests.core.conftest import Site
from tests.registry import Registry

BLOCK = '# /// script\n# dependencies = ["requests"]\n# ///\n'
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


@pytest.mark.parametrize("path", ["server.js", "x.py", "a/b.mts", "server.v2", "x.jar"])
def test_a_deleted_script_widens_and_a_changed_one_does_not(site: Site, path: str) -> None:
    """That a server's script is there is a fact of every config; what its code does is not ours to judge."""
    site.write(path, "1")
    site.commit()
    site.write(path, "2")
    assert occasion(site) is None
    site.git("rm", "--quiet", "--force", path)
    assert names(occasion(site)) is None
    assert names(occasion(site, ".mcp.json")) is None


@pytest.mark.parametrize(
    "path", ["tools/run.SH", "bin/server", "Makefile", "a/justfile", "deno.json", "docker-compose.dev.yml", "x.ps1"]
)
def test_a_changed_script_that_is_read_widens(site: Site, path: str) -> None:
    """What a shell script or a task starts in its turn is judged, so a commit of it alone is looked at."""
    site.write("README.md", "")
    site.commit()
    site.write(path, "1")
    assert names(occasion(site)) is None


CALL = "#!/bin/sh\nexec npx -y good@1.0.0\n"


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("run.v1", CALL, CALL.replace("good", "evil")),
        ("run.js", CALL, "1\n"),
        ("run.js", "1\n", CALL),
        ("run.js", "1\n", "true && npx evil\n"),  # a shell may be told to read it
        ("server.ts", "#!/usr/bin/env -S npx -y tsx@4.0.0\n", "#!/usr/bin/env -S npx -y tsx@4.0.1\n"),
        ("server.py", "#!/usr/bin/env -S uv run --script\n", "#!/usr/bin/env -S uv run --with evil --script\n"),
        ("mcp/stack.yml", "services: {a: {image: b}}\n", "services: {a: {image: c}}\n"),
        ("stack.json", '{"serv\\u0069ces": {}}', '{"serv\\u0069ces": {"a": {}}}'),
        ("stack.conf", "services:\n", "services:\n  a: {}\n"),
        ("run.v1", "exit\n", "\xff" * (1 << 20)),
    ],
)
def test_whatever_its_name_a_file_that_starts_something_widens(site: Site, path: str, before: str, after: str) -> None:
    site.write("README.md", "")
    site.write(path, before)
    site.commit()
    site.write(path, after)
    assert names(occasion(site)) is None


def test_a_changed_file_that_is_no_text_widens(site: Site) -> None:
    site.write("server.v1", b"\xff")
    site.commit()
    site.write("server.v1", b"\xfe")
    assert names(occasion(site)) is None


@pytest.mark.parametrize("path", ["run.sh", "server.js", "bin/server", "a.v1"])
def test_a_script_that_becomes_a_link_widens(site: Site, path: str) -> None:
    """It is no file of this repository any more."""
    site.write(path, "1")
    site.commit()
    (site.folder / path).unlink()
    (site.folder / path).symlink_to("/usr/bin/env")
    site.git("add", "--all")
    assert names(occasion(site)) is None


@pytest.mark.parametrize("path", ["notes.md", "x.txt", "page.html"])
def test_what_the_hook_passes_over_starts_nothing(desk: Desk, path: str) -> None:
    """A commit of it alone is not looked at, so a config must not take what it starts from it."""
    desk.write(path, "#!/bin/sh\nexec npx -y good@1.0.0\n")
    desk.config(a={"command": f"./{path}"}, b={"command": "bash", "args": [path]})
    assert desk.rules().count("unmanaged-program") == 2


@pytest.mark.parametrize("name", ["npx", "npm", "bun", "uvx", "docker", "go", "make", "nix", "mcp-proxy"])
def test_no_call_that_grammars_read_is_passed_over(name: str) -> None:
    lines = (f"{name} x", f"exec {name}", f'"{name}" x', f"a && /usr/bin/{name} x", f"A=b {name}.cmd x", f"({name})")
    for line in lines:
        assert hook.may_start("x.js", f"a\n{line}\n".encode()), line
    assert not hook.may_start("x.js", f"const {name}s = 1 // of {name}er\n".encode())


PIECES = [*"#!/ \n\t;&|()'\"$=-\\\r", "npx", "sh", "env", "cd", "exec", "x", "///", "script"]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_any_changed_file_is_judged_without_an_error(text: str) -> None:
    for path in ("x.js", "x.sh", "x.cmd", "x.v1"):
        hook.may_start(path, text.encode())


@pytest.mark.parametrize(("before", "after"), [("x = 1\n", BLOCK), (BLOCK, "x = 1\n"), (BLOCK, None), (None, BLOCK)])
def test_a_python_script_that_names_packages_widens(site: Site, before: str | None, after: str | None) -> None:
    """PEP 723: `uv run script.py` installs what the block in it names."""
    site.write("README.md", "")
    if before is not None:
        site.write("server.py", before)
    site.commit()
    if after is None:
        site.git("rm", "--quiet", "server.py")
    else:
        site.write("server.py", after)
    assert names(occasion(site)) is None


def test_a_named_config_that_is_not_in_the_tree_stays(site: Site) -> None:
    site.write("README.md", "")
    assert names(occasion(site, "gone/.mcp.json")) == ("gone/.mcp.json",)


@pytest.mark.parametrize(
    ("name", "looked_at"),
    [("mine.JSON", True), ("mine.jsonc", True), ("a.toml", True), ("a.yml", True), ("a.YAML", True), ("x.js", False)],
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

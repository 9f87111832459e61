"""The main job, driven by the real pre-commit in scratch repositories."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.hook.conftest import UNTIL, Repository
from tests.registry import Registry


def test_a_commit_is_blocked_mended_and_passed(repository: Repository) -> None:
    repository.config(good="good-server")
    repository.ok("add", "--all")
    blocked = repository.commit()
    assert blocked.code != 0
    assert '.mcp.json:7:9: error[unpinned]: server "good"' in blocked.output
    assert "mcp-guard pin good" in blocked.output
    assert "Traceback" not in blocked.output

    pinned = repository.guard("pin")
    assert pinned.code == 1, "nothing is proven about the publisher yet, so a person has to decide"
    assert "accept package good" in pinned.output
    assert "good-server@1.1.0" in (repository.folder / ".mcp.json").read_text()
    accepted = repository.guard("accept", "package", "good", "--reason", "by hand, SEC-42", "--until", UNTIL)
    assert accepted.code == 0, accepted
    repository.ok("add", "--all")
    passed = repository.commit()
    assert passed.code == 0, passed

    config = repository.folder / ".mcp.json"
    config.write_text(config.read_text().replace("1.1.0", "1.0.0"))
    changed = repository.commit("by hand", "-a")
    assert changed.code != 0
    assert "error[definition-changed]" in changed.output


def test_the_lock_must_be_in_the_commit(repository: Repository) -> None:
    repository.config(good="good-server")
    repository.mend("good")
    repository.ok("rm", "--cached", "--quiet", "mcp-guard.lock")
    untracked = repository.commit()
    assert untracked.code != 0
    assert "error[not-locked]" in untracked.output

    repository.ok("add", "mcp-guard.lock")
    assert repository.commit().code == 0
    repository.config(good="good-server", other="other-server")
    repository.mend("good", "other")
    repository.ok("reset", "--quiet", "mcp-guard.lock")
    unstaged = repository.commit()
    assert unstaged.code != 0, "the work tree has the lock, the index has not"
    assert "error[not-locked]" in unstaged.output


def test_a_commit_that_deletes_the_lock_or_adds_an_npmrc_is_judged(repository: Repository) -> None:
    repository.config(good="good-server")
    repository.mend("good")
    assert repository.commit().code == 0

    repository.ok("rm", "--cached", "--quiet", "mcp-guard.lock")
    deleted = repository.commit("delete the lock")
    assert deleted.code != 0
    assert "error[not-locked]" in deleted.output
    repository.ok("reset", "--quiet")

    repository.write(".npmrc", "registry=https://registry.example/\n")
    repository.ok("add", ".npmrc")
    override = repository.commit("move the registry")
    assert override.code != 0
    assert ".npmrc:1:" in override.output
    assert "error[registry-override]" in override.output


def test_an_unrelated_commit_leaves_at_once(repository: Repository, registry: Registry) -> None:
    repository.config(good="good-server")
    repository.ok("add", "--all")
    assert repository.commit("unpinned", "--no-verify").code == 0
    asked = registry.count()
    repository.write("README.md", "# other\n")
    assert repository.commit("unrelated", "-a").code == 0
    assert registry.count() == asked


def test_what_is_committed_already_fails_in_whole_runs_ranges_and_pushes(
    repository: Repository, tmp_path: Path
) -> None:
    repository.ok("branch", "start")
    repository.config(good="good-server")
    repository.ok("add", "--all")
    assert repository.commit("unpinned", "--no-verify").code == 0
    repository.write("README.md", "# later\n")
    assert repository.commit("later", "-a").code == 0

    every = repository.run("pre-commit", "run", "--all-files")
    assert every.code != 0
    assert "error[unpinned]" in every.output
    span = repository.run("pre-commit", "run", "--from-ref", "start", "--to-ref", "HEAD")
    assert span.code != 0
    assert "error[unpinned]" in span.output
    later = repository.run("pre-commit", "run", "--from-ref", "HEAD~1", "--to-ref", "HEAD", "mcp-guard")
    assert later.code == 0, later

    remote = tmp_path / "remote.git"
    repository.ok("init", "--quiet", "--bare", str(remote))
    repository.ok("remote", "add", "origin", str(remote))
    push = repository.git("push", "origin", "main")
    assert push.code != 0
    assert "error[unpinned]" in push.output
    assert "mcp-guard (every MCP server of the repository)" in push.output


def test_a_push_judges_the_commit_not_the_work_tree(repository: Repository, tmp_path: Path) -> None:
    remote = tmp_path / "remote.git"
    repository.ok("init", "--quiet", "--bare", str(remote))
    repository.ok("remote", "add", "origin", str(remote))
    assert repository.git("push", "origin", "main").code == 0
    repository.config(good="good-server")
    repository.ok("add", "--all")
    repository.commit("unpinned", "--no-verify")
    repository.write(".mcp.json", "{}\n")
    repository.ok("add", "--all")
    push = repository.git("push", "origin", "HEAD:main")
    assert push.code != 0
    assert "error[unpinned]" in push.output


def test_without_the_network(repository: Repository, registry: Registry) -> None:
    repository.config(good="good-server")
    repository.mend("good")
    assert repository.commit("with the network").code == 0
    registry.break_down("reset")

    repository.config(good="good-server@1.1.0")
    repository.write(".mcp.json", (repository.folder / ".mcp.json").read_text().replace('"npx"', '"npx" '))
    repository.guard("pin")
    repository.ok("add", "--all")
    receipts = repository.commit("a space, with receipts")
    assert receipts.code == 0, receipts

    repository.forget()
    repository.write(".mcp.json", (repository.folder / ".mcp.json").read_text().replace('"npx" ', '"npx"'))
    repository.ok("add", "--all")
    carried = repository.commit("the entry is carried from the base")
    assert carried.code == 0, carried

    lock = (repository.folder / "mcp-guard.lock").read_text()
    repository.config(good="good-server@1.1.0", other="other-server@1.0.0")
    repository.write("mcp-guard.lock", lock)
    repository.ok("add", "--all")
    assert repository.commit("not locked").code != 0


def test_a_new_entry_without_the_network_is_unchecked(repository: Repository, registry: Registry) -> None:
    repository.config(good="good-server")
    repository.mend("good")
    registry.break_down("reset")
    repository.forget()
    done = repository.commit("new, and nobody can be asked")
    assert done.code != 0
    assert "exit code: 3" in done.output
    assert "error[unverifiable]" in done.output
    assert "good-server@1.1.0" in done.output
    assert "Traceback" not in done.output


def test_partially_staged_files_are_judged_as_staged(repository: Repository) -> None:
    repository.config(good="good-server")
    repository.ok("add", "--all")
    repository.write(".mcp.json", "{}\n")
    assert "error[unpinned]" in repository.commit().output
    repository.ok("add", "--all")
    repository.config(good="good-server")
    done = repository.commit("what is staged is fine")
    assert done.code == 0, done


def test_odd_paths(repository: Repository) -> None:
    repository.config("with space/ünïcode/.mcp.json", good="good-server")
    repository.ok("add", "--all")
    done = repository.commit()
    assert done.code != 0
    assert "with space/ünïcode/.mcp.json:7:9: error[unpinned]" in done.output
    repository.mend("good")
    assert repository.commit().code == 0


def test_commit_all_commit_file_and_amend(repository: Repository) -> None:
    repository.config(good="good-server")
    repository.mend("good")
    assert repository.commit().code == 0
    config = repository.folder / ".mcp.json"
    config.write_text(config.read_text().replace("@1.1.0", "@latest"))
    repository.write("README.md", "# more\n")
    assert "error[unpinned]" in repository.commit("all", "-a").output
    assert "error[unpinned]" in repository.commit("one file", ".mcp.json").output
    only = repository.commit("another file", "README.md")
    assert only.code == 0, only
    repository.ok("add", "--all")
    amended = repository.git("commit", "--amend", "--no-edit")
    assert amended.code != 0
    assert "error[unpinned]" in amended.output


def test_a_merge_is_judged(repository: Repository) -> None:
    repository.ok("checkout", "--quiet", "-b", "side")
    repository.config(good="good-server")
    repository.ok("add", "--all")
    assert repository.commit("unpinned", "--no-verify").code == 0
    repository.ok("checkout", "--quiet", "main")
    repository.write("README.md", "# main\n")
    assert repository.commit("main goes on", "-a").code == 0
    merge = repository.git("merge", "--no-edit", "side")
    assert merge.code != 0
    assert "error[unpinned]" in merge.output


def test_a_worktree_and_a_submodule(repository: Repository, tmp_path: Path) -> None:
    other = tmp_path / "worktree"
    repository.ok("worktree", "add", "--quiet", str(other), "-b", "elsewhere")
    linked = Repository(other, repository.environ)
    linked.config(good="good-server")
    linked.ok("add", "--all")
    assert "error[unpinned]" in linked.commit().output

    library = Repository(tmp_path / "library", repository.environ)
    library.folder.mkdir()
    library.ok("init", "--quiet")
    library.write("README.md", "# library\n")
    library.ok("add", "--all")
    library.ok("commit", "--quiet", "-m", "library")
    repository.ok("-c", "protocol.file.allow=always", "submodule", "add", "--quiet", str(library.folder), ".cursor")
    done = repository.commit("a submodule in the place of a client's folder")
    assert done.code != 0
    assert "error[symlinked-config]" in done.output


def test_a_symbolic_link_is_judged(repository: Repository) -> None:
    (repository.folder / ".mcp.json").symlink_to("elsewhere.json")
    repository.ok("add", "--all")
    done = repository.commit()
    assert done.code != 0
    assert "error[symlinked-config]" in done.output


def test_the_offline_hook_never_asks(repository: Repository, registry: Registry) -> None:
    config = repository.folder / ".pre-commit-config.yaml"
    config.write_text(config.read_text().replace("id: mcp-guard\n", "id: mcp-guard-offline\n"))
    repository.config(good="good-server")
    repository.mend("good")
    repository.forget()
    asked = registry.count()
    done = repository.commit()
    assert done.code != 0
    assert "error[unverifiable]" in done.output
    assert registry.count() == asked


def test_a_raw_git_hook(bare: Repository) -> None:
    hook = bare.folder / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexec mcp-guard check --hook\n")
    hook.chmod(0o755)
    bare.config(good="good-server")
    bare.ok("add", "--all")
    bare.write(".mcp.json", "{}\n")
    done = bare.commit("first commit of the repository")
    assert done.code != 0
    assert "error[unpinned]" in done.output
    bare.config(good="good-server")
    bare.mend("good")
    assert bare.commit().code == 0


def test_the_manifest_is_valid(repository: Repository, hook_repository: str) -> None:
    folder = Path(hook_repository.removeprefix("file://"))
    done = repository.run("pre-commit", "validate-manifest", str(folder / ".pre-commit-hooks.yaml"))
    assert done.code == 0, done
    shutil.rmtree(repository.folder)

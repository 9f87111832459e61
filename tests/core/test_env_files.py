"""Files of variables: read where the tree has them, left as a doubt where it has not."""

from __future__ import annotations

import json

import pytest

from mcp_guard import env_files, launchers, pipeline, redaction, scripts
from mcp_guard.model import Override, PackageLaunch, Place, Server, ServerFacts
from tests.core.conftest import PIN, Site, blocking, of

EVIL = "npm_config_registry=https://registry.example/\n"


def server(site: Site, file: str = ".env", **more: object) -> Server:
    entry = {"command": "npx", "args": ["-y", "server@1.0.0"], "envFile": file, **more}
    site.servers(".vscode/mcp.json", a=entry)
    return site.space().configs[0].servers[0]


def read(site: Site, file: str = ".env") -> Server:
    found = server(site, file)
    return expand(site, found)


def expand(site: Site, found: Server, seen: dict[str, str] | None = None) -> Server:
    """Read the files of a server as the tree holds them now."""
    space = site.space()
    (config,) = (config for config in space.configs if config.file == found.file)
    return env_files.expand(found, config, space.tree, scripts.tracked(space.tree, {} if seen is None else seen))


def facts(site: Site) -> ServerFacts:
    """What the one server amounts to, nobody asked."""
    space = site.space()
    (config,) = space.configs
    tracked = scripts.tracked(space.tree, {})
    with site.world(space.policy) as world:
        return pipeline.server_facts(config.servers[0], config, space, world.registries, tracked)


def variables(site: Site, data: str | bytes) -> dict[str, str] | None:
    """What is read of a file; None where it is left as a doubt."""
    site.write(".env", data)
    found = read(site)
    return None if found.env_files else {variable.name.text: variable.value.text for variable in found.env}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("", {}),
        ("\n  \n# note\n   # A=b\n", {}),
        ("A=b", {"A": "b"}),
        ("A=b\r\nC=d\r\n", {"A": "b", "C": "d"}),
        ("export A=b\n", {"A": "b"}),
        ("  A  =  b c  \n", {"A": "b c"}),
        ("A=\n", {"A": ""}),
        ("A='b'\nC=\"d\"\n", {"A": "b", "C": "d"}),
        ("A='\nB=\"\nC='x\"\n", {"A": "'", "B": '"', "C": "'x\""}),
        ("A=x=y\n", {"A": "x=y"}),
        ("A=1\nA=2\n", {"A": "2"}),
        ("_a1=ü\n", {"_a1": "ü"}),
    ],
)
def test_lines_that_are_read(site: Site, data: str, expected: dict[str, str]) -> None:
    assert variables(site, data) == expected


@pytest.mark.parametrize(
    "data",
    ["A: b\n", "just words\n", "A\n", "1A=b\n", "A-B=c\n", "@corp:registry=x\n", "=b\n", "\ufeffA=b\n", "source x\n"],
)
def test_a_line_that_is_anything_else_is_a_doubt(site: Site, data: str) -> None:
    assert variables(site, "B=c\n" + data) is None
    assert variables(site, data) is None


@pytest.mark.parametrize("data", [f"A=b\r{EVIL}", f"# note\r{EVIL}", f"A=b\r\r{EVIL}"])
def test_a_carriage_return_hides_no_variable(site: Site, data: str) -> None:
    """Readers of such files take a lone CR for the end of a line (dotenv, VS Code)."""
    found = variables(site, data)
    assert found is None or "npm_config_registry" in found


def test_places_are_those_of_the_name(site: Site) -> None:
    site.write(".env", "# note\n  export NAME=value\n")
    (variable,) = read(site).env
    assert variable.name.place == variable.value.place == Place(".env", 2, 10, 2, 14)


@pytest.mark.parametrize("file", [".env", "./.env", "${workspaceFolder}/.env", "${workspaceRoot}/.env", "a/../.env"])
def test_spellings_of_a_file_in_the_tree(site: Site, file: str) -> None:
    site.write(".env", "A=b\n")
    assert not read(site, file).env_files


@pytest.mark.parametrize("file", ["../.env", "/etc/environment", "${HOME}/.env", "missing.env", "~/.env", "a", ""])
def test_files_that_the_tree_does_not_hold_stay_a_doubt(site: Site, file: str) -> None:
    site.write("a/b.txt", "A=b\n")
    found = read(site, file)
    assert [word.text for word in found.env_files] == [file]
    assert found.env == ()
    (launch,) = launchers.read(found, launchers.Tracked(lambda _: False, lambda _: None))
    assert isinstance(launch, PackageLaunch)
    assert [override.what for override in launch.overrides] == [f"the env file {file}"]


def test_an_untracked_file_is_not_in_the_tree(site: Site) -> None:
    found = server(site)
    (site.folder / ".env").write_text(EVIL)
    assert expand(site, found).env_files


def test_a_linked_or_an_oversized_file_stays_a_doubt(site: Site) -> None:
    (site.folder / ".env").symlink_to("other")
    site.write("other", "A=b\n")
    assert read(site).env_files
    (site.folder / ".env").unlink()
    site.write(".env", "#" * env_files.LIMIT)
    assert not read(site).env_files
    site.write(".env", "#" * (env_files.LIMIT + 1))
    assert read(site).env_files


def test_a_file_that_cannot_be_read_stays_a_doubt(site: Site) -> None:
    site.write(".env", "A=b\n")
    found = server(site)
    (site.folder / ".env").unlink()
    (site.folder / ".env").mkdir()
    assert expand(site, found).env_files


def test_what_was_looked_up_is_noted(site: Site) -> None:
    site.write(".env", "A=b\n")
    found = server(site)
    seen: dict[str, str] = {}
    expand(site, found, seen)
    assert list(seen) == [".env"]


def test_the_servers_own_variables_come_last(site: Site) -> None:
    site.write(".env", "A=file\n")
    expanded = expand(site, server(site, env={"A": "own"}))
    assert [variable.value.text for variable in expanded.env] == ["file", "own"]


def test_an_override_inside_is_a_finding_at_its_line(site: Site) -> None:
    site.registry.publish_npm("server", "1.0.0")
    site.write("mcp-guard.toml", PIN)
    site.write(".env", f"A=b\n{EVIL}")
    server(site)
    site.pin()
    report = site.judge()
    (finding,) = of(report, "registry-override")
    assert (finding.place.file, finding.place.line) == (".env", 2)
    assert report.subjects[0].verdict == "blocked"
    site.write(".env", f"npm_config_registry={site.registry.npm_url}\n")
    site.pin()
    assert blocking(site.judge()) == []


def test_no_credential_of_an_override_is_shown(site: Site) -> None:
    secret = "correct-horse-battery-7"
    site.registry.publish_npm("server", "1.0.0")
    site.write(".env", f"npm_config_registry=https://user:{secret}@registry.example/?token={secret}\n")
    server(site)
    report = site.judge()
    assert "registry-override" in blocking(report)
    assert secret not in repr(report)


def test_a_file_beside_the_tree_blocks(site: Site) -> None:
    site.registry.publish_npm("server", "1.0.0")
    server(site, "../outside.env")
    assert "registry-override" in blocking(site.judge())


def test_overrides_are_values(site: Site) -> None:
    """Two runs over the same bytes say the same."""
    site.write(".env", EVIL)
    found = server(site)
    first, second = facts(site), facts(site)
    assert first == second
    (launch,) = first.launches
    assert isinstance(launch, PackageLaunch)
    assert [type(override) for override in launch.overrides] == [Override]
    assert redaction.fingerprint(found) == redaction.fingerprint(server(site))
    assert pipeline.packages_of(first.launches)[0].name == "server"


# ------------------------------------------------------------------------------------------------ which file it is


@pytest.mark.parametrize("file", ["settings.txt", "env", "config/prod.environment"])
def test_only_files_that_are_called_so_are_read(site: Site, file: str) -> None:
    """A commit that changes another alone would not be looked at."""
    site.write(file, "A=b\n")
    assert read(site, file).env_files


@pytest.mark.parametrize("file", [".env.local", "prod.env", "PROD.ENV", "config/.env"])
def test_the_names_of_such_files(site: Site, file: str) -> None:
    site.write(file, "A=b\n")
    assert not read(site, file).env_files


@pytest.mark.parametrize("config", ["a/.vscode/mcp.json", "a/.mcp.json"])
def test_a_file_is_looked_for_from_the_root_and_from_the_configs_own_folder(site: Site, config: str) -> None:
    key = "servers" if ".vscode" in config else "mcpServers"
    entry = {"command": "npx", "args": ["-y", "server@1.0.0"], "envFile": ".env"}
    site.write(config, json.dumps({key: {"a": entry}}))
    found = site.space().configs[0].servers[0]
    assert expand(site, found).env_files
    site.write("a/.env", "A=own\n")
    assert [variable.value.text for variable in expand(site, found).env] == ["own"]
    site.write(".env", "A=root\n")
    assert expand(site, found).env_files, "nobody knows which of the two it is"
    site.git("rm", "--quiet", "--force", "a/.env")
    assert [variable.value.text for variable in expand(site, found).env] == ["root"]


def test_separators_that_some_readers_take_for_the_end_of_a_line_are_a_doubt(site: Site) -> None:
    for separator in ("\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"):
        assert variables(site, f"A=b{separator}{EVIL}") is None


# ------------------------------------------------------------------------------------------------ the fingerprint


def test_the_variables_of_files_are_part_of_the_fingerprint(site: Site) -> None:
    site.write(".env", "MODE=fast\n")
    server(site)
    before = facts(site).fingerprint
    site.write(".env", "# the same\nMODE=fast\n")
    assert facts(site).fingerprint == before
    site.write(".env", "MODE=slow\n")
    assert facts(site).fingerprint != before


def test_a_changed_file_of_variables_is_a_changed_definition(site: Site) -> None:
    site.registry.publish_npm("server", "1.0.0")
    site.write("mcp-guard.toml", PIN)
    site.write(".env", "MODE=fast\n")
    server(site)
    site.pin()
    assert blocking(site.judge()) == []
    site.write(".env", "MODE=slow\n")
    assert blocking(site.judge()) == ["definition-changed"]


def test_code_that_a_variable_of_a_file_loads_is_a_finding(site: Site) -> None:
    site.write(".env", "NODE_OPTIONS=--require ./x.js\n")
    server(site)
    found = [finding for finding in site.judge(network="off").findings if finding.rule == "code-loading-environment"]
    assert [(finding.place.file, finding.place.line) for finding in found] == [(".env", 1)]
    assert "x.js" not in found[0].message

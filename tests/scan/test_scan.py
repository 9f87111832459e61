from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from mcp_guard.clients.locations import Platform
from mcp_guard.clients.table import CLIENTS
from mcp_guard.model import Policy
from mcp_guard.reports import scan
from mcp_guard.scanning import Inventory, names, rows
from tests.scan.conftest import FLOATING, PINNED, Box

SCHEMAS = Path(__file__).parents[2] / "schemas"
SCHEMA = json.loads((SCHEMAS / "scan.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
TOKEN = "ghp_" + "0123456789abcdefghijABCDEFGHIJ012345"


def verdicts(inventory: Inventory) -> dict[tuple[str, str], str]:
    return {(s.server.file, s.server.name.text): s.verdict for s in inventory.report.subjects}


def document(inventory: Inventory) -> dict[str, list[dict[str, object]]]:
    text = scan.document(inventory)
    assert text.isascii()
    answer: dict[str, list[dict[str, object]]] = json.loads(text)
    VALIDATOR.validate(answer)
    return answer


# ------------------------------------------------------------------------------------------------ judged


def test_a_machine_without_clients_has_nothing_to_tell(box: Box) -> None:
    inventory = box.scan()
    assert inventory.report.exit_code == 0
    assert not document(inventory)["files"]
    assert scan.text(inventory).startswith("0 configs of 0 clients: 0 blocked")


def test_each_server_is_judged_without_a_repository(box: Box) -> None:
    servers = {
        "pinned": PINNED,
        "floating": FLOATING,
        "remote": {"url": "https://mcp.example/sse"},
        "script": {"command": "node", "args": ["/opt/x/server.js"]},
    }
    path = box.servers(".cursor/mcp.json", servers)
    before = path.stat()
    inventory = box.scan()
    file = "~/.cursor/mcp.json"
    assert verdicts(inventory) == {
        (file, "pinned"): "unchecked",
        (file, "floating"): "blocked",
        (file, "remote"): "blocked",
        (file, "script"): "blocked",
    }
    rules = {(finding.server, finding.rule) for finding in inventory.report.findings}
    assert rules == {
        ("pinned", "unverifiable"),
        ("floating", "unpinned"),
        ("remote", "unlisted-remote"),
        ("script", "unmanaged-program"),
    }
    assert inventory.report.exit_code == 1
    assert path.stat() == before


def test_what_is_only_pinned_was_not_verified(box: Box) -> None:
    box.servers(".cursor/mcp.json", {"pinned": PINNED})
    inventory = box.scan()
    assert inventory.report.exit_code == 3
    assert "no registry was asked" in scan.text(inventory)
    assert "unverifiable]" not in scan.text(inventory)


def test_a_policy_allows_what_a_person_has_allowed(box: Box) -> None:
    box.servers(".cursor/mcp.json", {"remote": {"url": "https://mcp.example/sse"}})
    inventory = box.scan(policy=Policy(remotes=("https://mcp.example/*",)))
    assert [*verdicts(inventory).values()] == ["allowed"]
    assert inventory.report.exit_code == 0


def test_no_remedy_speaks_of_a_repository(box: Box) -> None:
    box.servers(".cursor/mcp.json", {"floating": FLOATING})
    assert {f.remedy for f in box.scan().report.findings} == {"mcp-guard explain unpinned"}


def test_projects_may_have_servers_of_one_name(box: Box) -> None:
    projects = {
        str(box.home / "a"): {"mcpServers": {"same": PINNED}, "history": ["x"]},
        "/srv/b": {"mcpServers": {"same": FLOATING}},
        "/srv/c": {},
    }
    box.write(".claude.json", json.dumps({"mcpServers": {"mine": PINNED}, "projects": projects}))
    inventory = box.scan()
    [file] = inventory.files
    [told] = json.loads(scan.document(inventory))["files"]
    found = sorted((server["project"] or "", server["verdict"]) for server in told["servers"])
    VALIDATOR.validate(json.loads(scan.document(inventory)))
    assert file.client == "Claude Code"
    assert found == [("", "unchecked"), ("/srv/b", "blocked"), ("~/a", "unchecked")]
    table = scan.text(inventory)
    assert "same (in ~/a)" in table
    assert "same (in /srv/b)" in table


def test_projects_are_looked_for_in_json_alone(box: Box) -> None:
    box.write(".codex/config.toml", '# "projects"\n[mcp_servers.one]\ncommand = "npx"\nargs = ["server-d"]\n')
    [file] = box.scan().files
    assert file.projects == (None,)


def test_a_history_of_many_mebibytes_is_no_obstacle(box: Box) -> None:
    history = ["x" * 1000] * 3000
    box.write(".claude.json", json.dumps({"history": history, "mcpServers": {"pinned": PINNED}}))
    box.write(".cursor/mcp.json", json.dumps({"history": history, "mcpServers": {"pinned": PINNED}}))
    inventory = box.scan()
    assert verdicts(inventory) == {("~/.claude.json", "pinned"): "unchecked"}
    assert [f.rule for f in inventory.report.findings if f.place.file == "~/.cursor/mcp.json"] == ["unreadable-config"]


@pytest.mark.parametrize("platform", ["macos", "linux", "windows"])
def test_each_platform_is_scanned(box: Box, platform: Platform) -> None:
    box.become(platform)
    data = {
        "macos": "Library/Application Support",
        "linux": ".config",
        "windows": "AppData/Roaming",
    }[platform]
    box.servers(f"{data}/Claude/claude_desktop_config.json", {"one": FLOATING})
    box.servers(f"{data}/Code/User/mcp.json", {"two": FLOATING}, key="servers")
    box.servers(f"{data}/Code/User/profiles/-1a2b/mcp.json", {"three": PINNED}, key="servers")
    box.write(".codex/config.toml", '[mcp_servers.four]\ncommand = "npx"\nargs = ["server-d"]\n')
    (box.home / data / "Trae").mkdir()
    inventory = box.scan()
    assert verdicts(inventory) == {
        (f"~/{data}/Claude/claude_desktop_config.json", "one"): "blocked",
        (f"~/{data}/Code/User/mcp.json", "two"): "blocked",
        (f"~/{data}/Code/User/profiles/-1a2b/mcp.json", "three"): "unchecked",
        ("~/.codex/config.toml", "four"): "blocked",
    }
    assert [file.client for file in inventory.files] == ["Claude Desktop", "Codex", "VS Code", "VS Code"]
    assert ("Trae", f"~/{data}/Trae") in inventory.bare


def test_an_unreadable_file_is_undecided_and_told(box: Box) -> None:
    (box.home / ".cursor" / "mcp.json").mkdir(parents=True)
    inventory = box.scan()
    assert inventory.report.exit_code == 3
    assert not inventory.bare
    assert "not read: ~/.cursor/mcp.json: a directory" in scan.text(inventory)
    assert document(inventory)["unread"] == [
        {"client": "Cursor", "file": "~/.cursor/mcp.json", "reason": "a directory"}
    ]
    box.servers(".kiro/settings/mcp.json", {"floating": FLOATING})
    assert box.scan().report.exit_code == 1


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"{", b"[]", b'{"mcpServers": []}', b"[" * 100_000])
def test_a_config_that_cannot_be_understood_blocks(box: Box, content: bytes) -> None:
    box.write(".cursor/mcp.json", content)
    inventory = box.scan()
    assert {finding.rule for finding in inventory.report.findings} == {"unreadable-config"}
    assert inventory.report.exit_code == 1
    document(inventory)


def test_no_secret_is_printed_and_every_character_is_visible(box: Box) -> None:
    server = {"command": "npx", "args": ["server-b", "--token", TOKEN], "env": {"API_KEY": TOKEN}, "cwd": "\x1b[2J"}
    box.servers(".cursor/mcp.json", {f"evil\u202e{TOKEN}": server, "\x1b]0;x\x07": FLOATING})
    inventory = box.scan()
    for text in (scan.text(inventory), scan.document(inventory)):
        assert TOKEN not in text
        assert text.replace("\n", "").isprintable()


def test_no_secret_in_the_name_of_a_project_is_printed(box: Box) -> None:
    projects = {f"/srv/{TOKEN}": {"mcpServers": {"a": FLOATING}}, "/srv/hunter2hunter": {"mcpServers": {"b": FLOATING}}}
    mine = {"command": "npx", "args": ["server-b"], "env": {"API_KEY": "hunter2hunter"}}
    box.write(".claude.json", json.dumps({"mcpServers": {"mine": mine}, "projects": projects}))
    inventory = box.scan()
    for text in (scan.text(inventory), scan.document(inventory)):
        assert TOKEN not in text
        assert "hunter2hunter" not in text


def test_what_a_persons_own_settings_grant_is_no_error(box: Box) -> None:
    """The rule says to put it there. Of a repository it is one on this machine too."""
    settings = json.dumps({"enableAllProjectMcpServers": True})
    box.write(".claude/settings.json", settings)
    box.write("project/.claude/settings.json", settings)
    found = {f.place.file: (f.severity, f.message) for f in box.scan(box.home / "project").report.findings}
    what = "enableAllProjectMcpServers: every server of the repository starts without anyone being asked"
    assert found == {
        "~/.claude/settings.json": ("warning", f"these settings answer what the client would ask: {what}"),
        "~/project/.claude/settings.json": (
            "error",
            f"this file answers what a client would ask its user: {what}; take it out of the repository",
        ),
    }


def test_the_order_of_files_and_clients_is_fixed(box: Box) -> None:
    box.servers(".cursor/mcp.json", {"b": FLOATING, "a": FLOATING})
    box.servers(".kiro/settings/mcp.json", {"c": FLOATING})
    box.servers(".kiro/agents/z.json", {"c": FLOATING})
    box.servers(".kiro/agents/a.json", {"c": FLOATING})
    inventory = box.scan()
    assert [(file.client, file.file) for file in inventory.files] == [
        ("Cursor", "~/.cursor/mcp.json"),
        ("Kiro", "~/.kiro/agents/a.json"),
        ("Kiro", "~/.kiro/agents/z.json"),
        ("Kiro", "~/.kiro/settings/mcp.json"),
    ]
    assert scan.document(inventory) == scan.document(box.scan())


def test_below_a_root_only_what_has_servers_is_told(box: Box) -> None:
    box.servers("code/a/.mcp.json", {"floating": FLOATING})
    box.write("code/b/.gemini/settings.json", '{"theme": "dark"}')
    box.write("code/c/.mcp.json", "{")
    box.write(".gemini/settings.json", '{"theme": "dark"}')
    inventory = box.scan(box.home / "code")
    assert [file.file for file in inventory.files] == [
        "~/code/a/.mcp.json",
        "~/code/c/.mcp.json",
        "~/.gemini/settings.json",
    ]
    assert "Gemini CLI   ~/.gemini/settings.json" in scan.text(inventory)


def test_one_client_is_all_of_its_rows(box: Box) -> None:
    box.servers(".claude.json", {"one": FLOATING})
    box.servers(".cursor/mcp.json", {"two": FLOATING})
    box.servers("code/.mcp.json", {"three": FLOATING})
    found = verdicts(box.scan(box.home / "code", client="claude-code"))
    assert found == {("~/.claude.json", "one"): "blocked", ("~/code/.mcp.json", "three"): "blocked"}
    assert "claude-code-user" in rows("claude-code")
    assert "cursor" not in rows("claude-code")
    assert names().keys() == {client.name for client in CLIENTS}


# ------------------------------------------------------------------------------------------------ the schema


def test_the_schema_is_one_and_closed() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"] == f"urn:mcp-guard:schema:scan:{scan.VERSION}"
    objects = [SCHEMA, *(part for part in SCHEMA["$defs"].values() if part.get("type") == "object")]
    assert all(part["additionalProperties"] is False for part in objects)


def test_what_the_report_says_too_is_described_alike() -> None:
    report = json.loads((SCHEMAS / "report.schema.json").read_text("utf-8"))["$defs"]
    own = copy.deepcopy(SCHEMA["$defs"])
    del own["server"]["properties"]["project"]
    own["server"]["required"].remove("project")
    for name in report.keys() - {"file", "summary"}:
        assert own[name] == report[name], name
    counts = {key: value for key, value in report["summary"]["properties"].items() if key != "excluded"}
    assert own["summary"]["properties"] == counts

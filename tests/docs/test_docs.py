"""Documents agree with the code: generated files are fresh, examples run, lists are complete."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import tomli

from mcp_guard import clients, policy, rules
from mcp_guard.cli.arguments import parse

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_files_are_fresh() -> None:
    stale = [
        path
        for path, text in generator().generated().items()
        if not (ROOT / path).exists() or (ROOT / path).read_text(encoding="utf-8") != text
    ]
    assert not stale, "run `make docs`"


def test_no_rule_page_is_left_over() -> None:
    pages = {path.name for path in (ROOT / "docs" / "rules").iterdir()}
    assert pages == {f"{rule.name}.md" for rule in rules.RULES} | {"README.md"}


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_library_example_prints_what_the_readme_says(tmp_path: Path) -> None:
    (code,) = blocks("python")
    (expected,) = blocks("text")
    environ = {**os.environ, "HOME": str(tmp_path), "MCP_GUARD_CACHE_DIR": str(tmp_path / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.stdout == expected


def test_the_policy_example_is_the_default_policy_and_more() -> None:
    (example,) = blocks("toml")
    read = policy.load({"mcp-guard.toml": example.encode()})
    assert read.min_age == policy.load({}).min_age
    assert read.remotes == ("https://mcp.linear.app/*",)
    assert set(tomli.loads(example)) >= {"preset", "require", "min-age", "min-age-new", "max-status-age", "network"}


def test_the_commands_in_the_readme_parse() -> None:
    lines = [line for block in blocks("console") for line in block.splitlines() if line.startswith("$ mcp-guard")]
    assert len(lines) >= 6
    for line in lines:
        words = shlex.split(line.split("#", 1)[0])[2:]
        assert parse(words, {}).command


def test_the_readme_names_every_client_and_the_architecture_every_dependency() -> None:
    for client in clients.CLIENTS:
        assert client.title in " ".join(README.split()), client.title
    project = tomli.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    pages = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for dependency in project["project"]["dependencies"]:
        name = re.split(r"[><=]", dependency)[0]
        assert f"| {name} |" in pages, name


def test_contributing_is_short() -> None:
    assert len((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()) < 100


@pytest.mark.parametrize("path", sorted((ROOT / "schemas").glob("*.json")), ids=lambda path: path.name)
def test_schemas_are_schemas(path: Path) -> None:
    import jsonschema

    schema = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"]

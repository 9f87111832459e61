"""Override files of pnpm, yarn 1, corepack and NuGet."""

from __future__ import annotations

import pytest

from mcp_guard import launchers

URL = "https://npm.example/"


def found(file: str, text: str) -> list[tuple[str, str | None, str | None, int]]:
    return [(one.what, one.registry, one.scope, one.place.line) for one in launchers.overrides(file, text.encode())]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("packages:\n  - a", []),
        (f"packages: []\nregistry: {URL}", [("registry", URL, None, 2)]),
        (
            f"registries:\n  default: {URL}\n  '@corp': {URL}",
            [("registries.default", URL, None, 1), ("registries.@corp", URL, "@corp", 1)],
        ),
        ("registries: x", []),
        ("overrides:\n  a: npm:b@1", [("overrides", None, None, 1)]),
        ("patchedDependencies: {}", [("patchedDependencies", None, None, 1)]),
        ("strictSsl: false", [("strictSsl", None, None, 1)]),
        ("strictSsl: true", []),
        ("a: &x {}\n<<: *x", [("<<", None, None, 2)]),
        ("? [a]\n: b", [("<<", None, None, 1)]),
    ],
)
def test_pnpm_workspace(text: str, expected: list[tuple[str, str | None, str | None, int]]) -> None:
    assert found("a/pnpm-workspace.yaml", text) == expected


@pytest.mark.parametrize("text", ["[a]", "a: [", "[" * 5000, "a: *b"])
def test_a_workspace_that_cannot_be_read_is_an_override(text: str) -> None:
    ((what, *_),) = found("pnpm-workspace.yaml", text)
    assert "cannot be read" in what


@pytest.mark.parametrize("file", [".pnpmfile.cjs", ".pnpmfile.mjs", "x/pnpmfile.js", ".PNPMFILE.cjs"])
def test_hooks_of_pnpm_are_overrides(file: str) -> None:
    assert [what.startswith("hooks of") for what, *_ in found(file, "module.exports = {}")] == [True]
    assert found(file, "\n") == []


def test_yarn_1() -> None:
    text = (
        f'# x\nregistry "{URL}"\n"@corp:registry" "{URL}"\nyarn-path "./evil.js"\n--registry {URL}\nlastUpdateCheck 1\n'
    )
    assert found(".yarnrc", text) == [
        ("registry", URL, None, 2),
        ("@corp:registry", URL, "@corp", 3),
        ("yarn-path", None, None, 4),
        ("registry", URL, None, 5),
    ]


def test_corepack() -> None:
    text = f"COREPACK_NPM_REGISTRY='{URL}'\nexport COREPACK_HOME=x\nTMPDIR=x\nCOREPACK_ENABLE_STRICT\n"
    assert found(".corepack.env", text) == [("COREPACK_NPM_REGISTRY", URL, None, 1), ("COREPACK_HOME", None, None, 2)]


def test_nuget() -> None:
    text = (
        '<?xml version="1.0"?>\n<configuration>\n <packageSources>\n  <clear />\n'
        '  <add key="x" value="https://u:p@nuget.example/v3/index.json" />\n </packageSources>\n'
        ' <packageRestore><add key="enabled" value="True" /></packageRestore>\n</configuration>\n'
    )
    expected = [("packageSources", None, None, 4), ("packageSources", "https://nuget.example/v3/index.json", None, 5)]
    assert found("NuGet.Config", text) == expected
    assert found("nuget.config", "<!DOCTYPE x>") == [("entities that mcp-guard does not read", None, None, 1)]
    assert found("NUGET.CONFIG", "<configuration/>") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[tool.uv.sources]\na = { path = 'b' }", [("sources", 1)]),
        ("[tool.uv]\noverride-dependencies = ['a==1']\nsources = {}", [("override-dependencies", 2)]),
        ("[tool.uv]\nconstraint-dependencies = ['a<1']", [("constraint-dependencies", 2)]),
        ("[tool.uv.pip]\nindex-url = 'https://pypi.example'\nx = 1", [("pip.index-url", 2)]),
    ],
)
def test_uv(text: str, expected: list[tuple[str, int]]) -> None:
    assert [(what, line) for what, _, _, line in found("pyproject.toml", text)] == expected

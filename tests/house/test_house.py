"""House rules that a machine can check: layers, docstrings, sizes, names that no file may hold, light imports."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import translate
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "mcp_guard"
MODULES = sorted(PACKAGE.rglob("*.py"))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


each_module = pytest.mark.parametrize("module", MODULES, ids=named)

# ------------------------------------------------------------------------------------------------ layers

# The lowest first (DESIGN §4): a part, which is a module or a folder of the package, imports only from layers below.
LAYERS: tuple[set[str], ...] = (
    {"model"},
    {"documents"},
    {"clients", "launchers", "lockfiles", "provenance", "settings", "triggers"},
    {"registries"},
    {"proving"},
    {"rules", "policy", "policy_edit", "lock", "receipts", "redaction", "trees", "hook"},
    {"proof_files", "vouching"},
    {"workspace", "evidence", "scripts"},
    {"env_files", "subject"},
    {"pipeline"},
    {"searching"},
    {"entering", "scanning"},
    {"resolving", "accept"},
    {"pinning"},
    {"reports"},
    {"api"},
    {"cli"},
    {"__init__", "__main__"},
)

# What a part may import from its own layer.
BESIDE: dict[str, set[str]] = {
    "triggers": {"clients", "lockfiles"},
    "rules": {"policy", "redaction"},
    "policy_edit": {"policy"},
    "hook": {"receipts", "trees"},
    "vouching": {"proof_files"},
}


def part(path: Path) -> str:
    """The part of the package that a module belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(source: str, package: str) -> Iterator[tuple[int, str]]:
    """Each line at which the source of a module of `package` imports a part of mcp_guard, with that part.

    Imports inside functions and for type checkers count, and so do module names in strings (`import_module`).
    """
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                found = [alias.name for alias in names]
            case ast.ImportFrom(level=level, module=module, names=names):
                outer = package.split(".")[: len(package.split(".")) - level + 1] if level else []
                found = [".".join([*outer, *filter(None, [module]), alias.name]) for alias in names]
            case ast.Constant(value=str(text)):
                found = re.findall(r"\Amcp_guard\.\w+", text)
            case _:
                continue
        for name in found:
            top, _, inner = name.partition(".")
            if top == "mcp_guard" and inner != "__version__":
                yield node.lineno, _part_named(inner.split(".")[0])


def _part_named(name: str) -> str:
    """`name` where it is a part of the package, with or without a layer; else it is a name of the public API."""
    known = any(name in layer for layer in LAYERS) or (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").is_file()
    return name if name and known else "__init__"


def allowed(importer: str) -> set[str]:
    """The parts that a part may import."""
    height = next(number for number, layer in enumerate(LAYERS) if importer in layer)
    return {importer}.union(*LAYERS[:height], BESIDE.get(importer, set()))


@pytest.mark.parametrize("name", sorted({part(module) for module in MODULES}))
def test_each_part_has_one_layer(name: str) -> None:
    assert sum(name in layer for layer in LAYERS) == 1, f"give mcp_guard/{name} its place in LAYERS"


@each_module
def test_no_module_imports_from_a_higher_layer(module: Path) -> None:
    inside = ".".join(module.parent.relative_to(ROOT).parts)
    found = imported(module.read_text("utf-8"), inside)
    wrong = [f"{named(module)}:{line}: imports {name}" for line, name in found if name not in allowed(part(module))]
    assert not wrong


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("import json, mcp_guard.cli.check", ["cli"]),
        ("from mcp_guard import rules, model", ["rules", "model"]),
        ("from mcp_guard.registries.npm import x", ["registries"]),
        ("def f():\n    from mcp_guard import pipeline", ["pipeline"]),
        ("from . import source", ["documents"]),
        ("from .. import trees", ["trees"]),
        ("from ..cli.check import run", ["cli"]),
        ("import_module('mcp_guard.api')", ["api"]),
        ("import_module(f'mcp_guard.rules.{name}')", ["rules"]),
        ("import mcp_guard", ["__init__"]),
        ("from mcp_guard import check", ["__init__"]),
        ("from mcp_guard import __version__", []),
        ("import mcp_guardian", []),
    ],
)
def test_every_way_to_import_is_seen(source: str, parts: list[str]) -> None:
    assert [name for _, name in imported(source, "mcp_guard.documents")] == parts


def test_the_law_tells_higher_from_lower() -> None:
    assert allowed("model") == {"model"}
    assert "model" in allowed("documents")
    assert "pipeline" not in allowed("rules")
    assert "policy" in allowed("rules")
    assert "rules" not in allowed("policy")


# ------------------------------------------------------------------------------------------------ docstrings, sizes


def undocumented(node: ast.Module | ast.ClassDef, name: str) -> Iterator[str]:
    """The public modules, classes, functions and methods without a docstring, by dotted name."""
    if not ast.get_docstring(node):
        yield name
    for child in node.body:
        if isinstance(child, ast.ClassDef) and not child.name.startswith("_"):
            yield from undocumented(child, f"{name}.{child.name}")
        elif (
            isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef))
            and not child.name.startswith("_")
            and not ast.get_docstring(child)
        ):
            yield f"{name}.{child.name}"


@each_module
def test_everything_public_has_a_docstring(module: Path) -> None:
    assert not list(undocumented(ast.parse(module.read_text("utf-8")), named(module)))


def test_a_missing_docstring_is_seen() -> None:
    source = "class A:\n    def b(self): ...\n    def _c(self): ...\ndef _d(): ...\nasync def e(): ..."
    assert list(undocumented(ast.parse(source), "m")) == ["m", "m.A", "m.A.b", "m.e"]


@each_module
def test_no_module_is_really_two(module: Path) -> None:
    limit = 480 if named(module) == "mcp_guard/model.py" else 300
    assert len(module.read_text("utf-8").splitlines()) <= limit


# ------------------------------------------------------------------------------------------------ names

# Hosts of package registries (the defaults come from packageurl, fixtures use registry.example), and folders of the
# machine that this is written on. The brackets keep these lines from matching themselves.
FORBIDDEN = re.compile(
    r"registry\.npmj[s]|npmj[s]\.org|pyp[i]\.org|pythonhoste[d]|debia[n]\.org|yarnpk[g]\.com"
    r"|(?<![\w.~$})-])/(?:work|farm|root)/"
)


def project_files() -> list[Path]:
    """Every file of the checkout, tracked or not, but what .gitignore leaves out and what is being measured."""
    patterns = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text("utf-8").split()]
    ignored = re.compile("|".join(map(translate, [".git", ".coverage*", *patterns])))
    found: list[Path] = []
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if not ignored.match(name)]
        found.extend(Path(folder, name) for name in files if not ignored.match(name))
    return [path for path in found if path.is_file()]


def test_no_file_names_a_registry_host_or_a_developer_machine() -> None:
    files = project_files()
    assert Path(__file__).resolve() in files
    wrong = [
        f"{named(path)}:{number}: {match.group()}"
        for path in files
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), start=1)
        if (match := FORBIDDEN.search(line))
    ]
    assert not wrong


@pytest.mark.parametrize("pieces", [("https://registry.npm", "js.org/x"), ("py", "pi.org"), ('"/wo', 'rk/main"')])
def test_a_forbidden_name_is_seen(pieces: tuple[str, str]) -> None:
    assert FORBIDDEN.search("".join(pieces))


@pytest.mark.parametrize("text", ["https://registry.example/", "tests/work/x", "~/ro" + "ot/", "./work/", "a/root/b"])
def test_other_names_are_not(text: str) -> None:
    assert not FORBIDDEN.search(text)


# ------------------------------------------------------------------------------------------------ imports

HEAVY = {
    "requests",
    "requests_cache",
    "jsonschema",
    "cryptography",
    "yaml",
    "packageurl",
    "packaging",
    "tomlkit",
}
HOT = ("clients", "trees", "receipts", "hook", "triggers", "lock", "policy", "rules", "pipeline", "reports", "cli")


@pytest.mark.parametrize("names", [HOT[:3], HOT], ids=["staged", "all"])
def test_a_commit_loads_nothing_heavy(names: tuple[str, ...]) -> None:
    code = f"import sys, {', '.join(f'mcp_guard.{name}' for name in names)}\nprint(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True, text=True)
    assert not run.stderr
    loaded = set(run.stdout.split())
    assert {f"mcp_guard.{name}" for name in names} <= loaded
    assert not loaded & HEAVY

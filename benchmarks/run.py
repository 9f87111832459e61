"""The budgets of DESIGN §10 that this version claims, as ratios to yardsticks measured in the same run.

Medians of whole-process runs, interleaved with their yardsticks. Prints a table and writes `benchmarks/RESULTS.md`.
It fails only on what it can decide: an import that must not happen, a run that asks the network, a wrong exit code.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.registry import Registry  # noqa: E402 (the path above makes it importable)

BIN = Path(sys.executable).parent
RUNS = 21
FORBIDDEN = ("requests", "requests_cache", "jsonschema", "cryptography", "yaml", "packageurl")


class Command(NamedTuple):
    """One thing to be measured."""

    name: str
    argv: Sequence[str]
    folder: Path
    environ: Mapping[str, str]
    code: int = 0


class Row(NamedTuple):
    """One line of the result table."""

    what: str
    budget: str
    measured: str
    met: bool


# A process inherits the peak memory of whoever forked it, so a small one stands between this one and what is measured.
STARTER = """
import os, sys, time
quiet = os.open(os.devnull, os.O_WRONLY)
start = time.perf_counter()
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, quiet, 1)])
_, status, usage = os.wait4(pid, 0)
print(time.perf_counter() - start, usage.ru_maxrss / 1024, os.waitstatus_to_exitcode(status))
"""


def once(command: Command) -> tuple[float, float]:
    """Run a command; return wall seconds and peak MiB."""
    starter = [sys.executable, "-I", "-S", "-c", STARTER, *command.argv]
    done = subprocess.run(
        starter, cwd=command.folder, env=dict(command.environ), capture_output=True, text=True, check=True
    )
    seconds, peak, code = done.stdout.split()
    if int(code) != command.code:
        raise SystemExit(f"{command.name}: exit code {code}, not {command.code}: {done.stderr}")
    return float(seconds), float(peak)


def measure(commands: Sequence[Command]) -> dict[str, tuple[float, float]]:
    """Return median milliseconds and peak MiB of each command, all measured round robin."""
    samples: dict[str, list[tuple[float, float]]] = {command.name: [] for command in commands}
    for command in commands:
        once(command)
    for _ in range(RUNS):
        for command in commands:
            samples[command.name].append(once(command))
    return {
        name: (statistics.median(s for s, _ in values) * 1000, max(m for _, m in values))
        for name, values in samples.items()
    }


def git(folder: Path, *words: str, environ: Mapping[str, str]) -> None:
    """Run git quietly."""
    subprocess.run(["git", "-C", str(folder), *words], env=dict(environ), check=True, capture_output=True)


def repository(folder: Path, environ: Mapping[str, str], registry: Registry) -> None:
    """Make a repository with 3 configs and 8 servers, pinned, locked and accepted by policy."""
    names = [f"server-{number}" for number in range(8)]
    for name in names:
        registry.publish_npm(name, "1.0.0")
    shares = {".mcp.json": names[:3], ".cursor/mcp.json": names[3:6], "sub/.mcp.json": names[6:]}
    git(folder, "init", "--quiet", environ=environ)
    git(folder, "commit", "--quiet", "--allow-empty", "-m", "first", environ=environ)
    for path, servers in shares.items():
        entries = {name: {"command": "npx", "args": ["-y", f"{name}@1.0.0"]} for name in servers}
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"mcpServers": entries}, indent=2))
    (folder / "mcp-guard.toml").write_text('require = ["pin", "integrity"]\n')
    (folder / "README.md").write_text("# bench\n")
    git(folder, "add", "--all", environ=environ)
    subprocess.run([str(BIN / "mcp-guard"), "pin"], cwd=folder, env=dict(environ), check=True, capture_output=True)


def imports(folder: Path, environ: Mapping[str, str]) -> list[str]:
    """List the forbidden modules that a hook run imports."""
    code = (
        "import sys; from mcp_guard.cli import main; code = main(['check', '--hook']);"
        f"print([m for m in {FORBIDDEN!r} if m in sys.modules], file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=dict(environ), capture_output=True, text=True, check=True
    )
    return list(json.loads(done.stderr.strip().splitlines()[-1].replace("'", '"')))


def bench(below: Path) -> tuple[list[Row], dict[str, tuple[float, float]]]:
    """Measure the first three lines of DESIGN §10."""
    environ = {
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(below),
        "MCP_GUARD_CACHE_DIR": str(below / "cache"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "bench",
        "GIT_AUTHOR_EMAIL": "bench@example.com",
        "GIT_COMMITTER_NAME": "bench",
        "GIT_COMMITTER_EMAIL": "bench@example.com",
    }
    idle, code, hot = below / "idle", below / "code", below / "hot"
    changed = {idle: ("README.md", "# changed\n"), code: ("app.py", "import sys\n\nprint(sys.argv)\n")}
    hook = [str(BIN / "mcp-guard"), "check", "--hook"]
    for folder in (idle, code, hot):
        folder.mkdir()
        with Registry() as registry:
            environ |= registry.environ
            repository(folder, environ, registry)
            if folder in changed:
                name, text = changed[folder]
                git(folder, "add", "--all", environ=environ)
                git(folder, "commit", "--quiet", "-m", "all", environ=environ)
                (folder / name).write_text(text)
            git(folder, "add", "--all", environ=environ)
            subprocess.run(hook, cwd=folder, env=environ, check=True, capture_output=True)
            asked = registry.count()
            subprocess.run(hook, cwd=folder, env=environ, check=True, capture_output=True)
            if registry.count() != asked:
                raise SystemExit("a run with fresh receipts asked the registry")
            if found := imports(folder, environ):
                raise SystemExit(f"the hot path imports {', '.join(found)}")
    schema = next((ROOT / "schemas").glob("standard*.json"))
    checker = [str(BIN / "check-jsonschema"), "--schemafile", str(schema), ".mcp.json"]
    results = measure(
        [
            Command("python -c pass", [sys.executable, "-c", "pass"], below, environ),
            Command("nothing relevant staged", hook, idle, environ),
            Command("ordinary code staged", hook, code, environ),
            Command("hot path", hook, hot, environ),
            Command("check-jsonschema", checker, hot, environ),
        ]
    )
    start, checked = results["python -c pass"][0], results["check-jsonschema"][0]
    ordinary = results["ordinary code staged"][0]
    nothing, path, memory = results["nothing relevant staged"][0], results["hot path"][0], results["hot path"][1]
    return [
        Row("hook, nothing relevant staged", "≤ 4 × python -c pass", f"{nothing / start:.1f} ×", nothing <= 4 * start),
        Row("hook, ordinary code staged", "≤ 4 × python -c pass", f"{ordinary / start:.1f} ×", ordinary <= 4 * start),
        Row("hot path: 3 configs, 8 servers", "≤ 6 × python -c pass", f"{path / start:.1f} ×", path <= 6 * start),
        Row("hot path", "≤ 0.35 × check-jsonschema", f"{path / checked:.2f} ×", path <= 0.35 * checked),
        Row("hot path, peak memory", "≤ 25 MiB", f"{memory:.1f} MiB", memory <= 25),
        Row("both import none of " + ", ".join(FORBIDDEN), "none", "none", met=True),
    ], results


def table(rows: Sequence[Row], results: Mapping[str, tuple[float, float]]) -> str:
    """Format the result page."""
    lines = [
        "# Results",
        "",
        f"`make bench` on {datetime.now(timezone.utc).date()}: {platform.machine()}, {os.cpu_count()} cores, "  # noqa: ISC004
        f"Python {platform.python_version()}, medians of {RUNS} whole-process runs, interleaved.",
        "",
        "| what | budget | measured | met |",
        "|---|---|---|---|",
        *(f"| {row.what} | {row.budget} | {row.measured} | {'yes' if row.met else 'no'} |" for row in rows),
        "",
        "| command | ms | peak MiB |",
        "|---|---:|---:|",
        *(f"| {name} | {ms:.1f} | {mib:.1f} |" for name, (ms, mib) in results.items()),
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Measure, print, write."""
    import provenance  # it takes this module's measures

    below = Path(tempfile.mkdtemp(prefix="mcp-guard-bench-"))
    try:
        rows, results = bench(below)
        more, others = provenance.bench(below)
        page = table([*rows, *more], {**results, **others})
    finally:
        shutil.rmtree(below, ignore_errors=True)
    sys.stdout.write(page)
    (ROOT / "benchmarks" / "RESULTS.md").write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

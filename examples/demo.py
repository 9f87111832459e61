"""The main job, shown: a commit that is blocked, mended and passed, against the real registries.

`make demo` runs it. It works on copies of the examples in a temporary folder, and starts no server.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent
BIN = Path(sys.executable).parent


def run(folder: Path, line: str, cache: Path) -> int:
    """Show a command, run it, show what it prints and returns."""
    environ = {
        **os.environ,
        "MCP_GUARD_CACHE_DIR": str(cache),
        "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "demo",
        "GIT_AUTHOR_EMAIL": "demo@example.com",
        "GIT_COMMITTER_NAME": "demo",
        "GIT_COMMITTER_EMAIL": "demo@example.com",
    }
    sys.stdout.write(f"\n$ {line}\n")
    sys.stdout.flush()
    done = subprocess.run(shlex.split(line), cwd=folder, env=environ, check=False)
    sys.stdout.write(f"[exit code {done.returncode}]\n")
    return done.returncode


def remedies(folder: Path, cache: Path) -> list[str]:
    """List the one command that each finding ends with."""
    report = subprocess.run(
        [str(BIN / "mcp-guard"), "check", "--format", "json"],
        cwd=folder,
        env={**os.environ, "MCP_GUARD_CACHE_DIR": str(cache)},
        capture_output=True,
        text=True,
        check=False,
    )
    findings = json.loads(report.stdout)["findings"]
    return list(dict.fromkeys(finding["remedy"] for finding in findings if finding["severity"] == "error"))


def scratch(name: str, below: Path) -> Path:
    """Copy an example into a git repository of its own."""
    folder = below / name
    shutil.copytree(EXAMPLES / name, folder)
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    subprocess.run(["git", "-C", str(folder), "add", "--all"], check=True)
    return folder


def headline(text: str) -> None:
    """Say what comes next."""
    sys.stdout.write(f"\n{'=' * 100}\n{text}\n{'=' * 100}\n")


def main() -> int:
    """Show the three examples; 0 when each ended as it should."""
    with tempfile.TemporaryDirectory() as temporary:
        below = Path(temporary)
        cache = below / "cache"
        headline("1. The lookalike: no version, and the package is gone. Nothing mends it but removal.")
        postmark = scratch("unpinned-postmark", below)
        codes = [run(postmark, "mcp-guard check --hook", cache) == 1, run(postmark, "mcp-guard pin", cache) == 1]

        headline("2. Four clients, five servers: block, mend, pass.")
        mixed = scratch("mixed", below)
        codes.append(run(mixed, "mcp-guard check --hook", cache) == 1)
        run(mixed, "mcp-guard pin", cache)
        for remedy in remedies(mixed, cache):  # a person reads each finding first; the demo takes them all
            run(mixed, remedy.replace('"why"', '"demo: this is who I expected"'), cache)
        run(mixed, "git add --all", cache)
        run(mixed, "mcp-guard list --publishers", cache)
        codes.append(run(mixed, "mcp-guard check --hook -v", cache) == 0)
        run(mixed, 'git commit --quiet -m "Add MCP servers, pinned and locked"', cache)

        headline("3. A pinned and locked server: the same verdict without the network.")
        pinned = scratch("pinned-filesystem", below)
        codes.append(run(pinned, "mcp-guard check --hook -v", cache) == 0)
        codes.append(run(pinned, "mcp-guard check --offline -v", cache) == 0)
    sys.stdout.write(
        "\nEach example ended as it should.\n" if all(codes) else "\nAn example did not end as it should.\n"
    )
    return 0 if all(codes) else 1


if __name__ == "__main__":
    sys.exit(main())

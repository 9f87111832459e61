"""The main job, shown: a commit that is blocked, mended and passed, against the real registries.

`make demo` runs it. It works on copies of the examples in a temporary folder, and starts no server.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta, timezone
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
    until = (datetime.now(timezone.utc) + timedelta(days=90)).date().isoformat()
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
        accept = f'--reason "demo: no signatures are verified yet" --until {until}'
        run(mixed, f"mcp-guard accept package fetch memory time git {accept}", cache)
        run(mixed, "mcp-guard accept remote linear", cache)
        run(mixed, f"mcp-guard accept program shell {accept}", cache)
        run(mixed, "git add --all", cache)
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

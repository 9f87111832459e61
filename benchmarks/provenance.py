"""What provenance costs: a proof, the import of the verifying path, and the first check on a new machine (DESIGN §10).

`bench` gives rows and medians in the form of `run`; `python benchmarks/provenance.py` prints them alone. What is
verified are recorded objects, so there is nothing to measure where they are not beside the repository.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from run import BIN, RUNS, Command, Row, git, once, table

from mcp_guard import clients, lock, pipeline
from mcp_guard.model import Digest, Lock, LockedPackage, LockedServer, Place, Release, purl
from mcp_guard.provenance.errors import VerificationError
from mcp_guard.provenance.npm import verify_npm_attestations
from mcp_guard.provenance.proofs import pretty, read_proof
from mcp_guard.provenance.publisher import publisher_of
from tests.provenance import objects, recorded
from tests.provenance.table import milliseconds

CONFIG = ".mcp.json"
PACKAGES = 10  # with two attestations each: of the registry, and of the workflow
X509, SIGSTORE = "import cryptography.x509", "import sigstore.verify"
OURS, FIRST = "import mcp_guard.provenance.npm", "first check, 20 attestations"


def bench(below: Path) -> tuple[list[Row], dict[str, tuple[float, float]]]:
    """Measure what §10 says of proofs; nothing, and a message, without the recordings."""
    if not recorded.FOLDER.is_dir():
        print("provenance is not measured: the recorded objects are not beside this repository", file=sys.stderr)
        return [], {}
    folder, environ = below / "proven", _environ(below)
    repository(folder, environ)
    check = [sys.executable, "-m", "mcp_guard", "check", "--offline"]
    _assert_passes(check, folder, _fresh(environ, below))
    imports = [Command(name, [sys.executable, "-c", name], below, environ) for name in (X509, OURS, SIGSTORE)]
    results = measure([*imports, Command(FIRST, check, folder, environ)], below)
    return [*proof_rows(), *_ratios({name: ms for name, (ms, _) in results.items()})], results


def _ratios(ms: Mapping[str, float]) -> list[Row]:
    what = f"first check on a new machine, offline, {PACKAGES} packages with 20 attestations in the tree"
    first = ms[FIRST] / ms[X509]
    return [
        Row(what, f"≤ 2.5 × {X509}", f"{first:.1f} ×", first <= 2.5),
        *(
            Row("import of the verifying path", f"beside {other}", f"{ms[OURS] / ms[other]:.2f} ×", met=True)
            for other in (X509, SIGSTORE)
        ),
    ]


def proof_rows() -> list[Row]:
    """Measure every recorded npm document and PyPI object that verifies, warm, from its bytes on the disk."""
    names = {"an npm document, 2 attestations": "npm/attestations/", "a PyPI file": "pypi/"}
    rows = [row for row in objects.rows() if objects.outcome(row).result == "verified"]
    found: list[Row] = []
    for name, start in names.items():
        times = [milliseconds(row) for row in rows if row.file.startswith(start)]
        median = statistics.median(times)
        measured = f"{median:.1f} ms (median of {len(times)}, slowest {max(times):.1f})"
        found.append(Row(f"a proof: {name}", "≤ 5 ms", measured, median <= 5))
    return found


def measure(commands: Sequence[Command], below: Path) -> dict[str, tuple[float, float]]:
    """Return median milliseconds and peak MiB, measured round robin, each run with an empty cache of its own."""
    samples: dict[str, list[tuple[float, float]]] = {command.name: [] for command in commands}
    for run in range(RUNS + 1):
        for command in commands:
            sample = once(command._replace(environ=_fresh(command.environ, below)))
            if run:  # the first one warms the disk
                samples[command.name].append(sample)
    return {
        name: (statistics.median(s for s, _ in values) * 1000, max(m for _, m in values))
        for name, values in samples.items()
    }


def _environ(below: Path) -> dict[str, str]:
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "HOME": str(below), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


def _fresh(environ: Mapping[str, str], below: Path) -> dict[str, str]:
    return {**environ, "MCP_GUARD_CACHE_DIR": tempfile.mkdtemp(dir=below, prefix="cache-")}


def _assert_passes(argv: Sequence[str], folder: Path, environ: Mapping[str, str]) -> None:
    """Stop where the check does not pass: what it costs to refuse is not what is measured here."""
    done = subprocess.run(argv, cwd=folder, env=dict(environ), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{FIRST}: exit code {done.returncode}, not 0:\n{done.stdout}{done.stderr}")


# ------------------------------------------------------------------------------------------------ the repository


def repository(folder: Path, environ: Mapping[str, str]) -> None:
    """Make a repository whose servers are npm packages with real attestations, with lock, proofs and publishers."""
    releases = _releases()
    servers = {f"server-{at}": f"{name}@{version}" for at, (name, version, _) in enumerate(releases)}
    entries = {server: {"command": "npx", "args": ["-y", package]} for server, package in servers.items()}
    config = json.dumps({"mcpServers": entries}, indent=2).encode()
    names = {name: release.publisher.identity.partition("#")[0] for name, _, release in releases}
    policy = ["[publishers]", *(f'"npm:{name}" = "{identity}"' for name, identity in names.items())]
    files = {CONFIG: config, lock.LOCK_FILE: _lock(config, releases), "mcp-guard.toml": "\n".join(policy).encode()}
    files |= {
        f"mcp-guard.proofs/{proof.name}.json": pretty(proof) for _, _, release in releases for proof in release.proofs
    }
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    git(folder, "init", "--quiet", environ=environ)
    git(folder, "add", "--all", environ=environ)


def _releases() -> list[tuple[str, str, Release]]:
    """Name, version and release of recorded packages, as `pin` would lock them."""
    found: list[tuple[str, str, Release]] = []
    for path in recorded.files("npm/attestations/*.json"):
        name, version, integrity = recorded.npm_pin(path)
        try:
            verified = verify_npm_attestations(name, version, integrity, recorded.load(path)).provenance
        except VerificationError:  # recorded to be refused
            continue
        if verified is None or verified.identity is None:
            continue
        release = Release(
            digests=(Digest("sha512", base64.b64decode(integrity.removeprefix("sha512-")).hex()),),
            published=max(verified.times),
            publisher=publisher_of(verified.identity),
            attestations="proven",
            proofs=(read_proof("", path.read_bytes()),),
        )
        found.append((name, version, release))
    return found[:PACKAGES]


def _lock(config: bytes, releases: Sequence[tuple[str, str, Release]]) -> bytes:
    place, read = Place(lock.LOCK_FILE), clients.read(CONFIG, config)
    names = [purl("npm", name, version) for name, version, _ in releases]
    servers = read.servers if read else ()
    packages = {name: LockedPackage(name, release, place) for name, (*_, release) in zip(names, releases, strict=True)}
    locked = [
        LockedServer(CONFIG, server.name.text, "package", (name,), pipeline.fingerprint(server, ()), place)
        for server, name in zip(servers, names, strict=True)
    ]
    return lock.dump(Lock(packages, {(server.file, server.name): server for server in locked}))


def main() -> int:
    """Measure and print."""
    below = Path(tempfile.mkdtemp(prefix="mcp-guard-bench-"))
    try:
        sys.stdout.write(table(*bench(below)))
    finally:
        shutil.rmtree(below, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

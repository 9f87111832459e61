"""Recorded objects of the real registries, end to end, verified by the keys and roots that are shipped."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.conftest import Desk, desk, registry
from tests.provenance import recorded
from tests.registry import PypiFile, Registry
from tests.registry.documents import JSON

__all__ = ["desk", "registry"]

pytestmark = recorded.needed

NPM, PYPI = recorded.FOLDER / "npm", recorded.FOLDER / "pypi"


class Real(NamedTuple):
    """A recorded object, when it was signed, and whom it proves."""

    file: str
    signed: str
    who: str


NPM_RELEASES = (
    Real("%40getmcpm%2fcli@0.21.0.json", "2026-07-16T15:24:03Z", "github:getmcpm/cli#1194736883"),
    Real(
        "%40laurentsimon%2fprovenance-npm-test@1.0.3.json",
        "2023-04-20T17:17:21Z",
        "github:laurentsimon/provenance-npm-test#602223945",
    ),
    Real(
        "%40laurentsimon%2fprovenance-npm-test@1.0.5.json",
        "2023-05-18T17:58:57Z",
        "github:laurentsimon/provenance-npm-test#602223945",
    ),
    Real(
        "%40trishankatdatadog%2fsupreme-goggles@1.0.5.json",
        "2023-05-16T17:33:01Z",
        "github:trishankatdatadog/supreme-goggles#636292006",
    ),
    Real("gundam-visor@1.0.1.json", "2024-06-03T22:18:01Z", "github:ramonpetgrave64/gundam-visor#810002373"),
    Real("nuxt@3.13.0.json", "2024-08-22T16:06:37Z", "github:nuxt/nuxt#71995937"),
    Real("nuxt@4.1.2.json", "2025-09-12T21:47:35Z", "github:nuxt/nuxt#71995937"),
    Real("sigstore@0.4.0.json", "2023-01-11T17:31:54Z", "github:sigstore/sigstore-js"),
    Real("sigstore@1.0.0.json", "2023-02-09T17:56:02Z", "github:sigstore/sigstore-js"),
    Real("sigstore@2.3.1.json", "2024-05-16T17:12:06Z", "github:sigstore/sigstore-js#495574555"),
    Real("tuf-js@1.0.0.json", "2023-02-09T17:38:27Z", "github:theupdateframework/tuf-js"),
)
PYPI_RELEASES = (
    Real("sampleproject-4.0.0.tar.gz", "2024-11-06T22:37:07Z", "github:pypa/sampleproject#14899596"),
    Real(
        "pep740-sampleproject-1.0.0.tar.gz",
        "2024-11-27T16:15:43Z",
        "gitlab:pep740-example/sampleproject#64895736",
    ),
    Real("pypi_attestations-0.0.19.tar.gz", "2024-12-04T23:14:01Z", "github:trailofbits/pypi-attestations#772247423"),
)
SIGSTORE = {real.file.split("@")[1].removesuffix(".json"): real for real in NPM_RELEASES if "sigstore@" in real.file}


class Trial:
    """A desk whose registry has recorded releases, and a cache that can be lost."""

    def __init__(self, desk: Desk, registry: Registry, cache: Path) -> None:
        self.desk, self.registry, self.cache = desk, registry, cache

    def npm(self, real: Real, variant: str | None = None) -> str:
        """Serve an attested npm release, or with another document in its place; return `name@version`."""
        name, version, integrity = recorded.npm_pin(NPM / "attestations" / real.file)
        self.registry.publish_npm(
            name,
            version,
            published=real.signed.replace("Z", ".500Z"),
            dist={
                "integrity": integrity,
                "attestations": {
                    "url": f"https://npm.example/-/npm/v1/attestations/{name}@{version}",
                    "provenance": {"predicateType": "https://slsa.dev/provenance/v1"},
                },
            },
        )
        self.registry.attestations[f"{name}@{version}"] = recorded.load(NPM / "attestations" / (variant or real.file))
        return f"{name}@{version}"

    def pypi(self, real: Real) -> tuple[str, str]:
        """Serve a PyPI release that has only the file whose provenance was recorded; return name and version."""
        document = recorded.load(PYPI / f"{real.file}.provenance")
        assert isinstance(document, dict)
        subject = _subject(document)
        filename, digest = str(subject["name"]), str(_member(subject, "digest")["sha256"])
        stem, _, version = filename.removesuffix(".tar.gz").rpartition("-")
        name = stem.replace("_", "-")
        url = f"{self.registry.origin}/integrity/{name}/{version}/{filename}/provenance"
        file = PypiFile(filename, digest, real.signed.replace("Z", ".500000Z"), provenance=url)
        self.registry.publish_pypi(name, version, files=(file,))
        self.registry.provenance[filename] = document
        return name, version

    def start(self, spec: str) -> None:
        self.desk.config(server=spec)
        self.answers()

    def answers(self) -> None:
        """Let the registry's answers be too old."""
        (self.cache / "http.sqlite").unlink(missing_ok=True)

    def forget(self) -> None:
        shutil.rmtree(self.cache, ignore_errors=True)

    def commit(self) -> None:
        self.desk.git("add", "--all")
        self.desk.git("commit", "--quiet", "--no-verify", "-m", "all")

    def findings(self, *argv: str) -> dict[str, dict[str, str]]:
        done = self.desk.guard("check", "--format", "json", *argv)
        return {finding["rule"]: finding for finding in json.loads(done.out)["findings"]}

    def through(self, who: str) -> None:
        """Pin, name the publisher, and check in every way, also as another machine without the network."""
        pinned = self.desk.guard("pin")
        assert "not pinned" not in pinned.out
        assert f"published by {who}" in pinned.out
        assert self.desk.rules() == ["new-publisher"]
        accepted = self.desk.guard("accept", "publisher", "server")
        assert (accepted.code, accepted.err) == (0, "")
        assert who in self.desk.read("mcp-guard.toml")
        for argv in ((), ("--network=required",), ("--offline",)):
            assert self.desk.guard("check", *argv).code == 0, argv
        self.commit()
        for argv in (("--offline",), (), ("--network=required",)):
            self.forget()
            done = self.desk.guard("check", *argv)
            assert done.code == 0, (argv, done.out)


def _subject(document: dict[str, JSON]) -> dict[str, JSON]:
    import base64

    from mcp_guard.provenance.shape import Node

    bundle = Node(document, "document", "pep740.shape").get("attestation_bundles").items()[0]
    envelope = bundle.get("attestations").items()[0].get("envelope")
    statement = json.loads(base64.b64decode(envelope.get("statement").text()))
    subject: dict[str, JSON] = statement["subject"][0]
    return subject


def _member(value: dict[str, JSON], key: str) -> dict[str, JSON]:
    member = value[key]
    assert isinstance(member, dict)
    return member


@pytest.fixture(autouse=True)
def authority() -> None:
    """Trust what is shipped: the other tests of this folder trust the test authority instead."""


@pytest.fixture
def trial(desk: Desk, registry: Registry, tmp_path: Path) -> Trial:
    return Trial(desk, registry, tmp_path / "cache")


# ------------------------------------------------------------------------------------------------ one release


@pytest.mark.parametrize("real", NPM_RELEASES, ids=lambda real: real.file.removesuffix(".json"))
def test_a_real_npm_release_from_pin_to_a_machine_without_network(trial: Trial, real: Real) -> None:
    trial.start(trial.npm(real))
    trial.through(real.who)


@pytest.mark.parametrize("real", PYPI_RELEASES, ids=lambda real: real.file)
def test_a_real_pypi_release_from_pin_to_a_machine_without_network(trial: Trial, real: Real) -> None:
    name, version = trial.pypi(real)
    trial.desk.config(server={"command": "uvx", "args": [f"{name}=={version}"]})
    trial.through(real.who)


def test_a_real_release_of_which_only_one_file_is_attested(trial: Trial) -> None:
    """What was recorded of sampleproject 4.0.0 is the source archive; the wheel beside it has no provenance here."""
    name, version = trial.pypi(PYPI_RELEASES[0])
    (archive,) = trial.registry.projects[name].files(version)
    wheel = archive._replace(filename=f"{name}-{version}-py3-none-any.whl", sha256="0" * 64, provenance=None)
    trial.registry.projects[name].add(version, (archive, wheel))
    trial.desk.config(server={"command": "uvx", "args": [f"{name}=={version}"]})
    trial.desk.guard("pin")
    (finding,) = (one for rule, one in trial.findings().items() if rule != "release-too-young")
    assert finding["rule"] == "unverified-publisher"
    assert "1 of 2 files have no attestation" in finding["message"]
    assert trial.desk.guard(*_command(finding["remedy"])).code == 0
    assert trial.desk.guard("check").code == 0


@pytest.mark.parametrize(
    "variant",
    [path.name for path in recorded.files("npm/attestations/*.json") if path.name.count(".") > 3],
)
def test_a_real_negative_fixture_is_never_pinned(trial: Trial, variant: str) -> None:
    real = next(one for one in NPM_RELEASES if variant.startswith(one.file.removesuffix(".json")))
    trial.start(trial.npm(real, variant))
    assert "not pinned" in trial.desk.guard("pin").out
    for argv in ((), ("--network=required",)):
        assert "proof-invalid" in trial.findings(*argv)
        assert trial.desk.guard("check", *argv).code == 1


# ------------------------------------------------------------------------------------------------ bumps


def test_a_bump_over_the_time_when_certificates_got_ids(trial: Trial) -> None:
    """sigstore 1.0.0 names only its repository, 2.3.1 its id as well: it is the same one, and can be named by id."""
    trial.start(trial.npm(SIGSTORE["1.0.0"]))
    trial.through(SIGSTORE["1.0.0"].who)
    trial.start(trial.npm(SIGSTORE["2.3.1"]))
    trial.desk.guard("pin")
    assert trial.desk.rules() == []
    assert set(trial.findings()) <= {"workflow-changed"}
    assert trial.desk.guard("accept", "publisher", "server").code == 0
    assert SIGSTORE["2.3.1"].who in trial.desk.read("mcp-guard.toml")
    trial.forget()
    assert trial.desk.guard("check", "--offline").code == 0
    trial.commit()
    trial.forget()
    assert trial.desk.guard("check", "--offline").code == 0


def test_a_return_to_before_certificates_had_ids_is_a_persons_decision(trial: Trial) -> None:
    trial.start(trial.npm(SIGSTORE["2.3.1"]))
    trial.through(SIGSTORE["2.3.1"].who)
    trial.start(trial.npm(SIGSTORE["0.4.0"]))
    trial.desk.guard("pin")
    assert trial.desk.rules() == ["publisher-mismatch"]
    refused = trial.desk.guard("accept", "publisher", "server")
    assert refused.code != 0
    printed = re.search(r"mcp-guard (accept publisher .*)", refused.err)
    assert printed is not None
    assert trial.desk.guard(*shlex.split(printed[1])).code == 0
    assert trial.desk.rules() == []


def test_a_reusable_workflow_of_others_is_told(trial: Trial) -> None:
    """1.0.3 was signed by the repository's own workflow, 1.0.5 by slsa-github-generator's."""
    one, two = NPM_RELEASES[1:3]
    trial.start(trial.npm(one))
    trial.through(one.who)
    trial.start(trial.npm(two))
    trial.desk.guard("pin")
    assert trial.desk.rules() == []
    found = trial.findings()
    assert set(found) == {"workflow-changed"}
    assert "slsa-framework/slsa-github-generator" in found["workflow-changed"]["message"]
    trial.commit()
    trial.forget()
    assert trial.findings("--offline") == {}


# ------------------------------------------------------------------------------------------------ whole packuments


@pytest.fixture
def nuxt(trial: Trial) -> Trial:
    """The recorded packument as it is, with the two attestations documents that were recorded."""
    trial.registry.publish_recorded("nuxt.full.trimmed.json")
    for real in NPM_RELEASES:
        if real.file.startswith("nuxt@"):
            document = recorded.load(NPM / "attestations" / real.file)
            trial.registry.attestations[real.file.removesuffix(".json")] = document
    return trial


@pytest.mark.parametrize("version", ["3.13.0", "4.1.2"])
def test_a_real_packument_with_signature_and_attestations(nuxt: Trial, version: str) -> None:
    nuxt.start(f"nuxt@{version}")
    nuxt.through("github:nuxt/nuxt#71995937")
    evidence = json.loads(nuxt.desk.read("mcp-guard.lock"))["packages"][f"pkg:npm/nuxt@{version}"]["evidence"]
    assert {evidence[part] for part in ("attestations", "integrity", "publisher", "signatures")} == {"proven"}


def test_a_real_bump_to_another_event(nuxt: Trial) -> None:
    nuxt.start("nuxt@3.13.0")
    nuxt.through("github:nuxt/nuxt#71995937")
    nuxt.start("nuxt@4.1.2")
    nuxt.desk.guard("pin")
    found = nuxt.findings()
    assert set(found) == {"workflow-changed"}
    assert "pull_request_target" in found["workflow-changed"]["message"]
    assert nuxt.desk.guard("check").code == 0


def test_attestations_that_the_registry_promises_and_does_not_have(nuxt: Trial) -> None:
    """4.1.1 is attested by the packument's word, and its document was not recorded: nothing proves who published."""
    nuxt.start("nuxt@4.1.1")
    nuxt.desk.guard("pin")
    assert nuxt.desk.rules() == ["unverified-publisher"]
    assert nuxt.desk.guard("check", "--network=required").code == 1
    (entry,) = json.loads(nuxt.desk.read("mcp-guard.lock"))["packages"].values()
    assert (entry["evidence"]["attestations"], entry["evidence"]["publisher"]) == ("declared", "declared")


@pytest.mark.parametrize(
    ("file", "spec"),
    [("lodash.abbreviated.json", "lodash@4.17.21"), ("has-package-exports.full.json", "has-package-exports@1.3.0")],
)
def test_a_real_release_with_a_signature_alone(trial: Trial, file: str, spec: str) -> None:
    """Signed with the key of 2022, which has expired: its signatures hold, and nothing proves who published."""
    trial.registry.publish_recorded(file)
    name, _, version = spec.partition("@")
    packument = trial.registry.packuments[name]  # an abbreviated one says no times
    packument.setdefault("time", {version: "2021-02-20T15:42:16.891Z"})
    trial.start(spec)
    pinned = trial.desk.guard("pin")
    assert "not pinned" not in pinned.out, pinned.out
    assert trial.desk.rules() == ["unverified-publisher"]
    (finding,) = (one for one in trial.findings().values() if one["severity"] == "error")
    assert "says nothing about who" in finding["message"]
    assert trial.desk.guard(*_command(finding["remedy"])).code == 0
    trial.commit()
    for argv in ((), ("--network=required",), ("--offline",)):
        trial.forget()
        assert trial.desk.guard("check", *argv).code == 0, argv


def _signed_rows() -> list[list[str]]:
    lines = (NPM / "registry-signatures.2025-key.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return [line.split("\t") for line in lines]


@pytest.mark.parametrize("row", _signed_rows() if recorded.FOLDER.is_dir() else [], ids=lambda row: row[0])
def test_a_real_signature_of_the_key_of_2025(trial: Trial, row: list[str]) -> None:
    name, version, integrity, keyid, signature, *_ = row
    dist: dict[str, JSON] = {"integrity": integrity, "signatures": [{"keyid": keyid, "sig": signature}]}
    trial.registry.publish_npm(name, version, published="2025-09-01T00:00:00.000Z", dist=dist)
    trial.start(f"{name}@{version}")
    trial.desk.guard("pin")
    lock = json.loads(trial.desk.read("mcp-guard.lock"))
    (entry,) = lock["packages"].values()
    assert entry["evidence"]["signatures"] == entry["evidence"]["integrity"] == "proven"
    other = signature[:-8] + ("AAAAAAA=" if not signature.endswith("AAAAAAA=") else "BBBBBBB=")
    dist["signatures"] = [{"keyid": keyid, "sig": other}]
    trial.registry.publish_npm(name, version, published="2025-09-01T00:00:00.000Z", dist=dist)
    trial.forget()
    assert "proof-invalid" in trial.findings("--network=required")


def _command(remedy: str) -> list[str]:
    """The words of a printed command, without the program's name."""
    return shlex.split(remedy)[1:]

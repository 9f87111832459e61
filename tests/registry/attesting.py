"""What is published, signed and attested: the documents that the test authority makes, and what points to them.

cryptography is imported where something is signed.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from tests.registry.documents import JSON, PypiProject

if TYPE_CHECKING:
    from tests.provenance.attest import Build

SIGNED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)  # as tests.provenance.material has it


def sign(manifest: dict[str, JSON]) -> None:
    """Sign a version, as it stands, with the registry's key."""
    from tests.provenance.attest import registry_signature

    dist = _table(manifest, "dist")
    name, version, integrity = manifest["name"], manifest["version"], dist["integrity"]
    dist["signatures"] = [registry_signature(str(name), str(version), str(integrity))]


def attest_npm(
    packument: dict[str, JSON],
    version: str,
    build: Build,
    *,
    publish: bool,
    registry: str | None,
    approver: str | None,
    published: str | None,
) -> JSON:
    """Make a version one that `build` published, in the packument; the attestations document of it is returned."""
    from packageurl.validate import DEFINITIONS_BY_TYPE

    from tests.provenance.attest import npm_provenance, npm_publish

    manifest = _table(_table(packument, "versions"), version)
    dist, name = _table(manifest, "dist"), str(packument["name"])
    integrity = str(dist["integrity"])
    itself = registry or str(DEFINITIONS_BY_TYPE["npm"].default_repository_url).rstrip("/")
    taken = [npm_publish(name, version, integrity, itself, build.signed_at)] if publish else []
    built = npm_provenance(name, version, integrity, build)
    path = f"-/npm/v1/attestations/{name.replace('/', '%2f')}@{version}"
    dist["attestations"] = {
        "url": f"https://npm.example/{path}",  # its host is nothing that anybody should ask
        "provenance": {"predicateType": built["predicateType"]},
    }
    user: dict[str, JSON] = {
        "name": "GitHub Actions",
        "email": "nobody@mail.example",
        "trustedPublisher": {"id": "github", "oidcConfigId": "oidc:00000000-0000-0000-0000-000000000000"},
    }
    manifest["_npmUser"] = user | ({"approver": {"name": approver}} if approver else {})
    _table(packument, "time")[version] = published or _soon(build)
    return {"attestations": [*taken, built]}


def attest_pypi(
    project: PypiProject,
    version: str,
    build: Build,
    origin: str,
    *,
    only: Collection[str] | None,
    published: str | None,
) -> dict[str, JSON]:
    """Make a release, or only some files of it, one that `build` uploaded; their provenance objects are returned."""
    from tests.provenance.attest import pypi_provenance

    made: dict[str, JSON] = {}
    files = list(project.files(version))
    for at, file in enumerate(files):
        if only is None or file.filename in only:
            made[file.filename] = pypi_provenance(file.filename, str(file.sha256), build)
            url = f"{origin}/integrity/{project.name}/{version}/{file.filename}/provenance"
            files[at] = file._replace(provenance=url, published=published or _soon(build))
    project.add(version, tuple(files))
    return made


def _soon(build: Build) -> str:
    """A few seconds after the signature."""
    return (build.signed_at + timedelta(seconds=7)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _table(value: dict[str, JSON], key: str) -> dict[str, JSON]:
    member = value[key]
    assert isinstance(member, dict)
    return member

"""Signed objects as registries serve them, about any package, made by the test authority.

What a predicate says of its source is what the certificate says. `signed_at` may lie up to a year from
`material.SIGNED`, under the root that `authority_root` gives.
"""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from cryptography import x509
from packageurl.validate import DEFINITIONS_BY_TYPE

from mcp_guard.model import JSON
from mcp_guard.provenance.keys import Period, TrustedKey
from mcp_guard.provenance.npm import PUBLISH, purl
from mcp_guard.provenance.predicates import SLSA_V1
from mcp_guard.provenance.trust import TrustedRoot
from tests.provenance.authority import forge
from tests.provenance.issuing import der_text
from tests.provenance.material import COMMIT, EXTENSIONS, MANAGED, SIGNED, Change, b64, public, sign

# npm's way to name a key.
KEY_ID = f"SHA256:{b64(sha256(public(MANAGED)).digest()).rstrip('=')}"
_YEAR = Period(SIGNED - timedelta(days=365), SIGNED + timedelta(days=365))


class Build(NamedTuple):
    """One run of a workflow: what its certificate says. `signer` is the reusable workflow that signed, if one did."""

    repository: str = "https://github.com/octo/server"
    repository_id: str = "4711"
    owner_id: str = "42"
    workflow: str = ".github/workflows/release.yml"
    ref: str = "refs/tags/v1.2.3"
    trigger: str = "release"
    signer: str = ""
    signed_at: datetime = SIGNED

    @property
    def publisher(self) -> dict[str, str]:
        """The publisher object that PyPI makes of it (PEP 740)."""
        repository = self.repository.removeprefix("https://github.com/")
        workflow = self.workflow.rpartition("/")[2]
        return {"kind": "GitHub", "repository": repository, "workflow": workflow, "environment": ""}


def authority_root() -> TrustedRoot:
    """The test authority, in use for a year before and after `SIGNED`."""
    root = forge({}).root
    return TrustedRoot(
        logs=tuple(log._replace(period=_YEAR) for log in root.logs),
        ct_logs=tuple(log._replace(period=_YEAR) for log in root.ct_logs),
        authorities=tuple(one._replace(period=_YEAR) for one in root.authorities),
        timestamp_authorities=tuple(one._replace(period=_YEAR) for one in root.timestamp_authorities),
    )


def registry_key() -> TrustedKey:
    """The key of the test registry, for signatures and publish attestations."""
    return TrustedKey(KEY_ID, MANAGED.public_key(), _YEAR)


def registry_signature(name: str, version: str, integrity: str) -> dict[str, JSON]:
    """A row of `dist.signatures`."""
    text = f"{name}@{version}:{integrity}"
    return {"keyid": KEY_ID, "sig": b64(sign(MANAGED, text.encode()))}


def npm_provenance(name: str, version: str, integrity: str, build: Build) -> dict[str, JSON]:
    """The entry of an attestations document that says where a tarball was built."""
    statement = _statement(_npm_subject(name, version, integrity), SLSA_V1, _predicate(build))
    return {"predicateType": SLSA_V1, "bundle": _bundle(statement, build)}


def npm_publish(name: str, version: str, integrity: str, registry: str, signed_at: datetime) -> dict[str, JSON]:
    """The entry of an attestations document that says what the registry took in."""
    predicate = {"name": name, "version": version, "registry": registry}
    statement = _statement(_npm_subject(name, version, integrity), PUBLISH, predicate)
    faults: dict[str, Change] = {
        "statement": lambda _: statement,
        "integrated": lambda _: signed_at,
        "bundle": _with_key_id,
    }
    return {"predicateType": PUBLISH, "bundle": forge(faults, signer="key").bundle}


def pypi_provenance(filename: str, digest: str, build: Build) -> dict[str, JSON]:
    """The provenance object of a file that was uploaded by a trusted publisher on GitHub."""
    host = urlsplit(str(DEFINITIONS_BY_TYPE["pypi"].default_repository_url)).hostname
    kind = f"https://docs.{host}/attestations/publish/v1"
    bundle: Any = _bundle(_statement([{"name": filename, "digest": {"sha256": digest}}], kind, None), build)
    material, envelope = bundle["verificationMaterial"], bundle["dsseEnvelope"]
    attestation: dict[str, JSON] = {
        "version": 1,
        "verification_material": {
            "certificate": material["certificate"]["rawBytes"],
            "transparency_entries": material["tlogEntries"],
        },
        "envelope": {"statement": envelope["payload"], "signature": envelope["signatures"][0]["sig"]},
    }
    return {"version": 1, "attestation_bundles": [{"publisher": dict(build.publisher), "attestations": [attestation]}]}


# ------------------------------------------------------------------------------------------------ parts


def _npm_subject(name: str, version: str, integrity: str) -> list[Any]:
    digest = base64.b64decode(integrity.removeprefix("sha512-")).hex()
    return [{"name": purl(name, version), "digest": {"sha512": digest}}]


def _statement(subject: list[Any], kind: str, predicate: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    shape = "https://in-toto.io/Statement/v1"
    return {"_type": shape, "subject": subject, "predicateType": kind, "predicate": predicate}


def _predicate(build: Build) -> dict[str, Any]:
    workflow = {"repository": build.repository, "ref": build.ref, "path": build.workflow}
    source = {"uri": f"git+{build.repository}@{build.ref}", "digest": {"gitCommit": COMMIT}}
    definition = {"externalParameters": {"workflow": workflow}, "resolvedDependencies": [source]}
    return {"buildDefinition": definition}


def _bundle(statement: dict[str, Any], build: Build) -> JSON:
    """The statement, signed by the run that the build says and at its time."""
    workflow = f"{build.repository}/{build.workflow}@{build.ref}"
    says = EXTENSIONS | {
        9: build.signer or workflow,
        12: build.repository,
        14: build.ref,
        15: build.repository_id,
        16: build.repository.rpartition("/")[0],
        17: build.owner_id,
        18: workflow,
        20: build.trigger,
    }
    span = timedelta(minutes=5)
    faults: dict[str, Change] = {
        "statement": lambda _: statement,
        "identity": lambda _: {arc: der_text(text) for arc, text in says.items()},
        "names": lambda _: [x509.UniformResourceIdentifier(build.signer or workflow)],
        "validity": lambda _: (build.signed_at - span, build.signed_at + span),
        "sct time": lambda _: build.signed_at,
        "integrated": lambda _: build.signed_at,
    }
    return forge(faults).bundle


def _with_key_id(bundle: Any) -> Any:  # noqa: ANN401 - any JSON
    bundle["verificationMaterial"]["publicKey"]["hint"] = KEY_ID
    bundle["dsseEnvelope"]["signatures"][0]["keyid"] = KEY_ID
    return bundle

"""What an npm packument or version document says of a version (npm/registry:docs/responses/package-metadata.md).

What is believed of a document is only what it says of the very package and version that was asked for: a registry
could otherwise replay another package's document. One that disagrees about the name or the version is a lie or a
fault, never an absence: AnswerError, so that the answer is Unreachable, which blocks.
"""

from __future__ import annotations

from collections.abc import Mapping

from mcp_guard.model import JSON, Answer, Missing, Publisher, Release
from mcp_guard.registries import history
from mcp_guard.registries.history import Past
from mcp_guard.registries.http import json_object
from mcp_guard.registries.integrity import digests
from mcp_guard.registries.publishing import account, evidence, signed, table
from mcp_guard.registries.questions import AnswerError, Body, Candidate, Versions
from mcp_guard.registries.semver import Precedence, is_prerelease, precedence
from mcp_guard.registries.texts import instant, line

_INSTALL_SCRIPTS = ("preinstall", "install", "postinstall")
_HIGHEST: Precedence = (10**16,), ()  # above whatever `precedence` gives


def packument(body: Body, name: str) -> dict[str, JSON]:
    """The packument of this very package: it has versions, or says that it had. Raises AnswerError."""
    document = json_object(body)
    if document.get("name") != name or document.get("_id", name) != name:
        raise AnswerError(f"sent something else than the packument of {name}")
    if "unpublished" not in table(document, "time") and not isinstance(document.get("versions"), dict):
        raise AnswerError(f"sent a packument of {name} without versions")
    return document


def answer(document: Mapping[str, JSON], name: str, version: str) -> Answer:
    """What a packument says of one version. Raises AnswerError."""
    restricted = _restricted(document)
    manifest = table(document, "versions").get(version, restricted.get(version))
    if manifest is None:
        return Missing(_why_missing(document, version))
    if not isinstance(manifest, dict):
        raise AnswerError(f"sent a manifest of {name}@{version} that is no object")
    found = release(manifest, name, version)
    return found._replace(
        published=instant(table(document, "time").get(version)),
        withdrawn=found.withdrawn or (_restriction(document) if version in restricted else None),
    )


def release(manifest: Mapping[str, JSON], name: str, version: str) -> Release:
    """What a manifest says; the time of publication stands elsewhere. Raises AnswerError."""
    if not _is_manifest(manifest, name, version):  # before anything else (pacote's EMANIFESTMISMATCH)
        raise AnswerError(f"sent something else than the manifest of {name}@{version}")
    dist, who, signatures = table(manifest, "dist"), account(manifest), signed(manifest)
    return Release(
        digests=digests(dist.get("integrity"), dist.get("shasum")),
        published=None,
        publisher=Publisher("declared", who) if who else Publisher("absent"),
        install_scripts=_install_scripts(manifest),
        withdrawn=_placeholder(manifest, version),
        deprecated=_deprecated(manifest),
        signatures="declared" if signatures else "absent",
        attestations="declared" if dist.get("attestations") else "absent",
        account=who,
        signed=signatures,
    )


def weaker_than(document: Mapping[str, JSON], name: str, version: str) -> str | None:
    """The earlier version with more evidence than this one, of which `answer` must have given a release.

    Security placeholders, manifests of something else and what is no version do not count; but if the version that is
    asked for is none, it is taken for the highest.
    """
    manifests = {version: _restricted(document).get(version), **table(document, "versions")}
    keys = {text: key for text in manifests if (key := precedence(text)) is not None}
    keys.setdefault(version, _HIGHEST)
    ordered = sorted(keys.items(), key=lambda item: item[1])
    past = {
        text: _past(document, manifest, text, order, key[0][:1])
        for order, (text, key) in enumerate(ordered)
        if isinstance(manifest := manifests[text], dict)
        and _is_manifest(manifest, name, text)
        and (text == version or _placeholder(manifest, text) is None)
    }
    own = past.pop(version)
    return history.weaker_than(own, past.values())


def _past(
    document: Mapping[str, JSON], manifest: Mapping[str, JSON], version: str, order: int, line: tuple[int, ...]
) -> Past:
    published = instant(table(document, "time").get(version))
    return Past(version, order, line, published, is_prerelease(version), *evidence(manifest))


def versions(document: Mapping[str, JSON], name: str) -> Versions | Missing:
    """All versions, newest first; what is no version, or another one's manifest, cannot be installed and is left out.

    Of two versions that differ in build metadata only, the order is that of their text.
    """
    manifests = table(document, "versions")
    if not manifests and "unpublished" in table(document, "time"):
        return Missing(_why_missing(document, ""))
    keyed = sorted(((key, text) for text in manifests if (key := precedence(text)) is not None), reverse=True)
    candidates = tuple(
        _candidate(document, manifest, text)
        for _, text in keyed
        if isinstance(manifest := manifests[text], dict) and _is_manifest(manifest, name, text)
    )
    latest = table(document, "dist-tags").get("latest")
    offered = {candidate.version for candidate in candidates}
    return Versions(latest if isinstance(latest, str) and latest in offered else None, candidates)


def _candidate(document: Mapping[str, JSON], manifest: Mapping[str, JSON], version: str) -> Candidate:
    restriction = _restriction(document) if version in _restricted(document) else None
    return Candidate(
        version,
        instant(table(document, "time").get(version)),
        is_prerelease(version),
        _placeholder(manifest, version) or restriction,
        _deprecated(manifest),
    )


def _is_manifest(manifest: Mapping[str, JSON], name: str, version: str) -> bool:
    known = (manifest.get("name"), manifest.get("version"), manifest.get("_id", f"{name}@{version}"))
    return known == (name, version, f"{name}@{version}")


def _why_missing(document: Mapping[str, JSON], version: str) -> str:
    time = table(document, "time")
    if "unpublished" in time:
        when = instant(table(time, "unpublished").get("time"))
        return f"unpublished on {when.date().isoformat()}" if when else "unpublished"
    if version in table(table(document, "stagedVersions"), "versions"):
        return f"version {version} is staged, not yet published"
    return f"the package has no version {version}"


def _restricted(document: Mapping[str, JSON]) -> dict[str, JSON]:
    """Versions that the registry forbids; they may stand here only (npm/npm-pick-manifest:lib/index.js)."""
    return table(table(document, "policyRestrictions"), "versions")


def _restriction(document: Mapping[str, JSON]) -> str:
    message = line(table(document, "policyRestrictions").get("message"))
    return f"restricted by the registry: {message}" if message else "restricted by the registry"


def _install_scripts(manifest: Mapping[str, JSON]) -> tuple[str, ...]:
    """The names of what runs at installation; "node-gyp" is the one that npm adds itself for a `binding.gyp`."""
    scripts = table(manifest, "scripts")
    found = tuple(name for name in _INSTALL_SCRIPTS if scripts.get(name))
    if manifest.get("gypfile") is True and not (scripts.get("preinstall") or scripts.get("install")):
        return (*found, "node-gyp")
    return found or (("install",) if manifest.get("hasInstallScript") is True else ())


def _placeholder(manifest: Mapping[str, JSON], version: str) -> str | None:
    """`0.0.1-security` is what npm puts in the place of a package that it has taken down."""
    if version.startswith("0.0.1-security") or manifest.get("description") == "security holding package":
        return "npm's security placeholder for a package that was taken down"
    return None


def _deprecated(manifest: Mapping[str, JSON]) -> str | None:
    value = manifest.get("deprecated")
    return "deprecated" if value is True else line(value)

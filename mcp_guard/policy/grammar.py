"""What people may write as a registry, a publisher, a package, a remote or an exclusion.

Each function returns the text as the policy keeps it, or raises `ValueError` with the end of a sentence that starts
with the key's name: why, and what to write.
"""

from __future__ import annotations

import re

from mcp_guard.policy.location import is_loopback, locate
from mcp_guard.policy.matching import remote_pattern

_SCOPE = r"@[A-Za-z0-9~-][A-Za-z0-9._~-]*"
_NPM_NAME = rf"(?:{_SCOPE}/)?[A-Za-z0-9~_-][A-Za-z0-9._~-]*"
_PYPI_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_IMAGE_NAME = r"[a-z0-9.-]+(?::[0-9]+)?(?:/[a-z0-9._-]+)*"
_SEMVER = r"[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?"
_COMMIT = r"[0-9a-f]{40}"
_PATH = r"[A-Za-z0-9~._:+#!-]+(?:/+[A-Za-z0-9~._:+#!-]+)*"

_REGISTRY_KEY = re.compile(rf"npm|pypi|npm:{_SCOPE}")
_PUBLISHER_KEY = re.compile(rf"npm:(?:{_NPM_NAME}|{_SCOPE}/\*)|pypi:{_PYPI_NAME}")
_PACKAGE = re.compile(
    rf"npm:{_NPM_NAME}@(?:{_SEMVER}|{_COMMIT})"
    rf"|pypi:{_PYPI_NAME}@(?:[0-9][0-9A-Za-z.!+_-]*|{_COMMIT})"
    rf"|oci:{_IMAGE_NAME}@sha256:[0-9a-f]{{64}}"
    rf"|nuget:{_PYPI_NAME}@[0-9]+(?:\.[0-9]+){{2,3}}(?:-[0-9A-Za-z.-]+)?"
    rf"|golang:{_PATH}@(?:v{_SEMVER}|{_COMMIT})"
    rf"|cargo:(?:[A-Za-z0-9_-]+@{_SEMVER}|{_PATH}@{_COMMIT})"
    rf"|jsr:{_SCOPE}/[A-Za-z0-9-]+@{_SEMVER}"
    rf"|nix:{_PATH}@(?:{_COMMIT}|sha256-[A-Za-z0-9+/]+=*)"
)
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_IDENTITY = re.compile(
    r"github:[A-Za-z0-9][A-Za-z0-9_-]*/[A-Za-z0-9._-]+(?:#[0-9]+)?"
    r"|gitlab:[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+)+(?:#[0-9]+)?"
    r"|google:[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*"
    rf"|circleci:{_UUID}/{_UUID}"
)
_CONTROL = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
_WORKFLOW = re.compile(rf"(?!.*\.\.)[^/@{_CONTROL}]+(?:/[^/@{_CONTROL}]+)*")
_REF = re.compile(rf"refs/[^{_CONTROL}]+")


def registry_key(text: str) -> str:
    """`npm`, `pypi` or `npm:@scope`."""
    if _REGISTRY_KEY.fullmatch(text):
        return text
    raise ValueError("is not a registry's name: write npm, pypi or npm:@scope")


def registry_url(text: str) -> str:
    """An https URL, or http on this machine, that holds no credentials and no query."""
    location = locate(text)
    if location is None or not location.bare or "*" in text:
        raise ValueError(
            "must be a plain URL without user name, password and query: keep credentials in your own configuration"
        )
    if location.scheme == "http" and not is_loopback(location.host):
        raise ValueError("must be an https URL: what comes over http can be changed on the way")
    return text


def publisher_key(text: str) -> str:
    """`npm:name`, `npm:@scope/name`, `npm:@scope/*` or `pypi:name`; a PyPI name is normalised (PEP 503)."""
    if not _PUBLISHER_KEY.fullmatch(text):
        raise ValueError("does not name packages: write npm:name, npm:@scope/name, npm:@scope/* or pypi:name")
    return normalised(text)


def identity(text: str) -> str:
    """`github:owner/repository` or `gitlab:group/repository`, each with `#id` after it or not, or `registry:URL`.

    Also `google:account@host` and `circleci:project/pipeline`, by their UUIDs.
    """
    kind, _, rest = text.partition(":")
    if kind == "registry":
        return f"{kind}:{registry_url(rest)}"
    if _IDENTITY.fullmatch(text):
        return text
    raise ValueError(
        "does not name a publisher: write github:owner/repository#id, gitlab:group/repository#id, google:account@host, "
        "circleci:<project>/<pipeline> or registry:https://…"
    )


def workflow(text: str) -> str:
    """The path of a workflow in its repository, or only its last part."""
    if _WORKFLOW.fullmatch(text):
        return text
    raise ValueError(
        "is no workflow: write its path in the repository or its file name, as in release.yml, without .. and @"
    )


def ref(text: str) -> str:
    """A ref, in which `*` stands for anything."""
    if _REF.fullmatch(text):
        return text
    raise ValueError("is no ref: write refs/heads/main, refs/tags/v* or another that begins with refs/")


def package(text: str) -> str:
    """One exact version, as in `npm:name@1.2.3`, `pypi:name@1.2.3` or `oci:host/name@sha256:…`."""
    if not _PACKAGE.fullmatch(text):
        raise ValueError(
            "must name one exact version, as in npm:@scope/name@1.2.3, pypi:name@1.2.3 or oci:host/name@sha256:…"
        )
    return normalised(text)


def remote(text: str) -> str:
    """A pattern that `matching.remote_pattern` reads."""
    if remote_pattern(text):
        return text
    raise ValueError(
        "holds an item that is no remote: write https://host/path, * for one path segment or for the rest at the end, "
        "*. before a host for its subdomains"
    )


def exclusion(text: str) -> str:
    """A glob that `matching.excluded` reads, which can match a path."""
    parts = text.strip("/").split("/")
    if text.startswith("!") or "\\" in text or any(part in ("", ".", "..") for part in parts):
        raise ValueError(
            "holds an item that matches no path: write it from the repository's root with /, as in tests/fixtures/**"
        )
    return text


def program(text: str) -> str:
    """Any text: programs are compared as they are written."""
    return text


def normalised(label: str) -> str:
    """A package's label with a PyPI name normalised (PEP 503); any other text as it is."""
    ecosystem, _, rest = label.partition(":")
    if ecosystem != "pypi":
        return label
    name, mark, version = rest.partition("@")
    return f"pypi:{re.sub(r'[-_.]+', '-', name).lower()}{mark}{version}"

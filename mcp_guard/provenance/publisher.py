"""The publisher that a certificate's identity amounts to, in the words that policies and people use."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from mcp_guard.model import Publisher
from mcp_guard.provenance.errors import Unsupported
from mcp_guard.provenance.identity import GITHUB, Identity

_STEP: Final = "identity.certificate"
_GITLAB: Final = "https://gitlab.com"
_GOOGLE: Final = "https://accounts.google.com"
_CIRCLECI: Final = "https://oidc.circleci.com"
_PATH = re.compile(r"[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+)+")  # nothing that could look like an id, or be an escape
_LIST = ", "  # what stands between the workflows of a release that has several (proving)
_HOSTS: Final = {GITHUB: ("github", "github.com"), _GITLAB: ("gitlab", "gitlab.com")}


def publisher_of(identity: Identity) -> Publisher:
    """Name the publisher: `github:owner/repository#id`, `gitlab:group/project#id`, `google:account`, `circleci:…`.

    A certificate from before March 2023 has no id and no workflow of its own: then its name is the workflow.
    Raises Unsupported for an issuer whose identities cannot be named (another instance, another service).
    """
    if identity.issuer in _HOSTS:
        return _hosted(identity)
    if identity.issuer == _GOOGLE:
        return Publisher("proven", f"google:{identity.subject}")
    if identity.issuer == _CIRCLECI:
        words = urlsplit(identity.signer).path.split("/")  # /api/v2/projects/<id>/pipeline-definitions/<id>
        if len(words) == 7 and words[3] == "projects":  # noqa: PLR2004 (the words of that path)
            return Publisher("proven", f"circleci:{words[4]}/{words[6]}")
    raise Unsupported(_STEP, f"signed by an identity of {identity.issuer[:120]!r}, which cannot be compared")


def _hosted(identity: Identity) -> Publisher:
    kind, host = _HOSTS[identity.issuer]
    start = f"https://{host}/"
    path = identity.repository.removeprefix(start)
    if not identity.repository.startswith(start) or not _PATH.fullmatch(path):
        raise Unsupported(_STEP, f"signed for {identity.repository[:120]!r}, which is no repository of {host}")
    if any(_LIST in text for text in (identity.workflow, identity.subject, identity.ref)):
        raise Unsupported(_STEP, "signed by a workflow whose name could be read as two")
    number = f"#{identity.repository_id}" if identity.repository_id else ""
    workflow = _within(identity.workflow or identity.subject, identity.repository)
    return Publisher(
        level="proven",
        identity=f"{kind}:{path}{number}",
        workflow=workflow,
        ref=identity.ref,
        trigger=identity.trigger,
        signer=_signer(identity, workflow),
        owner_id=identity.owner_id,
    )


def _within(uri: str, repository: str) -> str:
    """The path of a workflow in its repository, without the ref; "" for one that lies elsewhere."""
    path, at, _ = uri.partition("@refs/")  # a tag may hold an "@", and so may the name of a file, which has no slash
    if not at and "@" in uri:
        path = uri.rpartition("@")[0]
    return path.removeprefix(repository).lstrip("/") if path.startswith(f"{repository}/") else ""


def _signer(identity: Identity, workflow: str) -> str:
    """The workflow that asked for the certificate, if that is another than the one that was started."""
    uri = identity.signer or identity.subject
    return "" if workflow and _within(uri, identity.repository) == workflow else uri

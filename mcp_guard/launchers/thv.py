"""ToolHive: `thv run` (stacklok/toolhive: docs/cli/thv_run.md).

It takes an image, a name of its own registry, or a package (`npx://`, `uvx://`, `go://`) that it puts into an image.
"""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers.command import Command, Step, Token, Unclear, static
from mcp_guard.launchers.escapes import escapes
from mcp_guard.launchers.files import Tracked
from mcp_guard.launchers.options import Flags, walk, words
from mcp_guard.launchers.overrides import launch as overrides
from mcp_guard.launchers.remote import remote
from mcp_guard.launchers.specs.image import image
from mcp_guard.launchers.specs.npm import npm
from mcp_guard.launchers.specs.pypi import requirement
from mcp_guard.model import ImageLaunch, PackageLaunch

# `--from-config` takes everything from another file, `--permission-profile` may be one: the first is left out.
FLAGS = Flags(
    "`thv run`",
    value=words(
        "--transport --name --host --port --proxy-port --proxy-mode --target-port --target-host -e --env"
        " --env-file --env-file-dir -v --volume --secret --permission-profile --tools --tools-override"
        " --group -l --label --network --authz-config --audit-config --image-verification --thv-ca-bundle"
        " --ca-cert --oidc-issuer --oidc-audience --oidc-client-id --oidc-client-secret --oidc-jwks-url"
        " --otel-endpoint --otel-service-name --otel-headers"
    ),
    boolean=words(
        "-f --foreground --isolate-network --enable-audit --debug --trust-proxy-headers --ignore-globally"
        " --print-resolved-overlays --allow-docker-gateway"
    ),
    clusters=True,
    negatable=True,
)
_OTHERS = ("go://",)


def read(command: Command, _tracked: Tracked) -> Iterator[Step]:
    """`thv [flags] run [flags] NAME|IMAGE|npx://PACKAGE|uvx://PACKAGE [-- arguments]`."""
    before = walk(command.argv[1:], FLAGS)
    if not before.rest or before.rest[0].text != "run":
        raise Unclear("mcp-guard reads no other thv command than `thv run`", command.program.word)
    walked = walk(before.rest[1:], FLAGS)
    if not walked.rest:
        raise Unclear("`thv run` is given nothing to run", command.program.word)
    target = walked.rest[0]
    for token in walked.rest[1:]:
        if token.text == "--":
            break
        if token.loose or token.text.startswith("-"):  # cobra takes flags behind the image too
            raise Unclear("`thv run` takes this argument for its own: write `--` before it", token.word)
    text = static(target, "what `thv run` starts")
    if text.startswith("npx://"):
        yield PackageLaunch((npm(target.part(len("npx://"))),), overrides("npm", command, ()))
    elif text.startswith("uvx://"):
        yield PackageLaunch((requirement(target.part(len("uvx://")), "at", join="@"),), overrides("pypi", command, ()))
    elif text.startswith(("http://", "https://")):
        yield remote(target)
    elif _is_image(target):
        yield ImageLaunch(image(target), overrides("oci", command, ()), escapes(walked))
    else:
        raise Unclear(_reason(text), target.word)


def _is_image(target: Token) -> bool:
    return "://" not in target.text and any(letter in target.text for letter in "/:@")


def _reason(text: str) -> str:
    if text.startswith(_OTHERS):
        return f"`thv run` builds an image of `{text[:80]}` itself, which mcp-guard does not judge"
    return f"`{text[:60]}` is a name in ToolHive's own registry, which says what runs"

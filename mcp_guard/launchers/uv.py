"""`uv run` and `uv tool run`, and the flags that both have (uv 0.13.9, from its shell completion)."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers.command import Command, Token, Unclear, static
from mcp_guard.launchers.files import enter
from mcp_guard.launchers.options import Flags, Walk, words
from mcp_guard.launchers.specs.location import location
from mcp_guard.launchers.specs.pypi import requirement
from mcp_guard.launchers.variables import is_version
from mcp_guard.model import Package

_GLOBAL_VALUE = words(
    "--allow-insecure-host --trusted-host --cache-dir --color --config-file --directory --preview-features --project"
    " --python-fetch --python-preference"
)
_GLOBAL_BOOLEAN = words(
    "-n --no-cache --managed-python --no-managed-python --no-python-downloads --allow-python-downloads -q --quiet -v"
    " --verbose --no-color --system-certs --no-system-certs --native-tls --no-native-tls --offline --no-offline"
    " --no-progress --no-config --preview --no-preview --isolated --show-settings --no-installer-metadata"
    " -h --help -V --version"
)
VALUE = _GLOBAL_VALUE | words(
    "-w --with --with-editable --with-requirements --env-file --python-platform --torch-backend -p --python --index"
    " --default-index -i --index-url --extra-index-url -f --find-links --index-strategy --keyring-provider -P"
    " --upgrade-package --upgrade-group --resolution --prerelease --prerelease-package --fork-strategy --exclude-newer"
    " --exclude-newer-package --no-sources-package --reinstall-package --link-mode -C --config-setting"
    " --config-settings --config-settings-package --no-build-isolation-package --no-build-package --no-binary-package"
    " --refresh-package"
)
BOOLEAN = _GLOBAL_BOOLEAN | words(
    "--isolated --no-env-file --lfs --no-lfs --no-index -U --upgrade --no-upgrade --pre --no-sources --sources"
    " --reinstall --no-reinstall --force-reinstall --compile-bytecode --no-compile-bytecode --compile --no-compile"
    " --no-build-isolation --build-isolation --no-build --no-binary --build --binary --require-build-hashes --refresh"
    " --no-refresh --show-resolution --show-settings --no-installer-metadata --no-require-build-hashes"
)
GLOBAL = Flags("uv", _GLOBAL_VALUE, _GLOBAL_BOOLEAN, clusters=True)


def started_in(command: Command, walked: Walk) -> Command:
    """The command line, started where `--directory` says."""
    for directory in walked.values("--directory"):
        command = enter(command, directory)
    return command


def with_packages(walked: Walk) -> Iterator[Package]:
    """The packages of `--with` and `--with-editable`; Unclear for a file of them."""
    for token in walked.values("--with-requirements"):
        raise Unclear("`--with-requirements` installs packages that are named in another file", token.word)
    for token in walked.values("-w", "--with"):
        yield from (requirement(part) for part in comma_separated(token))
    for token in walked.values("--with-editable"):
        path = static(token, "the path of --with-editable")
        yield Package("pypi", location(path), None, path, "path", token.word)


def comma_separated(token: Token) -> Iterator[Token]:
    """The requirements of one value (uv: crates/uv-cli/src/comma.rs): not in brackets, not before an operator."""
    start, depth = 0, 0
    for index, letter in enumerate(token.text):
        depth += {"[": 1, "]": -1}.get(letter, 0)
        if letter == "," and depth <= 0 and token.text[index + 1 : index + 2] not in tuple("!=<>~"):
            yield _trimmed(token.part(start, index))
            start = index + 1
    yield _trimmed(token.part(start))


def _trimmed(token: Token) -> Token:
    begin = len(token.text) - len(token.text.lstrip(" "))
    return token.part(begin, max(begin, len(token.text.rstrip(" "))))


def refuse_interpreter(walked: Walk) -> None:
    """Unclear when the interpreter is not named by its version, so that it may be any file or folder."""
    for token in walked.values("-p", "--python"):
        if not is_version(static(token, "the interpreter")):
            raise Unclear("`--python` names the interpreter, and not by its version", token.word)

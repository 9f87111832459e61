"""What the grammars speak: tokens that know their place, command lines, and the doubt that makes a launch opaque."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, TypeAlias

from mcp_guard.model import Launch, Package, Variable, Word

# What the clients and shells of reference 1.4 fill in: $NAME ${…} $(…) $1 $@ {env:…} {file:…} {{…}} %NAME% `…`
_DYNAMIC = re.compile(r"\$[\w{(@*]|\{env:|\{file:|\{\{|%[A-Za-z_][\w()]*%|`")

# Where a bare program or module name is looked up that no package just named brings. machine: on this machine.
# project: in the environment of the project, which a lockfile describes. image: the container's image brings it, and
# every file. mounted: as image, but files may come from outside.
Scope = Literal["machine", "project", "image", "mounted"]


class Token(NamedTuple):
    """One argument, and the slice of the literal that it was read from.

    `start` is the offset of `text` in `word.text`, None when `text` is not a verbatim slice of it. `loose` means
    that a shell may turn the token into none or several arguments (an unquoted variable or pattern).
    """

    text: str
    word: Word
    start: int | None = 0
    loose: bool = False

    def part(self, start: int, end: int | None = None) -> Token:
        """The slice of this token, its place kept."""
        return self._replace(text=self.text[start:end], start=None if self.start is None else self.start + start)

    def cut(self, start: int, end: int) -> tuple[int, int] | None:
        """The range of this token's characters as a range of the literal, if there is one."""
        return None if self.start is None else (self.start + start, self.start + end)


class Command(NamedTuple):
    """A command line to be read: the client's, or the one that a wrapper starts.

    `directory` is where it starts, as a path from the repository root, an absolute path, or None when unknown;
    `moved` is where a wrapper chose it (a launcher has settings of its own there). `packages` are those that a
    launcher has installed for this start: their programs are found first.
    """

    argv: tuple[Token, ...]
    variables: tuple[Variable, ...] = ()
    env_files: tuple[Word, ...] = ()
    directory: str | None = ""
    scope: Scope = "machine"
    packages: tuple[Package, ...] = ()
    moved: Word | None = None

    @property
    def program(self) -> Token:
        """What is started."""
        return self.argv[0]

    def inner(self, argv: tuple[Token, ...], scope: Scope | None = None) -> Command:
        """The command line that this one starts in its turn."""
        return self._replace(argv=argv, scope=scope or self.scope)


# What a grammar yields: what it knows, and the command lines that are still to be read.
Step: TypeAlias = Launch | Command


class Unclear(Exception):  # noqa: N818 - a doubt, which becomes a launch; not an error
    """What would run cannot be known. `reason` is a clause that a user understands, `word` where the doubt stands."""

    def __init__(self, reason: str, word: Word) -> None:
        super().__init__(reason)
        self.reason = reason
        self.word = word


class Glued(Unclear):
    """One argument holds a flag and what should be arguments of their own, as a shell would split it."""


def dynamic(text: str) -> bool:
    """Whether a client or a shell would fill something in, so that `text` is not what runs."""
    return _DYNAMIC.search(text) is not None


def begins_dynamic(text: str) -> bool:
    """Whether the beginning of `text` is filled in."""
    return _DYNAMIC.match(text) is not None


def static(token: Token, what: str) -> str:
    """The text of a token that decides what runs; Unclear when somebody else fills it in."""
    if token.loose or dynamic(token.text):
        raise Unclear(f"{what} is filled in when the server starts", token.word)
    if not token.text:
        raise Unclear(f"{what} is empty", token.word)
    return token.text


def without_credentials(url: str) -> str | None:
    """An http(s) URL without user, password, query and fragment; None when `url` is no such URL or not static."""
    match = re.match(r"(?i)(https?://)(?:[^/?#\\]*@)?([^/?#@\\\s]+)([^?#\s]*)", url.strip())
    return None if match is None or dynamic(url) else "".join(match.groups())

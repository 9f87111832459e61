"""One walk over a command line's options, driven by sets of flags."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from mcp_guard.launchers.command import Glued, Token, Unclear, begins_dynamic, dynamic

_NO_FLAGS: frozenset[str] = frozenset()


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set: how flags are written down here."""
    return frozenset(text.split())


class Flags(NamedTuple):
    """The flags of one launcher, each with its dashes.

    `value` flags take one argument, after `=` or as the next; `boolean` flags take none. `assigned` is a pattern of
    names that are read only with `=`. Where `clusters` is true one-letter flags may be glued together, and to the
    value of the last (`-itv /a:/b`, `-p3.12`). `hyphens` says where a value may begin with a dash: a launcher that
    does not take `-x` for a value may take it for a flag. `negatable` says that `--flag=false` is allowed with
    booleans. After a `terminal` flag nothing is an option.
    """

    launcher: str
    value: frozenset[str]
    boolean: frozenset[str]
    assigned: str | None = None
    clusters: bool = False
    hyphens: Literal["never", "assigned", "always"] = "assigned"
    negatable: bool = False
    terminal: frozenset[str] = _NO_FLAGS


class Option(NamedTuple):
    """One flag of a command line; `token` is where it stands."""

    name: str
    value: Token | None
    token: Token


class Walk(NamedTuple):
    """A command line, read up to its first positional argument."""

    options: tuple[Option, ...]
    rest: tuple[Token, ...]
    dashes: bool = False  # "--" ended the options

    def values(self, *names: str) -> tuple[Token, ...]:
        """The values of these flags, in order."""
        return tuple(option.value for option in self.options if option.name in names and option.value is not None)

    def has(self, *names: str) -> bool:
        """Whether one of these flags is given."""
        return any(option.name in names for option in self.options)


def walk(tokens: tuple[Token, ...], flags: Flags) -> Walk:
    """Read the options before the first positional argument; Unclear at the first that `flags` does not know."""
    options: list[Option] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.loose:
            raise Unclear("a shell fills in arguments before the one that decides what runs", token.word)
        if token.text == "--":
            return Walk(tuple(options), tokens[index + 1 :], dashes=True)
        if not token.text.startswith("-") or token.text == "-":
            break
        found, taken = _option(token, tokens[index + 1 : index + 2], flags)
        options.extend(found)
        index += taken
        if found[-1].name in flags.terminal:
            break
    return Walk(tuple(options), tokens[index:])


def _option(token: Token, following: tuple[Token, ...], flags: Flags) -> tuple[list[Option], int]:
    """The options that one token holds, and how many tokens they take."""
    name, equals, _ = token.text.partition("=")
    value = token.part(len(name) + 1) if equals else None
    if value is None and name in flags.value:
        return [Option(name, _following(name, token, following, flags), token)], 2
    if value is None and name in flags.boolean:
        return [Option(name, None, token)], 1
    if value is not None and _is_assigned(name, value, flags):
        if flags.hyphens == "never" and _may_be_a_flag(value):
            raise Unclear(f"the value of `{name}` is not clear", token.word)
        return [Option(name, value, token)], 1
    if flags.clusters and not name.startswith("--"):
        return _cluster(token, following, flags)
    raise _unknown(token, name, flags)


def _is_assigned(name: str, value: Token, flags: Flags) -> bool:
    """Whether `name=value` is a flag with its value."""
    if name in flags.boolean and flags.negatable and name.startswith("--"):
        return value.text in {"true", "false"}
    return name in flags.value or (flags.assigned is not None and re.fullmatch(flags.assigned, name) is not None)


def _cluster(token: Token, following: tuple[Token, ...], flags: Flags) -> tuple[list[Option], int]:
    """One-letter flags glued together: the first that takes a value takes what is left, or else the next token."""
    options: list[Option] = []
    for index, letter in enumerate(token.text[1:], 1):
        name = f"-{letter}"
        if name in flags.value:
            left = token.part(index + 1)
            left = left.part(1) if left.text.startswith("=") else left
            if index + 1 < len(token.text):
                return [*options, Option(name, left, token)], 1
            return [*options, Option(name, _following(name, token, following, flags), token)], 2
        if name not in flags.boolean:
            raise _unknown(token, token.text.partition("=")[0], flags)
        options.append(Option(name, None, token))
    return options, 1


def _following(name: str, token: Token, following: tuple[Token, ...], flags: Flags) -> Token:
    """The next token as the value of a flag."""
    if not following:
        raise Unclear(f"`{name}` has no value", token.word)
    if following[0].loose or (flags.hyphens != "always" and _may_be_a_flag(following[0])):
        filled_in = following[0].loose or begins_dynamic(following[0].text)
        raise Unclear(
            f"the value of `{name}` is {'filled in when the server starts' if filled_in else 'not clear'}",
            following[0].word,
        )
    return following[0]


def _may_be_a_flag(value: Token) -> bool:
    """Whether a value begins with a dash, or may once it is filled in (the file decides what `${X:--y}` is)."""
    return value.text.startswith("-") or begins_dynamic(value.text)


def _unknown(token: Token, name: str, flags: Flags) -> Unclear:
    if dynamic(name):
        return Unclear("a flag is filled in when the server starts", token.word)
    if len(name.split()) != 1:
        return Glued(
            f"one argument holds a flag and more, which {flags.launcher} gets as one: write separate arguments",
            token.word,
        )
    return Unclear(f"mcp-guard does not know the flag `{name[:60]}` of {flags.launcher}", token.word)


def refuse_flags(tokens: tuple[Token, ...], program: str) -> None:
    """Unclear when an argument of the inner command may be a flag of `program` itself, as there was no `--`."""
    for token in tokens:
        if token.loose or token.text.startswith(("-", "$", "{", "%", "`")):
            raise Unclear(f"`{program}` may take this argument for its own: write `--` before the command", token.word)

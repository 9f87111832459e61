"""Secrets in definitions: found, kept out of the fingerprint, and masked in what is printed.

Whether a text is a secret is decided where it stands, never by comparing it with a secret found elsewhere: otherwise
somebody could name a package in a variable called TOKEN and change both without changing the fingerprint. For the same
reason what only looks random is masked in code, as everywhere, but counts there: base64 in code is more code. To keep
it out of the hash would protect nothing, for nobody guesses it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

from mcp_guard.model import JSON, Server, Variable
from mcp_guard.redaction.literals import Span, by_chance, by_look, by_name
from mcp_guard.redaction.names import is_secret
from mcp_guard.redaction.words import by_place, in_command, is_code

SECRET = "<secret>"  # noqa: S105  # what stands in the place of one

__all__ = ["SECRET", "fingerprint", "mask", "mask_pattern", "normalised", "secrets"]

_SHORTEST = 4  # characters; masking less would garble every line
_SHORTEST_LINE = 8  # of a secret of several lines
_PROGRAMS = ("command", "cmd", "program")  # a program's name may look as random as it likes
_ESCAPE = re.compile(r"%[0-9A-F]{2}")
# Header → the variable that is sent in it, and lists of variables that are handed on.
_NAMES_OF_VARIABLES = ("env_http_headers", "envHttpHeaders", "env_keys", "env_vars")


def secrets(server: Server) -> frozenset[str]:
    """The literals of this definition that look like secrets, or stand where a name says that a secret stands.

    Among them what looks like one in the name of the server, which the fingerprint does not cover.
    """
    redaction = _Redaction()
    redaction.server(server)
    redaction.text(server.name.text, None)
    return frozenset(redaction.found)


def fingerprint(server: Server) -> str:
    """`sha256:<hex>` of everything in a definition but its secrets; the order of keys does not count."""
    text = json.dumps(normalised(server), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"sha256:{sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def normalised(server: Server) -> JSON:
    """What the fingerprint covers: the definition as written and as read, each secret replaced by `SECRET`."""
    return _Redaction().server(server)


class _Redaction:
    """One pass over a definition, which collects the secrets that it replaces."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def server(self, server: Server) -> JSON:
        return {
            "definition": self.value(server.definition, None),
            "argv": self.words([word.text for word in server.argv], "command"),
            "env": self.variables(server.env),
            "env_files": [self.text(word.text, None) for word in server.env_files],
            "cwd": None if server.cwd is None else self.text(server.cwd.text, None),
            "url": None if server.url is None else self.text(server.url.text, None),
            "headers": self.variables(server.headers),
        }

    def variables(self, variables: Sequence[Variable]) -> JSON:
        """Names and values in the order of the names, which always count; of a name given twice the last is used."""
        ordered = sorted(variables, key=lambda variable: variable.name.text)
        return [[variable.name.text, self.text(variable.value.text, variable.name.text)] for variable in ordered]

    def value(self, value: JSON, name: str | None) -> JSON:
        match value:
            case str():
                return self.text(value, name)
            case list():
                return self.words(value, name)
            case dict():
                for key in value:
                    self.text(key, None)  # a key stays as it is, but a token in it is masked
                return {key: self.value(inner, _name(value, key, name)) for key, inner in value.items()}
            case bool() | float() | None:
                return value
            case int():
                text = str(value)
                return value if self.text(text, name) == text else SECRET

    def words(self, words: Sequence[JSON], name: str | None) -> list[JSON]:
        """A list, which may be a command line."""
        texts = [word if isinstance(word, str) else "" for word in words]
        return [
            self.text(word, _word_name(name, index), by_place(texts, index), texts[index - 1] if index else "")
            if isinstance(word, str)
            else self.value(word, name)
            for index, word in enumerate(words)
        ]

    def text(self, text: str, name: str | None, spans: Iterable[Span] = (), before: str = "") -> str:
        """The text with its secrets replaced, but for what only looks like one in code.

        `name` is what the text stands under, `spans` are secrets known already, `before` is the word before it.
        """
        parts: list[str] = []
        done = 0
        found = {*spans, *_spans(text, name)}
        chance = [] if name in _PROGRAMS else [*by_chance(text)]
        if is_code(text, before):
            self.found.update(text[start:end] for start, end in chance)
        else:
            found.update(chance)
        if not found:
            return text
        for start, end in _merged(found):
            found.add((start, end))
            parts += [text[done:start], SECRET]
            done = end
        self.found.update(text[start:end] for start, end in found)
        return "".join([*parts, text[done:]])


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, those that overlap or touch made one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _word_name(name: str | None, index: int) -> str | None:
    """What a word of a list stands under: of a command only the first is one."""
    return name if name not in _PROGRAMS or index == 0 else None


def _name(owner: dict[str, JSON], key: str, name: str | None) -> str | None:
    """What a member stands under: its key, and for `value` the name beside or above it."""
    if name in _NAMES_OF_VARIABLES:
        return None
    beside = owner.get("name")
    if key == "value":
        return beside if isinstance(beside, str) else name
    return key


def _spans(text: str, name: str | None) -> Iterator[Span]:
    yield from by_look(text)
    yield from in_command(text)
    if name is not None and is_secret(name):
        yield from by_name(text)


def mask(text: str, secrets: Iterable[str]) -> str:
    """The text with every secret replaced by `SECRET`, the longest first, however JSON, TOML or a URL spells it.

    Secrets of fewer than 4 characters are left: to mask them would garble the text and tell their place.
    """
    pattern = mask_pattern(secrets)
    return pattern.sub(SECRET, text) if pattern else text


def mask_pattern(secrets: Iterable[str]) -> re.Pattern[str] | None:
    """What `mask` replaces, None where that is nothing: for those who mask many texts, or keep the columns."""
    spellings = {spelling for secret in secrets for part in _parts(secret) for spelling in _spellings(part)}
    if not spellings:
        return None
    return re.compile("|".join(map(re.escape, sorted(spellings, key=lambda spelling: (-len(spelling), spelling)))))


def _parts(secret: str) -> Iterator[str]:
    """The secret, and the lines of one that has several, because a text may show only one of them."""
    if len(secret) >= _SHORTEST:
        yield secret
    yield from (line for line in secret.splitlines() if len(line) >= _SHORTEST_LINE)


def _spellings(secret: str) -> Iterator[str]:
    from urllib.parse import quote, quote_plus

    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    data = secret.encode("utf-8", "surrogatepass")
    for quoted in (quote(data, safe=""), quote(data), quote_plus(data)):
        yield quoted
        yield _ESCAPE.sub(lambda found: found[0].lower(), quoted)

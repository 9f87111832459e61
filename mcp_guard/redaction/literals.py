"""Where in a text a secret stands, as far as the text itself tells.

Each function returns spans of the text. Found is only the literal: never a flag, a host, a path, a package or a version
beside it, so that no change of those can hide behind a secret. For the same reason these never count by their look, but
only where a name says so: commit hashes and digests (hex), UUIDs, lower-case names of any length. Segments of a path
count only where they have the shape of a known token.
"""

from __future__ import annotations

import re
from binascii import a2b_base64
from collections.abc import Callable, Iterator
from itertools import groupby

from mcp_guard.redaction.names import is_secret

Span = tuple[int, int]

# Tokens that their issuers made recognisable.
_SHAPES = re.compile(
    r"(?<![A-Za-z0-9_-])(?:gh[a-z]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|gl[a-z]{2,5}-[A-Za-z0-9_-]{16,}"
    r"|xox[a-z]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,}|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[A-Za-z0-9_-]{35}"
    r"|npm_[A-Za-z0-9]{36}|pypi-AgEI[A-Za-z0-9_-]{16,}|hf_[A-Za-z0-9]{30,}|[rs]k_(?:live|test)_[A-Za-z0-9]{16,}"
    r"|eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*)(?![A-Za-z0-9_-])"
    # a key's lines, and nothing that a shell or an interpreter would need to run something behind its first line
    r"|-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?:(?!-----END)[^;&|<>()\[\]{}$`'\"])*(?:-----END [A-Z ]{0,40}-----)?"
)
_TOKEN_LENGTH = 15  # the shortest of them
_SK = re.compile(r"(?<![A-Za-z0-9_-])sk-[A-Za-z0-9_-]{16,}")
_SK_BODY = re.compile(r"[0-9].*[A-Z]|[A-Z].*[0-9]|[0-9a-f]{32}")
_RANDOM = re.compile(r"(?<![\w/.@:+\\~${-])[A-Za-z0-9][A-Za-z0-9_+-]{19,}={0,2}(?![\w/.@:\\-])")
_RANDOM_LENGTH = 20
# How many neighbours differ in case or kind, of all. Base62 has 0.62, a name in CamelCase up to 0.45 and one number.
_RANDOM_CHANGES = 0.55
_RANDOM_CHANGES_AND_NUMBERS = 0.35
_BEARER = re.compile(r"\b[Bb]earer[ +]([A-Za-z0-9._~+/-]{16,}=*)")
_BASIC = re.compile(r"\b[Bb]asic[ +]([A-Za-z0-9+/]{6,}={0,2})(?![A-Za-z0-9+/=])")
# The rest of a word as a shell reads it, with all of `$(…)` and of backticks.
SHELL_WORD = r"(?:\$\([^)]*\)?|`[^`]*`?|[^\s\"'&;|<>()`])+"
# A value that a name stands before. Quoted it ends at the quote, else where a shell would end the word.
_VALUE = rf"(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>{SHELL_WORD}))"
_ASSIGNED = re.compile(rf"(?:^|(?<=[\s;,&?\"'|(:/]))-{{0,2}}(?P<name>[A-Za-z_][A-Za-z0-9_.-]{{0,63}})=(?!=){_VALUE}")
_HEADER = re.compile(
    rf"(?:^|(?<=[\s\"']))(?P<name>[A-Za-z][A-Za-z0-9_-]{{0,63}}):[ ]+(?:(?:Bearer|Basic|Token)[ ]+)?{_VALUE}"
)
_MEMBER = re.compile(
    r'\\"(?P<name>[^"\\]{1,64})\\"\s*:\s*\\"(?P<single>[^"\\]*)\\"'
    r'|"(?P<key>[^"\\]{1,64})"\s*:\s*"(?P<double>[^"\\]*(?:\\.[^"\\]*)*)"'
)
# User information of a URL. Inside a command line it ends where a shell would end the word.
_USER = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,30})://([^/?#\s]*)@")
_USER_IN_COMMAND = re.compile(r"([A-Za-z][A-Za-z0-9+.-]{0,30})://([^/?#\s;&|()<>\"'`\\]*)@")

_WEB = re.compile(r"(?:git\+)?https?", re.IGNORECASE)
_BLANK = re.compile(r"\s")

_LIVE = re.compile(r"\$[{(]|`|\{\{|\{(?:env|file):")
_DEFAULT = re.compile(r"\$\{[^{}:$`]{1,64}:-([^{}$`]*)\}")
_SCHEME = re.compile(r"\s*(?:(?:Bearer|Basic|Token|ApiKey|Negotiate)\s+)?", re.IGNORECASE)
_HARMLESS = re.compile(
    r"(?i:|true|false|yes|no|on|off|null|none|undefined|auto|default|enabled|disabled|required|optional|basic|bearer|token"
    r"|oauth2?|api[_-]?key)"
    r"|-?[0-9]{1,6}(?:\.[0-9]{1,6})?"
    r"|[A-Z][A-Z0-9]{0,15}(?:_[A-Z0-9]{1,16})+"  # the name of a variable
    r"|\$[A-Za-z_][A-Za-z0-9_]*|%[A-Za-z_][A-Za-z0-9_]*%|<[^<>]*>"  # a placeholder
    r"|[A-Za-z][A-Za-z0-9+.-]*://\S*"  # a URL, whose user information and parameters are looked at on their own
    r"|(?:\.{1,2}|~|[A-Za-z]:)[\\/][^\r\n]*"  # a path
    r"|[^\s=]*\.(?:[cm]?[jt]s|py|sh|json|toml|ya?ml|env|txt|pem|key|crt|cer|p12|pub)"
    r"|(?:@[A-Za-z0-9._~-]+/)?[A-Za-z0-9._~-]+@[0-9]+\.[0-9]+\.[0-9]+[A-Za-z0-9.+-]*"  # an npm package
    r"|[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.!+*]*"  # a PyPI package
    r"|[A-Za-z0-9._:/-]+@sha256:[0-9a-f]{64}"  # an image
)
_ABSOLUTE = re.compile(r"/[^\r\n]*")
_LONG = 32  # characters of an absolute path from which it may be base64 that starts with a slash


def by_look(text: str) -> Iterator[Span]:
    """Tokens of known shapes, private keys, the credentials of URLs, and what a secret's name stands before."""
    for needle, look in _LOOKS:
        if needle in text:
            yield from look(text)


def by_chance(text: str) -> Iterator[Span]:
    """Words that nobody would think of: 20 characters or more of mixed case and digits that change all the time."""
    if len(text) < _RANDOM_LENGTH:
        return
    for found in _RANDOM.finditer(text):
        if _is_random(found[0]) and not found[0].startswith(("sha1-", "sha256-", "sha384-", "sha512-")):
            yield found.span()


def by_name(text: str, start: int = 0) -> Iterator[Span]:
    """The literal of `text[start:]`, which stands under a secret's name: all but scheme, blanks and interpolations.

    Nothing of what is plainly no secret: words such as `true`, short numbers, names of variables, paths, URLs, packages
    and images.
    """
    if _LIVE.search(text, start):
        for default in _DEFAULT.finditer(text, start):
            if not is_harmless(default[1]):
                yield default.span(1)
        return
    scheme = _SCHEME.match(text, start)
    first = scheme.end() if scheme else start
    last = max(first, len(text.rstrip()))
    if not is_harmless(text[first:last]):
        yield first, last


def is_harmless(value: str) -> bool:
    """Whether a value is no secret whatever its name says."""
    if _ABSOLUTE.fullmatch(value):
        return len(value) < _LONG or "." in value or not _is_random(value.replace("/", ""))
    return _HARMLESS.fullmatch(value) is not None


def _shapes(text: str) -> Iterator[Span]:
    if len(text) < _TOKEN_LENGTH:
        return
    for found in _SHAPES.finditer(text):
        if text[found.end() : found.end() + 1] != "@":  # before that stands a package or the user of a URL
            yield found.span()


def _sk_tokens(text: str) -> Iterator[Span]:
    for found in _SK.finditer(text):
        if _SK_BODY.search(found[0]) and text[found.end() : found.end() + 1] != "@":
            yield found.span()


def _named(found: re.Match[str]) -> Iterator[Span]:
    """The value of a match with its name, where that is a secret's."""
    groups = found.groupdict()
    if not is_secret(groups["name"] or groups["key"]):
        return
    for group in ("double", "single", "bare"):
        if groups.get(group):
            offset = found.start(group)
            yield from ((offset + start, offset + end) for start, end in by_name(groups[group]))


def _assigned(text: str) -> Iterator[Span]:
    for found in _ASSIGNED.finditer(text):
        yield from _named(found)


def _headers(text: str) -> Iterator[Span]:
    for found in _HEADER.finditer(text):
        yield from _named(found)


def _members(text: str) -> Iterator[Span]:
    for found in _MEMBER.finditer(text):
        yield from _named(found)


def _bearers(text: str) -> Iterator[Span]:
    for found in _BEARER.finditer(text):
        if any(map(str.isdigit, found[1])):
            yield found.span(1)


def _basics(text: str) -> Iterator[Span]:
    """HTTP's basic credentials (RFC 7617): base64 of `user:password`."""
    for found in _BASIC.finditer(text):
        try:
            decoded = a2b_base64(found[1])
        except ValueError:
            continue
        if b":" in decoded:
            yield found.span(1)


def _users(text: str) -> Iterator[Span]:
    """The passwords of URLs, and of an http URL without one the user, which then is a token."""
    pattern = _USER_IN_COMMAND if _BLANK.search(text) else _USER
    for found in pattern.finditer(text):
        user, _, password = found[2].partition(":")
        start = found.start(2)
        if password and not _LIVE.search(password):
            yield start + len(user) + 1, found.end(2)
        if user and not password and _WEB.fullmatch(found[1]) and user != "git" and not _LIVE.search(user):
            yield start, start + len(user)


def _is_random(word: str) -> bool:
    kinds = [kind for kind, _ in groupby(word, _kind)]
    changes = (len(kinds) - 1) / (len(word) - 1)
    if not {"upper", "lower", "digit"} <= set(kinds):
        return False
    return changes >= _RANDOM_CHANGES or (changes >= _RANDOM_CHANGES_AND_NUMBERS and kinds.count("digit") > 1)


def _kind(character: str) -> str:
    if character.isdigit():
        return "digit"
    return "upper" if character.isupper() else "lower" if character.islower() else "other"


# What a text must hold before it is worth a closer look.
_LOOKS: tuple[tuple[str, Callable[[str], Iterator[Span]]], ...] = (
    ("", _shapes),
    ("sk-", _sk_tokens),
    ("earer", _bearers),
    ("asic", _basics),
    ("://", _users),
    ("=", _assigned),
    (": ", _headers),
    ('"', _members),
)

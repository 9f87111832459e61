"""Which names say that their value is a secret: of variables, headers, flags, keys and query parameters."""

from __future__ import annotations

import re

_SECRET = re.compile(
    r"key(?!ring|board|word|cloak|stone)|token(?!i[sz])|secret|passw|passphrase|pwd|credential|cookie|bearer|mnemonic|jwt|dsn"
    r"|auth(?!or(?!i[sz]))|session[_-]?id"
    r"|(?:^|[_.-])(?:pass|pat|creds|otp|sas|sig|signature)(?:$|[_.-])",
    re.IGNORECASE,
)
# What such a name says about how a secret is found or used is no secret, and a change of it must be seen: a helper that
# is run, a variable that is sent, a server that is asked.
_ABOUT = re.compile(
    r"(?:helper|command|cmd|script|program|ur[il]|host|endpoint|server|issuer|provider|type|method|mode|scheme|algorithm"
    r"|file|path|dir|directory|name|env|vars?|args?|ttl|timeout|expiry|size|length|limit|count|enabled|required)$",
    re.IGNORECASE,
)
# Flags without a value, after which something else stands: `npx --always-auth PACKAGE`.
_SWITCH = re.compile(r"-{1,2}(?:no|always|enable|disable|use|skip|allow|with|without|require)[-_]", re.IGNORECASE)


def is_secret(name: str) -> bool:
    """Whether the value of a variable, header, key or parameter of this name is a secret."""
    return _SECRET.search(name) is not None and _ABOUT.search(name) is None


def is_secret_flag(word: str) -> bool:
    """Whether a word of a command line is a flag after which a secret stands."""
    return word.startswith("-") and "=" not in word and not _SWITCH.match(word) and is_secret(word.lstrip("-"))

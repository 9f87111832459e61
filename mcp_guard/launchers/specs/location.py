"""The place of a package that is not in a registry, as a name that can be shown."""

from __future__ import annotations

import re


def location(spec: str) -> str:
    """The URL or path without revision, query and fragment, and without user and password."""
    plain = re.split(r"[#?]", spec, maxsplit=1)[0]
    return re.sub(r"(?<=//)[^/]*@", "", plain, count=1)

"""`pnpm-workspace.yaml`: settings of pnpm, and what it installs in the place of what is named (pnpm.io/settings)."""

from __future__ import annotations

from collections.abc import Iterator

from mcp_guard.launchers.options import words
from mcp_guard.launchers.overrides import npm_key
from mcp_guard.model import Override, Place

_REPLACING = words(
    "overrides packageExtensions patchedDependencies pnpmfile globalPnpmfile configDependencies catalog catalogs"
    " namedRegistries scriptShell nodeOptions hooks"
)


def read(file: str, text: str) -> Iterator[Override]:
    """What each key at the top moves. Raises ValueError where the text is no YAML that pnpm could read."""
    import yaml

    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError):
        raise ValueError("it is not YAML") from None
    if root is None:
        return
    if not isinstance(root, yaml.MappingNode):
        raise ValueError("it is not a mapping")  # noqa: TRY004 - about a file's content, not a caller's mistake
    for name, value in root.value:
        key = name.value if isinstance(name, yaml.ScalarNode) else "<<"
        line = name.start_mark.line + 1
        place = Place(file, line, name.start_mark.column + 1, line, name.end_mark.column + 1)
        yield from _of(key, value, place)


def _of(key: str, value: object, place: Place) -> Iterator[Override]:
    import yaml

    if key == "registries":
        for scope, url in _pairs(value):
            name = "registry" if scope == "default" else f"@{scope.removeprefix('@')}:registry"
            yield from npm_key(name, f"registries.{scope}", url, place)
    elif key in _REPLACING or key == "<<":
        yield Override("npm", key, None, None, place)
    else:
        dashed = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in key)
        yield from npm_key(dashed, key, value.value if isinstance(value, yaml.ScalarNode) else "", place)


def _pairs(value: object) -> Iterator[tuple[str, str]]:
    """The keys and values of a mapping of plain values."""
    import yaml

    for name, one in value.value if isinstance(value, yaml.MappingNode) else ():
        if isinstance(name, yaml.ScalarNode) and isinstance(one, yaml.ScalarNode):
            yield name.value, one.value

"""What a row of the table of clients says."""

from __future__ import annotations

from typing import Literal, NamedTuple

Format = Literal["json", "toml", "yaml", "markdown", "text"]


class Client(NamedTuple):
    """One row: the files of a client, and where in them it keeps its servers.

    A glob is the end of a path; `*` stands for anything within a name. A row without globs is for files that lie on a
    machine only. A map is a path of keys from the root, joined by `/`, to an object of servers by name; `*` is any key
    and `**` any path. What may follow it:

    `[]`   a list of servers, each with its `name` inside
    `[*]`  a list of names of servers that are defined elsewhere, and of objects of servers
    `?`    … but only where something in it looks like a server
    """

    name: str
    title: str
    source: str  # repository:path of what was read, or what it is known from
    globs: tuple[str, ...] = ()
    maps: tuple[str, ...] = ("mcpServers", "servers")
    dialect: str = "standard"  # a key of `dialects.DIALECTS`
    format: Format = "json"  # where the name of the file does not say
    flat: bool = False  # the file may itself be the object of servers
    single: bool = False  # the file may itself be one server, called as the file is
    command_line: str | None = None  # the path to a single command line that is a server without a name
    shape: str = "servers"  # a key of `shapes.SHAPES`, which reads the document besides the maps
    common: bool = False  # other programs have files of this name: one without servers passes, readable or not

"""`java -jar FILE` and `java FILE.java` (the `java` command: JDK documentation, "Tool Specifications")."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcp_guard.launchers.command import Command, Step, Token, Unclear, dynamic, static
from mcp_guard.launchers.files import Tracked, script

# Settings of the machine and of the program. Agents, boot paths and files of arguments bring other code in.
_HARMLESS = re.compile(
    r"-D(?!loader\.|java\.(?:class|system|ext|endorsed|library|security)\.|jdk\.)[\w.-]+(?:=.*)?"
    r"|-X(?:m[sxn]|ss)\d+[kKmMgGtT]?|-X(?:int|mixed|comp|rs|share:\w+|diag)|-XX:[+-](?!.*Flags)\w+"
    r"|-XX:(?!Flags|VMOptions|OnError|OnOutOfMemory|.*File)\w+=[\w.%-]+"
    r"|-(?:server|client|ea|da|esa|dsa|enableassertions|disableassertions)|--enable-preview|--show-version|-showversion"
    r"|--(?:add-opens|add-exports|add-modules|enable-native-access|sun-misc-unsafe-memory-access)=.*",
    re.DOTALL,
)
_WITH_VALUE = frozenset({"--add-opens", "--add-exports", "--add-modules", "--enable-native-access"})


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`java [flags] -jar FILE`; a main class is looked up in the class path, so it is not known."""
    tokens = command.argv[1:]
    while tokens and tokens[0].text != "-jar" and (taken := _harmless(tokens[0])):
        tokens = tokens[taken:]
    match [token.text for token in tokens[:2]]:
        case ["-jar", _]:
            static(tokens[1], "the archive")
            yield from script(command, tokens[1], tracked)
        case [file, *_] if re.search(r"(?i)^[^-@].*\.java$", file, re.DOTALL):
            static(tokens[0], "the file")
            yield from script(command, tokens[0], tracked)
        case [flag, *_] if flag.startswith("-"):
            raise Unclear(f"mcp-guard does not know what `{flag[:60]}` makes java run", tokens[0].word)
        case _:
            raise Unclear("the class is looked up in the class path, or its name in a file", command.program.word)


def _harmless(token: Token) -> int:
    """How many arguments a flag takes that brings no code in; 0 where it is not known."""
    if token.loose or (dynamic(token.text) and not token.text.startswith("-D")):
        return 0
    if token.text in _WITH_VALUE:
        return 2
    return 1 if _HARMLESS.fullmatch(token.text) else 0

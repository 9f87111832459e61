"""The grammar of all wrappers of the table `wrappers`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mcp_guard.launchers import environment
from mcp_guard.launchers.command import Command, Step, Token, Unclear, begins_dynamic
from mcp_guard.launchers.files import Tracked, enter
from mcp_guard.launchers.installed import INSTALLED
from mcp_guard.launchers.options import Walk, refuse_flags, walk
from mcp_guard.launchers.program import stem
from mcp_guard.launchers.project_run import refuse_renamed
from mcp_guard.launchers.shell import simple_command
from mcp_guard.launchers.wrappers import SYSTEM, TOOLCHAIN, Wrapper
from mcp_guard.model import Word

WRAPPERS = {**SYSTEM, **TOOLCHAIN, **INSTALLED}


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """What the wrapper starts that the command line is called like."""
    yield from wrapped(WRAPPERS[stem(command.program.text)], command, tracked)


def wrapped(wrapper: Wrapper, command: Command, tracked: Tracked) -> Iterator[Step]:
    """What this wrapper starts."""
    inner = peel(wrapper, command)
    if wrapper.manifests:
        refuse_renamed(wrapper.manifests, inner, tracked)
    yield inner


def peel(wrapper: Wrapper, command: Command) -> Command:
    """The command line that a wrapper starts; Unclear where there is none, or where it is not clear where it begins."""
    walked = _walked(wrapper, command)
    moved = _moved(wrapper, command, walked)
    strings = walked.values(*wrapper.strings)
    rest = _behind(wrapper, walked)
    if rest and rest[0].text in wrapper.strings and not walked.dashes:
        strings, rest = rest[1:2], ()
    if strings:
        if len(strings) > 1 or rest:
            raise Unclear(f"{wrapper.flags.launcher} is given a command line and more", command.program.word)
        return simple_command(moved, strings[0])
    if wrapper.assigns:
        length = environment.count(rest)
        moved, rest = environment.assigned(moved, rest[:length]), rest[length:]
    if not rest:
        raise Unclear(f"{wrapper.flags.launcher} is given no command", command.program.word)
    return moved.inner(rest, None if command.scope in {"image", "mounted"} else wrapper.scope)


def _behind(wrapper: Wrapper, walked: Walk) -> tuple[Token, ...]:
    """What follows the flags and the arguments of the wrapper's own."""
    name = wrapper.flags.launcher.strip("`")
    own, rest = walked.rest[: wrapper.operands], walked.rest[wrapper.operands :]
    mixed = wrapper.dashes == "mixed"
    if any(token.loose or begins_dynamic(token.text) or token.text.startswith("-") for token in own) or (
        own and walked.dashes and mixed
    ):
        raise Unclear(f"an argument of `{name}` before the command is not clear", own[0].word)
    dashes = walked.dashes
    if wrapper.optional is not None and not dashes and rest and re.fullmatch(wrapper.optional, rest[0].text):
        return walk(rest[1:], wrapper.flags).rest
    if wrapper.operands and rest and rest[0].text == "--":
        dashes, rest = True, rest[1:]
    if rest and not dashes and wrapper.dashes == "needed":
        raise Unclear(f"`{name}` may take this argument for its own: write `--` before the command", rest[0].word)
    if mixed and not dashes:
        refuse_flags(rest, name)
    return rest


def _walked(wrapper: Wrapper, command: Command) -> Walk:
    """The flags on both sides of the subcommand, and what follows them."""
    walked = walk(command.argv[1:], wrapper.flags)
    if wrapper.subcommand is None:
        return walked
    if walked.dashes or not walked.rest or walked.rest[0].text != wrapper.subcommand:
        name = wrapper.flags.launcher.strip("`").partition(" ")[0]
        raise Unclear(f"mcp-guard reads no other {name} command than {wrapper.flags.launcher}", command.program.word)
    after = walk(walked.rest[1:], wrapper.flags)
    return after._replace(options=(*walked.options, *after.options))


def _moved(wrapper: Wrapper, command: Command, walked: Walk) -> Command:
    """The command line with the variables, files of variables and folder that the flags give it."""
    command = environment.assigned(command, walked.values(*wrapper.variables))
    files = tuple(token.word for token in walked.values(*wrapper.files))
    if not files and wrapper.implied is not None:
        files = (_implied(wrapper.implied, command.program),)
    for directory in walked.values(*wrapper.directory):
        command = enter(command, directory)._replace(moved=directory.word)
    return command._replace(env_files=(*command.env_files, *files))


def _implied(name: str, program: Token) -> Word:
    return Word(name, program.word.place, program.word.start, program.word.start)


def example(wrapper: Wrapper) -> str:
    """A command line for the documentation."""
    own = " 1" * wrapper.operands
    dashes = " --" if wrapper.dashes != "free" else ""
    return f"{wrapper.flags.launcher.strip('`')}{own}{dashes} npx -y server@1.2.3"

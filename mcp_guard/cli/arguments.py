"""The grammar of the command line (DESIGN §9), with every common flag also by environment."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NoReturn

NETWORKS = ("auto", "off", "required")


Commands = argparse._SubParsersAction  # noqa: SLF001 (argparse gives its type no public name)


class Options(argparse.Namespace):
    """What was asked for. `run` is the function of the subcommand."""

    run: Callable[[Options], int]
    environ: Mapping[str, str]
    command: str
    debug: bool
    network: str | None
    base: str | None
    cache_dir: str | None
    config: str | None
    color: str
    strict: bool
    quiet: bool
    verbose: bool
    deadline: str | None
    format: str = "text"
    output: Sequence[str] = ()
    paths: list[str]
    everything: bool
    hook: bool
    diff: bool
    publishers: bool
    subject: str
    names: list[str]
    reason: str
    until: str | None
    rules: list[str]
    file: str | None
    rule: str | None
    clients: list[str]
    roots: list[str]


class Parser(argparse.ArgumentParser):
    """An argument parser that says what a misspelt word may have meant."""

    def error(self, message: str) -> NoReturn:
        """Print the usage error, with a suggestion where one is near, and exit with 2."""
        import difflib

        words = _words(self)
        wrong = [word.strip("'\",:()") for word in message.split()]
        unknown = [word.split("=")[0] for word in wrong if word not in words]
        near = [match for word in unknown for match in difflib.get_close_matches(word, words, 1, 0.75)]
        hint = f" (did you mean {near[0]}?)" if near else ""
        self.exit(2, f"mcp-guard: {message}{hint}; see {self.prog} --help\n")


def _words(parser: argparse.ArgumentParser) -> list[str]:
    """List every flag and choice that a parser and its subcommands know."""
    words: list[str] = []
    for action in parser._actions:  # noqa: SLF001 (argparse has no public list of them)
        words += [*action.option_strings, *(action.choices or ())]
        if isinstance(action, Commands):
            for command in action.choices.values():
                words += _words(command)
    return words


def parse(argv: Sequence[str], environ: Mapping[str, str]) -> Options:
    """Parse a command line; a bare `mcp-guard` is `mcp-guard check`. Raises SystemExit as argparse does."""
    words = list(argv)
    if not words or (words[0].startswith("-") and words[0] not in {"-h", "--help", "--version"}):
        words.insert(0, "check")
    builders = {"check": _check, "pin": _pin, "accept": _accept, "list": _list, "scan": _scan, "explain": _explain}
    # Only the parser that is asked for is built: a hook starts at every commit.
    chosen = [builders[words[0]]] if words[0] in builders else list(builders.values())
    parser = _parser(environ, chosen)
    options = parser.parse_args(words, namespace=Options())
    options.environ = environ
    return options


def _parser(
    environ: Mapping[str, str], builders: Iterable[Callable[[Commands[Parser], Mapping[str, str]], None]]
) -> Parser:
    parser = Parser(
        prog="mcp-guard",
        description="Blocks any MCP server that nobody has pinned and verified. Reads files only; starts nothing.",
        epilog="exit codes: 0 pinned and verified, 1 blocked, 2 usage or policy error, 3 undecided, 4 internal error",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Parser)
    for build in builders:
        build(commands, environ)
    return parser


class _Version(argparse.Action):
    """Print the version and leave."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from mcp_guard import __version__

        print(f"mcp-guard {__version__}")
        parser.exit(0)


def _command(commands: Commands[Parser], name: str, text: str, environ: Mapping[str, str]) -> Parser:
    parser = commands.add_parser(name, help=text, description=text, allow_abbrev=False)

    def value(key: str) -> str | None:
        return environ.get(f"MCP_GUARD_{key}") or None

    common = parser.add_argument_group("common")
    common.add_argument(
        "--network", choices=NETWORKS, default=value("NETWORK"), help="when registries are asked (auto)"
    )
    common.add_argument(
        "--offline", action="store_const", const="off", dest="network", help="the same as --network=off"
    )
    common.add_argument("--base", metavar="REF", default=value("BASE"), help="the commit to compare with (HEAD)")
    common.add_argument(
        "--cache-dir", metavar="DIR", default=value("CACHE_DIR"), help="where receipts and answers are kept"
    )
    common.add_argument(
        "--config", metavar="FILE", default=value("CONFIG"), help="a policy file instead of mcp-guard.toml"
    )
    common.add_argument(
        "--deadline", metavar="TIME", default=value("DEADLINE"), help="how long registries may take, as 10s"
    )
    common.add_argument("--color", choices=("auto", "always", "never"), default=value("COLOR") or "auto")
    common.add_argument("--strict", action="store_true", default=value("STRICT") == "1", help="warnings block too")
    common.add_argument("-q", "--quiet", action="store_true", help="print findings only")
    common.add_argument("-v", "--verbose", action="store_true", help="print every server")
    common.add_argument("--debug", action="store_true", default=value("DEBUG") == "1", help="print tracebacks")
    return parser


def _reporting(parser: Parser, formats: Sequence[str]) -> None:
    parser.add_argument("--format", choices=formats, default="text", help="what is printed")
    parser.add_argument(
        "--output",
        metavar="FORMAT=FILE",
        action="append",
        default=[],
        help="write a report to a file as well; repeatable",
    )


def _check(commands: Commands[Parser], environ: Mapping[str, str]) -> None:
    from mcp_guard.cli.check import run

    parser = _command(commands, "check", "Check that every MCP server is pinned and verified.", environ)
    _reporting(parser, ("text", "json", "github"))
    parser.add_argument("paths", nargs="*", metavar="PATH", help="configs or folders; none: every tracked config")
    parser.add_argument("--all", action="store_true", dest="everything", help="the whole tree, also in a hook")
    parser.add_argument("--hook", action="store_true", help="judge what is staged, or the range that is pushed")
    parser.set_defaults(run=run)


def _pin(commands: Commands[Parser], environ: Mapping[str, str]) -> None:
    from mcp_guard.cli.pin import run

    parser = _command(
        commands, "pin", "Pin servers to exact versions and lock what the registry says of them.", environ
    )
    parser.add_argument("names", nargs="*", metavar="SERVER|PATH", help="none: every server of every tracked config")
    parser.add_argument("--diff", action="store_true", help="print what would be written, write nothing")
    parser.set_defaults(run=run)


def _accept(commands: Commands[Parser], environ: Mapping[str, str]) -> None:
    from mcp_guard.cli.accept import publisher, run

    text = "Write a person's decision into the policy."
    group = commands.add_parser("accept", help=text, description=text, allow_abbrev=False)
    subjects = group.add_subparsers(dest="subject", required=True, metavar="SUBJECT", parser_class=Parser)
    for subject, about in (
        ("package", "Accept the findings on one exact version of a server's packages."),
        ("remote", "Allow the URL of a server."),
        ("program", "Allow the program that a server starts."),
    ):
        parser = _command(subjects, subject, about, environ)
        parser.add_argument("names", nargs="+", metavar="SERVER", help="the server's name in its config")
        parser.add_argument("--file", metavar="PATH", help="the config, where several have a server of this name")
        parser.add_argument("--rule", action="append", default=[], dest="rules", metavar="RULE", help="only this rule")
        parser.add_argument("--reason", default="", help="why; shown in every report")
        parser.add_argument("--until", metavar="DATE", help="when it ends, as 2027-02-28; at most 180 days ahead")
        parser.set_defaults(run=run)
    text = "Name who must have published the packages of a server: who is proven to have done it."
    parser = _command(subjects, "publisher", text, environ)
    help_ = 'the server\'s name in its config; or "npm:@scope/*" github:owner/repository#id'
    parser.add_argument("names", nargs="+", metavar="SERVER", help=help_)
    parser.add_argument("--file", metavar="PATH", help="the config, where several have a server of this name")
    parser.set_defaults(run=publisher)


def _list(commands: Commands[Parser], environ: Mapping[str, str]) -> None:
    from mcp_guard.cli.listing import run

    parser = _command(
        commands, "list", "List every server, what it launches and its verdict; asks no registry.", environ
    )
    _reporting(parser, ("text", "json"))
    parser.add_argument("paths", nargs="*", metavar="PATH", help="configs or folders; none: every tracked config")
    parser.add_argument("--publishers", action="store_true", help="who published each package, and how that is known")
    parser.set_defaults(run=run)


def _scan(commands: Commands[Parser], environ: Mapping[str, str]) -> None:
    from mcp_guard.cli.scan import run

    text = "List every server that the clients of this machine would start, with its verdict. Reads files only."
    parser = _command(commands, "scan", text, environ)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="what is printed")
    parser.add_argument(
        "--client", action="append", default=[], dest="clients", metavar="NAME", help="only this client; repeatable"
    )
    help_ = "the configs below this folder of projects too; repeatable"
    parser.add_argument("--root", action="append", default=[], dest="roots", metavar="DIR", help=help_)
    parser.set_defaults(run=run)


def _explain(commands: Commands[Parser], environ: Mapping[str, str]) -> None:
    from mcp_guard.cli.explain import run

    parser = _command(commands, "explain", "Explain a rule; without one, list them.", environ)
    parser.add_argument("rule", nargs="?", metavar="RULE")
    parser.add_argument("--all", action="store_true", dest="everything", help="every page")
    parser.set_defaults(run=run)

"""Plain interpreters: flags, then a script (`ruby server.rb`, `php artisan mcp`, `perl server.pl`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from mcp_guard.launchers.command import Command, Step, Unclear, static
from mcp_guard.launchers.files import Tracked, script
from mcp_guard.launchers.options import Flags, walk, words
from mcp_guard.launchers.program import stem


class Interpreter(NamedTuple):
    """One interpreter: its flags, and those of them that are code or that load some.

    Flags that read their code in yet another way are in neither set, so that they are not known.
    """

    flags: Flags
    inline: frozenset[str]
    loading: frozenset[str]
    file: str | None = None  # the flag whose value is the script


# man ruby; perldoc perlrun; php --help; lua(1); Rscript --help; elixir --help
_RUBY = Interpreter(
    Flags(
        "ruby",
        words(
            "-e -r -I -C -E --encoding --external-encoding --internal-encoding --disable --enable --parser --require"
        ),
        words("-w -v -W -W0 -W1 -W2 -W:no-deprecated -W:no-experimental -U --yjit --jit --verbose --disable-gems -d")
        | words("--debug --yjit-stats -y --yydebug"),
        assigned=r"--(?:encoding|disable|enable|yjit-\w+(?:-\w+)*)",
        clusters=True,
        hyphens="always",
    ),
    inline=frozenset({"-e"}),
    loading=frozenset({"-r", "--require", "-I", "-C"}),
)
_PERL = Interpreter(
    Flags("perl", words("-e -E -M -m -I"), words("-w -W -X -T -t -u -U -c -s"), clusters=True, hyphens="always"),
    inline=frozenset({"-e", "-E"}),
    loading=frozenset({"-M", "-m", "-I"}),
)
_PHP = Interpreter(
    Flags(
        "php",
        words("-d --define -c --php-ini -z --zend-extension -f --file -r --run -B -R -E -F -S -t"),
        words("-n --no-php-ini -q --no-header -C -H -e"),
        clusters=True,
        hyphens="always",
    ),
    inline=words("-r --run -B -R -E -F -S"),
    loading=words("-c --php-ini -z --zend-extension"),
    file="-f",
)
_LUA = Interpreter(
    Flags("lua", words("-e -l"), words("-v -E -W -i"), clusters=True, hyphens="always"),
    inline=frozenset({"-e"}),
    loading=frozenset({"-l"}),
)
_R = Interpreter(
    Flags(
        "Rscript",
        words("-e"),
        words("--vanilla --verbose --no-environ --no-site-file --no-init-file --no-save --no-restore --slave --quiet"),
        assigned="--(?:default-packages|encoding)",
        hyphens="always",
    ),
    inline=frozenset({"-e"}),
    loading=frozenset({"--default-packages"}),
)
_ELIXIR = Interpreter(
    Flags("elixir", words("-e --eval -r -pr -pa -pz -S --rpc-eval"), words("--no-halt"), hyphens="always"),
    inline=words("-e --eval --rpc-eval"),
    loading=words("-r -pr -pa -pz -S"),
)
INTERPRETERS = {
    "ruby": _RUBY,
    "perl": _PERL,
    "php": _PHP,
    "lua": _LUA,
    "luajit": _LUA._replace(flags=_LUA.flags._replace(launcher="luajit", boolean=words("-v -E -i"))),
    "rscript": _R,
    "elixir": _ELIXIR,
}
# php.net: "List of php.ini directives" that name code, or where it is found.
_PHP_LOADING = re.compile(
    r"\s*(?:auto_(?:ap|pre)pend_file|(?:zend_)?extension|extension_dir|include_path|opcache\.preload|user_ini\S*|sys_temp_dir"
    r"|phar\S*|allow_url_include)",
    re.IGNORECASE,
)


def read(command: Command, tracked: Tracked) -> Iterator[Step]:
    """`ruby [flags] script [arguments]`."""
    name = re.sub(r"[\d.]+$", "", stem(command.program.text))
    interpreter = INTERPRETERS[name]
    walked = walk(command.argv[1:], interpreter.flags)
    for option in walked.options:
        setting = option.value.text if option.value and option.name in {"-d", "--define"} else ""
        if option.name in interpreter.inline:
            raise Unclear("the code stands in the command line itself", option.token.word)
        if option.name in interpreter.loading or _PHP_LOADING.match(setting):
            raise Unclear(f"`{option.name}` loads other code, or says where it is found", option.token.word)
    files = (*(walked.values("-f", "--file") if interpreter.file else ()), *walked.rest)
    if not files or files[0].text == "-":
        raise Unclear(f"{name} reads its code from the client", command.program.word)
    static(files[0], "the script")
    yield from script(command, files[0], tracked)

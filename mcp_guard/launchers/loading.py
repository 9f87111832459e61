"""Variables that run other code than a command line names, or take the checks off TLS: what each does, and when.

Reference: langflow-ai/langflow#14641 and #13900 list the families; each row names the tool's own documentation. Those
of Node.js and `GIT_SSL_NO_VERIFY` were read there, the others are recollected.
What moves a launch to another registry is in `launchers.variables`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from mcp_guard.launchers.command import dynamic
from mcp_guard.model import Severity


class Loader(NamedTuple):
    """Some variables that do the same, and the values with which they do it.

    `names` are in upper case; one that ends in `*` stands for all that begin so. A group in `when` is the flag to show.
    """

    names: str
    severity: Severity
    does: str  # a clause: "loads a library into every program"
    when: str  # a pattern, which is searched for
    source: str


_ANY = r"(?s)."
_BUT_NULL = r"(?is)^(?!/dev/null$|NUL$)."  # files that hold nothing


def _flags(pattern: str) -> str:
    """A value of several words, one of which is one of these flags; the flag ends with its name."""
    return rf"(?:^|\s)(?P<flag>{pattern})(?![\w-])"


def _but(harmless: str) -> str:
    """Any value that is not wholly this."""
    return rf"(?s)^(?!(?:{harmless})$)."


# A path that stays in the repository: what stands there is tracked, and reviewed like all of it.
_WORKSPACE = (
    r"(?:\$\{(?:workspaceFolder|workspaceRoot|__dirname|extensionPath|CLAUDE_PLUGIN_ROOT|CLAUDE_PROJECT_DIR|PWD|cwd)\}"
    r"|\$PWD\b)"
)
_STEP = r"(?!\.\.(?:[/\\]|$))[\w.@ -]+"
_INSIDE = rf"(?:{_WORKSPACE}|{_STEP})(?:[/\\]{_STEP})*[/\\]?"
# Where an operating system has its own programs, and what the machine has in PATH already.
_OWN = r"\$?\{PATH\}|\$PATH|%PATH%|(?:/usr(?:/local)?|/opt/homebrew)?/s?bin|[A-Za-z]:\\Windows(?:\\System32)?"
# Looked up in the folder of the repository that a server starts in: an empty part, and one that begins at no root.
_ELSEWHERE = r"[/\\~]|[A-Za-z]:\\|\$\{?\w|\{\w+\}|%\w+%"
_HERE = rf"(?:^|[:;])(?:{_WORKSPACE}[^:;]*|(?!{_ELSEWHERE})[^:;]*)(?:[:;]|$)"

LOADERS: tuple[Loader, ...] = (
    Loader(
        "LD_PRELOAD LD_PRELOAD_32 LD_PRELOAD_64 LD_AUDIT DYLD_INSERT_LIBRARIES",
        "error",
        "loads a library into every program that it starts",
        _ANY,
        "man7: ld.so(8); Apple: dyld(1)",
    ),
    Loader(
        "GCONV_PATH OPENSSL_ENGINES OPENSSL_MODULES",
        "error",
        "names a folder whose libraries are loaded",
        _ANY,
        "glibc: manual/charset.texi; openssl/openssl: doc/man7/openssl-env.pod",
    ),
    Loader(
        "OPENSSL_CONF OPENSSL_CONF_INCLUDE",
        "error",
        "names a configuration that can load a library",
        _BUT_NULL,
        "openssl/openssl: doc/man5/config.pod",
    ),
    Loader(
        "NODE_OPTIONS",
        "error",
        "loads code into Node.js, or opens it to a debugger",
        _flags(
            r"-r|--(?:require|import|(?:experimental-)?loader|inspect[\w-]*|debug-port|openssl-(?:shared-)?config"
            r"|snapshot-blob|experimental-(?:default-)?config-file|experimental-policy|env-file[\w-]*"
            r"|test-reporter|test-global-setup)"
        ),
        "nodejs/node: doc/api/cli.md, NODE_OPTIONS",
    ),
    Loader("NODE_REPL_EXTERNAL_MODULE", "error", "loads a module", _ANY, "nodejs/node: doc/api/cli.md"),
    Loader(
        "BUN_OPTIONS",
        "error",
        "loads code into bun, or opens it to a debugger",
        _flags(r"-[re]|--(?:preload|require|import|eval|config|env-file|inspect[\w-]*)"),
        "oven-sh/bun: docs/runtime/environment-variables.mdx",
    ),
    Loader("BUN_INSPECT_PRELOAD", "error", "loads code into bun", _ANY, "oven-sh/bun: src/bun.js/api: recollected"),
    Loader(
        "PYTHONSTARTUP PYTHONBREAKPOINT",
        "error",
        "has Python run a file",
        _but("0"),
        "python/cpython: Doc/using/cmdline.rst",
    ),
    Loader(
        "PYTHONWARNINGS",
        "error",
        "has Python import the module of a warning",
        r"(?:^|,)[^:,]*:[^:,]*:[^:,]*\.",
        "python/cpython: Lib/warnings.py, _getcategory",
    ),
    Loader(
        "PERL5OPT PERL5DB LUA_INIT PHPRC PHP_INI_SCAN_DIR",
        "error",
        "loads code into its interpreter",
        _ANY,
        "Perl/perl5: pod/perlrun.pod; Lua manual §7; PHP manual, The configuration file",
    ),
    Loader(
        "RUBYOPT",
        "error",
        "loads code into Ruby",
        r"(?:^|\s)(?P<flag>-?\w*[rI])",
        "ruby/ruby: doc/ruby/options.md",
    ),
    Loader(
        "JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS JAVA_OPTS MAVEN_OPTS GRADLE_OPTS",
        "error",
        "loads code into Java",
        (
            r"(?:^|\s)(?P<flag>-javaagent|-agentlib|-agentpath|-Xrun|-Xbootclasspath|-XX:On\w+|-XX:Flags"
            r"|-XX:VMOptionsFile|--patch-module|--module-path|--class-path|-classpath|-cp|-Djava\.system\.class\.loader|@)"
        ),
        "openjdk/jdk: src/java.base/share/man/java.md",
    ),
    Loader(
        "DOTNET_STARTUP_HOOKS DOTNET_ADDITIONAL_DEPS CORECLR_PROFILER* COR_PROFILER*",
        "error",
        "loads code into .NET",
        _ANY,
        "dotnet/runtime: docs/design/features/host-startup-hook.md",
    ),
    Loader(
        "GOFLAGS",
        "error",
        "has the Go tool run or build something else",
        _flags(r"--?(?:toolexec|exec|overlay|modfile)"),
        "golang/go: src/cmd/go/internal/help/helpdoc.go",
    ),
    Loader(
        "RUSTC RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER CARGO_BUILD_RUSTC*",
        "error",
        "has cargo run another compiler",
        _ANY,
        "rust-lang/cargo: src/doc/src/reference/environment-variables.md",
    ),
    Loader(
        "BASH_ENV PROMPT_COMMAND PS4 SHELLOPTS BASHOPTS ZDOTDIR BASH_FUNC_* IFS COMSPEC",
        "error",
        "has a shell run something first, or read its words otherwise",
        _ANY,
        "GNU bash manual §5; zsh: zshoptions, STARTUP/SHUTDOWN FILES",
    ),
    # Only a path: `ENV=production` is what programs call the place where they run.
    Loader("ENV", "error", "has a shell run a file first", r"[/\\~]|^\.", "POSIX: sh, ENVIRONMENT VARIABLES"),
    Loader(
        "GIT_SSH GIT_SSH_COMMAND",
        "error",
        "has git run a program",
        _but(r"ssh(?: -i [\w./~-]+| -o ?(?:BatchMode|IdentitiesOnly|ConnectTimeout)=\w+| -[46qTx])*"),
        "git/git: Documentation/git.adoc",
    ),
    Loader(
        "GIT_ASKPASS SSH_ASKPASS GIT_EXTERNAL_DIFF GIT_PROXY_COMMAND",
        "error",
        "has git run a program",
        _but(r"(?:/usr)?(?:/bin/)?(?:true|false|echo)"),
        "git/git: Documentation/git.adoc",
    ),
    Loader(
        "GIT_CONFIG_GLOBAL GIT_CONFIG_SYSTEM GIT_CONFIG_PARAMETERS GIT_EXEC_PATH GIT_TEMPLATE_DIR",
        "error",
        "names settings or programs of git",
        _BUT_NULL,
        "git/git: Documentation/git.adoc",
    ),
    Loader(
        "GIT_CONFIG_KEY_*",
        "error",
        "sets what git runs or trusts",
        r"(?i)^(?!(?:safe\.directory|user\.\w+|init\.defaultbranch|advice\.\w+|color\.\w+)$).",
        "git/git: Documentation/git-config.adoc",
    ),
    Loader(
        "NODE_TLS_REJECT_UNAUTHORIZED PYTHONHTTPSVERIFY",
        "error",
        "believes whoever answers over TLS",
        r"^0$",
        "nodejs/node: doc/api/cli.md; PEP 493",
    ),
    # Set is enough, whatever the value.
    Loader("GIT_SSL_NO_VERIFY", "error", "believes whoever answers over TLS", r"", "git/git: http.c"),
    Loader(
        "PATH",
        "error",
        "has programs looked up in the folder where the server starts",
        _HERE,
        "POSIX: XBD §8.3, PATH",
    ),
    Loader(
        "PATH PATHEXT",
        "warning",
        "decides which program a name stands for",
        _but(rf"(?:{_OWN})(?:[:;](?:{_OWN}))*"),
        "POSIX: XBD §8.3, PATH",
    ),
    Loader(
        "PYTHONPATH NODE_PATH CLASSPATH PERL5LIB PERLLIB RUBYLIB LUA_PATH LUA_CPATH PSMODULEPATH",
        "warning",
        "names folders whose modules are found first",
        _but(rf"{_INSIDE}(?:[:;]{_INSIDE})*"),
        "python/cpython: Doc/using/cmdline.rst; nodejs/node: doc/api/cli.md",
    ),
    Loader(
        "PYTHONHOME PYTHONUSERBASE PYTHONPLATLIBDIR PYTHONPYCACHEPREFIX GEM_HOME GEM_PATH BUNDLE_GEMFILE DOTNET_ROOT",
        "warning",
        "names a folder from which code is loaded",
        _ANY,
        "python/cpython: Doc/using/cmdline.rst; RubyGems guides",
    ),
    Loader(
        "LD_LIBRARY_PATH LIBPATH SHLIB_PATH",
        "warning",
        "names folders whose libraries are found first",
        _ANY,
        "man7: ld.so(8)",
    ),
    Loader("DYLD_*", "warning", "changes which libraries are loaded", r"", "Apple: dyld(1)"),
    Loader(
        "GIT_EDITOR GIT_PAGER GIT_SEQUENCE_EDITOR PAGER EDITOR VISUAL BROWSER LESSOPEN LESSCLOSE",
        "warning",
        "names a command that programs run",
        _but(r"[\w-]*"),
        "git/git: Documentation/git-var.adoc; less(1)",
    ),
)

_EXACT = {
    name: tuple(row for row in LOADERS if name in row.names.split()) for row in LOADERS for name in row.names.split()
}
_FAMILIES = tuple((name[:-1], rows) for name, rows in _EXACT.items() if name.endswith("*"))


def loaded(name: str, value: str) -> tuple[Severity, str] | None:
    """Say what a variable does with this value, as a clause that holds nothing of it but a flag; None where nothing.

    Names count in any case, as on Windows. A value that somebody fills in later may be any value.
    """
    filled_in = dynamic(value)
    value = re.sub(r"\{env:(\w+)\}", r"{\1}", value)  # its colon separates nothing
    for row in _rows(name.upper()):
        found = re.search(row.when, value) or (re.search(row.when, _bare(value)) if "(?P<flag>" in row.when else None)
        if found is not None:
            flag = found.groupdict().get("flag")
            return row.severity, f"{row.does} (`{flag}`)" if flag else row.does
        if filled_in and row.severity == "error" and row.when is not _HERE:
            return row.severity, f"{row.does} where the value asks for it, and the value is filled in later"
    return None


def _rows(name: str) -> tuple[Loader, ...]:
    families = (rows for start, rows in _FAMILIES if name.startswith(start))
    return _EXACT.get(name) or next(families, ())


def _bare(value: str) -> str:
    """The value as tools read it that take quotes off and `_` for `-` (Node.js, Java)."""
    return re.sub(r"[\"'\\]", "", value).replace("_", "-")

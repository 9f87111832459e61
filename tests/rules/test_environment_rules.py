"""Variables that load code: which values do it, which are harmless, and that no value is ever shown."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_guard.launchers.loading import LOADERS, loaded
from mcp_guard.model import Finding, Launch, OpaqueLaunch, Override, PackageLaunch, Variable
from mcp_guard.rules import code_loading_environment, judge

from .factories import TERMS, facts, known, only, package, permit, place, server, word


def variable(name: str, value: str, line: int = 8) -> Variable:
    return Variable(word(name, line), word(value, line))


def found(name: str, value: str, *launches: Launch) -> list[Finding]:
    one = server(known(), launches=launches or None)
    one = one._replace(env=(variable(name, value),))
    return list(code_loading_environment.check(facts(one)))


ERRORS = [
    ("LD_PRELOAD", "./evil.so"),
    ("ld_preload", "./evil.so"),
    ("LD_AUDIT", "/opt/a.so"),
    ("DYLD_INSERT_LIBRARIES", "x.dylib"),
    ("GCONV_PATH", "."),
    ("OPENSSL_CONF", "./openssl.cnf"),
    ("NODE_OPTIONS", "--require ./x.js"),
    ("NODE_OPTIONS", "--max-old-space-size=4096 -r ./x.js"),
    ("NODE_OPTIONS", "--require=./x.js"),
    ("NODE_OPTIONS", "--import data:text/javascript,1"),
    ("NODE_OPTIONS", "--loader ./x.mjs"),
    ("NODE_OPTIONS", "--experimental-loader=./x.mjs"),
    ("NODE_OPTIONS", "--experimental_loader=./x.mjs"),
    ("NODE_OPTIONS", '"--require" ./x.js'),
    ("NODE_OPTIONS", '"--req\\uire" ./x.js'),
    ("NODE_OPTIONS", "--inspect-brk=0.0.0.0:9229"),
    ("NODE_OPTIONS", "--openssl-config=./x.cnf"),
    ("NODE_OPTIONS", "${NODE_OPTIONS}"),
    ("NODE_OPTIONS", "--max-old-space-size=${env:SIZE}"),
    ("Node_Options", "--require ./x.js"),
    ("BUN_OPTIONS", "--preload ./x.ts"),
    ("BASH_ENV", "./env.sh"),
    ("ENV", "./env.sh"),
    ("ENV", ".shinit"),
    ("BASH_FUNC_npx%%", "() { ./evil; }"),
    ("PROMPT_COMMAND", "./evil"),
    ("PS4", "$(./evil)"),
    ("ZDOTDIR", "."),
    ("COMSPEC", "evil.exe"),
    ("PYTHONSTARTUP", "x.py"),
    ("PYTHONWARNINGS", "all:0:evil.x:0:0"),
    ("PERL5OPT", "-Mevil"),
    ("RUBYOPT", "-r./evil"),
    ("RUBYOPT", "-W0 -I."),
    ("RUBYOPT", "r./evil"),
    ("JAVA_TOOL_OPTIONS", "-javaagent:evil.jar"),
    ("JAVA_TOOL_OPTIONS", "-Xmx1g '-agentpath:./evil.so'"),
    ("_JAVA_OPTIONS", "-Xbootclasspath/a:evil.jar"),
    ("JAVA_TOOL_OPTIONS", "-XX:OnError=./evil"),
    ("DOTNET_STARTUP_HOOKS", "evil.dll"),
    ("CORECLR_PROFILER_PATH_64", "evil.dll"),
    ("GOFLAGS", "-toolexec=./evil"),
    ("RUSTC_WRAPPER", "./evil"),
    ("GIT_SSH_COMMAND", "ssh -o ProxyCommand=./evil"),
    ("GIT_SSH_COMMAND", "ssh -i key; ./evil"),
    ("GIT_ASKPASS", "./ask.sh"),
    ("GIT_CONFIG_GLOBAL", "./gitconfig"),
    ("GIT_CONFIG_KEY_0", "core.fsmonitor"),
    ("GIT_SSL_NO_VERIFY", "false"),
    ("NODE_TLS_REJECT_UNAUTHORIZED", "0"),
    ("NODE_TLS_REJECT_UNAUTHORIZED", "{env:X}"),
    ("PYTHONHTTPSVERIFY", "0"),
    ("PATH", ""),
    ("PATH", "."),
    ("PATH", "./bin:/usr/bin"),
    ("PATH", "node_modules/.bin:${PATH}"),
    ("PATH", "/usr/bin::/bin"),
    ("PATH", "/usr/bin:"),
    ("PATH", "${workspaceFolder}/bin:${env:PATH}"),
    ("PATH", "$PWD/bin:$PATH"),
    ("PATH", "{env:/usr/bin"),
    ("PATH", "bin}:/usr/bin"),
    ("Path", "bin;C:\\Windows"),
]
WARNINGS = [
    ("PATH", "/home/me/.local/bin:/usr/bin"),
    ("PATH", "${HOME}/.local/bin:${PATH}"),
    ("PATH", "C:\\Users\\me\\bin;C:\\Windows"),
    ("PYTHONPATH", "/opt/lib"),
    ("PYTHONPATH", "src:/opt/lib"),
    ("PYTHONPATH", "../other"),
    ("PYTHONPATH", "src/../../other"),
    ("PYTHONPATH", "C:\\Users\\me\\server"),
    ("PYTHONPATH", "${HOME}/lib"),
    ("PYTHONHOME", "/opt/python"),
    ("NODE_PATH", "/opt/node_modules"),
    ("LD_LIBRARY_PATH", "/opt/lib"),
    ("DYLD_LIBRARY_PATH", "/opt/lib"),
    ("DYLD_FALLBACK_LIBRARY_PATH", "/opt/lib"),
    ("CLASSPATH", "/opt/x.jar"),
    ("EDITOR", "./evil --wait"),
]
# Values of real configs, and of the false positives that users of other checkers reported.
HARMLESS = [
    ("NODE_OPTIONS", "--max-old-space-size=4096 --no-warnings"),
    ("NODE_OPTIONS", "--max_old_space_size=512"),
    ("NODE_OPTIONS", "--dns-result-order=ipv4first --enable-source-maps"),
    ("NODE_OPTIONS", "--experimental-vm-modules --use-system-ca"),
    ("NODE_OPTIONS", "--title=my-require"),
    ("NODE_OPTIONS", ""),
    ("NODE_ENV", "production"),
    ("NODE_REPL_NODE_PATH", "/Applications/Codex.app/node"),
    ("NODE_TLS_REJECT_UNAUTHORIZED", "1"),
    ("NODE_TLS_REJECT_UNAUTHORIZED", ""),
    ("PYTHONHTTPSVERIFY", "1"),
    ("PYTHONUNBUFFERED", "1"),
    ("PYTHONIOENCODING", "utf-8"),
    ("PYTHONDONTWRITEBYTECODE", "1"),
    ("PYTHONWARNINGS", "ignore"),
    ("PYTHONWARNINGS", "ignore::DeprecationWarning,default:x.y:UserWarning"),
    ("PYTHONBREAKPOINT", "0"),
    ("PYTHONPATH", "src"),
    ("PYTHONPATH", "."),
    ("PYTHONPATH", "./src:lib"),
    ("PYTHONPATH", "${workspaceFolder}"),
    ("PYTHONPATH", "${workspaceFolder}/src"),
    ("PYTHONPATH", "${__dirname}/server/lib"),
    ("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"),
    ("PATH", "/opt/homebrew/bin:${PATH}"),
    ("PATH", "${env:PATH}"),
    ("PATH", "{env:PATH}:/usr/bin"),
    ("PATH", "%PATH%;C:\\Windows\\System32"),
    ("ENV", "production"),
    ("ENV", "dev"),
    ("LD_SDK_KEY", "sdk-1"),
    ("LD_PRELOAD", ""),
    ("RUBYOPT", "-W0"),
    ("RUBYOPT", "-W:no-deprecated --enable=frozen-string-literal"),
    ("JAVA_TOOL_OPTIONS", "-Xmx2g -Dfile.encoding=UTF-8"),
    ("GOFLAGS", "-mod=mod -trimpath"),
    ("OPENSSL_CONF", "/dev/null"),
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_CONFIG_COUNT", "1"),
    ("GIT_CONFIG_KEY_0", "safe.directory"),
    ("GIT_CONFIG_VALUE_0", "*"),
    ("GIT_ASKPASS", "true"),
    ("GIT_SSH_COMMAND", "ssh -i ~/.ssh/key -o BatchMode=yes"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_PAGER", "cat"),
    ("EDITOR", "vim"),
    ("DEBUG", "pw:*"),
    ("", "x"),
]


@pytest.mark.parametrize(("name", "value"), ERRORS)
def test_what_loads_code_or_believes_anybody_blocks(name: str, value: str) -> None:
    finding = only(found(name, value))
    assert (finding.severity, finding.place, finding.server) == ("error", place(8), "postmark")
    assert f"`{name}`" in finding.message
    assert finding.remedy == f"mcp-guard accept package postmark --rule code-loading-environment {TERMS}"


@pytest.mark.parametrize(("name", "value"), WARNINGS)
def test_what_names_folders_to_search_is_a_warning(name: str, value: str) -> None:
    finding = only(found(name, value))
    assert (finding.severity, finding.remedy) == ("warning", "mcp-guard explain code-loading-environment")


@pytest.mark.parametrize(("name", "value"), HARMLESS)
def test_a_harmless_value_is_nothing(name: str, value: str) -> None:
    assert not found(name, value)


def test_the_flag_is_named_and_nothing_else_of_the_value() -> None:
    message = only(found("NODE_OPTIONS", "--title=t0ken --require ./t0ken.js")).message
    expected = "`NODE_OPTIONS`, which loads code into Node.js, or opens it to a debugger (`--require`)"
    assert message == f'server "postmark" is started with {expected}'


@pytest.mark.parametrize(("name", "_value"), ERRORS + WARNINGS)
def test_no_value_is_shown(name: str, _value: str) -> None:
    for value in ("s3cr3t", "/s3cr3t", "--require s3cr3t", "s3cr3t --require x", "${s3cr3t}"):
        assert all("s3cr3t" not in finding.message for finding in found(name, value))


@settings(max_examples=100)
@given(st.sampled_from(sorted({name for row in LOADERS for name in row.names.split()})), st.text(max_size=40))
def test_any_value_is_judged(name: str, value: str) -> None:
    answer = loaded(name.rstrip("*"), value)
    assert answer is None or (answer[0] in {"error", "warning"} and "\n" not in answer[1])


@settings(max_examples=50)
@given(st.text(max_size=20), st.text(max_size=20))
def test_a_loader_is_found_among_other_flags(before: str, after: str) -> None:
    assert loaded("NODE_OPTIONS", f"{before} --require {after}") is not None


def test_each_row_has_its_source_and_each_name_its_place() -> None:
    names = [(name, row.severity) for row in LOADERS for name in row.names.split()]
    assert len(names) == len(set(names))
    for row in LOADERS:
        assert row.source
        assert row.names == row.names.upper()
        assert not row.does.endswith(".")


def test_what_another_rule_tells_of_a_variable_is_not_told_twice() -> None:
    tls = variable("NODE_TLS_REJECT_UNAUTHORIZED", "0")
    moved = PackageLaunch((package(),), (Override("npm", tls.name.text, None, None, tls.name.place),))
    assert not found(tls.name.text, "0", moved)
    doubt = OpaqueLaunch("the variable `BUN_OPTIONS` decides what bun runs", word("BUN_OPTIONS", 8))
    assert not found("BUN_OPTIONS", "--preload x", doubt)


def test_another_variable_in_the_same_place_hides_nothing() -> None:
    other = PackageLaunch((package(),), (Override("npm", "npm_config_registry", None, None, place(8)),))
    assert found("LD_PRELOAD", "x", other)
    doubt = OpaqueLaunch("the variable `BUN_OPTIONS` decides what bun runs", word("BUN_OPTIONS", 8))
    assert found("LD_PRELOAD", "x", doubt)


def test_every_variable_of_every_server_is_judged() -> None:
    one, other = server(known()), server(known(), name="other", file=".cursor/mcp.json")
    one = one._replace(env=(variable("LD_PRELOAD", "x", 8), variable("PS4", "x", 9)))
    other = other._replace(env=(variable("BASH_ENV", "x", 8),))
    assert len(list(code_loading_environment.check(facts(one, other)))) == 3


def test_a_definition_with_such_a_variable_can_be_accepted() -> None:
    one = server(known())
    one = one._replace(env=(variable("LD_PRELOAD", "x"),))
    everything = facts(one)
    given = everything._replace(policy=everything.policy._replace(acceptances=(permit("code-loading-environment"),)))
    assert only(judge(given)).accepted == "SEC-43"

"""Flags, variables and files that move a launch to another registry."""

from __future__ import annotations

import pytest

from mcp_guard import launchers
from mcp_guard.model import Override
from tests.launchers.reading import overrides, server, texts, tree

URL = "https://npm.example/x"


def of_line(argv: list[str], env: dict[str, str] | None = None) -> list[tuple[str, str, str | None, str | None]]:
    found = overrides(launchers.read(server(argv, env=env), tree()))
    return [(one.ecosystem, one.what, one.registry, one.scope) for one in found]


@pytest.mark.parametrize(
    ("argv", "what", "registry", "scope"),
    [
        (["npx", "--registry", URL, "foo"], "--registry", URL, None),
        (["npx", f"--registry={URL}", "foo"], "--registry", URL, None),
        (["npx", "--registry", "https://u:p@npm.example/x?t=s#f", "foo"], "--registry", URL, None),
        (["npx", "--registry", "nonsense", "foo"], "--registry", None, None),
        (["npx", "--registry=https://${HOST}/", "foo"], "--registry", None, None),
        (["npx", f"--@corp:registry={URL}", "foo"], "--@corp:registry", URL, "@corp"),
        (["npx", "--reg", URL, "foo"], "--reg", URL, None),
        (["npx", "--userconfig", "x", "foo"], "--userconfig", None, None),
        (["npx", "-C", "dir", "foo"], "-C", None, None),
        (["npx", "--cafile=x", "foo"], "--cafile", None, None),
        (["npx", "--no-strict-ssl", "foo"], "--no-strict-ssl", None, None),
        (["npm", "exec", "foo", "--registry", URL], "--registry", URL, None),
        (["pnpm", "dlx", f"--config.registry={URL}", "foo"], "--config.registry", URL, None),
        (["pnpm", "dlx", f"--config.@c:registry={URL}", "foo"], "--config.@c:registry", URL, "@c"),
        (["pnpm", "--dir", "x", "dlx", "foo"], "--dir", None, None),
        (["bunx", f"--registry={URL}", "foo"], "--registry", URL, None),
        (["uvx", "--index-url", URL, "foo"], "--index-url", URL, None),
        (["uvx", "-i", URL, "foo"], "-i", URL, None),
        (["uvx", f"-i{URL}", "foo"], "-i", URL, None),
        (["uvx", "--default-index", URL, "foo"], "--default-index", URL, None),
        (["uvx", "--index", f"corp={URL}", "foo"], "--index", URL, None),
        (["uvx", "--extra-index-url", URL, "foo"], "--extra-index-url", URL, None),
        (["uvx", "-f", "./wheels", "foo"], "-f", None, None),
        (["uvx", "--constraints", "c.txt", "foo"], "--constraints", None, None),
        (["uvx", "--config-file", "c.toml", "foo"], "--config-file", None, None),
        (["uvx", "--no-index", "foo"], "--no-index", None, None),
        (["uvx", "--directory", "x", "foo"], "--directory", None, None),
        (["uv", "--directory", "x", "tool", "run", "foo"], "--directory", None, None),
        (["uv", "run", "--with", "foo", "--index", URL, "x"], "--index", URL, None),
        (["uv", "run", "--with", "foo", "--env-file", ".env", "x"], "--env-file", None, None),
        (["pipx", "run", "-i", URL, "foo"], "-i", URL, None),
        (["pipx", "run", "--pip-args=--index-url=x", "foo"], "--pip-args", None, None),
        (["docker", "-H", "tcp://h", "run", "foo"], "-H", None, None),
        (["docker", "--context=c", "run", "foo"], "--context", None, None),
        (["podman", "run", "--authfile", "x", "quay.io/foo"], "--authfile", None, None),
        (["podman", "run", "--tls-verify=false", "quay.io/foo"], "--tls-verify", None, None),
        (["env", f"npm_config_registry={URL}", "npx", "foo"], "npm_config_registry", URL, None),
        (["sh", "-c", f"UV_INDEX_URL={URL} uvx foo"], "UV_INDEX_URL", URL, None),
    ],
)
def test_flags(argv: list[str], what: str, registry: str | None, scope: str | None) -> None:
    ((_, found, where, limited),) = of_line(argv)
    assert (found, where, limited) == (what, registry, scope)


@pytest.mark.parametrize(
    ("argv", "env", "registry", "scope"),
    [
        (["npx", "foo"], {"npm_config_registry": URL}, URL, None),
        (["npx", "foo"], {"NPM_CONFIG_REGISTRY": URL}, URL, None),
        (["bunx", "foo"], {"Npm_Config_Registry": URL}, URL, None),
        (["pnpm", "dlx", "foo"], {"pnpm_config_registry": URL}, URL, None),
        (["npx", "foo"], {"npm_config_@corp:registry": URL}, URL, "@corp"),
        (["npx", "foo"], {"npm_config_strict_ssl": "false"}, None, None),
        (["npx", "foo"], {"NPM_CONFIG_USERCONFIG": "x"}, None, None),
        (["npx", "foo"], {"npm_config_https_proxy": "x"}, None, None),
        (["bunx", "foo"], {"BUN_CONFIG_REGISTRY": URL}, URL, None),
        (["yarn", "dlx", "foo"], {"YARN_NPM_REGISTRY_SERVER": URL}, URL, None),
        (["yarn", "dlx", "foo"], {"YARN_RC_FILENAME": "x"}, None, None),
        (["uvx", "foo"], {"UV_DEFAULT_INDEX": URL}, URL, None),
        (["uvx", "foo"], {"UV_INDEX": f"corp={URL}"}, URL, None),
        (["uvx", "foo"], {"UV_CONFIG_FILE": "x"}, None, None),
        (["uvx", "foo"], {"UV_OVERRIDE": "x"}, None, None),
        (["uvx", "foo"], {"UV_PYTHON_INSTALL_MIRROR": "x"}, None, None),
        (["uvx", "foo"], {"PIP_INDEX_URL": URL}, URL, None),
        (["pipx", "run", "foo"], {"PIP_EXTRA_INDEX_URL": URL}, URL, None),
        (["pipx", "run", "foo"], {"PIP_CONFIG_FILE": "x"}, None, None),
        (["docker", "run", "foo"], {"DOCKER_HOST": "tcp://h"}, None, None),
        (["uvx", "foo"], {"UV_TOOL_DIR": "x"}, None, None),
        (["uvx", "foo"], {"uv_tool_bin_dir": "x"}, None, None),
        (["uv", "run", "--with", "foo", "foo"], {"UV_PROJECT_ENVIRONMENT": "x"}, None, None),
        (["pipx", "run", "foo"], {"PIPX_HOME": "x"}, None, None),
        (["pipx", "run", "foo"], {"PIPX_DEFAULT_BACKEND": "uv"}, None, None),
        (["yarn", "dlx", "foo"], {"YARN_YARN_PATH": "x"}, None, None),
        (["yarn", "dlx", "foo"], {"YARN_PLUGINS": "x"}, None, None),
        (["yarn", "dlx", "foo"], {"YARN_ENABLE_STRICT_SSL": "0"}, None, None),
        (["yarn", "dlx", "foo"], {"YARN_HTTPS_CA_FILE_PATH": "x"}, None, None),
        (["yarn", "dlx", "foo"], {"COREPACK_NPM_REGISTRY": URL}, URL, None),
        (["yarn", "dlx", "foo"], {"COREPACK_HOME": "x"}, None, None),
        (["bunx", "foo"], {"BUN_INSTALL": "x"}, None, None),
        (["pnpm", "dlx", "foo"], {"PNPM_HOME": "x"}, None, None),
        (["npx", "foo"], {"HOME": "x"}, None, None),
        (["npx", "foo"], {"NODE_TLS_REJECT_UNAUTHORIZED": "0"}, None, None),
        (["uvx", "foo"], {"https_proxy": "x"}, None, None),
        (["uvx", "foo"], {"SSL_CERT_FILE": "x"}, None, None),
        (["podman", "run", "quay.io/foo"], {"CONTAINERS_REGISTRIES_CONF": "x"}, None, None),
    ],
)
def test_variables(argv: list[str], env: dict[str, str], registry: str | None, scope: str | None) -> None:
    ((_, what, where, limited),) = of_line(argv, env)
    assert (what, where, limited) == (*env, registry, scope)


@pytest.mark.parametrize(
    ("argv", "env"),
    [
        (["npx", "foo"], {"UV_INDEX": URL, "DOCKER_HOST": "x", "npm_config_yes": "true", "TOKEN": "x"}),
        (["npx", "foo"], {"npm_config_strict_ssl": "true", "xnpm_config_registry": URL, "npm_config_": "x"}),
        (["npx", "--yes", "--loglevel=error", "foo", "--registry", URL], {}),
        (["uvx", "foo"], {"npm_config_registry": URL, "UV_INDEX_CORP_PASSWORD": "x", "UV_NO_PROGRESS": "1"}),
        (["uvx", "--refresh", "foo", "--index-url", URL], {}),
        (["docker", "run", "-e", f"npm_config_registry={URL}", "-c", "1", "-h", "x", "foo"], {"UV_INDEX": URL}),
        (["podman", "run", "--tls-verify=true", "quay.io/foo"], {}),
        (["uvx", "foo"], {"UV_PYTHON": "3.12", "UV_COMPILE_BYTECODE": "1", "BUN_INSTALL": "x"}),
        (["yarn", "dlx", "foo"], {"YARN_ENABLE_TELEMETRY": "0", "YARN_ENABLE_STRICT_SSL": "true", "YARN_": "x"}),
        (["npx", "foo"], {"NODE_TLS_REJECT_UNAUTHORIZED": "1", "COREPACK_ENABLE_DOWNLOAD_PROMPT": "0"}),
        (["env", "-C", "x", "docker", "run", "foo"], {"UV_PYTHON": "./evil"}),
    ],
)
def test_what_moves_nothing(argv: list[str], env: dict[str, str]) -> None:
    assert of_line(argv, env) == []


@pytest.mark.parametrize(
    "name", ["npm_config_package", "NPM_CONFIG_CALL", "npm_config_node_options", "npm_config_script_shell"]
)
def test_variables_that_decide_what_npm_runs(name: str) -> None:
    (launch,) = launchers.read(server(["npx", "foo"], env={name: "evil"}), tree())
    (text,) = texts(launch)
    assert text.startswith("? ")
    assert name in text


@pytest.mark.parametrize(
    ("argv", "name"),
    [
        (["uvx", "foo"], "UV_PYTHON"),
        (["pipx", "run", "foo"], "PIPX_DEFAULT_PYTHON"),
        (["bunx", "foo"], "BUN_OPTIONS"),
        (["pnpm", "dlx", "foo"], "npm_config_pnpmfile"),
    ],
)
@pytest.mark.parametrize("value", ["./evil", "evil", "${X}"])
def test_variables_that_choose_a_program(argv: list[str], name: str, value: str) -> None:
    (launch,) = launchers.read(server(argv, env={name: value}), tree())
    (text,) = texts(launch)
    assert text.startswith("? ")
    assert name in text


@pytest.mark.parametrize("flag", [["-C", "sub"], ["--chdir=sub"], ["-iC${X}"], ["-C", "."]])
@pytest.mark.parametrize("launcher", [["npx", "foo"], ["uvx", "foo"], ["sh", "-c", "npx foo"], ["env", "npx", "foo"]])
def test_a_wrapper_that_moves_the_working_folder(flag: list[str], launcher: list[str]) -> None:
    ((_, what, registry, _),) = of_line(["env", *flag, *launcher])
    assert (what, registry) == ("another working folder", None)


def test_several_indexes_in_one_variable() -> None:
    found = of_line(["uvx", "foo"], {"UV_EXTRA_INDEX_URL": "https://one.example/x https://u:p@two.example"})
    assert [registry for _, _, registry, _ in found] == ["https://one.example/x", "https://two.example"]


def test_an_env_file_counts_as_an_override_at_its_place() -> None:
    given = server(["npx", "foo"], env_files=[".env"])
    (one,) = overrides(launchers.read(given, tree()))
    assert one == Override("npm", "the env file .env", None, None, given.env_files[0].place)


def test_the_variables_of_a_container_count_for_the_launcher_in_it() -> None:
    argv = [
        "docker",
        "run",
        "-e",
        f"npm_config_registry={URL}",
        "-e",
        "NAME",
        "--env-file",
        "x",
        "node:22",
        "npx",
        "foo",
    ]
    assert [(what, registry) for _, what, registry, _ in of_line(argv)] == [
        ("npm_config_registry", URL),
        ("the env file x", None),
    ]


# ------------------------------------------------------------------------------------------------ files


def of_file(name: str, text: str | bytes) -> list[tuple[str, str | None, str | None, int]]:
    data = text.encode() if isinstance(text, str) else text
    found = launchers.overrides(f"a/{name}", data)
    assert all(one.place.file == f"a/{name}" for one in found)
    return [(one.what, one.registry, one.scope, one.place.line) for one in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (f"registry={URL}", [("registry", URL, None, 1)]),
        (f"\ufeffregistry={URL}", [("registry", URL, None, 1)]),
        (f"; a\n# b\n\n  registry = {URL}  \r\n", [("registry", URL, None, 4)]),
        (f"a=1\rregistry={URL}", [("registry", URL, None, 2)]),
        (f"a=1\u2028registry={URL}", []),
        (f'"registry" = "{URL}"', [("registry", URL, None, 1)]),
        (f"registry={URL} ; c", [("registry", URL, None, 1)]),
        (f"@corp:registry={URL}", [("@corp:registry", URL, "@corp", 1)]),
        ("registry=${REGISTRY}", [("registry", None, None, 1)]),
        ("registry=https://u:secret@npm.example/x", [("registry", URL, None, 1)]),
        ("registry", [("registry", None, None, 1)]),
        (f"[x]\nregistry={URL}", [("registry", URL, None, 2)]),
        (f"registry[]={URL}", [("registry", URL, None, 1)]),
        ("package=evil", [("package", None, None, 1)]),
        ("node-options=--require ./x", [("node-options", None, None, 1)]),
        ("strict-ssl=false\ncafile=x", [("strict-ssl", None, None, 1), ("cafile", None, None, 2)]),
        ("${X}=y", [("a key that npm fills in or unescapes", None, None, 1)]),
        ("regist\\ry=y", [("a key that npm fills in or unescapes", None, None, 1)]),
        ("//npm.example/:_authToken=${TOKEN}\nfund=false\nstrict-ssl=true", []),
        ("#registry=x\n;registry=x", []),
    ],
)
def test_npmrc(text: str, expected: list[tuple[str, str | None, str | None, int]]) -> None:
    assert of_file(".npmrc", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f'npmRegistryServer: "{URL}"', [(URL, None, 1)]),
        (f"a: b\n\n# c\nnpmRegistryServer: {URL} # d", [(URL, None, 4)]),
        (f"npmScopes:\n  corp:\n    npmRegistryServer: {URL}\n", [(URL, "@corp", 3)]),
        (f"npmScopes:\n  '@corp':\n    'npmRegistryServer': '{URL}'\n", [(URL, "@corp", 3)]),
        (f"npmScopes:\n  a:\n    npmAlwaysAuth: true\n  b:\n    npmRegistryServer: {URL}\n", [(URL, "@b", 5)]),
        ("nodeLinker: node-modules\n\n---\n- x\n# npmRegistryServer: x", []),
        ('npmRegistries:\n  "https://npm.example":\n    npmAuthToken: x\n  //npm.example:1:\n    npmAuthToken: x', []),
        ("enableStrictSsl: true\nenableTelemetry: 0\ninitScope: 'a b' # yarnPath: x", []),
    ],
)
def test_yarnrc_registries(text: str, expected: list[tuple[str | None, str | None, int]]) -> None:
    found = of_file(".yarnrc.yml", text)
    assert {what for what, *_ in found} <= {"npmRegistryServer"}
    assert [(registry, scope, line) for _, registry, scope, line in found] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yarnPath: ./evil.cjs", [("yarnPath", 1)]),
        ("plugins:\n  - ./evil.cjs\n  - path: x\n    spec: y", [("plugins", 1)]),
        ("enableStrictSsl: false", [("enableStrictSsl", 1)]),
        ("enableStrictSsl: ", [("enableStrictSsl", 1)]),
        ("a: b\n'httpsProxy' : http://x # y", [("httpsProxy", 2)]),
        ('"httpsCaFilePath": x\rcaFilePath: x', [("httpsCaFilePath", 1), ("caFilePath", 2)]),
        ("networkSettings:\n  '*.example':\n    httpProxy: x", [("networkSettings", 1), ("httpProxy", 3)]),
        ("npmScopes: {corp: {npmRegistryServer: x}}", [("npmScopes", 1)]),
        ("packageExtensions:\n  'server@*': x\n  a || b@1: x", [("packageExtensions", 1)]),
    ],
)
def test_yarnrc_that_moves_something_else(text: str, expected: list[tuple[str, int]]) -> None:
    assert [(what, line) for what, _, _, line in of_file(".yarnrc.yml", text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "{yarnPath: ./x}",
        "? yarnPath\n: ./x",
        '"yarnP\\x61th": x',
        "npmRegistryServer:\n  https://x",
        "&a yarnPath: x",
        "!!str yarnPath: x",
        "<<: *x",
        "yarnPath:\tx",
        "a: {\nyarnPath\n: x}",
        "# yarn lockfile v1\nyarnPath './x'",
        "--- yarnPath: x",
        "%YAML 1.2",
    ],
)
def test_yaml_that_is_not_plain_lines_is_an_override(text: str) -> None:
    assert "a line that mcp-guard cannot read" in [what for what, *_ in of_file(".yarnrc.yml", text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{\n "bin": {\n  "server": "x",\n  "server@1.0.0": "./evil.js"\n }\n}', [("server@1.0.0", 4)]),
        ('{"bin": {"@s/server": "x", "a": "x", "@s": "x", "x:a": "x"}}', []),
        ('{"bin": {"@s/server@1.0.0": "x"}}', [("@s/server@1.0.0", 1)]),
        ('{"bin": {"server\\u00401.0.0": "x"}}', [("server@1.0.0", 1)]),
        ('{"bin": ["x/server@1.0.0", 1]}', [("x/server@1.0.0", 1)]),
        ('{"name": "server@1.0.0", "bin": "x"}', [("server@1.0.0", 1)]),
        ('{"name": "server", "bin": "x"}', []),
        ('{"name": "server@1.0.0"}', []),
        ('{"bin": "x"}', []),
        ('{"bin": 1}', []),
        ("[]", []),
    ],
)
def test_package_json(text: str, expected: list[tuple[str, int]]) -> None:
    named = [(f'bin "{name}" in package.json', line) for name, line in expected]
    assert [(what, line) for what, _, _, line in of_file("package.json", text)] == named


@pytest.mark.parametrize("text", ["{", "", '{"bin": {}', "[" * 100_000])
def test_a_package_json_that_is_not_json_is_an_override(text: str) -> None:
    ((what, *_),) = of_file("package.json", text)
    assert "not JSON" in what


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f'[install]\nregistry = "{URL}"', [("install.registry", URL, None, 2)]),
        (f'install.registry = "{URL}"', [("install.registry", URL, None, 1)]),
        (f'install = {{ registry = "{URL}" }}', [("install.registry", URL, None, 1)]),
        (f'[install]\nregistry = {{ url = "{URL}", token = "secret" }}', [("install.registry", URL, None, 2)]),
        ("[install]\nregistry = 1", [("install.registry", None, None, 2)]),
        (f'[install.scopes]\ncorp = "{URL}"', [("install.scopes.corp", URL, "@corp", 2)]),
        (f'[install.scopes]\n"@corp" = "{URL}"', [("install.scopes.@corp", URL, "@corp", 2)]),
        ('[install]\ncafile = "x"\nscopes = 1', [("install.cafile", None, None, 2)]),
        ("[test]\nregistry = 1", []),
        ("install = 1", []),
    ],
)
def test_bunfig(text: str, expected: list[tuple[str, str | None, str | None, int]]) -> None:
    assert of_file("bunfig.toml", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f'index-url = "{URL}"', [("index-url", URL, 1)]),
        (
            f'extra-index-url = ["{URL}", "https://two.example"]',
            [("extra-index-url", URL, 1), ("extra-index-url", "https://two.example", 1)],
        ),
        ('find-links = ["./wheels"]', [("find-links", None, 1)]),
        (f'[[index]]\nname = "x"\nurl = "{URL}"\n', [("index", URL, 3)]),
        (f'index = {{ url = "{URL}" }}', [("index", URL, 1)]),
        ("index-url = 3", [("index-url", None, 1)]),
        ('allow-insecure-host = ["x"]', [("allow-insecure-host", None, 1)]),
        ("offline = true", []),
    ],
)
def test_uv(text: str, expected: list[tuple[str, str | None, int]]) -> None:
    assert [(what, registry, line) for what, registry, _, line in of_file("uv.toml", text)] == expected


def test_pyproject() -> None:
    found = of_file(
        "pyproject.toml", f'[project]\nname = "x"\n[tool.uv]\nindex-url = "{URL}"\n[[tool.uv.index]]\nurl = "{URL}"'
    )
    assert found == [("index-url", URL, None, 4), ("index", URL, None, 6)]
    assert of_file("pyproject.toml", '[project]\nname = "x"') == []
    assert of_file("pyproject.toml", "tool = 1") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"[global]\nindex-url = {URL}", [("index-url", URL, 2)]),
        (f"[install]\nextra_index_url: {URL}", [("extra-index-url", URL, 2)]),
        (f"--index-url={URL}", [("index-url", URL, 1)]),
        (
            f"[global]\nextra-index-url =\n    {URL}\n    https://two.example",
            [("extra-index-url", URL, 3), ("extra-index-url", "https://two.example", 4)],
        ),
        (f"[global]\ntimeout = 1\n  index-url = {URL}", [("index-url", URL, 3)]),
        ("trusted-host = x", [("trusted-host", None, 1)]),
        (f"# index-url = {URL}\n; x\ntimeout = 60\n  more\nwords", []),
    ],
)
@pytest.mark.parametrize("name", ["pip.conf", "pip.ini"])
def test_pip(name: str, text: str, expected: list[tuple[str, str | None, int]]) -> None:
    assert [(what, registry, line) for what, registry, _, line in of_file(name, text)] == expected


@pytest.mark.parametrize("name", launchers.OVERRIDE_FILES)
@pytest.mark.parametrize("data", [b"\xff\xfe", b"a\0b", b"x" * ((1 << 20) + 1)])
def test_a_file_that_cannot_be_read_is_an_override(name: str, data: bytes) -> None:
    ((what, registry, scope, line),) = of_file(name, data)
    assert "cannot be read" in what
    assert (registry, scope, line) == (None, None, 1)


@pytest.mark.parametrize("text", ["[x", "a = " + "[" * 5000, "a = 1\na = 2"])
def test_toml_that_cannot_be_read_is_an_override(text: str) -> None:
    ((what, *_),) = of_file("uv.toml", text)
    assert "cannot be read" in what


def test_names_in_any_case_and_files_that_are_none_of_these() -> None:
    assert of_file(".NPMRC", f"registry={URL}") == [("registry", URL, None, 1)]
    assert of_file("package-lock.json", "{") == []

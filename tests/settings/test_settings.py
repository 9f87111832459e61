"""The user's own configuration: which file says what, who wins, and that no secret gets out."""

from __future__ import annotations

import os
from base64 import b64encode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as bounded
from hypothesis import strategies as st

from mcp_guard.registries import Settings, SettingsError, settings, sources
from mcp_guard.settings.tools import npmrc
from mcp_guard.settings.urls import Credential, credential_for

SECRET = "s3cr3t-t0k3n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    place = tmp_path / "home"
    place.mkdir()
    return place


def write(home: Path, path: str, text: str | bytes) -> Path:
    file = home / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def read(home: Path, **environ: str) -> Settings:
    return settings({"HOME": str(home), **environ})


def header(found: Settings, url: str) -> str | None:
    credential = credential_for(found.credentials, url)
    return credential.header if credential else None


def test_nothing_configured(home: Path) -> None:
    assert read(home) == Settings({}, frozenset(), (), None)
    assert settings({}) == Settings({}, frozenset(), (), None)


# ------------------------------------------------------------------------------------------------ npm


def test_npmrc(home: Path) -> None:
    write(
        home,
        ".npmrc",
        "; a comment\n# another\nregistry = https://NPM.example:443/main ; why\n"
        '@corp:registry="https://corp.example/npm/"\n'
        f"//corp.example/npm/:_authToken={SECRET}\nfund\nregistry[]=https://array.example/\n"
        "[section]\nregistry=https://section.example/\n",
    )
    found = read(home)
    assert found.registries == {"npm": "https://npm.example/main/", "npm:@corp": "https://corp.example/npm/"}
    assert found.known == set(found.registries.values())
    assert header(found, "https://corp.example/npm/@corp%2fx") == f"Bearer {SECRET}"
    assert header(found, "https://corp.example/other") is None
    assert header(found, "https://corp.example:8443/npm/x") is None
    assert header(found, "https://corp.example.evil.example/npm/x") is None


def test_npmrc_basic_credentials(home: Path) -> None:
    password = b64encode(SECRET.encode()).decode()
    write(
        home,
        ".npmrc",
        f"//a.example/:username=me\n//a.example/:_password={password}\n//b.example:444/:_auth=bWU6cHc=\n"
        "//c.example/:username=alone\n",
    )
    found = read(home)
    assert header(found, "https://a.example/x") == f"Basic {b64encode(f'me:{SECRET}'.encode()).decode()}"
    assert header(found, "https://b.example:444/x") == "Basic bWU6cHc="
    assert header(found, "https://c.example/x") is None


def test_longest_path_wins(home: Path) -> None:
    write(home, ".npmrc", "//a.example/:_authToken=short\n//a.example/npm/:_authToken=long\n")
    found = read(home)
    assert header(found, "https://a.example/npm/x") == "Bearer long"
    assert header(found, "https://a.example/npmx") == "Bearer short"


def test_variables_in_the_users_own_file(home: Path) -> None:
    write(
        home,
        ".npmrc",
        "registry=https://${HOST}/\n//${HOST}/:_authToken=${TOKEN}\n//b.example/:_authToken=${MISSING}\n"
        "//c.example/:_authToken=x${MISSING?}\n",
    )
    found = read(home, HOST="a.example", TOKEN=SECRET)
    assert found.registries == {"npm": "https://a.example/"}
    assert header(found, "https://a.example/x") == f"Bearer {SECRET}"
    assert header(found, "https://b.example/x") is None  # npm would send the text "${MISSING}"
    assert header(found, "https://c.example/x") == "Bearer x"
    with pytest.raises(SettingsError, match="variable that is not set"):
        read(home)


def test_npm_variables_win_over_the_file(home: Path) -> None:
    write(home, ".npmrc", "registry=https://file.example/")
    variables = {
        "NPM_CONFIG_REGISTRY": "https://variable.example/",
        "npm_config_@corp:registry": "https://corp.example/",
        "npm_config_//corp.example/:_authToken": SECRET,
    }
    found = read(home, **variables)
    assert found.registries == {"npm": "https://variable.example/", "npm:@corp": "https://corp.example/"}
    assert "https://file.example/" in found.known
    assert header(found, "https://corp.example/x") == f"Bearer {SECRET}"


def test_variables_that_npm_sets_for_a_script_are_the_projects(home: Path) -> None:
    """`npm run` exports the *project's* .npmrc as npm_config_registry: not what this user has configured."""
    environ = {"npm_config_registry": "https://evil.example/", "npm_lifecycle_event": "commit"}
    assert read(home, **environ).registries == {}


def test_another_user_file(home: Path, tmp_path: Path) -> None:
    write(home, ".npmrc", "registry=https://home.example/")
    file = write(tmp_path, "elsewhere", "registry=https://elsewhere.example/")
    assert read(home, NPM_CONFIG_USERCONFIG=str(file)).registries == {"npm": "https://elsewhere.example/"}


@pytest.mark.parametrize("variable", ["NPM_CONFIG_USERCONFIG", "PIP_CONFIG_FILE", "UV_CONFIG_FILE", "XDG_CONFIG_HOME"])
def test_relative_paths_lead_into_the_repository(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    for path in ("conf", "dir/pip/pip.conf"):
        write(tmp_path, path, "[global]\nindex-url=https://evil.example/\n")
    monkeypatch.chdir(tmp_path)
    assert read(home, **{variable: "dir" if variable == "XDG_CONFIG_HOME" else "conf"}).known == frozenset()


# ------------------------------------------------------------------------------------------------ pip and uv


def test_pip_conf(home: Path) -> None:
    write(
        home,
        ".config/pip/pip.conf",
        f"[global]\nindex-url = https://me:{SECRET}@pip.example/root/simple\n"
        "extra-index-url =\n    https://extra.example/simple/\n    file:///srv/wheels\n    /srv/more\n",
    )
    found = read(home)
    assert found.registries == {"pypi": "https://pip.example/root/simple/"}
    assert found.known == {"https://pip.example/root/simple/", "https://extra.example/simple/"}
    basic = f"Basic {b64encode(f'me:{SECRET}'.encode()).decode()}"
    assert header(found, "https://pip.example/root/simple/x/") == basic
    assert header(found, "https://pip.example/root/pypi/x/1/json") == basic
    assert header(found, "https://pip.example/elsewhere/") is None
    assert SECRET not in repr(found)


def test_pip_variables(home: Path) -> None:
    found = read(
        home, PIP_INDEX_URL=" https://a.example/simple ", PIP_EXTRA_INDEX_URL="https://b.example https://c.example"
    )
    assert found.registries == {"pypi": "https://a.example/simple/"}
    assert found.known == {"https://a.example/simple/", "https://b.example/", "https://c.example/"}


@pytest.mark.parametrize(
    ("path", "variable"),
    [
        (".pip/pip.conf", "HOME"),
        ("Library/Application Support/pip/pip.conf", "HOME"),
        ("pip/pip.ini", "USERPROFILE"),
        ("pip/pip.ini", "APPDATA"),
        ("pip/pip.conf", "XDG_CONFIG_HOME"),
    ],
)
def test_where_pip_looks(home: Path, path: str, variable: str) -> None:
    write(home, path, "[install]\nindex_url = https://pip.example/simple\n")
    assert settings({variable: str(home)}).registries == {"pypi": "https://pip.example/simple/"}


def test_pip_config_file_replaces_the_users(home: Path, tmp_path: Path) -> None:
    write(home, ".config/pip/pip.conf", "[global]\nindex-url = https://home.example/simple\n")
    file = write(tmp_path, "pip.conf", "[global]\nindex-url = https://file.example/simple\n")
    assert read(home, PIP_CONFIG_FILE=str(file)).known == {"https://file.example/simple/"}
    assert read(home, PIP_CONFIG_FILE=os.devnull).known == frozenset()
    assert read(home, PIP_CONFIG_FILE=str(tmp_path / "none")).known == {"https://home.example/simple/"}


def test_uv(home: Path) -> None:
    write(
        home,
        ".config/uv/uv.toml",
        'index-url = "https://old.example/simple"\nextra-index-url = ["https://extra.example/simple", 3]\n'
        '[[index]]\nname = "corp"\nurl = "https://corp.example/simple"\n'
        '[[index]]\nurl = "https://new.example/simple"\ndefault = true\n[[index]]\nname = "none"\n',
    )
    found = read(home, UV_INDEX="a=https://a.example/simple https://b.example/simple")
    assert found.registries == {"pypi": "https://new.example/simple/"}
    assert found.known == {f"https://{name}.example/simple/" for name in ("old", "extra", "corp", "new", "a", "b")}


def test_who_wins_for_pypi(home: Path) -> None:
    environ = {
        "PIP_INDEX_URL": "https://pip.example/simple",
        "UV_INDEX_URL": "https://legacy.example/simple",
        "UV_DEFAULT_INDEX": "corp=https://uv.example/simple",
        "MCP_GUARD_REGISTRIES": "pypi=https://own.example/simple",
    }
    for loser, winner in (("MCP_GUARD_REGISTRIES", "own"), ("UV_DEFAULT_INDEX", "uv"), ("UV_INDEX_URL", "legacy")):
        assert read(home, **environ).registries == {"pypi": f"https://{winner}.example/simple/"}
        del environ[loser]
    assert read(home, **environ).registries == {"pypi": "https://pip.example/simple/"}


# ------------------------------------------------------------------------------------------------ mcp-guard's own


def test_own_configuration_wins(home: Path) -> None:
    write(
        home,
        ".config/mcp-guard/config.toml",
        '[registries]\nnpm = "https://own.example/"\n"npm:@corp" = "https://corp.example/"\npypi = "http://[::1]:8000/s"\n',
    )
    write(home, ".npmrc", "registry=https://npm.example/\n")
    found = read(home, MCP_GUARD_REGISTRIES=" npm=http://127.0.0.1:4873  npm:@x=http://localhost:80/r/ ")
    assert found.registries == {
        "npm": "http://127.0.0.1:4873/",
        "npm:@x": "http://localhost/r/",
        "npm:@corp": "https://corp.example/",
        "pypi": "http://[::1]:8000/s/",
    }
    assert {"https://own.example/", "https://npm.example/"} <= found.known


def test_an_unusable_url_that_is_overruled_is_nobodys_problem(home: Path) -> None:
    write(home, ".npmrc", "registry=http://corp.example/\n")
    assert read(home, MCP_GUARD_REGISTRIES="npm=https://own.example").known == {"https://own.example/"}


def test_ca_bundle(home: Path) -> None:
    assert read(home, SSL_CERT_FILE="/b").ca_bundle == "/b"
    assert read(home, SSL_CERT_FILE="/b", REQUESTS_CA_BUNDLE="/a").ca_bundle == "/a"


# ------------------------------------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("path", "content"),
    [
        (".npmrc", "registry=http://npm.example/"),
        (".npmrc", "registry=npm.example"),
        (".npmrc", "registry="),
        (".npmrc", "registry=file:///srv"),
        (".npmrc", "registry=https://npm.example/?a=b"),
        (".npmrc", "registry=https://npm.example/a/%2e%2e/b"),
        (".npmrc", "registry=https://npm.example:port/"),
        (".npmrc", "registry=https://[::1"),
        (".npmrc", "registry=https:///path"),
        (".npmrc", 'registry="https://npm.example/'),
        (".npmrc", "registry=https://npm.example/\u202e"),
        (".npmrc", "//a.example/:username=me\n//a.example/:_password=§"),
        (".npmrc", b"registry=\xff\xfe"),
        (".npmrc", b";" * (1 << 20) + b";"),
        (".config/mcp-guard/config.toml", "[registries"),
        (".config/mcp-guard/config.toml", "registries = 1"),
        (".config/mcp-guard/config.toml", '[registries]\nnmp = "https://npm.example/"'),
        (".config/mcp-guard/config.toml", "[registries]\nnpm = 1"),
        (".config/mcp-guard/config.toml", '[registries]\npypi = "/srv"'),
        (".config/mcp-guard/config.toml", "a = " + "[" * 100_000),
        (".config/uv/uv.toml", "index = ["),
        (".config/pip/pip.conf", "no section = 1"),
        (".config/pip/pip.conf", "[global]\nextra-index-url = http://pip.example/"),
    ],
)
def test_what_cannot_be_used_is_an_error_that_names_the_file(home: Path, path: str, content: str | bytes) -> None:
    file = write(home, path, content)
    with pytest.raises(SettingsError) as caught:
        read(home)
    assert caught.value.file == str(file)
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("value", ["nmp=https://a.example", "npm", "npm=ftp://a.example", "npm:x=https://a.example"])
def test_own_variable_is_checked(home: Path, value: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read(home, MCP_GUARD_REGISTRIES=value)
    assert caught.value.file == "MCP_GUARD_REGISTRIES"


def test_a_directory_in_place_of_a_file(home: Path) -> None:
    (home / ".npmrc").mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        read(home)
    assert sources({"HOME": str(home)}) != sources({"HOME": str(home / ".npmrc")})


@pytest.mark.parametrize(
    "line",
    [
        f"registry=http://me:{SECRET}@npm.example/",
        f"registry=https://me:{SECRET}@npm.example/?x",
        f"registry=https://me:{SECRET}@npm.example:x/",
        f"registry=https://me:{SECRET}@[::1/",
        f"//a.example/:_authToken={SECRET}\x01",
        f"//a.example/:username=a\n//a.example/:_password={SECRET}§",
    ],
)
def test_no_error_holds_a_secret(home: Path, line: str) -> None:
    write(home, ".npmrc", line)
    with pytest.raises(SettingsError) as caught:
        read(home)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_credentials_do_not_show() -> None:
    assert SECRET not in repr([Credential("a.example", "/", f"Bearer {SECRET}")])


@given(st.text(max_size=200), st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3))
@bounded(max_examples=200, deadline=None)
def test_any_npmrc_is_read_or_refused(text: str, environ: dict[str, str]) -> None:
    try:
        found = npmrc(".npmrc", text, environ)
    except SettingsError:
        return
    assert found == npmrc(".npmrc", text, environ)


@given(st.binary(max_size=300))
@bounded(max_examples=150, deadline=None)
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    home = tmp_path_factory.mktemp("home")
    for path in (".npmrc", ".config/pip/pip.conf", ".config/uv/uv.toml", ".config/mcp-guard/config.toml"):
        write(home, path, data)
    try:
        found = read(home)
    except SettingsError:
        return
    assert found == read(home)


# ------------------------------------------------------------------------------------------------ sources


def test_sources_change_with_all_that_counts(home: Path, tmp_path: Path) -> None:
    environ = {"HOME": str(home)}
    seen = [sources(environ)]
    for path in (".npmrc", ".config/pip/pip.conf", ".config/uv/uv.toml", ".config/mcp-guard/config.toml"):
        write(home, path, "")
        seen.append(sources(environ))
        write(home, path, "#")
        seen.append(sources(environ))
    write(home, ".npmrc", "registry=https://${HOST}/${OPTIONAL?}")
    for name in ("HOST", "OPTIONAL", "MCP_GUARD_REGISTRIES", "npm_config_registry", "PIP_INDEX_URL", "UV_INDEX"):
        for value in ("", "x"):
            environ[name] = value
            seen.append(sources(environ))
    elsewhere = write(tmp_path, "elsewhere", "#")
    environ["NPM_CONFIG_USERCONFIG"] = str(elsewhere)
    seen.append(sources(environ))
    # an empty npm_config_ variable counts as none
    assert len(set(seen)) == len(seen) - 1


def test_sources_stay_for_what_does_not_count(home: Path) -> None:
    environ = {"HOME": str(home)}
    before = sources(environ)
    environ.update(PATH="/bin", PIP_DEFAULT_TIMEOUT="180", UV="/bin/uv", npm_config_user_agent="npm")
    assert sources(environ) == before
    assert len(before) == 64
    int(before, 16)

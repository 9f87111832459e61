"""The grammars of package specifications, and where a pin may be written."""

from __future__ import annotations

import pytest
from packaging.version import Version

from mcp_guard.launchers.command import Token, Unclear
from mcp_guard.launchers.specs import npm as npm_specs
from mcp_guard.launchers.specs import pypi as pypi_specs
from mcp_guard.launchers.specs.image import image
from mcp_guard.launchers.specs.npm import npm
from mcp_guard.launchers.specs.pypi import requirement
from tests.launchers.reading import COMMIT, DIGEST, shown, word


def token(text: str) -> Token:
    return Token(text, word(text))


@pytest.mark.parametrize(
    ("spec", "version"),
    [
        ("1.2.3", "1.2.3"),
        ("v1.2.3", "1.2.3"),
        ("=1.2.3", "1.2.3"),
        ("1.2.3 ", "1.2.3"),
        ("1.2.3-beta.1", "1.2.3-beta.1"),
        ("1.2.3-0a", "1.2.3-0a"),
        ("1.2.3+build.5", "1.2.3"),
        ("1.2.3-rc.1+b", "1.2.3-rc.1"),
        ("1.2", None),
        ("1", None),
        ("1.x", None),
        ("v1.x", None),
        ("^1.2.3", None),
        ("~1.2.3", None),
        (">=1.2.3", None),
        ("1.2.3 - 2", None),
        ("1.2.3 || 2", None),
        ("*", None),
        ("latest", None),
        ("", None),
        ("01.2.3", None),
        ("1.2.3-01", None),
        ("1.2.3beta", None),
        ("1.2.3\n", None),
        ("\u0661.2.3", None),
        ("1.2.99999999999999999999", None),
        ("1.2.3-" + "a" * 300, None),
    ],
)
def test_exact_npm_versions(spec: str, version: str | None) -> None:
    assert npm_specs.exact(spec) == version


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("foo@=1.2.3", "npm:foo@1.2.3 [foo|@=1.2.3|@]"),
        ("foo@~1.2.3", "npm:foo@* [foo|@~1.2.3|@]"),
        ("foo@>=1 <2", "npm:foo@* [foo|@>=1 <2|@]"),
        ("JSONStream@1.2.3", "npm:JSONStream@1.2.3 [JSONStream|@1.2.3|@]"),
        ("@S/N", "npm:@S/N@* [@S/N||@]"),
        ("a@npm:b@1.2.3", "npm:b@1.2.3 [a@npm:b|@1.2.3|@]"),
        ("a@NPM:b", "npm:b@* [a@NPM:b||@]"),
        ("github:u/r", "npm:github:u/r@* git"),
        (f"github:u/r#{COMMIT}", f"npm:github:u/r@{COMMIT} git"),
        (f"github:u/r#{COMMIT.upper()}", "npm:github:u/r@* git"),
        (f"github:u/r#{COMMIT}0", "npm:github:u/r@* git"),
        (f"github:u/r#{COMMIT[:12]}", "npm:github:u/r@* git"),
        (f"github:u/r#{COMMIT}::path:sub", f"npm:github:u/r@{COMMIT} git"),
        ("github:u/r#semver:1.2.3", "npm:github:u/r@* git"),
        (f"foo@github:u/r#{COMMIT}", f"npm:github:u/r@{COMMIT} git"),
        (f"git+https://secret@git.example/r.git#{COMMIT}", f"npm:git+https://git.example/r.git@{COMMIT} git"),
        ("git@git.example:u/r", "npm:git@git.example:u/r@* git"),
        ("git+ssh://git@git.example/r", "npm:git+ssh://git.example/r@* git"),
        (f"https://github.com/u/r#{COMMIT}", f"npm:https://github.com/u/r@{COMMIT} git"),
        ("https://github.com/u/r/archive/x.tgz", "npm:https://github.com/u/r/archive/x.tgz@* url"),
        ("https://u:p@files.example/x.tgz?token=1", "npm:https://files.example/x.tgz@* url"),
        ("foo@https://files.example/x.tgz", "npm:https://files.example/x.tgz@* url"),
        ("u/r@1.0.0", "npm:u/r@1.0.0@* path"),
        ("a/b/c", "npm:a/b/c@* path"),
        ("./x", "npm:./x@* path"),
        ("../x", "npm:../x@* path"),
        ("~/x", "npm:~/x@* path"),
        ("x.tgz", "npm:x.tgz@* path"),
        ("u/r.tgz", "npm:u/r.tgz@* path"),
        ("foo@./x", "npm:./x@* path"),
        ("foo@file:x", "npm:file:x@* path"),
        ("file:x", "npm:file:x@* path"),
        ("C:\\x", "npm:C:\\x@* path"),
    ],
)
def test_npm(spec: str, expected: str) -> None:
    assert shown(npm(token(spec))) == expected


@pytest.mark.parametrize(
    "spec",
    [
        *("", "@", "@/x", "@s/", ".", ".x@", "-x", "_x", "a b", " a", "a%20b", "a:b", "node_modules", "favicon.ico"),
        *(
            "npm:a@1.2.3",
            "a@npm:",
            "a@npm:./x",
            "a@npm:b@npm:c@1.2.3",
            "jsr:@a/b",
            "a@workspace:*",
            "a@x:y/z",
            "a@ab:c",
        ),
        *("a" * 215, "a@" + "x" * 3000, "a\n", "ä", "@s/n/m@x y/"),
    ],
)
def test_what_is_no_npm_package_or_place_is_unclear(spec: str) -> None:
    if spec in {".", ".x@", "a:b", "a@x:y/z", "@s/n/m@x y/"}:  # places, never packages of the registry
        assert npm(token(spec)).source == "path"
        return
    with pytest.raises(Unclear):
        npm(token(spec))


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("foo==1.2.3", "url", "pypi:foo@1.2.3 [foo|==1.2.3|==]"),
        ("foo == 1.2.3", "url", "pypi:foo@1.2.3 [foo| == 1.2.3|==]"),
        ("foo===1.2.3", "url", "pypi:foo@1.2.3 [foo|===1.2.3|==]"),
        ("foo==1.2.*", "url", "pypi:foo@* [foo|==1.2.*|==]"),
        ("foo==v1.2.3-1", "url", "pypi:foo@1.2.3.post1 [foo|==v1.2.3-1|==]"),
        ("foo==2.0RC1", "url", "pypi:foo@2.0rc1 [foo|==2.0RC1|==]"),
        ("foo==1.0+local", "url", "pypi:foo@1.0+local [foo|==1.0+local|==]"),
        ("foo~=1.2", "url", "pypi:foo@* [foo|~=1.2|==]"),
        ("foo==1.0,>=0.5", "url", "pypi:foo@* [foo|==1.0,>=0.5|==]"),
        ("foo!=1.0", "url", "pypi:foo@* [foo|!=1.0|==]"),
        ("foo[a,b]", "url", "pypi:foo@* [foo[a,b]||==]"),
        ("foo [a] >=1", "url", "pypi:foo@* [foo [a]| >=1|==]"),
        ("F.o-_o", "url", "pypi:f-o-o@* [F.o-_o||==]"),
        ("foo==" + "1" * 200, "url", f"pypi:foo@* [foo|=={'1' * 200}|==]"),
        ("foo@1.2.3", "at", "pypi:foo@1.2.3 [foo|@1.2.3|==]"),
        ("foo@1.2.3", "url", "pypi:1.2.3@* path"),
        ("foo@latest", "url", "pypi:latest@* path"),
        ("foo @ 1.2.3", "at", "pypi:1.2.3@* path"),
        ("foo@1.2", "at", "pypi:foo@1.2 [foo|@1.2|==]"),
        ("foo@main", "at", "pypi:main@* path"),
        ("foo @ https://files.example/x.whl", "url", "pypi:https://files.example/x.whl@* url"),
        ("foo @ file:///x", "url", "pypi:file:///x@* path"),
        (
            f"foo @ git+https://t@git.example/r.git@{COMMIT}#egg=x",
            "at",
            f"pypi:git+https://git.example/r.git@{COMMIT} git",
        ),
        (f"git+https://git.example/r@{COMMIT.upper()}", "url", f"pypi:git+https://git.example/r@{COMMIT} git"),
        ("git+https://git.example/r@main", "url", "pypi:git+https://git.example/r@* git"),
        (f"git+https://{COMMIT}@git.example/r", "url", "pypi:git+https://git.example/r@* git"),
        (f"git+https://git.example/r@main#{COMMIT}", "url", "pypi:git+https://git.example/r@* git"),
        (f"git+https://git.example/r#x@{COMMIT}", "url", "pypi:git+https://git.example/r@* git"),
        ("hg+https://hg.example/r", "url", "pypi:hg+https://hg.example/r@* git"),
        ("https://files.example/x.whl", "url", "pypi:https://files.example/x.whl@* url"),
        ("./foo", "url", "pypi:./foo@* path"),
        ("foo/bar", "url", "pypi:foo/bar@* path"),
        ("foo.whl", "url", "pypi:foo.whl@* path"),
        ("foo.tar.gz", "url", "pypi:foo.tar.gz@* path"),
        ("C:\\foo", "url", "pypi:C:\\foo@* path"),
    ],
)
def test_requirements(text: str, form: pypi_specs.Form, expected: str) -> None:
    assert shown(requirement(token(text), form)) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "-foo", "foo-", "foo (>=1)", "foo; extra", "foo[a", "foo]", "foo =1", "foo==", "foo bar", "foo>=1 <2"),
        *(
            "foo@",
            "foo @ ",
            "foo:bar",
            "ftp://files.example/x",
            "foo==1.0 --hash=x",
            "fóo",
            "x" * 3000,
            "==1.0",
            "@1.0",
        ),
    ],
)
def test_what_is_no_requirement_is_unclear(text: str) -> None:
    with pytest.raises(Unclear):
        requirement(token(text))


@pytest.mark.parametrize("text", ["1.0", "1!2", "1.0a1", "1.0.post2.dev3", "0", "10.20.30rc4"])
def test_canonical_versions_need_no_packaging_and_agree_with_it(text: str) -> None:
    assert pypi_specs._CANONICAL.fullmatch(text)
    assert pypi_specs.exact(text) == text == str(Version(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("alpine", "oci:docker.io/library/alpine@* [alpine||@]"),
        ("docker.io/alpine", "oci:docker.io/library/alpine@* [docker.io/alpine||@]"),
        ("index.docker.io/a/b", "oci:docker.io/a/b@* [index.docker.io/a/b||@]"),
        ("a/b:1", "oci:docker.io/a/b@* [a/b:1||@]"),
        ("GHCR.io/a", "oci:ghcr.io/a@* [GHCR.io/a||@]"),
        ("[::1]:5000/a", "oci:[::1]:5000/a@* [[::1]:5000/a||@]"),
        ("h:1/a__b-c.d", "oci:h:1/a__b-c.d@* [h:1/a__b-c.d||@]"),
        (f"a@{DIGEST}", f"oci:docker.io/library/a@{DIGEST} [a|@{DIGEST}|@]"),
    ],
)
def test_images(text: str, expected: str) -> None:
    assert shown(image(token(text))) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "A", "a/B", "a:", ":1", "a/", "/a", "a//b", "a b", "a@", "a@sha256:0", "a@latest", "a..b", "-a", "a:b:c"),
        *("docker://a", "oci:/a", "docker-archive:/a", "a@" + DIGEST.upper(), "a@" + DIGEST + "0", "0" * 64, "a" * 600),
        *("h:port/a", "a\n", f"a@{DIGEST}\n", "a:t\n", "-h.x/a"),
    ],
)
def test_what_is_no_image_is_unclear(text: str) -> None:
    with pytest.raises(Unclear):
        image(token(text))

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_guard.model import NamedPublisher, Place, Policy
from mcp_guard.policy import ACCEPTABLE, PolicyError, load, too_far

FINGERPRINT = "sha256:" + "0a" * 32
UUID = "0fa5cc1d-9d70-4c0e-8ba1-4a5d1a1b0c0d"
FULL = f"""\
preset = "strict"
require = ["pin", "integrity"]
min-age = "96h"
min-age-new = "30d"
max-status-age = "30m"
network = "required"
deadline = "20s"
exclude = ["tests/fixtures/**"]

[registries]
npm = "https://npm.example/"
pypi = "http://localhost:8080/simple"
"npm:@corp" = "https://npm.corp.example/"

[publishers]
"npm:@corp/*" = "registry:https://npm.corp.example/"
"npm:@corp/one" = {{ repository = "github:corp/one#123", workflow = "release.yml", ref = "refs/heads/main" }}
"pypi:Corp_Two" = "gitlab:corp/group/two"

[remotes]
allow = ["https://*.linear.app/mcp", "http://127.0.0.1:3000/*"]

[programs]
allow = ["gh"]

[[accept]]
rule = "unverified-publisher"
package = "pypi:Some.Name@1.2.3"
reason = "SEC-42"
until = 2027-02-28

[[accept]]
rule = "opaque-launch"
file = ".mcp.json"
server = "x"
fingerprint = "{FINGERPRINT}"
reason = "we wrote it"
until = 2027-01-31
"""


def read(text: str) -> Policy:
    return load({"mcp-guard.toml": text.encode()})


def refused(text: str) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        read(text)
    return caught.value


def test_every_key_is_read() -> None:
    policy = read(FULL)
    assert policy.file == "mcp-guard.toml"
    assert (policy.preset, policy.network) == ("strict", "required")
    assert policy.require == ("pin", "integrity")
    assert policy.min_age == timedelta(hours=96)
    assert policy.min_age_new == timedelta(days=30)
    assert policy.max_status_age == timedelta(minutes=30)
    assert policy.deadline == timedelta(seconds=20)
    assert policy.exclude == ("tests/fixtures/**",)
    assert dict(policy.registries) == {
        "npm": "https://npm.example/",
        "pypi": "http://localhost:8080/simple",
        "npm:@corp": "https://npm.corp.example/",
    }
    assert dict(policy.publishers) == {
        "npm:@corp/*": NamedPublisher("registry:https://npm.corp.example/"),
        "npm:@corp/one": NamedPublisher("github:corp/one#123", "release.yml", "refs/heads/main"),
        "pypi:corp-two": NamedPublisher("gitlab:corp/group/two"),
    }
    assert policy.remotes == ("https://*.linear.app/mcp", "http://127.0.0.1:3000/*")
    assert policy.programs == ("gh",)
    first, second = policy.acceptances
    assert (first.rule, first.package, first.reason) == ("unverified-publisher", "pypi:some-name@1.2.3", "SEC-42")
    assert first.until == date(2027, 2, 28)
    assert (first.file, first.server, first.fingerprint) == (None, None, None)
    assert (second.package, second.file, second.server, second.fingerprint) == (None, ".mcp.json", "x", FINGERPRINT)


def test_places_are_those_of_the_file() -> None:
    policy = read(FULL)
    lines = FULL.splitlines()
    places = dict(policy.places)
    for path, start in {
        "preset": "preset",
        "min-age": "min-age =",
        "registries.npm:@corp": '"npm:@corp"',
        "publishers.pypi:corp-two": '"pypi:Corp_Two"',
        "remotes.allow": "allow",
        "remotes.allow.http://127.0.0.1:3000/*": "",
        "programs.allow.gh": "",
        "exclude.tests/fixtures/**": "",
    }.items():
        place = places[path]
        assert place.file == "mcp-guard.toml"
        assert lines[place.line - 1].startswith(start)
        assert path.rpartition(".")[2].split("/")[-1][:1] in lines[place.line - 1]
    assert [lines[acceptance.place.line - 1] for acceptance in policy.acceptances] == ["[[accept]]", "[[accept]]"]


def test_no_file_an_empty_file_and_a_foreign_pyproject_are_the_default() -> None:
    assert load({}) == Policy()
    assert read("")._replace(file=None) == Policy()
    assert load({"pyproject.toml": b"this is not TOML"}) == Policy()
    assert load({"pyproject.toml": b'[project]\nname = "x"\ndependencies = ["mcp-guard"]\n'}) == Policy()
    assert load({"pyproject.toml": b"\xff\xfe["}) == Policy()


@pytest.mark.parametrize(
    "text",
    [
        '[tool.mcp-guard]\nmin-age = "1h"\n',
        '[tool]\nmcp-guard = { min-age = "1h" }\n',
        'tool.mcp-guard.min-age = "1h"\n',
        '["tool"."\\u006dcp-guard"]\nmin-age = "1h"\n',
        '["tool"."\\U0000006dcp-guard"]\nmin-age = "1h"\n',
    ],
)
def test_pyproject_holds_the_policy_however_its_table_is_spelled(text: str) -> None:
    policy = load({"pyproject.toml": text.encode()})
    assert (policy.file, policy.min_age) == ("pyproject.toml", timedelta(hours=1))


def test_two_policies_are_an_error_that_names_both() -> None:
    with pytest.raises(PolicyError, match=r"mcp-guard\.toml.*pyproject\.toml") as caught:
        load({"mcp-guard.toml": b"", "pyproject.toml": b"\n[tool.mcp-guard]\n"})
    assert (caught.value.place.file, caught.value.place.line) == ("pyproject.toml", 2)


@pytest.mark.parametrize("name", ["mcp-guard.toml", "pyproject.toml"])
def test_a_file_that_is_no_toml_is_an_error_with_its_line(name: str) -> None:
    with pytest.raises(PolicyError) as caught:
        load({name: b'[tool.mcp-guard]\nmin-age = "1h\n'})
    assert (caught.value.place.file, caught.value.place.line) == (name, 2)


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (b"tool = { mcp-guard = 3 }", "table"),
        (b"[[tool.mcp-guard]]", "table"),
        (b"\xef\xbb\xbf[tool.mcp-guard]", "byte order mark"),
        (b"#" + b"x" * (1 << 20) + b"\n[tool.mcp-guard]", "larger"),
    ],
)
def test_a_pyproject_of_the_wrong_shape_is_an_error(data: bytes, part: str) -> None:
    with pytest.raises(PolicyError, match=part):
        load({"pyproject.toml": data})


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ('\nmin_age = "1h"', 2, "did you mean min-age?"),
        ("[zzz]", 1, "write one of preset, require"),
        ('[remote]\nallow = ["x"]', 1, "did you mean remotes?"),
        ('[remotes]\nalow = ["x"]', 2, "remotes.alow is not a key of the policy: did you mean allow?"),
        ("[programs]\ndeny = []", 2, "programs.deny"),
        ('[[accept]]\nrules = "unpinned"', 2, "did you mean rule?"),
        ('[publishers]\n"npm:x" = { identity = "github:a/b", workflows = "x" }', 2, "did you mean workflow?"),
    ],
)
def test_an_unknown_key_is_an_error_with_its_line_and_what_was_meant(text: str, line: int, part: str) -> None:
    error = refused(text)
    assert part in error.message
    assert error.place.line == line
    assert str(error).startswith(f"mcp-guard.toml:{line}:")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("preset = 1", "preset must be a string"),
        ('preset = "strikt"', "did you mean strict?"),
        ('network = ""', "blank"),
        ('network = "always"', "write one of auto, off, required"),
        ("min-age = 72", '"72h"'),
        ('min-age = "72"', '"72h"'),
        ('min-age = "-1h"', '"72h"'),
        ('min-age = "1.5h"', '"72h"'),
        ('min-age = "72h "', '"72h"'),
        ('min-age = "\\u0667h"', '"72h"'),
        ("min-age = 2027-01-01", "in quotes"),
        ('min-age = "999999999d"', "between 0h and 3650d"),
        ('min-age = "9999999999d"', '"72h"'),
        ('deadline = "0s"', "between 1s and 3650d"),
        ('require = "pin"', "list"),
        ("require = []", "must name pin"),
        ('require = ["integrity"]', "must name pin"),
        ('require = ["pin", "provenence"]', "did you mean provenance?"),
        ('require = ["pin", "pin"]', "twice"),
        ("require = [1]", "string"),
        ('require = ["pin", ""]', "blank"),
        ("exclude = {}", "list"),
        ('exclude = ["!x"]', "matches no path"),
        ('exclude = ["a\\\\b"]', "matches no path"),
        ('exclude = ["../x"]', "matches no path"),
        ('exclude = ["/"]', "matches no path"),
        ('exclude = ["a//b"]', "matches no path"),
        ("registries = []", "registries must be a table"),
        ('[registries]\ncargo = "https://x.example/"', "npm, pypi or npm:@scope"),
        ('[registries]\n"npm:corp" = "https://x.example/"', "npm, pypi or npm:@scope"),
        ('[registries]\nnpm = "http://npm.example/"', "https"),
        ('[registries]\nnpm = "http://127.0.0.1.npm.example/"', "https"),
        ('[registries]\nnpm = "https://user:hunter2@npm.example/"', "credentials"),
        ('[registries]\nnpm = "https://npm.example/?token=hunter2"', "credentials"),
        ('[registries]\nnpm = "https://*.npm.example/"', "plain URL"),
        ('[registries]\nnpm = "ftp://npm.example/"', "plain URL"),
        ('[publishers]\nfoo = "github:a/b"', "does not name packages"),
        ('[publishers]\n"npm:*" = "github:a/b"', "does not name packages"),
        ('[publishers]\n"npm:mcp-*" = "github:a/b"', "does not name packages"),
        ('[publishers]\n"npm:x@1.0.0" = "github:a/b"', "does not name packages"),
        ('[publishers]\n"npm:x" = "a/b"', "does not name a publisher"),
        ('[publishers]\n"npm:x" = "github:a"', "does not name a publisher"),
        ('[publishers]\n"npm:x" = "github:a/b#c"', "does not name a publisher"),
        ('[publishers]\n"npm:x" = "registry:https://u:p@x.example/"', "credentials"),
        ('[publishers]\n"npm:x" = 1', "string"),
        ('[publishers]\n"npm:x" = {}', "one of the keys identity and repository"),
        ('[publishers]\n"npm:x" = { identity = "github:a/b", repository = "github:a/b" }', "one of the keys"),
        ('[publishers]\n"npm:x" = { identity = "github:a/b", workflow = "" }', "blank"),
        ('[publishers]\n"npm:x" = { identity = "github:a/b", workflow = 1 }', "string"),
        ('[publishers]\n"npm:x" = { identity = "github:a/b", workflow = "../release.yml" }', "is no workflow"),
        ('[publishers]\n"npm:x" = { identity = "github:a/b", workflow = "a/../release.yml" }', "is no workflow"),
        (
            '[publishers]\n"npm:x" = { identity = "github:a/b", workflow = "release.yml@refs/tags/v1" }',
            "is no workflow",
        ),
        ('[publishers]\n"npm:x" = { identity = "github:a/b", workflow = "/release.yml" }', "is no workflow"),
        ('[publishers]\n"npm:x" = { identity = "github:a/b", workflow = "a//b.yml" }', "is no workflow"),
        ('[publishers]\n"npm:x" = { identity = "github:a/b", workflow = "a/" }', "is no workflow"),
        ('[publishers]\n"npm:x" = { identity = "github:a/b", workflow = "a\\nb" }', "is no workflow"),
        ('[publishers]\n"npm:x" = { identity = "github:a/b", workflow = "a\\u0000b" }', "is no workflow"),
        ('[publishers]\n"npm:x" = { identity = "github:a/b", workflow = "a\\u2028b" }', "is no workflow"),
        ('[publishers]\n"npm:x" = { identity = "github:a/b", ref = "" }', "blank"),
        ('[publishers]\n"npm:x" = { identity = "github:a/b", ref = "main" }', "is no ref"),
        ('[publishers]\n"npm:x" = { identity = "github:a/b", ref = "*" }', "is no ref"),
        ('[publishers]\n"npm:x" = { identity = "github:a/b", ref = "refs/" }', "is no ref"),
        ('[publishers]\n"npm:x" = { identity = "github:a/b", ref = " refs/heads/main" }', "is no ref"),
        ('[publishers]\n"npm:x" = { identity = "github:a/b", ref = "refs/heads/\\u007f" }', "is no ref"),
        ('[publishers]\n"npm:x" = { identity = "github:a/b", ref = ["refs/heads/main"] }', "string"),
        (
            '[publishers]\n"npm:x" = { identity = "registry:https://x.example/", ref = "refs/heads/main" }',
            "delete these",
        ),
        ('[publishers]\n"npm:x" = { identity = "google:a@x.example", workflow = "release.yml" }', "delete these keys"),
        ('[publishers]\n"npm:x" = "google:a"', "does not name a publisher"),
        ('[publishers]\n"npm:x" = "google:a@b@c"', "does not name a publisher"),
        ('[publishers]\n"npm:x" = "google:@x.example"', "does not name a publisher"),
        ('[publishers]\n"npm:x" = "google:a@x.example#1"', "does not name a publisher"),
        ('[publishers]\n"npm:x" = "circleci:a/b"', "does not name a publisher"),
        (f'[publishers]\n"npm:x" = "circleci:{UUID}"', "does not name a publisher"),
        (f'[publishers]\n"npm:x" = "circleci:{UUID}/{UUID.upper()}"', "does not name a publisher"),
        ('[publishers]\n"npm:x" = "github:\u0430/b"', "does not name a publisher"),
        ('[publishers]\n"npm:x" = "github:a/b#\u0661"', "does not name a publisher"),
        ('[publishers]\n"npm:x" = "github:a/b/c"', "does not name a publisher"),
        ('[publishers]\n"npm:x" = "activestate:a/b"', "does not name a publisher"),
        ('[publishers]\n"pypi:a-b" = "github:a/b"\n"pypi:A_B" = "github:a/b"', "twice"),
        ('[remotes]\nallow = ["mcp.linear.app"]', "no remote"),
        ('[remotes]\nallow = ["*"]', "no remote"),
        ('[remotes]\nallow = ["https://*"]', "no remote"),
        ('[remotes]\nallow = ["https://*/"]', "no remote"),
        ('[remotes]\nallow = ["https://*.com/"]', "no remote"),
        ('[remotes]\nallow = ["https://*.0.0.1/"]', "no remote"),
        ('[remotes]\nallow = ["https://a.*.example/"]', "no remote"),
        ('[remotes]\nallow = ["https://a.example/x*"]', "no remote"),
        ('[remotes]\nallow = ["https://a.example/x?y"]', "no remote"),
        ('[remotes]\nallow = ["https://a.example/#x"]', "no remote"),
        ('[remotes]\nallow = ["https://a.example/${X}"]', "no remote"),
        ('[remotes]\nallow = ["https://u@a.example/"]', "no remote"),
        ('[programs]\nallow = ["gh", "gh"]', "twice"),
        ("[programs]\nallow = [[]]", "string"),
    ],
)
def test_a_wrong_value_is_an_error_that_says_what_to_write(text: str, part: str) -> None:
    error = refused(text)
    assert part in error.message
    assert error.place.file == "mcp-guard.toml"
    assert error.place.line == text.count("\n") + 1
    assert "hunter2" not in str(error)


@pytest.mark.parametrize(
    ("entry", "publisher"),
    [
        ('"github:a-B/.c_D#1"', NamedPublisher("github:a-B/.c_D#1")),
        ('"gitlab:a/b/c/d#1"', NamedPublisher("gitlab:a/b/c/d#1")),
        (
            '"google:me+x@project.iam.gserviceaccount.example"',
            NamedPublisher("google:me+x@project.iam.gserviceaccount.example"),
        ),
        (f'"circleci:{UUID}/{UUID}"', NamedPublisher(f"circleci:{UUID}/{UUID}")),
        ('{ identity = "google:a@b" }', NamedPublisher("google:a@b")),
        ('{ repository = "github:a/b" }', NamedPublisher("github:a/b")),
        ('{ identity = "github:a/b", workflow = "a b.yml" }', NamedPublisher("github:a/b", "a b.yml")),
        (
            '{ ref = "refs/*", identity = "gitlab:a/b", workflow = ".github/workflows/r.yml" }',
            NamedPublisher("gitlab:a/b", ".github/workflows/r.yml", "refs/*"),
        ),
    ],
)
def test_a_publisher_is_a_string_or_a_table(entry: str, publisher: NamedPublisher) -> None:
    assert read(f'[publishers]\n"npm:x" = {entry}').publishers == (("npm:x", publisher),)


ACCEPT = {
    "rule": '"unpinned"',
    "package": '"npm:x@1.2.3"',
    "reason": '"because"',
    "until": "2027-01-31",
}


def accept(**keys: str | None) -> str:
    merged = {**ACCEPT, **keys}
    return "[[accept]]\n" + "".join(f"{key} = {value}\n" for key, value in merged.items() if value is not None)


@pytest.mark.parametrize(
    ("keys", "part"),
    [
        ({"rule": None}, "needs the key rule"),
        ({"rule": '"unpined"'}, "did you mean unpinned?"),
        ({"rule": '"known-malicious"'}, "nobody can accept: malware is removed"),
        ({"rule": '"integrity-mismatch"'}, "nobody can accept"),
        ({"rule": '"proof-invalid"'}, "nobody can accept: what is signed wrongly"),
        ({"rule": '"ambiguous-document"'}, "nobody can accept"),
        ({"rule": '"definition-changed"'}, "nobody can accept: run mcp-guard pin"),
        ({"reason": None}, "needs the key reason"),
        ({"reason": '" \\t "'}, "blank"),
        ({"reason": "1"}, "string"),
        ({"until": None}, "needs the key until"),
        ({"until": '"2027-01-31"'}, "without quotes"),
        ({"until": "2027-01-31T00:00:00Z"}, "without quotes"),
        ({"until": "20270131"}, "without quotes"),
        ({"package": None}, "needs package, or file, server and fingerprint"),
        ({"package": '"npm:x"'}, "one exact version"),
        ({"package": '"npm:x@latest"'}, "one exact version"),
        ({"package": '"npm:x@^1.2.3"'}, "one exact version"),
        ({"package": '"npm:x@1.2"'}, "one exact version"),
        ({"package": '"pypi:x@1.*"'}, "one exact version"),
        ({"package": '"oci:ghcr.io/x/y@latest"'}, "one exact version"),
        ({"package": '"gem:x@1.2.3"'}, "one exact version"),
        ({"file": '".mcp.json"'}, "a package and a server"),
        ({"package": None, "file": '".mcp.json"', "server": '"x"'}, "together"),
        ({"package": None, "file": '"f"', "server": '"x"', "fingerprint": '"sha256:0a"'}, "64 digits"),
        ({"package": None, "file": '""', "server": '"x"', "fingerprint": '"sha256:0a"'}, "blank"),
    ],
)
def test_an_incomplete_acceptance_is_an_error(keys: dict[str, str | None], part: str) -> None:
    assert part in refused(accept(**keys)).message


@pytest.mark.parametrize("text", ["accept = 1", "accept = [1]", "[accept]\nrule = 'unpinned'"])
def test_acceptances_are_a_list_of_tables(text: str) -> None:
    assert "table" in refused(text).message


@pytest.mark.parametrize(
    "package",
    [
        "npm:@scope/name@1.2.3-rc.1+build",
        "npm:name@" + "a" * 40,
        "pypi:name@1!2.0.post1+local",
        "oci:ghcr.io/org/name@sha256:" + "0" * 64,
    ],
)
def test_an_acceptance_names_one_exact_package(package: str) -> None:
    assert read(accept(package=f'"{package}"')).acceptances[0].package == package


def test_what_can_be_accepted_holds_no_lock_rule_and_nothing_of_malware() -> None:
    assert "unverified-publisher" in ACCEPTABLE
    forbidden = {"known-malicious", "integrity-mismatch", "ambiguous-document", "not-locked", "definition-changed"}
    assert not ACCEPTABLE & forbidden
    assert not any(rule.startswith(("lock-", "lockfile-", "acceptance-", "policy-")) for rule in ACCEPTABLE)


def test_an_acceptance_lasts_180_days_at_most() -> None:
    acceptance = read(accept(until="2027-01-31")).acceptances[0]
    assert not too_far(acceptance, date(2027, 1, 31) - timedelta(days=180))
    assert too_far(acceptance, date(2027, 1, 31) - timedelta(days=181))
    assert not too_far(acceptance, date(2099, 1, 1))


def test_an_error_about_the_whole_acceptance_has_its_place() -> None:
    error = refused(accept() + "\n" + accept(package=None))
    assert error.place == Place("mcp-guard.toml", 7, 3, 7, 9)


def mutations(data: bytes) -> st.SearchStrategy[bytes]:
    position = st.integers(0, len(data))
    return st.builds(
        lambda start, end, new: data[: min(start, end)] + new + data[max(start, end) :],
        position,
        position,
        st.binary(max_size=4),
    )


def outcome(name: str, data: bytes) -> Policy | str:
    try:
        return load({name: data})
    except PolicyError as error:
        return error.place.file


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | mutations(FULL.encode()), st.sampled_from(["mcp-guard.toml", "pyproject.toml"]))
def test_any_bytes_are_a_policy_or_a_policy_error(data: bytes, name: str) -> None:
    found = outcome(name, data)
    assert isinstance(found, Policy) or found == name
    assert outcome(name, data) == found

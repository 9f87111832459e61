from __future__ import annotations

import json
from base64 import b64encode
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_guard import model
from mcp_guard.lock import LOCK_FILE, LOCK_LIMIT, LockError, dump, entry_digest, parse
from mcp_guard.lock.values import read_hex, read_purl, read_sri, read_time, sri_text, time_text
from mcp_guard.model import (
    JSON,
    Digest,
    Ecosystem,
    Kind,
    Level,
    Lock,
    LockedPackage,
    LockedServer,
    Place,
    Proof,
    Publisher,
    Release,
    Signature,
)

NOWHERE = Place(LOCK_FILE)
FINGERPRINT = "sha256:" + "0a" * 32
NPM = "pkg:npm/%40scope/name@1.2.3"
PYPI = "pkg:pypi/mcp-server-git@2025.1.14"
OCI = f"pkg:oci/name@sha256:{'0b' * 32}?repository_url=ghcr.io/org/name"
LEVELS: tuple[Level, ...] = ("proven", "declared", "absent", "unavailable")
KINDS: tuple[Kind, ...] = ("package", "image", "remote", "local", "program", "opaque")

EXPECTED = """\
{
  "configs": {
    ".mcp.json": {
      "git": {
        "fingerprint": "sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a",
        "kind": "package",
        "packages": [
          "pkg:npm/%40scope/name@1.2.3",
          "pkg:pypi/mcp-server-git@2025.1.14"
        ]
      },
      "linear": {
        "fingerprint": "sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a",
        "kind": "remote"
      }
    }
  },
  "packages": {
    "pkg:npm/%40scope/name@1.2.3": {
      "account": "someone",
      "digests": "sha512-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
      "evidence": {
        "attestations": "proven",
        "integrity": "proven",
        "published": "declared",
        "publisher": "proven",
        "signatures": "proven"
      },
      "install-scripts": [
        "postinstall"
      ],
      "proofs": "0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c",
      "published": "2026-08-31T12:00:00Z",
      "publisher": {
        "identity": "github:octo/server#4711",
        "owner-id": "42",
        "ref": "refs/tags/v1",
        "signer": "https://github.com/octo/ci/.github/workflows/sign.yml@refs/heads/main",
        "trigger": "release",
        "workflow": ".github/workflows/release.yml"
      },
      "signatures": {
        "SHA256:a": "AAE=",
        "SHA256:b": "AA=="
      }
    },
    "pkg:pypi/mcp-server-git@2025.1.14": {
      "account": "else",
      "digests": {
        "a-1.tar.gz": "sha256:0000000000000000000000000000000000000000000000000000000000000000",
        "a-1.whl": "sha256:0101010101010101010101010101010101010101010101010101010101010101"
      },
      "evidence": {
        "attestations": "declared",
        "integrity": "declared",
        "published": "absent",
        "publisher": "declared",
        "signatures": "absent"
      },
      "proofs": {
        "a-1.tar.gz": "0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e0e",
        "a-1.whl": "0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d"
      },
      "registry": "https://pypi.example/simple"
    }
  },
  "version": 1
}
"""


def lock(*entries: LockedPackage | LockedServer) -> Lock:
    packages = {entry.purl: entry for entry in entries if isinstance(entry, LockedPackage)}
    servers = {(entry.file, entry.name): entry for entry in entries if isinstance(entry, LockedServer)}
    return Lock(packages, servers)


def package(purl: str = NPM, release: Release | None = None) -> LockedPackage:
    return LockedPackage(purl, release or Release((), None, Publisher("absent")), NOWHERE)


def server(file: str, name: str, kind: Kind, *packages: str) -> LockedServer:
    return LockedServer(file, name, kind, packages, FINGERPRINT, NOWHERE)


PROVEN = Publisher(
    "proven",
    "github:octo/server#4711",
    ".github/workflows/release.yml",
    "refs/tags/v1",
    "release",
    "https://github.com/octo/ci/.github/workflows/sign.yml@refs/heads/main",
    "42",
)
NPM_RELEASE = Release(
    (Digest("sha512", "00" * 64),),
    datetime(2026, 8, 31, 14, tzinfo=timezone(timedelta(hours=2))),
    PROVEN,
    ("postinstall",),
    deprecated="old",
    signatures="proven",
    attestations="proven",
    account="someone",
    signed=(Signature("SHA256:b", "AA=="), Signature("SHA256:a", "AAE=")),
    proofs=(Proof("", "0c" * 32, '{"what": "a text"}'),),
    weaker_than="1.2.2",
)
PYPI_RELEASE = Release(
    (Digest("sha256", "01" * 32, "a-1.whl"), Digest("sha256", "00" * 32, "a-1.tar.gz")),
    None,
    Publisher("declared", "else"),
    registry="https://pypi.example/simple",
    withdrawn="yanked",
    attestations="declared",
    account="else",
    proofs=(Proof("a-1.whl", "0d" * 32), Proof("a-1.tar.gz", "0e" * 32)),
)


def changed_release(**changes: object) -> LockedPackage:
    return package(release=Release(**{**NPM_RELEASE._asdict(), **changes}))


SAMPLE = lock(
    server(".mcp.json", "linear", "remote"),
    server(".mcp.json", "git", "package", PYPI, NPM),
    package(PYPI, PYPI_RELEASE),
    package(NPM, NPM_RELEASE),
)


def normal(content: Lock) -> Lock:
    """What the format keeps of facts."""

    def kept(release: Release) -> Release:
        published = release.published and release.published.astimezone(timezone.utc)
        return release._replace(
            digests=tuple(sorted(set(release.digests))),
            install_scripts=tuple(sorted(set(release.install_scripts))),
            published=published,
            withdrawn=None,
            deprecated=None,
            signed=tuple(sorted(set(release.signed))),
            proofs=tuple(sorted({proof._replace(text="") for proof in release.proofs})),
            weaker_than=None,
        )

    return Lock(
        {purl: LockedPackage(purl, kept(entry.release), NOWHERE) for purl, entry in content.packages.items()},
        {
            key: entry._replace(packages=tuple(sorted(set(entry.packages))), place=NOWHERE)
            for key, entry in content.servers.items()
        },
    )


def test_the_file_is_sorted_readable_and_ends_in_a_line_end() -> None:
    assert dump(SAMPLE).decode() == EXPECTED
    assert dump(Lock({}, {})) == b'{\n  "configs": {},\n  "packages": {},\n  "version": 1\n}\n'


def test_the_file_reads_back_with_places() -> None:
    found = parse("mcp-guard.lock", EXPECTED.encode())
    assert normal(found) == normal(SAMPLE)
    lines = EXPECTED.splitlines()
    for place, name in [
        *((entry.place, entry.purl) for entry in found.packages.values()),
        *((entry.place, entry.name) for entry in found.servers.values()),
    ]:
        assert place.file == "mcp-guard.lock"
        assert place.line == place.end_line
        assert lines[place.line - 1][place.column - 1 : place.end_column - 1] == f'"{name}"'


def test_what_can_change_later_is_not_in_the_lock() -> None:
    for word in (b"yanked", b"old", b"1.2.2", b"a text"):
        assert word not in dump(SAMPLE)


def test_signatures_and_proofs_read_back_sorted_and_without_texts() -> None:
    found = parse(LOCK_FILE, EXPECTED.replace("SHA256:b", "SHA256:A").encode()).packages
    assert found[NPM].release.signed == (Signature("SHA256:A", "AA=="), Signature("SHA256:a", "AAE="))
    assert found[NPM].release.proofs == (Proof("", "0c" * 32),)
    assert found[PYPI].release.proofs == (Proof("a-1.tar.gz", "0e" * 32), Proof("a-1.whl", "0d" * 32))
    assert found[NPM].release.publisher == PROVEN
    assert (found[NPM].release.account, found[PYPI].release.account) == ("someone", "else")


def test_places_are_those_of_the_keys_and_not_of_equal_texts() -> None:
    content = lock(server("kind", "kind", "remote"), server(NPM, "packages", "package", NPM), package())
    found = parse(LOCK_FILE, dump(content))
    lines = dump(content).decode().splitlines()
    assert lines[found.packages[NPM].place.line - 1].startswith('    "pkg:')
    assert found.packages[NPM].place.line > found.servers[NPM, "packages"].place.line
    assert lines[found.servers["kind", "kind"].place.line - 1] == '      "kind": {'


def test_a_lock_with_crlf_and_other_indent_is_the_same_lock() -> None:
    compact = json.dumps(json.loads(EXPECTED)).encode()
    for data in (EXPECTED.replace("\n", "\r\n").encode(), compact, b"\n\t " + compact + b" \n"):
        assert dump(parse(LOCK_FILE, data)).decode() == EXPECTED


# ------------------------------------------------------------------------------------------------ properties

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
HEX = {"sha1": 40, "sha256": 64, "sha384": 96, "sha512": 128}


def digests(artifacts: st.SearchStrategy[str]) -> st.SearchStrategy[Digest]:
    def of(algorithm: str) -> st.SearchStrategy[Digest]:
        values = st.sampled_from("0af").map(lambda digit: digit * HEX[algorithm])
        return st.builds(Digest, st.just(algorithm), values, artifacts)

    return st.sampled_from(sorted(HEX)).flatmap(of)


LINES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=8)


def publishers(account: str, attestations: Level) -> st.SearchStrategy[Publisher]:
    """Proven where something attests it, or what an account alone amounts to."""
    proven = st.builds(Publisher, st.just("proven"), LINES, *[st.just("") | LINES] * 5)
    nobody = st.builds(Publisher, st.sampled_from(LEVELS[2:]), *[st.just("")] * 6)
    other = st.just(Publisher("declared", account)) if account else nobody
    return proven | other if attestations == "proven" else other


def releases(artifacts: st.SearchStrategy[str]) -> st.SearchStrategy[Release]:
    """Releases whose levels are borne out, as everything but a mistake makes them."""

    @st.composite
    def built(draw: st.DrawFn) -> Release:
        found = draw(st.lists(digests(artifacts), max_size=4).map(tuple))
        covered = sorted({digest.artifact for digest in found})
        names = draw(st.dictionaries(st.sampled_from(covered), st.sampled_from("0a"), max_size=3)) if covered else {}
        texts = draw(st.sampled_from(["", "{}"]))
        proofs = tuple(Proof(file, name * 64, texts) for file, name in names.items())
        keys = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=4)
        values = st.binary(min_size=1, max_size=4).map(lambda data: b64encode(data).decode())
        signed = tuple(Signature(*pair) for pair in draw(st.dictionaries(keys, values, max_size=3)).items())
        account = draw(st.just("") | NAMES)
        attestations = draw(st.sampled_from(LEVELS if proofs else LEVELS[1:]))
        return Release(
            digests=found,
            published=draw(st.none() | st.datetimes(timezones=st.just(timezone.utc))),
            publisher=draw(publishers(account, attestations)),
            install_scripts=draw(st.lists(NAMES, max_size=3).map(tuple)),
            withdrawn=draw(st.none() | NAMES),
            deprecated=draw(st.none() | NAMES),
            signatures=draw(st.sampled_from(LEVELS if signed and found else LEVELS[1:])),
            attestations=attestations,
            registry=draw(st.sampled_from([None, "https://npm.example/", "http://localhost:80/x"])),
            account=account,
            signed=signed,
            proofs=proofs,
            weaker_than=draw(st.none() | NAMES),
        )

    return built()


def entries() -> st.SearchStrategy[LockedPackage]:
    names = st.sampled_from(["a", "@s/b", "c-d", "ä"])
    versions = st.sampled_from(["1.0.0", "1.0.0+x", "2!1", "1.0.0-rc.1"])

    def of(ecosystem: Ecosystem) -> st.SearchStrategy[LockedPackage]:
        artifacts = NAMES if ecosystem == "pypi" else st.just("")
        purls = st.builds(lambda name, version: model.purl(ecosystem, name, version), names, versions)
        return st.builds(LockedPackage, purls, releases(artifacts), st.just(NOWHERE))

    ecosystems: tuple[Ecosystem, ...] = ("npm", "pypi", "oci")
    return st.sampled_from(ecosystems).flatmap(of)


def locks() -> st.SearchStrategy[Lock]:
    purls = st.lists(st.sampled_from([NPM, PYPI, OCI]), max_size=3).map(tuple)
    servers = st.builds(
        LockedServer, NAMES, NAMES, st.sampled_from(KINDS), purls, st.just(FINGERPRINT), st.just(NOWHERE)
    )
    return st.builds(lambda parts: lock(*parts), st.lists(entries() | servers, max_size=5))


@settings(max_examples=80, deadline=None)
@given(locks())
def test_what_is_dumped_reads_back_and_dumps_the_same(content: Lock) -> None:
    data = dump(content)
    found = parse(LOCK_FILE, data)
    assert dump(found) == data
    assert normal(found) == normal(content)


@settings(max_examples=80, deadline=None)
@given(locks(), locks())
def test_different_facts_are_different_bytes(one: Lock, other: Lock) -> None:
    assert (dump(one) == dump(other)) is (normal(one) == normal(other))


@settings(max_examples=80, deadline=None)
@given(entries(), entries())
def test_digests_of_entries_tell_them_apart(one: LockedPackage, other: LockedPackage) -> None:
    same = normal(lock(one)) == normal(lock(other))
    assert (entry_digest(one) == entry_digest(other)) is same
    assert entry_digest(one) == entry_digest(one._replace(place=Place("elsewhere", 9)))
    assert len(entry_digest(one)) == 64


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=100)
    | st.text('{}[]",:ab\\u \n', max_size=60).map(str.encode)
    | st.builds(
        lambda start, end, new: EXPECTED[:start] + new + EXPECTED[start + end :],
        st.integers(0, len(EXPECTED)),
        st.integers(0, 30),
        st.text('{}[]",:ab\\ \n0', max_size=3),
    ).map(str.encode)
)
def test_any_bytes_are_a_lock_or_a_lock_error(data: bytes) -> None:
    found = outcome(data)
    if isinstance(found, LockError):
        assert (found.place.file, bool(found.message)) == ("x/mcp-guard.lock", True)
        assert str(found).startswith(f"x/mcp-guard.lock:{found.place.line}:")
    else:
        assert dump(parse(LOCK_FILE, dump(found))) == dump(found)


def outcome(data: bytes) -> Lock | LockError:
    try:
        return parse("x/mcp-guard.lock", data)
    except LockError as error:
        return error


# ------------------------------------------------------------------------------------------------ bad locks


def refused(data: bytes | str) -> LockError:
    with pytest.raises(LockError) as caught:
        parse(LOCK_FILE, data.encode() if isinstance(data, str) else data)
    return caught.value


def changed(*path: str, to: JSON) -> str:
    """The expected file with the value at a path replaced."""
    content: JSON = json.loads(EXPECTED)
    here = content
    for step in path[:-1]:
        assert isinstance(here, dict)
        here = here[step]
    assert isinstance(here, dict)
    here[path[-1]] = to
    return json.dumps(content, indent=2)


@pytest.mark.parametrize(
    ("data", "line", "part"),
    [
        (
            EXPECTED.replace('    "pkg:npm', '<<<<<<< HEAD\n    "pkg:npm'),
            20,
            "resolve the conflict, then run mcp-guard pin",
        ),
        (EXPECTED.replace('  "version"', '=======\n  "version"'), 67, "resolve the conflict"),
        (EXPECTED + ">>>>>>> branch", 69, "resolve the conflict"),
        (EXPECTED.replace('"version": 1', '"version": 2'), 67, "newer mcp-guard: update"),
        ('{"version": 2, "something": "else"}', 1, "newer mcp-guard: update"),
        (EXPECTED.replace('"version": 1', '"version": 0'), 67, "must have a version"),
        (EXPECTED.replace('"version": 1', '"version": true'), 67, "must have a version"),
        (EXPECTED.replace('"version": 1', '"version": "1"'), 67, "must have a version"),
        (EXPECTED.replace('"version": 1', '"version": 1.0'), 67, "must have a version"),
        (EXPECTED.replace('"version": 1', '"version": {}'), 67, "must have a version"),
        ("{}", 1, "must have a version"),
        ('{"version": 1}', 1, "needs the key configs"),
        (EXPECTED.replace('"version": 1', '"version": 1, "x": 1'), 67, '"x" is not known'),
        (EXPECTED.replace('"version": 1', '"version": 1, "version": 1'), 67, "twice"),
        (EXPECTED.replace('"linear"', '"git"'), 12, "twice"),
        (EXPECTED.replace('"signatures": "proven"', '"integrity": "proven"'), 27, "twice"),
        (EXPECTED.replace('"a-1.whl"', '"a-1.tar.gz"'), 51, "twice"),
        (EXPECTED.replace('"SHA256:b"', '"SHA256:a"'), 44, "twice"),
        (EXPECTED.replace('"trigger"', '"ref"'), 39, "twice"),
        (EXPECTED.replace('"kind": "remote"', '"kind": "remote",'), 15, "not JSON"),
        (EXPECTED[:-3], 67, "not JSON"),
        (EXPECTED + "{}", 69, "follows the end"),
        ("", 1, "not JSON"),
        ("[]", 1, "must be an object"),
        ("null", 1, "must be an object"),
        ("\ufeff{}", 1, "not JSON"),
        ("// comment\n{}", 1, "not JSON"),
        ('{"version": NaN}', 1, "NaN"),
        ('{"version": 1, "configs": [{"a": 1, "a": 2}]}', 1, "twice"),
        ('{"version": ' + "9" * 5000 + "}", 1, "not JSON"),
        ('{"version": ' + "[" * 100_000 + "}", 1, "not JSON"),
        ('{"a": ' * 100_000, 1, "not JSON"),
        ("{1: 2}", 1, "key in double quotes"),
        ('{"version" 1}', 1, "':' is missing"),
        ('{"version": 1 "x"}', 1, "',' is missing"),
        (b'{\n"\xff": 1}', 2, "UTF-8"),
        (EXPECTED.encode("utf-16"), 1, "UTF-8"),
        (b" " * (LOCK_LIMIT + 1), 1, "16 MiB"),
    ],
)
def test_a_damaged_lock_is_an_error_with_its_line_and_what_to_do(data: bytes | str, line: int, part: str) -> None:
    error = refused(data)
    assert part in error.message
    assert "mcp-guard" in error.message
    assert (error.place.file, error.place.line) == (LOCK_FILE, line)


SERVER = ("configs", ".mcp.json", "git")
ZERO = "sha512-" + "A" * 86 + "=="


@pytest.mark.parametrize(
    ("path", "to", "part"),
    [
        (("configs",), [], "must be an object"),
        (("configs", ".mcp.json"), 1, "must be an object"),
        (SERVER, None, "must be an object"),
        ((*SERVER, "verdict"), "verified", "not known"),
        ((*SERVER, "kind"), "plugin", "must be one of package, image"),
        ((*SERVER, "kind"), 1, "must be one of"),
        ((*SERVER, "fingerprint"), "sha256:0A", "64 digits"),
        ((*SERVER, "fingerprint"), 1, "string"),
        ((*SERVER, "packages"), NPM, "list"),
        ((*SERVER, "packages"), [], "list"),
        ((*SERVER, "packages"), [NPM, NPM], "different"),
        ((*SERVER, "packages"), [1], "strings"),
        ((*SERVER, "packages"), [NPM, "pkg:gem/x@1"], "purl"),
        (("packages",), [], "must be an object"),
        (("packages", "pkg:npm/x"), {}, "purl"),
        (("packages", "pkg:gem/x@1"), {}, "types npm, pypi, oci"),
        (("packages", "x"), {}, "types npm, pypi, oci"),
        (("packages", "pkg:npm/@scope/name@1.2.3"), {}, "purl"),
        (("packages", "pkg:npm/%40scope/name@1.2.3?x=y"), {}, "purl"),
        (("packages", "pkg:npm//name@1"), {}, "purl"),
        (("packages", "pkg:npm/%6eame@1"), {}, "written as"),
        (("packages", "pkg:npm/\ud800@1"), {}, ""),
        (("packages", "pkg:oci/name@1"), {}, "written as"),
        (("packages", "pkg:npm/x@1"), {}, "needs the key evidence"),
        (("packages", NPM, "withdrawn"), "yanked", "not known"),
        (("packages", NPM, "digests"), {"": ZERO}, "string"),
        (("packages", NPM, "digests"), "", "string"),
        (("packages", NPM, "digests"), ZERO[:-1], "SRI"),
        (("packages", NPM, "digests"), ZERO.replace("A==", "B=="), "SRI"),
        (("packages", NPM, "digests"), ZERO + "  " + ZERO, "algorithm"),
        (("packages", NPM, "digests"), "sha512-AAAA", "sha512 digest"),
        (("packages", NPM, "digests"), "md5-" + "A" * 22 + "==", "algorithm"),
        (("packages", NPM, "digests"), "sha512", "sha512"),
        (("packages", PYPI, "digests"), "sha256:" + "00" * 32, "object"),
        (("packages", PYPI, "digests"), {}, "empty"),
        (("packages", PYPI, "digests"), {"a": "sha256:" + "0A" * 32}, "sha256 digest"),
        (("packages", PYPI, "digests"), {"a": "sha256-" + "00" * 32}, "algorithm"),
        (("packages", PYPI, "digests"), {"a": 1}, "string"),
        (("packages", NPM, "published"), "2026-08-31", "time"),
        (("packages", NPM, "published"), "2026-08-31T12:00:00.000000Z", "written as"),
        (("packages", NPM, "published"), "2026-08-31T14:00:00+02:00", "time"),
        (("packages", NPM, "published"), "2026-02-30T12:00:00Z", "day"),
        (("packages", NPM, "published"), 1, "string"),
        (("packages", NPM, "install-scripts"), "postinstall", "list"),
        (("packages", NPM, "install-scripts"), [], "list"),
        (("packages", NPM, "registry"), "https://user:hunter2@npm.example/", "without user name"),
        (("packages", NPM, "registry"), "https://npm.example/?token=hunter2", "without user name"),
        (("packages", NPM, "registry"), "npm.example", "URL"),
        (("packages", NPM, "account"), "", "string"),
        (("packages", NPM, "account"), ["someone"], "string"),
        (("packages", NPM, "weaker-than"), "1.2.2", "not known"),
        (("packages", NPM, "publisher"), "github:octo/server", "object"),
        (("packages", NPM, "publisher"), {}, "needs the key identity"),
        (("packages", NPM, "publisher"), {"ref": "refs/tags/v1"}, "needs the key identity"),
        (("packages", NPM, "publisher", "level"), "proven", "not known"),
        (("packages", NPM, "publisher", "owner_id"), "42", "not known"),
        (("packages", NPM, "publisher", "owner-id"), 42, "string"),
        (("packages", NPM, "publisher", "workflow"), "", "string"),
        (("packages", NPM, "publisher", "identity"), "", "string"),
        (("packages", NPM, "publisher", "identity"), {"of": "x"}, "string"),
        (("packages", NPM, "publisher", "identity"), "github:octo/server\n", "one line"),
        (("packages", NPM, "publisher", "identity"), "a\u0085b", "one line"),
        (("packages", NPM, "publisher", "ref"), "refs/tags/v1\x1b[2J", "one line"),
        (("packages", NPM, "publisher", "signer"), "a\u2028b", "one line"),
        (("packages", NPM, "signatures"), "AA==", "object"),
        (("packages", NPM, "signatures"), [], "object"),
        (("packages", NPM, "signatures"), {}, "empty"),
        (("packages", NPM, "signatures"), {"": "AA=="}, "empty"),
        (("packages", NPM, "signatures"), {"SHA256:a\n": "AA=="}, "key id"),
        (("packages", NPM, "signatures"), {"a\x00b": "AA=="}, "key id"),
        (("packages", NPM, "signatures"), {"a b": "AA=="}, "key id"),
        (("packages", NPM, "signatures"), {"\u202ea": "AA=="}, "key id"),
        (("packages", NPM, "signatures"), {"a": {}}, "string"),
        (("packages", NPM, "signatures"), {"a": ""}, "string"),
        (("packages", NPM, "signatures"), {"a": "AB=="}, "base64"),
        (("packages", NPM, "signatures"), {"a": "AAB="}, "base64"),
        (("packages", NPM, "signatures"), {"a": "AA"}, "base64"),
        (("packages", NPM, "signatures"), {"a": "AA=="[::-1]}, "base64"),
        (("packages", NPM, "signatures"), {"a": "AA==\n"}, "base64"),
        (("packages", NPM, "signatures"), {"a": "AAA A"}, "base64"),
        (("packages", NPM, "signatures"), {"a": "AA==AA=="}, "base64"),
        (("packages", NPM, "signatures"), {"a": "_-8="}, "base64"),
        (("packages", NPM, "proofs"), {"": "0c" * 32}, "string"),
        (("packages", NPM, "proofs"), ["0c" * 32], "string"),
        (("packages", NPM, "proofs"), "", "string"),
        (("packages", NPM, "proofs"), "0C" * 32, "64 digits"),
        (("packages", NPM, "proofs"), "0c" * 31, "64 digits"),
        (("packages", NPM, "proofs"), "0c" * 32 + "\n", "64 digits"),
        (("packages", NPM, "proofs"), "../" + "0c" * 31, "64 digits"),
        (("packages", NPM, "proofs"), "sha256:" + "0c" * 32, "64 digits"),
        (("packages", PYPI, "proofs"), "0c" * 32, "object"),
        (("packages", PYPI, "proofs"), {}, "empty"),
        (("packages", PYPI, "proofs"), {"": "0c" * 32}, "empty"),
        (("packages", PYPI, "proofs"), {"a-1.whl": 1}, "string"),
        (("packages", PYPI, "proofs"), {"a-1.whl": {"a": "0c" * 32}}, "string"),
        (("packages", PYPI, "proofs"), {"a-1.whl": "0c"}, "64 digits"),
        (("packages", PYPI, "proofs"), {"a-2.whl": "0c" * 32}, "no digest"),
        (("packages", PYPI, "proofs"), {"A-1.whl": "0c" * 32}, "no digest"),
        (("packages", PYPI, "digests"), {"": "sha256:" + "00" * 32}, "empty"),
        (("packages", PYPI, "digests"), {"a-1.whl": "sha256:" + "00" * 32}, "no digest"),
        (("packages", NPM, "evidence"), "declared", "object"),
        (("packages", NPM, "evidence", "integrity"), "absent", "contradicts"),
        (("packages", NPM, "evidence", "integrity"), "declared", "contradicts"),
        (("packages", NPM, "evidence", "integrity"), "unavailable", "contradicts"),
        (("packages", PYPI, "evidence", "integrity"), "proven", "contradicts"),
        (("packages", NPM, "evidence", "published"), "absent", "contradicts"),
        (("packages", NPM, "evidence", "published"), "proven", "contradicts"),
        (("packages", PYPI, "evidence", "published"), "declared", "contradicts"),
        (("packages", NPM, "evidence", "publisher"), "declared", "contradicts"),
        (("packages", NPM, "evidence", "publisher"), "absent", "contradicts"),
        (("packages", NPM, "evidence", "publisher"), "unavailable", "contradicts"),
        (("packages", PYPI, "evidence", "publisher"), "proven", "contradicts"),
        (("packages", PYPI, "evidence", "publisher"), "absent", "contradicts"),
        (("packages", PYPI, "evidence", "publisher"), "unavailable", "contradicts"),
        (("packages", PYPI, "evidence", "signatures"), "proven", "contradicts"),
        (("packages", NPM, "evidence", "publisher"), "trusted", "must be one of proven"),
        (("packages", NPM, "evidence", "publisher"), 1, "must be one of"),
        (("packages", NPM, "evidence", "mood"), "proven", "not known"),
    ],
)
def test_a_value_of_another_shape_is_an_error(path: tuple[str, ...], to: JSON, part: str) -> None:
    error = refused(changed(*path, to=to))
    assert part in error.message
    assert "restore the lock, or delete it and run mcp-guard pin" in error.message
    assert "hunter2" not in str(error)


@pytest.mark.parametrize(
    ("purl", "gone", "part"),
    [
        (NPM, ["publisher"], "publisher"),
        (NPM, ["publisher", "account"], "publisher"),
        (PYPI, ["account"], "publisher"),
        (NPM, ["signatures"], "signatures"),
        (NPM, ["proofs"], "attestations"),
        (NPM, ["digests", "proofs"], "signatures"),
        (NPM, ["published"], "published"),
        (PYPI, ["digests", "proofs"], "integrity"),
        (NPM, ["digests"], "proofs"),
        (PYPI, ["digests"], "a-1"),
    ],
)
def test_what_is_called_proven_or_declared_must_be_there(purl: str, gone: list[str], part: str) -> None:
    content = json.loads(EXPECTED)
    for key in gone:
        del content["packages"][purl][key]
    error = refused(json.dumps(content, indent=2))
    assert f'"{part}' in error.message
    assert "contradicts" in error.message or "no digest" in error.message
    assert error.place.line > 1


@pytest.mark.parametrize("part", ["signatures", "attestations"])
def test_what_is_served_and_proves_nothing_is_kept_and_stays_declared(part: str) -> None:
    content = json.loads(EXPECTED)
    content["packages"][NPM]["evidence"] |= {"signatures": "proven", "attestations": "proven", part: "declared"}
    if part == "attestations":  # then nothing proves the publisher
        del content["packages"][NPM]["publisher"]
        content["packages"][NPM]["evidence"]["publisher"] = "declared"
    release = parse(LOCK_FILE, json.dumps(content).encode()).packages[NPM].release
    assert (release.signed, release.proofs) == (normal(SAMPLE).packages[NPM].release.signed, (Proof("", "0c" * 32),))
    assert getattr(release, part) == "declared"


@pytest.mark.parametrize("level", ["absent", "unavailable"])
def test_a_publisher_that_nobody_names_is_absent_or_could_not_be_asked(level: Level) -> None:
    content = json.loads(EXPECTED)
    del content["packages"][PYPI]["account"]
    content["packages"][PYPI]["evidence"]["publisher"] = level
    release = parse(LOCK_FILE, json.dumps(content).encode()).packages[PYPI].release
    assert (release.publisher, release.account) == (Publisher(level), "")


def test_evidence_names_every_part() -> None:
    for part in ("attestations", "integrity", "published", "publisher", "signatures"):
        content = json.loads(EXPECTED)
        del content["packages"][NPM]["evidence"][part]
        assert f"needs the key {part}" in refused(json.dumps(content)).message


@pytest.mark.parametrize(
    "entry",
    [
        package(release=Release((), None, Publisher("absent"), registry="https://user:pw@npm.example/")),
        package(release=Release((), None, Publisher("absent"), registry="https://token@npm.example/")),
        package(release=Release((), None, Publisher("absent"), registry="https://npm.example/?auth=x")),
        package(release=Release((), None, Publisher("absent"), registry="")),
        package(release=Release((Digest("sha512", "00"),), None, Publisher("absent"))),
        package(release=Release((Digest("sha512", "0G" * 64),), None, Publisher("absent"))),
        package(release=Release((Digest("md5", "00" * 16),), None, Publisher("absent"))),
        package(release=Release((Digest("sha256", "00" * 32, "file"),), None, Publisher("absent"))),
        package(PYPI, Release((Digest("sha256", "00" * 32),), None, Publisher("absent"))),
        package(release=Release((), datetime(2026, 1, 1), Publisher("absent"))),  # noqa: DTZ001  # no zone is the point
        package("pkg:npm/name"),
        package("pkg:gem/name@1.0.0"),
        changed_release(publisher=PROVEN._replace(identity="")),
        changed_release(publisher=PROVEN._replace(identity="a\nb")),
        changed_release(publisher=PROVEN._replace(ref="a\x1b")),
        changed_release(publisher=PROVEN._replace(level="declared")),
        changed_release(publisher=Publisher("declared", "another")),
        changed_release(publisher=Publisher("absent")),
        changed_release(publisher=Publisher("unavailable", ref="refs/heads/main"), account=""),
        changed_release(publisher=Publisher("declared", ""), account=""),
        changed_release(signed=()),
        changed_release(signed=(Signature("", "AA=="),)),
        changed_release(signed=(Signature("a\n", "AA=="),)),
        changed_release(signed=(Signature("a", ""),)),
        changed_release(signed=(Signature("a", "AB=="),)),
        changed_release(signed=(Signature("a", "AA=="), Signature("a", "AAE="))),
        changed_release(proofs=()),
        changed_release(proofs=(Proof("", "0c"),)),
        changed_release(proofs=(Proof("", "0c" * 32), Proof("", "0d" * 32))),
        changed_release(proofs=(Proof("file", "0c" * 32),)),
        changed_release(digests=()),
        changed_release(digests=(), signatures="absent", attestations="declared"),
        package(PYPI, PYPI_RELEASE._replace(proofs=(Proof("a-2.whl", "0c" * 32),))),
        package(PYPI, PYPI_RELEASE._replace(proofs=(Proof("", "0c" * 32),))),
    ],
)
def test_what_must_not_be_written_is_not_written(entry: LockedPackage) -> None:
    with pytest.raises(ValueError, match=r"."):
        dump(lock(entry))
    with pytest.raises(ValueError, match=r"."):
        entry_digest(entry)


def test_hidden_characters_are_escaped_and_others_are_not() -> None:
    data = dump(lock(server("ä/\u202e.json", "\ud800 \U000e0041\u200b", "remote")))
    text = data.decode()
    assert "ä/\\u202e.json" in text
    assert "\\ud800 \\udb40\\udc41\\u200b" in text
    assert parse(LOCK_FILE, data).servers.keys() == {("ä/\u202e.json", "\ud800 \U000e0041\u200b")}


def test_values_have_one_spelling() -> None:
    digest = Digest("sha256", "ab" * 32)
    assert read_sri(sri_text(digest)) == digest
    assert read_hex("sha256:" + "ab" * 32, "f") == digest._replace(artifact="f")
    moment = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=timezone.utc)
    assert time_text(moment) == "2026-01-02T03:04:05.678901Z"
    assert read_time(time_text(moment)) == moment
    assert read_purl(OCI) == ("oci", "ghcr.io/org/name", "sha256:" + "0b" * 32)
    assert read_purl(NPM) == ("npm", "@scope/name", "1.2.3")


def test_the_purl_is_the_one_that_packageurl_writes() -> None:
    from packageurl import PackageURL

    for text in (NPM, PYPI, OCI, OCI.replace("ghcr.io/", "ghcr.io:5000/")):
        parsed = PackageURL.from_string(text)
        assert parsed.to_string() == text
        assert parsed.type == read_purl(text).ecosystem
        assert parsed.version == read_purl(text).version


def test_the_digest_of_an_entry_covers_signatures_and_the_names_of_proofs_and_never_their_texts() -> None:
    digest = entry_digest(package(release=NPM_RELEASE))
    assert digest == entry_digest(
        changed_release(proofs=(Proof("", "0c" * 32, "{}"),), signed=NPM_RELEASE.signed[::-1])
    )
    others = [
        changed_release(proofs=(Proof("", "0d" * 32),)),
        changed_release(signed=NPM_RELEASE.signed[:1]),
        changed_release(signed=(Signature("SHA256:b", "AAE="), Signature("SHA256:a", "AA=="))),
        changed_release(account="another"),
        *(
            changed_release(publisher=Publisher(**{**PROVEN._asdict(), field: "x"}))
            for field in Publisher._fields
            if field != "level"
        ),
    ]
    assert len({digest, *map(entry_digest, others)}) == len(others) + 1


def test_hostile_maps_are_read_in_linear_time() -> None:
    """Comparing each with each would not come back from this."""
    files = [f"{number:060}.whl" for number in range(20_000)]
    release = PYPI_RELEASE._replace(
        digests=tuple(Digest("sha256", "00" * 32, file) for file in files),
        proofs=tuple(Proof(file, "0c" * 32) for file in files),
        signed=tuple(Signature(file, "AA==") for file in files),
    )
    data = dump(lock(package(PYPI, release)))
    assert len(parse(LOCK_FILE, data).packages[PYPI].release.proofs) == 20_000
    assert "no digest" in refused(data.replace(b'9.whl": "0c', b'z": "0c')).message


def test_a_large_lock_is_read() -> None:
    """Reading in quadratic time would not come back from this; `benchmarks/` measures."""
    release = SAMPLE.packages[NPM].release
    purls = [f"pkg:npm/name-{number}@1.0.0" for number in range(5000)]
    big = lock(
        *(package(purl, release) for purl in purls),
        *(server(f"{number}/.mcp.json", "x", "package", purl) for number, purl in enumerate(purls)),
    )
    assert normal(parse(LOCK_FILE, dump(big))) == normal(big)

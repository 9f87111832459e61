"""Reports to render: a few typical ones, and strategies for every one that can be built."""

from __future__ import annotations

from hypothesis import strategies as st

from mcp_guard.model import (
    Evidence,
    Finding,
    ImageLaunch,
    Launch,
    Level,
    LocalLaunch,
    OpaqueLaunch,
    Package,
    PackageLaunch,
    Place,
    ProgramLaunch,
    Publisher,
    RemoteLaunch,
    Report,
    Server,
    Severity,
    Subject,
    Verdict,
    Word,
)

LINE = '      "args": ["-y", "postmark-mcp"]'
AT = Place(".mcp.json", 6, 22, 6, 36)


def word(text: str, place: Place = AT) -> Word:
    return Word(text, place, 0, len(text) + 2)


def npm(name: str, version: str | None = None) -> Package:
    return Package("npm", name, version, f"{name}@{version}", "registry", word(name))


def server(name: str, place: Place) -> Server:
    return Server(place.file, "claude-code", word(name, place), (), (), (), None, None, (), None)


def subject(
    name: str,
    verdict: Verdict,
    *launches: Launch,
    place: Place = AT,
    publishers: tuple[str, ...] = (),
    notes: tuple[str, ...] = (),
) -> Subject:
    return Subject(server(name, place), launches, verdict, publishers, notes)


def finding(rule: str, message: str, place: Place = AT, severity: Severity = "error") -> Finding:
    return Finding(rule, severity, place, message, f"mcp-guard pin {place.file}", source=LINE)


PROVEN = Evidence(
    "npm:@modelcontextprotocol/server-filesystem@2025.8.21",
    Publisher(
        "proven",
        "github:modelcontextprotocol/servers#890668799",
        ".github/workflows/release.yml",
        "refs/tags/2025.8.21",
        "push",
        "https://github.com/modelcontextprotocol/ci/.github/workflows/npm.yml@refs/heads/main",
        "182288589",
    ),
    "mcp-release",
    (
        ("integrity", "proven"),
        ("signatures", "absent"),
        ("attestations", "proven"),
        ("publisher", "proven"),
        ("published", "declared"),
    ),
    "proofs in the tree",
)
DECLARED = Evidence(
    "npm:figma-developer-mcp@0.13.2",
    Publisher("declared", "figma"),
    "figma",
    (("integrity", "declared"), ("attestations", "unavailable"), ("publisher", "declared"), ("published", "declared")),
    "the lock, as of 2026-11-20",
)

UNPINNED = finding("unpinned", 'server "postmark" runs whatever version is newest on the day it starts')._replace(
    server="postmark"
)
POSTMARK = subject("postmark", "blocked", PackageLaunch((npm("postmark-mcp"),)))
FILES = subject(
    "filesystem",
    "verified",
    PackageLaunch((npm("@modelcontextprotocol/server-filesystem", "2025.8.21"),)),
    place=Place(".mcp.json", 3, 5, 3, 17),
    publishers=("declared: mcp-release",),
    notes=("carried, as of 2026-11-20",),
)._replace(evidence=(PROVEN,))
FIGMA = subject(
    "figma",
    "accepted",
    PackageLaunch((npm("figma-developer-mcp", "0.13.2"),)),
    place=Place(".vscode/mcp.json", 9, 5, 9, 12),
    publishers=("absent: the registry names no account",),
)._replace(evidence=(DECLARED,))
LINEAR = subject(
    "linear",
    "allowed",
    PackageLaunch((npm("mcp-remote", "0.1.16"),)),
    RemoteLaunch("https://mcp.linear.example/sse", word("https://mcp.linear.example/sse")),
    place=Place(".vscode/mcp.json", 14, 5, 14, 13),
)

REPORTS = {
    "blocked": Report(
        (POSTMARK, FILES, FIGMA),
        (
            UNPINNED,
            finding("registry-override", ".npmrc moves npm packages elsewhere", Place(".npmrc", 1, 1, 1, 9))._replace(
                server="postmark", severity="warning", source="registry=https://npm.example/"
            ),
            finding("not-locked", 'server "postmark" is not in the lock')._replace(server="postmark"),
            finding(
                "unverified-publisher", "nothing proves who published it", Place(".vscode/mcp.json", 11, 30, 11, 56)
            )._replace(
                server="figma", package="npm:figma-developer-mcp@0.13.2", accepted="vendor publishes by hand, SEC-42"
            ),
            finding("lock-unused", "no config has this server", Place("mcp-guard.lock", 140, 7, 140, 12))._replace(
                severity="warning", source='      "old": {'
            ),
        ),
        exit_code=1,
        configs=2,
        excluded=("tests/fixtures/.mcp.json",),
    ),
    "verified": Report((FILES, FIGMA, LINEAR), (), exit_code=0, configs=2),
    "nothing": Report((), (), exit_code=0),
    "hostile": Report(
        (
            subject("\x1b[2Jok\u202e", "blocked", OpaqueLaunch("a shell \x07 script", word("x")))._replace(
                evidence=(
                    Evidence(
                        "npm:x@1.0.0\u200b",
                        Publisher("proven", "github:a/b\n::error::no", "\u202elmy.esaeler", "##[refs/tags/v1"),
                        "\x1b[32mgithub:octo/server#1\x1b[0m",
                        (("publisher", "proven"),),
                        "日本\r",
                    ),
                )
            ),
        ),
        (
            finding("opaque-launch", "it says \x1b[32mpinned and verified\x1b[0m\r\n::error::no")._replace(
                place=Place("::stop-commands::\u2028x/.mcp.json", 12, 9, 12, 20),
                server="\x1b[2Jok\u202e",
                source='\t"日本語": "\u202eevil\x1b[0m", "##[add-mask]x"',
            ),
        ),
        exit_code=1,
        configs=1,
    ),
}

# ------------------------------------------------------------------------------------------------ strategies

_NASTY = (
    "",
    "\x1b[31m",
    "a\nb",
    "\r",
    "\u202e",
    "\ud800",
    "\u2028",
    "::error::x",
    "##[error]x",
    "日本",
    "\ufe0f",
    "%",
    ":,",
)
texts = st.one_of(st.text(st.characters(), max_size=12), st.sampled_from(_NASTY))
_numbers = st.integers(1, 200)
places = st.builds(Place, texts, _numbers, _numbers, _numbers, _numbers)
words = st.builds(Word, texts, places, st.just(0), st.just(0))
packages = st.builds(
    Package,
    st.sampled_from(["npm", "pypi", "oci"]),
    texts,
    st.none() | texts.filter(bool),
    texts,
    st.sampled_from(["registry", "git", "url", "path"]),
    words,
)
launches: st.SearchStrategy[Launch] = st.one_of(
    st.builds(PackageLaunch, st.lists(packages, max_size=2).map(tuple)),
    st.builds(ImageLaunch, packages),
    st.builds(RemoteLaunch, texts, words),
    st.builds(LocalLaunch, texts, words),
    st.builds(ProgramLaunch, texts, words),
    st.builds(OpaqueLaunch, texts, words),
)
_levels: st.SearchStrategy[Level] = st.sampled_from(["proven", "declared", "absent", "unavailable"])
_parts = st.sampled_from(["integrity", "signatures", "attestations", "publisher", "published"])
evidence = st.builds(
    Evidence,
    texts,
    st.builds(Publisher, _levels, texts, texts, texts, texts, texts, texts),
    texts,
    st.dictionaries(_parts, _levels).map(lambda parts: tuple(parts.items())),
    texts,
)
_several = st.lists(texts, max_size=2).map(tuple)
subjects = st.builds(
    Subject,
    st.builds(server, texts, places),
    st.lists(launches, max_size=3).map(tuple),
    st.sampled_from(["verified", "allowed", "accepted", "blocked", "unchecked"]),
    _several,
    _several,
    st.lists(evidence, max_size=2).map(tuple),
)
findings = st.builds(
    Finding,
    st.sampled_from(["unpinned", "not-locked", "lock-unused"]) | texts,
    st.sampled_from(["error", "warning"]),
    places,
    texts,
    texts,
    st.none() | texts,
    st.none() | texts,
    st.none() | texts,
    texts | st.text(st.characters(), min_size=150, max_size=400),
)
reports = st.builds(
    Report,
    st.lists(subjects, max_size=4).map(tuple),
    st.lists(findings, max_size=4).map(tuple),
    st.sampled_from([0, 1, 3]),
    st.integers(0, 9),
    _several,
)

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_guard.model import Policy
from mcp_guard.policy import excluded, program_allowed, remote_allowed
from mcp_guard.policy.location import is_loopback, locate

LINEAR = ("https://mcp.linear.app/*", "https://*.linear.app/*")


def allowed(pattern: str | tuple[str, ...], url: str) -> bool:
    return remote_allowed(Policy(remotes=(pattern,) if isinstance(pattern, str) else pattern), url)


@pytest.mark.parametrize(
    "url",
    [
        "https://mcp.linear.app/sse",
        "https://mcp.linear.app",
        "https://mcp.linear.app/",
        "https://mcp.linear.app/a/b/c/",
        "https://mcp.linear.app:443/sse",
        "https://mcp.linear.app:/sse",
        "HTTPS://MCP.Linear.APP/sse",
        "https://mcp.linear.app/sse?x=https://evil.example/",
        "https://mcp.linear.app/sse#fragment",
        "https://mcp.linear.app?x=${X}",
        "https://mcp.linear.app/${TENANT}/sse",
        "https://mcp.linear.app/@scope/name",
    ],
)
def test_the_listed_origin_matches(url: str) -> None:
    assert allowed("https://mcp.linear.app/*", url)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/.linear.app/x",
        "https://evil.example/mcp.linear.app/",
        "https://linear.app.evil.example/",
        "https://mcp.linear.app.evil.example/",
        "https://mcp.linear.app@evil.example/",
        "https://mcp.linear.app:443@evil.example/",
        "https://user@mcp.linear.app/",
        "https://@mcp.linear.app/",
        "https://evil.example\\@mcp.linear.app/",
        "https://evil.example\\.linear.app/",
        "https://mcp.linear.app\\.evil.example/",
        "https:\\\\mcp.linear.app/",
        "https://evil.example#.linear.app/",
        "https://evil.example?.linear.app/",
        "https://evil.example%2f.linear.app/",
        "https://evil.example%23.linear.app/",
        "https://evil.example\uff0f.linear.app/",
        "https://evil\u3002example.linear.app/",
        "https://evil.example\t.linear.app/",
        "https://mcp.linear.app/\n",
        "\x00https://mcp.linear.app/",
        " https://mcp.linear.app/",
        "https://mcp.linear.app/ x",
        "https://mcp.linear.app/\u202ex",
        "https://mcp.linear.app:8443/",
        "https://mcp.linear.app:80/",
        "https://mcp.linear.app:99999/",
        "https://mcp.linear.app:٤٤٣/",
        "https://mcp.linear.app:${PORT}/",
        "https://mcp.linear.app.${X}/",
        "https://${X}.linear.app/",
        "https://${X:-mcp}.linear.app/",
        "https://mcp.linear.app${X}",
        "https://mcp.linear.app/$(curl evil.example)",
        "https://mcp.linear.app/{{X}}",
        "https://mcp.linear.app/$X",
        "https://mcp.linear.app/`x`",
        "https://mcp.linear.app/%zz",
        "https://mcp.linear.app/%",
        "https://mcp.linear.app./",
        "https://mcp..linear.app/",
        "https://.linear.app/",
        "https://*.linear.app/",
        "https://linear.app/",
        "https://linear.app:443/",
        "https://xlinear.app/",
        "https://mcp.linear.appx/",
        "https://mcp.l\u0131near.app/",
        "https://mcp.\uff4cinear.app/",
        "https://mcp.linear.app\u3002evil.example/",
        "http://mcp.linear.app/",
        "wss://mcp.linear.app/",
        "javascript:https://mcp.linear.app/",
        "//mcp.linear.app/",
        "https:mcp.linear.app/",
        "https:/mcp.linear.app/",
        "https:///mcp.linear.app/",
        "mcp.linear.app",
        "https://[mcp.linear.app]/",
        "https://[::1].linear.app/",
        "https://",
        "",
        "*",
    ],
)
def test_nothing_else_matches(url: str) -> None:
    assert not allowed(LINEAR, url)


@pytest.mark.parametrize("host", ["a.linear.app", "a.b.linear.app", "A.LINEAR.app", "x_1.linear.app"])
def test_a_wildcard_is_one_label_or_more(host: str) -> None:
    assert allowed("https://*.linear.app/mcp", f"https://{host}/mcp")


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("/mcp", "/mcp", True),
        ("/mcp", "/mcp/", False),
        ("/mcp/", "/mcp/", True),
        ("/mcp", "/MCP", False),
        ("/mcp", "/mcp/x", False),
        ("/mcp", "/mcpx", False),
        ("", "/", True),
        ("/", "", True),
        ("/", "/x", False),
        ("/mcp/*", "/mcp", True),
        ("/mcp/*", "/mcp/", True),
        ("/mcp/*", "/mcp/a/b", True),
        ("/mcp/*", "/mcpx/a", False),
        ("/mcp/*", "/other/mcp/a", False),
        ("/*/mcp", "/a/mcp", True),
        ("/*/mcp", "/a/b/mcp", False),
        ("/*/mcp", "//mcp", False),
        ("/*/mcp", "/mcp", False),
        ("/a/*/b/*", "/a/x/b/c/d", True),
        ("/mcp/*", "/mcp/../admin", False),
        ("/mcp/*", "/mcp/%2e%2E/admin", False),
        ("/mcp/*", "/mcp/.%2e/admin", False),
        ("/mcp/*", "/mcp/..%2fadmin", False),
        ("/mcp/*", "/mcp/%2e%2e%2fadmin", False),
        ("/mcp/*", "/mcp/x%2f..%2f..%2fadmin", False),
        ("/mcp/*", "/mcp/x%5c..%5cadmin", False),
        ("/mcp/*", "/mcp/x/../y", True),
        ("/mcp/*", "/x/../mcp/y", True),
        ("/mcp/*", "/../../mcp/y", True),
        ("/mcp/*", "/mcp/a%2Fb", True),
        ("/mcp/*", "/mcp/%252e%252e/admin", True),
        ("/mcp", "/%6dcp", True),
        ("/%6dcp", "/mcp", True),
        ("/a%2fb", "/a%2Fb", True),
        ("/a/b", "/a%2fb", False),
        ("/a", "/a/.", False),
        ("/a/", "/a/.", True),
        ("/a/", "/a/b/..", True),
        ("/mcp/*", "/mcp/${X}", True),
        ("/mcp/*", "/mcp/${env:X}/${input:api-key}", True),
        ("/mcp/*", "/${X}/mcp", False),
        ("/*", "/${X}", True),
        ("/*/mcp", "/${X}/mcp", False),
        ("/${X}", "/${X}", False),
        ("/mcp/*", "/mcp/${X:-../../admin}", False),
        ("/mcp/*", "/mcp/${X:-.}./admin", False),
        ("/mcp/*", "/mcp/${X}/../admin", False),
        ("/mcp/*", "/mcp/${X}/..", False),
        ("/mcp/*", "/mcp/${X", False),
    ],
)
def test_paths_are_compared_by_segments(pattern: str, path: str, matches: bool) -> None:
    assert allowed(f"https://a.example{pattern}", f"https://a.example{path}") is matches


@pytest.mark.parametrize(
    ("pattern", "url", "matches"),
    [
        ("https://a.example:8443/*", "https://a.example:8443/x", True),
        ("https://a.example:8443/*", "https://a.example/x", False),
        ("https://a.example:443/*", "https://a.example/x", True),
        ("http://localhost:3000/*", "http://localhost:3000/x", True),
        ("http://localhost/*", "http://localhost:80/x", True),
        ("http://[::1]:3000/*", "http://[::1]:3000/x", True),
        ("https://bücher.example/*", "https://bücher.example/x", True),
        ("https://bücher.example/*", "https://bu\u0308cher.example/x", False),
        ("https://strasse.example/*", "https://straße.example/x", False),
        ("https://*.bücher.example/*", "https://a.bücher.example/x", True),
        ("https://*.bücher.example/*", "https://ä.bücher.example/x", False),
    ],
)
def test_ports_and_hosts(pattern: str, url: str, matches: bool) -> None:
    assert allowed(pattern, url) is matches


def test_no_list_allows_nothing() -> None:
    assert not remote_allowed(Policy(), "https://mcp.linear.app/")
    assert not program_allowed(Policy(), "gh")


HOSTS = st.sampled_from(["linear.app", "mcp.linear.app", "evil.example", "a.evil.example", "LINEAR.app", "localhost"])
PIECES = st.sampled_from(
    ["@", ":", "/", "\\", "#", "?", ".", "..", "%2e", "%2f", "%40", "443", " ", "\t", "[", "]", "${X}", "//"]
)


@settings(max_examples=500, deadline=None)
@given(st.lists(HOSTS | PIECES, max_size=8).map("".join))
def test_whatever_matches_leads_to_the_listed_host_for_other_readers_too(rest: str) -> None:
    from urllib.parse import urlsplit

    url = f"https://{rest}"
    if allowed(LINEAR, url):
        host = urlsplit(url).hostname or ""
        assert host.endswith(".linear.app")
        assert urlsplit(url.replace("\\", "/")).hostname == host


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_locating_never_fails(url: str) -> None:
    for text in (url, f"https://{url}", f"https://a.example/{url}"):
        location = locate(text)
        assert location is None or not {".", ".."} & set(location.segments)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "[::1]"])
def test_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["127.0.0.1.example", "localhost.example", "10.0.0.1", "128.0.0.1", "[::2]", "127.1"])
def test_not_loopback(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("tests/fixtures/**", "tests/fixtures/a/.mcp.json", True),
        ("tests/fixtures/**", "tests/fixtures/.mcp.json", True),
        ("tests/fixtures/**", "tests/fixtures2/.mcp.json", False),
        ("tests/fixtures/**", "a/tests/fixtures/.mcp.json", False),
        ("tests/fixtures", "tests/fixtures/a/b", True),
        ("tests/fixtures/", "tests/fixtures/a/b", True),
        ("tests/fixtures/", "tests/fixtures", False),
        ("/tests", "tests/x", True),
        ("/tests", "a/tests/x", False),
        ("tests", "a/tests/x", True),
        ("tests/", "a/tests/x", True),
        ("tests/", "a/tests", False),
        (".mcp.json", "a/b/.mcp.json", True),
        (".mcp.json", "a/b/x.mcp.json", False),
        ("*.json", "a/b/x.json", True),
        ("*.json", "a/b/x.jsonc", False),
        ("a/*/c", "a/b/c", True),
        ("a/*/c", "a/b/b/c", False),
        ("a/**/c", "a/c", True),
        ("a/**/c", "a/b/b/c", True),
        ("a/**/c", "ab/c", False),
        ("**/c", "c", True),
        ("**", "anything/at/all", True),
        ("a/?/c", "a/b/c", True),
        ("a/?/c", "a/bb/c", False),
        ("a/?/c", "a//c", False),
        ("app/[slug]", "app/[slug]/x", True),
        ("app/[slug]", "app/s/x", False),
        ("A", "a", False),
        ("a.b", "axb", False),
    ],
)
def test_exclusions(pattern: str, path: str, matches: bool) -> None:
    assert excluded(Policy(exclude=(pattern,)), path) is matches


@settings(max_examples=300, deadline=None)
@given(st.text("ab*?", min_size=1, max_size=8), st.text("ab", min_size=1, max_size=8))
def test_names_match_as_fnmatch_has_it(pattern: str, name: str) -> None:
    assert excluded(Policy(exclude=(f"/{pattern}",)), name) is (pattern == "**" or fnmatchcase(name, pattern))


def test_no_pattern_goes_back_more_than_once() -> None:
    """A matcher that tries every star again would not come back from these."""
    assert not excluded(Policy(exclude=("a*" * 100 + "b",)), "a" * 2000)
    assert not excluded(Policy(exclude=("**/a/" * 50 + "b",)), "a/" * 500 + "c")


def test_a_program_is_compared_as_it_is_written() -> None:
    policy = Policy(programs=("gh", "/usr/bin/*"))
    assert program_allowed(policy, "gh")
    for program in ("GH", "gh ", "./gh", "/usr/bin/gh", ""):
        assert not program_allowed(policy, program)

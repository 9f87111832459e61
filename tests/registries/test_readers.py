"""Digests, versions and times, as registries write them."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime, timezone
from hashlib import sha256, sha384, sha512

import pytest
from hypothesis import given
from hypothesis import settings as bounded
from hypothesis import strategies as st

from mcp_guard.model import JSON, Digest
from mcp_guard.registries.integrity import digests
from mcp_guard.registries.questions import AnswerError
from mcp_guard.registries.semver import is_prerelease, precedence
from mcp_guard.registries.texts import instant, line


def sri(algorithm: str, data: bytes) -> str:
    digest = {"sha512": sha512, "sha384": sha384, "sha256": sha256}[algorithm](data).digest()
    return f"{algorithm}-{b64encode(digest).decode()}"


def test_the_strongest_digest_is_kept() -> None:
    everything = " ".join(["md5-AAAA", sri("sha256", b"a"), sri("sha512", b"a") + "?opt", sri("sha384", b"a")])
    assert digests(everything, "0" * 40) == (Digest("sha512", sha512(b"a").hexdigest()),)
    assert digests(sri("sha384", b"a"), None) == (Digest("sha384", sha384(b"a").hexdigest()),)
    twice = f"{sri('sha256', b'a')} {sri('sha256', b'b')} {sri('sha256', b'a')}"
    assert [digest.value for digest in digests(twice, None)] == [sha256(b"a").hexdigest(), sha256(b"b").hexdigest()]


def test_a_sha1_where_there_is_nothing_else() -> None:
    for integrity_text in (None, "", "md5-AAAA"):
        assert digests(integrity_text, "AB" * 20) == (Digest("sha1", "ab" * 20),)
    assert digests("md5-AAAA", None) == ()


@given(
    st.one_of(st.none(), st.text(), st.integers(), st.lists(st.text())), st.one_of(st.none(), st.text(), st.integers())
)
@bounded(max_examples=200, deadline=None)
def test_any_integrity_is_read_or_refused(text: JSON, shasum: JSON) -> None:
    try:
        found = digests(text, shasum)
    except AnswerError:
        return
    assert all(digest.value == digest.value.lower() and digest.algorithm for digest in found)


def test_semver_order() -> None:
    order = [
        "0.0.1", "1.0.0-0", "1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta",
        "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1-0", "1.2.0", "1.10.0", "2.0.0",
    ]  # fmt: skip
    as_text = sorted(order)
    assert as_text != order
    assert sorted(as_text, key=precedence) == order  # type: ignore[arg-type]  # no None among these
    assert [version for version in order if is_prerelease(version)] == [version for version in order if "-" in version]
    assert not is_prerelease("1.0.0+a-b")
    assert not is_prerelease("x")
    assert precedence(f"1.0.0-{'9' * 5000}") is not None
    for wrong in ("1", "1.0", "v1.0.0", "1.0.0 ", "1.0.0-", "1.0.0-a..b", "²", "1.0.٣", f"{'9' * 20}.0.0"):
        assert precedence(wrong) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-02T03:04:05Z", (2026, 1, 2, 3, 4, 5, 0)),
        ("2026-01-02T03:04:05.1Z", (2026, 1, 2, 3, 4, 5, 100000)),
        ("2026-01-02T03:04:05.123456789z", (2026, 1, 2, 3, 4, 5, 123456)),
        ("2026-01-02 03:04:05", (2026, 1, 2, 3, 4, 5, 0)),
        ("2026-01-02T03:04:05.195000+01:30", (2026, 1, 2, 1, 34, 5, 195000)),
        ("2026-01-02T03:04:05-0100", (2026, 1, 2, 4, 4, 5, 0)),
    ],
)
def test_instants(text: str, expected: tuple[int, int, int, int, int, int, int]) -> None:
    assert instant(text) == datetime(*expected, tzinfo=timezone.utc)


@pytest.mark.parametrize("value", ["", "yesterday", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00", 7, None, {}])
def test_no_instants(value: JSON) -> None:
    assert instant(value) is None


def test_lines() -> None:
    assert (line(" a\n\tb "), line(""), line(None), line(3)) == ("a b", None, None, None)

"""Proofs as texts: one name for one JSON value, however others have written it, and no name for what is doubtful."""

from __future__ import annotations

import json
import random
import sys
import threading
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mcp_guard.model import JSON, Proof
from mcp_guard.provenance import proofs
from mcp_guard.provenance.errors import VerificationError
from mcp_guard.provenance.proofs import FILE_LIMIT, canonical, is_proof_of, key_set, pretty, read_proof
from mcp_guard.provenance.shape import MAX_BYTES

NAME = sha256(b'{"a":[1,{"b":"\xc3\xa9"}],"z":null}').hexdigest()
WRITTEN = b'{"z": null, "a": [1, {"b": "\xc3\xa9"}]}'

Shared = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 70), 1 << 70) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)


def refused(data: bytes) -> str:
    assert not is_proof_of("0" * 64, data)
    with pytest.raises(VerificationError) as raised:
        read_proof("", data)
    assert raised.value.step == "bundle.json"
    return raised.value.reason


# ------------------------------------------------------------------------------------------------ the same value


@pytest.mark.parametrize(
    "data",
    [
        WRITTEN,
        b'{"a":[1,{"b":"\xc3\xa9"}],"z":null}',
        b'{"a": [1, {"b": "\\u00e9"}], "z": null}',
        b'{"\\u0061": [1, {"b": "\\u00E9"}], "\\u007a": null}',
        b'\r\n{\r\n\t"a": [\r\n1 , {"b":"\xc3\xa9"}\r\n],\r\n"z"\t:null }\r\n\r\n',
        b'\n\n  {"z":null,\n"a":[1,{"b":"\xc3\xa9"}]}  \n\n',
    ],
)
def test_order_white_space_and_escapes_say_nothing(data: bytes) -> None:
    assert read_proof("file", data) == Proof("file", NAME, '{"a":[1,{"b":"é"}],"z":null}')
    assert is_proof_of(NAME, data)


def test_a_name_is_the_sha256_of_the_canonical_text() -> None:
    values: list[JSON] = [{}, [], "", 0, None, True, {"é": "\u2028"}, "\U0001f600", '\x7f"\\/\x08']
    for value in values:
        text = canonical(value)
        assert read_proof("", text.encode()) == Proof("", sha256(text.encode()).hexdigest(), text)


def test_canonical_is_as_rfc_8785_writes_it() -> None:
    """The escapes of its section 3.2.2.2, and no others."""
    assert canonical({"b": 1, "a": '\x00\x1f\b\t\n\f\r"\\/é€\U0001f600\x7f'}) == (
        '{"a":"\\u0000\\u001f\\b\\t\\n\\f\\r\\"\\\\/é€\U0001f600\x7f","b":1}'
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b"[1]", b"[true]"),
        (b"[0]", b"[false]"),
        (b"[1]", b'["1"]'),
        (b"[null]", b"[]"),
        (b'[""]', b"[null]"),
        (b"{}", b"[]"),
        (b'{"a": null}', b"{}"),
        (b"[[1, 2]]", b"[[2, 1]]"),
        (b"[[1], 2]", b"[[1, 2]]"),
        (b'{"a": {"b": 1}}', b'{"b": {"a": 1}}'),
        ('["\u00e9"]'.encode(), '["e\u0301"]'.encode()),  # composed and not
        (b'["a"]', b'["A"]'),
        (b'["a "]', b'["a"]'),
        (b"[9007199254740993]", b"[9007199254740992]"),  # the same to whoever reads them as doubles
        (b'["\\\\u0061"]', b'["\\u0061"]'),
    ],
)
def test_what_is_not_equal_has_another_name(one: bytes, other: bytes) -> None:
    assert read_proof("", one).name != read_proof("", other).name
    assert not is_proof_of(read_proof("", one).name, other)


def test_big_integers_keep_every_digit() -> None:
    number = "9" * 4000
    assert read_proof("", f"[{number}]".encode()).text == f"[{number}]"
    assert json.loads(pretty(read_proof("", f"[-{number}]".encode()))) == [-int(number)]


# ------------------------------------------------------------------------------------------------ no value


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "not JSON"),
        (b" \n", "not JSON"),
        (b"{", "not JSON"),
        (b"{} {}", "not JSON"),
        (b"{}\x00", "not JSON"),
        (b"{'a': 1}", "not JSON"),
        (b'{"a": 1,}', "not JSON"),
        (b'{"a": 01}', "not JSON"),
        (b'{"a": +1}', "not JSON"),
        (b"// note\n{}", "not JSON"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b"\x0c{}", "not JSON"),
        ('{"a": "é"}'.encode("latin-1"), "not JSON"),
        ("{}".encode("utf-16"), "not JSON"),
        ("{}".encode("utf-16-le"), "not JSON"),
        ("{}".encode("utf-32"), "not JSON"),
        (b'{"a": "\xed\xa0\x80"}', "not JSON"),  # a surrogate in UTF-8
        (b'{"a": "line\nend"}', "not JSON"),
        (b'{"a": "\\ud800"}', "not JSON"),
        (b'{"\\udfff": 1}', "not JSON"),
        (b'{"a": "\\ude00\\ud83d"}', "not JSON"),  # a pair the wrong way round
        (b"[" + b"9" * 5000 + b"]", "not JSON"),
        (b"[NaN]", "NaN is no JSON"),
        (b"[Infinity]", "Infinity is no JSON"),
        (b"[-Infinity]", "-Infinity is no JSON"),
        (b"[1.5]", "a number with a fraction"),
        (b"[1.0]", "a number with a fraction"),
        (b"[1e2]", "a number with a fraction"),
        (b"[1E400]", "a number with a fraction"),
        (b"[-0.0]", "a number with a fraction"),
        (b'{"a": [{"b": [[0.1]]}]}', "a number with a fraction"),
        (b'{"a": 1, "a": 1}', "a name stands twice"),
        (b'{"a": 1, "\\u0061": 2}', "a name stands twice"),
        (b'[[{"x": {"a": 1, "b": 2, "a": 3}}]]', "a name stands twice"),
    ],
)
def test_what_two_readers_could_read_differently_is_no_proof(data: bytes, told: str) -> None:
    assert told in refused(data)


@pytest.mark.parametrize("levels", [100_000, 1_000_000])
@pytest.mark.parametrize(("start", "end"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_what_is_too_deep_is_refused(start: bytes, end: bytes, levels: int) -> None:
    middle = b"1"
    data = start * levels + middle + end * levels
    assert refused(data)
    assert refused(start * levels)


@pytest.mark.parametrize("levels", [50, *range(100, 1000, 20), 2_000, 5_000, 20_000])
def test_what_can_be_read_can_be_written(levels: int) -> None:
    """`pin` writes what `check` reads; neither may end in an exception of its own on a depth between."""
    try:
        proof = read_proof("", b"[" * levels + b"]" * levels)
    except VerificationError:
        assert levels >= 60, "what a bundle may well have"
        return
    assert read_proof("", pretty(proof)) == proof


def test_how_deep_a_proof_may_be_does_not_depend_on_the_caller() -> None:
    """Else what one command has written, another one, called from deeper down, refuses."""
    answers: dict[int, list[bool]] = {}

    def ask(depth: int, levels: int) -> bool:
        return ask(depth - 1, levels) if depth else is_proof_of(sha256(text).hexdigest(), text)

    for levels in range(60, 1000, 60):
        text = b"[" * levels + b"]" * levels
        answers[levels] = [ask(depth, levels) for depth in (0, 400)]
    assert {levels: found for levels, found in answers.items() if len(set(found)) > 1} == {}


# ------------------------------------------------------------------------------------------------ sizes


def sized(size: int) -> bytes:
    """A proof whose canonical text has this many bytes."""
    return json.dumps(["x" * (size - 4)], separators=(",", ":")).encode()


def test_a_proof_has_at_most_a_mebibyte() -> None:
    assert len(sized(MAX_BYTES)) == MAX_BYTES
    assert len(read_proof("", sized(MAX_BYTES)).text) == MAX_BYTES
    assert refused(sized(MAX_BYTES + 1)) == "more than 1 MiB"


def test_it_is_the_bytes_that_count_and_not_the_characters() -> None:
    text = json.dumps(["é" * (MAX_BYTES // 2)], ensure_ascii=False)
    assert len(text) < MAX_BYTES
    assert refused(text.encode()) == "more than 1 MiB"


def test_indentation_does_not_count() -> None:
    """Four levels, one number a line: the file is several times its canonical text."""
    value: JSON = [[[[*range(9)]]] for _ in range(30_000)]
    text = canonical(value)
    data = json.dumps(value, indent=2).encode()
    assert len(text) < MAX_BYTES < len(data) <= FILE_LIMIT
    assert read_proof("", data).text == text


def test_but_a_file_has_its_own_limit() -> None:
    assert read_proof("", b"{}".ljust(FILE_LIMIT)).name == read_proof("", b"{}").name
    assert refused(b"{}".ljust(FILE_LIMIT + 1)) == "more than 4 MiB"


# ------------------------------------------------------------------------------------------------ files


def test_a_file_is_plain_ascii_with_lf_and_one_line_end() -> None:
    data = pretty(read_proof("", '{"b": "é\u2028\U0001f600\x7f", "a": [1, {}], "c": []}'.encode()))
    assert data.decode("ascii") == (
        '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": "\\u00e9\\u2028\\ud83d\\ude00\\u007f",\n  "c": []\n}\n'
    )


@settings(max_examples=150, deadline=None)
@given(Shared)
def test_what_is_written_reads_back_as_the_same(value: JSON) -> None:
    proof = read_proof("x.whl", canonical(value).encode())
    assert read_proof("x.whl", pretty(proof)) == proof
    assert pretty(read_proof("x.whl", pretty(proof))) == pretty(proof)
    assert json.loads(proof.text) == value


@settings(max_examples=150, deadline=None)
@given(Shared, st.sampled_from([None, 0, 2, 4, "\t"]), st.booleans(), st.booleans(), st.randoms(use_true_random=False))
def test_no_other_tool_changes_a_name(
    value: JSON, indent: int | str | None, ascii_only: bool, crlf: bool, order: random.Random
) -> None:
    text = json.dumps(_shuffled(value, order), indent=indent, ensure_ascii=ascii_only)
    data = (text.replace("\n", "\r\n") + "\r\n" if crlf else text).encode()
    assert is_proof_of(read_proof("", canonical(value).encode()).name, data)


def _shuffled(value: JSON, order: random.Random) -> JSON:
    if isinstance(value, list):
        return [_shuffled(item, order) for item in value]
    if not isinstance(value, dict):
        return value
    names = list(value)
    order.shuffle(names)
    return {name: _shuffled(value[name], order) for name in names}


@settings(max_examples=150, deadline=None)
@given(Shared, Shared)
def test_two_values_have_one_name_only_if_they_are_one(one: JSON, other: JSON) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (canonical(one) == canonical(other)) is same
    assert (read_proof("", canonical(one).encode()).name == read_proof("", canonical(other).encode()).name) is same


@settings(max_examples=150, deadline=None)
@given(Shared, st.data())
def test_any_change_of_a_value_changes_its_name(value: JSON, data: st.DataObject) -> None:
    places = list(_places(value))
    place = data.draw(st.sampled_from(places))
    new = data.draw(Shared)
    changed = _changed(value, place, new)
    assume(json.dumps(changed, sort_keys=True) != json.dumps(value, sort_keys=True))
    assert canonical(changed) != canonical(value)
    assert not is_proof_of(read_proof("", canonical(value).encode()).name, pretty(Proof("", "", canonical(changed))))


def _places(value: JSON) -> list[tuple[int | str, ...]]:
    """The way to every value within, the whole one among them."""
    inner: list[tuple[int | str, JSON]] = []
    if isinstance(value, list):
        inner = list(enumerate(value))
    elif isinstance(value, dict):
        inner = list(value.items())
    return [(), *((step, *rest) for step, item in inner for rest in _places(item))]


def _changed(value: JSON, place: tuple[int | str, ...], new: JSON) -> JSON:
    if not place:
        return new
    step, *rest = place
    if isinstance(value, list):
        return [_changed(item, tuple(rest), new) if at == step else item for at, item in enumerate(value)]
    assert isinstance(value, dict)
    return {name: _changed(item, tuple(rest), new) if name == step else item for name, item in value.items()}


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=40) | st.text(max_size=40).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_a_proof_or_refused(data: bytes) -> None:
    try:
        proof = read_proof("", data)
    except VerificationError:
        return
    assert is_proof_of(proof.name, data)
    assert read_proof("", pretty(proof)) == proof


@pytest.mark.parametrize("name", ["", NAME.upper(), NAME[:-1], f"{NAME} ", "0" * 64])
def test_only_its_own_name_is_its_name(name: str) -> None:
    assert is_proof_of(NAME, WRITTEN)
    assert not is_proof_of(name, WRITTEN)


@pytest.mark.parametrize("value", [1.5, [float("nan")], {"a": float("inf")}, "\ud800", {"\udc00": 1}])
def test_what_cannot_be_canonical_is_refused(value: JSON) -> None:
    with pytest.raises(VerificationError, match=r"bundle\.json"):
        canonical(value)


def test_a_value_too_deep_to_write_is_refused() -> None:
    value: JSON = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(VerificationError, match=r"bundle\.json"):
        canonical(value)
    while isinstance(value, list) and value:  # taken apart by hand, which no depth limits
        value = value.pop()


def test_threads_of_little_stack_read_the_same() -> None:
    """Registries are asked from threads."""
    proof = read_proof("", WRITTEN)
    found: list[Proof] = []
    before = threading.stack_size(512 << 10)
    try:
        thread = threading.Thread(target=lambda: found.append(read_proof("", pretty(proof))))
        thread.start()
        thread.join(10)
    finally:
        threading.stack_size(before)
    assert found == [proof]
    assert sys.getrecursionlimit() >= 1000


# ------------------------------------------------------------------------------------------------ keys


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two files of keys in place of those that are shipped."""
    for name in ("npm_keys.json", "trusted_root.json"):
        (tmp_path / name).write_bytes(name.encode())
    monkeypatch.setattr(proofs, "_DATA", str(tmp_path))
    return tmp_path


def fresh() -> str:
    """The name of the keys as another process would find them."""
    key_set.cache_clear()
    try:
        return key_set()
    finally:
        key_set.cache_clear()


def test_the_shipped_keys_have_one_name() -> None:
    assert fresh() == fresh() == key_set()
    assert len(key_set()) == 64
    shipped = Path(proofs.__file__).parent / "data"
    assert {path.name for path in shipped.glob("*.json")} == {"npm_keys.json", "trusted_root.json"}


def test_any_change_of_the_keys_is_another_set(keys: Path) -> None:
    seen = {fresh()}

    def change(name: str, data: bytes) -> None:
        (keys / name).write_bytes(data)
        found = fresh()
        assert found not in seen
        seen.add(found)

    change("npm_keys.json", b"npm_keys.json ")
    change("trusted_root.json", b"")
    change("npm_keys.json", b"")
    change("third.json", b"")
    (keys / "npm_keys.json").write_bytes(b"one")
    (keys / "third.json").write_bytes(b"two")
    (keys / "trusted_root.json").write_bytes(b"three")
    one = fresh()
    (keys / "npm_keys.json").write_bytes(b"on")
    (keys / "third.json").write_bytes(b"etwo")
    assert fresh() != one, "and not only the bytes of all together"


def test_what_stands_beside_the_keys_says_nothing(keys: Path) -> None:
    before = fresh()
    for name in ("README.md", "trusted_root.json~", ".DS_Store"):
        (keys / name).write_bytes(b"x")
    assert fresh() == before


def test_keys_are_named_once_a_process(keys: Path) -> None:
    key_set.cache_clear()
    try:
        before = key_set()
        (keys / "npm_keys.json").write_bytes(b"other")
        assert key_set() == before
    finally:
        key_set.cache_clear()

"""JSON is read strictly: no field twice, however the text is laid out (R42)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import RepeatedField, UnreadableMessage
from hub.messages.json_text import parse

TWICE = {
    "at the top": ('{"a":1,"b":2,"a":1}', "a"),
    "within": ('{"a":[{"b":{"c":1,"c":2}}]}', "c"),
    "an object twice": ('{"a":{"b":1},"a":{"b":2}}', "a"),
    "spread out": ('{"a" : 1, "b": 2, "a"\n:\t3}', "a"),
    "spread out once": ('{"a" :1,"b":2,"b":3}', "b"),
    "written otherwise": (r'{"a":1,"\u0061":2}', "a"),
    "beside a text that looks like a name": (r'{"a":"\":","b":1,"b":2}', "b"),
    "empty": ('{"":1,"":2}', ""),
}


@pytest.mark.parametrize("case", TWICE)
def test_a_field_that_stands_twice_is_refused(case: str) -> None:
    text, name = TWICE[case]
    with pytest.raises(RepeatedField) as caught:
        parse(text.encode())
    assert (caught.value.code, caught.value.where) == ("repeated_field", name)


@pytest.mark.parametrize(
    "text",
    [
        '{"a":{"a":1},"b":{"a":2}}',
        '[{"a":1},{"a":1}]',
        r'{"note":"he said \"a\":\"b\", \"a\" : 2","a":1}',
        '{\n  "a" : "x : y",\n  "b" : ["\\":"]\n}',
        '"a"',
        "1",
    ],
)
def test_what_only_looks_like_it_is_not(text: str) -> None:
    assert parse(text.encode()) == json.loads(text)


@pytest.mark.parametrize(
    "raw",
    [b"[" * 5000 + b"]" * 5000, b'{"a" :' * 1010 + b"1" + b"}" * 1010, b"{", b"", b"\xff", b'{"a":NaN}'],
    ids=["deep", "deep and spread out", "cut", "empty", "not UTF-8", "no number"],
)
def test_what_is_nested_too_deeply_or_broken_is_a_clear_error(raw: bytes) -> None:
    with pytest.raises(UnreadableMessage) as caught:
        parse(raw)
    assert caught.value.code == "unreadable"


NAMES = st.text(alphabet='ab":\\ \n', max_size=3)
VALUES: st.SearchStrategy[Any] = st.recursive(
    NAMES | st.integers(-9, 9), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3)
)


@given(VALUES, st.sampled_from([None, 1]), st.sampled_from([(",", ":"), (", ", ": "), (" ,", " :")]))
def test_whatever_json_writes_is_read_back(value: Any, indent: int | None, separators: tuple[str, str]) -> None:
    assert parse(json.dumps(value, indent=indent, separators=separators).encode()) == value


@given(st.lists(st.tuples(NAMES, VALUES), max_size=4), st.sampled_from([":", " :", ": "]))
def test_it_is_refused_exactly_where_a_name_comes_again(pairs: list[tuple[str, Any]], colon: str) -> None:
    text = "{" + ",".join(f"{json.dumps(name)}{colon}{json.dumps(value)}" for name, value in pairs) + "}"
    names = [name for name, _ in pairs]
    if len(set(names)) == len(names):
        assert parse(text.encode()) == dict(pairs)
    else:
        with pytest.raises(RepeatedField):
            parse(text.encode())

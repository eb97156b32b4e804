"""Data that is nearly right: made from a message's schema and example, one fault (or none) at a time."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]

TYPES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    1,
    1.0,
    1.5,
    -1,
    10**13,
    1e300,
    "",
    "x",
    [],
    [None],
    {},
    {"x": 1},
)
"""One of each JSON type, and what may be mistaken for another."""

SIGNS: tuple[Any, ...] = (None, 1, "", "a\n")
"""What tells whether a field may be null, and whether its value is watched at all."""

SIGNS: tuple[Any, ...] = (None, 1, "", "a\n")
"""What tells whether a field may be null, and whether its value is watched at all."""

ODD: tuple[str, ...] = (
    "a\n",
    "a\r",
    "\na",
    "a\nb",
    "a\x00b",
    "\x00",
    "a\tb",
    "a\x7fb",
    " a",
    "a ",
    " ",
    "\u00a0a",
    "a\u2028b",
    "e\u0301",
    "\U0001f529" * 200,
    "ß" * 80,
    "ß" * 81,
    "x" * 200,
    "x" * 201,
    "x" * 10_000,
    "x" * 10_001,
)

NUMBERS: tuple[str, ...] = (
    "12",
    "12.50",
    "0",
    "-0",
    "-12.5",
    "+12",
    "012",
    ".5",
    "5.",
    "1e3",
    "1E+3",
    "1_000",
    "1,000",
    "1,5",
    " 12",
    "12 ",
    "12\n",
    "0x10",
    "NaN",
    "Infinity",
    "\u0661\u0662",
    "\uff11\uff12",
    "\u0967",
    "12\u0660",
    "1" * 12,
    "1" * 13,
    "1" * 18,
    "1" * 19,
    "0.123456789",
    "0.1234567891",
    "-",
    "--1",
)

CODES: tuple[str, ...] = (
    "EUR",
    "eur",
    "EURO",
    "EU",
    "EUR\n",
    "ÉUR",
    "H87",
    "h87",
    "KGM",
    "C62",
    "X",
    "ＥＵＲ",
    "H\u0668\u0667",
)

DATES: tuple[str, ...] = (
    "2027-01-11",
    "2027-02-30",
    "2028-02-29",
    "2027-02-29",
    "2100-02-29",
    "2027-13-01",
    "2027-00-10",
    "2027-01-00",
    "2027-1-1",
    "20270111",
    "2027-W02-1",
    "2027-011",
    "2027-01-11\n",
    "2027-01-11T00:00:00Z",
    "0000-01-01",
    "0001-01-01",
    "9999-12-31",
    "2999-12-31",
    "3000-01-01",
    "-2027-01-11",
    "2027/01/11",
    "2027-01-1\u0661",
    "\u0662\u0660\u0662\u0667-\u0660\u0661-\u0661\u0661",
)

INSTANTS: tuple[str, ...] = (
    "2026-11-22T08:00:00Z",
    "2026-11-22T08:00:00+01:00",
    "2026-11-22T08:00:00.5-00:00",
    "2026-11-22T08:00:00.123456Z",
    "2026-11-22T08:00:00.1234567Z",
    "2026-11-22T08:00:00",
    "2026-11-22T08:00:00+0100",
    "2026-11-22T08:00:00+01",
    "2026-11-22T08:00:00+24:00",
    "2026-11-22T08:00:00+23:59",
    "2026-11-22T08:00:00-12:60",
    "2026-11-22T08:00:00.Z",
    "2026-11-22T08:00Z",
    "2026-11-22 08:00:00Z",
    "2026-11-22t08:00:00z",
    "2026-11-22T24:00:00Z",
    "2026-11-22T23:60:00Z",
    "2026-11-22T23:59:60Z",
    "2016-12-31T23:59:60Z",
    "2026-02-30T08:00:00Z",
    "2026-11-22T08:00:00Z\n",
    "2026-11-22T\u0660\u0668:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
)

STRINGS: tuple[str, ...] = (*ODD, *NUMBERS, *CODES, *DATES, *INSTANTS)
"""For each kind of string once."""

TELLING: tuple[str, ...] = (
    "a\n",
    "12\n",
    "1e3",
    "\u0661\u0662",
    "2027-02-30",
    "2026-11-22T08:00:00",
    "x" * 10_001,
)
"""For each string of each message."""


def resolve(node: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    """A schema node, references followed."""
    while "$ref" in node:
        node = root["$defs"][node["$ref"].removeprefix("#/$defs/")]
    return node


def _fill(node: dict[str, Any], root: dict[str, Any]) -> Any:
    """A valid value for a node."""
    node = resolve(node, root)
    if "const" in node:
        return node["const"]
    if "enum" in node:
        return node["enum"][0]
    if "anyOf" in node and node.get("type") != "object":
        return _fill(node["anyOf"][0], root)
    match node.get("type"):
        case "string":
            return node.get("examples", ["some text"])[0]
        case "integer":
            return node.get("minimum", 0)
        case "boolean":
            return False
        case "array":
            return [_fill(node["items"], root)]
        case "object":
            return {name: _fill(child, root) for name, child in node.get("properties", {}).items()}
    raise AssertionError(f"no value is known for {node}")


def full(root: dict[str, Any]) -> dict[str, Any]:
    """Data with every field that the schema knows, alternatives of a `oneOf` left to the first."""
    data: dict[str, Any] = {**_fill({**root, "anyOf": []} if "anyOf" in root else root, root)}
    for other in root.get("oneOf", [])[1:]:
        for name in other["required"]:
            del data[name]
    return data


WORDS_ONLY = ("title", "description", "examples", "default")
Seen = set[tuple[str, bool]]


def places(
    node: dict[str, Any], root: dict[str, Any], value: Any, path: Path = (), seen: Seen | None = None
) -> Iterator[tuple[str, Path, str]]:
    """The way to everything within a value, itself first, between its name under `$defs` and what is asked of it.

    Parts of a kind that was `seen` are not looked into again.
    """
    name = node.get("$ref", "").removeprefix("#/$defs/")
    node = resolve(node, root)
    if "anyOf" in node and node.get("type") != "object":
        yield from places(node["anyOf"][0], root, value, path, seen)
        return
    yield name, path, json.dumps({word: node[word] for word in node if word not in WORDS_ONLY})
    if isinstance(value, dict):
        key = name, bool(node.get("additionalProperties", True))
        if seen is not None and name:
            if key in seen:
                return
            seen.add(key)
        for field in (field for field in value if field in node.get("properties", {})):
            yield from places(node["properties"][field], root, value[field], (*path, field), seen)
    elif isinstance(value, list) and value:
        yield from places(node["items"], root, value[0], (*path, 0), seen)


def at(value: Any, path: Path) -> Any:
    """What stands at a place."""
    for part in path:
        value = value[part]
    return value


def put(value: Any, path: Path, new: Any) -> Any:
    """A copy with something else at a place."""
    if not path:
        return new
    changed = copy.deepcopy(value)
    at(changed, path[:-1])[path[-1]] = new
    return changed


def drop(value: Any, path: Path) -> Any:
    """A copy without what stands at a place."""
    changed = copy.deepcopy(value)
    del at(changed, path[:-1])[path[-1]]
    return changed


def _seen_before(asked: str, value: Any, seen: Seen | None) -> bool:
    """Whether a plain value of which the same is asked was tried before; from now on it was."""
    if seen is None or isinstance(value, (dict, list)):
        return False
    before = (asked, True) in seen
    seen.add((asked, True))
    return before


def near_misses(data: dict[str, Any], root: dict[str, Any], seen: Seen | None = None) -> Iterator[tuple[str, Any]]:
    """Everything that is made of this data by one change, each with what was done.

    A plain value of which the same is asked as of one `seen` is only tried with what shows that it is asked.
    """
    for _, path, asked in list(places(root, root, data, seen=seen)):
        name = ".".join(map(str, path)) or "(all)"
        here = at(data, path)
        if path:
            yield f"{name} dropped", drop(data, path)
        if isinstance(here, dict):
            yield f"{name} with an unknown field", put(data, path, {**here, "unknown": 1})
        if isinstance(here, list) and here:
            yield f"{name} twice", put(data, path, [here[0], here[0]])
        again = _seen_before(asked, here, seen)
        for value in SIGNS if again else TYPES:
            yield f"{name} = {value!r}", put(data, path, value)
        if isinstance(here, str) and not again:
            for text in TELLING:
                yield f"{name} = {text[:30]!r}", put(data, path, text)

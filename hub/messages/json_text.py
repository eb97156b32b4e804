"""Reading JSON: what names a field twice is refused, where parsers otherwise keep the last and say nothing.

Two readers of such a text may see two different messages. A parser that looks for it takes several times as long, so
it is asked only where there are more names in the text than in what was parsed, or where that can't be told.
"""

from __future__ import annotations

import json
from typing import Any

import orjson

from hub.errors import RepeatedField, UnreadableMessage

_APART = (b" :", b"\t:", b"\n:", b"\r:")
"""a colon that may stand apart from its name"""


def parse(raw: bytes) -> Any:
    """What a JSON text says. Raises UnreadableMessage; RepeatedField where an object names a field twice."""
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise UnreadableMessage(f"not JSON: {error}") from error
    if raw.count(b'":') != _names(found) or any(each in raw for each in _APART):
        _look_closely(raw)
    return found


def _names(found: Any) -> int:
    """How many fields all the objects have together."""
    count, left = 0, [found]
    while left:
        each = left.pop()
        if type(each) is dict:
            count += len(each)
            left += [value for value in each.values() if type(value) is dict or type(value) is list]
        elif type(each) is list:
            left += [value for value in each if type(value) is dict or type(value) is list]
    return count


def _look_closely(raw: bytes) -> None:
    try:
        json.loads(raw, object_pairs_hook=_once)
    except RecursionError as error:
        raise UnreadableMessage("not a message: its JSON is nested too deeply") from error


def _once(pairs: list[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise RepeatedField(f"{name!r} stands twice in one object: it is not clear which counts", where=name)
        seen.add(name)

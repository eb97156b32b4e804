"""What was written or read last, kept parsed: reading a body again costs a comparison instead of a parse.

The row's text is fetched all the same, under its lock; only when it is, letter for letter, the text that is
remembered, the value that goes with it is taken. So another process's writing, or a transaction rolled back, can
never be missed.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")


class Memory(Generic[T]):
    """Reads and writes bodies of one kind; remembers the ``size`` last used."""

    def __init__(self, adapter: TypeAdapter[T], size: int) -> None:
        self._adapter = adapter
        self._size = size
        self._known: OrderedDict[str, tuple[str, T]] = OrderedDict()

    def read(self, key: str, body: str) -> T:
        """The value of a body; ``key`` is the id of what it belongs to."""
        known = self._known.get(key)
        if known is not None and known[0] == body:
            self._known.move_to_end(key)
            return known[1]
        value = self._adapter.validate_json(body)
        self._keep(key, body, value)
        return value

    def write(self, key: str, value: T) -> str:
        """The body of a value."""
        body = self._adapter.dump_json(value).decode()
        self._keep(key, body, value)
        return body

    def _keep(self, key: str, body: str, value: T) -> None:
        self._known[key] = body, value
        self._known.move_to_end(key)
        if len(self._known) > self._size:
            self._known.popitem(last=False)

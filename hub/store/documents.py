"""The archive: every document that came in or goes out, unchanged, and the numbers that were given out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.sagas.numbers import short
from hub.store import tables
from hub.store.records import chunks

INTERCHANGES = ("x12:", "edifact:")
"""how keys begin that are the number of an interchange, with its sender and receiver"""


class ControlNumbers:
    """The control numbers of one partner, locked in this transaction: 1, 2, 3… without gap or repeat."""

    def __init__(self, partner_id: str, last: dict[str, int]) -> None:
        self.partner_id = partner_id
        self._last = last

    def next(self, counter: str) -> int:
        """The next number of a counter."""
        self._last[counter] = self._last.get(counter, 0) + 1
        return self._last[counter]

    def rows(self) -> list[dict[str, Any]]:
        """The numbers last given out, to be written."""
        return [
            {"partner_id": self.partner_id, "counter": counter, "value": value} for counter, value in self._last.items()
        ]


class Handing:
    """Hands out the control numbers of one document, and knows afterwards which those were."""

    def __init__(self, numbers: ControlNumbers) -> None:
        self._numbers = numbers
        self.given: dict[str, str] = {}
        """by counter, the first number"""

    def next(self, counter: str) -> int:
        """The next number of a counter."""
        number = self._numbers.next(counter)
        self.given.setdefault(counter, str(number))
        return number


async def lock_numbers(connection: AsyncConnection, partners: Iterable[str]) -> dict[str, ControlNumbers]:
    """The control numbers of these partners, locked in the order of their ids."""
    wanted = sorted(set(partners))
    last = await _locked(connection, wanted)
    new = [partner for partner in wanted if not last[partner]]
    if new:
        rows = [{"partner_id": partner, "counter": "interchange", "value": 0} for partner in new]
        await connection.execute(_adding(connection).on_conflict_do_nothing(), rows)
        last |= await _locked(connection, new)
    return {partner: ControlNumbers(partner, counters) for partner, counters in last.items()}


async def _locked(connection: AsyncConnection, partners: Sequence[str]) -> dict[str, dict[str, int]]:
    """The numbers last given out, by partner and counter; a partner that was never sent any has no row to lock."""
    table = tables.control_numbers
    last: dict[str, dict[str, int]] = {partner: {} for partner in partners}
    for some in chunks(partners):
        query = (
            select(table)
            .where(table.c.partner_id.in_(some))
            .order_by(table.c.partner_id, table.c.counter)
            .with_for_update()
        )
        for row in await connection.execute(query):
            last[row.partner_id][row.counter] = row.value
    return last


def _adding(connection: AsyncConnection) -> Any:
    dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    return dialect.insert(tables.control_numbers)


async def write_numbers(connection: AsyncConnection, numbers: Iterable[ControlNumbers]) -> None:
    """Write the numbers that were given out."""
    rows = [row for each in numbers for row in each.rows()]
    if not rows:
        return
    adding = _adding(connection)
    await connection.execute(
        adding.on_conflict_do_update(index_elements=["partner_id", "counter"], set_={"value": adding.excluded.value}),
        rows,
    )


async def known_keys(connection: AsyncConnection, keys: Sequence[str]) -> dict[str, str]:
    """Which of these keys were seen before, and the document that had them."""
    table, found = tables.document_keys, {}
    for some in chunks(set(keys)):
        for row in await connection.execute(select(table).where(table.c.key.in_(some))):
            found[row.key] = row.document_id
    return found


def outgoing_id(event_id: str, partner_id: str) -> str:
    """The id of the document by which a partner is told of an event; the same each time."""
    return f"D-{short(event_id, partner_id)}"


REPLACED = "replaced"
"""state of a document of ours in whose place another was written"""


def reissued_id(document_id: str) -> str:
    """The id of the document that is written in the place of one of ours; its cause is that one."""
    return f"D-{short(document_id, 'reissued')}"


async def add_documents(connection: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    """Archive documents."""
    if rows:
        await connection.execute(insert(tables.documents), rows)


async def outdated(connection: AsyncConnection, keys: Mapping[str, str], before: str) -> set[str]:
    """Of these keys, each with its document, the numbers of interchanges that came before that instant."""
    table, numbers = tables.documents, {key: each for key, each in keys.items() if key.startswith(INTERCHANGES)}
    old: set[str] = set()
    for some in chunks(set(numbers.values())):
        query = select(table.c.document_id).where(table.c.document_id.in_(some), table.c.at < before)
        old |= set((await connection.execute(query)).scalars())
    return {key for key, document_id in numbers.items() if document_id in old}


async def add_keys(connection: AsyncConnection, keys: Sequence[str], document_id: str) -> None:
    """Note the keys by which a second arrival will be known.

    Raises IntegrityError when another document of the same key was faster.
    """
    if keys:
        rows = [{"key": key, "document_id": document_id} for key in dict.fromkeys(keys)]
        await connection.execute(insert(tables.document_keys), rows)


async def drop_keys(connection: AsyncConnection, keys: Iterable[str]) -> None:
    """Forget these keys: the document that had them gives way to one that has them too."""
    for some in chunks(set(keys)):
        await connection.execute(delete(tables.document_keys).where(tables.document_keys.c.key.in_(some)))

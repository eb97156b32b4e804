"""What we sent by EDI, by our own control numbers, and what its receivers say of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import bindparam, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.messages.envelope import instant
from hub.ports import Statement
from hub.store import tables
from hub.store.documents import REPLACED
from hub.store.records import chunks

Row = dict[str, Any]
REFUSED = "refused_by_partner"
SILENT = ("awaited", "overdue")
"""states in which an acknowledgment is still to come"""


def interchange(
    partner_id: str, document_id: str, given: Mapping[str, str], *, patience: int | None, acknowledges: bool = False
) -> Row:
    """The row of an interchange that is to be sent; what holds acknowledgments is not acknowledged itself."""
    expected = patience is not None and not acknowledges
    return {
        "partner_id": partner_id,
        "number": given["interchange"],
        "group_number": given.get("group"),
        "message_number": None if acknowledges else given.get("message"),
        "document_id": document_id,
        "state": "awaited" if expected else "not_expected",
        "patience": patience if expected else None,
    }


async def add_interchanges(connection: AsyncConnection, rows: Sequence[Row]) -> None:
    """Note what is to be sent."""
    if rows:
        await connection.execute(insert(tables.interchanges), rows)


async def start_waiting(connection: AsyncConnection, document_ids: Collection[str], now: datetime) -> None:
    """These documents are on their way: from now on their acknowledgments are waited for."""
    table, due = tables.interchanges, []
    query = select(table.c.document_id, table.c.patience).where(table.c.patience.is_not(None))
    for some in chunks(document_ids):
        rows = await connection.execute(query.where(table.c.document_id.in_(some)))
        due += [{"d": row.document_id, "at": instant(now + timedelta(seconds=row.patience))} for row in rows]
    if due:
        statement = update(table).where(table.c.document_id == bindparam("d")).values(due_at=bindparam("at"))
        await connection.execute(statement, due)


async def named(connection: AsyncConnection, partner_id: str, statements: Sequence[Statement]) -> list[Any]:
    """What we sent to a partner and its statements name, each with its document; locked in their order."""
    table, documents = tables.interchanges, tables.documents
    numbers = {each.interchange for each in statements if each.interchange}
    groups = {each.group for each in statements if each.group}
    rows: dict[str, Any] = {}
    columns = [documents.c[name] for name in ("kind", "title", "order_id", "purpose")]
    for column, keys in ((table.c.number, numbers), (table.c.group_number, groups)):
        for some in chunks(keys):
            query = (
                select(table, *columns, documents.c.state.label("document_state"))
                .join(documents, documents.c.document_id == table.c.document_id)
                .where(table.c.partner_id == partner_id, column.in_(some))
                .order_by(table.c.number)
                .with_for_update(of=table)
            )
            rows |= {row.number: row for row in await connection.execute(query)}
    return list(rows.values())


async def answer(connection: AsyncConnection, row: Any, status: str, by: str, reason: str, now: datetime) -> None:
    """Note what a partner says of what we sent; what it has refused did not reach it (``documents.state``)."""
    table, documents = tables.interchanges, tables.documents
    await connection.execute(
        update(table)
        .where(table.c.partner_id == row.partner_id, table.c.number == row.number)
        .values(state=status, answered_by=by, answered_at=instant(now), reason=reason or None)
    )
    state = "undeliverable" if status == "rejected" else "sent"
    if row.document_state in {"sent", "undeliverable"} and row.document_state != state:
        await connection.execute(
            update(documents).where(documents.c.document_id == row.document_id).values(state=state)
        )


async def sent_as(connection: AsyncConnection, document_id: str) -> Any | None:
    """The interchange in which a document of ours went out, with what is known of the document; both locked."""
    table, documents = tables.interchanges, tables.documents
    names = ("direction", "kind", "title", "order_id", "purpose", "cause")
    query = (
        select(table, *(documents.c[name] for name in names), documents.c.state.label("document_state"))
        .join(documents, documents.c.document_id == table.c.document_id)
        .where(table.c.document_id == document_id)
        .with_for_update()
    )
    return (await connection.execute(query)).first()


async def give_way(connection: AsyncConnection, row: Any) -> None:
    """Note that another document takes the place of this one: no acknowledgment of it is awaited any more."""
    table, documents = tables.interchanges, tables.documents
    await connection.execute(update(documents).where(documents.c.document_id == row.document_id).values(state=REPLACED))
    this = (table.c.partner_id == row.partner_id) & (table.c.number == row.number)
    await connection.execute(
        update(table).where(this, table.c.state.in_(SILENT)).values(state="not_expected", due_at=None)
    )


async def refusals_seen_to(connection: AsyncConnection, refused_by: Collection[str]) -> set[str]:
    """Of the questions about what these acknowledgments refuse, those that are open, and of which nothing is left."""
    table, documents, aside = tables.interchanges, tables.documents, tables.quarantine
    left = (
        select(table.c.answered_by)
        .join(documents, documents.c.document_id == table.c.document_id)
        .where(table.c.answered_by.in_(refused_by), table.c.state == "rejected", documents.c.state == "undeliverable")
    )
    acknowledgment = func.coalesce(aside.c.original_id, aside.c.document_id)
    query = select(aside.c.document_id, aside.c.body).where(
        acknowledgment.in_(refused_by), acknowledgment.not_in(left), aside.c.state == "set_aside"
    )
    rows = await connection.execute(query)
    return {row.document_id for row in rows if _asks_of_refusals_alone(row.body)}


def _asks_of_refusals_alone(body: str) -> bool:
    return {each["code"] for each in orjson.loads(body)["findings"]} <= {REFUSED}


async def answered_questions(connection: AsyncConnection, asked_in: Collection[str]) -> set[str]:
    """Of the questions about silent partners those that are open, and of which nothing is left to wait for."""
    table, aside = tables.interchanges, tables.quarantine
    still = select(table.c.asked_in).where(table.c.asked_in.in_(asked_in), table.c.state == "overdue")
    query = select(aside.c.document_id).where(
        aside.c.document_id.in_(asked_in), aside.c.state == "set_aside", aside.c.document_id.not_in(still)
    )
    return set((await connection.execute(query)).scalars())


async def any_overdue(connection: AsyncConnection, now: datetime) -> bool:
    """Whether an acknowledgment should have come by now that nobody has been told is missing."""
    table = tables.interchanges
    query = select(table.c.number).where(table.c.state == "awaited", table.c.due_at <= instant(now)).limit(1)
    return (await connection.execute(query)).first() is not None


async def overdue(connection: AsyncConnection, now: datetime, limit: int) -> list[Any]:
    """What should have been acknowledged by now, each with its document, the oldest first; locked."""
    table, documents = tables.interchanges, tables.documents
    columns = [documents.c[name] for name in ("kind", "title", "order_id", "po_number")]
    query = (
        select(table, *columns)
        .join(documents, documents.c.document_id == table.c.document_id)
        .where(table.c.state == "awaited", table.c.due_at <= instant(now))
        .order_by(table.c.due_at, table.c.partner_id, table.c.number)
        .limit(limit)
        .with_for_update(of=table, skip_locked=True)
    )
    return list((await connection.execute(query)).all())


async def open_questions(connection: AsyncConnection, partners: Collection[str]) -> dict[str, str]:
    """By partner: the question about its silence that a person has still to answer."""
    table, aside = tables.interchanges, tables.quarantine
    query = (
        select(table.c.partner_id, table.c.asked_in)
        .join(aside, aside.c.document_id == table.c.asked_in)
        .where(table.c.partner_id.in_(partners), table.c.state == "overdue", aside.c.state == "set_aside")
    )
    return {row.partner_id: row.asked_in for row in await connection.execute(query)}


async def mark_overdue(connection: AsyncConnection, rows: Sequence[Any], asked_in: Mapping[str, str]) -> None:
    """Note that these are overdue, and by which question a person knows."""
    table = tables.interchanges
    this = (table.c.partner_id == bindparam("p")) & (table.c.number == bindparam("n"))
    values = [{"p": row.partner_id, "n": row.number, "q": asked_in[row.partner_id]} for row in rows]
    await connection.execute(update(table).where(this).values(state="overdue", asked_in=bindparam("q")), values)


async def silence(connection: AsyncConnection) -> dict[str, int]:
    """How many acknowledgments are awaited, and how many are overdue that a person has not yet dealt with."""
    table, aside = tables.interchanges, tables.quarantine
    query = (
        select(table.c.state, func.count().label("total"))
        .outerjoin(aside, aside.c.document_id == table.c.asked_in)
        .where(table.c.state.in_(SILENT), or_(aside.c.state.is_(None), aside.c.state == "set_aside"))
        .group_by(table.c.state)
    )
    found = {row.state: row.total for row in await connection.execute(query)}
    return {state: found.get(state, 0) for state in SILENT}

"""What the hub knows of the orders and conversations that a document mentions: looked up for each, never all of it.

A reply token is kept as its hash, bound to the order, the version of the question and the address that was asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.messages.envelope import instant
from hub.ports import Mentions
from hub.sagas.sales.amendment import wanted
from hub.store import tables
from hub.store.records import MATERIAL_POS, ORDERS, among

Row = dict[str, Any]
AWAITED = frozenset({"stand_by", "lapsed"})
"""states of an order in which a revised purchase order is what we asked for"""


@dataclass(frozen=True, slots=True)
class Known:
    """What the hub knows of what a document mentions."""

    orders: tuple[Row, ...] = ()
    conversations: tuple[Row, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.orders or self.conversations)


def hashed(token: str) -> str:
    """What is stored of a reply token."""
    return hashlib.sha256(token.encode()).hexdigest()


async def add_conversations(connection: AsyncConnection, rows: Sequence[Row]) -> None:
    """Note our mails, and what they ask."""
    if rows:
        await connection.execute(insert(tables.conversations), rows)


async def concerned(connection: AsyncConnection, document_id: str) -> tuple[str | None, str | None, tuple[str, ...]]:
    """Whom a document of ours went to, the material PO that it is about, if it is, and the orders."""
    sent, asked, pos = tables.documents, tables.conversations, tables.material_pos
    query = (
        select(sent.c.partner_id, sent.c.order_id, asked.c.material_po_id, pos.c.body)
        .join_from(sent, asked, asked.c.document_id == sent.c.document_id, isouter=True)
        .join(pos, pos.c.material_po_id == asked.c.material_po_id, isouter=True)
        .where(sent.c.document_id == document_id, sent.c.direction == "out")
    )
    row = (await connection.execute(query)).first()
    if row is None:
        return None, None, ()
    served = MATERIAL_POS.read(row.material_po_id, row.body).order_ids if row.body else ()
    return row.partner_id, row.material_po_id, (row.order_id,) if row.order_id else served


async def look_up(connection: AsyncConnection, mentions: Mentions, now: datetime) -> Known:
    """The orders and the conversations that a document mentions, these oldest first."""
    numbers = {each for number in mentions.numbers for each in (number, number.upper(), number.lower())}
    table = tables.conversations
    rows: dict[str, Any] = {}
    for column, keys in (
        (table.c.token_sha256, {hashed(token) for token in mentions.tokens}),
        (table.c.message_id, set(mentions.message_ids)),
        (table.c.po_number, numbers),
        (table.c.material_po_id, numbers),
    ):
        for row in await among(connection, select(table), column, keys):
            rows[row.document_id] = row
    found = sorted(rows.values(), key=lambda row: (row.at, row.document_id))
    orders = await _orders(connection, numbers)
    asked = {row.order_id for row in found if row.order_id}
    pos = {row.material_po_id for row in found if row.material_po_id}
    columns = select(tables.orders.c.order_id, tables.orders.c.state, tables.orders.c.revision)
    states = {
        row.order_id: (row.state, str(row.revision))
        for row in await among(connection, columns, tables.orders.c.order_id, asked)
    }
    lines = await _lines(connection, pos)
    moment = instant(now)
    return Known(orders, tuple(_conversation(row, states, lines, moment) for row in found))


async def _orders(connection: AsyncConnection, numbers: Collection[str]) -> tuple[Row, ...]:
    table = tables.orders
    query = select(table.c.order_id, table.c.customer_id, table.c.po_number, table.c.body)
    return tuple(
        {
            "order_id": row.order_id,
            "customer_id": row.customer_id,
            "po_number": row.po_number,
            "lines": [
                {"line": line.line, "quantity": line.quantity, "unit": line.unit}
                for line in wanted(ORDERS.read(row.order_id, row.body)).lines
            ],
        }
        for row in await among(connection, query, table.c.po_number, numbers)
    )


async def _lines(connection: AsyncConnection, pos: Collection[str]) -> dict[str, list[Row]]:
    table = tables.material_pos
    query = select(table.c.material_po_id, table.c.body)
    return {
        row.material_po_id: [{"line": number} for number in MATERIAL_POS.read(row.material_po_id, row.body).lines]
        for row in await among(connection, query, table.c.material_po_id, pos)
    }


def _conversation(row: Any, states: dict[str, tuple[str, str]], lines: dict[str, list[Row]], now: str) -> Row:
    """A conversation as readers know it. A request to revise that is answered already asks for nothing any more."""
    kind = row.kind
    expired = row.expires_at is not None and row.expires_at <= now
    if kind == "revise_request":
        state, revision = states.get(row.order_id, ("", ""))
        if expired or state not in AWAITED or (row.question and row.question != revision):
            kind = "order"
    return {
        "document_id": row.document_id,
        "kind": kind,
        "party": row.asked,
        "message_id": row.message_id,
        "reply_token_sha256": row.token_sha256,
        "expired": expired,
        "order_id": row.order_id,
        "po_number": row.material_po_id or row.po_number,
        "customer_id": None if row.material_po_id else row.partner_id,
        "material_po_id": row.material_po_id,
        "lines": lines.get(row.material_po_id, []),
        "question_id": row.question if row.kind == "penalty_question" else None,
    }

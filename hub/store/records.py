"""Loading and writing what the sagas know: many aggregates in few statements."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson
from pydantic import TypeAdapter
from sqlalchemy import Select, Table, bindparam, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.messages.envelope import instant
from hub.sagas.case import Case
from hub.sagas.model import Order
from hub.sagas.numbers import plain
from hub.sagas.paper import Document
from hub.sagas.supply import MaterialPo, Stock
from hub.store import tables
from hub.store.memory import Memory

ORDER: TypeAdapter[Order] = TypeAdapter(Order)
MATERIAL_PO: TypeAdapter[MaterialPo] = TypeAdapter(MaterialPo)
DOCUMENT: TypeAdapter[Document] = TypeAdapter(Document)
ORDERS = Memory(ORDER, 500)
MATERIAL_POS = Memory(MATERIAL_PO, 2000)
CHUNK = 500


def chunks(keys: Collection[Any]) -> Iterable[list[Any]]:
    """The keys in sorted portions that a statement can hold."""
    ordered = sorted(keys)
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]


async def among(connection: AsyncConnection, query: Select[Any], column: Any, keys: Collection[Any]) -> list[Any]:
    """The rows of a query whose ``column`` is among the keys."""
    found: list[Any] = []
    for some in chunks(keys):
        found += (await connection.execute(query.where(column.in_(some)))).all()
    return found


async def order_ids(connection: AsyncConnection, pos: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """The orders known by (customer, PO number)."""
    table = tables.orders
    found: dict[tuple[str, str], str] = {}
    for some in chunks(pos):
        query = select(table.c.order_id, table.c.customer_id, table.c.po_number).where(
            tuple_(table.c.customer_id, table.c.po_number).in_(some)
        )
        found |= {(row.customer_id, row.po_number): row.order_id for row in await connection.execute(query)}
    return found


async def homes_of_tasks(connection: AsyncConnection, keys: Collection[str]) -> dict[str, tuple[str, str, str]]:
    """Whose tasks these are, by task: the order, the material PO or the document; the others are empty."""
    table = tables.tasks
    found: dict[str, tuple[str, str, str]] = {}
    for some in chunks(keys):
        query = select(table.c.task_id, table.c.order_id, table.c.material_po_id, table.c.document_id)
        for row in await connection.execute(query.where(table.c.task_id.in_(some))):
            found[row.task_id] = row.order_id or "", row.material_po_id or "", row.document_id or ""
    return found


async def load_orders(connection: AsyncConnection, keys: Collection[str], case: Case, *, lock: bool = True) -> None:
    """Load these orders into the case; with ``lock``, in the order of their ids."""
    table = tables.orders
    for some in chunks(keys):
        query = select(table.c.order_id, table.c.body).where(table.c.order_id.in_(some)).order_by(table.c.order_id)
        for key, body in await connection.execute(query.with_for_update() if lock else query):
            case.orders[key] = ORDERS.read(key, body)


async def holders(connection: AsyncConnection, material: str) -> set[str]:
    """The ids of the orders in fulfilment that name a material; a look through all of them, for what is rare."""
    table = tables.orders
    named = table.c.body.contains(f'"material":{orjson.dumps(material).decode()}', autoescape=True)
    query = select(table.c.order_id).where(table.c.state == "in_fulfilment", named)
    return set((await connection.execute(query)).scalars())


async def load_material_pos(
    connection: AsyncConnection, keys: Collection[str], case: Case, *, lock: bool = True
) -> None:
    """Load these material POs into the case; with ``lock``, in the order of their ids."""
    table = tables.material_pos
    for some in chunks(keys):
        query = select(table.c.material_po_id, table.c.body).where(table.c.material_po_id.in_(some))
        query = query.order_by(table.c.material_po_id)
        for key, body in await connection.execute(query.with_for_update() if lock else query):
            case.material_pos[key] = MATERIAL_POS.read(key, body)


async def load_documents(connection: AsyncConnection, keys: Collection[str], case: Case) -> None:
    """Load these documents that were set aside into the case, and lock them, in the order of their ids."""
    table = tables.quarantine
    for some in chunks(keys):
        query = select(table.c.document_id, table.c.body).where(table.c.document_id.in_(some))
        for key, body in await connection.execute(query.order_by(table.c.document_id).with_for_update()):
            case.documents[key] = DOCUMENT.validate_json(body)


async def load_stock(connection: AsyncConnection, keys: Collection[str], case: Case, *, lock: bool = True) -> None:
    """Load the stock of these materials into the case; with ``lock``, in the order of their ids."""
    table = tables.stock
    for some in chunks(keys):
        query = select(table).where(table.c.material.in_(some)).order_by(table.c.material)
        for row in await connection.execute(query.with_for_update() if lock else query):
            case.stock[row.material] = stock_of(row)


def stock_of(row: Any) -> Stock:
    """A row of the stock table as the sagas know it."""
    return Stock(
        row.material,
        row.unit,
        on_hand=Decimal(row.on_hand),
        reserved=Decimal(row.reserved),
        on_order=Decimal(row.on_order),
    )


@dataclass(frozen=True, slots=True)
class _Kept:
    """How the parts of a case of one kind are kept: the table, its key, and a part's row."""

    part: str
    table: Table
    key: str
    row: Callable[[Any, str], dict[str, Any]]
    """by the instant at which it is written"""
    born_with: Callable[[str], dict[str, Any]] = lambda at: {}
    """what only a new row has"""


def _order_row(order: Order, at: str) -> dict[str, Any]:
    return {
        "order_id": order.order_id,
        "customer_id": order.customer_id,
        "po_number": order.po_number,
        "state": order.state,
        "revision": len(order.revisions),
        "held": order.held,
        "cancellation": order.cancellation.state,
        "change": order.change.state,
        "updated_at": at,
        "body": ORDERS.write(order.order_id, order),
    }


def _material_po_row(po: MaterialPo, at: str) -> dict[str, Any]:
    return {
        "material_po_id": po.material_po_id,
        "supplier_id": po.supplier_id,
        "state": po.state,
        "updated_at": at,
        "body": MATERIAL_POS.write(po.material_po_id, po),
    }


def _stock_row(stock: Stock, at: str) -> dict[str, Any]:
    return {
        "material": stock.material,
        "unit": stock.unit,
        "on_hand": plain(stock.on_hand),
        "reserved": plain(stock.reserved),
        "on_order": plain(stock.on_order),
    }


def _question_row(document: Document, at: str) -> dict[str, Any]:
    return {
        "document_id": document.document_id,
        "original_id": document.original_id,
        "state": document.state,
        "partner_id": document.partner_id,
        "updated_at": at,
        "body": DOCUMENT.dump_json(document).decode(),
    }


_KEPT = (
    _Kept("orders", tables.orders, "order_id", _order_row, born_with=lambda at: {"opened_at": at}),
    _Kept("material_pos", tables.material_pos, "material_po_id", _material_po_row),
    _Kept("stock", tables.stock, "material", _stock_row, born_with=lambda at: {"opening": "0"}),
    _Kept("documents", tables.quarantine, "document_id", _question_row),
)


async def save(connection: AsyncConnection, before: Case, after: Case, now: datetime) -> None:
    """Write what has changed since it was loaded."""
    for kept in _KEPT:
        await _save(connection, kept, getattr(before, kept.part), getattr(after, kept.part), instant(now))


async def _save(
    connection: AsyncConnection, kept: _Kept, before: dict[str, Any], after: dict[str, Any], at: str
) -> None:
    changed = sorted((name, value) for name, value in after.items() if before.get(name) is not value)
    new = [kept.row(value, at) | kept.born_with(at) for name, value in changed if name not in before]
    old = [kept.row(value, at) for name, value in changed if name in before]
    if new:
        await connection.execute(insert(kept.table), new)
    if old:
        columns: dict[str, Any] = {name: bindparam(f"v_{name}") for name in old[0] if name != kept.key}
        statement = update(kept.table).where(kept.table.c[kept.key] == bindparam("k")).values(columns)
        rows = [{"k": row[kept.key], **{f"v_{name}": row[name] for name in row if name != kept.key}} for row in old]
        await connection.execute(statement, rows)

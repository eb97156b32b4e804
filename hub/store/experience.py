"""Keeping what the hub has learnt, in step with the transaction that teaches it, and learning it all anew.

Records of products and suppliers are locked after orders, material POs and stock, in the order of their keys; what is
planned and on its way is written under the lock of the order or material PO that it belongs to.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Table, bindparam, delete, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.messages.base import Event
from hub.messages.material_po import MaterialPoPartReceived, MaterialPoReceived
from hub.messages.work_order import MaterialsSpecified, ReadyToShip
from hub.sagas.calendar import Calendar
from hub.sagas.case import Case
from hub.sagas.history.experience import (
    Arrival,
    Delivery,
    Finished,
    Listed,
    Planned,
    ProductKey,
    ProductRecord,
    SupplierRecord,
    arrivals,
    delivered,
    finished,
    listed,
    making_of,
    planned,
)
from hub.sagas.numbers import plain
from hub.store import tables
from hub.store.memory import Memory
from hub.store.records import chunks

PRODUCTS = Memory(TypeAdapter(ProductRecord), 1000)
SUPPLIERS = Memory(TypeAdapter(SupplierRecord), 200)


def _name(key: ProductKey) -> str:
    return "\n".join(key)


def product_body(record: ProductRecord) -> str:
    """A product's record as it is stored."""
    return PRODUCTS.write(_name(record.key), record)


@dataclass(slots=True)
class Lessons:
    """What the events of a transaction teach about products and suppliers."""

    calendar: Calendar = field(default_factory=Calendar)
    lists: list[tuple[ProductKey, Listed]] = field(default_factory=list)
    made: list[tuple[ProductKey, Finished]] = field(default_factory=list)
    deliveries: list[tuple[str, Delivery]] = field(default_factory=list)

    def take(self, event: Event, case: Case, at: str) -> None:
        """Learn from an event; the case is as it stands after it."""
        if isinstance(event, MaterialsSpecified | ReadyToShip):
            order = case.orders[event.order_id]
            making = making_of(order, order.work_orders[event.work_order_id])
            if making is None:
                return
            if isinstance(event, MaterialsSpecified):
                self.lists.append((making.key, listed(making, event, at)))
            else:
                self.made.append((making.key, finished(making, at)))
        elif isinstance(event, MaterialPoReceived | MaterialPoPartReceived):
            self.deliveries += [(event.supplier_id, each) for each in delivered(event, at, self.calendar)]

    def products(self, known: dict[ProductKey, ProductRecord]) -> dict[ProductKey, ProductRecord]:
        """The records of the products concerned, with what is learnt."""
        records: dict[ProductKey, ProductRecord] = {}
        for key, each in self.lists:
            records[key] = (records.get(key) or known.get(key) or ProductRecord(*key)).with_list(each)
        for key, done in self.made:
            records[key] = (records.get(key) or known.get(key) or ProductRecord(*key)).with_finished(done)
        return records

    def suppliers(self, known: dict[str, SupplierRecord]) -> dict[str, SupplierRecord]:
        """The records of the suppliers concerned, with what is learnt."""
        records: dict[str, SupplierRecord] = {}
        for key, each in self.deliveries:
            records[key] = (records.get(key) or known.get(key) or SupplierRecord(key)).with_delivery(each)
        return records


async def keep(connection: AsyncConnection, before: Case, after: Case, lessons: Lessons) -> None:
    """Write what a transaction has taught, and what it has changed of plans and arrivals."""
    await _keep_plans(connection, before, after)
    await _keep_arrivals(connection, before, after)
    keys = {key for key, _ in (*lessons.lists, *lessons.made)}
    if keys:
        known = await _load_products(connection, keys)
        rows = {key: product_body(record) for key, record in lessons.products(known).items()}
        names = ("product", "specification", "customer_id")
        await _write(connection, tables.products_made, names, rows, known.keys())
    suppliers = {key for key, _ in lessons.deliveries}
    if suppliers:
        heard = await load_suppliers(connection, suppliers, lock=True)
        bodies = {(key,): SUPPLIERS.write(key, record) for key, record in lessons.suppliers(heard).items()}
        await _write(connection, tables.suppliers_dates, ("supplier_id",), bodies, {(key,) for key in heard})


async def _write(
    connection: AsyncConnection,
    table: Table,
    names: tuple[str, ...],
    bodies: dict[Any, str],
    known: Collection[Any],
) -> None:
    """Insert or change; another process may be first with a new row, and the transaction is then tried again."""
    new = [{**dict(zip(names, key, strict=True)), "body": bodies[key]} for key in sorted(bodies) if key not in known]
    old = [
        {**{f"k_{name}": part for name, part in zip(names, key, strict=True)}, "v_body": bodies[key]}
        for key in sorted(bodies)
        if key in known
    ]
    if new:
        await connection.execute(insert(table), new)
    if old:
        statement = update(table).values(body=bindparam("v_body"))
        for name in names:
            statement = statement.where(table.c[name] == bindparam(f"k_{name}"))
        await connection.execute(statement, old)


async def _load_products(connection: AsyncConnection, keys: Collection[ProductKey]) -> dict[ProductKey, ProductRecord]:
    table = tables.products_made
    columns = (table.c.product, table.c.specification, table.c.customer_id)
    found: dict[ProductKey, ProductRecord] = {}
    for some in chunks(keys):
        query = select(table).where(tuple_(*columns).in_(some)).order_by(*columns).with_for_update()
        for row in await connection.execute(query):
            key = (row.product, row.specification, row.customer_id)
            found[key] = PRODUCTS.read(_name(key), row.body)
    return found


async def load_products(connection: AsyncConnection, products: Collection[str]) -> list[ProductRecord]:
    """All records of these products, to whichever specification and for whichever customer."""
    table, found = tables.products_made, []
    for some in chunks(products):
        rows: Iterable[Any] = await connection.execute(select(table).where(table.c.product.in_(some)))
        found += [PRODUCTS.read(_name((row.product, row.specification, row.customer_id)), row.body) for row in rows]
    return found


async def load_suppliers(
    connection: AsyncConnection, keys: Collection[str], *, lock: bool = False
) -> dict[str, SupplierRecord]:
    """The records of these suppliers."""
    table, found = tables.suppliers_dates, {}
    for some in chunks(keys):
        query = select(table).where(table.c.supplier_id.in_(some)).order_by(table.c.supplier_id)
        for row in await connection.execute(query.with_for_update() if lock else query):
            found[row.supplier_id] = SUPPLIERS.read(row.supplier_id, row.body)
    return found


# ------------------------------------------------------------------------------------ what is planned, and comes


async def _keep_plans(connection: AsyncConnection, before: Case, after: Case) -> None:
    was: dict[str, Planned] = {}
    now: dict[str, Planned] = {}
    for order_id, order in after.orders.items():
        old = before.orders.get(order_id)
        known = old.work_orders if old else {}
        if known is order.work_orders:
            continue
        for key, work in order.work_orders.items():
            if known.get(key) is not work:
                was |= {key: plan} if key in known and (plan := planned(known[key])) else {}
                now |= {key: plan} if (plan := planned(work)) else {}
    table = tables.plans
    gone = [(key,) for key, plan in was.items() if now.get(key) != plan]
    new = [plan_row(plan) for key, plan in sorted(now.items()) if was.get(key) != plan]
    await _replace(connection, table, (table.c.work_order_id,), gone, new)


async def _keep_arrivals(connection: AsyncConnection, before: Case, after: Case) -> None:
    was: dict[tuple[str, str], Arrival] = {}
    now: dict[tuple[str, str], Arrival] = {}
    for key, po in after.material_pos.items():
        old = before.material_pos.get(key)
        if old is not po:
            was |= {(each.material_po_id, each.line): each for each in arrivals(old)} if old else {}
            now |= {(each.material_po_id, each.line): each for each in arrivals(po)}
    table = tables.arrivals
    gone = [key for key, each in was.items() if now.get(key) != each]
    new = [arrival_row(each) for key, each in sorted(now.items()) if was.get(key) != each]
    await _replace(connection, table, (table.c.material_po_id, table.c.line), gone, new)


async def _replace(
    connection: AsyncConnection,
    table: Table,
    columns: tuple[ColumnElement[Any], ...],
    gone: Collection[Any],
    new: list[dict[str, Any]],
) -> None:
    for some in chunks(gone):
        await connection.execute(delete(table).where(tuple_(*columns).in_(some)))
    if new:
        await connection.execute(insert(table), new)


def plan_row(plan: Planned) -> dict[str, Any]:
    """A plan as it is stored."""
    return {
        "work_order_id": plan.work_order_id,
        "work_center": plan.work_center,
        "start": plan.start,
        "end": plan.end,
    }


def arrival_row(each: Arrival) -> dict[str, Any]:
    """An arrival as it is stored."""
    return {
        "material_po_id": each.material_po_id,
        "line": each.line,
        "supplier_id": each.supplier_id,
        "material": each.material,
        "unit": each.unit,
        "quantity": plain(each.quantity),
        "expected": each.expected,
        "joinable": each.joinable,
    }


async def load_plans(connection: AsyncConnection, centers: Collection[str]) -> list[Planned]:
    """What is planned on these work centres."""
    table, found = tables.plans, []
    for some in chunks(centers):
        query = select(table).where(table.c.work_center.in_(some))
        found += [
            Planned(row.work_order_id, row.work_center, row.start, row.end) for row in await connection.execute(query)
        ]
    return found


async def load_arrivals(connection: AsyncConnection, materials: Collection[str]) -> list[Arrival]:
    """What suppliers still bring of these materials, the soonest first."""
    table, found = tables.arrivals, []
    for some in chunks(materials):
        rows: Iterable[Any] = await connection.execute(select(table).where(table.c.material.in_(some)))
        found += [arrival_of(row) for row in rows]
    return sorted(found, key=lambda each: (each.expected or "9999", each.material_po_id, each.line))


def arrival_of(row: Any) -> Arrival:
    """A stored arrival."""
    return Arrival(
        row.material_po_id,
        row.line,
        row.supplier_id,
        row.material,
        row.unit,
        Decimal(row.quantity),
        row.expected,
        bool(row.joinable),
    )

"""Learning all anew, from the event log and from what is stored of orders and material POs.

It gives what `experience.keep` has kept message by message. A store that was written before the hub kept anything
learns this way when it is first served.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import orjson
from sqlalchemy import Select, delete, exists, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.messages.customer_po import Line
from hub.messages.material_po import MaterialPoPartReceived, MaterialPoReceived
from hub.messages.order import OrderReceived
from hub.messages.work_order import (
    MaterialsSpecified,
    ReadyToShip,
    WorkOrderChanged,
    WorkOrderCreated,
    WorkOrderScheduled,
)
from hub.sagas.calendar import Calendar
from hub.sagas.history.experience import Making, ProductKey, ProductRecord, SupplierRecord, arrivals, planned
from hub.sagas.history.experience import delivered as seen_delivered
from hub.sagas.history.experience import finished as seen_finished
from hub.sagas.history.experience import listed as seen_listed
from hub.sagas.numbers import decimal
from hub.store import tables
from hub.store.database import Database
from hub.store.experience import SUPPLIERS, arrival_row, plan_row, product_body
from hub.store.records import MATERIAL_PO, ORDER

TEACHING = (
    OrderReceived,
    WorkOrderCreated,
    WorkOrderChanged,
    WorkOrderScheduled,
    MaterialsSpecified,
    ReadyToShip,
    MaterialPoReceived,
    MaterialPoPartReceived,
)
TABLES = (tables.products_made, tables.suppliers_dates, tables.plans, tables.arrivals)
MODELS: dict[str, Any] = {model.TYPE: model for model in TEACHING}
_LOCK = 7_201_131
PORTION = 500
UTC_DAYS = Calendar()


class _Pupil:
    """Reads events, the oldest first, and remembers what they teach."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.customers: dict[str, str] = {}
        self.makings: dict[str, Making] = {}
        self.products: dict[ProductKey, ProductRecord] = {}
        self.suppliers: dict[str, SupplierRecord] = {}

    def read(self, envelope: dict[str, Any]) -> None:
        """Take the next event."""
        data, at = envelope["data"], envelope["time"]
        model = MODELS[envelope["type"]]
        if model is OrderReceived:
            self.customers[data["order_id"]] = data["customer_id"]
        elif model in {MaterialPoReceived, MaterialPoPartReceived}:
            event = model.model_validate(data, extra="ignore", by_alias=True)
            for each in seen_delivered(event, at, self.calendar):
                key = event.supplier_id
                self.suppliers[key] = self.suppliers.get(key, SupplierRecord(key)).with_delivery(each)
        else:
            self._follow(model, data, at)

    def _follow(self, model: Any, data: dict[str, Any], at: str) -> None:
        number = data["work_order_id"]
        if model is WorkOrderCreated:
            item = Line.model_validate(data["item"], extra="ignore")
            customer = self.customers[data["order_id"]]
            self.makings[number] = Making(number, customer, item, decimal(data["quantity"]), at)
            return
        making = self.makings[number]
        if model is WorkOrderChanged:
            item = Line.model_validate(data["item"], extra="ignore")
            self.makings[number] = replace(making, item=item, pieces=decimal(data["quantity"]))
        elif model is WorkOrderScheduled:
            self.makings[number] = replace(making, work_center=data["work_center"])
        else:
            record = self.products.get(making.key) or ProductRecord(*making.key)
            if model is MaterialsSpecified:
                event = MaterialsSpecified.model_validate(data, extra="ignore")
                record = record.with_list(seen_listed(making, event, at))
            else:
                record = record.with_finished(seen_finished(making, at))
            self.products[making.key] = record


async def relearn(connection: AsyncConnection, calendar: Calendar = UTC_DAYS) -> None:
    """Forget all that was learnt, and learn it anew, in the transaction given."""
    for table in TABLES:
        await connection.execute(delete(table))
    outbox, pupil = tables.outbox, _Pupil(calendar)
    query = select(outbox.c.body).where(outbox.c.kind == "event", outbox.c.type.in_(sorted(MODELS)))
    async for row in _each(connection, query.order_by(outbox.c.position)):
        pupil.read(orjson.loads(row.body))
    products = [
        {
            "product": product,
            "specification": specification,
            "customer_id": customer,
            "body": product_body(record),
        }
        for (product, specification, customer), record in sorted(pupil.products.items())
    ]
    suppliers = [
        {"supplier_id": key, "body": SUPPLIERS.write(key, record)} for key, record in sorted(pupil.suppliers.items())
    ]
    plans = [
        plan_row(plan)
        async for row in _each(connection, select(tables.orders.c.body))
        for work in ORDER.validate_json(row.body).work_orders.values()
        if (plan := planned(work))
    ]
    coming = [
        arrival_row(each)
        async for row in _each(connection, select(tables.material_pos.c.body))
        for each in arrivals(MATERIAL_PO.validate_json(row.body))
    ]
    for table, rows in zip(TABLES, (products, suppliers, plans, coming), strict=True):
        if rows:
            await connection.execute(insert(table), rows)


async def _each(connection: AsyncConnection, query: Select[Any]) -> AsyncIterator[Any]:
    async with connection.stream(query.execution_options(yield_per=PORTION)) as rows:
        async for row in rows:
            yield row


async def learn_once(database: Database, calendar: Calendar = UTC_DAYS) -> None:
    """Learn from a store that knows orders and has learnt nothing yet; replicas that start together take turns."""
    async with database.write() as connection:
        if not database.sqlite:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        orders, made = tables.orders, tables.products_made
        blank = select(exists().select_from(orders) & ~exists().select_from(made))
        if (await connection.execute(blank)).scalar_one():
            await relearn(connection, calendar)

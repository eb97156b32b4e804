"""One order whole: its lines with all that was done for them, and its history from first document to last (R44)."""

from __future__ import annotations

from collections.abc import Iterable

import orjson
from sqlalchemy import select

from hub.errors import NotFound
from hub.messages.customer_po import SubmitCustomerPo
from hub.messages.shipment import Shipped
from hub.sagas.difference import between, shown
from hub.sagas.model import Cancellation, ChangeRequest, Order, OrderLine, Requirement, WorkOrder
from hub.sagas.numbers import ZERO, plain
from hub.sagas.supply import MaterialPo
from hub.store import tables
from hub.store.batch import CONSUMER
from hub.store.database import Database
from hub.store.documents import outgoing_id
from hub.store.history import history
from hub.store.queries import DOCUMENT_COLUMNS, Row, about_order, document_of, task_of
from hub.store.records import MATERIAL_PO, ORDER, among


async def whole_order(database: Database, order_id: str) -> Row:
    """An order with everything that belongs to it. Raises NotFound."""
    inbox, outbox = tables.inbox, tables.outbox
    async with database.read() as connection:
        row = (await connection.execute(select(tables.orders).where(tables.orders.c.order_id == order_id))).first()
        if row is None:
            raise NotFound(f"there is no order {order_id}", where="order_id")
        order = ORDER.validate_json(row.body)
        names = {source.material_po_id for need in order.requirements.values() for source in need.sources}
        table = tables.material_pos
        found = await among(connection, select(table.c.body), table.c.material_po_id, names)
        pos = {po.material_po_id: po for po in (MATERIAL_PO.validate_json(each.body) for each in found)}
        said = await connection.execute(
            select(outbox.c.position, outbox.c.body)
            .where(outbox.c.kind == "event", about_order(order_id))
            .order_by(outbox.c.position)
        )
        events = [(each.position, orjson.loads(each.body)) for each in said]
        commands = {
            (each.source, each.id): each
            for each in await connection.execute(
                select(inbox).where(inbox.c.order_id == order_id, inbox.c.consumer == CONSUMER)
            )
        }
        known = {identifier for _, identifier in commands}
        causes = {event["causationid"] for _, event in events if event.get("causationid")} - known
        for each in await among(connection, select(inbox), inbox.c.id, causes):
            commands[each.source, each.id] = each
        tasks = [
            task_of(each)
            for each in await connection.execute(
                select(tables.tasks)
                .where(tables.tasks.c.state == "open", tables.tasks.c.order_id == order_id)
                .order_by(tables.tasks.c.opened_at)
            )
        ]
        on_pos = await among(connection, select(tables.tasks), tables.tasks.c.material_po_id, pos.keys())
        tasks += [task_of(each) for each in on_pos if each.state == "open" and each.order_id is None]
        table = tables.documents
        columns = [table.c[name] for name in DOCUMENT_COLUMNS]
        documents = [
            document_of(each) for each in await connection.execute(select(*columns).where(table.c.order_id == order_id))
        ]
        seen = {each["document_id"] for each in documents}
        origins = {each.source.document_id for each in _received(order)}
        origins |= {orjson.loads(each.body).get("causationid") for each in commands.values()}
        origins |= set(_to_suppliers(event for _, event in events))
        wanted = {each for each in origins - seen if each}
        found = await among(connection, select(*columns), table.c.document_id, wanted)
        documents += [document_of(each) for each in found]
    shipped = [event["data"] for _, event in events if event["type"] == Shipped.TYPE]
    return {
        "order_id": order.order_id,
        "po_number": order.po_number,
        "customer_id": order.customer_id,
        "state": order.state,
        "revision": len(order.revisions),
        "held": order.held,
        "cancellation": order.cancellation.state,
        "cancellation_request": _request(order.cancellation) if order.held else None,
        "change": order.change.state,
        "opened_at": row.opened_at,
        "updated_at": row.updated_at,
        "currency": order.po.currency if order.revisions else None,
        "lines": [_line(order, number, line, pos, shipped) for number, line in order.lines.items()],
        "tasks": tasks,
        "revisions": [
            {"revision": each.number, "received_at": each.received_at, "po": each.po.data()} for each in order.revisions
        ],
        "changes": [_change(each) for each in order.change.requests],
        "history": history(events, commands.values(), documents),
    }


async def difference(database: Database, order_id: str, before: int, after: int) -> Row:
    """What differs between two revisions of an order. Raises NotFound."""
    async with database.read() as connection:
        table = tables.orders
        row = (await connection.execute(select(table.c.body).where(table.c.order_id == order_id))).first()
    revisions = {each.number: each.po for each in ORDER.validate_json(row.body).revisions} if row else {}
    for number in (before, after):
        if number not in revisions:
            known = ", ".join(map(str, revisions)) or "none"
            raise NotFound(f"{order_id} has no revision {number}; it has {known}", where="diff")
    return {
        "order_id": order_id,
        "before": before,
        "after": after,
        **between(revisions[before], revisions[after]),
    }


def _to_suppliers(events: Iterable[Row]) -> Iterable[str]:
    """The ids of the documents by which suppliers were told: they belong to a material PO, and so to its orders."""
    for event in events:
        supplier_id = event["data"].get("supplier_id")
        if supplier_id:
            yield outgoing_id(event["id"], supplier_id)


def _received(order: Order) -> Iterable[SubmitCustomerPo]:
    yield from (revision.po for revision in order.revisions)
    yield from (request.sent for request in order.change.requests)


def _request(saga: Cancellation) -> Row:
    """The cancellation that is being decided, and the offer that stands."""
    return {
        "cancellation_id": saga.cancellation_id,
        "lines": list(saga.lines),
        "reason": saga.reason,
        "proposal": [each.model_dump(mode="json", exclude_none=True) for each in saga.proposal],
        "question_id": saga.question_id or None,
        "penalty": saga.penalty.model_dump(mode="json") if saga.penalty else None,
        "expires_at": saga.expires_at,
        "reminders": saga.reminders,
    }


def _change(request: ChangeRequest) -> Row:
    return {
        "change_id": request.change_id,
        "received_at": request.received_at,
        "state": request.outcome,
        "lines": [shown(each) for each in request.lines],
        "header": list(request.header),
        "accepted": list(request.accepted),
        "refused": list(request.refused),
        "reasons": dict(request.reasons),
        "po": request.sent.data(),
    }


# --------------------------------------------------------------------------------------------------- lines


def _line(order: Order, number: str, line: OrderLine, pos: dict[str, MaterialPo], shipped: list[Row]) -> Row:
    work = order.work_orders.get(line.work_order_id or "")
    needs = [need for need in order.requirements.values() if work and need.work_order_id == work.work_order_id]
    served = {source.material_po_id for need in needs for source in need.sources}
    product = line.item.product
    return {
        "line": number,
        "product": product.model_dump(mode="json", exclude_none=True),
        "unit": line.item.unit,
        "unit_price": line.item.unit_price,
        "ordered": plain(line.ordered),
        "shipped": plain(line.shipped),
        "cancelled": plain(line.cancelled),
        "open": plain(line.open),
        "requested": line.requested,
        "first_confirmed": line.first_confirmed,
        "confirmed": line.confirmed,
        "projected": line.projected,
        "on_hold": number in order.held_lines,
        "characteristics": [each.model_dump(mode="json", exclude_none=True) for each in line.item.characteristics],
        "work_order": _work_order(work) if work else None,
        "requirements": [_requirement(need) for need in needs],
        "material_pos": [_material_po(pos[key], order.order_id) for key in sorted(served) if key in pos],
        "shipments": list(_shipments(shipped, number)),
    }


def _work_order(work: WorkOrder) -> Row:
    pieces = ("quantity", "to_make", "made", "good", "bad", "scrapped", "shipped", "half_made")
    return {
        "work_order_id": work.work_order_id,
        "state": work.state,
        "engineer": work.engineer,
        "due": work.due,
        "start": work.start,
        "end": work.end,
        "work_center": work.work_center,
        "unit": work.unit,
        **{name: plain(getattr(work, name)) for name in pieces},
        "materials": [
            {"material": material, "quantity": plain(quantity), "unit": unit}
            for material, quantity, unit in work.materials
        ],
    }


def _requirement(need: Requirement) -> Row:
    return {
        "requirement_id": need.requirement_id,
        "state": need.state,
        "material": need.material,
        "quantity": plain(need.quantity),
        "unit": need.unit,
        "from_stock": plain(need.from_stock),
        "in_house": plain(need.in_house),
        "awaited": plain(need.awaited),
        "sources": [
            {
                "material_po_id": source.material_po_id,
                "quantity": plain(source.quantity),
                "received": plain(source.received),
            }
            for source in need.sources
        ],
    }


def _material_po(po: MaterialPo, order_id: str) -> Row:
    return {
        "material_po_id": po.material_po_id,
        "supplier_id": po.supplier_id,
        "state": po.state,
        "order_ids": list(po.order_ids),
        "lines": [
            {
                "line": line.line,
                "material": line.material,
                "quantity": plain(line.quantity),
                "unit": line.unit,
                "unit_price": line.unit_price,
                "received": plain(line.received),
                "awaited": plain(line.awaited),
                "for_this_order": plain(sum((s.quantity for s in line.shares if s.order_id == order_id), ZERO)),
                "requested_date": line.requested_date,
                "promised_date": line.promised_date,
                "status": line.status,
            }
            for line in po.lines.values()
        ],
    }


def _shipments(shipped: Iterable[Row], number: str) -> Iterable[Row]:
    for data in shipped:
        for item in data["items"]:
            if item["line"] == number:
                yield {
                    "shipment_id": data["shipment_id"],
                    "quantity": item["quantity"],
                    "shipped_on": data["shipped_on"],
                    "carrier": data.get("carrier"),
                    "tracking": data.get("tracking"),
                }

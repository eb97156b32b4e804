"""One order whole: its lines with all that was done for them, and its history from first document to last (R44)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.errors import NotFound
from hub.messages.customer_po import SubmitCustomerPo
from hub.messages.shipment import Shipped
from hub.sagas.difference import between, shown
from hub.sagas.model import Cancellation, ChangeRequest, Order
from hub.sagas.supply import MaterialPo
from hub.store import tables
from hub.store.batch import CONSUMER
from hub.store.database import Database
from hub.store.documents import outgoing_id
from hub.store.queries.archive import DOCUMENT_COLUMNS, document_of
from hub.store.queries.history import history
from hub.store.queries.lines import line_of
from hub.store.queries.process import task_of
from hub.store.queries.rows import Row
from hub.store.queries.stream import about_order
from hub.store.records import MATERIAL_PO, ORDER, among


async def whole_order(database: Database, order_id: str) -> Row:
    """An order with everything that belongs to it. Raises NotFound."""
    table = tables.orders
    async with database.read() as connection:
        row = (await connection.execute(select(table).where(table.c.order_id == order_id))).first()
        if row is None:
            raise NotFound(f"there is no order {order_id}", where="order_id")
        order = ORDER.validate_json(row.body)
        pos = await _pos_of(connection, order)
        events = await _events_of(connection, order_id)
        commands = await _commands_of(connection, order_id, events)
        tasks = await _open_tasks(connection, order_id, pos)
        documents = await _documents_of(connection, order, events, commands)
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
        "lines": [line_of(order, number, line, pos, shipped) for number, line in order.lines.items()],
        "tasks": tasks,
        "revisions": [
            {"revision": each.number, "received_at": each.received_at, "po": each.po.data()} for each in order.revisions
        ],
        "changes": [_change(each) for each in order.change.requests],
        "history": history(events, commands, documents),
    }


async def _pos_of(connection: AsyncConnection, order: Order) -> dict[str, MaterialPo]:
    """The material POs from which the order's requirements are met, by id."""
    table = tables.material_pos
    ids = {source.material_po_id for need in order.requirements.values() for source in need.sources}
    found = await among(connection, select(table.c.body), table.c.material_po_id, ids)
    return {po.material_po_id: po for po in (MATERIAL_PO.validate_json(each.body) for each in found)}


async def _events_of(connection: AsyncConnection, order_id: str) -> list[tuple[int, Row]]:
    """The events of the order in their envelopes, each with its position."""
    table = tables.outbox
    query = select(table.c.position, table.c.body).where(table.c.kind == "event", about_order(order_id))
    rows = await connection.execute(query.order_by(table.c.position))
    return [(row.position, orjson.loads(row.body)) for row in rows]


async def _commands_of(connection: AsyncConnection, order_id: str, events: Sequence[tuple[int, Row]]) -> list[Any]:
    """The commands carried out for the order, and those that caused events of it from elsewhere."""
    table = tables.inbox
    query = select(table).where(table.c.order_id == order_id, table.c.consumer == CONSUMER)
    commands = {(row.source, row.id): row for row in await connection.execute(query)}
    known = {identifier for _, identifier in commands}
    causes = {event["causationid"] for _, event in events if event.get("causationid")} - known
    commands |= {(row.source, row.id): row for row in await among(connection, select(table), table.c.id, causes)}
    return list(commands.values())


async def _open_tasks(connection: AsyncConnection, order_id: str, pos: Collection[str]) -> list[Row]:
    """The tasks that are open for the order, and for material POs that several orders share."""
    table = tables.tasks
    own = select(table).where(table.c.state == "open", table.c.order_id == order_id).order_by(table.c.opened_at)
    tasks = [task_of(row) for row in await connection.execute(own)]
    on_pos = await among(connection, select(table), table.c.material_po_id, pos)
    return tasks + [task_of(row) for row in on_pos if row.state == "open" and row.order_id is None]


async def _documents_of(
    connection: AsyncConnection, order: Order, events: Sequence[tuple[int, Row]], commands: Iterable[Any]
) -> list[Row]:
    """The documents by which the order came in, was changed and told of; those to suppliers of its material too."""
    table = tables.documents
    columns = [table.c[name] for name in DOCUMENT_COLUMNS]
    own = select(*columns).where(table.c.order_id == order.order_id)
    documents = [document_of(row) for row in await connection.execute(own)]
    origins = {po.source.document_id for po in _received(order)}
    origins |= {orjson.loads(command.body).get("causationid") for command in commands}
    origins |= set(_to_suppliers(event for _, event in events))
    wanted = {each for each in origins if each} - {each["document_id"] for each in documents}
    found = await among(connection, select(*columns), table.c.document_id, wanted)
    return documents + [document_of(row) for row in found]


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

"""Documents that came in or went out, with what partners and people have said of them."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.errors import NotFound
from hub.sagas.paper import Document
from hub.store import layouts, tables
from hub.store.database import Database
from hub.store.documents import REPLACED, reissued_id
from hub.store.interchanges import SILENT
from hub.store.queries.rows import Row, row_of
from hub.store.records import DOCUMENT

DOCUMENT_COLUMNS = tuple(column.name for column in tables.documents.columns if column.name != "raw")


def document_of(row: Any) -> Row:
    """What is known of a document, without its bytes."""
    return {**row_of(row, DOCUMENT_COLUMNS), "findings": orjson.loads(row.findings or "[]")}


async def document(database: Database, document_id: str) -> tuple[Row, bytes]:
    """A document with its bytes, and what people are or were asked about it (``questions``). Raises NotFound.

    The bytes of one of several documents in a file are the file's; those of a message of another system are its data.
    """
    table, aside = tables.documents, tables.quarantine
    async with database.read() as connection:
        named = select(aside.c.original_id).where(aside.c.document_id == document_id)
        original = (await connection.execute(named)).scalar() or document_id
        row = (await connection.execute(select(table).where(table.c.document_id == original))).first()
        exchange = await _exchange(connection, original)
        about = or_(aside.c.original_id == original, aside.c.document_id == original)
        asked = await connection.execute(select(aside.c.body).where(about).order_by(aside.c.document_id))
        questions = [question_of(DOCUMENT.validate_json(each.body)) for each in asked]
        learnt = {
            "layouts": await layouts.used(connection, original),
            "lesson": await layouts.taught(connection, original),
        }
    if row is not None:
        return {**document_of(row), **exchange, **_place(row), **learnt, "questions": questions}, bytes(row.raw)
    if not questions:
        raise NotFound(f"there is no document {document_id}", where="document_id")
    [question] = questions
    return {**question, "questions": questions}, orjson.dumps(question["messages"], option=orjson.OPT_INDENT_2)


def _place(row: Any) -> Row:
    """Which document of ours this one was written anew for, and which took its own place."""
    found: Row = {}
    if row.direction == "out" and reissued_id(row.cause or "") == row.document_id:
        found["replaces"] = row.cause
    if row.state == REPLACED:
        found["replaced_by"] = reissued_id(row.document_id)
    return found


async def _exchange(connection: AsyncConnection, document_id: str) -> Row:
    """What its receiver has said of a document of ours, or what of ours this document acknowledges."""
    table = tables.interchanges
    row = (await connection.execute(select(table).where(table.c.document_id == document_id))).first()
    told = select(table.c.document_id).where(table.c.answered_by == document_id).order_by(table.c.number)
    found: Row = {"acknowledges": list((await connection.execute(told)).scalars())}
    if row is not None:
        names = ("state", "due_at", "answered_by", "answered_at", "reason")
        numbers = {"interchange": row.number, "group": row.group_number, "message": row.message_number}
        found["acknowledgment"] = {**row_of(row, names), **numbers}
    return found


def question_of(document: Document) -> Row:
    """What people are or were asked about a document, and what they have said."""
    return {
        "document_id": document.document_id,
        "state": document.state,
        "kind": document.kind,
        "partner_id": document.partner_id,
        "role": document.role,
        "likely_intent": document.likely_intent,
        "po_number": document.po_number,
        "material_po_id": document.material_po_id,
        "order_ids": list(document.order_ids),
        "reasons": [each.model_dump(exclude_none=True) for each in document.findings],
        "messages": [each.model_dump() for each in document.messages],
        "taken_as": document.taken_as,
        "by": document.by.model_dump() if document.by else None,
        "changes": [each.model_dump(exclude_none=True) for each in document.changes],
        "tasks": list(document.tasks),
    }


async def documents(
    database: Database,
    *,
    order_id: str = "",
    partner: str = "",
    direction: str = "",
    state: str = "",
    unacknowledged: bool = False,
    limit: int = 100,
) -> list[Row]:
    """The documents, newest first, and of those sent by EDI whether they are acknowledged."""
    table, sent = tables.documents, tables.interchanges
    query = (
        select(*(table.c[name] for name in DOCUMENT_COLUMNS), sent.c.state.label("acknowledgment"), sent.c.due_at)
        .outerjoin(sent, sent.c.document_id == table.c.document_id)
        .order_by(table.c.at.desc(), table.c.document_id)
    )
    wanted = {
        table.c.order_id: order_id,
        table.c.partner_id: partner,
        table.c.direction: direction,
        table.c.state: state,
    }
    for column, value in wanted.items():
        if value:
            query = query.where(column == value)
    if unacknowledged:
        query = query.where(sent.c.state.in_(SILENT))
    async with database.read() as connection:
        rows = (await connection.execute(query.limit(limit))).all()
    return [{**document_of(row), "acknowledgment": row.acknowledgment, "due_at": row.due_at} for row in rows]

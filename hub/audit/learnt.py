"""Layout profiles: what was learnt and decided, as stored and as the events have it (R40)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.audit.ledger import Ledger
from hub.audit.readable import loaded
from hub.audit.report import Notes
from hub.store import tables


async def check_layouts(connection: AsyncConnection, ledger: Ledger, notes: Notes) -> None:
    """Compare the versions and the decisions about them with the events."""
    table, decided, stored = tables.layouts, tables.layout_decisions, set()
    for row in await connection.execute(select(table)):
        key = row.partner_id, row.version
        stored.add(key)
        said, body = ledger.layouts.get(key, {}), loaded(row.body, f"{row.partner_id} {row.version}", notes)
        if body is None:
            continue
        kept = row.by, row.document_id, body.get("headings")
        if kept != (said.get("by"), said.get("document_id"), said.get("headings")):
            text = "its mail, its person or its headings are stored otherwise than its event says"
            notes.find("layout_differs", f"{row.partner_id} {row.version}", text)
    for partner_id, version in ledger.layouts.keys() - stored:
        notes.find("layout_differs", f"{partner_id} {version}", "it was learnt, and is not stored")
    query = select(decided).order_by(decided.c.position)
    taken = [(row.partner_id, row.version, row.decision, row.by) for row in await connection.execute(query)]
    told = ledger.layout_decisions
    if taken != told:
        text = f"{len(taken)} are stored, otherwise than the {len(told)} that were said"
        notes.find("layout_differs", "decisions", text)

"""Layout profiles: what corrections have taught of how customers lay out their orders, in versions that never change.

A version is proposed until a person accepts it; of those with the same headings the one accepted last holds, and
none when that one is dropped. Every decision is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import orjson
from sqlalchemy import insert, inspect, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.errors import NotFound, Refused
from hub.layouts import Layout, Lesson, Version
from hub.messages.envelope import derived_id, instant, write_letter
from hub.messages.layout import LayoutAccepted, LayoutDropped, LayoutEvent, LayoutLearnt
from hub.store import tables
from hub.store.database import Database
from hub.store.journal import Journal

Row = dict[str, Any]
State = Literal["proposed", "active", "superseded", "dropped"]
Decision = Literal["accepted", "dropped"]


def states(layouts: Mapping[int, Layout], decisions: Iterable[tuple[int, str]]) -> dict[int, State]:
    """What has become of each version, by the decisions in the order in which they were taken."""
    found: dict[int, State] = dict.fromkeys(layouts, "proposed")
    for number, decision in decisions:
        if decision == "accepted":
            for other, layout in layouts.items():
                if found[other] == "active" and layout.same_headings(layouts[number]):
                    found[other] = "superseded"
        found[number] = "active" if decision == "accepted" else "dropped"
    return found


async def _profile(connection: AsyncConnection, partner_id: str) -> tuple[dict[int, Layout], dict[int, State]]:
    table, decided = tables.layouts, tables.layout_decisions
    rows = await connection.execute(
        select(table.c.version, table.c.body).where(table.c.partner_id == partner_id).order_by(table.c.version)
    )
    layouts = {row.version: Layout.model_validate_json(row.body) for row in rows}
    if not layouts:
        return {}, {}
    query = select(decided.c.version, decided.c.decision).where(decided.c.partner_id == partner_id)
    taken = await connection.execute(query.order_by(decided.c.position))
    return layouts, states(layouts, [(row.version, row.decision) for row in taken])


async def active(connection: AsyncConnection, partner_id: str) -> tuple[Version, ...]:
    """The versions by which this customer's mails are read."""
    layouts, found = await _profile(connection, partner_id)
    return tuple(Version(partner_id, number, layout) for number, layout in layouts.items() if found[number] == "active")


async def every_active(database: Database) -> tuple[Version, ...]:
    """The versions by which mails are read, of all customers."""
    async with database.read() as connection:
        if not await connection.run_sync(lambda plain: inspect(plain).has_table(tables.layouts.name)):
            return ()
        partners = await connection.execute(select(tables.layouts.c.partner_id).distinct())
        return tuple([version for row in partners for version in await active(connection, row.partner_id)])


async def taught(connection: AsyncConnection, document_id: str) -> Row | None:
    """What a person's answer for a mail has taught, where there was one: a version, or why none."""
    table = tables.corrections
    query = select(table.c.partner_id, table.c.version, table.c.why).where(
        table.c.document_id == document_id, table.c.studied_at.is_not(None)
    )
    row = (await connection.execute(query)).first()
    return dict(row._mapping) if row else None


async def used(connection: AsyncConnection, document_id: str) -> list[int]:
    """The versions by which a mail was read."""
    table = tables.layout_uses
    query = select(table.c.version).where(table.c.document_id == document_id).order_by(table.c.version)
    return list((await connection.execute(query)).scalars())


async def note_uses(connection: AsyncConnection, partner_id: str, document_id: str, versions: Sequence[int]) -> None:
    """Note by which versions a mail was read."""
    rows = [{"partner_id": partner_id, "version": number, "document_id": document_id} for number in versions]
    if rows:
        await connection.execute(insert(tables.layout_uses), rows)


# ----------------------------------------------------------------------------------------------------- learning


async def unstudied(connection: AsyncConnection, limit: int) -> list[Row]:
    """The corrections of which it is not known yet what they teach, oldest first, each with its mail."""
    table, documents = tables.corrections, tables.documents
    query = (
        select(table, documents.c.raw)
        .join(documents, documents.c.document_id == table.c.document_id)
        .where(table.c.studied_at.is_(None))
        .order_by(table.c.at, table.c.document_id)
        .limit(limit)
    )
    return [dict(row._mapping) for row in await connection.execute(query)]


async def correction(database: Database, document_id: str) -> Row:
    """A correction with its mail. Raises NotFound."""
    table, documents = tables.corrections, tables.documents
    query = select(table, documents.c.raw).join(documents, documents.c.document_id == table.c.document_id)
    async with database.read() as connection:
        row = (await connection.execute(query.where(table.c.document_id == document_id))).first()
    if row is None:
        raise NotFound("no person has made an order of this mail for the hub to learn from", where=document_id)
    return dict(row._mapping)


async def keep(connection: AsyncConnection, corrected: Row, lesson: Lesson, now: datetime, source: str) -> int | None:
    """Keep what a correction teaches, once; the version that says so, a new one where none does.

    What its person wanted to hold at once is accepted by that person. ``source`` signs the events that tell of it.
    """
    table, corrections = tables.layouts, tables.corrections
    partner_id, document_id, number = corrected["partner_id"], corrected["document_id"], None
    locked = select(corrections.c.studied_at).where(corrections.c.document_id == document_id).with_for_update()
    done = (await connection.execute(locked)).scalar()
    if lesson.layout is not None:
        layouts, found = await _profile(connection, partner_id)
        number = next((known for known, layout in layouts.items() if layout == lesson.layout), None)
        if number is None:
            number = max(layouts, default=0) + 1
            row = {"partner_id": partner_id, "version": number, "document_id": document_id}
            row |= {"at": instant(now), "by": corrected["by"], "body": lesson.layout.model_dump_json()}
            await connection.execute(insert(table), [row])
            learnt = LayoutLearnt(
                partner_id=partner_id,
                version=number,
                by=corrected["by"],
                document_id=document_id,
                headings=list(lesson.layout.headings),
                says=[f"{what}: {how}" for what, how in lesson.layout.lessons.items()],
            )
            await _say(connection, learnt, f"layout {partner_id} {number}", document_id, source, now)
        if corrected["learn"] and done is None and found.get(number) != "active":
            await _note(connection, partner_id, number, "accepted", corrected["by"], now, source)
    noted = update(corrections).where(corrections.c.document_id == document_id)
    await connection.execute(noted.values(studied_at=instant(now), version=number, why=lesson.why or None))
    return number


# ---------------------------------------------------------------------------------------------------- decisions


async def decide(
    database: Database, partner_id: str, number: int, decision: Decision, by: str, now: datetime, source: str
) -> list[int]:
    """Accept a version, or drop it, and say so; the versions that it takes the place of. Raises NotFound, Refused."""
    async with database.write() as connection:
        layouts, before = await _profile(connection, partner_id)
        if number not in layouts:
            text = f"{partner_id} has no layout version {number}; `hub partner layout list` shows those there are"
            raise NotFound(text, where="VERSION")
        if before[number] == {"accepted": "active", "dropped": "dropped"}[decision]:
            raise Refused(f"version {number} is {before[number]} already", where="VERSION", code="decided")
        await _note(connection, partner_id, number, decision, by, now, source)
        _, after = await _profile(connection, partner_id)
    return [each for each, state in after.items() if state == "superseded" and before[each] == "active"]


async def _note(
    connection: AsyncConnection,
    partner_id: str,
    number: int,
    decision: Decision,
    by: str,
    now: datetime,
    source: str,
) -> None:
    row = {"partner_id": partner_id, "version": number, "decision": decision, "at": instant(now), "by": by}
    written = await connection.execute(insert(tables.layout_decisions).values(row))
    key = written.inserted_primary_key
    position = key[0] if key else 0
    model = LayoutAccepted if decision == "accepted" else LayoutDropped
    event = model(partner_id=partner_id, version=number, by=by)
    await _say(connection, event, f"layout decision {position}", None, source, now)


async def _say(
    connection: AsyncConnection, event: LayoutEvent, about: str, cause: str | None, source: str, now: datetime
) -> None:
    journal, message_id = Journal(), derived_id(source, about, event.TYPE)
    journal.send("event", write_letter(event, message_id=message_id, source=source, time=now, causation=cause))
    await journal.write(connection)


# ------------------------------------------------------------------------------------------------------- looking


async def listed(database: Database, partner_id: str = "") -> list[Row]:
    """All versions, or those of one customer: what they say, where from, by whom decided, and how often used."""
    table, used = tables.layouts, tables.layout_uses
    query = select(table).order_by(table.c.partner_id, table.c.version)
    decisions = select(tables.layout_decisions).order_by(tables.layout_decisions.c.position)
    uses = select(used).order_by(used.c.document_id)
    if partner_id:
        query = query.where(table.c.partner_id == partner_id)
        decisions = decisions.where(tables.layout_decisions.c.partner_id == partner_id)
        uses = uses.where(used.c.partner_id == partner_id)
    async with database.read() as connection:
        rows = (await connection.execute(query)).all()
        taken = (await connection.execute(decisions)).all()
        read = (await connection.execute(uses)).all()
    found = []
    for partner in dict.fromkeys(row.partner_id for row in rows):
        own = [row for row in rows if row.partner_id == partner]
        layouts = {row.version: Layout.model_validate_json(row.body) for row in own}
        what = states(layouts, [(each.version, each.decision) for each in taken if each.partner_id == partner])
        for row in own:
            mine = [each for each in taken if (each.partner_id, each.version) == (partner, row.version)]
            found.append(
                {
                    "partner_id": partner,
                    "version": row.version,
                    "state": what[row.version],
                    "document_id": row.document_id,
                    "at": row.at,
                    "by": row.by,
                    "lessons": layouts[row.version].lessons,
                    "layout": orjson.loads(row.body),
                    "decisions": [{"decision": each.decision, "at": each.at, "by": each.by} for each in mine],
                    "used_by": [
                        each.document_id for each in read if (each.partner_id, each.version) == (partner, row.version)
                    ],
                }
            )
    return found

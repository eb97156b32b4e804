"""The queue of mails for the mail server: what is due, who is at it, and what has become of it.

A mail is claimed before it is handed over and marked after the server's answer, each in a transaction of its own, so
that nobody waits for the server. A claim ends by itself: what a hub that died was at is taken up by another.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

import orjson
from sqlalchemy import and_, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.messages.envelope import instant
from hub.ports import Parcel
from hub.store import tables
from hub.store.database import Database

Row = dict[str, Any]
DAY = timedelta(days=1)
DROPPED = "dropped"
_SHOWN = ("address", "attempts", "due_at", "code", "said")
_DOCUMENT = ("document_id", "partner_id", "order_id", "po_number", "purpose", "title", "raw")


@dataclass(frozen=True, slots=True)
class QueuedMail:
    """A mail in the queue."""

    document_id: str
    partner_id: str | None
    order_id: str | None
    po_number: str | None
    purpose: str
    title: str
    raw: bytes
    known: bool
    """whether it has a row of its own already"""
    recipients: tuple[str, ...] = ()
    accepted: tuple[str, ...] = ()
    refused: Mapping[str, str] | None = None
    attempts: int = 0
    doubts: int = 0
    first_at: str | None = None
    releases: int = 0
    claimed_before: bool = False
    """a hub was at it and did not say what came of it"""


async def next_due(connection: AsyncConnection, now: datetime) -> QueuedMail | None:
    """The mail that has been due longest, locked; None: there is none, or others are at it.

    What is locked is looked at once more: another hub may have claimed it, or been done with it, after it was chosen.
    """
    documents, mails = tables.documents, tables.deliveries
    moment = instant(now)
    due = and_(mails.c.due_at <= moment, or_(mails.c.claimed_until.is_(None), mails.c.claimed_until <= moment))
    joined = documents.outerjoin(mails, mails.c.document_id == documents.c.document_id)
    is_due = (
        (documents.c.state == "to_send")
        & (documents.c.direction == "out")
        & (documents.c.kind == "email")
        & or_(mails.c.document_id.is_(None), due)
    )
    choice = (
        select(documents.c.document_id)
        .select_from(joined)
        .where(is_due)
        .order_by(func.coalesce(mails.c.due_at, documents.c.at), documents.c.document_id)
        .limit(1)
        .with_for_update(of=documents, skip_locked=True)
    )
    content = select(*(documents.c[name] for name in _DOCUMENT), mails).select_from(joined).where(is_due)
    while (chosen := (await connection.execute(choice)).scalar()) is not None:
        row = (await connection.execute(content.where(documents.c.document_id == chosen))).first()
        if row is not None:
            return _queued(row)
    return None


def _queued(row: Any) -> QueuedMail:
    about: Row = {name: getattr(row, name) for name in _DOCUMENT}
    about |= {"raw": bytes(row.raw), "purpose": row.purpose or "", "title": row.title or ""}
    if row.recipients is None:
        return QueuedMail(**about, known=False)
    return QueuedMail(
        **about,
        known=True,
        recipients=tuple(orjson.loads(row.recipients)),
        accepted=tuple(orjson.loads(row.accepted)),
        refused=orjson.loads(row.refused),
        attempts=row.attempts,
        doubts=row.doubts,
        first_at=row.first_at,
        releases=row.releases,
        claimed_before=row.claimed_until is not None,
    )


async def in_hand(connection: AsyncConnection, mail: QueuedMail) -> QueuedMail:
    """The mail as it stands by now, locked: while it was handed over it may have come back, or a person acted on it."""
    documents, table = tables.documents, tables.deliveries
    lock = select(documents.c.document_id).where(documents.c.document_id == mail.document_id).with_for_update()
    await connection.execute(lock)
    query = select(table).where(table.c.document_id == mail.document_id).with_for_update()
    row = (await connection.execute(query)).one()
    return replace(
        mail,
        recipients=tuple(orjson.loads(row.recipients)),
        accepted=tuple(orjson.loads(row.accepted)),
        refused=orjson.loads(row.refused),
        attempts=row.attempts,
        doubts=row.doubts,
        first_at=row.first_at,
        releases=row.releases,
    )


async def enter(connection: AsyncConnection, document_id: str, parcel: Parcel, now: datetime) -> None:
    """Put a mail into the queue, due now."""
    row = {
        "document_id": document_id,
        "address": parcel.recipients[0].lower()[:320] if parcel.recipients else "",
        "thread": parcel.thread[:1000],
        "recipients": _json(list(parcel.recipients)),
        "accepted": "[]",
        "refused": "{}",
        "attempts": 0,
        "doubts": 0,
        "due_at": instant(now),
        "releases": 0,
    }
    await connection.execute(insert(tables.deliveries), [row])


async def note(connection: AsyncConnection, document_id: str, **values: Any) -> None:
    """Note what has become of a mail; lists and tables are written as JSON."""
    given = {name: _json(value) if isinstance(value, (list, tuple, dict)) else value for name, value in values.items()}
    table = tables.deliveries
    await connection.execute(update(table).where(table.c.document_id == document_id).values(**given))


async def mark(connection: AsyncConnection, document_id: str, state: str) -> None:
    """Change the state of the document itself."""
    table = tables.documents
    await connection.execute(update(table).where(table.c.document_id == document_id).values(state=state))


async def free_claims(database: Database) -> None:
    """End all claims: of a store that no other hub serves."""
    async with database.write() as connection:
        await connection.execute(
            update(tables.deliveries).where(tables.deliveries.c.claimed_until.is_not(None)).values(claimed_until="")
        )


async def sent_within_a_day(connection: AsyncConnection, parcel: Parcel, now: datetime) -> tuple[int, int]:
    """How many mails went to this address, and in this conversation, within the last day."""
    table = tables.deliveries
    recent = table.c.sent_at > instant(now - DAY)
    to_address = select(func.count()).where(table.c.address == parcel.recipients[0].lower()[:320], recent)
    in_thread = select(func.count()).where(table.c.thread == parcel.thread[:1000], recent)
    return (await connection.execute(to_address)).scalar_one(), (await connection.execute(in_thread)).scalar_one()


async def is_held(connection: AsyncConnection, parcel: Parcel, codes: Sequence[str]) -> bool:
    """Whether other mails to this address or in this conversation are kept for one of these reasons already."""
    table = tables.deliveries
    alike = or_(table.c.address == parcel.recipients[0].lower()[:320], table.c.thread == parcel.thread[:1000])
    query = select(table.c.document_id).where(table.c.code.in_(codes), alike).limit(1)
    return (await connection.execute(query)).first() is not None


async def figures(database: Database) -> tuple[int, int]:
    """How many mails wait to be sent, and how many a person has to look at."""
    documents, mails = tables.documents, tables.deliveries
    waiting = select(func.count()).where(
        documents.c.state == "to_send", documents.c.direction == "out", documents.c.kind == "email"
    )
    stuck = select(func.count()).where(mails.c.code.is_not(None), mails.c.code != DROPPED)
    async with database.read() as connection:
        return (await connection.execute(waiting)).scalar_one(), (await connection.execute(stuck)).scalar_one()


async def note_bounce(
    connection: AsyncConnection, document_id: str, unreached: Collection[str], reason: str
) -> Literal["known", "part", "whole"]:
    """Note that a mail that a server had taken has come back: from these addresses, as far as it went to them.

    Where it went to none of them it came back as a whole. It may come back before the server's answer to it is noted.
    ``part``: others have it or will; ``known``: it is no news.
    """
    table = tables.deliveries
    query = select(table).where(table.c.document_id == document_id).with_for_update()
    row = (await connection.execute(query)).first()
    if row is None:
        return "whole"
    accepted, refused, waiting = (orjson.loads(each) for each in (row.accepted, row.refused, row.recipients))
    at_hand = waiting if row.claimed_until is not None else []
    missed = [one for one in (*accepted, *at_hand) if one.lower() in unreached]
    if not missed and any(one.lower() in unreached for one in refused):
        return "known"
    missed = missed or accepted or at_hand
    left, still = ([one for one in some if one not in missed] for some in (accepted, waiting))
    values = {"accepted": left, "recipients": still, "refused": {**refused, **dict.fromkeys(missed, reason)}}
    await note(connection, document_id, code="bounced", said=reason, **values)
    return "part" if left or still else "whole"


async def listed(database: Database, limit: int) -> list[Row]:
    """The mails that wait to be sent or for a person, the longest waiting first."""
    documents, mails = tables.documents, tables.deliveries
    to_send = and_(documents.c.state == "to_send", documents.c.direction == "out", documents.c.kind == "email")
    stuck = and_(mails.c.code.is_not(None), mails.c.code != DROPPED)
    names = ("document_id", "partner_id", "order_id", "title", "state", "at")
    query = (
        select(*(documents.c[name] for name in names), *(mails.c[name] for name in _SHOWN))
        .outerjoin(mails, mails.c.document_id == documents.c.document_id)
        .where(or_(to_send, documents.c.document_id.in_(select(mails.c.document_id).where(stuck))))
        .order_by(documents.c.at, documents.c.document_id)
        .limit(limit)
    )
    async with database.read() as connection:
        return [dict(row._mapping) for row in await connection.execute(query)]


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()

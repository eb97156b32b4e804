"""What a person does with mails that were not sent: send them again, perhaps to another address, or drop them."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.errors import NotFound, Refused
from hub.messages.envelope import instant
from hub.ports import MAIL_ADDRESS
from hub.sagas.numbers import short
from hub.store import tables
from hub.store.database import Database
from hub.store.deliveries import DROPPED, mark, note

_TO = re.compile(rb"^To:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*", re.IGNORECASE | re.MULTILINE)


async def send_again(database: Database, document_id: str, by: str, now: datetime) -> None:
    """Put a mail into the queue again, for those whom it has not reached. Raises NotFound, Refused."""
    async with database.write() as connection:
        row = await _stuck(connection, document_id)
        left = [*orjson.loads(row.recipients), *orjson.loads(row.refused)]
        accepted = orjson.loads(row.accepted)
        if not left:
            left, accepted = accepted, []
        if not left:
            text = "it names nobody whom it may be sent to; give an address"
            raise Refused(text, where="--to", code="no_recipient")
        await note(
            connection,
            document_id,
            recipients=left,
            accepted=accepted,
            refused={},
            due_at=instant(now),
            first_at=None,
            code=None,
            releases=row.releases + 1,
            by=by,
        )
        await mark(connection, document_id, "to_send")


async def send_to(database: Database, document_id: str, address: str, by: str, now: datetime) -> str:
    """Send a mail to another address, as a document of its own; its id. Answers to it are awaited from there.

    Raises NotFound, Refused.
    """
    if not MAIL_ADDRESS.fullmatch(address):
        raise Refused(f"{address!r} is no mail address", where="--to", code="no_address")
    documents, asked = tables.documents, tables.conversations
    async with database.write() as connection:
        await _stuck(connection, document_id)
        row = (await connection.execute(select(documents).where(documents.c.document_id == document_id))).one()
        raw = readdressed(bytes(row.raw), address)
        copy: dict[str, Any] = dict(row._mapping)
        new = f"D-{short(document_id, address)}"
        copy |= {"document_id": new, "name": f"{new}.eml", "state": "to_send", "at": instant(now), "raw": raw}
        copy |= {"sha256": hashlib.sha256(raw).hexdigest(), "size": len(raw)}
        known = select(documents.c.document_id).where(documents.c.document_id == new)
        if (await connection.execute(known)).first() is not None:
            raise Refused(f"it was sent to {address} already, as {new}", where="--to", code="exists")
        await connection.execute(insert(documents), [copy])
        moved = update(asked).where(asked.c.document_id == document_id)
        await connection.execute(moved.values(document_id=new, asked=address))
        await note(connection, document_id, code=DROPPED, by=by)
    return new


async def drop(database: Database, document_id: str, by: str) -> None:
    """Give a mail up; it is kept. Raises NotFound, Refused."""
    async with database.write() as connection:
        await _stuck(connection, document_id)
        await note(connection, document_id, code=DROPPED, by=by)


def readdressed(raw: bytes, address: str) -> bytes:
    """A mail of ours with another address in To; all else stays as it is."""
    head, gap, body = raw.partition(b"\r\n\r\n")
    return _TO.sub(f"To: <{address}>\r\n".encode(), head + b"\r\n", count=1)[:-2] + gap + body


async def _stuck(connection: AsyncConnection, document_id: str) -> Any:
    """The delivery of a mail that waits for a person, locked."""
    table = tables.deliveries
    query = select(table).where(table.c.document_id == document_id).with_for_update()
    row = (await connection.execute(query)).first()
    if row is None:
        text = f"no mail {document_id} was handed to a mail server; `hub email queue` lists those that wait"
        raise NotFound(text, where="ID")
    if row.code is None:
        raise Refused(f"mail {document_id} waits for nobody: it is sent, or will be", code="not_stuck")
    if row.code == DROPPED:
        raise Refused(f"mail {document_id} was dropped by {row.by}", code="dropped")
    return row

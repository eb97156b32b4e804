"""What a transaction leaves behind beside the new state: inbox, outbox, tasks, timers, failures."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import orjson
from sqlalchemy import Table, bindparam, insert, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.messages.base import Event, Message, Person
from hub.messages.customer_po import SubmitCustomerPo
from hub.messages.document import DocumentClassified
from hub.messages.envelope import Letter, instant, to_bytes
from hub.messages.task import TaskAssigned, TaskClosed, TaskOpened, TaskWithdrawn
from hub.sagas.table import Refusal
from hub.store import tables


class Journal:
    """Rows to be written, gathered by table and written with one statement each."""

    def __init__(self) -> None:
        self._inbox: list[dict[str, Any]] = []
        self._outbox: list[dict[str, Any]] = []
        self._opened: list[dict[str, Any]] = []
        self._ended: list[dict[str, Any]] = []
        self._assigned: list[dict[str, Any]] = []
        self._timers: list[dict[str, Any]] = []
        self._waiting: list[dict[str, Any]] = []
        self._failures: list[dict[str, Any]] = []
        self._corrections: list[dict[str, Any]] = []

    def note(
        self,
        letter: Letter,
        consumer: str,
        order_id: str | None,
        outcome: str,
        now: datetime,
        refusal: Refusal | None = None,
        message: str | None = None,
    ) -> None:
        """Note in the inbox that a message was carried out, and how it ended."""
        self._inbox.append(
            {
                "consumer": consumer,
                "source": letter.envelope.source,
                "id": letter.envelope.id,
                "type": letter.envelope.type,
                "order_id": order_id or None,
                "received_at": instant(now),
                "outcome": outcome,
                "code": refusal.code if refusal else None,
                "message": refusal.message if refusal else message,
                "place": refusal.where if refusal else None,
                "body": to_bytes(letter.envelope).decode(),
            }
        )

    def send(self, kind: Literal["command", "event"], letter: Letter) -> None:
        """Put a message on the outbox."""
        envelope = letter.envelope
        self._outbox.append(
            {
                "source": envelope.source,
                "message_id": envelope.id,
                "kind": kind,
                "type": envelope.type,
                "order_id": envelope.correlationid,
                "sequence": envelope.ordersequence,
                "stream": envelope.correlationid or envelope.subject or envelope.id,
                "causation": envelope.causationid,
                "time": envelope.time,
                "body": to_bytes(envelope).decode(),
                "sent_at": None,
            }
        )

    def follow_task(self, event: Event, now: datetime) -> None:
        """Keep the list of tasks in step with their events."""
        if isinstance(event, TaskOpened):
            names = event.model_dump(exclude_none=True, exclude={"facts"})
            self._opened.append(
                {
                    **{column.name: names.get(column.name) for column in tables.tasks.columns},
                    "state": "open",
                    "facts": orjson.dumps(event.facts).decode(),
                }
            )
        elif isinstance(event, TaskClosed | TaskWithdrawn):
            state = "closed" if isinstance(event, TaskClosed) else "withdrawn"
            self._ended.append({"k": event.task_id, "v_state": state, "v_ended_at": instant(now)})
        elif isinstance(event, TaskAssigned):
            self._assigned.append({"k": event.task_id, "v_assignee": event.assignee})

    def follow_correction(self, event: Event, now: datetime) -> None:
        """Note an order that a person has made of a customer's mail: it may teach how that customer writes."""
        if not isinstance(event, DocumentClassified) or event.kind != "email" or not isinstance(event.by, Person):
            return
        orders = [each.data for each in event.commands if each.type == SubmitCustomerPo.TYPE]
        if len(orders) == 1 and event.partner_id and event.learn is not False:
            self._corrections.append(
                {
                    "document_id": event.document_id,
                    "partner_id": event.partner_id,
                    "at": instant(now),
                    "by": event.by.name,
                    "learn": bool(event.learn),
                    "said": orjson.dumps(orders[0]).decode(),
                    "studied_at": None,
                    "version": None,
                    "why": None,
                }
            )

    def add_timer(self, timer_id: str, due: datetime, message: Message) -> None:
        """Have a message come later."""
        self._timers.append(
            {
                "timer_id": timer_id,
                "due_at": instant(due),
                "type": message.TYPE,
                "order_id": getattr(message, "order_id", None),
                "body": orjson.dumps(message.data()).decode(),
            }
        )

    def wait(self, letter: Letter, awaits: str, until: datetime) -> None:
        """Keep a message until what it names is known."""
        self._waiting.append(
            {
                "source": letter.envelope.source,
                "id": letter.envelope.id,
                "awaits": awaits[:200],
                "until": instant(until),
                "body": to_bytes(letter.envelope).decode(),
            }
        )

    def fail(self, row: dict[str, Any]) -> None:
        """Note that a message has failed; a row of the failures."""
        self._failures.append(row)

    async def write(self, connection: AsyncConnection) -> None:
        """Write everything."""
        for table, rows in (
            (tables.inbox, self._inbox),
            (tables.tasks, self._opened),
            (tables.timers, self._timers),
        ):
            if rows:
                await connection.execute(insert(table), rows)
        if self._ended:
            await _update(connection, self._ended)
        if self._assigned:
            await _update(connection, self._assigned)
        if self._waiting:
            await add_new(connection, tables.waiting, self._waiting)
        if self._corrections:
            await _add_corrections(connection, self._corrections)
        if self._failures:
            await _add_failures(connection, self._failures)
        if self._outbox:
            await add_new(connection, tables.outbox, self._outbox)
            if connection.dialect.name == "postgresql":
                await connection.execute(text("SELECT pg_notify('hub_outbox', '')"))


async def _update(connection: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    values: dict[str, Any] = {name[2:]: bindparam(name) for name in rows[0] if name != "k"}
    table = tables.tasks
    await connection.execute(update(table).where(table.c.task_id == bindparam("k")).values(values), rows)


async def add_new(connection: AsyncConnection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows; one whose key is there already is the same message again, and is left out."""
    statement = _dialect(connection).insert(table).on_conflict_do_nothing()
    await connection.execute(statement, rows)


def _dialect(connection: AsyncConnection) -> Any:
    return sqlite if connection.dialect.name == "sqlite" else postgresql


async def _add_corrections(connection: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    """Write corrections; what a person says of the same mail later counts in place of what was said first."""
    table = tables.corrections
    adding = _dialect(connection).insert(table)
    said = {column.name: adding.excluded[column.name] for column in table.columns if not column.primary_key}
    statement = adding.on_conflict_do_update(index_elements=["document_id"], set_=said)
    await connection.execute(statement, list({row["document_id"]: row for row in rows}.values()))


async def _add_failures(connection: AsyncConnection, rows: list[dict[str, Any]]) -> None:
    """Write failures; of a message that is known already, only another attempt at carrying it out changes anything."""
    table = tables.failures
    adding = _dialect(connection).insert(table)
    names = ("state", "cause", "code", "message", "place", "attempts", "next_at")
    statement = adding.on_conflict_do_update(
        index_elements=["failure_id"],
        set_={name: adding.excluded[name] for name in names},
        where=table.c.attempts < adding.excluded.attempts,
    )
    await connection.execute(statement, list({row["failure_id"]: row for row in rows}.values()))

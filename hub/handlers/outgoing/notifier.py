"""The notifier: tells people by mail of the tasks of their role, and never floods them (R40).

A new task is a mail, as is one that is overdue, and one that was told of and is no longer needed. Where there are more
than a role may be sent within an hour, they come in one mail, or wait for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.background import Background
from hub.errors import StoreUnavailable
from hub.handlers.outgoing.document import OUR_PEOPLE, outgoing
from hub.messages.envelope import instant
from hub.ports import OF_TASKS, News, Notice, NoticeWriter
from hub.sagas.numbers import short
from hub.store.conversations import add_conversations
from hub.store.database import Database
from hub.store.documents import add_documents
from hub.store.notices import forget_answered, mails_since, note_more, note_told, take_turn, untold

log = logging.getLogger("hub.notices")
PAUSE = timedelta(seconds=10)
"""how long a task has to be open before anybody is told: policies and other systems answer many at once"""
EVERY = 5.0
"""seconds from one look to the next"""
HOUR = timedelta(hours=1)
Told = tuple[News, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Post:
    """Where the people of a role are written to."""

    addresses: tuple[str, ...]
    language: str
    people: Mapping[str, str] = field(default_factory=dict)
    """the address of a person, by name"""

    def of(self, task: Mapping[str, Any]) -> tuple[str, ...]:
        """Who is told of a task: the person whose it is, where it has an address of its own; else all of the role."""
        own = self.people.get(task["assignee"] or "")
        return (own,) if own else self.addresses


class Notifier(Background):
    """Looks every so often for what people are to be told."""

    def __init__(
        self,
        database: Database,
        writer: NoticeWriter,
        now: Callable[[], datetime],
        *,
        posts: Mapping[str, Post],
        per_hour: int,
        our_domain: str,
        zone: tzinfo,
        console_url: str = "",
        committed: Callable[[], None] = lambda: None,
    ) -> None:
        self._database, self._writer, self._now, self._zone = database, writer, now, zone
        self._posts, self._per_hour = posts, per_hour
        self._our_domain, self._console_url = our_domain, console_url
        self._committed = committed

    async def _work(self) -> None:
        while True:
            try:
                await self.tell()
            except StoreUnavailable as error:
                log.warning("%s", error.message)
            except Exception:
                log.exception("telling people of tasks stumbled; it goes on")
            await asyncio.sleep(EVERY)

    async def tell(self) -> int:
        """Write what people are to be told now; how many mails that were."""
        now, mails = self._now(), 0
        async with self._database.write() as connection:
            if not await take_turn(connection):
                return 0
            await forget_answered(connection, now)
            for role, post in self._posts.items():
                mails += await self._tell_role(connection, role, post, now)
        if mails:
            self._committed()
        return mails

    async def _tell_role(self, connection: AsyncConnection, role: str, post: Post, now: datetime) -> int:
        found = await untold(connection, role, now, PAUSE)
        told: list[Told] = [("withdrawn", task) for task in found.withdrawn]
        told += [("overdue", task) for task in found.overdue]
        told += [("opened", task) for task in found.opened]
        if not told:
            return 0
        left = self._per_hour - await mails_since(connection, role, now - HOUR)
        if left <= 0:
            return 0
        mails = [[each] for each in told] if len(told) <= left else _together(told, post)[:left]
        for tasks in mails:
            await self._write(connection, role, post, tasks, now)
        return len(mails)

    async def _write(
        self, connection: AsyncConnection, role: str, post: Post, tasks: Sequence[Told], now: datetime
    ) -> None:
        number = short(role, instant(now), *(f"{news} {task['task_id']}" for news, task in tasks))
        notice = Notice(
            role=role,
            addresses=post.of(tasks[0][1]),
            language=post.language,
            tasks=tuple(tasks),
            number=number,
            our_domain=self._our_domain,
            console_url=self._console_url,
        )
        composed = await asyncio.to_thread(self._writer.write, notice, now.astimezone(self._zone))
        mail = f"D-{number}"
        row = outgoing(
            mail,
            kind="email",
            extension="eml",
            partner_id=None,
            content=composed.content,
            title=composed.title,
            purpose="tasks" if len(tasks) > 1 else f"task.{tasks[0][0]}.v1",
            cause=role,
            at=now,
            message_id=composed.message_id,
        )
        await add_documents(connection, [row])
        await add_conversations(connection, [_noted(row, notice)])
        await note_told(connection, [task for news, task in tasks if news == "opened"], mail, now)
        await note_more(connection, [task for news, task in tasks if news == "overdue"], "reminded", mail, now)
        await note_more(connection, [task for news, task in tasks if news == "withdrawn"], "ended", mail, now)


def _together(told: Sequence[Told], post: Post) -> list[list[Told]]:
    """What the same people are to be told, in one mail; those that most waits for come first."""
    mails: dict[tuple[str, ...], list[Told]] = {}
    for each in told:
        mails.setdefault(post.of(each[1]), []).append(each)
    return sorted(mails.values(), key=len, reverse=True)


def _noted(row: Mapping[str, Any], notice: Notice) -> dict[str, Any]:
    """By what a bounce of the mail finds it."""
    return {
        "document_id": row["document_id"],
        "kind": OF_TASKS,
        "at": row["at"],
        "partner_id": OUR_PEOPLE,
        "asked": ", ".join(notice.addresses)[:320],
        "message_id": row["message_id"],
        "token_sha256": None,
        "expires_at": None,
        "order_id": None,
        "po_number": None,
        "material_po_id": None,
        "question": None,
    }

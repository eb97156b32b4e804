"""The study: finds out what people's corrections of mails teach of how their customers write, and keeps it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from hub.background import Background
from hub.errors import StoreUnavailable
from hub.layouts import Lesson
from hub.messages.customer_po import SubmitCustomerPo
from hub.ports import Context, Student
from hub.store import layouts
from hub.store.database import Database
from hub.store.layouts import Row

log = logging.getLogger("hub.study")
PORTION = 20


class Study(Background):
    """Looks for corrections every so often. What they teach is found out once, by one hub or another."""

    def __init__(
        self,
        database: Database,
        student: Student,
        context: Callable[[], Context],
        now: Callable[[], datetime],
        *,
        source: str,
        every: float = 1.0,
    ) -> None:
        self._database = database
        self._student = student
        self._context = context
        self._now = now
        self._source, self._every = source, every

    async def _work(self) -> None:
        while True:
            try:
                while await self.study_some():
                    continue
            except (StoreUnavailable, IntegrityError) as error:
                log.warning("corrections wait to be studied: %s", error)
            except Exception:
                log.exception("the study stumbled; it goes on")
            await asyncio.sleep(self._every)

    async def study_some(self) -> int:
        """Find out what the corrections teach that have waited longest; how many there were."""
        async with self._database.read() as connection:
            found = await layouts.unstudied(connection, PORTION)
        for each in found:
            await study_one(self._database, self._student, self._context(), each, self._now(), self._source)
        return len(found)


async def study_one(
    database: Database, student: Student, context: Context, corrected: Row, now: datetime, source: str
) -> tuple[int | None, str]:
    """Find out what a correction teaches, and keep it: the version that says so, or none, and why."""
    async with database.read() as connection:
        known = await layouts.active(connection, corrected["partner_id"])
    said = SubmitCustomerPo.model_validate_json(corrected["said"])
    lesson = await asyncio.to_thread(_learn, student, bytes(corrected["raw"]), replace(context, layouts=known), said)
    async with database.write() as connection:
        return await layouts.keep(connection, corrected, lesson, now, source), lesson.why


def _learn(student: Student, raw: bytes, context: Context, said: SubmitCustomerPo) -> Lesson:
    try:
        return student.study(raw, context, said)
    except Exception:
        log.exception("a correction could not be studied, by a defect")
        return Lesson(None, "the hub stumbled over it, by a defect")

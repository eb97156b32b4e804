"""The postman: carries mails to the mail server, one after the other, until the server has taken each.

A mail counts as sent when the server has answered the whole of it by 250 and the store knows so. What the server will
not take now is tried again, later every time; what it will never take, a person sees. A server that cannot be reached
costs no mail an attempt.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.background import Background, end, pause
from hub.errors import MailServerUnreachable, StoreUnavailable
from hub.handlers.outgoing.attempt import Attempt
from hub.handlers.outgoing.document import sent_letter
from hub.handlers.outgoing.mail_outcome import Failure, say_failed
from hub.messages.envelope import instant
from hub.ports import Handed, MailServer, Parcel
from hub.sagas.case import Rules
from hub.store.database import Database
from hub.store.deliveries import (
    QueuedMail,
    enter,
    free_claims,
    in_hand,
    is_held,
    mark,
    next_due,
    note,
    sent_within_a_day,
)
from hub.store.journal import Journal

log = logging.getLogger("hub.mail")
SHORTEST, LONGEST = 1.0, 300.0
"""seconds until an unreachable server is tried again; the delay doubles from one to the other"""
AGAIN, AT_MOST = timedelta(minutes=1), timedelta(hours=1)
"""until a mail that the server would not take is tried again: as long as it has been tried, within these"""
CLAIM = timedelta(minutes=30)
"""after which another hub takes up a mail of which nothing was said: longer than any server may take"""
GRACE = 10.0
"""seconds that the mail in hand has to be done when the hub stops"""
CAPS = ("cap_address", "cap_thread")


@dataclass(frozen=True, slots=True)
class Terms:
    """What is decided about mails by the settings."""

    retry: timedelta
    to_address: int
    in_thread: int


@dataclass(slots=True)
class Condition:
    """How sending is doing."""

    reached: bool = True
    trouble: str = ""
    sent: int = 0
    """mails that the server has taken since the hub began"""


class Postman(Background):
    """Carries mails while it runs."""

    def __init__(
        self,
        database: Database,
        server: MailServer,
        rules: Callable[[], Rules],
        now: Callable[[], datetime],
        *,
        source: str,
        terms: Terms,
        committed: Callable[[], None] = lambda: None,
        every: float = 1.0,
    ) -> None:
        self._database, self._server, self._rules, self._now = database, server, rules, now
        self._source, self._terms, self._committed, self._every = source, terms, committed, every
        self.condition = Condition()
        self._woken, self._stopping = asyncio.Event(), asyncio.Event()
        self._unnoted: tuple[QueuedMail, Handed] | None = None
        """what the server has said and the store does not know yet"""

    @property
    def name(self) -> str:
        """What the server is called."""
        return self._server.name

    async def start(self) -> None:
        """Begin to carry. What a hub was at that died is taken up again."""
        if self._database.sqlite:
            await free_claims(self._database)
        await super().start()

    async def stop(self) -> None:
        """Stop carrying; the mail in hand has a moment to be done."""
        self._stopping.set()
        self._woken.set()
        if self._task is not None:
            await asyncio.wait([self._task], timeout=GRACE)
            await end(self._task)
        await self._server.close()

    def wake(self) -> None:
        """There may be something to send."""
        self._woken.set()

    async def _work(self) -> None:
        delay = SHORTEST
        while not self._stopping.is_set():
            self._woken.clear()
            try:
                while not self._stopping.is_set() and await self.carry_one():
                    delay = SHORTEST
            except MailServerUnreachable as error:
                self.condition.reached, self.condition.trouble = False, str(error)
                log.warning("%s; trying again in %.0f s", error, delay)
            except StoreUnavailable as error:
                log.warning("%s; mails wait", error.message)
            except Exception as error:
                self.condition.trouble = f"a defect: {type(error).__name__}"
                log.exception("sending mails stumbled; it goes on in %.0f s", delay)
            else:
                await self._rest()
                continue
            await pause(delay, until=self._stopping)
            delay = min(2 * delay, LONGEST)

    async def _rest(self) -> None:
        """Wait for something to send. A connection that nobody needs is given up."""
        if not await pause(self._every, until=self._woken):
            await self._server.close()

    async def carry_one(self) -> bool:
        """Carry the mail that has been due longest; whether there was one.

        Raises MailServerUnreachable and StoreUnavailable; no mail is lost then, and none counts as tried.
        """
        if self._unnoted is not None:
            await self._note(*self._unnoted)
            self._unnoted = None
        taken = await self._take()
        if taken is None:
            return False
        delivery, parcel = taken
        if parcel is None:
            return True
        try:
            handed = await self._server.hand_over(parcel, delivery.recipients, delivery.raw)
        except MailServerUnreachable:
            async with self._database.write() as connection:
                await note(connection, delivery.document_id, claimed_until=None)
            raise
        except Exception as error:
            log.exception("%s cannot be handed over, by a defect", delivery.document_id)
            handed = Handed(later=dict.fromkeys(delivery.recipients, f"a defect of the hub: {type(error).__name__}"))
        self.condition.reached, self.condition.trouble = True, ""
        self._unnoted = delivery, handed
        await self._note(delivery, handed)
        self._unnoted = None
        return True

    async def _take(self) -> tuple[QueuedMail, Parcel | None] | None:
        """Claim the next mail, with what the server is told of it; no parcel: it is not sent, and a person is told."""
        now, journal = self._now(), Journal()
        async with self._database.write() as connection:
            delivery = await next_due(connection, now)
            if delivery is None:
                return None
            parcel = self._server.parcel(delivery.raw)
            if not delivery.known:
                await enter(connection, delivery.document_id, parcel, now)
                delivery = replace(delivery, recipients=parcel.recipients)
            code, why = await self._hindrance(connection, delivery, parcel, now)
            if not code:
                if delivery.claimed_before:
                    log.warning("%s is handed over again: whether it was taken is not known", delivery.document_id)
                    await note(connection, delivery.document_id, doubts=delivery.doubts + 1)
                    delivery = replace(delivery, doubts=delivery.doubts + 1)
                await note(connection, delivery.document_id, claimed_until=instant(now + CLAIM))
                return delivery, parcel
            known = code in CAPS and await is_held(connection, parcel, CAPS)
            await self._fail(connection, journal, delivery, Failure(code, why, ask=not known))
            await journal.write(connection)
        self._committed()
        return delivery, None

    async def _hindrance(
        self, connection: AsyncConnection, delivery: QueuedMail, parcel: Parcel, now: datetime
    ) -> tuple[str, str]:
        """Why a mail is not to be sent: nobody to send it to, or too many sent already; empty when it is."""
        if not delivery.recipients:
            said = "; ".join(f"{one} {why}" for one, why in parcel.unfit.items())
            return "no_recipient", said or "it names nobody to send it to"
        if delivery.attempts or delivery.releases or delivery.partner_id is None:
            return "", ""
        to_address, in_thread = await sent_within_a_day(connection, parcel, now)
        if to_address >= self._terms.to_address:
            text = f"{parcel.recipients[0]} was sent {to_address} mails within a day (HUB_MAILS_TO_ADDRESS)"
            return "cap_address", text
        if in_thread >= self._terms.in_thread:
            return "cap_thread", f"{in_thread} mails were sent in this conversation within a day (HUB_MAILS_IN_THREAD)"
        return "", ""

    async def _note(self, taken: QueuedMail, handed: Handed) -> None:
        """Write down what the server has said, beside what has happened to the mail since it was taken."""
        now, journal = self._now(), Journal()
        async with self._database.write() as connection:
            delivery = await in_hand(connection, taken)
            first = delivery.first_at or instant(now)
            tried = now - datetime.fromisoformat(first)
            attempt = Attempt(delivery, handed, last=tried >= self._terms.retry)
            values: dict[str, Any] = {
                "recipients": attempt.left,
                "accepted": attempt.accepted,
                "refused": {**attempt.lost, **attempt.back},
                "attempts": delivery.attempts + 1,
                "doubts": delivery.doubts + handed.in_doubt,
                "first_at": first,
                "claimed_until": None,
                "due_at": instant(now + min(max(tried, AGAIN), AT_MOST)),
            }
            if attempt.said or not attempt.back:
                values["said"] = attempt.said or None
            if handed.accepted:
                values["sent_at"] = instant(now)
            await note(connection, delivery.document_id, **values)
            if failure := attempt.failure:
                tried_now = replace(delivery, attempts=delivery.attempts + 1)
                await self._fail(connection, journal, tried_now, failure)
            if attempt.accepted and not attempt.left:
                await mark(connection, delivery.document_id, "sent")
                where = f"{', '.join(attempt.accepted)} by {self._server.name}"
                again = delivery.releases
                said_so = sent_letter(delivery, "email", where, source=self._source, now=now, releases=again)
                journal.send("event", said_so)
            await journal.write(connection)
        self._committed()
        self.condition.sent += bool(handed.accepted)
        if attempt.later:
            log.warning("%s waits for another try: %s", taken.document_id, attempt.said)

    async def _fail(
        self,
        connection: AsyncConnection,
        journal: Journal,
        delivery: QueuedMail,
        failure: Failure,
    ) -> None:
        """Note that a mail is not sent, to somebody of it at least, and say so."""
        await note(connection, delivery.document_id, code=failure.code, claimed_until=None, said=failure.why)
        if failure.whole:
            await mark(connection, delivery.document_id, "undeliverable")
        await say_failed(connection, journal, delivery, failure, self._rules(), source=self._source, now=self._now())

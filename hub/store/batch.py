"""A batch: the messages of one transaction, stepped one after the other in memory, and what becomes of each."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from hub.errors import IdReused, Undeclared
from hub.messages.base import Event, Message
from hub.messages.envelope import Letter, derived_id, instant, to_bytes, write_letter
from hub.messages.processing import CommandRefused
from hub.policies import Policies
from hub.sagas.case import Case, Rules
from hub.sagas.engine import Outcome, carry_out, hear, numbered
from hub.sagas.numbers import order_key
from hub.sagas.table import Refusal
from hub.store.aside import set_aside
from hub.store.desk import Desk
from hub.store.experience import Lessons
from hub.store.journal import Journal
from hub.store.reach import Reach
from hub.store.returned import CLASSIFICATION, OTHERS, document_of, returned, signed

log = logging.getLogger("hub.store")
CONSUMER = "sagas"
REUSED = "another message of this source had the same id and was carried out; send this one under an id of its own"
Origin = Literal["broker", "waiting", "timer", "failure"]


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a message: done, ignored, refused, waiting, retrying or set_aside.

    ``repeated`` if it was known already.
    """

    outcome: str
    code: str = ""
    message: str = ""
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Before:
    """A message that was carried out before, and what became of it."""

    fate: Fate
    said: Letter | str
    """the message, or its envelope as the inbox has it"""

    def is_repeated_by(self, letter: Letter) -> bool:
        """Whether that one says the same; if not, its sender has used an id twice."""
        if isinstance(self.said, Letter):
            kind, data = self.said.envelope.type, self.said.envelope.data
        else:
            envelope = orjson.loads(self.said)
            kind, data = envelope["type"], envelope["data"]
        return bool(kind == letter.envelope.type and data == letter.envelope.data)


@dataclass(slots=True)
class Item:
    """A message on its way through the unit of work."""

    raw: bytes
    origin: Origin = "broker"
    reference: str = ""
    """timer: its id; failure: its id"""
    attempts: int = 0
    """failure: how often it was tried"""
    letter: Letter | None = None


class Batch:
    """The messages of one transaction: what they say and what becomes of them."""

    def __init__(
        self,
        source: str,
        rules: Rules,
        policies: Policies,
        now: datetime,
        until: datetime,
        delays: Sequence[float],
    ) -> None:
        self.source, self.rules, self.policies = source, rules, policies
        self.now, self.until, self.delays = now, until, delays
        self.journal = Journal()
        self.lessons = Lessons(rules.calendar)
        self._said: list[Letter] = []

    def carry_out(
        self, item: Item, letter: Letter, case: Case, reach: Reach, known: dict[tuple[str, str], Before]
    ) -> tuple[Fate, Case]:
        """Step one message; the case is left as it was when the message changes nothing."""
        before = known.get(letter.key)
        if before is not None and before.is_repeated_by(letter):
            return before.fate, case
        if before is not None:
            return self.set_aside(item, IdReused(REUSED, where="id")), case
        order_id = reach.order_id(letter.message)
        try:
            outcome = carry_out(case, letter.message, order_id, self.rules, self.now)
        except Undeclared as error:
            return self.set_aside(item, error, order_id), case
        except Exception as error:
            log.exception("%s %s failed", letter.envelope.type, letter.envelope.id)
            return self.set_aside(item, error, order_id), case
        fate, case = self._settle(item, letter, outcome, order_id, case)
        if fate.outcome != "waiting":
            known[letter.key] = Before(replace(fate, repeated=True), letter)
        return fate, case

    def _settle(self, item: Item, letter: Letter, outcome: Outcome, order_id: str, case: Case) -> tuple[Fate, Case]:
        if outcome.unknown is not None:
            return self._wait(item, letter, outcome.unknown, order_id, case)
        if outcome.refusal is not None:
            return self._refuse(letter, outcome.refusal, order_id, case)
        if outcome.ignored is not None:
            self.journal.note(letter, CONSUMER, order_id, "ignored", self.now, message=outcome.ignored)
            return Fate("ignored", message=outcome.ignored), case
        self._say(letter, outcome.events)
        for told, _, _ in outcome.events:
            self.lessons.take(told, outcome.case, instant(self.now))
        for place, timer in enumerate(outcome.timers):
            timer_id = derived_id(*letter.key, f"timer {place}")
            self.journal.add_timer(timer_id, self.now + timer.delay, timer.message)
        for place, command in enumerate(outcome.commands):
            self.journal.send(
                "command",
                write_letter(
                    command,
                    message_id=derived_id(*letter.key, f"command {place}"),
                    source=signed(self.source, CLASSIFICATION),
                    time=self.now,
                    causation=letter.message.subject_id,
                    trace=letter.envelope.traceparent,
                ),
            )
        self.journal.note(letter, CONSUMER, order_id, "done", self.now)
        return Fate("done"), outcome.case

    def _refuse(self, letter: Letter, refusal: Refusal, order_id: str, case: Case) -> tuple[Fate, Case]:
        """Answer with `command.refused`; what came in a document goes to a person."""
        known = order_id if order_id in case.orders and refusal.code not in OTHERS else None
        event = CommandRefused(
            command_id=letter.envelope.id,
            type=letter.envelope.type,
            code=refusal.code,
            message=refusal.message,
            where=refusal.where or None,
            order_id=known,
            question_id=refusal.question_id if known else None,
            lines=list(refusal.lines) if known else [],
        )
        after = case.copy()
        says = [numbered(after, event)]
        question = returned(letter, refusal, known)
        if question is not None:
            heard = hear(after, question, self.rules, self.now)
            says, after = [*says, *heard.events], heard.case
        self._say(letter, says)
        self.journal.note(letter, CONSUMER, order_id, "refused", self.now, refusal)
        return Fate("refused", refusal.code, refusal.message), after

    def _say(self, letter: Letter, events: Sequence[tuple[Event, str | None, int | None]]) -> None:
        for place, (event, order_id, sequence) in enumerate(events):
            said = write_letter(
                event,
                message_id=derived_id(*letter.key, str(place)),
                source=self.source,
                time=self.now,
                correlation=order_id,
                causation=letter.envelope.id,
                sequence=sequence,
                trace=letter.envelope.traceparent,
            )
            self._said.append(said)

    async def close(self, connection: AsyncConnection, case: Case) -> None:
        """Write down what was said: tasks with all that is known of their matter, and what policies answer to them."""
        desk = Desk(self.source, self.rules, self.policies, self.now)
        letters, answers = await desk.prepare(connection, self._said, case)
        for said in letters:
            self.journal.send("event", said)
            if isinstance(said.message, Event):
                self.journal.follow_task(said.message, self.now)
                self.journal.follow_correction(said.message, self.now)
        for answer in answers:
            self.journal.send("command", answer)

    def _wait(self, item: Item, letter: Letter, awaited: str, order_id: str, case: Case) -> tuple[Fate, Case]:
        """Wait a bounded time for what a message names; what came in a document goes to a person then."""
        if item.origin == "waiting" and instant(self.now) < item.reference:
            return Fate("waiting", message=f"{awaited} is not known yet"), case
        if item.origin == "waiting" or item.attempts:
            text = f"{called(letter.message, awaited)} did not become known in time"
            where = letter.envelope.subject or ""
            if document_of(letter) is not None:
                return self._refuse(letter, Refusal("unknown_reference", text, where), order_id, case)
            fault = Undeclared(text, where=where)
            return self.set_aside(item, fault, order_id, code="unknown_reference"), case
        self.journal.wait(letter, awaited, self.until)
        return Fate("waiting", message=f"{awaited} is not known yet"), case

    def set_aside(self, item: Item, error: Exception, order_id: str = "", code: str = "") -> Fate:
        """Keep a message that cannot be processed, with its error, to be tried again or for a person (R42)."""
        raw = item.raw or (to_bytes(item.letter.envelope) if item.letter else b"")
        outcome, code, text = set_aside(
            self.journal,
            raw,
            error,
            source=self.source,
            now=self.now,
            delays=self.delays,
            failure_id=item.reference if item.origin == "failure" else "",
            attempts=item.attempts + 1,
            order_id=order_id,
            code=code,
        )
        return Fate(outcome, code, text)


def called(message: Message, awaited: str) -> str:
    """What a message waits for, as its sender knows it: the question or the purchase order that it names."""
    question, number = (getattr(message, name, None) for name in ("question_id", "po_number"))
    if question and order_key(question) == order_key(awaited):
        return f"question {question}"
    return f"purchase order {number}" if number else awaited

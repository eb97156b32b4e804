"""What partners say of what we sent by EDI: noted; what they refuse, and their silence, is put to a person (R42)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.handlers.incoming.pieces import ACCEPTED
from hub.messages.base import Event
from hub.messages.customer_po import Finding as Told
from hub.messages.document import (
    DocumentAcknowledged,
    DocumentDeliveryFailed,
    DocumentQuarantined,
    DocumentUnacknowledged,
)
from hub.partners import Partners
from hub.ports import Finding, Part, Reading, Severity, Statement
from hub.sagas.case import Rules
from hub.store import interchanges
from hub.store.database import Database
from hub.store.documents import REPLACED
from hub.store.journal import Journal
from hub.store.questions import say_of_documents

GRAVITY = ("accepted", "accepted_with_errors", "rejected")
PORTION = 200


@dataclass(slots=True)
class Heard:
    """What a document's acknowledgments come to."""

    reading: Reading
    events: list[tuple[str, Event]] = field(default_factory=list)
    answers: set[str] = field(default_factory=set)
    """the documents about which nobody is to be asked any more"""
    orders: list[str] = field(default_factory=list)
    """those that what is refused is about"""


async def hear_acknowledgments(connection: AsyncConnection, reading: Reading, document_id: str, now: datetime) -> Heard:
    """Match acknowledgments with what we sent, by our control numbers; what a person has to see is set aside."""
    heard = Heard(reading)
    parts = list(reading.parts)
    for place, part in enumerate(parts):
        if part.statements and part.disposition in ACCEPTED:
            parts[place] = await _hear(connection, part, part.kind or reading.kind, document_id, now, heard)
    if parts != list(reading.parts):
        heard.reading = _with(reading, parts)
    return heard


async def _hear(
    connection: AsyncConnection, part: Part, kind: str, document_id: str, now: datetime, heard: Heard
) -> Part:
    rows = await interchanges.named(connection, part.partner_id, part.statements) if part.partner_id else []
    about: dict[str, list[Statement]] = {}
    findings: list[Finding] = []
    for said in part.statements:
        row = next((row for row in rows if _is_about(said, row)), None)
        if row is None:
            text = f"we have sent {part.partner_id or 'its sender'} no {said}, and it is {said.status}".replace(
                "_", " "
            )
            severity: Severity = "error" if said.status == "rejected" else "warning"
            findings.append(Finding("acknowledgment_unknown", severity, text, part.where))
        elif kind == "edifact" or said.group or said.status == "rejected":
            about.setdefault(row.number, []).append(said)
    for row in rows:
        if row.number in about:
            findings += await _note(connection, row, about[row.number], document_id, now, heard, part.where)
    if not findings:
        return part
    part = replace(part, findings=(*part.findings, *findings))
    if all(each.severity == "warning" for each in findings):
        return part
    return replace(part, intent="quarantine", disposition="quarantine", likely_intent=part.intent)


def _is_about(said: Statement, row: Any) -> bool:
    """Whether a statement is about this interchange: an X12 group has a number of its own, across interchanges."""
    if said.message and said.message != row.message_number:
        return False
    return bool(said.group == row.group_number if said.group and row.group_number else said.interchange == row.number)


async def _note(
    connection: AsyncConnection,
    row: Any,
    said: Sequence[Statement],
    document_id: str,
    now: datetime,
    heard: Heard,
    where: str,
) -> list[Finding]:
    """Note what became of one interchange; the same as before is no news."""
    status = max((each.status for each in said), key=GRAVITY.index)
    reason = next((each.reason for each in said if each.status == status and each.message), "")
    reason = reason or next(each.reason for each in said if each.status == status)
    if row.state == status:
        return []
    await interchanges.answer(connection, row, status, document_id, "" if status == "accepted" else reason, now)
    answers = await interchanges.answered_questions(connection, [row.asked_in]) if row.asked_in else set()
    if row.state == "rejected" and row.answered_by:
        answers |= await interchanges.refusals_seen_to(connection, [row.answered_by])
    heard.answers |= answers
    names: dict[str, Any] = {
        "document_id": row.document_id,
        "kind": row.kind,
        "name": row.title,
        "partner_id": row.partner_id,
        "order_id": row.order_id,
    }
    event = DocumentAcknowledged(
        **names,
        status=status,
        acknowledged_by=document_id,
        reason=reason if status != "accepted" and reason else None,
        answers=sorted(answers),
    )
    key = f"{row.document_id} {document_id}"
    heard.events.append((key, event))
    if status != "rejected" or row.document_state == REPLACED:
        return []
    if row.order_id and row.order_id not in heard.orders:
        heard.orders.append(row.order_id)
    text = f"{row.partner_id} has refused our {row.title} ({row.document_id}): {reason}"
    heard.events.append((key, DocumentDeliveryFailed(**names, code=interchanges.REFUSED, reason=text)))
    if row.message_number is not None:
        text = f"{text}; once it is mended, `hub resend {row.document_id}` sends it again"
    return [Finding(interchanges.REFUSED, "error", text, where)]


def _with(reading: Reading, parts: Sequence[Part]) -> Reading:
    """The reading with its documents as they are judged now."""
    known = {each for part in reading.parts for each in part.findings}
    fresh = [each for part in parts for each in part.findings if each not in known]
    reading = replace(reading, parts=tuple(parts), findings=(*reading.findings, *fresh))
    if len(parts) > 1:
        return reading
    [part] = parts
    likely = part.likely_intent or reading.likely_intent
    return replace(reading, intent=part.intent, disposition=part.disposition, likely_intent=likely)


class Silence:
    """Sees to what partners should have acknowledged by now. What was due while no hub ran is due now."""

    def __init__(
        self,
        database: Database,
        partners: Callable[[], Partners],
        rules: Callable[[], Rules],
        now: Callable[[], datetime],
        *,
        source: str,
        committed: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._partners = partners
        self._rules = rules
        self._now = now
        self._source = source
        self._committed = committed

    async def break_it(self) -> int:
        """Say what is overdue, and ask a person once for each partner that is silent; how many documents that were."""
        now = self._now()
        async with self._database.read() as connection:
            if not await interchanges.any_overdue(connection, now):
                return 0
        async with self._database.write() as connection:
            rows = await interchanges.overdue(connection, now, PORTION)
            if rows:
                await self._raise(connection, rows, now)
        self._committed()
        return len(rows)

    async def _raise(self, connection: AsyncConnection, rows: Sequence[Any], now: datetime) -> None:
        by_partner = {
            partner: list(some)
            for partner, some in groupby(sorted(rows, key=lambda row: row.partner_id), lambda row: row.partner_id)
        }
        asked_in = await interchanges.open_questions(connection, by_partner)
        events: list[tuple[str, Event]] = []
        for partner_id, some in by_partner.items():
            events += [(row.document_id, _overdue(row)) for row in some]
            if partner_id not in asked_in:
                asked_in[partner_id] = some[0].document_id
                events.append((some[0].document_id, self._question(partner_id, some)))
        await interchanges.mark_overdue(connection, rows, asked_in)
        journal = Journal()
        asked = set(asked_in.values())
        first = rows[0].document_id
        await say_of_documents(
            connection, journal, events, asked, self._rules(), source=self._source, cause=first, now=now
        )
        await journal.write(connection)

    def _question(self, partner_id: str, rows: Sequence[Any]) -> DocumentQuarantined:
        """What a person is asked: whether the partner has it. One question for all that is overdue now."""
        partner = self._partners().get(partner_id)
        first = rows[0]
        name = partner.name if partner else partner_id
        return DocumentQuarantined(
            document_id=first.document_id,
            kind=first.kind,
            name=first.title,
            partner_id=partner_id,
            role="procurement-officer" if partner and partner.role == "supplier" else "sales-officer",
            likely_intent="functional_ack",
            po_number=first.po_number,
            order_ids=list(dict.fromkeys(row.order_id for row in rows if row.order_id)),
            findings=[
                Told(
                    code="acknowledgment_overdue",
                    severity="error",
                    message=f"{name} has not acknowledged our {row.title}, due {row.due_at}; ask whether it came",
                    where=f"{row.document_id}, interchange {row.number}",
                )
                for row in rows
            ],
        )


def _overdue(row: Any) -> DocumentUnacknowledged:
    return DocumentUnacknowledged(
        document_id=row.document_id,
        kind=row.kind,
        name=row.title,
        partner_id=row.partner_id,
        order_id=row.order_id,
        due_at=row.due_at,
    )

"""The documents in a file: each is acted on, asked about, or refused, by itself (R7, R68)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hub.messages.base import Command
from hub.messages.customer_po import Finding
from hub.messages.document import AsRead, DocumentQuarantined
from hub.partners import Partners
from hub.ports import Finding as Found
from hub.ports import Part, Reading
from hub.store import reach
from hub.store.returned import piece_id

ACCEPTED = frozenset({"accepted", "accepted_with_errors"})
STRANGER = Found(
    "unknown_partner",
    "error",
    "no partner profile fits the sender; add one and submit it again",
    todo="compare edi.id and edi.qualifier of the profile with the sender's id in the file (`hub parse`)",
)
_SUPPLIERS = frozenset({"supplier_confirm", "supplier_ship"})


@dataclass(frozen=True, slots=True)
class Piece:
    """One of the documents in a file; the only one has the file's id."""

    document_id: str
    part: Part

    @property
    def commands(self) -> tuple[Command, ...]:
        """What it leads to without asking anybody."""
        return self.part.messages if self.part.disposition in ACCEPTED else ()


@dataclass(frozen=True, slots=True)
class Lost:
    """What a document of ours that was not delivered is about."""

    partner_id: str | None = None
    """whom it went to"""
    material_po_id: str | None = None
    order_ids: tuple[str, ...] = ()


NOTHING_LOST = Lost()


def pieces_of(reading: Reading, document_id: str) -> list[Piece]:
    """The documents that were read in a file, the commands in them signed with file and supplier."""
    parts = reading.parts or (whole(reading),)
    if len(parts) == 1:
        parts = (replace(parts[0], findings=reading.findings),)
    return [
        Piece(
            piece_id(document_id, number, len(parts)),
            replace(part, messages=tuple(_signed(each, document_id, part.partner_id) for each in part.messages)),
        )
        for number, part in enumerate(parts, 1)
    ]


def whole(reading: Reading) -> Part:
    """A reading of one document as that document."""
    return Part(
        reading.intent,
        reading.disposition,
        "",
        reading.messages,
        reading.findings,
        reading.likely_intent,
        reading.partner_id,
        reading.title,
    )


def of_known_partners(reading: Reading) -> Reading:
    """The reading with what comes of a partner without a profile put to a person: nobody could be answered."""
    parts = tuple(map(_of_known, reading.parts))
    if not reading.parts:
        stopped = _of_known(whole(reading))
    elif len(parts) == 1 and parts != reading.parts:
        stopped = parts[0]
    else:
        stopped = None
    findings = reading.findings
    if any(STRANGER in part.findings for part in (*parts, *([stopped] if stopped else []))):
        findings = (*(each for each in findings if each.code != STRANGER.code), STRANGER)
    reading = replace(reading, parts=parts, findings=findings)
    if stopped is None:
        return reading
    return replace(reading, intent=stopped.intent, disposition=stopped.disposition, likely_intent=stopped.likely_intent)


def of_its_folder(reading: Reading, partner_id: str) -> Reading:
    """The reading with what lay in a partner's own folder, and says that it is from another, put to a person.

    Nothing of it is answered: the one who is named may not have sent it. Its numbers are not taken as used.
    """
    strange = [part.partner_id for part in reading.parts or (whole(reading),) if part.partner_id != partner_id]
    others = sorted({each for each in strange if each})
    if not others:
        return _unanswered(reading, partner_id)
    text = f"it lay in the folder of {partner_id}, and says that it is from {', '.join(others)}"
    todo = "ask both; if it only went astray, submit it again (`hub submit`)"
    found = Found("folder_of_another", "error", text, todo=todo)

    def stopped(part: Part) -> Part:
        if part.partner_id in {None, partner_id} or part.disposition == "rejected":
            return part
        likely = part.likely_intent or (part.intent if part.intent != "quarantine" else None)
        findings = (*part.findings, found)
        return replace(part, intent="quarantine", disposition="quarantine", likely_intent=likely, findings=findings)

    parts = tuple(map(stopped, reading.parts))
    only = parts[0] if len(parts) == 1 else stopped(whole(reading)) if not parts else None
    reading = replace(
        reading,
        parts=parts,
        findings=(*reading.findings, found),
        drafts=tuple(draft for draft in reading.drafts if draft.partner_id not in others),
        keys=(),
    )
    if only is None:
        return reading
    return replace(reading, intent=only.intent, disposition=only.disposition, likely_intent=only.likely_intent)


def _unanswered(reading: Reading, partner_id: str) -> Reading:
    """The reading with what a partner has put down, and no acknowledgment refuses, put to a person.

    Nobody else would hear of it: the partner takes it for delivered. An empty file asks for nothing.
    """
    told = any(draft.partner_id for draft in reading.drafts) or any(
        each.code == "empty_file" for each in reading.findings
    )
    if reading.disposition != "rejected" or told:
        return reading
    likely = reading.intent if reading.intent not in {"not_an_order", "quarantine"} else reading.likely_intent
    return replace(
        reading,
        intent="quarantine",
        disposition="quarantine",
        likely_intent=likely,
        partner_id=partner_id,
        parts=(),
        messages=(),
    )


def _of_known(part: Part) -> Part:
    if part.partner_id or not part.messages or part.disposition not in ACCEPTED:
        return part
    findings = (*(each for each in part.findings if each.code != STRANGER.code), STRANGER)
    return replace(part, intent="quarantine", disposition="quarantine", likely_intent=part.intent, findings=findings)


def _signed(command: Command, document_id: str, partner_id: str | None) -> Command:
    """The command with the archived original, and the supplier that speaks."""
    signs: dict[str, Any] = {}
    source = getattr(command, "source", None)
    if source is not None:
        signs["source"] = source.model_copy(update={"document_id": document_id})
    if partner_id and "supplier_id" in type(command).model_fields:
        signs["supplier_id"] = partner_id
    return command.model_copy(update=signs) if signs else command


def question(
    piece: Piece,
    reading: Reading,
    document_id: str,
    name: str,
    partners: Partners,
    orders: Mapping[tuple[str, str], str],
    lost: Lost = NOTHING_LOST,
) -> DocumentQuarantined:
    """What a person is to be asked about a document; ``orders`` are those known by customer and PO number."""
    part = piece.part
    sender = part.partner_id or lost.partner_id
    partner = partners.get(sender) if sender else None
    likely = part.likely_intent or (part.intent if part.intent != "quarantine" else None)
    first = part.messages[0] if part.messages else None
    named = po_of(first) if first else None
    order_id = orders.get(named) if named else None
    of_supplier = partner.role == "supplier" if partner else likely in _SUPPLIERS
    return DocumentQuarantined(
        document_id=piece.document_id,
        original_id=document_id if piece.document_id != document_id else None,
        kind=part.kind or reading.kind,
        name=name or None,
        partner_id=part.partner_id,
        role="procurement-officer" if of_supplier else "sales-officer",
        likely_intent=likely,
        po_number=getattr(first, "po_number", None),
        material_po_id=getattr(first, "material_po_id", None) or lost.material_po_id,
        order_ids=[order_id] if order_id else list(lost.order_ids),
        messages=[AsRead(type=each.TYPE, data=each.data()) for each in part.messages],
        findings=on_the_wire(part.findings),
    )


def po_of(message: Command) -> tuple[str, str] | None:
    """The customer and PO number that a command is about; None where either is not known."""
    named = reach.po_of(message)
    return named if named and named[0] else None


def on_the_wire(findings: Sequence[Found]) -> list[Finding]:
    """Findings as messages carry them."""
    return [
        Finding(
            code=found.code[:80] or "fault",
            severity=found.severity,
            message=found.message[:10_000] or found.code,
            where=found.where[:200] or None,
        )
        for found in findings
    ]

"""What a map makes of one document, and what maps of both standards share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple, Protocol, TypeVar

from pydantic import ValidationError

from adapters.edi.envelope import Document
from adapters.edi.faults import clean
from hub.messages.base import Command, Message
from hub.messages.customer_po import CHANGE_NUMBER, AnswerPenalty, CancelCustomerPo
from hub.messages.document import Intent
from hub.messages.material_po import AcknowledgeMaterialPo
from hub.partners import Partner
from hub.ports import Context, Statement

M = TypeVar("M", bound=Message)


class Meaning(NamedTuple):
    """What one document says: what its sender wants, and the commands that carry it out."""

    intent: Intent
    messages: tuple[Command, ...] = ()
    likely_intent: Intent | None = None
    title: str = ""
    quarantine: bool = False
    """a person has to look at it first"""
    builds_on: tuple[str, ...] = ()
    """numbers of orders without which it cannot be understood in full"""
    statements: tuple[Statement, ...] = ()
    """an acknowledgment: what it says of what is ours"""


@dataclass(frozen=True, slots=True)
class Job:
    """A document to be mapped, with what may be known beside it."""

    document: Document
    partner: Partner | None
    context: Context

    def source(self) -> dict[str, Any]:
        """The ``source`` of the message."""
        document = self.document
        numbers = [
            document.interchange.number,
            document.group.number if document.group else "",
            document.number,
        ]
        return {"channel": document.interchange.standard, "control_numbers": [clean(n) for n in numbers if n]}

    def sender(self) -> dict[str, Any]:
        """The interchange id of the sender, as an identifier of the customer."""
        endpoint = self.document.interchange.sender
        return identifier(endpoint.qualifier, endpoint.id)


class Mapper(Protocol):
    """Reads one document; looks at its segments one after the other, in one go."""

    fields: Any

    def read(self) -> Meaning:
        """What the document says."""
        ...


def identifier(qualifier: str, value: str) -> dict[str, Any]:
    """An identifier as sent."""
    return {"qualifier": qualifier, "value": value} if qualifier else {"value": value}


def build(model: type[M], data: Mapping[str, Any], document: Document) -> M | None:
    """The message made of the data; what does not fit becomes a fault of the document."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False, include_context=False)[:20]:
            path = ".".join(map(str, fault["loc"]))
            document.fault("value_invalid", detail=f"{path}: {fault['msg']}")
        return None


ACCEPTING = frozenset({"01", "06", "1", "6", "29"})
DECLINING = frozenset({"44", "27"})
"""Purposes and functions by which a customer answers the penalty question that a document refers to (R33)"""


def penalty_answer(job: Job, header: Mapping[str, Any], purpose: str, title: str) -> Meaning | None:
    """The answer to a penalty question, where the document refers to one (``Q-…``) and accepts or declines."""
    questions = [ref["value"] for ref in header.get("references", ()) if ref["value"].startswith("Q-")]
    if not questions or purpose not in ACCEPTING | DECLINING or not header.get("po_number"):
        return None
    accepts = purpose in ACCEPTING
    data = {
        "po_number": header["po_number"],
        "question_id": questions[0][:80],
        "answer": "accept" if accepts else "decline",
        "source": job.source(),
    }
    message = of_customer(AnswerPenalty, data, job)
    return Meaning("penalty_accept" if accepts else "penalty_decline", (message,) if message else (), None, title)


def number_lines(document: Document, lines: list[dict[str, Any]], positions: list[int]) -> None:
    """Number lines that have no number "1", "2"…; one number for two lines is a fault."""
    taken: set[str] = set()
    for position, line in zip(positions, lines, strict=True):
        number = line.get("line")
        if number in taken:
            document.fault("line_number_repeated", position, 1, value=str(number))
        elif number:
            taken.add(number)
    for count, line in enumerate(lines, start=1):
        if "line" not in line:
            number = count
            while str(number) in taken:
                number += len(lines)
            line["line"] = str(number)
            taken.add(str(number))


def ordered(job: Job, po_number: str) -> dict[str, tuple[Decimal, str | None]]:
    """Quantities and units by line of the order as it is known."""
    for order in job.context.known_orders:
        ours = order.get("customer_id") in (None, job.partner.id if job.partner else None)
        if order.get("po_number") == po_number and ours:
            rows = order.get("lines") or ()
            return {
                str(row["line"]): (Decimal(str(row["quantity"])), row.get("unit"))
                for row in rows
                if isinstance(row, Mapping) and "line" in row and "quantity" in row
            }
    return {}


def customer(job: Job, header: dict[str, Any]) -> dict[str, Any]:
    """Who orders: the partner by the interchange id, with name and identifiers as sent."""
    buyer: dict[str, Any] = next((party for party in header.get("parties", ()) if party["role"] == "buyer"), {})
    found: dict[str, Any] = {"identifiers": [job.sender(), *buyer.get("identifiers", ())]}
    if job.partner:
        found["id"] = job.partner.id
    name = buyer.get("name") or (job.partner.name if job.partner else "")
    if name:
        found["name"] = name
    return found


def cancellation(job: Job, header: dict[str, Any]) -> Command | None:
    """The request to cancel the whole order."""
    data: dict[str, Any] = {"po_number": header.get("po_number", ""), "source": job.source()}
    put(data, "request", _own_number(header))
    put(data, "reason", "\n".join(header.get("notes", ()))[:10_000])
    return of_customer(CancelCustomerPo, data, job)


def _own_number(header: Mapping[str, Any]) -> str:
    """What the customer calls its change: BCH05, or the number of an ORDCHG."""
    references = header.get("references", ())
    return next((str(each["value"]) for each in references if each["kind"] == CHANGE_NUMBER), "")


def of_customer(model: type[M], data: Mapping[str, Any], job: Job) -> M | None:
    """A message that names its customer; of an unknown one it has no customer id, and is only for show."""
    if job.partner:
        return build(model, {**data, "customer_id": job.partner.id}, job.document)
    shown = build(model, {**data, "customer_id": "unknown"}, job.document)
    return shown.model_copy(update={"customer_id": None}) if shown else None


def put(target: dict[str, Any], name: str, value: Any) -> None:
    """Set what has a value."""
    if value:
        target[name] = value


def empty_line() -> dict[str, Any]:
    """A line of which nothing is known yet."""
    return {"product": {}, "schedule": [], "characteristics": [], "attachments": [], "notes": []}


def acknowledgment(
    material_po_id: str, answers: list[dict[str, Any]], note: str, document: Document, whole: str | None = None
) -> Command | None:
    """A supplier's answer, line by line, or to the whole; one line answered twice is a fault."""
    seen: set[str] = set()
    for answer in answers:
        if answer["line"] in seen:
            document.fault("line_number_repeated", value=answer["line"])
        seen.add(answer["line"])
    data: dict[str, Any] = {"material_po_id": material_po_id, "lines": answers}
    put(data, "answer", whole)
    put(data, "note", note[:10_000])
    return build(AcknowledgeMaterialPo, data, document)

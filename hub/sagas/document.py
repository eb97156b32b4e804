"""A document set aside: a person says what it is, and it goes on as if it had come in so (R7, R68)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hub.messages.base import Person
from hub.messages.document import (
    AsRead,
    ClassifyDocument,
    DocumentAcknowledged,
    DocumentClassified,
    DocumentQuarantined,
    DocumentReceived,
    DocumentReissued,
)
from hub.sagas.case import Scene
from hub.sagas.paper import KINDS, Document, carried_on
from hub.sagas.sales.sequence import CODES
from hub.sagas.table import Refusal, Step, Table, ignore, on, refuse, refuse_if, step, waits

IN_USE = "po_number_in_use"
SENIOR = {"sales-officer": "senior-sales-officer"}


def take(document: Document, said: DocumentQuarantined, scene: Scene) -> Step[Document]:
    """Keep what was read of it, and why a person has to look."""
    return step(
        replace(
            document,
            original_id=said.original_id or document.original_id,
            kind=said.kind if said.kind != "unknown" else document.kind,
            name=said.name or document.name,
            partner_id=said.partner_id or document.partner_id,
            role=said.role or document.role,
            likely_intent=said.likely_intent or document.likely_intent,
            po_number=said.po_number or document.po_number,
            material_po_id=said.material_po_id or document.material_po_id,
            order_ids=tuple(said.order_ids) or document.order_ids,
            messages=tuple(said.messages),
            findings=tuple(said.findings),
            differs=tuple(said.differs),
        )
    )


def take_more(document: Document, said: DocumentQuarantined, scene: Scene) -> Step[Document]:
    """Ask about what else of it cannot be carried out, together with what is asked already."""
    taken = take(document, said, scene).saga
    findings = (*document.findings, *(each for each in taken.findings if each not in document.findings))
    messages = (*document.messages, *(each for each in taken.messages if each not in document.messages))
    return step(replace(taken, findings=findings, messages=messages))


def answer_fits(document: Document, answer: ClassifyDocument, scene: Scene) -> Refusal | None:
    """Whoever is asked answers; what it is taken for can be carried out; a number in use is not taken for a new PO."""
    if isinstance(answer.by, Person) and answer.by.role not in {document.role, SENIOR.get(document.role)}:
        text = f"this document is for the {document.role}, not for the {answer.by.role}"
        return Refusal("wrong_role", text, "by.role")
    if answer.as_ not in KINDS:
        return None
    found = carried_on(document, answer)
    if isinstance(found, Refusal):
        return found
    number = getattr(found[0][0], "po_number", None)
    in_use = {IN_USE, *CODES} & {each.code for each in document.findings}
    if answer.as_ == "new_po" and number == document.po_number and in_use:
        text = f"purchase order {number} is known already; give the new one another number, or take it for a revision"
        return Refusal(IN_USE, text, "message.po_number")
    return None


def leads_on(document: Document, answer: ClassifyDocument, scene: Scene) -> bool:
    """It is taken for something that can be carried out."""
    return answer.as_ in KINDS


def carry_on(document: Document, answer: ClassifyDocument, scene: Scene) -> Step[Document]:
    """Carry it out as what the person says that it is, with what the person has mended."""
    found = carried_on(document, answer)
    assert not isinstance(found, Refusal)  # noqa: S101  # checked before
    commands, changes = found
    event = DocumentClassified(
        **_names(document),
        as_=answer.as_,
        by=answer.by,
        note=answer.note,
        commands=[AsRead(type=each.TYPE, data=each.data()) for each in commands],
        changes=list(changes),
        learn=answer.learn,
    )
    return step(replace(document, taken_as=answer.as_, by=answer.by, changes=changes), event, *commands)


def close(document: Document, answer: ClassifyDocument, scene: Scene) -> Step[Document]:
    """Note what it is; nothing follows from it."""
    event = DocumentClassified(**_names(document), as_=answer.as_, by=answer.by, note=answer.note)
    return step(replace(document, taken_as=answer.as_, by=answer.by), event)


def give_way(document: Document, received: DocumentReceived, scene: Scene) -> Step[Document]:
    """The same document has come again, and could be taken in: a partner's profile was mended meanwhile."""
    return step(document)


def rest(document: Document, said: DocumentAcknowledged | DocumentReissued, scene: Scene) -> Step[Document]:
    """The partner has acknowledged what a person was asked about, or another document has taken its place."""
    return step(document)


def _names(document: Document) -> dict[str, Any]:
    return {
        "document_id": document.document_id,
        "kind": document.kind,
        "name": document.name,
        "partner_id": document.partner_id,
        "order_ids": list(document.order_ids),
    }


def facts(document: Document, scene: Scene) -> dict[str, Any]:
    """Why a person is asked, what it seems to be about, and the answer, filled in as far as it could be read."""
    form: dict[str, Any] = {"as": document.likely_intent} if document.likely_intent in KINDS else {}
    if document.messages:
        form["message"] = document.messages[0].data
    found = {
        "original_id": document.original_id or (document.document_id if document.kind != "api" else None),
        "kind": document.kind,
        "name": document.name,
        "partner_id": document.partner_id,
        "po_number": document.po_number,
        "material_po_id": document.material_po_id,
        "order_ids": list(document.order_ids),
        "likely_intent": document.likely_intent,
        "reasons": [each.model_dump(exclude_none=True) for each in document.findings],
        "differs": [each.model_dump(exclude_none=True) for each in document.differs],
        "form": form,
        "also_read": [each.model_dump() for each in document.messages[1:]],
    }
    return {name: value for name, value in found.items() if value not in (None, [])}


def of_a_customer(document: Document, scene: Scene) -> bool:
    """It concerns sales."""
    return document.role != "procurement-officer"


def of_a_supplier(document: Document, scene: Scene) -> bool:
    """It concerns procurement."""
    return document.role == "procurement-officer"


KNOWN = ("set_aside", "carried_on", "closed")
DOCUMENT: Table[Document] = Table(
    name="document",
    module=__name__,
    initial="new",
    states=("new", *KNOWN),
    final=("closed",),
    rows=(
        on(("new", "carried_on"), DocumentQuarantined, take, to="set_aside"),
        on("set_aside", DocumentQuarantined, take_more, to="set_aside"),
        ignore("closed", DocumentQuarantined, "a person has decided that nothing follows from it"),
        on("set_aside", DocumentReceived, give_way, to="closed"),
        ignore(("carried_on", "closed"), DocumentReceived, "a person has decided on it"),
        on("set_aside", DocumentAcknowledged, rest, to="closed"),
        ignore(("carried_on", "closed"), DocumentAcknowledged, "a person has decided on it"),
        on("set_aside", DocumentReissued, rest, to="closed"),
        ignore(("carried_on", "closed"), DocumentReissued, "a person has decided on it"),
        refuse_if("set_aside", ClassifyDocument, answer_fits),
        on("set_aside", ClassifyDocument, carry_on, to="carried_on", when=leads_on),
        on("set_aside", ClassifyDocument, close, to="closed"),
        refuse(("carried_on", "closed"), ClassifyDocument, "task_closed", "a person has decided on it", "task_id"),
    ),
    waits=(
        waits("set_aside", ClassifyDocument, "sales-officer", facts, when=of_a_customer),
        waits("set_aside", ClassifyDocument, "procurement-officer", facts, when=of_a_supplier),
    ),
)

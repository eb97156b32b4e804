"""Commands that came in a document: one that cannot be carried out goes to a person, document and all (R7, R42)."""

from __future__ import annotations

from typing import Any

from hub.messages.base import Message
from hub.messages.customer_po import AnswerPenalty, CancelCustomerPo, Finding, SubmitCustomerPo
from hub.messages.document import AsRead, DocumentQuarantined, Intent
from hub.messages.envelope import Letter
from hub.messages.material_po import AcknowledgeMaterialPo, AnswerMaterialPoCancellation, NotifyDispatch
from hub.sagas.numbers import order_key
from hub.sagas.table import Refusal

INTAKE, CLASSIFICATION = "intake", "classification"
"""How commands of documents are signed, after the hub's own name: as read, and as a person has classified them"""
TOLD = frozenset({"question_closed"})
"""why an answer to a penalty question is refused, where the customer is told so (R38)"""
OTHERS = frozenset({"wrong_customer", "wrong_order"})
"""refused because the order is another's: nothing of that goes to the order's own customer"""
SUPPLIERS = (AcknowledgeMaterialPo, AnswerMaterialPoCancellation, NotifyDispatch)


def signed(source: str, part: str) -> str:
    """The ``source`` of commands that come from documents."""
    return f"{source}/{part}"


def classified_document(letter: Letter) -> str | None:
    """The document set aside that a person's answer has made this command of."""
    ours = letter.envelope.source.endswith(f"/{CLASSIFICATION}")
    return letter.envelope.causationid if ours else None


def document_of(letter: Letter) -> str | None:
    """The document, or the one of several in a file, that this command came in."""
    part = letter.envelope.source.rpartition("/")[2]
    return letter.envelope.causationid if part in {INTAKE, CLASSIFICATION} else None


def piece_id(document_id: str, number: int, of: int) -> str:
    """The id of one of the documents in a file: that of the file where it is the only one."""
    return document_id if of == 1 else f"{document_id}-{number}"


def original_of(piece: str) -> str:
    """The archived file that a document came in."""
    return f"D-{order_key(piece)}"


def intent_of(message: Message) -> Intent | None:
    """What a document that led to this command was taken for."""
    if isinstance(message, SubmitCustomerPo):
        intents: dict[str, Intent] = {"original": "new_po", "revision": "revision", "change": "change"}
        return intents.get(message.purpose)
    if isinstance(message, CancelCustomerPo):
        return "cancel"
    if isinstance(message, AnswerPenalty):
        return "penalty_accept" if message.answer == "accept" else "penalty_decline"
    if isinstance(message, NotifyDispatch):
        return "supplier_ship"
    return "supplier_confirm" if isinstance(message, SUPPLIERS) else None


def returned(letter: Letter, refusal: Refusal, order_id: str | None) -> DocumentQuarantined | None:
    """The question to a person that a refusal leaves; None for a command that came in no document."""
    document_id, message = document_of(letter), letter.message
    if document_id is None or (isinstance(message, AnswerPenalty) and refusal.code in TOLD):
        return None
    original = original_of(document_id)
    fresh = classified_document(letter) is None
    finding = Finding(code=refusal.code, severity="error", message=refusal.message, where=refusal.where or None)
    return DocumentQuarantined(
        document_id=document_id,
        original_id=original if fresh and original != document_id else None,
        **_sent_by(message),
        role="procurement-officer" if isinstance(message, SUPPLIERS) else "sales-officer",
        likely_intent=intent_of(message),
        po_number=getattr(message, "po_number", None),
        material_po_id=getattr(message, "material_po_id", None),
        order_ids=[order_id] if order_id else [],
        messages=[AsRead(type=message.TYPE, data=message.data())],
        findings=[finding],
    )


def _sent_by(message: Message) -> dict[str, Any]:
    source, customer = getattr(message, "source", None), getattr(message, "customer", None)
    partner = (
        getattr(message, "supplier_id", None)
        or getattr(message, "customer_id", None)
        or (customer.id if customer else None)
    )
    return {"kind": source.channel if source else "unknown", "partner_id": partner}

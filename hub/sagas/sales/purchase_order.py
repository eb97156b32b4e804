"""The purchase order as it comes in: new, the same again, or revised (R1, R2, R4, R6, R7)."""

from __future__ import annotations

from dataclasses import replace

import orjson

from hub.messages.customer_po import Finding, Line, SubmitCustomerPo
from hub.messages.document import AsRead, DocumentQuarantined
from hub.messages.envelope import instant
from hub.messages.order import LineDates, OrderEvent, OrderLineCancelled, OrderReceived, OrderRevised
from hub.sagas.case import Case, Scene
from hub.sagas.difference import amended, content
from hub.sagas.model import Order, OrderLine, Revision
from hub.sagas.numbers import ZERO, decimal, plain, short
from hub.sagas.paper import PURPOSES, differences
from hub.sagas.sales import sequence
from hub.sagas.table import Refusal, Step, step


def _with_revision(order: Order, po: SubmitCustomerPo, scene: Scene, sent: SubmitCustomerPo | None = None) -> Order:
    revision = Revision(len(order.revisions) + 1, po, instant(scene.now), sent)
    lines = {
        item.line: OrderLine(
            item=item, ordered=decimal(item.quantity), requested=item.requested_date or po.requested_date
        )
        for item in po.lines
    }
    return replace(order, revisions=(*order.revisions, revision), lines=lines, reminders=0)


def _cancelled_in_full(line: OrderLine | None) -> bool:
    return line is not None and line.cancelled > ZERO and line.open <= ZERO


def dates(order: Order) -> list[LineDates]:
    """The four dates of each line (R60)."""
    return [
        LineDates(
            line=number,
            requested=line.requested,
            first_confirmed=line.first_confirmed,
            confirmed=line.confirmed,
            projected=line.projected,
        )
        for number, line in order.lines.items()
    ]


def receive(order: Order, po: SubmitCustomerPo, scene: Scene) -> Step[Order]:
    """Open the order and put it under review (R2)."""
    order = _with_revision(order, po, scene)
    return step(order, OrderReceived(**order.names, revision=1, po=po, channel=po.source.channel))


def revise(order: Order, po: SubmitCustomerPo, scene: Scene) -> Step[Order]:
    """Put the revised purchase order under review in the place of the one before (R4, R6).

    A line that was cancelled stays so, even if the revision, which may have crossed the cancellation, names it.
    A document that is marked as a change names only the lines that it touches; the others stay as they were.
    """
    gone = [number for number, line in order.lines.items() if _cancelled_in_full(line)]
    sent, po = po, as_taken(order, po)
    order = _with_revision(order, po, scene, sent if sent.purpose == "change" else None)
    says: list[OrderEvent] = [
        OrderRevised(**order.names, revision=len(order.revisions), po=po, channel=po.source.channel)
    ]
    for number in gone:
        if number in order.lines:
            order, event = without_line(order, number)
            says.append(event)
    return step(order, *says)


def as_taken(order: Order, po: SubmitCustomerPo) -> SubmitCustomerPo:
    """The whole purchase order that a document leads to: a change is applied to what was last received (R6)."""
    return amended(order.po, po) if po.purpose == "change" and order.revisions else po


def without_line(
    order: Order, number: str, cancellation_id: str | None = None, change_id: str | None = None
) -> tuple[Order, OrderLineCancelled]:
    """The order with what is open of a line cancelled, and the event that says so."""
    line = order.lines[number]
    event = OrderLineCancelled(
        **order.names, line=number, quantity=plain(line.open), cancellation_id=cancellation_id, change_id=change_id
    )
    return order.with_line(number, replace(line, cancelled=line.cancelled + line.open)), event


def same_content(order: Order, po: SubmitCustomerPo, scene: Scene) -> bool:
    """It says what the last revision says; or what an earlier one said, and is not marked as a revision.

    While a change is undecided, a revision that says what is agreed takes the change back.
    """
    if order.change.undecided and not not_marked(order, po, scene):
        return False
    known = order.revisions if po.purpose in {"original", "copy"} else order.revisions[-1:]
    said = content(as_taken(order, po))
    return any(content(revision.po) == said for revision in known)


def question_id(po: SubmitCustomerPo) -> str:
    """The id of the question what this purchase order is: the same for each arrival that says the same (R7)."""
    said = orjson.dumps(content(po), option=orjson.OPT_SORT_KEYS).decode()
    return f"D-{short(po.customer.id or '', po.po_number, said)}"


def asked_already(order: Order, po: SubmitCustomerPo, scene: Scene) -> bool:
    """A person is or was asked what this document is, and it is not their answer that comes here."""
    return question_id(po) in scene.case.documents and not _is_answer(po, scene.case)


def _is_answer(po: SubmitCustomerPo, case: Case) -> bool:
    """A person has said what this document is, and it comes as that now.

    What was sent by message has no document to be known by: it is known by its purpose then.
    """
    asked = case.documents.get(question_id(po))
    if asked is None or asked.state != "carried_on":
        return False
    if po.source.document_id is None:
        return (
            asked.original_id is None and po.purpose != "original" and po.purpose == PURPOSES.get(asked.taken_as or "")
        )
    return po.source.document_id in {asked.document_id, asked.original_id}


def not_marked(order: Order, po: SubmitCustomerPo, scene: Scene) -> bool:
    """The PO number is in use, and the document is not marked as a revision or change."""
    return po.purpose not in {"revision", "change"}


def same_change(order: Order, po: SubmitCustomerPo, scene: Scene) -> bool:
    """A change with this number, which says the same, has been taken."""
    return sequence.is_the_same_change(order, po)


def out_of_sequence(order: Order, po: SubmitCustomerPo, scene: Scene) -> bool:
    """By its release or change number it does not follow what was taken last."""
    return is_questioned(order, po, scene.case)


def is_questioned(order: Order, po: SubmitCustomerPo, case: Case) -> bool:
    """Nobody has said yet whether this document, which is out of sequence, counts."""
    return sequence.fault(order, po) is not None and not _is_answer(po, case)


def ask_whether_it_counts(order: Order, po: SubmitCustomerPo, scene: Scene) -> Step[Order]:
    """Take it for nothing; a sales officer says whether it still counts (R7)."""
    code, text = sequence.fault(order, po) or ("", "")
    return _ask(order, po, code, f"purchase order {po.po_number}: {text}")


def ask_what_it_is(order: Order, po: SubmitCustomerPo, scene: Scene) -> Step[Order]:
    """Take it for nothing; a sales officer says what it is (R7)."""
    text = f"purchase order {po.po_number} is known with other content, and this one is not marked as its revision"
    return _ask(order, po, "po_number_in_use", text)


def _ask(order: Order, po: SubmitCustomerPo, code: str, text: str) -> Step[Order]:
    event = DocumentQuarantined(
        document_id=question_id(po),
        original_id=po.source.document_id,
        kind=po.source.channel,
        partner_id=order.customer_id,
        role="sales-officer",
        likely_intent="change" if po.purpose == "change" else "revision",
        po_number=po.po_number,
        order_ids=[order.order_id],
        messages=[AsRead(type=po.TYPE, data=po.data())],
        findings=[Finding(code=code, severity="error", message=text, where="po_number")],
        differs=list(differences(content(order.po), content(as_taken(order, po)))),
    )
    return step(order, event)


def po_fits(order: Order, po: SubmitCustomerPo, scene: Scene) -> Refusal | None:
    """It is known who orders; each line has a number of its own, and orders something."""
    if not po.customer.id:
        return Refusal("unknown_customer", "name the customer by the id of its partner profile", "customer.id")
    numbers = [line.line for line in po.lines]
    for place, number in enumerate(numbers):
        if number in numbers[:place]:
            return Refusal("duplicate_line", f"line number {number} stands twice", f"lines.{place}.line")
        if decimal(po.lines[place].quantity) <= ZERO and not _may_be_nothing(po, po.lines[place]):
            return Refusal("no_quantity", f"line {number} orders nothing", f"lines.{place}.quantity")
    if order.state in {"under_review", "stand_by", "lapsed"} and not as_taken(order, po).lines:
        text = "no line would be left: to cancel the purchase order, send customer-po.cancel"
        return Refusal("nothing_left", text, "lines")
    return None


def _may_be_nothing(po: SubmitCustomerPo, item: Line) -> bool:
    """A change may name lines that are to go, or to stay as they are, without a quantity."""
    return po.purpose == "change" and item.action != "add"

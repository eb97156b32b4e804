"""The order: from a purchase order received to everything shipped or cancelled (R2-R6, R18, R19)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hub.messages.base import Person
from hub.messages.customer_po import Line, SubmitCustomerPo
from hub.messages.envelope import instant
from hub.messages.order import (
    CancellationGranted,
    LineDates,
    OrderCancelled,
    OrderCompleted,
    OrderConfirmed,
    OrderEvent,
    OrderLapsed,
    OrderLineCancelled,
    OrderReceived,
    OrderRejected,
    OrderReminded,
    OrderRevised,
    OrderRevisionRequested,
    ReviewOrder,
)
from hub.messages.production import DispatchShipment, ShipmentItem, Shipped
from hub.sagas.case import Scene
from hub.sagas.model import Order, OrderLine, Revision, WorkOrder
from hub.sagas.numbers import ZERO, decimal, plain
from hub.sagas.table import After, Refusal, Step, Table, ignore, never, on, refuse, refuse_if, step, waits
from hub.sagas.timers import RevisionLapseDue, RevisionReminderDue

# ------------------------------------------------------------------------------------------- the PO comes in


def content(po: SubmitCustomerPo) -> dict[str, Any]:
    """What a purchase order says, without its origin: two that are equal here are the same PO (R7)."""
    return po.model_dump(mode="json", exclude_none=True, exclude={"source", "unmapped", "purpose", "note"})


def _with_revision(order: Order, po: SubmitCustomerPo, scene: Scene) -> Order:
    revision = Revision(len(order.revisions) + 1, po, instant(scene.now))
    lines = {
        item.line: OrderLine(
            item=item, ordered=decimal(item.quantity), requested=item.requested_date or po.requested_date
        )
        for item in po.lines
    }
    return replace(order, revisions=(*order.revisions, revision), lines=lines, reminders=0)


def _cancelled_in_full(line: OrderLine | None) -> bool:
    return line is not None and line.cancelled > ZERO and line.open <= ZERO


def receive(order: Order, po: SubmitCustomerPo, scene: Scene) -> Step[Order]:
    """Open the order and put it under review (R2)."""
    order = _with_revision(order, po, scene)
    return step(order, OrderReceived(**_names(order), revision=1, po=po, channel=po.source.channel))


def revise(order: Order, po: SubmitCustomerPo, scene: Scene) -> Step[Order]:
    """Put the revised purchase order under review in the place of the one before (R4, R6).

    A line that was cancelled stays so, even if the revision, which may have crossed the cancellation, names it.
    """
    gone = [number for number, line in order.lines.items() if _cancelled_in_full(line)]
    order = _with_revision(order, po, scene)
    says: list[OrderEvent] = [
        OrderRevised(**_names(order), revision=len(order.revisions), po=po, channel=po.source.channel)
    ]
    for number in gone:
        if number in order.lines:
            order, event = _without(order, number)
            says.append(event)
    return step(order, *says)


def _without(order: Order, number: str, cancellation_id: str | None = None) -> tuple[Order, OrderLineCancelled]:
    """The order with what is open of a line cancelled, and the event that says so."""
    line = order.lines[number]
    event = OrderLineCancelled(**_names(order), line=number, quantity=plain(line.open), cancellation_id=cancellation_id)
    return order.with_line(number, replace(line, cancelled=line.cancelled + line.open)), event


def same_content(order: Order, po: SubmitCustomerPo, scene: Scene) -> bool:
    """It says what the last revision says; or what an earlier one said, and is not marked as a revision."""
    known = order.revisions if po.purpose in {"original", "copy"} else order.revisions[-1:]
    said = content(po)
    return any(content(revision.po) == said for revision in known)


def marked_as_revision(order: Order, po: SubmitCustomerPo, scene: Scene) -> bool:
    """The sender marks it as a revision of a known purchase order."""
    return po.purpose in {"revision", "change"}


def _po_fits(order: Order, po: SubmitCustomerPo, scene: Scene) -> Refusal | None:
    """It is known who orders; each line has a number of its own, and orders something."""
    if not po.customer.id:
        return Refusal("unknown_customer", "name the customer by the id of its partner profile", "customer.id")
    numbers = [line.line for line in po.lines]
    for place, number in enumerate(numbers):
        if number in numbers[:place]:
            return Refusal("duplicate_line", f"line number {number} stands twice", f"lines.{place}.line")
        if decimal(po.lines[place].quantity) <= ZERO:
            return Refusal("no_quantity", f"line {number} orders nothing", f"lines.{place}.quantity")
    return None


# -------------------------------------------------------------------------------------------------- review


def _names(order: Order) -> dict[str, str]:
    return {"order_id": order.order_id, "customer_id": order.customer_id, "po_number": order.po_number}


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


def confirm(order: Order, review: ReviewOrder, scene: Scene) -> Step[Order]:
    """Promise the requested dates and let the lines go to work (R3, R10)."""

    promised = dict(order.lines)
    for place, (number, line) in enumerate(order.lines.items(), start=1):
        if line.open > ZERO:
            promised[number] = replace(
                line,
                first_confirmed=line.requested,
                confirmed=line.requested,
                projected=line.requested,
                work_order_id=f"W-{order.key}-{place}",
            )
    order = replace(order, lines=promised)
    lines = [line.item for line in order.lines.values() if line.open > ZERO]
    return step(
        order,
        OrderConfirmed(
            **_names(order),
            revision=len(order.revisions),
            lines=lines,
            dates=dates(order),
            by=review.by,
            reason=review.reason,
        ),
    )


def ask_to_revise(order: Order, review: ReviewOrder, scene: Scene) -> Step[Order]:
    """Ask the customer for a revised purchase order, and wait for it (R4)."""
    revision = len(order.revisions)
    event = OrderRevisionRequested(
        **_names(order), revision=revision, proposals=review.proposals, reason=review.reason, by=review.by
    )
    rules = scene.rules
    due = RevisionReminderDue(order_id=order.order_id, revision=revision, reminder=1)
    timers = [After(rules.revision_reminder, due)]
    if rules.revision_lapse is not None:
        timers.append(After(rules.revision_lapse, RevisionLapseDue(order_id=order.order_id, revision=revision)))
    return step(order, event, *timers)


def reject(order: Order, review: ReviewOrder, scene: Scene) -> Step[Order]:
    """Turn the order down (R3)."""
    event = OrderRejected(**_names(order), revision=len(order.revisions), reason=review.reason, by=review.by)
    return step(order, event)


def decides(decision: str) -> Any:
    """A guard: the review's decision is this one."""

    def decision_is(order: Order, review: ReviewOrder, scene: Scene) -> bool:
        return review.decision == decision

    decision_is.__doc__ = decision
    return decision_is


def held(order: Order, message: object, scene: Scene) -> bool:
    """A cancellation is being decided."""
    return order.held


def _review_fits(order: Order, review: ReviewOrder, scene: Scene) -> Refusal | None:
    """Proposals are about lines of the order; asking to revise says why (R3)."""
    for place, proposal in enumerate(review.proposals):
        if proposal.line not in order.lines:
            return Refusal("unknown_line", f"{order.po_number} has no line {proposal.line}", f"proposals.{place}.line")
    if review.decision == "revise" and not review.proposals and not review.reason:
        return Refusal("reason_missing", "say why, or propose something, when asking to revise", "reason")
    return None


def remind(order: Order, due: RevisionReminderDue, scene: Scene) -> Step[Order]:
    """Remind the customer that a revised purchase order is awaited (R65)."""
    order = replace(order, reminders=due.reminder)
    event = OrderReminded(**_names(order), reminder=due.reminder)
    if due.reminder >= scene.rules.revision_reminders:
        return step(order, event)
    again = RevisionReminderDue(order_id=order.order_id, revision=due.revision, reminder=due.reminder + 1)
    return step(order, event, After(scene.rules.revision_reminder, again))


def still_awaited(order: Order, due: RevisionReminderDue | RevisionLapseDue, scene: Scene) -> bool:
    """The timer is about the revision that is still awaited."""
    return due.revision == len(order.revisions)


def lapse(order: Order, due: RevisionLapseDue, scene: Scene) -> Step[Order]:
    """Wait no longer; a revision that comes later opens the order again (R65)."""
    return step(order, OrderLapsed(**_names(order)))


# ---------------------------------------------------------------------------- shipment, cancellation, the end


def parts_may_ship(order: Order, scene: Scene) -> bool:
    """The customer takes the good part of a line before the rest (R61)."""
    return order.customer_id in scene.rules.part_shipments


def _ship_fits(order: Order, dispatch: DispatchShipment, scene: Scene) -> Refusal | None:
    """What is to leave is ready and not on hold, whole where the customer wants it so (R18, R36, R61)."""
    if dispatch.shipment_id and dispatch.shipment_id in order.shipments:
        return Refusal("duplicate_shipment", f"{dispatch.shipment_id} has left already", "shipment_id")
    seen: set[str] = set()
    for place, item in enumerate(dispatch.items):
        where = f"items.{place}.work_order_id"
        work = order.work_orders.get(item.work_order_id)
        if work is None or item.work_order_id in seen:
            return Refusal("unknown_item", f"{item.work_order_id} is not one item of this order", where)
        seen.add(item.work_order_id)
        if work.line in order.held_lines:
            return Refusal("held", f"line {work.line} is on hold: its cancellation is being decided", where)
        refusal = _quantity_fits(order, work, decimal(item.quantity), place, scene)
        if refusal is not None:
            return refusal
    return None


def _quantity_fits(order: Order, work: WorkOrder, wanted: Any, place: int, scene: Scene) -> Refusal | None:
    where = f"items.{place}.quantity"
    ready = work.good - work.shipped
    if work.state not in {"ready_to_ship", "part_shipped"} and not (ready > ZERO and parts_may_ship(order, scene)):
        return Refusal(
            "not_ready",
            f"{work.work_order_id} is {work.state}, not ready to ship",
            f"items.{place}.work_order_id",
        )
    if not ZERO < wanted <= ready:
        return Refusal("wrong_quantity", f"{plain(ready)} are ready, not {plain(wanted)}", where)
    if wanted < ready and not parts_may_ship(order, scene):
        return Refusal("part_shipment_not_agreed", f"{order.customer_id} takes a line in one shipment only", where)
    return None


def ship(order: Order, dispatch: DispatchShipment, scene: Scene) -> Step[Order]:
    """Let the pieces go, whatever the state of the other lines (R18)."""
    items: list[ShipmentItem] = []
    for item in dispatch.items:
        work = order.work_orders[item.work_order_id]
        line = order.lines[work.line]
        items.append(
            ShipmentItem(
                work_order_id=item.work_order_id,
                line=work.line,
                quantity=plain(decimal(item.quantity)),
                unit=work.unit,
                item=line.item,
                shipped_before=plain(line.shipped),
            )
        )
        order = order.with_line(work.line, replace(line, shipped=line.shipped + decimal(item.quantity)))
    shipment_id = dispatch.shipment_id or next_shipment(order)
    order = replace(order, shipments=(*order.shipments, shipment_id))
    return step(
        order,
        Shipped(
            **_names(order),
            shipment_id=shipment_id,
            number=len(order.shipments),
            items=items,
            carrier=dispatch.carrier,
            tracking=dispatch.tracking,
            shipped_on=scene.today,
            by=dispatch.by,
        ),
    )


def next_shipment(order: Order) -> str:
    """The id that the next shipment of this order gets when the clerk names none."""
    number = len(order.shipments) + 1
    while f"S-{order.key}-{number}" in order.shipments:
        number += 1
    return f"S-{order.key}-{number}"


def cancel_lines(order: Order, granted: CancellationGranted, scene: Scene) -> Step[Order]:
    """Cancel what was not yet shipped of these lines (R32, R37)."""
    says = []
    for number in granted.lines:
        line = order.lines.get(number)
        if line is not None and line.open > ZERO:
            order, event = _without(order, number, granted.cancellation_id)
            says.append(event)
    return step(order, *says)


def everything_shipped_or_cancelled(order: Order, message: object, scene: Scene) -> bool:
    """No line is open, and something was shipped."""
    return order.finished and order.anything_shipped


def everything_cancelled(order: Order, message: object, scene: Scene) -> bool:
    """No line is open, and nothing was shipped."""
    return order.finished and not order.anything_shipped


def complete(order: Order, message: object, scene: Scene) -> Step[Order]:
    """The order has come to its end (R19)."""
    return step(order, OrderCompleted(**_names(order)))


def cancel(order: Order, message: object, scene: Scene) -> Step[Order]:
    """The order is cancelled as a whole (R19)."""
    return step(order, OrderCancelled(**_names(order)))


# --------------------------------------------------------------------------------------------------- tasks


def review_facts(order: Order, scene: Scene) -> dict[str, Any]:
    """What the sales officer has to know, line by line (R1, R2)."""
    products = [_product_name(line.item) for line in order.lines.values()]
    return {
        "customer_id": order.customer_id,
        "po_number": order.po_number,
        "revision": len(order.revisions),
        "currency": order.po.currency,
        "lines": [
            {
                "line": number,
                "product": line.item.product.model_dump(exclude_none=True),
                "quantity": plain(line.open),
                "unit": line.item.unit,
                "unit_price": line.item.unit_price,
                "requested_date": line.requested,
                "in_the_past": bool(line.requested and line.requested < scene.today),
                "product_named_twice": products.count(_product_name(line.item)) > 1,
            }
            for number, line in order.lines.items()
            if line.open > ZERO
        ],
    }


def _product_name(line: Line) -> str:
    product = line.product
    return product.seller_part or product.buyer_part or product.gtin or product.description or line.line


def _senior_wanted(order: Order, scene: Scene) -> bool:
    after = scene.rules.senior_after
    return after is not None and len(order.revisions) >= after


def for_any_officer(order: Order, scene: Scene) -> bool:
    """No cancellation is being decided (R36)."""
    return not order.held and not _senior_wanted(order, scene)


def for_a_senior(order: Order, scene: Scene) -> bool:
    """It has been revised as often as the settings say, and no cancellation is being decided (R4, R36)."""
    return not order.held and _senior_wanted(order, scene)


def _senior_reviews(order: Order, review: ReviewOrder, scene: Scene) -> Refusal | None:
    """After as many revisions as the settings say, a senior sales officer reviews (R4)."""
    if isinstance(review.by, Person) and review.by.role == "sales-officer" and _senior_wanted(order, scene):
        return Refusal("wrong_role", "this review is for a senior sales officer", "by.role")
    return None


OPEN = ("under_review", "stand_by", "lapsed", "in_fulfilment")
CLOSED = ("completed", "rejected", "cancelled")
KNOWN = (*OPEN, *CLOSED)

ORDER: Table[Order] = Table(
    name="order",
    initial="new",
    states=("new", *KNOWN),
    final=CLOSED,
    rows=(
        refuse_if(("new", "under_review", "stand_by", "lapsed"), SubmitCustomerPo, _po_fits),
        on("new", SubmitCustomerPo, receive, to="under_review"),
        ignore(KNOWN, SubmitCustomerPo, "the same purchase order again (R7)", when=same_content),
        on(
            ("under_review", "stand_by", "lapsed"),
            SubmitCustomerPo,
            revise,
            "under_review",
            marked_as_revision,
        ),
        refuse(
            ("under_review", "stand_by", "lapsed"),
            SubmitCustomerPo,
            "po_number_in_use",
            "this PO number is known with other content, and the document is not marked as a revision",
            "po_number",
        ),
        refuse(
            "in_fulfilment",
            SubmitCustomerPo,
            "already_confirmed",
            "the order is confirmed; it can be cancelled, by line too, but no longer revised",
            "po_number",
        ),
        refuse(CLOSED, SubmitCustomerPo, "order_closed", "the order has come to its end", "po_number"),
        #
        refuse("under_review", ReviewOrder, "held", "a cancellation of this order is being decided", when=held),
        refuse_if("under_review", ReviewOrder, _senior_reviews),
        refuse_if("under_review", ReviewOrder, _review_fits),
        on("under_review", ReviewOrder, confirm, to="in_fulfilment", when=decides("confirm")),
        on("under_review", ReviewOrder, ask_to_revise, to="stand_by", when=decides("revise")),
        on("under_review", ReviewOrder, reject, to="rejected", when=decides("reject")),
        refuse(
            ("stand_by", "lapsed", "in_fulfilment", *CLOSED),
            ReviewOrder,
            "not_under_review",
            "the order is not under review",
        ),
        on("stand_by", RevisionReminderDue, remind, when=still_awaited),
        ignore(KNOWN, RevisionReminderDue, "the revised purchase order has come, or the order has ended"),
        on("stand_by", RevisionLapseDue, lapse, to="lapsed", when=still_awaited),
        ignore(KNOWN, RevisionLapseDue, "the revised purchase order has come, or the order has ended"),
        #
        refuse_if("in_fulfilment", DispatchShipment, _ship_fits),
        on("in_fulfilment", DispatchShipment, ship),
        refuse(
            ("under_review", "stand_by", "lapsed", *CLOSED),
            DispatchShipment,
            "not_ready",
            "nothing of this order is ready to ship",
        ),
        on("in_fulfilment", Shipped, complete, to="completed", when=everything_shipped_or_cancelled),
        ignore("in_fulfilment", Shipped, "other lines are still open"),
        never(("under_review", "stand_by", "lapsed", *CLOSED), Shipped, "only an order in fulfilment ships"),
        #
        on(OPEN, CancellationGranted, cancel_lines),
        never(CLOSED, CancellationGranted, "nothing of a closed order is left to cancel"),
        on("in_fulfilment", OrderLineCancelled, complete, "completed", everything_shipped_or_cancelled),
        on(OPEN, OrderLineCancelled, cancel, to="cancelled", when=everything_cancelled),
        ignore(OPEN, OrderLineCancelled, "other lines are still open"),
        ignore(("cancelled", "completed"), OrderLineCancelled, "the last line has ended the order already"),
        never("rejected", OrderLineCancelled, "nothing of a rejected order is left to cancel"),
    ),
    waits=(
        waits("under_review", ReviewOrder, "sales-officer", review_facts, when=for_any_officer),
        waits("under_review", ReviewOrder, "senior-sales-officer", review_facts, when=for_a_senior),
    ),
)

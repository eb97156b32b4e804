"""The order: from a purchase order received to everything shipped or cancelled (R2-R6, R18, R19)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hub.messages.base import Person, Policy
from hub.messages.cancellation import CancellationGranted
from hub.messages.customer_po import Line, SubmitCustomerPo
from hub.messages.order import (
    OrderCancelled,
    OrderChanged,
    OrderChangeRefused,
    OrderCompleted,
    OrderConfirmed,
    OrderLapsed,
    OrderLineCancelled,
    OrderRejected,
    OrderReminded,
    OrderRevisionRequested,
    ReviewChange,
    ReviewDelay,
    ReviewOrder,
)
from hub.messages.shipment import DispatchShipment, Shipped
from hub.sagas.case import CustomerTerms, Scene
from hub.sagas.dates import refuse_past
from hub.sagas.delay import confirm_delay, delay_fits
from hub.sagas.model import Order
from hub.sagas.numbers import ZERO, plain
from hub.sagas.production.shipping import ship, ship_fits
from hub.sagas.sales.amendment import amend, changes_nothing, refuse_late_change, something_accepted
from hub.sagas.sales.prices import price_facts, total
from hub.sagas.sales.purchase_order import (
    ask_what_it_is,
    ask_whether_it_counts,
    asked_already,
    dates,
    not_marked,
    out_of_sequence,
    po_fits,
    receive,
    revise,
    same_change,
    same_content,
    without_line,
)
from hub.sagas.sales.remarks import remark_facts, says_more
from hub.sagas.table import After, Refusal, Step, Table, ignore, never, on, refuse, refuse_if, step, waits
from hub.sagas.timers import RevisionLapseDue, RevisionReminderDue

# -------------------------------------------------------------------------------------------------- review


def confirm(order: Order, review: ReviewOrder, scene: Scene) -> Step[Order]:
    """Promise the requested dates and let the lines go to work (R3, R10)."""

    promised = dict(order.lines)
    for place, (number, line) in enumerate(order.lines.items(), start=1):
        if line.open > ZERO:
            promised[number] = replace(line.promised(), work_order_id=f"W-{order.key}-{place}")
    order = replace(order, lines=promised)
    lines = [line.item for line in order.lines.values() if line.open > ZERO]
    return step(
        order,
        OrderConfirmed(
            **order.names,
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
        **order.names, revision=revision, proposals=review.proposals, reason=review.reason, by=review.by
    )
    rules = scene.rules
    due = RevisionReminderDue(order_id=order.order_id, revision=revision, reminder=1)
    timers = [After(rules.revision_reminder, due)]
    if rules.revision_lapse is not None:
        timers.append(After(rules.revision_lapse, RevisionLapseDue(order_id=order.order_id, revision=revision)))
    return step(order, event, *timers)


def reject(order: Order, review: ReviewOrder, scene: Scene) -> Step[Order]:
    """Turn the order down (R3)."""
    event = OrderRejected(**order.names, revision=len(order.revisions), reason=review.reason, by=review.by)
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
    """Proposals are about lines of the order and not of the past (R67); asking to revise says why (R3)."""
    for place, proposal in enumerate(review.proposals):
        if proposal.line not in order.lines:
            return Refusal("unknown_line", f"{order.po_number} has no line {proposal.line}", f"proposals.{place}.line")
        if refusal := refuse_past(proposal.requested_date, scene, f"proposals.{place}.requested_date"):
            return refusal
    if review.decision == "revise" and not review.proposals and not review.reason:
        return Refusal("reason_missing", "say why, or propose something, when asking to revise", "reason")
    return None


def _policy_may(order: Order, review: ReviewOrder, scene: Scene) -> Refusal | None:
    """A policy confirms no price that differs, no past date, no product named twice, and no remark (R67)."""
    if not isinstance(review.by, Policy) or review.decision != "confirm":
        return None
    facts = review_facts(order, scene)
    if says_more(facts["remarks"]):
        return Refusal("needs_a_person", "the customer wrote a remark, which is not for a policy", "by.policy")
    for line in facts["lines"]:
        if line["price_differs"] or line["in_the_past"] or line["product_named_twice"]:
            return Refusal("needs_a_person", f"line {line['line']} is not for a policy to confirm", "by.policy")
    return None


def remind(order: Order, due: RevisionReminderDue, scene: Scene) -> Step[Order]:
    """Remind the customer that a revised purchase order is awaited (R65)."""
    order = replace(order, reminders=due.reminder)
    event = OrderReminded(**order.names, reminder=due.reminder)
    if due.reminder >= scene.rules.revision_reminders:
        return step(order, event)
    again = RevisionReminderDue(order_id=order.order_id, revision=due.revision, reminder=due.reminder + 1)
    return step(order, event, After(scene.rules.revision_reminder, again))


def put_off(order: Order, due: RevisionReminderDue | RevisionLapseDue, scene: Scene) -> Step[Order]:
    """Ask the customer for nothing while its cancellation is being decided; come again later (R36, R65)."""
    return step(order, After(scene.rules.revision_reminder, due))


def awaited_on_hold(order: Order, due: RevisionReminderDue | RevisionLapseDue, scene: Scene) -> bool:
    """The revision is still awaited, and a cancellation is being decided."""
    return order.held and still_awaited(order, due, scene)


def still_awaited(order: Order, due: RevisionReminderDue | RevisionLapseDue, scene: Scene) -> bool:
    """The timer is about the revision that is still awaited."""
    return due.revision == len(order.revisions)


def lapse(order: Order, due: RevisionLapseDue, scene: Scene) -> Step[Order]:
    """Wait no longer; a revision that comes later opens the order again (R65)."""
    return step(order, OrderLapsed(**order.names))


def cancel_lines(order: Order, granted: CancellationGranted, scene: Scene) -> Step[Order]:
    """Cancel what was not yet shipped of these lines (R32, R37)."""
    says = []
    for number in granted.lines:
        line = order.lines.get(number)
        if line is not None and line.open > ZERO:
            order, event = without_line(order, number, granted.cancellation_id)
            says.append(event)
    return step(order, *says)


def pass_on(order: Order, po: SubmitCustomerPo, scene: Scene) -> Step[Order]:
    """It is a change request of its own, decided beside the order (R8)."""
    return step(order)


def asks_for_nothing_new(order: Order, po: SubmitCustomerPo, scene: Scene) -> bool:
    """It changes nothing of what is agreed or asked for already."""
    return changes_nothing(order, po, scene)


def everything_shipped_or_cancelled(order: Order, message: object, scene: Scene) -> bool:
    """No line is open, something was shipped, and no change waits for a decision."""
    return order.finished and order.anything_shipped and order.change.state == "none"


def everything_cancelled(order: Order, message: object, scene: Scene) -> bool:
    """No line is open, nothing was shipped, and no change waits for a decision."""
    return order.finished and not order.anything_shipped and order.change.state == "none"


def complete(order: Order, message: object, scene: Scene) -> Step[Order]:
    """The order has come to its end (R19)."""
    return step(order, OrderCompleted(**order.names))


def cancel(order: Order, message: object, scene: Scene) -> Step[Order]:
    """The order is cancelled as a whole (R19)."""
    return step(order, OrderCancelled(**order.names))


# --------------------------------------------------------------------------------------------------- tasks


def review_facts(order: Order, scene: Scene) -> dict[str, Any]:
    """What is asked for, line by line, what stands against it, and what the customer wrote besides (R1, R2, R67).

    `hub.sagas.history.facts` adds the history.
    """
    products = [_product_name(line.item) for line in order.lines.values()]
    terms = scene.rules.terms.get(order.customer_id, CustomerTerms())
    lines = [
        {
            "line": number,
            "product": line.item.product.model_dump(exclude_none=True),
            "quantity": plain(line.open),
            "unit": line.item.unit,
            **price_facts(line, order.po.currency, terms),
            "requested_date": line.requested,
            "in_the_past": bool(line.requested and line.requested < scene.today),
            "product_named_twice": products.count(_product_name(line.item)) > 1,
        }
        for number, line in order.lines.items()
        if line.open > ZERO
    ]
    return {
        "customer_id": order.customer_id,
        "po_number": order.po_number,
        "revision": len(order.revisions),
        "currency": order.po.currency or terms.currency,
        "value": total(line["value"] for line in lines),
        "terms": order.po.terms.model_dump(exclude_defaults=True) if order.po.terms else None,
        "remarks": remark_facts(
            order.po, {number: line.item for number, line in order.lines.items() if line.open > ZERO}, terms
        ),
        "lines": lines,
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
REST = ("under_review", "stand_by", "lapsed", *CLOSED)
"""all but in fulfilment"""
ORDER: Table[Order] = Table(
    name="order",
    module=__name__,
    initial="new",
    states=("new", *KNOWN),
    final=CLOSED,
    rows=(
        refuse_if(("new", *KNOWN), SubmitCustomerPo, po_fits),
        on("new", SubmitCustomerPo, receive, to="under_review"),
        ignore(KNOWN, SubmitCustomerPo, "the same purchase order again (R7)", when=same_content),
        ignore(KNOWN, SubmitCustomerPo, "a person is or was asked what it is (R7)", when=asked_already),
        on(KNOWN, SubmitCustomerPo, ask_what_it_is, when=not_marked),
        ignore(OPEN, SubmitCustomerPo, "the same change again (R7)", when=same_change),
        ignore("in_fulfilment", SubmitCustomerPo, "the order stands as it says (R7)", when=asks_for_nothing_new),
        on(OPEN, SubmitCustomerPo, ask_whether_it_counts, when=out_of_sequence),
        on(("under_review", "stand_by", "lapsed"), SubmitCustomerPo, revise, "under_review"),
        on("in_fulfilment", SubmitCustomerPo, pass_on),
        on(CLOSED, SubmitCustomerPo, refuse_late_change),
        #
        refuse("under_review", ReviewOrder, "held", "a cancellation of this order is being decided", when=held),
        refuse_if("under_review", ReviewOrder, _senior_reviews),
        refuse_if("under_review", ReviewOrder, _policy_may),
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
        on("stand_by", RevisionReminderDue, put_off, when=awaited_on_hold),
        on("stand_by", RevisionReminderDue, remind, when=still_awaited),
        ignore(KNOWN, RevisionReminderDue, "the revised purchase order has come, or the order has ended"),
        on("stand_by", RevisionLapseDue, put_off, when=awaited_on_hold),
        on("stand_by", RevisionLapseDue, lapse, to="lapsed", when=still_awaited),
        ignore(KNOWN, RevisionLapseDue, "the revised purchase order has come, or the order has ended"),
        #
        refuse_if("in_fulfilment", ReviewDelay, delay_fits),
        on("in_fulfilment", ReviewDelay, confirm_delay),
        refuse(
            ("under_review", "stand_by", "lapsed", *CLOSED),
            ReviewDelay,
            "no_delay",
            "nothing of this order is projected to be late",
        ),
        #
        refuse_if("in_fulfilment", DispatchShipment, ship_fits),
        on("in_fulfilment", DispatchShipment, ship),
        refuse(
            ("under_review", "stand_by", "lapsed", *CLOSED),
            DispatchShipment,
            "not_ready",
            "nothing of this order is ready to ship",
        ),
        on("in_fulfilment", ReviewChange, amend, when=something_accepted),
        ignore(("in_fulfilment", *CLOSED), ReviewChange, "nothing of the change was accepted"),
        never(("under_review", "stand_by", "lapsed"), ReviewChange, "a change is of a confirmed order"),
        on("in_fulfilment", OrderChanged, complete, to="completed", when=everything_shipped_or_cancelled),
        on("in_fulfilment", OrderChangeRefused, complete, to="completed", when=everything_shipped_or_cancelled),
        ignore(KNOWN, OrderChanged, "lines are open, or the order has ended"),
        ignore(KNOWN, OrderChangeRefused, "lines are open, or the order has ended"),
        #
        on("in_fulfilment", Shipped, complete, to="completed", when=everything_shipped_or_cancelled),
        ignore("in_fulfilment", Shipped, "lines are open, or a change is to be decided on"),
        never(REST, Shipped, "only an order in fulfilment ships"),
        #
        on(OPEN, CancellationGranted, cancel_lines),
        never(CLOSED, CancellationGranted, "nothing of a closed order is left to cancel"),
        on("in_fulfilment", OrderLineCancelled, complete, "completed", everything_shipped_or_cancelled),
        on(OPEN, OrderLineCancelled, cancel, to="cancelled", when=everything_cancelled),
        ignore(OPEN, OrderLineCancelled, "lines are open, or a change is to be decided on"),
        ignore(("cancelled", "completed"), OrderLineCancelled, "the last line has ended the order already"),
        never("rejected", OrderLineCancelled, "nothing of a rejected order is left to cancel"),
    ),
    waits=(
        waits("under_review", ReviewOrder, "sales-officer", review_facts, when=for_any_officer),
        waits("under_review", ReviewOrder, "senior-sales-officer", review_facts, when=for_a_senior),
    ),
)

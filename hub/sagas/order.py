"""The order: from a purchase order received to everything shipped or cancelled (R2-R6, R18, R19)."""

from __future__ import annotations

from hub.messages.cancellation import CancellationGranted
from hub.messages.customer_po import SubmitCustomerPo
from hub.messages.order import (
    OrderCancelled,
    OrderChanged,
    OrderChangeRefused,
    OrderCompleted,
    OrderLineCancelled,
    ReviewChange,
    ReviewDelay,
    ReviewOrder,
)
from hub.messages.shipment import DispatchShipment, Shipped
from hub.sagas.case import Scene
from hub.sagas.delay import confirm_delay, delay_fits
from hub.sagas.model import Order
from hub.sagas.numbers import ZERO
from hub.sagas.production.shipping import ship, ship_fits
from hub.sagas.sales.amendment import amend, changes_nothing, refuse_late_change, something_accepted
from hub.sagas.sales.purchase_order import (
    ask_what_it_is,
    ask_whether_it_counts,
    asked_already,
    not_marked,
    out_of_sequence,
    po_fits,
    receive,
    revise,
    same_change,
    same_content,
    without_line,
)
from hub.sagas.sales.review import (
    ask_to_revise,
    awaited_on_hold,
    confirm,
    decides,
    for_a_senior,
    for_any_officer,
    held,
    lapse,
    policy_may,
    put_off,
    reject,
    remind,
    review_facts,
    review_fits,
    senior_reviews,
    still_awaited,
)
from hub.sagas.table import Step, Table, ignore, never, on, refuse, refuse_if, step, waits
from hub.sagas.timers import RevisionLapseDue, RevisionReminderDue


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
        refuse_if("under_review", ReviewOrder, senior_reviews),
        refuse_if("under_review", ReviewOrder, policy_may),
        refuse_if("under_review", ReviewOrder, review_fits),
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

"""A confirmed order and what its customer wants it to be: requests, and what an accepted one alters (R8, R60, R69)."""

from __future__ import annotations

from dataclasses import replace

from hub.messages.customer_po import Line, SubmitCustomerPo
from hub.messages.envelope import instant
from hub.messages.order import (
    ChangedLine,
    LineReason,
    OrderChanged,
    OrderChangeRefused,
    OrderChangeRequested,
    OrderEvent,
    ReviewChange,
)
from hub.sagas.case import Scene
from hub.sagas.difference import amended, differences, fields, header_fields, lines_of
from hub.sagas.model import ChangeRequest, Order, OrderLine, Revision
from hub.sagas.numbers import ZERO, decimal
from hub.sagas.sales.purchase_order import dates, without_line
from hub.sagas.sales.sequence import change_numbers
from hub.sagas.table import Step, step


def standing(order: Order) -> SubmitCustomerPo:
    """The purchase order as it is agreed now: what is open or has shipped of it."""
    lines = [line.item for line in _agreed(order).values()]
    return order.po.model_copy(update={"lines": lines})


def _agreed(order: Order) -> dict[str, OrderLine]:
    """The lines that are open or have shipped, each with the date that is asked for."""
    return {
        number: replace(line, item=line.item.model_copy(update={"requested_date": line.requested, "action": None}))
        for number, line in order.lines.items()
        if line.open > ZERO or line.shipped > ZERO
    }


def wanted(order: Order, *more: SubmitCustomerPo) -> SubmitCustomerPo:
    """The purchase order as it would be if all that is undecided, and ``more``, were accepted."""
    po = standing(order)
    for sent in (*(each.sent for each in order.change.undecided), *more):
        po = amended(po, sent)
    return po


def request_of(order: Order, sent: SubmitCustomerPo, scene: Scene) -> ChangeRequest:
    """What a document asks for, with all that is still undecided: the lines that would differ."""
    agreed, target = standing(order), wanted(order, sent)
    before = order.change.undecided[-1].lines if order.change.undecided else ()
    explicit = {item.line for item in sent.lines if sent.purpose == "change"} | {each.line for each in before}
    lines: list[ChangedLine] = []
    for each in differences(lines_of(agreed), lines_of(target)):
        line = order.lines.get(each.line)
        if line is None or line.open > ZERO:
            lines.append(each)
        elif each.line in explicit or _asks_otherwise(line.item, each.after):
            changed = {"action": "delete" if each.after is None else "change", "before": line.item}
            lines.append(each.model_copy(update=changed))
    unknown = [item.line for item in sent.lines if item.action == "delete" and item.line not in order.lines]
    unknown += [each.line for each in before if each.before is None and each.after is None]
    lines += [ChangedLine(line=number, action="delete") for number in dict.fromkeys(unknown)]
    return ChangeRequest(
        change_id=f"H-{order.key}-{len(order.change.requests) + 1}",
        received_at=instant(scene.now),
        sent=sent,
        lines=tuple(lines),
        header=tuple(header_fields(agreed, target)),
    )


def _asks_otherwise(item: Line, after: Line | None) -> bool:
    """A revision, which names all lines, has other terms for one that has ended."""
    return after is not None and bool(set(fields(item, after)) - {"requested_date"})


def changes_nothing(order: Order, sent: SubmitCustomerPo, scene: Scene) -> bool:
    """The order stands as the document wants it, or is asked to already (R7)."""
    asked = request_of(order, sent, scene)
    if not order.change.undecided:
        return not asked.lines and not asked.header
    now, then = wanted(order), wanted(order, sent)
    return not differences(lines_of(now), lines_of(then)) and not header_fields(now, then)


def requested(order: Order, asked: ChangeRequest, supersedes: str | None = None) -> OrderChangeRequested:
    """The event that tells of a request."""
    return OrderChangeRequested(
        **order.names, change_id=asked.change_id, lines=list(asked.lines), po=asked.sent, supersedes=supersedes
    )


def refuse_late_change(order: Order, sent: SubmitCustomerPo, scene: Scene) -> Step[Order]:
    """Tell the customer that the order has come to its end, and nothing of it can be changed (R8)."""
    asked = replace(request_of(order, sent, scene), outcome="refused")
    order = replace(order, change=replace(order.change, requests=(*order.change.requests, asked)))
    refused = OrderChangeRefused(
        **order.names,
        change_id=asked.change_id,
        lines=[each.line for each in asked.lines] or [item.line for item in sent.lines],
        reason=f"the order is {order.state} already",
        requests=change_numbers([sent]),
    )
    return step(order, requested(order, asked), refused)


# ------------------------------------------------------------------------------------------ carrying it out


def something_accepted(order: Order, review: ReviewChange, scene: Scene) -> bool:
    """The review has accepted something."""
    return order.change.requests[-1].outcome == "accepted"


def amend(order: Order, review: ReviewChange, scene: Scene) -> Step[Order]:
    """Alter the lines that were accepted, and note the order as it now stands as a revision of its own (R8, R69)."""
    asked = order.change.requests[-1]
    target = _target(order)
    accepted = [each for each in asked.lines if each.line in asked.accepted]
    says: list[OrderEvent] = []
    for each in accepted:
        if each.action == "delete":
            order, event = without_line(order, each.line, change_id=asked.change_id)
            says.append(event)
        elif each.after is not None:
            order = order.with_line(each.line, _altered(order, each.after))
    kept = _agreed(order)
    if kept:
        po = target.model_copy(update={"lines": [line.item for line in kept.values()]})
        revision = Revision(len(order.revisions) + 1, po, asked.received_at)
        order = replace(order, revisions=(*order.revisions, revision))
    going_on = {each.line for each in accepted if each.action != "delete"}
    changed = OrderChanged(
        **order.names,
        change_id=asked.change_id,
        revision=len(order.revisions),
        lines=accepted,
        dates=[each for each in dates(order) if each.line in going_on],
        refused=list(asked.refused),
        reasons=[LineReason(line=line, reason=reason) for line, reason in asked.reasons],
        requests=change_numbers(each.sent for each in order.change.together),
        by=review.by,
        reason=review.reason,
    )
    return step(order, changed, *says)


def _target(order: Order) -> SubmitCustomerPo:
    """What the requests that have just been decided wanted, of which the header is taken over."""
    po = standing(order)
    for each in order.change.together:
        po = amended(po, each.sent)
    return po


def _altered(order: Order, item: Line) -> OrderLine:
    """A line on its new terms. What was first confirmed stays; a new date is confirmed by accepting it (R60).

    A delay that was decided on before was decided on for the old date.
    """
    line, date = order.lines.get(item.line), item.requested_date
    if line is None:
        work_order_id = f"W-{order.key}-{len(order.lines) + 1}"
        return OrderLine(item, decimal(item.quantity), requested=date, work_order_id=work_order_id).promised()
    line = replace(line, item=item, ordered=decimal(item.quantity))
    if date == line.requested:
        return line
    projected = date if line.projected in {None, line.confirmed} else line.projected
    delay = replace(line.delay, decided=None)
    return replace(line, requested=date, confirmed=date, projected=projected, delay=delay)

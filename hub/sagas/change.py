"""A customer's change after confirmation: a region of its own beside the order (R8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from hub.messages.customer_po import SubmitCustomerPo
from hub.messages.order import LineReason, OrderChangeRefused, OrderLineCancelled, ReviewChange
from hub.sagas.case import Scene
from hub.sagas.model import Change, ChangeRequest
from hub.sagas.sales.amendment import request_of, requested
from hub.sagas.sales.change_review import change_facts, decided, not_held, on_hold, review_fits
from hub.sagas.sales.sequence import change_numbers
from hub.sagas.table import Step, Table, ignore, on, refuse, refuse_if, step, waits


def request(saga: Change, sent: SubmitCustomerPo, scene: Scene) -> Step[Change]:
    """Put the change before the sales officer; one not yet decided is decided together with it (R8)."""
    asked = request_of(scene.order, sent, scene)
    if saga.state == "none":
        return step(replace(saga, requests=(*saga.requests, asked)), requested(scene.order, asked))
    earlier = replace(saga.requests[-1], outcome="superseded")
    saga = replace(saga, requests=(*saga.requests[:-1], earlier, asked))
    return step(saga, requested(scene.order, asked, earlier.change_id))


def wants_it_as_it_stands(saga: Change, sent: SubmitCustomerPo, scene: Scene) -> bool:
    """It takes back what was asked for before."""
    asked = request_of(scene.order, sent, scene)
    return not asked.lines and not asked.header


def take_back(saga: Change, sent: SubmitCustomerPo, scene: Scene) -> Step[Change]:
    """The order keeps its terms, and the customer is told so (R8)."""
    lines = [each.line for each in saga.requests[-1].lines]
    asked = request(saga, sent, scene)
    ended = _end(asked.saga, lines, "a later document has taken the change back", scene)
    return step(ended.saga, *asked.says, *ended.says)


def _end(saga: Change, lines: Iterable[str], reason: str, scene: Scene) -> Step[Change]:
    event = OrderChangeRefused(
        **scene.order.names,
        change_id=saga.change_id,
        lines=list(lines),
        reason=reason,
        requests=_numbers(saga),
    )
    return step(_with_last(saga, replace(saga.requests[-1], outcome="refused")), event)


def _numbers(saga: Change) -> list[str]:
    """What the customer calls what is decided now."""
    return change_numbers(each.sent for each in saga.together)


def _with_last(saga: Change, last: ChangeRequest) -> Change:
    return replace(saga, requests=(*saga.requests[:-1], last))


# ---------------------------------------------------------------------------------------------------- review


def accepts_something(saga: Change, review: ReviewChange, scene: Scene) -> bool:
    """Something of it is accepted."""
    return decided(saga.requests[-1], review, scene.order).outcome == "accepted"


def accept(saga: Change, review: ReviewChange, scene: Scene) -> Step[Change]:
    """Note what is accepted; the order carries it out (R8)."""
    return step(_with_last(saga, decided(saga.requests[-1], review, scene.order)))


def refuse_all(saga: Change, review: ReviewChange, scene: Scene) -> Step[Change]:
    """The order keeps its terms; the customer is told why, line by line (R8)."""
    asked = decided(saga.requests[-1], review, scene.order)
    event = OrderChangeRefused(
        **scene.order.names,
        change_id=asked.change_id,
        lines=list(asked.refused),
        reasons=[LineReason(line=line, reason=reason) for line, reason in asked.reasons],
        requests=_numbers(saga),
        reason=review.reason,
        by=review.by,
    )
    return step(_with_last(saga, asked), event)


# -------------------------------------------------------------------------------- lines that are cancelled


def concerns_it(saga: Change, cancelled: OrderLineCancelled, scene: Scene) -> bool:
    """The change is about the line."""
    return any(each.line == cancelled.line for each in saga.requests[-1].lines)


def leaves_nothing(saga: Change, cancelled: OrderLineCancelled, scene: Scene) -> bool:
    """The whole order is cancelled, or the change was about nothing else."""
    asked = saga.requests[-1]
    others = [each for each in asked.lines if each.line != cancelled.line]
    return scene.order.finished or (concerns_it(saga, cancelled, scene) and not others and not asked.header)


def drop_line(saga: Change, cancelled: OrderLineCancelled, scene: Scene) -> Step[Change]:
    """A line that is cancelled is not changed any more (R8)."""
    asked = saga.requests[-1]
    lines = tuple(each for each in asked.lines if each.line != cancelled.line)
    return step(_with_last(saga, replace(asked, lines=lines)))


def end(saga: Change, cancelled: OrderLineCancelled, scene: Scene) -> Step[Change]:
    """Nothing is left to decide on; the customer is told (R8)."""
    lines = [each.line for each in saga.requests[-1].lines]
    return _end(saga, lines, "it has been cancelled meanwhile", scene)


CHANGE: Table[Change] = Table(
    name="change",
    module=__name__,
    initial="none",
    states=("none", "requested"),
    final=("none",),
    rows=(
        on("none", SubmitCustomerPo, request, to="requested"),
        on("requested", SubmitCustomerPo, take_back, to="none", when=wants_it_as_it_stands),
        on("requested", SubmitCustomerPo, request, to="requested"),
        #
        refuse("requested", ReviewChange, "held", "a cancellation of this order is being decided", when=on_hold),
        refuse_if("requested", ReviewChange, review_fits),
        on("requested", ReviewChange, accept, to="none", when=accepts_something),
        on("requested", ReviewChange, refuse_all, to="none"),
        refuse("none", ReviewChange, "no_change", "no change of this order waits for a decision"),
        #
        on("requested", OrderLineCancelled, end, to="none", when=leaves_nothing),
        on("requested", OrderLineCancelled, drop_line, to="requested", when=concerns_it),
        ignore(("none", "requested"), OrderLineCancelled, "no change of this line waits for a decision"),
    ),
    waits=(waits("requested", ReviewChange, "sales-officer", change_facts, when=not_held),),
)

"""The cancellation of an order or of some of its lines: a region of its own beside the order (R30-R39)."""

from __future__ import annotations

from dataclasses import replace

from hub.messages.cancellation import (
    AssessCancellation,
    CancellationExtended,
    CancellationRefused,
    CancellationRequested,
)
from hub.messages.customer_po import AnswerPenalty, CancelCustomerPo
from hub.messages.order import OrderEvent, OrderHeld, OrderReleased, OrderRevised
from hub.sagas.case import Scene
from hub.sagas.model import Cancellation, Order
from hub.sagas.numbers import ZERO
from hub.sagas.order import CLOSED
from hub.sagas.sales.assessment import asks_penalty, assessment_facts, assessment_fits, propose_penalty, settle
from hub.sagas.sales.penalty import (
    accepts,
    asked,
    declines,
    expire,
    go_on,
    grant_with_penalty,
    question_fits,
    remind,
    says_nothing_new,
)
from hub.sagas.sales.proposal import propose
from hub.sagas.table import NEW, Step, Table, ignore, on, refuse, refuse_if, step, waits
from hub.sagas.timers import PenaltyExpiryDue, PenaltyReminderDue


def open_lines(order: Order, request: CancelCustomerPo) -> tuple[str, ...]:
    """The lines of the request that can still be cancelled: what has shipped is outside (R37)."""
    wanted = request.lines if request.lines is not None else list(order.lines)
    return tuple(n for n in dict.fromkeys(wanted) if n in order.lines and order.lines[n].open > ZERO)


def _why_not(order: Order, po_number: str, lines: list[str]) -> tuple[str, str]:
    """The code and the reason for lines, all of them if none is named, that cannot be cancelled."""
    if order.state == NEW:
        return "unknown_order", f"no purchase order {po_number} is known here"
    if order.state in {"rejected", "cancelled"}:
        return "order_closed", f"purchase order {po_number} is {order.state} already"
    unknown = [number for number in lines if number not in order.lines]
    if unknown:
        return "unknown_line", f"purchase order {po_number} has no line {', '.join(unknown)}"
    known = [order.lines[number] for number in lines or order.lines]
    shipped = [line.shipped > ZERO for line in known]
    what = "shipped" if all(shipped) else "shipped or cancelled" if any(shipped) else "cancelled"
    return "too_late", f"what is to be cancelled has been {what} already"


def nothing_to_cancel(saga: Cancellation, request: CancelCustomerPo, scene: Scene) -> bool:
    """The order is unknown or closed, or nothing of what is named can still be cancelled."""
    order = scene.order
    return order.state in {NEW, *CLOSED} or not open_lines(order, request)


def _refused(request: CancelCustomerPo, scene: Scene, lines: list[str]) -> CancellationRefused:
    code, reason = _why_not(scene.order, request.po_number, lines)
    return CancellationRefused(
        customer_id=request.customer_id,
        po_number=request.po_number,
        order_id=scene.order.order_id if scene.order.state != NEW else None,
        lines=lines,
        code=code,  # type: ignore[arg-type]  # _why_not gives only codes of the schema
        reason=reason,
        requests=[request.request] if request.request else [],
        source=request.source if scene.order.state == NEW else None,
    )


def _refused_lines(request: CancelCustomerPo, scene: Scene) -> list[CancellationRefused]:
    """The refusal of the lines that are named and cannot be cancelled, beside others that can (R37)."""
    possible = open_lines(scene.order, request)
    left = [number for number in dict.fromkeys(request.lines or ()) if number not in possible]
    unknown = [number for number in left if number not in scene.order.lines]
    late = [number for number in left if number in scene.order.lines]
    return [_refused(request, scene, lines) for lines in (unknown, late) if lines]


def refuse_at_once(saga: Cancellation, request: CancelCustomerPo, scene: Scene) -> Step[Cancellation]:
    """Tell the customer why nothing is cancelled (R37)."""
    order = scene.order
    if request.lines and order.state not in {NEW, "rejected", "cancelled"}:
        return step(saga, *_refused_lines(request, scene))
    return step(saga, _refused(request, scene, request.lines or []))


def open_assessment(saga: Cancellation, request: CancelCustomerPo, scene: Scene) -> Step[Cancellation]:
    """Put the lines on hold and ask the sales officer (R31, R36)."""
    order = scene.order
    lines = open_lines(order, request)
    saga = replace(
        saga.ended(),
        cancellation_id=f"C-{order.key}-{saga.count + 1}",
        lines=lines,
        reason=request.reason,
        proposal=propose(lines, scene),
        count=saga.count + 1,
    ).asked_by(request.request)
    requested = CancellationRequested(**order.names, **saga.names, lines=list(lines), reason=request.reason)
    held = OrderHeld(**order.names, cancellation_id=saga.cancellation_id, lines=list(lines))
    return step(saga, requested, held, *_refused_lines(request, scene))


def adds_nothing(saga: Cancellation, request: CancelCustomerPo, scene: Scene) -> bool:
    """Every line of it that can still be cancelled is part of the request being decided (R38)."""
    return set(open_lines(scene.order, request)) <= set(saga.lines)


def names_others(saga: Cancellation, request: CancelCustomerPo, scene: Scene) -> bool:
    """It adds no line to the request being decided, but names lines that cannot be cancelled."""
    return adds_nothing(saga, request, scene) and bool(_refused_lines(request, scene))


def has_another_number(saga: Cancellation, request: CancelCustomerPo, scene: Scene) -> bool:
    """It asks for what is being decided already, by a number of its own (R38)."""
    return adds_nothing(saga, request, scene) and saga.asked_by(request.request) != saga


def note_number(saga: Cancellation, request: CancelCustomerPo, scene: Scene) -> Step[Cancellation]:
    """Answer this request, too, once it is decided."""
    return step(saga.asked_by(request.request))


def refuse_others(saga: Cancellation, request: CancelCustomerPo, scene: Scene) -> Step[Cancellation]:
    """Tell the customer of the lines that cannot be cancelled; the others are being decided already (R37, R38)."""
    return step(saga.asked_by(request.request), *_refused_lines(request, scene))


def extend(saga: Cancellation, request: CancelCustomerPo, scene: Scene) -> Step[Cancellation]:
    """Let further lines join the assessment; an open offer is void (R38)."""
    added = [number for number in open_lines(scene.order, request) if number not in saga.lines]
    voided = saga.question_id if saga.state == "awaiting_customer" else ""
    kept = tuple(each for each in saga.proposal if each.line in saga.lines)
    proposal = (*kept, *propose(added, scene))
    saga = replace(saga.closing("void"), lines=(*saga.lines, *added), proposal=proposal).asked_by(request.request)
    event = CancellationExtended(
        **scene.order.names,
        **saga.names,
        lines=list(saga.lines),
        added=added,
        voided_question_id=voided or None,
    )
    held = OrderHeld(**scene.order.names, cancellation_id=saga.cancellation_id, lines=added)
    return step(saga, event, held, *_refused_lines(request, scene))


def _still_open(saga: Cancellation, scene: Scene) -> list[str]:
    lines = scene.order.lines
    return [number for number in saga.lines if number in lines and lines[number].open > ZERO]


def _dropped(saga: Cancellation, scene: Scene) -> OrderReleased | None:
    gone = [number for number in saga.lines if number not in _still_open(saga, scene)]
    names = {**scene.order.names, "cancellation_id": saga.cancellation_id}
    return OrderReleased(**names, lines=gone) if gone else None


def is_moot(saga: Cancellation, revised: OrderRevised, scene: Scene) -> bool:
    """The revision has none of the lines that were to be cancelled."""
    return not _still_open(saga, scene)


def end_as_moot(saga: Cancellation, revised: OrderRevised, scene: Scene) -> Step[Cancellation]:
    """Nothing is left to decide on; the customer is told."""
    event = CancellationRefused(
        **scene.order.names,
        **saga.names,
        lines=list(saga.lines),
        code="unknown_line",
        reason="the revised purchase order does not have these lines any more",
    )
    released = _dropped(saga, scene)
    return step(saga.closing("void").ended(), event, *([released] if released else []))


def assess_anew(saga: Cancellation, revised: OrderRevised, scene: Scene) -> Step[Cancellation]:
    """Assess what the revision has of it; an open offer, made for other terms, is void (R6, R38)."""
    released, voided = _dropped(saga, scene), saga.question_id or None
    lines = tuple(_still_open(saga, scene))
    saga = replace(saga.closing("void"), lines=lines, proposal=propose(lines, scene))
    says: list[OrderEvent] = [released] if released else []
    if voided:
        extended = CancellationExtended(
            **scene.order.names, **saga.names, lines=list(saga.lines), voided_question_id=voided
        )
        says.append(extended)
    return step(saga, *says)


PENDING = ("assessing", "awaiting_customer")
CANCELLATION: Table[Cancellation] = Table(
    name="cancellation",
    module=__name__,
    initial="none",
    states=("none", *PENDING),
    final=("none",),
    rows=(
        on("none", CancelCustomerPo, refuse_at_once, when=nothing_to_cancel),
        on("none", CancelCustomerPo, open_assessment, to="assessing"),
        on(PENDING, CancelCustomerPo, refuse_at_once, when=nothing_to_cancel),
        on(PENDING, CancelCustomerPo, refuse_others, when=names_others),
        on(PENDING, CancelCustomerPo, note_number, when=has_another_number),
        ignore(PENDING, CancelCustomerPo, "these lines are being decided already (R38)", when=adds_nothing),
        on(PENDING, CancelCustomerPo, extend, to="assessing"),
        on(PENDING, OrderRevised, end_as_moot, to="none", when=is_moot),
        on(PENDING, OrderRevised, assess_anew, to="assessing"),
        ignore("none", OrderRevised, "no cancellation is being decided"),
        #
        refuse_if("assessing", AssessCancellation, assessment_fits),
        on("assessing", AssessCancellation, propose_penalty, "awaiting_customer", asks_penalty),
        on("assessing", AssessCancellation, settle, to="none"),
        refuse(
            ("none", "awaiting_customer"),
            AssessCancellation,
            "not_assessing",
            "no cancellation of this order is being assessed",
        ),
        #
        ignore(("none", *PENDING), AnswerPenalty, "it was answered so before, or ended so", when=says_nothing_new),
        refuse_if(("none", *PENDING), AnswerPenalty, question_fits),
        on("awaiting_customer", AnswerPenalty, grant_with_penalty, to="none", when=accepts),
        on("awaiting_customer", AnswerPenalty, go_on, to="none", when=declines),
        refuse(
            ("none", "assessing"),
            AnswerPenalty,
            "question_closed",
            "no penalty question of this order is open",
            "question_id",
        ),
        on("awaiting_customer", PenaltyReminderDue, remind, when=asked),
        on("awaiting_customer", PenaltyExpiryDue, expire, to="none", when=asked),
        ignore(("none", *PENDING), PenaltyReminderDue, "the question has been answered"),
        ignore(("none", *PENDING), PenaltyExpiryDue, "the question has been answered"),
    ),
    waits=(waits("assessing", AssessCancellation, "sales-officer", assessment_facts),),
)

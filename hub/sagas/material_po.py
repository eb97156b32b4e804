"""The material PO: what is ordered from a supplier, for one order or several (R13, R20-R22, R35, R63)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hub.messages.base import Message
from hub.messages.materials import (
    AcknowledgedLine,
    AcknowledgeMaterialPo,
    AnswerMaterialPoCancellation,
    MaterialPoCancelled,
    MaterialPoCancelRefused,
    MaterialPoCancelRequested,
    MaterialPoChangeAccepted,
    MaterialPoChangeProposed,
    MaterialPoConfirmed,
    MaterialPoDispatched,
    MaterialPoIssued,
    MaterialPoLine,
    MaterialPoPartReceived,
    MaterialPoReceived,
    MaterialPoReduced,
    MaterialPoRefused,
    MaterialReleased,
    NotifyDispatch,
    ReceivedLine,
    ReceivedPart,
    ReceiveMaterial,
    ReviewMaterialPoChange,
    Share,
    SourceMaterial,
)
from hub.messages.order import OrderReleased
from hub.sagas.case import Scene, by_of
from hub.sagas.material import JOINABLE
from hub.sagas.model import MaterialLine, MaterialPo, MaterialShare
from hub.sagas.numbers import ZERO, decimal, plain
from hub.sagas.table import Refusal, Step, Table, ignore, never, on, refuse, refuse_if, step, waits


def on_the_wire(line: MaterialLine) -> MaterialPoLine:
    """A line as events show it."""
    return MaterialPoLine(
        line=line.line,
        material=line.material,
        description=line.description,
        quantity=plain(line.quantity),
        unit=line.unit,
        unit_price=line.unit_price,
        requested_date=line.requested_date,
        promised_date=line.promised_date,
        received=plain(line.received),
        shares=[
            Share(requirement_id=s.requirement_id, order_id=s.order_id, quantity=plain(s.quantity)) for s in line.shares
        ],
    )


def _names(
    po: MaterialPo, message: Message | None = None, lines: Iterable[MaterialLine] | None = None
) -> dict[str, Any]:
    return {
        "material_po_id": po.material_po_id,
        "supplier_id": po.supplier_id,
        "order_ids": list(po.order_ids),
        "lines": [on_the_wire(line) for line in (po.lines.values() if lines is None else lines)],
        "by": by_of(message) if message else None,
        "reason": getattr(message, "reason", None) if message else None,
    }


# ------------------------------------------------------------------------------------------------- ordering


def _with_allocations(po: MaterialPo, answer: SourceMaterial, scene: Scene) -> tuple[MaterialPo, list[MaterialLine]]:
    """The PO with a line for each allocation that it is to carry; the requirement has noted which."""
    need = scene.order.requirements[answer.requirement_id]
    ordered = [allocation for allocation in answer.allocations if allocation.from_ == "supplier"]
    added = []
    for allocation, place in zip(ordered, need.sources[-len(ordered) :], strict=True):
        if place.material_po_id != po.material_po_id:
            continue
        offers = scene.rules.offers.get(need.material, ())
        offer = next((each for each in offers if each.supplier_id == allocation.supplier_id), None)
        line = MaterialLine(
            line=place.line,
            material=need.material,
            unit=need.unit,
            quantity=decimal(allocation.quantity),
            unit_price=allocation.unit_price or (offer.price if offer else None),
            requested_date=allocation.requested_date,
            shares=(MaterialShare(need.requirement_id, need.order_id, place.quantity),),
        )
        po = replace(
            po.with_line(line),
            supplier_id=allocation.supplier_id or po.supplier_id,
            currency=po.currency or (offer.currency if offer else None),
            served=tuple(sorted({*po.served, need.order_id})),
        )
        added.append(line)
    return po, added


def withheld(po: MaterialPo, answer: SourceMaterial, scene: Scene) -> bool:
    """The line is on hold, so that nothing new goes out (R36)."""
    need = scene.order.requirements[answer.requirement_id]
    return scene.order.work_orders[need.work_order_id].line in scene.order.held_lines


def keep_back(po: MaterialPo, answer: SourceMaterial, scene: Scene) -> Step[MaterialPo]:
    """Write the material PO, and keep it until the hold ends (R36)."""
    return step(_with_allocations(po, answer, scene)[0])


def issue(po: MaterialPo, answer: SourceMaterial, scene: Scene) -> Step[MaterialPo]:
    """Send the material PO to the supplier, whole or with the lines that joined it (R13, R63)."""
    po, added = _with_allocations(po, answer, scene)
    po = replace(po, version=po.version + 1)
    return step(po, MaterialPoIssued(**_names(po, answer, added), currency=po.currency, version=po.version))


def release(po: MaterialPo, released: OrderReleased, scene: Scene) -> Step[MaterialPo]:
    """The hold has ended: send what was withheld (R36)."""
    po = replace(po, version=po.version + 1)
    return step(po, MaterialPoIssued(**_names(po), currency=po.currency, version=po.version))


# ------------------------------------------------------------------------------------------ how far it has come


def _nothing_awaited(po: MaterialPo) -> bool:
    """Whether all has come that is to come, and nothing is left to be decided."""
    return not any(line.awaited > ZERO or line.undecided for line in po.lines.values())


def _nothing_came(po: MaterialPo) -> bool:
    return not any(line.received > ZERO for line in po.lines.values())


def _serves_nobody(po: MaterialPo) -> bool:
    """Whether no requirement counts on what is still to come, or to be decided."""
    return not any(line.shares for line in po.lines.values() if line.awaited > ZERO or line.undecided)


def _ended(line: MaterialLine) -> MaterialLine:
    """The line with nothing more to come: what has come stays."""
    return replace(line, status="received" if line.received > ZERO else "cancelled", quantity=line.received, shares=())


# ------------------------------------------------------------------------------------- the supplier's answer


def _lines_known(po: MaterialPo, message: Any, scene: Scene) -> Refusal | None:
    """It is about lines that the material PO has."""
    for place, answer in enumerate(message.lines):
        if answer.line not in po.lines:
            text = f"{po.material_po_id} has no line {answer.line}"
            return Refusal("unknown_line", text, f"lines.{place}.line")
    return None


def _quantities_fit(po: MaterialPo, message: NotifyDispatch | ReceiveMaterial, scene: Scene) -> Refusal | None:
    """It is about lines that the material PO has, and something of each has left or come (R21)."""
    for place, line in enumerate(message.lines):
        if decimal(line.quantity) <= ZERO:
            return Refusal("no_quantity", "say how much has left or come", f"lines.{place}.quantity")
    return _lines_known(po, message, scene)


def _answered_line(line: MaterialLine, answer: AcknowledgedLine) -> MaterialLine:
    if line.status in {"received", "cancelled"}:
        return line
    if answer.answer == "accepted":
        promised = answer.promised_date or line.promised_date or line.requested_date
        return replace(line, status="confirmed", promised_date=promised, answer=None)
    nothing_more = answer.quantity is not None and decimal(answer.quantity) <= line.received
    refused = answer.answer == "rejected" or nothing_more
    return replace(line, status="rejected" if refused else "changed", answer=answer)


def _answered(po: MaterialPo, message: AcknowledgeMaterialPo) -> MaterialPo:
    for answer in message.lines:
        po = po.with_line(_answered_line(po.lines[answer.line], answer))
    return po


def all_accepted(po: MaterialPo, message: AcknowledgeMaterialPo, scene: Scene) -> bool:
    """Every line that is still to come is accepted as ordered."""
    lines = _answered(po, message).lines.values()
    return all(line.status == "confirmed" for line in lines if line.awaited > ZERO or line.undecided)


def all_rejected(po: MaterialPo, message: AcknowledgeMaterialPo, scene: Scene) -> bool:
    """The supplier delivers nothing of it."""
    lines = _answered(po, message).lines.values()
    return all(line.status == "rejected" for line in lines if line.status != "cancelled")


def some_questioned(po: MaterialPo, message: AcknowledgeMaterialPo, scene: Scene) -> bool:
    """Some line is changed or refused."""
    return any(line.undecided for line in _answered(po, message).lines.values())


def note_answers(po: MaterialPo, message: AcknowledgeMaterialPo, scene: Scene) -> Step[MaterialPo]:
    """Note the answers to some lines; the others are awaited."""
    return step(_answered(po, message))


def confirm(po: MaterialPo, message: AcknowledgeMaterialPo, scene: Scene) -> Step[MaterialPo]:
    """The supplier will deliver as ordered (R20)."""
    po = _answered(po, message)
    return step(po, MaterialPoConfirmed(**_names(po, message)))


def refused(po: MaterialPo, message: AcknowledgeMaterialPo, scene: Scene) -> Step[MaterialPo]:
    """The supplier will not deliver (R20)."""
    po = _answered(po, message)
    return step(po, MaterialPoRefused(**_names(po, message)))


def propose_change(po: MaterialPo, message: AcknowledgeMaterialPo, scene: Scene) -> Step[MaterialPo]:
    """Put the supplier's changes and refusals to the procurement officer (R20)."""
    po = _answered(po, message)
    lines = [line for line in po.lines.values() if line.undecided]
    answers = [line.answer for line in lines if line.answer is not None]
    return step(po, MaterialPoChangeProposed(**_names(po, message, lines), answers=answers))


# ------------------------------------------------------------------------------------ the officer's decision


def _review_fits(po: MaterialPo, review: ReviewMaterialPoChange, scene: Scene) -> Refusal | None:
    """The line waits for a decision; what the supplier refuses cannot be accepted (R20)."""
    line = po.lines.get(review.line)
    if line is None or not line.undecided:
        return Refusal("unknown_line", f"line {review.line} is not waiting for a decision", "line")
    if review.decision == "accept" and line.status == "rejected":
        return Refusal("nothing_to_accept", "the supplier refuses this line; another source is needed", "decision")
    return None


def _accepted(line: MaterialLine) -> MaterialLine:
    """The line on the supplier's terms. A smaller quantity takes from the last shares first."""
    answer = line.answer
    quantity = decimal(answer.quantity) if answer and answer.quantity else line.quantity
    if quantity <= line.received:
        return _ended(line)
    left, shares = quantity, []
    for share in line.shares:
        kept = max(share.received, min(share.quantity, left))
        left = max(ZERO, left - kept)
        if kept > ZERO:
            shares.append(replace(share, quantity=kept))
    return replace(
        line,
        status="confirmed",
        quantity=quantity,
        shares=tuple(shares),
        promised_date=(answer.promised_date if answer else None) or line.promised_date or line.requested_date,
        unit_price=(answer.unit_price if answer else None) or line.unit_price,
        answer=None,
    )


def _without_line(po: MaterialPo, number: str) -> MaterialPo:
    """Do without a line: it ends, unless it is the last to come, which the supplier has to be asked about."""
    line = po.lines[number]
    others = [other for other in po.lines.values() if other is not line]
    if line.status == "rejected" or any(other.awaited > ZERO or other.undecided for other in others):
        return po.with_line(_ended(line))
    return po.with_line(replace(line, status="open", shares=(), answer=None))


def _reviewed(po: MaterialPo, review: ReviewMaterialPoChange) -> MaterialPo:
    if review.decision == "accept":
        return po.with_line(_accepted(po.lines[review.line]))
    return _without_line(po, review.line)


def leaves_nothing(po: MaterialPo, review: ReviewMaterialPoChange, scene: Scene) -> bool:
    """Nothing of it has come or will come, as the supplier has refused the last line."""
    po = _reviewed(po, review)
    return _nothing_awaited(po) and _nothing_came(po)


def leaves_what_came(po: MaterialPo, review: ReviewMaterialPoChange, scene: Scene) -> bool:
    """All that is left of it has come already."""
    return _nothing_awaited(_reviewed(po, review))


def leaves_nobody(po: MaterialPo, review: ReviewMaterialPoChange, scene: Scene) -> bool:
    """Nobody needs what would still come."""
    return review.decision == "source-anew" and _serves_nobody(_reviewed(po, review))


def settles(po: MaterialPo, review: ReviewMaterialPoChange, scene: Scene) -> bool:
    """No other line waits for a decision."""
    return not any(line.undecided for line in _reviewed(po, review).lines.values())


def accept_or_reduce(po: MaterialPo, review: ReviewMaterialPoChange, scene: Scene) -> Step[MaterialPo]:
    """Accept what the supplier changed, or do without that line and look for another source (R20)."""
    po = _reviewed(po, review)
    if review.decision == "accept":
        return step(po, MaterialPoChangeAccepted(**_names(po, review, [po.lines[review.line]])))
    po = replace(po, version=po.version + 1)
    return step(po, MaterialPoReduced(**_names(po, review)))


def drop_refused(po: MaterialPo, review: ReviewMaterialPoChange, scene: Scene) -> Step[MaterialPo]:
    """Give up a material PO that the supplier has refused, and look for another source (R20)."""
    return step(_reviewed(po, review), MaterialPoCancelled(**_names(po, review)))


def decline_change(po: MaterialPo, review: ReviewMaterialPoChange, scene: Scene) -> Step[MaterialPo]:
    """Ask the supplier to cancel instead, and look for another source (R20)."""
    event = MaterialPoCancelRequested(**_names(po, review))
    return step(_reviewed(po, review), event)


def close_with_what_came(po: MaterialPo, review: ReviewMaterialPoChange, scene: Scene) -> Step[MaterialPo]:
    """Do without the rest, and look for another source for it; the material PO is done (R20)."""
    decided = accept_or_reduce(po, review, scene)
    return step(decided.saga, *decided.says, MaterialPoReceived(**_names(decided.saga, review), receipt=[]))


# ------------------------------------------------------------------------------------------------ deliveries


def dispatched(po: MaterialPo, notice: NotifyDispatch, scene: Scene) -> Step[MaterialPo]:
    """The supplier has sent the goods."""
    lines = [po.lines[line.line] for line in notice.lines]
    event = MaterialPoDispatched(
        **_names(po, notice, lines), expected_date=notice.expected_date, reference=notice.reference
    )
    return step(po, event)


def _receive_line(line: MaterialLine, quantity: Decimal, least: Decimal) -> tuple[MaterialLine, ReceivedLine]:
    """Enter a delivery: to those who count on it, in their order, and what is beyond need to stock (R21).

    ``least`` is the part of a quantity that is "in full" (R66), for the line and for each that it serves.
    """
    left, shares, parts = quantity, [], []
    for share in line.shares:
        part = min(left, share.quantity - share.received) if line.status != "received" else ZERO
        left -= part
        if part > ZERO:
            parts.append(
                ReceivedPart(requirement_id=share.requirement_id, order_id=share.order_id, quantity=plain(part))
            )
        shares.append(replace(share, received=share.received + part))
    line = replace(line, received=line.received + quantity, shares=tuple(shares))
    served = all(share.received >= share.quantity * least for share in shares)
    complete = line.received >= line.quantity * least and served and line.status != "cancelled"
    if complete:
        line = replace(line, status="received", answer=None)
    return line, ReceivedLine(
        line=line.line,
        material=line.material,
        unit=line.unit,
        quantity=plain(quantity),
        parts=parts,
        to_stock=plain(left),
        complete=complete,
    )


def _with_receipt(po: MaterialPo, receipt: ReceiveMaterial, scene: Scene) -> tuple[MaterialPo, list[ReceivedLine]]:
    rules = scene.rules
    percent = rules.tolerance_percent.get(po.supplier_id, rules.supplier_tolerance_percent)
    least = 1 - Decimal(str(percent)) / 100
    brought: dict[str, Decimal] = {}
    for entry in receipt.lines:
        brought[entry.line] = brought.get(entry.line, ZERO) + decimal(entry.quantity)
    booked = []
    for number, quantity in brought.items():
        line, received = _receive_line(po.lines[number], quantity, least)
        po = po.with_line(line)
        booked.append(received)
    return po, booked


def all_in(po: MaterialPo, receipt: ReceiveMaterial, scene: Scene) -> bool:
    """With this delivery everything has come."""
    return _nothing_awaited(_with_receipt(po, receipt, scene)[0])


def nothing_undecided_left(po: MaterialPo, receipt: ReceiveMaterial, scene: Scene) -> bool:
    """What was to be decided on has come."""
    return not any(line.undecided for line in _with_receipt(po, receipt, scene)[0].lines.values())


def receive(po: MaterialPo, receipt: ReceiveMaterial, scene: Scene) -> Step[MaterialPo]:
    """All of it is in the warehouse; what is beyond need goes to stock (R21)."""
    po, booked = _with_receipt(po, receipt, scene)
    return step(po, MaterialPoReceived(**_names(po, receipt), receipt=booked))


def receive_part(po: MaterialPo, receipt: ReceiveMaterial, scene: Scene) -> Step[MaterialPo]:
    """Part of it is in the warehouse (R21)."""
    po, booked = _with_receipt(po, receipt, scene)
    return step(po, MaterialPoPartReceived(**_names(po, receipt), receipt=booked))


# ---------------------------------------------------------------------------------------------- cancellation


def _less(line: MaterialLine, requirement_id: str) -> MaterialLine:
    """Order less by a share; what was ordered beyond need stays, and goes to stock (R63)."""
    share = line.share_of(requirement_id)
    if share is None or line.status in {"received", "cancelled"}:
        return line
    shares = tuple(other for other in line.shares if other is not share)
    quantity = max(line.received, line.quantity - (share.quantity - share.received))
    line = replace(line, shares=shares, quantity=quantity)
    refused = line.status == "rejected" and not shares
    return _ended(line) if quantity <= line.received or refused else line


def _reduced(po: MaterialPo, released: MaterialReleased) -> MaterialPo:
    lines = {number: _less(line, released.requirement_id) for number, line in po.lines.items()}
    return replace(po, lines=lines)


def _unshared(po: MaterialPo, released: MaterialReleased) -> MaterialPo:
    """The share taken away and the quantity kept, until the supplier agrees."""
    lines = {}
    for number, line in po.lines.items():
        shares = tuple(share for share in line.shares if share.requirement_id != released.requirement_id)
        lines[number] = replace(line, shares=shares) if line.status != "received" else line
    return replace(po, lines=lines)


def serves_nobody(po: MaterialPo, released: MaterialReleased, scene: Scene) -> bool:
    """No requirement counts on it any more, and something would still come."""
    after = _unshared(po, released)
    return _serves_nobody(after) and any(line.awaited > ZERO for line in po.lines.values())


def leaves_what_is_in(po: MaterialPo, released: MaterialReleased, scene: Scene) -> bool:
    """All that is left of it has come already."""
    po = _reduced(po, released)
    return _nothing_awaited(po) and not _nothing_came(po)


def leaves_no_line(po: MaterialPo, released: MaterialReleased, scene: Scene) -> bool:
    """Nothing of it has come, and nobody needs what would."""
    return _serves_nobody(_reduced(po, released)) and _nothing_came(po)


def leaves_nothing_undecided(po: MaterialPo, released: MaterialReleased, scene: Scene) -> bool:
    """No line that waits for a decision is left."""
    return not any(line.undecided for line in _reduced(po, released).lines.values())


def drop(po: MaterialPo, released: MaterialReleased, scene: Scene) -> Step[MaterialPo]:
    """It was never sent, or refused; nobody has to be told but ourselves (R35)."""
    po = replace(po, lines={number: _ended(line) for number, line in po.lines.items()})
    return step(po, MaterialPoCancelled(**_names(po)))


def shrink_unsent(po: MaterialPo, released: MaterialReleased, scene: Scene) -> Step[MaterialPo]:
    """It was never sent, or refused: what remains is without this share."""
    return step(_reduced(po, released))


def ask_to_cancel(po: MaterialPo, released: MaterialReleased, scene: Scene) -> Step[MaterialPo]:
    """Ask the supplier to cancel (R35)."""
    lines = [line for line in po.lines.values() if line.awaited > ZERO]
    event = MaterialPoCancelRequested(**_names(po, None, lines))
    after = _unshared(po, released)
    kept = {
        number: _ended(line)
        if line.status == "rejected"
        else replace(line, status="open" if line.status == "changed" else line.status, answer=None)
        for number, line in after.lines.items()
    }
    return step(replace(after, lines=kept), event)


def reduce(po: MaterialPo, released: MaterialReleased, scene: Scene) -> Step[MaterialPo]:
    """Tell the supplier that less is needed; the shares of others stay (R63)."""
    po = _reduced(po, released)
    po = replace(po, version=po.version + 1)
    return step(po, MaterialPoReduced(**_names(po)))


def reduce_to_what_came(po: MaterialPo, released: MaterialReleased, scene: Scene) -> Step[MaterialPo]:
    """Tell the supplier that no more is needed; the material PO is done (R63)."""
    done = reduce(po, released, scene)
    return step(done.saga, *done.says, MaterialPoReceived(**_names(done.saga), receipt=[]))


def agrees(po: MaterialPo, answer: AnswerMaterialPoCancellation, scene: Scene) -> bool:
    """The supplier agrees to cancel."""
    return answer.answer == "accepted"


def cancelled(po: MaterialPo, answer: AnswerMaterialPoCancellation, scene: Scene) -> Step[MaterialPo]:
    """The supplier has cancelled what was still to come (R35)."""
    event = MaterialPoCancelled(**_names(po, answer))
    lines = {n: line if line.status in {"received", "cancelled"} else _ended(line) for n, line in po.lines.items()}
    return step(replace(po, lines=lines), event)


def cancel_refused(po: MaterialPo, answer: AnswerMaterialPoCancellation, scene: Scene) -> Step[MaterialPo]:
    """The supplier delivers all the same; its delivery goes to stock (R35)."""
    lines = {
        number: replace(line, status="confirmed") if line.awaited > ZERO else line for number, line in po.lines.items()
    }
    po = replace(po, lines=lines)
    return step(po, MaterialPoCancelRefused(**_names(po, answer)))


# ----------------------------------------------------------------------------------------------------- tasks


def change_facts(po: MaterialPo, scene: Scene) -> dict[str, Any]:
    """What the procurement officer has to know: what was ordered, and what the supplier says to it."""
    return {
        "supplier_id": po.supplier_id,
        "order_ids": list(po.order_ids),
        "lines": [
            {
                **on_the_wire(line).model_dump(mode="json", exclude_none=True),
                "answer": line.answer.model_dump(mode="json", exclude_none=True) if line.answer else None,
            }
            for line in po.lines.values()
            if line.undecided
        ],
    }


SENT = ("issued", "confirmed", "change_proposed", "part_received")
STATES = ("withheld", *SENT, "received", "refused", "cancel_requested", "cancelled")
FINAL = ("received", "cancelled")
DELIVERABLE = (*SENT, "cancel_requested")
QUESTIONED = ("change_proposed", "refused")
NOT_OPEN = "this material PO is not open"


def _rest(*states: str) -> tuple[str, ...]:
    return tuple(state for state in STATES if state not in states)


MATERIAL_PO: Table[MaterialPo] = Table(
    name="material PO",
    initial="new",
    states=("new", *STATES),
    final=FINAL,
    rows=(
        on("new", SourceMaterial, keep_back, to="withheld", when=withheld),
        on("new", SourceMaterial, issue, to="issued"),
        on(JOINABLE, SourceMaterial, issue, to="issued"),
        never(_rest(*JOINABLE), SourceMaterial, "a requirement joins only a material PO that is open"),
        on("withheld", OrderReleased, release, to="issued"),
        ignore(_rest("withheld"), OrderReleased, "it was not withheld"),
        #
        refuse_if(DELIVERABLE, AcknowledgeMaterialPo, _lines_known),
        on(("issued", "confirmed", "change_proposed"), AcknowledgeMaterialPo, confirm, "confirmed", all_accepted),
        on("part_received", AcknowledgeMaterialPo, confirm, when=all_accepted),
        on(SENT, AcknowledgeMaterialPo, refused, "refused", all_rejected),
        on(SENT, AcknowledgeMaterialPo, propose_change, "change_proposed", some_questioned),
        on("change_proposed", AcknowledgeMaterialPo, note_answers, to="issued"),
        on(("issued", "confirmed", "part_received"), AcknowledgeMaterialPo, note_answers),
        ignore("cancel_requested", AcknowledgeMaterialPo, "it has been asked to cancel"),
        refuse(("withheld", "refused", *FINAL), AcknowledgeMaterialPo, "not_open", NOT_OPEN),
        #
        refuse_if(QUESTIONED, ReviewMaterialPoChange, _review_fits),
        on(QUESTIONED, ReviewMaterialPoChange, drop_refused, "cancelled", leaves_nothing),
        on(QUESTIONED, ReviewMaterialPoChange, close_with_what_came, "received", leaves_what_came),
        on("change_proposed", ReviewMaterialPoChange, decline_change, "cancel_requested", leaves_nobody),
        on("change_proposed", ReviewMaterialPoChange, accept_or_reduce, "confirmed", settles),
        on("change_proposed", ReviewMaterialPoChange, accept_or_reduce, "change_proposed"),
        on("refused", ReviewMaterialPoChange, accept_or_reduce, "refused"),
        refuse(
            _rest(*QUESTIONED),
            ReviewMaterialPoChange,
            "nothing_to_decide",
            "no change of the supplier waits for a decision",
        ),
        #
        refuse_if(DELIVERABLE, NotifyDispatch, _quantities_fit),
        on(DELIVERABLE, NotifyDispatch, dispatched),
        refuse(_rest(*DELIVERABLE), NotifyDispatch, "not_open", "nothing of this material PO is awaited"),
        refuse_if(_rest("withheld"), ReceiveMaterial, _quantities_fit),
        on((*DELIVERABLE, "refused"), ReceiveMaterial, receive, to="received", when=all_in),
        on(("issued", "confirmed", "part_received"), ReceiveMaterial, receive_part, to="part_received"),
        on("change_proposed", ReceiveMaterial, receive_part, to="part_received", when=nothing_undecided_left),
        on(("change_proposed", "refused", "cancel_requested"), ReceiveMaterial, receive_part),
        on(FINAL, ReceiveMaterial, receive),
        refuse("withheld", ReceiveMaterial, "not_open", "this material PO has not been sent"),
        #
        on("withheld", MaterialReleased, drop, to="cancelled", when=leaves_no_line),
        on("withheld", MaterialReleased, shrink_unsent),
        on(SENT, MaterialReleased, ask_to_cancel, to="cancel_requested", when=serves_nobody),
        on((*SENT, "refused"), MaterialReleased, reduce_to_what_came, to="received", when=leaves_what_is_in),
        on(("change_proposed", "refused"), MaterialReleased, drop, to="cancelled", when=leaves_no_line),
        on("change_proposed", MaterialReleased, reduce, to="confirmed", when=leaves_nothing_undecided),
        on("change_proposed", MaterialReleased, reduce, to="change_proposed"),
        on(("issued", "confirmed", "part_received"), MaterialReleased, reduce),
        on("refused", MaterialReleased, shrink_unsent, to="refused"),
        ignore((*FINAL, "cancel_requested"), MaterialReleased, "nothing is awaited from it"),
        #
        on("cancel_requested", AnswerMaterialPoCancellation, cancelled, to="cancelled", when=agrees),
        on("cancel_requested", AnswerMaterialPoCancellation, cancel_refused, to="confirmed"),
        refuse(
            _rest("cancel_requested"),
            AnswerMaterialPoCancellation,
            "not_asked",
            "it has not been asked to cancel",
        ),
    ),
    waits=(waits(QUESTIONED, ReviewMaterialPoChange, "procurement-officer", change_facts),),
)

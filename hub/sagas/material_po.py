"""The material PO: what is ordered from a supplier, for one order or several (R13, R20-R22, R35, R63)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hub.messages.base import Message
from hub.messages.materials import (
    AcknowledgeMaterialPo,
    Allocation,
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
from hub.sagas.material import material_po_id
from hub.sagas.model import MaterialLine, MaterialPo, MaterialShare, Requirement
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


def _allocated(po: MaterialPo, answer: SourceMaterial, need: Requirement) -> list[tuple[Allocation, Decimal]]:
    """The allocations of the answer that this material PO carries, each with the requirement's share."""
    found = []
    before = replace(need, rounds=need.rounds - 1)
    for place, allocation in enumerate(answer.allocations):
        if allocation.from_ == "supplier" and po.material_po_id in {
            allocation.join,
            material_po_id(before, place),
        }:
            found.append((allocation, decimal(allocation.quantity)))
    return found


def _with_allocations(po: MaterialPo, answer: SourceMaterial, scene: Scene) -> tuple[MaterialPo, list[str]]:
    need = scene.order.requirements[answer.requirement_id]
    served = sum((s.quantity for s in need.sources if s.material_po_id == po.material_po_id), ZERO)
    already = sum(
        (s.quantity for line in po.lines.values() for s in line.shares if s.requirement_id == need.requirement_id),
        ZERO,
    )
    open_share = served - already
    added: list[str] = []
    for allocation, quantity in _allocated(po, answer, need):
        share = min(open_share, quantity)
        open_share -= share
        number = str(len(po.lines) + 1)
        offer = next(
            (o for o in scene.rules.offers.get(need.material, ()) if o.supplier_id == allocation.supplier_id),
            None,
        )
        line = MaterialLine(
            line=number,
            material=need.material,
            unit=need.unit,
            quantity=quantity,
            unit_price=allocation.unit_price or (offer.price if offer else None),
            requested_date=allocation.requested_date,
            shares=(MaterialShare(need.requirement_id, need.order_id, share),),
        )
        po = replace(
            po.with_line(line),
            supplier_id=allocation.supplier_id or po.supplier_id,
            currency=po.currency or (offer.currency if offer else None),
            origin=po.origin or need.order_id,
        )
        added.append(number)
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
    lines = [po.lines[number] for number in added]
    return step(po, MaterialPoIssued(**_names(po, answer, lines), currency=po.currency, version=po.version))


def release(po: MaterialPo, released: OrderReleased, scene: Scene) -> Step[MaterialPo]:
    """The hold has ended: send what was withheld (R36)."""
    po = replace(po, version=po.version + 1)
    return step(po, MaterialPoIssued(**_names(po), currency=po.currency, version=po.version))


# ------------------------------------------------------------------------------------- the supplier's answer


def _lines_known(po: MaterialPo, message: Any, scene: Scene) -> Refusal | None:
    """It is about lines that the material PO has."""
    for place, answer in enumerate(message.lines):
        line = po.lines.get(answer.line)
        if line is None:
            text = f"{po.material_po_id} has no line {answer.line}"
            return Refusal("unknown_line", text, f"lines.{place}.line")
    return None


def _answered(po: MaterialPo, message: AcknowledgeMaterialPo) -> MaterialPo:
    for answer in message.lines:
        line = po.lines[answer.line]
        if line.status in {"received", "cancelled"}:
            continue
        if answer.answer == "accepted":
            line = replace(line, status="confirmed", promised_date=answer.promised_date or line.requested_date)
        else:
            line = replace(line, status=answer.answer, answer=answer)
        po = po.with_line(line)
    return po


def _live(po: MaterialPo) -> list[MaterialLine]:
    return [line for line in po.lines.values() if line.status != "cancelled"]


def all_accepted(po: MaterialPo, message: AcknowledgeMaterialPo, scene: Scene) -> bool:
    """Every line is accepted as ordered."""
    return all(line.status in {"confirmed", "received"} for line in _live(_answered(po, message)))


def all_rejected(po: MaterialPo, message: AcknowledgeMaterialPo, scene: Scene) -> bool:
    """Every line is refused."""
    return all(line.status == "rejected" for line in _live(_answered(po, message)))


def some_questioned(po: MaterialPo, message: AcknowledgeMaterialPo, scene: Scene) -> bool:
    """Some line is changed or refused."""
    return any(line.status in {"changed", "rejected"} for line in _answered(po, message).lines.values())


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
    questioned = [answer for answer in message.lines if answer.answer != "accepted"]
    lines = [po.lines[answer.line] for answer in questioned]
    return step(po, MaterialPoChangeProposed(**_names(po, message, lines), answers=questioned))


def _review_fits(po: MaterialPo, review: ReviewMaterialPoChange, scene: Scene) -> Refusal | None:
    """The line waits for a decision; what the supplier refuses cannot be accepted (R20)."""
    line = po.lines.get(review.line)
    if line is None or line.status not in {"changed", "rejected"}:
        return Refusal("unknown_line", f"line {review.line} is not waiting for a decision", "line")
    if review.decision == "accept" and line.status == "rejected":
        return Refusal("nothing_to_accept", "the supplier refuses this line; another source is needed", "decision")
    return None


def _decided(po: MaterialPo, review: ReviewMaterialPoChange) -> MaterialPo:
    line = po.lines[review.line]
    if review.decision == "source-anew":
        return po.with_line(replace(line, status="cancelled", shares=()))
    answer = line.answer
    quantity = decimal(answer.quantity) if answer and answer.quantity else line.quantity
    left, shares = quantity, []
    for share in line.shares:
        kept = min(share.quantity, left)
        left -= kept
        if kept > ZERO:
            shares.append(replace(share, quantity=kept))
    return po.with_line(
        replace(
            line,
            status="confirmed",
            quantity=quantity,
            shares=tuple(shares),
            promised_date=(answer.promised_date if answer else None) or line.promised_date or line.requested_date,
            unit_price=(answer.unit_price if answer else None) or line.unit_price,
        )
    )


def _settled(po: MaterialPo) -> bool:
    return not any(line.status in {"changed", "rejected"} for line in po.lines.values())


def leaves_nothing(po: MaterialPo, review: ReviewMaterialPoChange, scene: Scene) -> bool:
    """No line of it remains."""
    return not _live(_decided(po, review))


def settles(po: MaterialPo, review: ReviewMaterialPoChange, scene: Scene) -> bool:
    """No other line waits for a decision."""
    return _settled(_decided(po, review))


def decide_change(po: MaterialPo, review: ReviewMaterialPoChange, scene: Scene) -> Step[MaterialPo]:
    """Accept what the supplier changed, or look for another source (R20)."""
    before = po.lines[review.line]
    po = _decided(po, review)
    if review.decision == "accept":
        return step(po, MaterialPoChangeAccepted(**_names(po, review, [po.lines[review.line]])))
    if before.status == "rejected":
        return step(po, MaterialPoCancelled(**_names(po, review, [before])))
    return step(po, MaterialPoCancelRequested(**_names(po, review, [before])))


def was_refused(po: MaterialPo, review: ReviewMaterialPoChange, scene: Scene) -> bool:
    """Nothing remains, and the supplier had refused the line, so that nothing has to be asked of it."""
    return leaves_nothing(po, review, scene) and po.lines[review.line].status == "rejected"


# ------------------------------------------------------------------------------------------------ deliveries


def dispatched(po: MaterialPo, notice: NotifyDispatch, scene: Scene) -> Step[MaterialPo]:
    """The supplier has sent the goods."""
    lines = [po.lines[line.line] for line in notice.lines]
    event = MaterialPoDispatched(
        **_names(po, notice, lines), expected_date=notice.expected_date, reference=notice.reference
    )
    return step(po, event)


def _receive_line(line: MaterialLine, quantity: Decimal, tolerance: float) -> tuple[MaterialLine, ReceivedLine]:
    left, shares, parts = quantity, [], []
    for share in line.shares:
        part = min(left, share.quantity - share.received)
        left -= part
        if part > ZERO:
            parts.append(
                ReceivedPart(requirement_id=share.requirement_id, order_id=share.order_id, quantity=plain(part))
            )
        shares.append(replace(share, received=share.received + part))
    received = line.received + quantity
    enough = line.quantity * (1 - Decimal(str(tolerance)) / 100)
    complete = received >= enough
    status = "received" if complete else line.status
    line = replace(line, received=received, shares=tuple(shares), status=status)
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
    tolerance = rules.tolerance_percent.get(po.supplier_id) or rules.supplier_tolerance_percent
    booked = []
    for entry in receipt.lines:
        line, received = _receive_line(po.lines[entry.line], decimal(entry.quantity), tolerance)
        po = po.with_line(line)
        booked.append(received)
    return po, booked


def all_in(po: MaterialPo, receipt: ReceiveMaterial, scene: Scene) -> bool:
    """With this delivery everything has come."""
    return all(line.status == "received" for line in _live(_with_receipt(po, receipt, scene)[0]))


def receive(po: MaterialPo, receipt: ReceiveMaterial, scene: Scene) -> Step[MaterialPo]:
    """All of it is in the warehouse; what is beyond need goes to stock (R21)."""
    po, booked = _with_receipt(po, receipt, scene)
    return step(po, MaterialPoReceived(**_names(po, receipt), receipt=booked))


def receive_part(po: MaterialPo, receipt: ReceiveMaterial, scene: Scene) -> Step[MaterialPo]:
    """Part of it is in the warehouse (R21)."""
    po, booked = _with_receipt(po, receipt, scene)
    return step(po, MaterialPoPartReceived(**_names(po, receipt), receipt=booked))


# ---------------------------------------------------------------------------------------------- cancellation


def _without_share(po: MaterialPo, released: MaterialReleased) -> MaterialPo:
    for line in po.lines.values():
        kept = tuple(share for share in line.shares if share.requirement_id != released.requirement_id)
        if kept != line.shares and line.status != "received":
            po = po.with_line(replace(line, shares=kept))
    return po


def serves_nobody(po: MaterialPo, released: MaterialReleased, scene: Scene) -> bool:
    """No requirement counts on it any more."""
    return not any(line.shares for line in _without_share(po, released).lines.values() if line.awaited > ZERO)


def drop(po: MaterialPo, released: MaterialReleased, scene: Scene) -> Step[MaterialPo]:
    """It was never sent; nobody has to be told but ourselves (R35)."""
    po = _without_share(po, released)
    return step(po, MaterialPoCancelled(**_names(po)))


def shrink_unsent(po: MaterialPo, released: MaterialReleased, scene: Scene) -> Step[MaterialPo]:
    """It was never sent, and will be sent without this share."""
    return step(_reduced(po, released))


def ask_to_cancel(po: MaterialPo, released: MaterialReleased, scene: Scene) -> Step[MaterialPo]:
    """Ask the supplier to cancel (R35)."""
    lines = [line for line in po.lines.values() if line.awaited > ZERO]
    event = MaterialPoCancelRequested(**_names(po, None, lines))
    return step(_without_share(po, released), event)


def _reduced(po: MaterialPo, released: MaterialReleased) -> MaterialPo:
    """Order less by the cancelled share; what was ordered beyond need stays, and goes to stock (R63)."""
    for line in po.lines.values():
        gone = sum(
            (s.quantity - s.received for s in line.shares if s.requirement_id == released.requirement_id),
            ZERO,
        )
        if gone > ZERO and line.awaited > ZERO:
            po = po.with_line(replace(line, quantity=line.quantity - gone))
    return _without_share(po, released)


def reduce(po: MaterialPo, released: MaterialReleased, scene: Scene) -> Step[MaterialPo]:
    """Tell the supplier that less is needed; the shares of others stay (R63)."""
    po = _reduced(po, released)
    po = replace(po, version=po.version + 1)
    return step(po, MaterialPoReduced(**_names(po)))


def agrees(po: MaterialPo, answer: AnswerMaterialPoCancellation, scene: Scene) -> bool:
    """The supplier agrees to cancel."""
    return answer.answer == "accepted"


def cancelled(po: MaterialPo, answer: AnswerMaterialPoCancellation, scene: Scene) -> Step[MaterialPo]:
    """The supplier has cancelled (R35)."""
    event = MaterialPoCancelled(**_names(po, answer))
    lines = {
        number: line if line.status == "received" else replace(line, status="cancelled", shares=())
        for number, line in po.lines.items()
    }
    return step(replace(po, lines=lines), event)


def cancel_refused(po: MaterialPo, answer: AnswerMaterialPoCancellation, scene: Scene) -> Step[MaterialPo]:
    """The supplier delivers all the same; its delivery goes to stock (R35)."""
    lines = {
        number: replace(line, status="confirmed") if line.status in {"cancelled", "open"} else line
        for number, line in po.lines.items()
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
            if line.status in {"changed", "rejected"}
        ],
    }


def undecided(po: MaterialPo, scene: Scene) -> bool:
    """Some line still waits for a decision."""
    return not _settled(po)


SENT = ("issued", "confirmed", "change_proposed", "part_received")
STATES = ("withheld", *SENT, "received", "refused", "cancel_requested", "cancelled")
JOINABLE = ("issued", "confirmed", "part_received")
FINAL = ("received", "cancelled")
DELIVERABLE = (*SENT, "cancel_requested")


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
        refuse_if((*SENT, "refused", "cancel_requested"), AcknowledgeMaterialPo, _lines_known),
        on(("issued", "change_proposed"), AcknowledgeMaterialPo, confirm, "confirmed", all_accepted),
        on(("issued", "change_proposed"), AcknowledgeMaterialPo, refused, "refused", all_rejected),
        on(SENT, AcknowledgeMaterialPo, propose_change, "change_proposed", some_questioned),
        on(SENT, AcknowledgeMaterialPo, note_answers),
        ignore("cancel_requested", AcknowledgeMaterialPo, "it has been asked to cancel"),
        refuse(("withheld", "refused", *FINAL), AcknowledgeMaterialPo, "not_open", "this material PO is not open"),
        refuse_if(("change_proposed", "refused"), ReviewMaterialPoChange, _review_fits),
        on(("change_proposed", "refused"), ReviewMaterialPoChange, decide_change, "cancelled", was_refused),
        on(
            ("change_proposed", "refused"),
            ReviewMaterialPoChange,
            decide_change,
            "cancel_requested",
            leaves_nothing,
        ),
        on("change_proposed", ReviewMaterialPoChange, decide_change, "confirmed", settles),
        on(("change_proposed", "refused"), ReviewMaterialPoChange, decide_change),
        refuse(
            _rest("change_proposed", "refused"),
            ReviewMaterialPoChange,
            "nothing_to_decide",
            "no change of the supplier waits for a decision",
        ),
        #
        refuse_if(DELIVERABLE, NotifyDispatch, _lines_known),
        on(DELIVERABLE, NotifyDispatch, dispatched),
        refuse(_rest(*DELIVERABLE), NotifyDispatch, "not_open", "nothing of this material PO is awaited"),
        refuse_if((*DELIVERABLE, "received", "cancelled", "refused"), ReceiveMaterial, _lines_known),
        on(SENT, ReceiveMaterial, receive, to="received", when=all_in),
        on(("issued", "confirmed", "part_received"), ReceiveMaterial, receive_part, to="part_received"),
        on("change_proposed", ReceiveMaterial, receive_part),
        on("cancel_requested", ReceiveMaterial, receive, to="received", when=all_in),
        on("cancel_requested", ReceiveMaterial, receive_part),
        on(("received", "cancelled", "refused"), ReceiveMaterial, receive_part),
        refuse("withheld", ReceiveMaterial, "not_open", "this material PO has not been sent"),
        #
        on("withheld", MaterialReleased, drop, to="cancelled", when=serves_nobody),
        on("withheld", MaterialReleased, shrink_unsent),
        on(SENT, MaterialReleased, ask_to_cancel, to="cancel_requested", when=serves_nobody),
        on(SENT, MaterialReleased, reduce),
        on("refused", MaterialReleased, drop, to="cancelled", when=serves_nobody),
        on("refused", MaterialReleased, shrink_unsent),
        ignore((*FINAL, "cancel_requested"), MaterialReleased, "nothing is awaited from it"),
        on("cancel_requested", AnswerMaterialPoCancellation, cancelled, to="cancelled", when=agrees),
        on("cancel_requested", AnswerMaterialPoCancellation, cancel_refused, to="confirmed"),
        refuse(
            _rest("cancel_requested"),
            AnswerMaterialPoCancellation,
            "not_asked",
            "it has not been asked to cancel",
        ),
    ),
    waits=(
        waits(
            ("change_proposed", "refused"),
            ReviewMaterialPoChange,
            "procurement-officer",
            change_facts,
            when=undecided,
        ),
    ),
)

"""What a supplier sends, and where it goes (R21, R66)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hub.messages.material_po import (
    AcknowledgedLine,
    LineQuantity,
    MaterialPoDispatched,
    MaterialPoPartReceived,
    MaterialPoReceived,
    NotifyDispatch,
    ReceivedLine,
    ReceivedPart,
    ReceiveMaterial,
)
from hub.sagas.case import Scene
from hub.sagas.numbers import ZERO, decimal, plain, same_unit
from hub.sagas.procurement.announcement import arrival, in_full, said
from hub.sagas.procurement.ordering import names
from hub.sagas.procurement.supplier import lines_known, proposal
from hub.sagas.supply import ENDED_LINES, MaterialLine, MaterialPo
from hub.sagas.table import Refusal, Step, step


def quantities_fit(po: MaterialPo, message: NotifyDispatch | ReceiveMaterial, scene: Scene) -> Refusal | None:
    """It is about lines that the material PO has, and something of each has left or come (R21)."""
    for place, line in enumerate(message.lines):
        if decimal(line.quantity) <= ZERO:
            return Refusal(
                "no_quantity",
                "say how much has left or come; a correction of stock is stock.adjust",
                f"lines.{place}.quantity",
            )
    return lines_known(po, message, scene)


def units_fit(po: MaterialPo, receipt: ReceiveMaterial, scene: Scene) -> Refusal | None:
    """What came is counted in the unit that was ordered in (R21)."""
    for place, line in enumerate(receipt.lines):
        ordered = po.lines[line.line].unit
        if not same_unit(ordered, line.unit):
            text = f"line {line.line} was ordered in {ordered}: say how much came in that unit"
            return Refusal("other_unit", text, f"lines.{place}.unit")
    return None


def _in_another_unit(po: MaterialPo, notice: NotifyDispatch) -> list[LineQuantity]:
    open_lines = {number: line for number, line in po.lines.items() if line.status not in ENDED_LINES}
    return [
        each
        for each in notice.lines
        if each.line in open_lines and not same_unit(open_lines[each.line].unit, each.unit)
    ]


def says_another_unit(po: MaterialPo, notice: NotifyDispatch, scene: Scene) -> bool:
    """Some quantity is in another unit than the line was ordered in."""
    return bool(_in_another_unit(po, notice))


def question_units(po: MaterialPo, notice: NotifyDispatch, scene: Scene) -> Step[MaterialPo]:
    """The goods have left; how much of what was ordered they are is for the procurement officer to say (R20)."""
    sent = dispatched(po, notice, scene)
    after = sent.saga
    for each in _in_another_unit(po, notice):
        answer = AcknowledgedLine(
            line=each.line,
            answer="changed",
            promised_date=notice.expected_date,
            quantity=each.quantity,
            unit=each.unit,
            reason=f"ship notice {notice.reference or ''}".strip() + " in another unit than was ordered",
        )
        after = after.with_line(replace(after.lines[each.line], status="changed", answer=answer))
    return step(after, *sent.says, proposal(after, notice))


def announced_before(po: MaterialPo, notice: NotifyDispatch, scene: Scene) -> bool:
    """A ship notice of this number has said so before (R43)."""
    return notice.reference is not None and po.notices.get(notice.reference) == said(notice)


def dispatched(po: MaterialPo, notice: NotifyDispatch, scene: Scene) -> Step[MaterialPo]:
    """The supplier has sent the goods, which says that it accepts, and when they come.

    Of a line of which only part is on its way the rest is still due when it was.
    """
    po = replace(po, notices={**po.notices, notice.reference or said(notice): said(notice)})
    for number in dict.fromkeys(line.line for line in notice.lines):
        line = po.lines[number]
        status = "confirmed" if line.status == "open" else line.status
        day = line.promised_date
        if notice.expected_date:
            due = max(line.promised_date or line.requested_date or "", notice.expected_date)
            day = arrival(po, line, scene.rules) or due
        po = po.with_line(replace(line, status=status, promised_date=day))
    lines = [po.lines[line.line] for line in notice.lines]
    event = MaterialPoDispatched(
        **names(po, notice, lines), expected_date=notice.expected_date, reference=notice.reference
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
    least = in_full(po, scene.rules)
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
    return _with_receipt(po, receipt, scene)[0].nothing_awaited


def nothing_undecided_left(po: MaterialPo, receipt: ReceiveMaterial, scene: Scene) -> bool:
    """What was to be decided on has come."""
    return not any(line.undecided for line in _with_receipt(po, receipt, scene)[0].lines.values())


def receive(po: MaterialPo, receipt: ReceiveMaterial, scene: Scene) -> Step[MaterialPo]:
    """All of it is in the warehouse; what is beyond need goes to stock (R21)."""
    po, booked = _with_receipt(po, receipt, scene)
    return step(po, MaterialPoReceived(**names(po, receipt), receipt=booked))


def receive_part(po: MaterialPo, receipt: ReceiveMaterial, scene: Scene) -> Step[MaterialPo]:
    """Part of it is in the warehouse (R21)."""
    po, booked = _with_receipt(po, receipt, scene)
    return step(po, MaterialPoPartReceived(**names(po, receipt), receipt=booked))

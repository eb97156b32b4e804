"""A supplier's answer to a material PO, and what procurement makes of it (R20)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hub.messages.material_po import (
    AcknowledgedLine,
    AcknowledgeMaterialPo,
    MaterialPoCancelled,
    MaterialPoCancelRequested,
    MaterialPoChangeAccepted,
    MaterialPoChangeProposed,
    MaterialPoConfirmed,
    MaterialPoReceived,
    MaterialPoReduced,
    MaterialPoRefused,
    NotifyDispatch,
    ReviewMaterialPoChange,
)
from hub.sagas.case import Scene
from hub.sagas.numbers import ZERO, decimal, same_unit
from hub.sagas.procurement.announcement import arrival
from hub.sagas.procurement.ordering import names, next_version, on_the_wire
from hub.sagas.supply import MaterialLine, MaterialPo
from hub.sagas.table import Refusal, Step, step


def lines_known(po: MaterialPo, message: Any, scene: Scene) -> Refusal | None:
    """It is about lines that the material PO has."""
    for place, answer in enumerate(message.lines):
        if answer.line not in po.lines:
            text = f"{po.material_po_id} has no line {answer.line}"
            return Refusal("unknown_line", text, f"lines.{place}.line")
    return None


def as_ordered(line: MaterialLine, answer: AcknowledgedLine, scene: Scene, arrives: str | None = None) -> bool:
    """Whether the supplier takes the line as it was ordered, whatever word it has for that (R20).

    An acceptance that names another quantity or price is a change; a change that names what was ordered is none. A
    price is the same within the tolerance of the settings. Figures in another unit are for a person to compare, and the
    reason of a change is for a person to read. A change of the date of goods that are on their way, and of which a ship
    notice says when they ``arrive``, is one where it is later than that.
    """
    if answer.answer == "rejected" or not same_unit(line.unit, answer.unit):
        return False
    same_quantity = answer.quantity is None or decimal(answer.quantity) == line.quantity
    same_price = answer.unit_price is None or _same_price(line, decimal(answer.unit_price), scene)
    if answer.answer == "accepted":
        return same_quantity and same_price
    if answer.reason:
        return False
    says_terms = answer.quantity is not None or answer.unit_price is not None or answer.promised_date is not None
    later = (answer.promised_date or "") > max(line.requested_date or "", arrives or "")
    return says_terms and same_quantity and same_price and not later


def _same_price(line: MaterialLine, price: Decimal, scene: Scene) -> bool:
    asked = decimal(line.unit_price)
    return abs(price - asked) <= asked * Decimal(str(scene.rules.supplier_price_tolerance_percent)) / 100


def _answered_line(po: MaterialPo, answer: AcknowledgedLine, scene: Scene) -> MaterialLine:
    """The line with the answer to it. What a ship notice says of its arrival stands: it is known better, and later."""
    line = po.lines[answer.line]
    if line.status in {"received", "cancelled"}:
        return line
    arrives = arrival(po, line, scene.rules)
    if as_ordered(line, answer, scene, arrives):
        promised = arrives or answer.promised_date or line.promised_date or line.requested_date
        price = answer.unit_price or line.unit_price
        return replace(line, status="confirmed", promised_date=promised, unit_price=price, answer=None)
    comparable = answer.quantity is not None and same_unit(line.unit, answer.unit)
    nothing_more = comparable and decimal(answer.quantity) <= line.received
    refused = answer.answer == "rejected" or nothing_more
    return replace(line, status="rejected" if refused else "changed", answer=answer)


def _answers(po: MaterialPo, message: AcknowledgeMaterialPo) -> list[AcknowledgedLine]:
    """The answer to each line: its own, or the one for all."""
    if message.answer is None:
        return list(message.lines)
    named = {each.line for each in message.lines}
    return [
        *message.lines,
        *(AcknowledgedLine(line=key, answer=message.answer) for key in po.lines if key not in named),
    ]


def _answered(po: MaterialPo, message: AcknowledgeMaterialPo, scene: Scene) -> MaterialPo:
    po = replace(po, patience=None)
    for answer in _answers(po, message):
        po = po.with_line(_answered_line(po, answer, scene))
    return po


def says_nothing_new(po: MaterialPo, message: AcknowledgeMaterialPo, scene: Scene) -> bool:
    """The supplier has said so before."""
    return _answered(po, message, scene) == po


def all_accepted(po: MaterialPo, message: AcknowledgeMaterialPo, scene: Scene) -> bool:
    """Every line that is still to come is accepted as ordered."""
    lines = _answered(po, message, scene).lines.values()
    return all(line.status == "confirmed" for line in lines if line.awaited > ZERO or line.undecided)


def all_rejected(po: MaterialPo, message: AcknowledgeMaterialPo, scene: Scene) -> bool:
    """The supplier delivers nothing of it."""
    lines = _answered(po, message, scene).lines.values()
    return all(line.status == "rejected" for line in lines if line.status != "cancelled")


def some_questioned(po: MaterialPo, message: AcknowledgeMaterialPo, scene: Scene) -> bool:
    """Some line is changed or refused."""
    return any(line.undecided for line in _answered(po, message, scene).lines.values())


def note_answers(po: MaterialPo, message: AcknowledgeMaterialPo, scene: Scene) -> Step[MaterialPo]:
    """Note the answers to some lines; the others are awaited."""
    after = _answered(po, message, scene)
    return step(after, *_confirmed(after, message))


def _confirmed(after: MaterialPo, message: AcknowledgeMaterialPo) -> list[MaterialPoConfirmed]:
    """What is said of the lines that are accepted while others are not."""
    named = dict.fromkeys(answer.line for answer in message.lines)
    lines = [after.lines[line] for line in named if after.lines[line].status == "confirmed"]
    return [MaterialPoConfirmed(**names(after, message, lines))] if lines else []


def confirm(po: MaterialPo, message: AcknowledgeMaterialPo, scene: Scene) -> Step[MaterialPo]:
    """The supplier will deliver as ordered (R20)."""
    po = _answered(po, message, scene)
    return step(po, MaterialPoConfirmed(**names(po, message)))


def refused(po: MaterialPo, message: AcknowledgeMaterialPo, scene: Scene) -> Step[MaterialPo]:
    """The supplier will not deliver (R20)."""
    po = _answered(po, message, scene)
    return step(po, MaterialPoRefused(**names(po, message)))


def propose_change(po: MaterialPo, message: AcknowledgeMaterialPo, scene: Scene) -> Step[MaterialPo]:
    """Put the supplier's changes and refusals to the procurement officer (R20)."""
    after = _answered(po, message, scene)
    return step(after, proposal(after, message), *_confirmed(after, message))


def proposal(po: MaterialPo, message: AcknowledgeMaterialPo | NotifyDispatch) -> MaterialPoChangeProposed:
    """What is said of the lines that are to be decided on."""
    lines = [line for line in po.lines.values() if line.undecided]
    answers = [line.answer for line in lines if line.answer is not None]
    return MaterialPoChangeProposed(**names(po, message, lines), answers=answers)


def review_fits(po: MaterialPo, review: ReviewMaterialPoChange, scene: Scene) -> Refusal | None:
    """The line waits for a decision; what the supplier refuses cannot be accepted (R20)."""
    line = po.lines.get(review.line)
    if line is None or not line.undecided:
        return Refusal("unknown_line", f"line {review.line} is not waiting for a decision", "line")
    if review.decision == "accept" and line.status == "rejected":
        return Refusal("nothing_to_accept", "the supplier refuses this line; another source is needed", "decision")
    return None


def _accepted(line: MaterialLine) -> MaterialLine:
    """The line on the supplier's terms. A smaller quantity takes from the last shares first.

    Of an answer in another unit, which whoever accepts it has found to be the same, only the date is taken over.
    """
    answer = line.answer
    if answer and not same_unit(line.unit, answer.unit):
        answer = answer.model_copy(update={"quantity": None, "unit_price": None})
    quantity = decimal(answer.quantity) if answer and answer.quantity else line.quantity
    if quantity <= line.received:
        return line.ended()
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
    """Do without a line: it ends. Where nobody counts on the others either, the supplier is asked about all."""
    line = po.lines[number]
    rest = po.with_line(line.ended())
    return po.with_line(replace(line, shares=())).given_up() if rest.serves_nobody else rest


def _reviewed(po: MaterialPo, review: ReviewMaterialPoChange) -> MaterialPo:
    if review.decision == "accept":
        return po.with_line(_accepted(po.lines[review.line]))
    return _without_line(po, review.line)


def leaves_nothing(po: MaterialPo, review: ReviewMaterialPoChange, scene: Scene) -> bool:
    """Nothing of it has come or will come, as the supplier has refused the last line."""
    po = _reviewed(po, review)
    return po.nothing_awaited and po.nothing_came


def leaves_what_came(po: MaterialPo, review: ReviewMaterialPoChange, scene: Scene) -> bool:
    """All that is left of it has come already."""
    return _reviewed(po, review).nothing_awaited


def leaves_nobody(po: MaterialPo, review: ReviewMaterialPoChange, scene: Scene) -> bool:
    """Nobody needs what would still come."""
    return review.decision == "source-anew" and _reviewed(po, review).serves_nobody


def settles(po: MaterialPo, review: ReviewMaterialPoChange, scene: Scene) -> bool:
    """No other line waits for a decision."""
    return not any(line.undecided for line in _reviewed(po, review).lines.values())


def accept_or_reduce(po: MaterialPo, review: ReviewMaterialPoChange, scene: Scene) -> Step[MaterialPo]:
    """Accept what the supplier changed, or do without that line and look for another source (R20)."""
    po = _reviewed(po, review)
    if review.decision == "accept":
        return step(po, MaterialPoChangeAccepted(**names(po, review, [po.lines[review.line]])))
    po = next_version(po)
    return step(po, MaterialPoReduced(**names(po, review), version=po.version))


def drop_refused(po: MaterialPo, review: ReviewMaterialPoChange, scene: Scene) -> Step[MaterialPo]:
    """Give up a material PO that the supplier has refused, and look for another source (R20)."""
    return step(_reviewed(po, review), MaterialPoCancelled(**names(po, review)))


def decline_change(po: MaterialPo, review: ReviewMaterialPoChange, scene: Scene) -> Step[MaterialPo]:
    """Ask the supplier to cancel instead, and look for another source (R20)."""
    after = next_version(_reviewed(po, review))
    return step(after, MaterialPoCancelRequested(**names(po, review), version=after.version))


def close_with_what_came(po: MaterialPo, review: ReviewMaterialPoChange, scene: Scene) -> Step[MaterialPo]:
    """Do without the rest, and look for another source for it; the material PO is done (R20)."""
    decided = accept_or_reduce(po, review, scene)
    return step(decided.saga, *decided.says, MaterialPoReceived(**names(decided.saga, review), receipt=[]))


def change_facts(po: MaterialPo, scene: Scene) -> dict[str, Any]:
    """What was ordered, and what the supplier says to it."""
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

"""What becomes of a material PO when a requirement no longer counts on it (R35, R63)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hub.messages.material import MaterialReleased
from hub.messages.material_po import (
    AcknowledgeMaterialPo,
    AnswerMaterialPoCancellation,
    MaterialPoCancelled,
    MaterialPoCancelRefused,
    MaterialPoCancelRequested,
    MaterialPoReceived,
    MaterialPoReduced,
    ReviewMaterialPoDelay,
)
from hub.sagas.case import Scene
from hub.sagas.numbers import ZERO, decimal
from hub.sagas.procurement.ordering import names, next_version
from hub.sagas.supply import MaterialLine, MaterialPo, MaterialShare
from hub.sagas.table import Step, step


def _shares(po: MaterialPo, line: MaterialLine, released: MaterialReleased, scene: Scene) -> tuple[MaterialShare, ...]:
    """The shares of a line once the requirement counts on less of it, or on nothing more (R69).

    What others of its order have given up goes with it: the supplier is told of all at once.
    """
    shares = []
    for share in line.shares:
        need = scene.order.requirements.get(share.requirement_id)
        if need is not None and need.state == "released":
            continue
        if need is not None and share.requirement_id == released.requirement_id:
            left = [
                source.quantity
                for source in need.sources
                if (source.material_po_id, source.line, source.closed) == (po.material_po_id, line.line, False)
            ]
            if not left:
                continue
            share = replace(share, quantity=left[0])
        shares.append(share)
    return tuple(shares)


def _less(po: MaterialPo, line: MaterialLine, released: MaterialReleased, scene: Scene) -> MaterialLine:
    """Order less by what is given up; what was ordered beyond need stays, and goes to stock (R63)."""
    shares = _shares(po, line, released, scene)
    if shares == line.shares or line.status in {"received", "cancelled"}:
        return line
    kept = {share.requirement_id: share.quantity for share in shares}
    given_up = sum((share.quantity - kept.get(share.requirement_id, share.received) for share in line.shares), ZERO)
    least = ZERO if line.status == "rejected" else min(line.quantity, _least(po, line, scene))
    quantity = max(line.received, line.quantity - given_up, least)
    line = replace(line, shares=shares, quantity=quantity)
    refused = line.status == "rejected" and not shares
    return line.ended() if quantity <= line.received or refused else line


def _least(po: MaterialPo, line: MaterialLine, scene: Scene) -> Decimal:
    """What a line has to keep so that the PO does not fall below the supplier's minimum for the material (R63).

    Nothing where the supplier takes less all the same.
    """
    offers = scene.rules.offers.get(line.material, ())
    minimum = next((decimal(each.minimum) for each in offers if each.supplier_id == po.supplier_id), ZERO)
    others = (each for each in po.lines.values() if each.line != line.line and each.material == line.material)
    rest = sum((each.quantity for each in others if each.status != "rejected"), ZERO)
    return minimum - rest if rest + line.quantity >= minimum else ZERO


def _reduced(po: MaterialPo, released: MaterialReleased, scene: Scene) -> MaterialPo:
    for number in po.lines:
        po = po.with_line(_less(po, po.lines[number], released, scene))
    return po


def _unshared(po: MaterialPo, released: MaterialReleased, scene: Scene) -> MaterialPo:
    """The share taken away and the quantity kept, until the supplier agrees."""
    lines = {
        number: replace(line, shares=_shares(po, line, released, scene)) if line.status != "received" else line
        for number, line in po.lines.items()
    }
    return replace(po, lines=lines)


def serves_nobody(po: MaterialPo, released: MaterialReleased, scene: Scene) -> bool:
    """No requirement counts on it any more, and something would still come."""
    after = _unshared(po, released, scene)
    return after.serves_nobody and any(line.awaited > ZERO for line in po.lines.values())


def leaves_what_is_in(po: MaterialPo, released: MaterialReleased, scene: Scene) -> bool:
    """All that is left of it has come already."""
    po = _reduced(po, released, scene)
    return po.nothing_awaited and not po.nothing_came


def minimum_keeps_all(po: MaterialPo, released: MaterialReleased, scene: Scene) -> bool:
    """The supplier's minimum leaves nothing to be ordered less."""
    after = _reduced(po, released, scene)
    return all(line.quantity == po.lines[number].quantity for number, line in after.lines.items())


def leaves_no_line(po: MaterialPo, released: MaterialReleased, scene: Scene) -> bool:
    """Nothing of it has come, and nobody needs what would."""
    return _reduced(po, released, scene).serves_nobody and po.nothing_came


def leaves_nothing_undecided(po: MaterialPo, released: MaterialReleased, scene: Scene) -> bool:
    """No line that waits for a decision is left."""
    return not any(line.undecided for line in _reduced(po, released, scene).lines.values())


def drop(po: MaterialPo, released: MaterialReleased, scene: Scene) -> Step[MaterialPo]:
    """It was never sent, or refused; nobody has to be told but ourselves (R35)."""
    po = replace(po, lines={number: line.ended() for number, line in po.lines.items()})
    return step(po, MaterialPoCancelled(**names(po)))


def shrink_untold(po: MaterialPo, released: MaterialReleased, scene: Scene) -> Step[MaterialPo]:
    """The share is gone; there is nothing that the supplier has to be told."""
    return step(_reduced(po, released, scene))


def ask_to_cancel(po: MaterialPo, released: MaterialReleased, scene: Scene) -> Step[MaterialPo]:
    """Ask the supplier to cancel (R35)."""
    lines = [line for line in po.lines.values() if line.awaited > ZERO]
    after = next_version(_unshared(po, released, scene).given_up())
    return step(after, MaterialPoCancelRequested(**names(po, None, lines), version=after.version))


def reduce(po: MaterialPo, released: MaterialReleased, scene: Scene) -> Step[MaterialPo]:
    """Tell the supplier that less is needed; the shares of others stay (R63)."""
    po = next_version(_reduced(po, released, scene))
    return step(po, MaterialPoReduced(**names(po), version=po.version))


def reduce_to_what_came(po: MaterialPo, released: MaterialReleased, scene: Scene) -> Step[MaterialPo]:
    """Tell the supplier that no more is needed; the material PO is done (R63)."""
    done = reduce(po, released, scene)
    return step(done.saga, *done.says, MaterialPoReceived(**names(done.saga), receipt=[]))


def agrees(po: MaterialPo, answer: AnswerMaterialPoCancellation, scene: Scene) -> bool:
    """The supplier agrees to cancel."""
    return answer.answer == "accepted"


def refuses_the_rest(po: MaterialPo, answer: AcknowledgeMaterialPo, scene: Scene) -> bool:
    """The supplier refuses every line that it was asked to cancel, so that nothing more will come."""
    refused = {line.line for line in answer.lines if line.answer == "rejected"}
    return all(number in refused for number, line in po.lines.items() if line.awaited > ZERO)


def cancelled(
    po: MaterialPo, answer: AnswerMaterialPoCancellation | AcknowledgeMaterialPo | ReviewMaterialPoDelay, scene: Scene
) -> Step[MaterialPo]:
    """What was still to come is cancelled: by the supplier, or its answer is awaited no longer (R22, R35)."""
    event = MaterialPoCancelled(**names(po, answer))
    lines = {n: line if line.status in {"received", "cancelled"} else line.ended() for n, line in po.lines.items()}
    return step(replace(po, lines=lines), event)


def cancel_refused(po: MaterialPo, answer: AnswerMaterialPoCancellation, scene: Scene) -> Step[MaterialPo]:
    """The supplier delivers all the same; its delivery goes to stock (R35)."""
    lines = {
        number: replace(line, status="confirmed") if line.awaited > ZERO else line for number, line in po.lines.items()
    }
    po = replace(po, lines=lines)
    return step(po, MaterialPoCancelRefused(**names(po, answer)))

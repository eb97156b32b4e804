"""The material requirement: one raw material of one work order, to its consumption (R11-R14, R35)."""

from __future__ import annotations

from dataclasses import replace

from hub.messages.material import (
    MaterialAvailable,
    MaterialConsumed,
    MaterialReleased,
    MaterialRequired,
    SourceMaterial,
)
from hub.messages.material_po import (
    MaterialPoCancelled,
    MaterialPoCancelRequested,
    MaterialPoChangeAccepted,
    MaterialPoConfirmed,
    MaterialPoDispatched,
    MaterialPoEvent,
    MaterialPoOverdue,
    MaterialPoPartReceived,
    MaterialPoPostponed,
    MaterialPoReceived,
    MaterialPoReduced,
    MaterialPoReminded,
)
from hub.messages.stock import AdjustStock
from hub.messages.work_order import (
    MaterialsSpecified,
    ProductionStarted,
    RemakeOrdered,
    SpecifiedMaterial,
    WorkOrderCancelled,
    WorkOrderChanged,
)
from hub.sagas.case import Scene
from hub.sagas.model import Requirement
from hub.sagas.numbers import ZERO, decimal, plain
from hub.sagas.procurement.netting import (
    awaits_some,
    is_not_listed,
    lacks_some,
    list_is_open,
    list_stands,
    names_of,
    net,
    net_and_complete,
    set_back,
)
from hub.sagas.procurement.shortage import fall_short, is_short
from hub.sagas.procurement.sourcing import all_from_stock, allocations_fit, source, sourcing_facts
from hub.sagas.table import Entry, Step, Table, ignore, never, on, refuse, refuse_if, step, waits

Receipt = MaterialPoReceived | MaterialPoPartReceived


def require(need: Requirement, listed: MaterialsSpecified | RemakeOrdered, scene: Scene) -> Step[Requirement]:
    """A source is to be found (R12)."""
    entry: SpecifiedMaterial = next(m for m in listed.materials if m.requirement_id == need.requirement_id)
    need = replace(
        need,
        work_order_id=listed.work_order_id,
        material=entry.material,
        quantity=decimal(entry.quantity),
        unit=entry.unit,
    )
    return step(need, MaterialRequired(**names_of(need, need.quantity)))


# ---------------------------------------------------------------------------------- deliveries, lost sources


def _with_receipt(need: Requirement, receipt: Receipt) -> Requirement:
    """Enter what this delivery brings; a source is closed when its line is in, within the supplier's tolerance."""
    lines = {line.line: line for line in receipt.receipt}
    sources = []
    for each in need.sources:
        line = lines.get(each.line) if each.material_po_id == receipt.material_po_id else None
        if line is not None and not each.closed:
            parts = [decimal(part.quantity) for part in line.parts if part.requirement_id == need.requirement_id]
            received = each.received + sum(parts, ZERO)
            each = replace(each, received=received, closed=line.complete or received >= each.quantity)
        sources.append(each)
    return replace(need, sources=tuple(sources))


def completes(need: Requirement, receipt: Receipt, scene: Scene) -> bool:
    """With this delivery the whole quantity is there (R21)."""
    need = _with_receipt(need, receipt)
    return all(each.closed for each in need.sources) and need.unsourced == ZERO


def take_in(need: Requirement, receipt: Receipt, scene: Scene) -> Step[Requirement]:
    """Note a part delivery; the rest is awaited (R21)."""
    return step(_with_receipt(need, receipt))


def complete(need: Requirement, receipt: Receipt, scene: Scene) -> Step[Requirement]:
    """The material is available in full (R14, R21)."""
    need = _with_receipt(need, receipt)
    return step(need, MaterialAvailable(**names_of(need, need.in_house)))


def _kept(need: Requirement, message: MaterialPoEvent, scene: Scene) -> Requirement:
    """Count only on what the material PO still holds for this requirement; links to what is lost stay (R70)."""
    sources = []
    for each in need.sources:
        if not each.closed and each.material_po_id == message.material_po_id:
            line = scene.case.material_pos[each.material_po_id].lines[each.line]
            share = line.share_of(need.requirement_id)
            quantity = max(each.received, min(each.quantity, share.quantity if share else ZERO))
            each = replace(each, quantity=quantity, closed=quantity <= each.received)
        sources.append(each)
    return replace(need, sources=tuple(sources))


def note_dates(need: Requirement, message: MaterialPoEvent, scene: Scene) -> Step[Requirement]:
    """Note when it comes, as far as that is known now; what is late comes today at the earliest (R60)."""
    return step(_with_dates(need, message, scene))


def _with_dates(need: Requirement, message: MaterialPoEvent, scene: Scene) -> Requirement:
    lines = {line.line: line for line in message.lines}
    sources = []
    for each in need.sources:
        line = lines.get(each.line) if each.material_po_id == message.material_po_id else None
        if line is not None and not each.closed:
            known = message.expected_date if isinstance(message, MaterialPoPostponed) else None
            day = known or line.promised_date or line.requested_date
            each = replace(each, expected=max(day, scene.today) if day else each.expected)
        sources.append(each)
    return replace(need, sources=tuple(sources))


def loses_source(need: Requirement, message: MaterialPoEvent, scene: Scene) -> bool:
    """The material PO now holds less for it than it counts on."""
    return _kept(need, message, scene).awaited < need.awaited


def source_anew(need: Requirement, message: MaterialPoEvent, scene: Scene) -> Step[Requirement]:
    """What a supplier will not deliver has to come from elsewhere (R20, R63)."""
    need = _with_dates(_kept(need, message, scene), message, scene)
    return step(need, MaterialRequired(**names_of(need, need.unsourced)))


# --------------------------------------------------------------------------------------------- the way out


def consume(need: Requirement, started: ProductionStarted, scene: Scene) -> Step[Requirement]:
    """Production takes the material (R14)."""
    return step(need, MaterialConsumed(**names_of(need, need.in_house)))


def release(need: Requirement, message: WorkOrderCancelled | MaterialsSpecified, scene: Scene) -> Step[Requirement]:
    """Free the reserved stock, and give up what is on order (R35)."""
    pos = list(dict.fromkeys(each.material_po_id for each in need.sources if not each.closed))
    event = MaterialReleased(**names_of(need, need.quantity), from_stock=plain(need.in_house), material_po_ids=pos)
    return step(need, event)


STATES = ("to_source", "reserved", "on_order", "available", "consumed", "released")
FINAL = ("consumed", "released")
AWAITING = ("to_source", "on_order")
IN_HOUSE = ("reserved", "available")
LIVE = (*AWAITING, *IN_HOUSE)
NOT_CONCERNED = "what it counts on stays as it is"

TELLING = (
    MaterialPoConfirmed,
    MaterialPoChangeAccepted,
    MaterialPoDispatched,
    MaterialPoReminded,
    MaterialPoOverdue,
    MaterialPoPostponed,
)
"""events that tell when a delivery comes, or that it has not come"""


def _told_by(event: type[MaterialPoEvent]) -> tuple[Entry, Entry]:
    return on(AWAITING, event, note_dates), ignore((*IN_HOUSE, *FINAL), event, NOT_CONCERNED)


MATERIAL: Table[Requirement] = Table(
    name="material requirement",
    module=__name__,
    initial="new",
    states=("new", *STATES),
    final=FINAL,
    rows=(
        on("new", MaterialsSpecified, require, to="to_source"),
        on("new", RemakeOrdered, require, to="to_source"),
        on(LIVE, MaterialsSpecified, release, to="released", when=is_not_listed),
        on(LIVE, MaterialsSpecified, net, to="to_source", when=lacks_some),
        on(AWAITING, MaterialsSpecified, net, to="on_order", when=awaits_some),
        on(AWAITING, MaterialsSpecified, net_and_complete, to="available"),
        on(IN_HOUSE, MaterialsSpecified, net),
        never(FINAL, MaterialsSpecified, "a list that is made anew goes on with what is still required"),
        on("to_source", WorkOrderChanged, set_back, to="to_source", when=is_not_listed),
        ignore(LIVE, WorkOrderChanged, "the engineer is to make the list anew first", when=is_not_listed),
        on(LIVE, WorkOrderChanged, net, to="to_source", when=lacks_some),
        on(AWAITING, WorkOrderChanged, net, to="on_order", when=awaits_some),
        on(AWAITING, WorkOrderChanged, net_and_complete, to="available"),
        on(IN_HOUSE, WorkOrderChanged, net),
        never(FINAL, WorkOrderChanged, "it is changed before its production, or not at all (R8)"),
        never(STATES, RemakeOrdered, "each remake makes new requirements"),
        #
        refuse(
            "to_source",
            SourceMaterial,
            "list_open",
            "the engineer is asked for the list of materials anew",
            when=list_is_open,
        ),
        refuse_if("to_source", SourceMaterial, allocations_fit),
        on("to_source", SourceMaterial, source, to="reserved", when=all_from_stock),
        on("to_source", SourceMaterial, source, to="on_order"),
        refuse(
            ("reserved", "on_order", "available", *FINAL),
            SourceMaterial,
            "already_sourced",
            "it has its source",
        ),
        #
        on("on_order", MaterialPoReceived, complete, to="available", when=completes),
        on("on_order", MaterialPoPartReceived, complete, to="available", when=completes),
        on(AWAITING, MaterialPoReceived, take_in),
        on(AWAITING, MaterialPoPartReceived, take_in),
        ignore((*IN_HOUSE, *FINAL), MaterialPoReceived, "the delivery is for others, or goes to stock"),
        ignore((*IN_HOUSE, *FINAL), MaterialPoPartReceived, "the delivery is for others, or goes to stock"),
        #
        on(AWAITING, MaterialPoCancelled, source_anew, to="to_source", when=loses_source),
        on(AWAITING, MaterialPoCancelRequested, source_anew, to="to_source", when=loses_source),
        on(AWAITING, MaterialPoReduced, source_anew, to="to_source", when=loses_source),
        on(AWAITING, MaterialPoChangeAccepted, source_anew, to="to_source", when=loses_source),
        ignore(STATES, MaterialPoCancelled, NOT_CONCERNED),
        ignore(STATES, MaterialPoCancelRequested, NOT_CONCERNED),
        ignore(STATES, MaterialPoReduced, NOT_CONCERNED),
        *(row for event in TELLING for row in _told_by(event)),
        #
        on(IN_HOUSE, ProductionStarted, consume, to="consumed"),
        on(LIVE, AdjustStock, fall_short, to="to_source", when=is_short),
        ignore(STATES, AdjustStock, "what it has set aside is there"),
        never((*AWAITING, *FINAL), ProductionStarted, "production starts with materials that are there (R14)"),
        on(LIVE, WorkOrderCancelled, release, to="released"),
        ignore(FINAL, WorkOrderCancelled, "material that is consumed stays consumed (R62)"),
    ),
    waits=(waits("to_source", SourceMaterial, "procurement-officer", sourcing_facts, when=list_stands),),
)

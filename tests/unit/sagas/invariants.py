"""What has to hold after every step, whatever was said in whatever order."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hub.messages.base import Event
from hub.messages.material import MaterialConsumed
from hub.messages.order import OrderHeld, OrderLineCancelled, OrderReleased
from hub.messages.shipment import Shipped
from hub.messages.stock import StockChanged
from hub.messages.task import TaskAssigned, TaskClosed, TaskOpened, TaskWithdrawn
from hub.sagas.case import Case, Rules, Scene, SupplierOffer
from hub.sagas.model import Order, Requirement, WorkOrder
from hub.sagas.procurement.watch import WATCHED
from hub.sagas.stock import AWAITED_STATES
from hub.sagas.supply import MaterialPo
from hub.sagas.tasks import decisions

ZERO = Decimal(0)
ENDED = {"completed", "cancelled", "rejected"}
MINIMUM = {"STEEL": (SupplierOffer("S_ONE", "One", 14, "1", "EUR", "8"),)}
RULES = Rules(part_shipments=frozenset({"C-BBBBBBBBBBBB"}), tolerance_percent={"S_TWO": 0.0}, offers=MINIMUM)
"""The rules of the play that is checked."""
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def check(case: Case) -> None:
    """Check everything."""
    for order in case.orders.values():
        _lines(order)
        for work in order.work_orders.values():
            _pieces(work)
        for need in order.requirements.values():
            _requirement(need, case)
        _tasks(order, case)
        if order.state in ENDED:
            _ended(order)
    for po in case.material_pos.values():
        _material_po(po, case)
    _stock(case)


def _lines(order: Order) -> None:
    named = [line.work_order_id for line in order.lines.values() if line.work_order_id]
    assert len(named) == len(set(named)), "two lines name one work order"
    assert set(order.work_orders) == set(named), "each line has its one work order"
    for number, line in order.lines.items():
        assert line.ordered == line.shipped + line.cancelled + line.open
        assert min(line.shipped, line.cancelled, line.open) >= ZERO, (number, line)
        decided = max(line.confirmed or "", line.delay.decided or "")
        late = order.state == "in_fulfilment" and line.open > ZERO and bool(line.confirmed)
        late = late and (line.projected or "") > decided
        assert (line.delay.state == "projected") == late, line
        work = order.work_orders.get(line.work_order_id or "")
        if work is not None:
            assert work.line == number
            assert work.shipped == line.shipped
            assert (work.state == "cancelled") == (line.cancelled > ZERO)
            assert (work.state == "shipped") == (line.shipped == line.ordered)
    if order.state == "in_fulfilment":
        undecided = order.change.state == "requested"
        assert undecided or any(line.open for line in order.lines.values()), "it should have come to its end"
    assert (order.cancellation.state == "none") == (not order.cancellation.lines)
    assert (order.cancellation.state == "awaiting_customer") == bool(order.cancellation.question_id)


def _pieces(work: WorkOrder) -> None:
    """Good + scrapped + bad + to be fixed + in inspection is what was made; nothing gets lost on the way."""
    numbers = work.made, work.good, work.scrapped, work.bad, work.to_fix, work.to_remake, work.half_made, work.shipped
    assert min(numbers) >= ZERO, work
    assert work.shipped <= work.good <= work.quantity
    if work.state == "cancelled":
        return
    waiting = work.in_inspection if work.state == "awaiting_inspection" else work.to_fix
    assert work.made == work.good + work.scrapped + work.bad + waiting, work
    if work.state == "defect_found":
        assert work.bad > ZERO
        assert work.good + work.bad + work.to_make == work.quantity, work
    elif work.state == "awaiting_inspection":
        assert work.in_inspection == work.to_make > ZERO
        assert work.good + work.in_inspection == work.quantity
    elif work.state in {"ready_to_ship", "part_shipped", "shipped"}:
        assert work.good == work.quantity
    else:
        assert work.to_make > ZERO
        assert work.good + work.to_make == work.quantity, work


def _requirement(need: Requirement, case: Case) -> None:
    order = case.orders[need.order_id]
    assert need.work_order_id in order.work_orders
    assert need.in_house <= need.quantity, "reserved is never more than required"
    assert min(need.from_stock, need.in_house, need.awaited) >= ZERO
    for source in need.sources:
        line = case.material_pos[source.material_po_id].lines[source.line]
        share = line.share_of(need.requirement_id)
        assert need.order_id in case.material_pos[source.material_po_id].order_ids
        if not source.closed and need.state not in {"consumed", "released"}:
            assert share is not None, (need, line)
            assert (share.quantity, share.received) == (source.quantity, source.received), (need, line)
            assert line.status not in {"received", "cancelled"}
            assert source.received < source.quantity
    waiting = any(not source.closed for source in need.sources)
    match need.state:
        case "to_source":
            assert need.unsourced > ZERO, need
        case "on_order":
            assert waiting, need
            assert need.unsourced == ZERO, need
        case "reserved" | "available" | "consumed":
            assert not waiting, need
            assert need.unsourced == ZERO, need
    work = order.work_orders[need.work_order_id]
    if need.state not in {"consumed", "released"}:
        assert work.state not in {"cancelled", "shipped"}
        assert need.requirement_id in work.requirements
    if work.state in {"ready", "scheduled"} and need.requirement_id in work.requirements:
        assert need.state in {"reserved", "available"}


def _tasks(order: Order, case: Case) -> None:
    scene = Scene(case, RULES, NOW, order)
    wanted = {key: demand.saga.visits for key, demand in decisions(order, scene).items()}
    asked = {(task.kind, task.target): task.visit for task in order.tasks.values()}
    assert asked == wanted
    assert len(asked) == len(order.tasks), "one decision is asked for twice"


def _ended(order: Order) -> None:
    assert {task.kind for task in order.tasks.values()} <= {"work-order.dispose.v1"}
    assert {work.state for work in order.work_orders.values()} <= {"shipped", "cancelled"}
    assert {need.state for need in order.requirements.values()} <= {"consumed", "released"}
    assert order.cancellation.state == order.change.state == "none"
    if order.state != "rejected":
        assert not any(line.open for line in order.lines.values())
        assert (order.state == "completed") == any(line.shipped for line in order.lines.values())


def _material_po(po: MaterialPo, case: Case) -> None:
    lines = list(po.lines.values())
    for line in lines:
        shared = sum((share.quantity for share in line.shares), ZERO)
        if line.status not in {"received", "cancelled", "rejected"}:
            assert line.received + line.awaited == line.quantity, line
            assert line.awaited > ZERO, line
            assert shared <= line.quantity, line
        if line.status == "cancelled":
            assert not line.shares
        for share in line.shares:
            assert ZERO <= share.received <= share.quantity
            assert share.requirement_id in case.orders[share.order_id].requirements
    awaited = any(line.awaited for line in lines)
    undecided = any(line.undecided for line in lines)
    match po.state:
        case "received" | "cancelled":
            assert not awaited, po
            assert not undecided, po
        case "change_proposed" | "refused":
            assert undecided, po
        case "cancel_requested":
            assert awaited, po
            assert not any(line.shares for line in lines if line.awaited), po
        case _:
            assert awaited, po
            assert not undecided, po
    asked = {task.kind for task in po.tasks.values()}
    late = {"material-po.review-delay.v1"} if po.overdue else set()
    assert asked == late | ({"material-po.review-change.v1"} if undecided else set())
    assert bool(po.owed) == (po.state in WATCHED and bool(po.due_at or po.overdue)), po
    assert not (po.overdue and po.due_at), "either somebody is asked, or a time is set"
    assert (po.state == "withheld") == (po.version == 0) or po.state == "cancelled"


def _stock(case: Case) -> None:
    reserved: dict[str, Decimal] = defaultdict(Decimal)
    on_order: dict[str, Decimal] = defaultdict(Decimal)
    for order in case.orders.values():
        for need in order.requirements.values():
            if need.state not in {"consumed", "released"}:
                reserved[need.material] += need.in_house
    for po in case.material_pos.values():
        for line in po.lines.values() if po.state in AWAITED_STATES else ():
            on_order[line.material] += line.awaited
    for material in {*case.stock, *reserved, *on_order}:
        stock = case.stock.get(material)
        assert (stock.reserved if stock else ZERO) == reserved[material]
        assert (stock.on_order if stock else ZERO) == on_order[material]
        if stock is not None:
            assert stock.reserved >= ZERO
            assert stock.on_hand >= stock.reserved, "two count on the same steel"


class Witness:
    """Listens to every event, and knows from them alone what may be said next."""

    def __init__(self) -> None:
        self.sequence: dict[str, int] = {}
        self.tasks: dict[str, str | None] = {}
        """open ones, with who is asked"""
        self.cancelled: set[tuple[str, str]] = set()
        self.held: set[tuple[str, str]] = set()
        self.on_hand: dict[str, Decimal] = defaultdict(Decimal)

    def hear(self, events: list[tuple[Event, str | None, int | None]], case: Case) -> None:
        """Listen to what one message made the hub say."""
        for event, order_id, number in events:
            if order_id is not None:
                assert number == self.sequence.get(order_id, 0) + 1, "a gap in the sequence"
                self.sequence[order_id] = number
            self._one(event)
        for order in case.orders.values():
            assert order.sequence == self.sequence[order.order_id]
        open_now = {task.task_id for home in _homes(case) for task in home.tasks.values()}
        assert open_now == set(self.tasks)

    def _one(self, event: Event) -> None:
        match event:
            case TaskOpened():
                assert event.task_id not in self.tasks
                self.tasks[event.task_id] = event.assignee
            case TaskClosed() | TaskWithdrawn():
                del self.tasks[event.task_id]
            case TaskAssigned():
                assert self.tasks[event.task_id] != event.assignee
                self.tasks[event.task_id] = event.assignee
            case OrderHeld():
                self.held |= {(event.order_id, line) for line in event.lines}
            case OrderReleased():
                self.held -= {(event.order_id, line) for line in event.lines}
            case OrderLineCancelled():
                self.cancelled.add((event.order_id, event.line))
                self.held.discard((event.order_id, event.line))
            case Shipped():
                for item in event.items:
                    assert (event.order_id, item.line) not in self.cancelled, "shipped after its cancellation"
                    assert (event.order_id, item.line) not in self.held, "shipped while on hold"
            case StockChanged():
                self.on_hand[event.material] += Decimal(event.change)
                assert self.on_hand[event.material] == Decimal(event.on_hand) >= Decimal(event.reserved)
            case MaterialConsumed():
                assert Decimal(event.quantity) > ZERO
            case _:
                pass


def _homes(case: Case) -> list[Any]:
    return [*case.orders.values(), *case.material_pos.values(), *case.documents.values()]

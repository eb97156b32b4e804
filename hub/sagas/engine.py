"""One message carried out: the saga that decides, the sagas that its events concern, tasks and stock."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime

from hub.errors import Undeclared
from hub.messages.base import Decision, Event, Message, Person
from hub.messages.customer_po import CancelCustomerPo, SubmitCustomerPo
from hub.messages.production import DispatchShipment, ReassignWorkOrder
from hub.sagas import stock
from hub.sagas.case import Case, Rules, Scene, by_of
from hub.sagas.material import MATERIAL
from hub.sagas.material_po import MATERIAL_PO
from hub.sagas.model import Order
from hub.sagas.order import ORDER
from hub.sagas.routing import TABLES, Address, concerned, decider, get, put
from hub.sagas.table import NEW, After, Ignore, On, Refusal
from hub.sagas.tasks import settle_tasks
from hub.sagas.watch import watch
from hub.sagas.work_order import WORK_ORDER

SENIOR = {"sales-officer": "senior-sales-officer"}
ROLES_OF: dict[str, frozenset[str]] = {
    **{
        wait.kind.TYPE: frozenset({wait.role, SENIOR.get(wait.role, wait.role)})
        for table in TABLES
        for wait in reversed(table.waits)
    },
    ReassignWorkOrder.TYPE: frozenset({"production-engineer", "operator"}),
}
"""By command: who may give it."""


@dataclass(slots=True)
class Outcome:
    """What carrying out a message has given. At most one of refusal, ignored and unknown is set."""

    case: Case
    events: list[tuple[Event, str | None, int | None]] = field(default_factory=list)
    """each with its order, and its number in that order's sequence"""
    timers: list[After] = field(default_factory=list)
    refusal: Refusal | None = None
    ignored: str | None = None
    unknown: str | None = None
    """the id that the message names and that nobody knows yet"""


def carry_out(before: Case, message: Message, order_id: str, rules: Rules, now: datetime) -> Outcome:
    """Carry a command or a timer out against a case; the case given stays as it was.

    ``order_id`` is the order that the message belongs to, where it belongs to one. Raises Undeclared when the
    tables do not say what is to happen.
    """
    address = decider(message, order_id)
    if address is None:
        return Outcome(before, unknown=message.TYPE)
    case = before.copy()
    if order_id and order_id not in case.orders:
        case.orders[order_id] = _blank_order(order_id, message)
    missing = _missing(case, address, message)
    if missing:
        return Outcome(before, unknown=missing)
    found = _authority(message) or address.table.find(get(case, address), message, _scene(case, address, rules, now))
    if not isinstance(found, Refusal) or found.code != "held":
        found = _stale_answer(case, address, message) or found
    if isinstance(found, Refusal):
        return Outcome(before, refusal=found)
    if isinstance(found, Ignore):
        return Outcome(before, ignored=found.why)
    outcome = Outcome(case)
    says = _run(outcome, address, found, message, rules, now)
    outcome.timers += watch(before, case, rules, now)
    if order_id in case.orders and case.orders[order_id].state == NEW:
        del case.orders[order_id]
    says += settle_tasks(before, case, message, rules, now)
    says += stock.book(before, case, says)
    outcome.events = _in_sequence(case, says)
    return outcome


def _blank_order(order_id: str, message: Message) -> Order:
    customer = getattr(message, "customer", None)
    customer_id = getattr(message, "customer_id", None) or (customer.id if customer else None)
    return Order(order_id, customer_id or "", getattr(message, "po_number", None) or "")


def _missing(case: Case, address: Address, message: Message) -> str | None:
    """The id of what has to be there before this message can be carried out."""
    if address.table is MATERIAL_PO:
        return None if address.key in case.material_pos else address.key
    if address.table is stock.STOCK:
        return None
    order = case.orders[address.order_id]
    if order.state == NEW:
        if isinstance(message, CancelCustomerPo):
            return None
        starts = isinstance(message, SubmitCustomerPo) and message.purpose == "original"
        return None if starts else address.key
    if address.table is WORK_ORDER and address.key not in order.work_orders:
        return address.key
    if address.table is MATERIAL and address.key not in order.requirements:
        return address.key
    return None


def _scene(case: Case, address: Address, rules: Rules, now: datetime) -> Scene:
    order = case.orders.get(address.order_id) or Order("", "", "")
    return Scene(case, rules, now, order)


def _authority(message: Message) -> Refusal | None:
    """An answer from the wrong role changes nothing (R40)."""
    by, roles = by_of(message), ROLES_OF.get(message.TYPE)
    if not isinstance(by, Person) or roles is None or by.role in roles:
        return None
    return Refusal("wrong_role", f"{message.TYPE} is for the {min(roles)}, not for the {by.role}", "by.role")


def _stale_answer(case: Case, address: Address, message: Message) -> Refusal | None:
    """An answer to a task that is closed or withdrawn changes nothing (R40)."""
    task_id = message.task_id if isinstance(message, Decision) else None
    if task_id is None:
        return None
    shared = case.material_pos.get(address.key) if address.table is MATERIAL_PO else None
    order = case.orders.get(address.order_id)
    task = (shared.tasks if shared else order.tasks if order else {}).get(task_id)
    if task is None:
        return Refusal("task_closed", f"task {task_id} is not open", "task_id")
    if task.kind != message.TYPE:
        return Refusal("wrong_task", f"task {task_id} is answered by {task.kind}", "task_id")
    if isinstance(message, DispatchShipment):
        targets = [item.work_order_id for item in message.items]
    else:
        targets = [address.key] if address.table in {WORK_ORDER, MATERIAL} else [task.target]
    if task.target not in targets:
        return Refusal("wrong_task", f"task {task_id} is about {task.target}", "task_id")
    return None


# ----------------------------------------------------------------------------------------------- the steps


def _run(outcome: Outcome, address: Address, row: On, message: Message, rules: Rules, now: datetime) -> list[Event]:
    """Apply the deciding row, then let every event reach the sagas that it concerns, to the last.

    The order itself hears after its parts, so that it ends when they have.
    """
    case = outcome.case
    said: list[Event] = []
    parts: deque[tuple[Message, Address]] = deque()
    orders: deque[tuple[Message, Address]] = deque()

    def spread(current: Message, order_id: str) -> None:
        for other in concerned(current, case, order_id):
            (orders if other.table is ORDER else parts).append((current, other))

    def apply(place: Address, entry: On, current: Message) -> None:
        done = entry.action(get(case, place), current, _scene(case, place, rules, now))
        after = done.saga
        if entry.to is not None:
            after = replace(after, state=entry.to, visits=after.visits + 1)
        put(case, place, after)
        outcome.timers += [each for each in done.says if isinstance(each, After)]
        events = [each for each in done.says if isinstance(each, Event)]
        said.extend(events)
        for event in events:
            spread(event, place.order_id)

    apply(address, row, message)
    spread(message, address.order_id)
    while parts or orders:
        current, place = (parts or orders).popleft()
        found = place.table.find(get(case, place), current, _scene(case, place, rules, now))
        if isinstance(found, Refusal):
            raise Undeclared(f"{place.table.name} refuses the event {current.TYPE}: {found.code}", where=current.TYPE)
        if isinstance(found, On):
            apply(place, found, current)
    return said


def _in_sequence(case: Case, events: list[Event]) -> list[tuple[Event, str | None, int | None]]:
    """Give the events of each order their numbers: 1, 2, 3… under the order's lock (R41)."""
    numbers: dict[str, int] = {}
    result: list[tuple[Event, str | None, int | None]] = []
    for event in events:
        order_id = getattr(event, "order_id", None) or ""
        order = case.orders.get(order_id)
        if order is None:
            result.append((event, None, None))
            continue
        numbers[order_id] = numbers.get(order_id, order.sequence) + 1
        result.append((event, order_id, numbers[order_id]))
    for order_id, number in numbers.items():
        case.orders[order_id] = replace(case.orders[order_id], sequence=number)
    return result


def numbered(case: Case, event: Event) -> tuple[Event, str | None, int | None]:
    """Give a single event of an order its number, in the case given."""
    return _in_sequence(case, [event])[0]

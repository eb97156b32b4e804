"""One message carried out: the saga that decides, the sagas that its events concern, tasks and stock."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from hub.messages.base import Command, Event, Message
from hub.messages.customer_po import CancelCustomerPo, SubmitCustomerPo
from hub.messages.task import AssignTask
from hub.sagas import stock
from hub.sagas.address import Address, get
from hub.sagas.assignment import assign
from hub.sagas.authority import stale_answer, wrong_partner, wrong_role
from hub.sagas.case import Case, Rules
from hub.sagas.course import Course, scene_at
from hub.sagas.document import DOCUMENT
from hub.sagas.material import MATERIAL
from hub.sagas.material_po import MATERIAL_PO
from hub.sagas.model import Order
from hub.sagas.procurement.watch import watch
from hub.sagas.routing import decider
from hub.sagas.table import NEW, After, Ignore, Refusal
from hub.sagas.tasks import settle_tasks
from hub.sagas.work_order import WORK_ORDER


@dataclass(slots=True)
class Outcome:
    """What carrying out a message has given. At most one of refusal, ignored and unknown is set."""

    case: Case
    events: list[tuple[Event, str | None, int | None]] = field(default_factory=list)
    """each with its order, and its number in that order's sequence"""
    timers: list[After] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    """what is to be carried out next, in the order given"""
    refusal: Refusal | None = None
    ignored: str | None = None
    unknown: str | None = None
    """the id that the message names and that nobody knows yet"""


def carry_out(before: Case, message: Message, order_id: str, rules: Rules, now: datetime) -> Outcome:
    """Carry a command or a timer out against a case; the case given stays as it was.

    ``order_id`` is the order that the message belongs to, where it belongs to one. Raises Undeclared when the
    tables do not say what is to happen.
    """
    if isinstance(message, AssignTask):
        return _assigned(before, message)
    address = decider(message, order_id)
    if address is None:
        return Outcome(before, unknown=message.TYPE)
    case = before.copy()
    if order_id and order_id not in case.orders:
        case.orders[order_id] = _blank_order(order_id, message)
    missing = _missing(case, address, message)
    if missing:
        return Outcome(before, unknown=missing)
    refusal = wrong_role(message) or wrong_partner(case, address, message)
    found = refusal or address.table.find(get(case, address), message, scene_at(address, case, rules, now))
    if not isinstance(found, Refusal) or found.code != "held":
        found = stale_answer(case, address, message) or found
    if isinstance(found, Refusal):
        return Outcome(before, refusal=found)
    if isinstance(found, Ignore):
        return Outcome(before, ignored=found.why)
    course = Course(before, case, rules, now)
    says = course.run(message, address, found)
    timers = course.timers + watch(before, case, rules, now)
    if order_id in case.orders and case.orders[order_id].state == NEW:
        del case.orders[order_id]
    says += stock.book(before, case, says)
    says += settle_tasks(before, case, message, rules, now)
    return Outcome(case, _in_sequence(case, says), timers, course.commands)


def hear(before: Case, event: Event, rules: Rules, now: datetime) -> Outcome:
    """Let an event that is said outside of the sagas reach those that it concerns; it is the first of the outcome's."""
    case = before.copy()
    course = Course(before, case, rules, now)
    says = [event, *course.run(event)]
    says += settle_tasks(before, case, event, rules, now)
    return Outcome(case, _in_sequence(case, says), course.timers, course.commands)


def _assigned(before: Case, message: AssignTask) -> Outcome:
    case = before.copy()
    found = assign(case, message)
    if isinstance(found, Refusal):
        return Outcome(before, refusal=found)
    if isinstance(found, Ignore):
        return Outcome(before, ignored=found.why)
    return Outcome(case, events=_in_sequence(case, [found]))


def _blank_order(order_id: str, message: Message) -> Order:
    customer = getattr(message, "customer", None)
    customer_id = getattr(message, "customer_id", None) or (customer.id if customer else None)
    return Order(order_id, customer_id or "", getattr(message, "po_number", None) or "")


def _missing(case: Case, address: Address, message: Message) -> str | None:
    """The id of what has to be there before this message can be carried out."""
    if address.table is MATERIAL_PO:
        return None if address.key in case.material_pos else address.key
    if address.table is DOCUMENT:
        return None if address.key in case.documents else address.key
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

"""One message carried out: the saga that decides, the sagas that its events concern, tasks and stock."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from hub.messages.base import Decision, Event, Message, Person
from hub.messages.customer_po import CancelCustomerPo, SubmitCustomerPo
from hub.messages.desk import TaskClosed, TaskOpened, TaskWithdrawn
from hub.messages.envelope import instant
from hub.sagas import stock
from hub.sagas.cancellation import CANCELLATION
from hub.sagas.case import Case, Rules, Scene, by_of
from hub.sagas.material import MATERIAL
from hub.sagas.material_po import MATERIAL_PO
from hub.sagas.model import MaterialPo, Order, Task
from hub.sagas.numbers import order_key
from hub.sagas.order import ORDER
from hub.sagas.routing import TABLES, Address, concerned, decider, get, put
from hub.sagas.table import After, Ignore, On, Refusal, Table, Wait
from hub.sagas.work_order import WORK_ORDER

SENIOR = {"sales-officer": "senior-sales-officer"}
ROLE_OF: dict[str, str] = {wait.kind.TYPE: wait.role for table in TABLES for wait in table.waits}


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
    scene = _scene(case, address, rules, now)
    saga = get(case, address)
    found = _authority(message) or address.table.find(saga, message, scene)
    if not isinstance(found, Refusal) or found.code != "held":
        found = _stale_answer(case, address, message) or found
    if isinstance(found, Refusal):
        return Outcome(before, refusal=found)
    if isinstance(found, Ignore):
        return Outcome(before, ignored=found.why)
    outcome = Outcome(case)
    says = _run(case, address, found, message, rules, now, outcome)
    _drop_blank(case, order_id)
    says += _tasks(before, case, message, rules, now)
    says += stock.book(before, case, says)
    outcome.events = [numbered(case, event) for event in says]
    return outcome


def _blank_order(order_id: str, message: Message) -> Order:
    customer = getattr(message, "customer", None)
    customer_id = getattr(message, "customer_id", None) or (customer.id if customer else None)
    return Order(order_id, customer_id or "", getattr(message, "po_number", None) or "")


def _drop_blank(case: Case, order_id: str) -> None:
    if order_id in case.orders and case.orders[order_id].state == "new":
        del case.orders[order_id]


def _missing(case: Case, address: Address, message: Message) -> str | None:
    """The id of what has to be there before this message can be carried out."""
    if address.table is MATERIAL_PO:
        return None if address.key in case.material_pos else address.key
    if address.table is stock.STOCK:
        return None
    order = case.orders[address.order_id]
    if order.state == "new":
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
    by, role = by_of(message), ROLE_OF.get(message.TYPE)
    if not isinstance(by, Person) or role is None or by.role in {role, SENIOR.get(role)}:
        return None
    return Refusal("wrong_role", f"{message.TYPE} is for the {role}, not for the {by.role}", "by.role")


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
    if address.table.name in {WORK_ORDER.name, MATERIAL.name} and task.target != address.key:
        return Refusal("wrong_task", f"task {task_id} is about {task.target}", "task_id")
    return None


def _run(
    case: Case, address: Address, row: On, message: Message, rules: Rules, now: datetime, outcome: Outcome
) -> list[Event]:
    """Apply the deciding row, then let every event reach the sagas that it concerns, to the last."""
    said: list[Event] = []
    waiting: deque[tuple[Message, Address, On | None]] = deque([(message, address, row)])
    while waiting:
        current, place, entry = waiting.popleft()
        if entry is None:
            found = place.table.find(get(case, place), current, _scene(case, place, rules, now))
            if isinstance(found, Ignore):
                continue
            if isinstance(found, Refusal):
                raise AssertionError(f"{place.table.name} refuses the event {current.TYPE}: {found.code}")
            entry = found
        for event in _apply(case, place, entry, current, rules, now, outcome):
            said.append(event)
            waiting.extend((event, other, None) for other in concerned(event, case))
        if entry is row:
            waiting.extend((message, other, None) for other in concerned(message, case))
    return said


def _apply(
    case: Case, address: Address, row: On, message: Message, rules: Rules, now: datetime, outcome: Outcome
) -> list[Event]:
    saga = get(case, address)
    done = row.action(saga, message, _scene(case, address, rules, now))
    after = done.saga
    if row.to is not None:
        after = replace(after, state=row.to, visits=after.visits + 1)
    put(case, address, after)
    outcome.timers += [said for said in done.says if isinstance(said, After)]
    return [said for said in done.says if isinstance(said, Event)]


def numbered(case: Case, event: Event) -> tuple[Event, str | None, int | None]:
    """Give an event of an order its number: 1, 2, 3… under the order's lock (R41)."""
    order = case.orders.get(getattr(event, "order_id", None) or "")
    if order is None:
        return event, None, None
    order = replace(order, sequence=order.sequence + 1)
    case.orders[order.order_id] = order
    return event, order.order_id, order.sequence


# --------------------------------------------------------------------------------------------------- tasks


def _wanted(saga: Any, target: str, table: Table[Any], scene: Scene) -> list[tuple[Wait, Any, str]]:
    return [
        (wait, saga, target)
        for wait in table.waits
        if saga.state in wait.states and (wait.when is None or wait.when(saga, scene))
    ]


def _decisions(order: Order, scene: Scene) -> list[tuple[Wait, Any, str]]:
    """Every decision that the states of an order wait for."""
    wanted = _wanted(order, order.order_id, ORDER, scene)
    wanted += _wanted(order.cancellation, order.cancellation.cancellation_id, CANCELLATION, scene)
    for key, work in order.work_orders.items():
        wanted += _wanted(work, key, WORK_ORDER, scene)
    for key, need in order.requirements.items():
        wanted += _wanted(need, key, MATERIAL, scene)
    return wanted


_NAMES = {"order": "order_id", "work order": "work_order_id", "material requirement": "requirement_id"}


def _task_names(task: Task, home: Order | MaterialPo) -> dict[str, str | None]:
    names: dict[str, str | None] = {"task_id": task.task_id, "kind": task.kind, "role": task.role}
    if isinstance(home, MaterialPo):
        names["material_po_id"] = home.material_po_id
    else:
        names["order_id"] = home.order_id
        if task.target in home.work_orders:
            names["work_order_id"] = task.target
        if task.target in home.requirements:
            names["requirement_id"] = task.target
            names["work_order_id"] = home.requirements[task.target].work_order_id
    names["assignee"] = task.assignee
    return names


def _settle(
    home: Order | MaterialPo,
    wanted: list[tuple[Wait, Any, str]],
    message: Message,
    scene: Scene,
) -> tuple[Any, list[Event]]:
    """Open the tasks that the states ask for, and end those that they no longer do."""
    keep: dict[tuple[str, str], tuple[Wait, Any]] = {
        (wait.kind.TYPE, target): (wait, saga) for wait, saga, target in wanted
    }
    tasks = dict(home.tasks)
    says: list[Event] = []
    for task in home.tasks.values():
        found = keep.get((task.kind, task.target))
        if found is not None and found[1].visits == task.visit:
            del keep[task.kind, task.target]
            continue
        del tasks[task.task_id]
        names = _task_names(task, home)
        if task.kind == message.TYPE:
            says.append(TaskClosed(**names, by=by_of(message)))  # type: ignore[arg-type]
        else:
            says.append(TaskWithdrawn(**names, reason=_why(home, message)))  # type: ignore[arg-type]
    count = home.task_count
    for (kind, target), (wait, saga) in keep.items():
        count += 1
        prefix = order_key(home.order_id) if isinstance(home, Order) else order_key(home.material_po_id)
        task = Task(
            task_id=f"T-{prefix}-{count}",
            kind=kind,
            role=wait.role,
            target=target,
            visit=saga.visits,
            opened_at=instant(scene.now),
            due_at=scene.at(scene.rules.task_due),
            assignee=wait.assignee(saga) if wait.assignee else None,
        )
        tasks[task.task_id] = task
        opened = TaskOpened(
            **_task_names(task, home),  # type: ignore[arg-type]
            opened_at=task.opened_at,
            due_at=task.due_at,
            facts=wait.facts(saga, scene),
        )
        says.append(opened)
    if tasks == home.tasks:
        return home, says
    return replace(home, tasks=tasks, task_count=count), says


def _why(home: Order | MaterialPo, message: Message) -> str:
    if isinstance(home, Order) and home.held:
        return "the order is on hold while its cancellation is decided"
    return f"overtaken by {message.TYPE}"


def _tasks(before: Case, case: Case, message: Message, rules: Rules, now: datetime) -> list[Event]:
    says: list[Event] = []
    for order_id, order in list(case.orders.items()):
        if before.orders.get(order_id) is order:
            continue
        scene = Scene(case, rules, now, order)
        case.orders[order_id], said = _settle(order, _decisions(order, scene), message, scene)
        says += said
    for po_id, po in list(case.material_pos.items()):
        if before.material_pos.get(po_id) is po:
            continue
        scene = Scene(case, rules, now, Order("", "", ""))
        case.material_pos[po_id], said = _settle(po, _wanted(po, po_id, MATERIAL_PO, scene), message, scene)
        says += said
    return says

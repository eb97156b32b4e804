"""Tasks: the decisions that the states of the sagas wait for, opened and ended as the states change (R40)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from hub.messages.base import Event, Message
from hub.messages.envelope import instant
from hub.messages.task import TaskAssigned, TaskClosed, TaskOpened, TaskWithdrawn
from hub.sagas.cancellation import CANCELLATION
from hub.sagas.case import Case, Rules, Scene, by_of
from hub.sagas.change import CHANGE
from hub.sagas.delay import DELAY
from hub.sagas.document import DOCUMENT
from hub.sagas.material import MATERIAL
from hub.sagas.material_po import MATERIAL_PO
from hub.sagas.model import Order, Task
from hub.sagas.numbers import order_key
from hub.sagas.order import ORDER
from hub.sagas.paper import Document
from hub.sagas.supply import MaterialPo
from hub.sagas.table import Table, Wait
from hub.sagas.work_order import WORK_ORDER

NOBODY = Order("", "", "")
Home = Order | MaterialPo | Document
Place = tuple[Table[Any], str, Any]
"""A saga: its table, what its tasks are about, and its value."""


@dataclass(frozen=True, slots=True)
class Demand:
    """A decision that a saga waits for in the state in which it is."""

    wait: Wait
    saga: Any

    @property
    def assignee(self) -> str | None:
        """Who in particular is asked."""
        return self.wait.assignee(self.saga) if self.wait.assignee else None


def settle_tasks(before: Case, case: Case, message: Message, rules: Rules, now: datetime) -> list[Event]:
    """Open the tasks that the states ask for, and end those that they no longer do."""
    says: list[Event] = []
    for order_id, order in list(case.orders.items()):
        was = before.orders.get(order_id)
        if was is not order:
            scene = Scene(case, rules, now, order)
            places = list(_changed(was, order))
            looked_at = {target for _, target, _ in places}
            looked_at |= {was.cancellation.cancellation_id, was.change.change_id} if was else set()
            case.orders[order_id], said = _settle(order, places, looked_at, message, scene)
            says += said
    for po_id, po in list(case.material_pos.items()):
        if before.material_pos.get(po_id) is not po:
            scene = Scene(case, rules, now, NOBODY)
            case.material_pos[po_id], said = _settle(po, [(MATERIAL_PO, po_id, po)], {po_id}, message, scene)
            says += said
    for key, document in list(case.documents.items()):
        if before.documents.get(key) is not document:
            scene = Scene(case, rules, now, NOBODY)
            case.documents[key], said = _settle(document, [(DOCUMENT, key, document)], {key}, message, scene)
            says += said
    return says


def decisions(order: Order, scene: Scene) -> dict[tuple[str, str], Demand]:
    """Every decision that an order waits for, by the command that answers it and what it is about."""
    return _demands(_changed(None, order), scene)


def _changed(was: Order | None, order: Order) -> Iterator[Place]:
    """The sagas of an order whose tasks may have changed: what has changed, and what is newly on hold or off."""
    was = was or NOBODY
    yield ORDER, order.order_id, order
    yield CANCELLATION, order.cancellation.cancellation_id, order.cancellation
    yield CHANGE, order.change.change_id, order.change
    for number, line in order.lines.items():
        if was.lines.get(number) is not line:
            yield DELAY, number, line.delay
    hold = was.held_lines ^ order.held_lines
    if was.work_orders is not order.work_orders or hold:
        for key, work in order.work_orders.items():
            if was.work_orders.get(key) is not work or work.line in hold:
                yield WORK_ORDER, key, work
    if was.requirements is not order.requirements:
        for key, need in order.requirements.items():
            if was.requirements.get(key) is not need:
                yield MATERIAL, key, need


def _demands(places: Iterable[Place], scene: Scene) -> dict[tuple[str, str], Demand]:
    return {
        (wait.kind.TYPE, target): Demand(wait, saga)
        for table, target, saga in places
        for wait in table.waits
        if saga.state in wait.states and (wait.when is None or wait.when(saga, scene))
    }


def _settle(
    home: Home, places: list[Place], looked_at: set[str], message: Message, scene: Scene
) -> tuple[Any, list[Event]]:
    """The home of these sagas with its tasks settled, and what is to be said of them."""
    demands = _demands(places, scene)
    tasks = dict(home.tasks)
    says: list[Event] = []
    for task in home.tasks.values():
        if task.target not in looked_at:
            continue
        demand = demands.get((task.kind, task.target))
        if demand is None or demand.saga.visits != task.visit:
            del tasks[task.task_id]
            says.append(_ended(task, home, message))
            continue
        del demands[task.kind, task.target]
        if demand.assignee not in {None, task.assignee}:
            tasks[task.task_id] = task = replace(task, assignee=demand.assignee)
            says.append(TaskAssigned(**names_of(task, home), by=by_of(message)))
    count = home.task_count
    for (kind, target), demand in demands.items():
        count += 1
        task = Task(
            task_id=f"T-{_prefix(home)}-{count}",
            kind=kind,
            role=demand.wait.role,
            target=target,
            visit=demand.saga.visits,
            opened_at=instant(scene.now),
            due_at=scene.due(scene.rules.task_due),
            assignee=demand.assignee,
        )
        tasks[task.task_id] = task
        facts = demand.wait.facts(demand.saga, scene)
        says.append(TaskOpened(**names_of(task, home), opened_at=task.opened_at, due_at=task.due_at, facts=facts))
    return (replace(home, tasks=tasks, task_count=count) if says else home), says


def _ended(task: Task, home: Home, message: Message) -> Event:
    if task.kind == message.TYPE:
        return TaskClosed(**names_of(task, home), by=by_of(message))
    reason = f"overtaken by {message.TYPE}"
    if isinstance(home, Order) and home.held:
        reason = "the order is on hold while its cancellation is decided"
    return TaskWithdrawn(**names_of(task, home), reason=reason)


def _prefix(home: Home) -> str:
    if isinstance(home, Document):
        return home.document_id.removeprefix("D-")
    return order_key(home.order_id if isinstance(home, Order) else home.material_po_id)


def names_of(task: Task, home: Home) -> dict[str, Any]:
    """What a task's events say of it."""
    names: dict[str, Any] = {
        "task_id": task.task_id,
        "kind": task.kind,
        "role": task.role,
        "assignee": task.assignee,
    }
    if isinstance(home, MaterialPo):
        return {**names, "material_po_id": home.material_po_id}
    if isinstance(home, Document):
        return {**names, "document_id": home.document_id}
    names["order_id"] = home.order_id
    if task.target in home.work_orders:
        names["work_order_id"] = task.target
    if task.target in home.requirements:
        names["requirement_id"] = task.target
        names["work_order_id"] = home.requirements[task.target].work_order_id
    return names

"""Giving an open task to a person, or back to everybody of its role (R40).

An arrangement among colleagues: whoever has the role may still answer. Tasks about a work order that has its
engineer are that engineer's (R15); to give these to another is `work-order.reassign`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hub.messages.base import Person
from hub.messages.task import AssignTask, TaskAssigned
from hub.messages.work_order import ReassignWorkOrder
from hub.sagas.case import Case
from hub.sagas.document import SENIOR
from hub.sagas.model import Order, Task
from hub.sagas.paper import Document
from hub.sagas.supply import MaterialPo
from hub.sagas.table import Ignore, Refusal
from hub.sagas.tasks import Home, names_of
from hub.sagas.work_order import WORK_ORDER


def assign(case: Case, message: AssignTask) -> TaskAssigned | Refusal | Ignore:
    """Give a task to the person named, in the case given."""
    home = _home(case, message.task_id)
    if home is None:
        return Refusal("task_closed", f"task {message.task_id} is not open", "task_id")
    task = home.tasks[message.task_id]
    if isinstance(message.by, Person) and message.by.role not in {task.role, SENIOR.get(task.role), "operator"}:
        text = f"{task.task_id} is given to somebody by the {task.role} or the operator, not by the {message.by.role}"
        return Refusal("wrong_role", text, "by.role")
    if engineer := _engineer(home, task):
        text = f"{task.target} is {engineer}'s; {ReassignWorkOrder.TYPE} gives it to another"
        return Refusal("has_its_engineer", text, "task_id")
    if task.assignee == message.assignee:
        return Ignore((), AssignTask, f"it is {task.assignee or 'nobody'}'s already")
    task = replace(task, assignee=message.assignee)
    _put(case, replace(home, tasks={**home.tasks, task.task_id: task}))
    return TaskAssigned(**names_of(task, home), by=message.by)


def _home(case: Case, task_id: str) -> Home | None:
    homes: tuple[dict[str, Any], ...] = (case.orders, case.material_pos, case.documents)
    return next((home for some in homes for home in some.values() if task_id in home.tasks), None)


def _put(case: Case, home: Home) -> None:
    if isinstance(home, Order):
        case.orders[home.order_id] = home
    elif isinstance(home, MaterialPo):
        case.material_pos[home.material_po_id] = home
    elif isinstance(home, Document):
        case.documents[home.document_id] = home


def _engineer(home: Home, task: Task) -> str | None:
    """The engineer whose task it is anyway."""
    if not isinstance(home, Order) or task.target not in home.work_orders:
        return None
    wait = next((each for each in WORK_ORDER.waits if task.kind == each.kind.TYPE), None)
    return wait.assignee(home.work_orders[task.target]) if wait and wait.assignee else None

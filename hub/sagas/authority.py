"""Who may give a command, and to which task it is an answer (R20, R33, R40)."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from hub.messages.base import Decision, Message, Person
from hub.messages.order import ReviewDelay
from hub.messages.shipment import DispatchShipment
from hub.messages.work_order import ReassignWorkOrder
from hub.sagas.address import TABLES, Address
from hub.sagas.case import Case, by_of
from hub.sagas.document import DOCUMENT, SENIOR
from hub.sagas.material import MATERIAL
from hub.sagas.material_po import MATERIAL_PO
from hub.sagas.table import Refusal
from hub.sagas.work_order import WORK_ORDER


def _roles_of() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for wait in (wait for table in TABLES for wait in table.waits):
        found[wait.kind.TYPE] |= {wait.role, SENIOR.get(wait.role, wait.role)}
    return {kind: frozenset(roles) for kind, roles in found.items()}


ROLES_OF: dict[str, frozenset[str]] = {
    **_roles_of(),
    ReassignWorkOrder.TYPE: frozenset({"production-engineer", "operator"}),
}
"""By command: who may give it."""


def wrong_role(message: Message) -> Refusal | None:
    """An answer from the wrong role changes nothing (R40)."""
    by, roles = by_of(message), ROLES_OF.get(message.TYPE)
    if not isinstance(by, Person) or roles is None or by.role in roles:
        return None
    asked = " or the ".join(sorted(roles - set(SENIOR.values())) or sorted(roles))
    return Refusal("wrong_role", f"{message.TYPE} is for the {asked}, not for the {by.role}", "by.role")


def wrong_partner(case: Case, address: Address, message: Message) -> Refusal | None:
    """A supplier speaks for its own material POs, a customer for its own orders, whatever it names (R20, R33)."""
    supplier = getattr(message, "supplier_id", None)
    if supplier and address.table is MATERIAL_PO and supplier != case.material_pos[address.key].supplier_id:
        return Refusal("wrong_supplier", f"material PO {address.key} is not one of {supplier}", "material_po_id")
    order = case.orders.get(address.order_id)
    if order is None:
        return None
    customer, number = getattr(message, "customer_id", None), getattr(message, "po_number", None)
    if customer and order.customer_id and customer != order.customer_id:
        return Refusal("wrong_customer", f"order {order.order_id} is not one of {customer}", "customer_id")
    if number and order.po_number and number != order.po_number:
        return Refusal("wrong_order", f"order {order.order_id} is not that of PO {number}", "po_number")
    return None


def stale_answer(case: Case, address: Address, message: Message) -> Refusal | None:
    """An answer to a task that is closed or withdrawn changes nothing (R40)."""
    task_id = message.task_id if isinstance(message, Decision) else None
    if task_id is None:
        return None
    home: Any = case.orders.get(address.order_id)
    if address.table is MATERIAL_PO:
        home = case.material_pos.get(address.key) or home
    elif address.table is DOCUMENT:
        home = case.documents.get(address.key)
    task = (home.tasks if home else {}).get(task_id)
    if task is None:
        return Refusal("task_closed", f"task {task_id} is not open", "task_id")
    if task.kind != message.TYPE:
        return Refusal("wrong_task", f"task {task_id} is answered by {task.kind}", "task_id")
    if isinstance(message, DispatchShipment):
        targets = [item.work_order_id for item in message.items]
    else:
        targets = [address.key] if address.table in {WORK_ORDER, MATERIAL} else [task.target]
    if isinstance(message, ReviewDelay):
        targets = [message.line]
    if task.target not in targets:
        return Refusal("wrong_task", f"task {task_id} is about {task.target}", "task_id")
    return None

"""Where the sagas of a case stand: every table once, and the data at an address, read and replaced."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from hub.sagas.cancellation import CANCELLATION
from hub.sagas.case import Case
from hub.sagas.change import CHANGE
from hub.sagas.delay import DELAY
from hub.sagas.document import DOCUMENT
from hub.sagas.material import MATERIAL
from hub.sagas.material_po import MATERIAL_PO
from hub.sagas.model import Requirement, WorkOrder
from hub.sagas.numbers import ZERO, order_key
from hub.sagas.order import ORDER
from hub.sagas.paper import Document
from hub.sagas.stock import STOCK
from hub.sagas.supply import MaterialPo, Stock
from hub.sagas.table import Table
from hub.sagas.work_order import WORK_ORDER

TABLES: tuple[Table[Any], ...] = (
    ORDER,
    CANCELLATION,
    CHANGE,
    DELAY,
    WORK_ORDER,
    MATERIAL,
    MATERIAL_PO,
    STOCK,
    DOCUMENT,
)


@dataclass(frozen=True, slots=True)
class Address:
    """One saga: its table, the order that it belongs to (none for shared things), and its id there."""

    table: Table[Any]
    order_id: str
    key: str


def order_of(identifier: str) -> str:
    """The order whose part this is: its id is made of the same key."""
    return f"O-{order_key(identifier)}"


def get(case: Case, address: Address) -> Any:
    """The saga at an address; a blank one where it has not begun."""
    table, key = address.table, address.key
    if table is MATERIAL_PO:
        return case.material_pos.get(key) or MaterialPo(key)
    if table is STOCK:
        return case.stock.get(key) or Stock(key)
    if table is DOCUMENT:
        return case.documents.get(key) or Document(key)
    home = case.orders[address.order_id]
    if table is ORDER:
        return home
    if table is CANCELLATION:
        return home.cancellation
    if table is CHANGE:
        return home.change
    if table is DELAY:
        return replace(home.lines[key].delay, line=key)
    if table is WORK_ORDER:
        known = home.work_orders.get(key)
        return known or WorkOrder(key, home.order_id, home.line_of(key))
    found = home.requirements.get(key)
    return found or Requirement(key, home.order_id, "", "", "", quantity=ZERO)


def put(case: Case, address: Address, saga: Any) -> None:
    """Put the saga's new value where the old one was."""
    table, key = address.table, address.key
    if table is MATERIAL_PO:
        case.material_pos[key] = saga
    elif table is STOCK:
        case.stock[key] = saga
    elif table is DOCUMENT:
        case.documents[key] = saga
    elif table is ORDER:
        case.orders[address.order_id] = saga
    else:
        home = case.orders[address.order_id]
        if table is CANCELLATION:
            home = replace(home, cancellation=saga)
        elif table is CHANGE:
            home = replace(home, change=saga)
        elif table is DELAY:
            home = home.with_line(key, replace(home.lines[key], delay=saga))
        elif table is WORK_ORDER:
            home = replace(home, work_orders={**home.work_orders, key: saga})
        else:
            home = replace(home, requirements={**home.requirements, key: saga})
        case.orders[address.order_id] = home

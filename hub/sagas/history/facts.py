"""The facts of a task that the hub's own history tells: added when the task opens, plain figures (R2, R11-R13, R20).

Each kind of task says what it wants to know of (`Subjects`) and, once that is looked up (`Knowledge`), what it adds
to the facts that its saga has given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from math import ceil

from hub.messages.customer_po import Line
from hub.messages.material import SourceMaterial
from hub.messages.material_po import ReviewMaterialPoChange
from hub.messages.order import ReviewChange, ReviewDelay, ReviewOrder
from hub.messages.task import TaskOpened
from hub.messages.work_order import SpecifyMaterials
from hub.sagas.history.figures import (
    Facts,
    arrival_figures,
    list_figures,
    load_figures,
    made_before,
    needed,
    punctuality,
    scaled,
)
from hub.sagas.history.knowledge import Knowledge
from hub.sagas.history.promises import change_facts, change_subjects, delay_facts, delay_subjects
from hub.sagas.history.scope import Scope, Subjects
from hub.sagas.numbers import plain
from hub.sagas.products import product_of
from hub.sagas.supply import MaterialPo

JOINABLE_SHOWN = 5


# ------------------------------------------------------------------------------------------------ kinds of task


def _lines_of_review(task: TaskOpened, scope: Scope) -> Iterable[tuple[Facts, Line, Decimal]]:
    order = scope.case.orders[task.order_id or ""]
    for entry in task.facts["lines"]:
        line = order.lines[entry["line"]]
        yield entry, line.item, line.open


def _review_subjects(task: TaskOpened, scope: Scope) -> Subjects:
    customer = task.facts["customer_id"]
    products = {product_of(customer, item) for _, item, _ in _lines_of_review(task, scope)}
    return Subjects(products=frozenset(products), load=True)


def _review_facts(task: TaskOpened, known: Knowledge, scope: Scope) -> Facts:
    """Per line: made before, how, from what, what there is of it, and the load (R2, R67)."""
    lines, taken = [], dict[str, Decimal]()
    for entry, item, pieces in _lines_of_review(task, scope):
        history = known.making(task.facts["customer_id"], item)
        needs = needed(history, pieces, known, taken)
        lines.append(
            {
                **entry,
                "new_product": history.times == 0,
                "made_before": made_before(history, scope.rules.calendar),
                "listed": list_figures(history.listed, scope.rules.calendar) if history.listed else None,
                "materials": needs,
                "all_in_stock": bool(history.listed) and all(each["enough"] for each in needs),
                "load": load_figures(history, entry["requested_date"], known, scope.today),
            }
        )
    return {"lines": lines}


def _work_order(task: TaskOpened, scope: Scope) -> tuple[str, Line | None, Decimal]:
    order = scope.case.orders[task.order_id or ""]
    work = order.work_orders[task.work_order_id or ""]
    return order.customer_id, work.item, work.quantity


def _list_subjects(task: TaskOpened, scope: Scope) -> Subjects:
    customer, item, _ = _work_order(task, scope)
    return Subjects(products=frozenset({product_of(customer, item)} if item else ()))


def _listing_facts(task: TaskOpened, known: Knowledge, scope: Scope) -> Facts:
    """The last list for the same product, for as many pieces as are to be made now (R11)."""
    customer, item, pieces = _work_order(task, scope)
    if item is None:
        return {}
    history = known.making(customer, item)
    proposal = None
    if history.listed:
        materials = [
            {"material": material, "quantity": plain(quantity), "unit": unit}
            for material, quantity, unit in scaled(history.listed, pieces)
        ]
        proposal = {"materials": materials, "from": list_figures(history.listed, scope.rules.calendar)}
    return {"made_before": made_before(history, scope.rules.calendar), "proposal": proposal}


def _source_subjects(task: TaskOpened, scope: Scope) -> Subjects:
    suppliers = frozenset(offer["supplier_id"] for offer in task.facts["suppliers"])
    return Subjects(materials=frozenset({task.facts["material"]}), suppliers=suppliers)


def _sourcing_facts(task: TaskOpened, known: Knowledge, scope: Scope) -> Facts:
    """What is on its way, and per supplier how it kept its dates and which of its POs could be joined (R12, R13)."""
    facts = task.facts
    coming = known.arrivals.get(facts["material"], ())
    held = facts["line"] in scope.case.orders[task.order_id or ""].held_lines
    due = facts["line_due"]
    return {
        "stock": {**facts["stock"], "arrivals": arrival_figures(coming)},
        "suppliers": [
            {
                **offer,
                "in_time": None if due is None else offer["earliest_date"] <= due,
                "dates_kept": punctuality(known.suppliers.get(offer["supplier_id"])),
                "join": [
                    {"material_po_id": each.material_po_id, "expected": each.expected, "quantity": plain(each.quantity)}
                    for each in coming
                    if each.joinable and each.supplier_id == offer["supplier_id"] and not held
                ][:JOINABLE_SHOWN],
            }
            for offer in facts["suppliers"]
        ],
    }


def _served(po: MaterialPo, number: str, scope: Scope) -> Iterable[tuple[str, Line | None, str | None]]:
    """The customer, item and due date of each work order that a line of a material PO serves."""
    line = po.lines.get(number)
    for share in line.shares if line else ():
        order = scope.case.orders.get(share.order_id)
        need = order.requirements.get(share.requirement_id) if order else None
        work = order.work_orders.get(need.work_order_id) if order and need else None
        if order and work:
            yield order.customer_id, work.item, work.due


def _change_subjects(task: TaskOpened, scope: Scope) -> Subjects:
    po = scope.case.material_pos[task.material_po_id or ""]
    products = {
        product_of(customer, item)
        for entry in task.facts["lines"]
        for customer, item, _ in _served(po, entry["line"], scope)
        if item
    }
    return Subjects(products=frozenset(products))


def _change_facts(task: TaskOpened, known: Knowledge, scope: Scope) -> Facts:
    """By how many days a supplier is later, and whether what was promised to customers can still be kept (R20).

    It can when the usual making, begun when the material comes, ends by then; of a product never made nobody knows.
    """
    po = scope.case.material_pos[task.material_po_id or ""]
    lines = []
    for entry in task.facts["lines"]:
        later = (entry.get("answer") or {}).get("promised_date")
        before = entry.get("promised_date") or entry.get("requested_date")
        days = (date.fromisoformat(later) - date.fromisoformat(before)).days if later and before else None
        kept = [
            _keeps(known.making(customer, item).median_days, later, due)
            for customer, item, due in _served(po, entry["line"], scope)
            if item and due
        ]
        lines.append({**entry, "days_later": days, "keeps_promise": None if not later or None in kept else all(kept)})
    return {"lines": lines}


def _keeps(days: float | None, begin: str | None, due: str) -> bool | None:
    if days is None or begin is None:
        return None
    return date.fromisoformat(begin) + timedelta(days=ceil(days)) <= date.fromisoformat(due)


@dataclass(frozen=True, slots=True)
class Kind:
    """What one kind of task wants to know, and what it makes of it."""

    subjects: Callable[[TaskOpened, Scope], Subjects]
    facts: Callable[[TaskOpened, Knowledge, Scope], Facts]


KINDS: Mapping[str, Kind] = {
    ReviewOrder.TYPE: Kind(_review_subjects, _review_facts),
    SpecifyMaterials.TYPE: Kind(_list_subjects, _listing_facts),
    SourceMaterial.TYPE: Kind(_source_subjects, _sourcing_facts),
    ReviewChange.TYPE: Kind(change_subjects, change_facts),
    ReviewDelay.TYPE: Kind(delay_subjects, delay_facts),
    ReviewMaterialPoChange.TYPE: Kind(_change_subjects, _change_facts),
}


def complete(task: TaskOpened, known: Knowledge, scope: Scope) -> TaskOpened:
    """The task with what is known of its matter."""
    more = KINDS[task.kind].facts(task, known, scope)
    return task.model_copy(update={"facts": {**task.facts, **more}})

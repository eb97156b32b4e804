"""Facts from history for the sales officer on promises that stand: a change asked for, a delay projected (R8, R60)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from hub.messages.customer_po import Line
from hub.messages.order import ChangedLine
from hub.messages.task import TaskOpened
from hub.sagas.history.figures import Facts, list_figures, load_figures, made_before, needed
from hub.sagas.history.knowledge import Knowledge
from hub.sagas.history.scope import Scope, Subjects
from hub.sagas.model import Order
from hub.sagas.numbers import ZERO, decimal
from hub.sagas.production.alteration import specified_otherwise
from hub.sagas.products import product_of


def _order(task: TaskOpened, scope: Scope) -> Order:
    return scope.case.orders[task.order_id or ""]


def _going_on(task: TaskOpened, scope: Scope) -> Iterator[tuple[str, ChangedLine, Line]]:
    """The lines that would go on, on other terms or as new ones."""
    for changed in _order(task, scope).change.requests[-1].lines:
        if changed.after is not None:
            yield changed.line, changed, changed.after


def change_subjects(task: TaskOpened, scope: Scope) -> Subjects:
    """The products as they would be."""
    customer = task.facts["customer_id"]
    return Subjects(frozenset(product_of(customer, item) for _, _, item in _going_on(task, scope)), load=True)


def _more(changed: ChangedLine, item: Line) -> Decimal:
    """How many pieces would have to be supplied beyond what the line has: all, where it becomes another product."""
    before = changed.before
    if before is None or specified_otherwise(before, item):
        return decimal(item.quantity)
    return max(decimal(item.quantity) - decimal(before.quantity), ZERO)


def change_facts(task: TaskOpened, known: Knowledge, scope: Scope) -> Facts:
    """Per line that goes on: made before, what the pieces beyond today's would take, and the load (R2, R8)."""
    going_on = {number: (changed, item) for number, changed, item in _going_on(task, scope)}
    lines, taken = [], dict[str, Decimal]()
    for entry in task.facts["lines"]:
        found = going_on.get(entry["line"])
        if found is None:
            lines.append(entry)
            continue
        changed, item = found
        history = known.making(task.facts["customer_id"], item)
        more = _more(changed, item)
        lines.append(
            {
                **entry,
                "new_product": history.times == 0,
                "made_before": made_before(history, scope.rules.calendar),
                "listed": list_figures(history.listed, scope.rules.calendar) if history.listed else None,
                "more_materials": needed(history, more, known, taken) if more > ZERO else [],
                "load": load_figures(history, item.requested_date, known, scope.today),
            }
        )
    return {"lines": lines}


def _late(task: TaskOpened, scope: Scope) -> Line:
    return _order(task, scope).lines[task.facts["line"]].item


def delay_subjects(task: TaskOpened, scope: Scope) -> Subjects:
    """The product of the line that is late."""
    return Subjects(frozenset({product_of(task.facts["customer_id"], _late(task, scope))}), load=True)


def delay_facts(task: TaskOpened, known: Knowledge, scope: Scope) -> Facts:
    """How long the product usually takes, and the load until the projected date: how sure that date is (R60)."""
    history = known.making(task.facts["customer_id"], _late(task, scope))
    return {
        "made_before": made_before(history, scope.rules.calendar),
        "load": load_figures(history, task.facts["projected"], known, scope.today),
    }

"""The desk: before a transaction is committed, its new tasks get what history tells of them, and policies their say.

All tasks of a batch are looked up together, in a handful of queries whatever their number. A policy's answer is a
command on the outbox, with an id that derives from the task, in the transaction that opens the task.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from hub.messages.catalogue import MESSAGES
from hub.messages.envelope import Letter, check_data, derived_id, write_letter
from hub.messages.task import TaskOpened
from hub.policies import Answer, Policies, Policy
from hub.sagas.case import Case, Rules
from hub.sagas.history.facts import KINDS, complete
from hub.sagas.history.knowledge import Knowledge
from hub.sagas.history.load import loads
from hub.sagas.history.scope import Scope, Subjects
from hub.store import records
from hub.store.experience import load_arrivals, load_plans, load_products, load_suppliers

NAMES = ("order_id", "work_order_id", "requirement_id", "material_po_id")
T = TypeVar("T")


class Desk:
    """Prepares the tasks that a batch opens."""

    def __init__(self, source: str, rules: Rules, policies: Policies, now: datetime) -> None:
        self._source, self._rules, self._policies, self._now = source, rules, policies, now

    async def prepare(
        self, connection: AsyncConnection, said: Sequence[Letter], case: Case
    ) -> tuple[list[Letter], list[Letter]]:
        """What was said, its new tasks with all their facts; and the commands by which policies answer."""
        scope = Scope(case, self._rules, self._now)
        opened = {
            letter.key: letter.message
            for letter in said
            if isinstance(letter.message, TaskOpened) and letter.message.kind in KINDS and _open(letter.message, case)
        }
        if not opened:
            return list(said), []
        known = await _look_up(connection, [KINDS[task.kind].subjects(task, scope) for task in opened.values()], scope)
        letters: list[Letter] = []
        answers: list[Letter] = []
        for letter in said:
            task = opened.get(letter.key)
            if task is not None:
                letter = _with_task(letter, complete(task, known, scope))
                answers += self._answer(letter)
            letters.append(letter)
        return letters, answers

    def _answer(self, letter: Letter) -> Iterable[Letter]:
        task = letter.message
        assert isinstance(task, TaskOpened)  # noqa: S101  # as its caller has made sure
        found = self._policies.answer(task, self._rules.calendar.day(self._now))
        if found is None:
            return
        policy, answer = found
        yield write_letter(
            check_data(task.kind, _command(task, policy, answer)),
            message_id=derived_id(self._source, task.task_id, f"policy {policy.name}"),
            source=f"{self._source}/policies",
            time=self._now,
            causation=letter.envelope.id,
        )


def _command(task: TaskOpened, policy: Policy, answer: Answer) -> dict[str, Any]:
    """The data of the command: what the policy decides, the ids that this kind of command takes, and by whom."""
    fields = MESSAGES[task.kind].model_fields
    ids = {name: value for name in NAMES if name in fields and (value := getattr(task, name))}
    return {**answer, **ids, "task_id": task.task_id, "by": {"policy": policy.name}}


def _open(task: TaskOpened, case: Case) -> bool:
    """Whether the batch itself has not ended the task again."""
    home: Any = case.material_pos.get(task.material_po_id) if task.material_po_id else None
    home = home or case.orders.get(task.order_id or "")
    return home is not None and task.task_id in home.tasks


def _with_task(letter: Letter, task: TaskOpened) -> Letter:
    data = {**letter.envelope.data, "facts": task.facts}
    return Letter(letter.envelope.model_copy(update={"data": data}), task)


async def _look_up(connection: AsyncConnection, subjects: Sequence[Subjects], scope: Scope) -> Knowledge:
    """All that is known of these subjects."""
    products = frozenset[str]().union(*(each.products for each in subjects))
    laden = frozenset[str]().union(*(each.products for each in subjects if each.load))
    materials = set(frozenset[str]().union(*(each.materials for each in subjects)))
    suppliers = frozenset[str]().union(*(each.suppliers for each in subjects))
    made = await load_products(connection, products)
    centers = set()
    for record in made:
        if record.product in laden:
            materials |= {material for material, _, _ in record.listed.materials} if record.listed else set()
            centers |= {each.work_center for each in record.latest[:1] if each.work_center}
    stock = Case(stock={key: each for key, each in scope.case.stock.items() if key in materials})
    await records.load_stock(connection, materials - stock.stock.keys(), stock, lock=False)
    return Knowledge(
        products=_grouped(made, lambda each: each.product),
        suppliers=await load_suppliers(connection, suppliers),
        stock=stock.stock,
        arrivals=_grouped(await load_arrivals(connection, materials), lambda each: each.material),
        loads=loads(await load_plans(connection, centers), scope.today, scope.rules.calendar),
    )


def _grouped(found: Iterable[T], key: Callable[[T], str]) -> dict[str, list[T]]:
    return {name: list(group) for name, group in groupby(sorted(found, key=key), key)}

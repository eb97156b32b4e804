"""Whatever is said in whatever order, by whom and how often: nothing is lost, doubled or stuck."""

from __future__ import annotations

import os
from collections.abc import Callable
from copy import copy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from hub.messages.base import Message
from hub.sagas.model import Order, WorkOrder
from hub.sagas.numbers import SMALLEST
from hub.sagas.procurement.sourcing import JOINABLE
from hub.sagas.sales.change_review import obstacle
from hub.sagas.supply import MaterialPo
from tests.unit.sagas.invariants import ENDED, RULES, Witness, check
from tests.unit.sagas.play import Play, person

KEYS = ("AAAAAAAAAAAA", "BBBBBBBBBBBB", "CCCCCCCCCCCC")
MATERIALS = ("STEEL", "BRASS")
SUPPLIERS = ("S_ONE", "S_TWO")
LINES = ("1", "2", "3")

keys = st.sampled_from(KEYS)
lines = st.sampled_from(LINES)
quantities = st.sampled_from(("1", "2", "3", "4", "7", "10", "0.5"))

SAID_OF_WORK_ORDERS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("work-order.specify-materials", {"materials": []}),
    ("work-order.schedule", {"start": "2099-12-01", "end": "2099-12-03", "work_center": "LASER-1"}),
    ("work-order.start-production", {}),
    ("work-order.complete-production", {}),
    ("quality.inspect", {"passed": "1"}),
    ("work-order.decide-defect", {"decision": "fix"}),
    ("work-order.dispose", {"as": "stock"}),
    ("work-order.reassign", {"engineer": "Jo"}),
    ("work-order.reassign", {"engineer": "Mia"}),
)
SHIPPABLE = ("ready_to_ship", "part_shipped", "defect_found", "awaiting_materials", "in_production")


class Process(RuleBasedStateMachine):
    """Three orders of two customers share two materials and two suppliers; people answer, late, twice, or wrongly."""

    BOTH_ENDS = False
    """whether each story is brought to both its ends, or to one of them"""

    def __init__(self) -> None:
        super().__init__()
        self.play = Play(rules=RULES)
        self.witness = Witness()
        self.messages: list[tuple[str, Message]] = []

    # ------------------------------------------------------------------------------------------ telling it

    def tell(self, name: str, **data: Any) -> None:
        self.done(lambda: self.play.tell(name, **data))

    def done(self, step: Callable[[], object]) -> None:
        step()
        if self.play.last_message is not None:
            self.messages.append((self.play.order_id, self.play.last_message))
        self.witness.hear(self.play.last.events, self.play.case)

    def about(self, order_id: str) -> Play:
        self.play.order_id = order_id
        return self.play

    @property
    def orders(self) -> list[Order]:
        return list(self.play.case.orders.values())

    @property
    def pos(self) -> list[MaterialPo]:
        return list(self.play.case.material_pos.values())

    def works(self, *states: str) -> list[WorkOrder]:
        return [work for order in self.orders for work in order.work_orders.values() if work.state in states]

    # ------------------------------------------------------------------------------------- customers and sales

    @initialize(
        quantities=st.lists(quantities, min_size=1, max_size=3),
        steel=st.sampled_from(("0", "4", "30")),
        how_far=st.sampled_from(("confirmed", "listed", "ordered")),
    )
    def some_orders_are_on_their_way(self, quantities: list[str], steel: str, how_far: str) -> None:
        self.tell("stock.adjust", material="STEEL", count=steel, unit="KGM")
        for key in KEYS[: len(quantities)]:
            self.submit(key, list(zip(LINES, quantities, strict=False)), revision=False)
            self.review(f"O-{key}", "confirm")
        if how_far in {"listed", "ordered"}:
            for work in self.works("awaiting_engineering"):
                listed = [{"material": name, "quantity": "4", "unit": "KGM"} for name in MATERIALS]
                self.tell("work-order.specify-materials", work_order_id=work.work_order_id, materials=listed)
        if how_far == "ordered":
            joined: dict[str, str] = {}
            for need in [need for order in self.orders for need in order.requirements.values()]:
                join = {"join": joined[need.material]} if need.material in joined else {}
                found = {"from": "supplier", "supplier_id": "S_ONE", "quantity": "5", **join}
                self.tell("material.source", requirement_id=need.requirement_id, allocations=[found])
                joined.setdefault(need.material, self.pos[-1].material_po_id)

    @rule(key=keys, numbers=st.lists(st.tuples(lines, quantities), min_size=1, max_size=3), revision=st.booleans())
    def submit(self, key: str, numbers: list[tuple[str, str]], revision: bool) -> None:
        purpose = "revision" if revision else "original"
        customer = {"id": f"C-{key}"}
        self.about(f"O-{key}")
        self.done(lambda: self.play.submit(*dict(numbers).items(), purpose=purpose, customer=customer))

    @precondition(lambda self: any(order.state == "in_fulfilment" for order in self.orders))
    @rule(
        data=st.data(),
        numbers=st.lists(st.tuples(lines, st.sampled_from(("0", "1", "3", "6", "12", "0.5"))), min_size=1, max_size=3),
        purpose=st.sampled_from(("change", "change", "revision")),
        grade=st.sampled_from((None, None, None, "S235", "S355")),
    )
    def customer_changes(
        self, data: st.DataObject, numbers: list[tuple[str, str]], purpose: str, grade: str | None
    ) -> None:
        order = data.draw(st.sampled_from([each for each in self.orders if each.state == "in_fulfilment"]))
        self.about(order.order_id)
        more = {"characteristics": [{"name": "grade", "value": grade}]} if grade else {}
        said = [{"line": line, "quantity": quantity, **more} for line, quantity in dict(numbers).items()]
        self.done(lambda: self.play.change(*said, purpose=purpose, customer={"id": order.customer_id}))

    @precondition(lambda self: any(order.change.state == "requested" for order in self.orders))
    @rule(data=st.data(), verdict=st.sampled_from(("accept", "accept", "refuse")), careful=st.booleans())
    def review_a_change(self, data: st.DataObject, verdict: str, careful: bool) -> None:
        order = data.draw(st.sampled_from([each for each in self.orders if each.change.state == "requested"]))
        self.about(order.order_id)
        kept = [each.line for each in order.change.requests[-1].lines if obstacle(order, each)] if careful else []
        self.done(lambda: self.play.review_change(verdict, **{f"L{line}": "refuse" for line in kept}))
        if careful and not order.held:
            assert not self.play.code

    review_a_change_at_last = review_a_change

    def review(self, order_id: str, decision: str) -> None:
        self.tell("order.review", order_id=order_id, decision=decision, reason="so it is")

    @precondition(lambda self: any(order.state == "under_review" for order in self.orders))
    @rule(data=st.data(), decision=st.sampled_from(("confirm", "revise", "revise", "reject")))
    def review_one(self, data: st.DataObject, decision: str) -> None:
        waiting = [order.order_id for order in self.orders if order.state == "under_review"]
        self.review(data.draw(st.sampled_from(waiting)), decision)

    @rule(key=keys, named=st.lists(lines, max_size=2))
    def cancel(self, key: str, named: list[str]) -> None:
        self.about(f"O-{key}")
        self.done(lambda: self.play.cancel(*named))

    @precondition(lambda self: any(order.cancellation.state == "assessing" for order in self.orders))
    @rule(
        data=st.data(),
        one=st.sampled_from(("free", "free", "penalty", "refuse")),
        other=st.sampled_from(("free", "refuse", "penalty", None)),
    )
    def assess(self, data: st.DataObject, one: str, other: str | None) -> None:
        order = data.draw(st.sampled_from([each for each in self.orders if each.cancellation.state == "assessing"]))
        self.about(order.order_id)
        first = order.cancellation.lines[:1] if other else ()
        self.done(lambda: self.play.assess(one, lines=[{"line": line, "decision": other} for line in first]))

    @precondition(lambda self: any(order.cancellation.state == "awaiting_customer" for order in self.orders))
    @rule(data=st.data(), answer=st.sampled_from(("accept", "decline")))
    def answer_penalty(self, data: st.DataObject, answer: str) -> None:
        asked = [order.order_id for order in self.orders if order.cancellation.state == "awaiting_customer"]
        self.about(data.draw(st.sampled_from(asked)))
        self.done(lambda: self.play.answer(answer))

    @precondition(lambda self: bool(self.play.timers))
    @rule(days=st.sampled_from((1, 3, 5, 8)))
    def time_passes(self, days: int) -> None:
        def heard(message: Message) -> str:
            code = self.play.give(message)
            self.witness.hear(self.play.last.events, self.play.case)
            return code

        self.play.pass_time(heard, days=days)

    # ------------------------------------------------------------------------------------------- the floor

    @precondition(lambda self: bool(self.works("awaiting_engineering")))
    @rule(data=st.data(), materials=st.lists(st.tuples(st.sampled_from(MATERIALS), quantities), max_size=2))
    def specify(self, data: st.DataObject, materials: list[tuple[str, str]]) -> None:
        listed = [{"material": name, "quantity": quantity, "unit": "KGM"} for name, quantity in materials]
        work = data.draw(st.sampled_from(self.works("awaiting_engineering")))
        self.tell("work-order.specify-materials", work_order_id=work.work_order_id, materials=listed)

    @precondition(lambda self: bool(self.works("defect_found")))
    @rule(data=st.data(), decision=st.sampled_from(("fix", "remake")), quantity=st.sampled_from((None, "1", "0.5")))
    def decide_defect(self, data: st.DataObject, decision: str, quantity: str | None) -> None:
        work = data.draw(st.sampled_from(self.works("defect_found")))
        more = {"quantity": quantity} if quantity else {}
        who = person("production-engineer", work.engineer)
        self.tell("work-order.decide-defect", work_order_id=work.work_order_id, decision=decision, by=who, **more)

    @precondition(lambda self: any(work.half_made for work in self.works("cancelled")))
    @rule(data=st.data(), quantity=st.sampled_from((None, "1")), what=st.sampled_from(("stock", "salvage", "scrap")))
    def dispose(self, data: st.DataObject, quantity: str | None, what: str) -> None:
        work = data.draw(st.sampled_from([work for work in self.works("cancelled") if work.half_made]))
        more = {"quantity": quantity} if quantity else {}
        who = person("production-engineer", work.engineer)
        self.tell("work-order.dispose", work_order_id=work.work_order_id, **{"as": what}, by=who, **more)

    @precondition(lambda self: any(work.good > work.shipped for work in self.works(*SHIPPABLE)))
    @rule(data=st.data(), quantity=st.sampled_from((None, None, "1", "0.5", "30")))
    def ship(self, data: st.DataObject, quantity: str | None) -> None:
        ready = [work for work in self.works(*SHIPPABLE) if work.good > work.shipped]
        first = data.draw(st.sampled_from(ready))
        together = [work for work in ready if work.order_id == first.order_id] if not quantity else [first]
        items = [
            {"work_order_id": work.work_order_id, "quantity": quantity or f"{work.good - work.shipped:f}"}
            for work in together
        ]
        self.tell("shipment.dispatch", items=items)

    # ----------------------------------------------------------------------------- materials and suppliers

    @precondition(lambda self: any(task.kind == "material.source.v1" for task in self.play.all_tasks))
    @rule(
        data=st.data(),
        stock=st.booleans(),
        suppliers=st.lists(st.sampled_from(SUPPLIERS), max_size=2),
        more=st.sampled_from((0, 0, 1, 5)),
    )
    def source(self, data: st.DataObject, stock: bool, suppliers: list[str], more: int) -> None:
        needs = [need for order in self.orders for need in order.requirements.values() if need.state == "to_source"]
        need = data.draw(st.sampled_from(needs))
        free = max(Decimal(0), self.play.stock(need.material).free)
        taken = min(free, need.unsourced) if stock or not suppliers else Decimal(0)
        allocations: list[dict[str, Any]] = [{"from": "stock", "quantity": f"{taken:f}"}] if taken else []
        left = need.unsourced - taken
        for place, supplier in enumerate(suppliers):
            last = place == len(suppliers) - 1
            quantity = left + more if last else (left / 2).quantize(SMALLEST)
            left -= quantity
            found = {"from": "supplier", "supplier_id": supplier, "quantity": f"{quantity:f}"}
            joinable = [po.material_po_id for po in self.pos if po.supplier_id == supplier and po.state in JOINABLE]
            join = data.draw(st.sampled_from([None, *joinable]))
            allocations.append({**found, "join": join} if join else found)
        if allocations:
            self.tell("material.source", requirement_id=need.requirement_id, allocations=allocations)

    @precondition(lambda self: bool(self.pos))
    @rule(data=st.data(), answer=st.sampled_from(("accepted", "changed", "changed", "rejected")), whole=st.booleans())
    def supplier_answers(self, data: st.DataObject, answer: str, whole: bool) -> None:
        po = data.draw(st.sampled_from(self.pos))
        named = list(po.lines) if whole else [data.draw(st.sampled_from([*po.lines, "9"]))]
        quantity = data.draw(st.sampled_from((None, "0", "1", "2", "20"))) if answer == "changed" else None
        day = data.draw(st.sampled_from((None, "2026-11-24", "2027-01-20")))
        answers = [{"line": line, "answer": answer, "quantity": quantity, "promised_date": day} for line in named]
        self.tell("material-po.acknowledge", material_po_id=po.material_po_id, lines=answers)

    @precondition(lambda self: any(line.undecided for po in self.pos for line in po.lines.values()))
    @rule(data=st.data(), decision=st.sampled_from(("accept", "source-anew")))
    def review_change(self, data: st.DataObject, decision: str) -> None:
        undecided = [(po, line) for po in self.pos for line in po.lines.values() if line.undecided]
        po, line = data.draw(st.sampled_from(undecided))
        self.tell("material-po.review-change", material_po_id=po.material_po_id, line=line.line, decision=decision)

    @precondition(lambda self: any(po.overdue for po in self.pos))
    @rule(
        data=st.data(),
        decision=st.sampled_from(("wait", "source-anew")),
        day=st.sampled_from((None, "2026-12-24", "2027-06-01")),
    )
    def review_delay(self, data: st.DataObject, decision: str, day: str | None) -> None:
        po = data.draw(st.sampled_from([po for po in self.pos if po.overdue])).material_po_id
        self.tell("material-po.review-delay", material_po_id=po, decision=decision, expected_date=day)

    @precondition(lambda self: bool(self.pos))
    @rule(data=st.data(), day=st.sampled_from((None, "2026-12-24", "2027-06-01")))
    def goods_are_sent(self, data: st.DataObject, day: str | None) -> None:
        po = data.draw(st.sampled_from(self.pos))
        lines = [{"line": data.draw(st.sampled_from(list(po.lines))), "quantity": "1"}]
        self.tell("material-po.notify-dispatch", material_po_id=po.material_po_id, lines=lines, expected_date=day)

    @precondition(lambda self: bool(self.pos))
    @rule(data=st.data(), quantity=st.sampled_from((None, None, "1", "2", "0.25", "30")))
    def goods_come_in(self, data: st.DataObject, quantity: str | None) -> None:
        po = data.draw(st.sampled_from(self.pos))
        line = data.draw(st.sampled_from(list(po.lines.values())))
        came = quantity or f"{line.awaited or 1:f}"
        self.done(lambda: self.play.receive(po.material_po_id, came, line.line))

    @precondition(lambda self: any(po.state == "cancel_requested" for po in self.pos))
    @rule(data=st.data(), answer=st.sampled_from(("accepted", "refused")))
    def cancellation_of_po(self, data: st.DataObject, answer: str) -> None:
        po = data.draw(st.sampled_from([po for po in self.pos if po.state == "cancel_requested"]))
        self.tell("material-po.answer-cancellation", material_po_id=po.material_po_id, answer=answer)

    @rule(material=st.sampled_from(MATERIALS), quantity=st.sampled_from(("5", "20", "-3", "-1")))
    def stock_is_adjusted(self, material: str, quantity: str) -> None:
        self.tell("stock.adjust", material=material, quantity=quantity, unit="KGM")

    @rule(material=st.sampled_from(MATERIALS), count=st.sampled_from(("0", "2", "9")))
    def stock_is_counted(self, material: str, count: str) -> None:
        self.tell("stock.adjust", material=material, count=count, unit="KGM")

    # --------------------------------------------------------------------------- late, twice, wrong, at last

    @precondition(lambda self: bool(self.messages))
    @rule(data=st.data())
    def something_comes_again(self, data: st.DataObject) -> None:
        """An answer to a task that is closed or withdrawn by now changes nothing, and its sender is told so (R40)."""
        self.play.order_id, message = data.draw(st.sampled_from(self.messages))
        before, task_id = self.play.case, getattr(message, "task_id", None)
        stale = task_id and task_id not in {task.task_id for task in self.play.all_tasks}
        self.done(lambda: self.play.give(message))
        if stale:
            assert self.play.code
            assert self.play.case is before

    @precondition(lambda self: any(order.work_orders for order in self.orders))
    @rule(data=st.data(), who=st.sampled_from(("Jo", "Mia")))
    def something_is_said_at_the_wrong_time(self, data: st.DataObject, who: str) -> None:
        work = data.draw(st.sampled_from([key for order in self.orders for key in order.work_orders]))
        name, more = data.draw(st.sampled_from(SAID_OF_WORK_ORDERS))
        by = {} if name.startswith("quality") else {"by": person("production-engineer", who)}
        self.tell(name, work_order_id=work, **more, **by)

    @precondition(lambda self: any(order.tasks for order in self.orders))
    @rule(data=st.data(), bad=st.sampled_from((0, 0, 1, 2)))
    def a_task_is_answered(self, data: st.DataObject, bad: int) -> None:
        """The likely next step, so that stories come to their end."""
        task = data.draw(st.sampled_from([task for order in self.orders for task in order.tasks.values()]))
        self.done(lambda: self.play.answer_task(task, bad=bad))

    @precondition(lambda self: self.play.questions)
    @rule(data=st.data(), as_=st.sampled_from(("discard", "revision")))
    def a_document_is_classified(self, data: st.DataObject, as_: str) -> None:
        """What a purchase order is whose number was in use; if a revision, it goes on as one."""
        task = data.draw(st.sampled_from(self.play.questions))
        by = person(task.role)
        said = {"document_id": task.target, "as": as_, "by": by}
        self.done(lambda: self.play.tell("document.classify", **said))
        assert not self.play.code
        for command in self.play.last.commands:
            self.done(lambda command=command: self.play.give(command))

    a_task_is_answered_again = a_task_is_answered
    a_task_is_answered_once_more = a_task_is_answered

    @invariant()
    def everything_holds(self) -> None:
        check(self.play.case)

    def teardown(self) -> None:
        """From wherever it has come, everything can be finished, and everything can be cancelled."""
        endings = (everything_is_made, everything_is_cancelled)
        for ending in endings if self.BOTH_ENDS else endings[len(self.messages) % 2 :][:1]:
            play = copy(self.play)
            ending(play)
            check(play.case)
            assert not play.all_tasks
            assert [order for order in play.case.orders.values() if order.state not in ENDED] == []
            assert {po.state for po in play.case.material_pos.values()} <= {"received", "cancelled"}
            assert not any(stock.reserved or stock.on_order for stock in play.case.stock.values())


def suppliers_deliver(play: Play) -> None:
    """Every supplier delivers what is awaited, and procurement does without what is refused."""
    for key in play.case.material_pos:
        for line in list(play.case.material_pos[key].lines.values()):
            if play.case.material_pos[key].lines[line.line].undecided:
                play.tell("material-po.review-change", material_po_id=key, line=line.line, decision="source-anew")
        if play.case.material_pos[key].state == "cancel_requested":
            play.tell("material-po.answer-cancellation", material_po_id=key, answer="accepted")
        for line in list(play.case.material_pos[key].lines.values()):
            if play.case.material_pos[key].lines[line.line].awaited:
                play.receive(key, f"{line.awaited:f}", line.line)


def customers_answer(play: Play, decision: str) -> None:
    """Every order that waits for its customer is given up, every question is answered."""
    for order in list(play.case.orders.values()):
        play.order_id = order.order_id
        if order.cancellation.state == "assessing":
            play.assess(decision)
        if order.cancellation.state == "awaiting_customer":
            play.answer("accept" if decision == "free" else "decline")
        if decision == "free" or play.order.state in {"stand_by", "lapsed"}:
            play.cancel()
            play.assess("free")


def everything_is_made(play: Play) -> None:
    """Whoever is asked does the next thing, until nobody is asked any more."""
    for _ in range(60):
        customers_answer(play, "refuse")
        suppliers_deliver(play)
        for task in play.all_tasks:
            if task.task_id in {each.task_id for order in play.case.orders.values() for each in order.tasks.values()}:
                assert not play.answer_task(task), (task, play.last.refusal)
        if not play.all_tasks and {order.state for order in play.case.orders.values()} <= ENDED:
            return


def everything_is_cancelled(play: Play) -> None:
    """Every customer cancels, every supplier agrees, what is half made is disposed of."""
    customers_answer(play, "free")
    suppliers_deliver(play)
    for task in play.all_tasks:
        assert not play.answer_task(task), (task, play.last.refusal)


class ThoroughProcess(Process):
    BOTH_ENDS = True


def _run(process: type[Process], examples: int, steps: int) -> None:
    run_state_machine_as_test(
        process,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )


RULES_HELD = pytest.mark.rule("R19", "R35", "R36", "R40", "R41", "R61", "R63", "R69", "R70")


@RULES_HELD
@pytest.mark.parametrize("run", range(8))
def test_nothing_is_lost_doubled_or_stuck(run: int) -> None:
    _run(Process, 250, 20)


@pytest.mark.soak
@RULES_HELD
@pytest.mark.parametrize("run", range(int(os.environ.get("HUB_SOAK_RUNS", "20"))))
def test_nothing_is_lost_doubled_or_stuck_in_many_long_runs(run: int) -> None:
    _run(ThoroughProcess, 300, 100)

"""A play on the pure engine: commands go in, each by whoever usually gives it, and what follows can be looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import orjson

from hub.messages.base import Event, Message
from hub.messages.catalogue import MESSAGES
from hub.messages.envelope import check_data
from hub.sagas.address import order_of
from hub.sagas.authority import ROLES_OF
from hub.sagas.case import Case, Rules
from hub.sagas.engine import Outcome, carry_out
from hub.sagas.model import Cancellation, Order, OrderLine, Requirement, Task, WorkOrder
from hub.sagas.numbers import order_key
from hub.sagas.supply import MaterialPo, Stock
from hub.store.reach import RELEASING, lists_anew

NAMES = {
    "sales-officer": "Ada",
    "production-engineer": "Jo",
    "procurement-officer": "Lea",
    "quality-inspector": "Rui",
    "shipping-clerk": "Kim",
    "warehouse-clerk": "Sam",
}
START = datetime(2026, 11, 22, 8, tzinfo=UTC)


def person(role: str, name: str | None = None) -> dict[str, str]:
    """Somebody in a role."""
    return {"role": role, "name": name or NAMES[role]}


@dataclass(slots=True)
class Play:
    """What is known so far, and what the last command gave."""

    rules: Rules = field(default_factory=Rules)
    now: datetime = START
    case: Case = field(default_factory=Case)
    last: Outcome = field(default_factory=lambda: Outcome(Case()))
    last_message: Message | None = None
    timers: list[tuple[datetime, Message]] = field(default_factory=list)
    order_id: str = "O-AAAAAAAAAAAA"
    """the order that is spoken of"""

    # ------------------------------------------------------------------------------------------- going on

    def tell(self, name: str, **data: Any) -> str:
        """Give a command, by its usual role where nobody is named; the code with which it is refused, if it is."""
        kind = f"{name}.v1"
        if "by" in MESSAGES[kind].model_fields and "by" not in data and kind in ROLES_OF:
            data["by"] = person(min(role for role in ROLES_OF[kind] if role in NAMES))
        return self.give(check_data(kind, data))

    def give(self, message: Message) -> str:
        """Give a message, and check what every outcome has to keep."""
        before, self.last_message = self.case, message
        seen = self._seen_by(message)
        held = seen.copy()
        self.last = carry_out(seen, message, self._order_of(message), self.rules, self.now)
        assert seen == held, "the case given was changed"
        if self.last.refusal or self.last.ignored or self.last.unknown:
            assert self.last.case is seen
            assert not self.last.events
        else:
            after = self.last.case
            self.case = Case(
                {**before.orders, **after.orders},
                {**before.material_pos, **after.material_pos},
                {**before.stock, **after.stock},
                {**before.documents, **after.documents},
            )
        for event, _, _ in self.last.events:
            self._check_on_the_wire(event)
        self.timers += [(self.now + timer.delay, timer.message) for timer in self.last.timers]
        return self.code

    def _seen_by(self, message: Message) -> Case:
        """What of the case a store loads for a message, so that a step that looks further is found out here."""
        orders, pos = self.case.orders, self.case.material_pos
        home = orders.get(self._order_of(message))
        fields = vars(message)
        named = {fields.get("material_po_id")}
        named |= {each.join for each in fields.get("allocations", ())}
        shared = {key for key in named if key in pos}
        if home is not None:
            mine = {source.material_po_id for need in home.requirements.values() for source in need.sources}
            shared |= mine if isinstance(message, RELEASING) or lists_anew(message, home) else set()
            named |= mine
        elif not shared:
            return self.case
        keys = {order_id for key in shared for order_id in pos[key].order_ids} | ({home.order_id} if home else set())
        return Case(
            {key: orders[key] for key in orders if key in keys},
            {key: pos[key] for key in pos if key in named},
            self.case.stock,
            self.case.documents,
        )

    def pass_time(self, give: Callable[[Message], str] | None = None, **time: float) -> None:
        """Let time pass; timers that are due come, in their order."""
        until = self.now + timedelta(**time)
        while due := sorted((timer for timer in self.timers if timer[0] <= until), key=lambda timer: timer[0]):
            self.timers.remove(due[0])
            self.now = due[0][0]
            (give or self.give)(due[0][1])
        self.now = until

    def _order_of(self, message: Message) -> str:
        fields = vars(message)
        named = fields.get("order_id")
        if named:
            return str(named)
        for name in ("work_order_id", "requirement_id"):
            key = fields.get(name)
            if key:
                return order_of(key)
        items = fields.get("items")
        if items:
            return order_of(items[0].work_order_id)
        return "" if fields.keys() & {"material_po_id", "count", "document_id"} else self.order_id

    @staticmethod
    def _check_on_the_wire(event: Event) -> None:
        data = event.data()
        assert check_data(event.TYPE, orjson.loads(orjson.dumps(data))).data() == data

    # ------------------------------------------------------------------------------------- usual commands

    def submit(self, *lines: tuple[str, str], purpose: str = "original", **more: Any) -> str:
        """A purchase order comes in, with lines of number and quantity."""
        data: dict[str, Any] = {
            "po_number": "4711",
            "purpose": purpose,
            "customer": {"id": "C-HOLT"},
            "lines": [
                {
                    "line": number,
                    "product": {"buyer_part": f"P-{number}"},
                    "quantity": quantity,
                    "unit": "H87",
                    "requested_date": "2027-01-11",
                }
                for number, quantity in lines or (("1", "10"),)
            ],
            "source": {"channel": "api"},
        }
        return self.tell("customer-po.submit", **{**data, **more})

    def review(self, decision: str, **more: Any) -> str:
        """The sales officer answers the review."""
        return self.tell("order.review", order_id=self.order_id, decision=decision, **more)

    def change(self, *lines: dict[str, Any], purpose: str = "change", **more: Any) -> str:
        """The customer changes lines: each given by its number and what is said of it."""
        said = [
            {"product": {"buyer_part": f"P-{line['line']}"}, "quantity": "0", "unit": "H87", **line} for line in lines
        ]
        return self.submit(purpose=purpose, lines=said, **more)

    def review_change(self, decision: str | None = None, **lines: str) -> str:
        """The sales officer decides on a change, for all its lines or line by line: ``L1="accept"``."""
        single = [{"line": name.removeprefix("L"), "decision": verdict} for name, verdict in lines.items()]
        data: dict[str, Any] = {"change_id": self.order.change.change_id, "lines": single}
        return self.tell(
            "order.review-change", order_id=self.order_id, **data, **({"decision": decision} if decision else {})
        )

    def changed(self, *lines: dict[str, Any], **more: Any) -> Play:
        """A change came in and was accepted."""
        assert not self.change(*lines, **more)
        assert not self.review_change("accept"), self.last.refusal
        return self

    def ordered(self, *lines: tuple[str, str]) -> Play:
        """A purchase order came in and was confirmed."""
        self.submit(*lines)
        self.review("confirm")
        return self

    def in_stock(self, material: str = "STEEL", quantity: str = "1000") -> Play:
        """So much of a material is in stock."""
        self.tell("stock.adjust", material=material, count=quantity, unit="KGM")
        return self

    def need(self, line: str, *materials: tuple[str, str]) -> str:
        """The engineer lists materials for a line's work order."""
        listed = [{"material": name, "quantity": quantity, "unit": "KGM"} for name, quantity in materials]
        return self.tell("work-order.specify-materials", work_order_id=self.work_id(line), materials=listed)

    def source(self, number: int, **allocations: str) -> str:
        """Find a source for requirement so-and-so: ``stock="20", S_ONE="16.5"``."""
        found = [
            {"from": "stock", "quantity": quantity}
            if name == "stock"
            else {"from": "supplier", "supplier_id": name, "quantity": quantity}
            for name, quantity in allocations.items()
        ]
        return self.tell("material.source", requirement_id=self.need_id(number), allocations=found)

    def schedule(self, line: str, **more: Any) -> str:
        """The engineer schedules the production of a line."""
        data = {"start": "2026-12-01", "end": "2026-12-03", "work_center": "LASER-1", **more}
        return self.tell("work-order.schedule", work_order_id=self.work_id(line), **data)

    def start(self, line: str, **more: Any) -> str:
        """Production of a line begins."""
        return self.tell("work-order.start-production", work_order_id=self.work_id(line), **more)

    def complete(self, line: str, **more: Any) -> str:
        """The pieces are made."""
        return self.tell("work-order.complete-production", work_order_id=self.work_id(line), **more)

    def inspect(self, line: str, passed: str, failed: str = "0") -> str:
        """The inspector counts good and bad pieces."""
        return self.tell("quality.inspect", work_order_id=self.work_id(line), passed=passed, failed=failed)

    def decide(self, line: str, decision: str, quantity: str | None = None) -> str:
        """The engineer decides on bad pieces."""
        return self.tell(
            "work-order.decide-defect",
            work_order_id=self.work_id(line),
            decision=decision,
            **({"quantity": quantity} if quantity else {}),
        )

    def ship(self, *items: tuple[str, str], **more: Any) -> str:
        """Pieces of these lines leave."""
        listed = [{"work_order_id": self.work_id(line), "quantity": quantity} for line, quantity in items]
        return self.tell("shipment.dispatch", items=listed, **more)

    def cancel(self, *lines: str, **more: Any) -> str:
        """The customer asks to cancel these lines, or everything."""
        named = {"lines": list(lines)} if lines else {}
        known = self.case.orders.get(self.order_id)
        number, customer = (known.po_number, known.customer_id) if known else ("4711", "C-HOLT")
        return self.tell(
            "customer-po.cancel", customer_id=customer, po_number=number, source={"channel": "api"}, **named, **more
        )

    def assess(self, decision: str | None = None, **more: Any) -> str:
        """The sales officer decides on a cancellation; with ``"penalty"`` for 100 EUR."""
        if decision:
            more["decision"] = decision
        return self.tell(
            "cancellation.assess", order_id=self.order_id, penalty={"amount": "100", "currency": "EUR"}, **more
        )

    def answer(self, answer: str, **more: Any) -> str:
        """The customer answers the penalty question."""
        return self.tell("penalty.answer", order_id=self.order_id, answer=answer, **more)

    def acknowledge(self, po: str, answer: str = "accepted", line: str = "1", **more: Any) -> str:
        """The supplier answers a line of a material PO."""
        return self.tell("material-po.acknowledge", material_po_id=po, lines=[{"line": line, "answer": answer, **more}])

    def receive(self, po: str, quantity: str, line: str = "1") -> str:
        """Goods come in for a line of a material PO."""
        return self.tell("material-po.receive", material_po_id=po, lines=[{"line": line, "quantity": quantity}])

    def answer_task(self, task: Task, bad: int = 0) -> str:
        """Answer a task of an order in the way that brings it nearer to its shipment."""
        name = task.kind.removesuffix(".v1")
        self.order_id = next(each.order_id for each in self.case.orders.values() if task.task_id in each.tasks)
        said: dict[str, Any] = {"task_id": task.task_id}
        if name.startswith(("work-order.", "quality.")):
            said["work_order_id"] = task.target
        if task.assignee:
            said["by"] = person(task.role, task.assignee)
        work = self.order.work_orders.get(task.target)
        if task.role == "sales-officer":
            return self.tell(name, **said, **self._sales_decision(name, task.target))
        match name:
            case "work-order.specify-materials":
                said["materials"] = [{"material": "STEEL", "quantity": "3", "unit": "KGM"}]
            case "material.source":
                need = self.order.requirements[task.target]
                quantity = f"{need.unsourced:f}"
                enough = self.stock(need.material).free >= need.unsourced
                supplier = {"from": "supplier", "supplier_id": "S_ONE", "quantity": quantity}
                stock = {"from": "stock", "quantity": quantity}
                said |= {"requirement_id": task.target, "allocations": [stock if enough else supplier]}
            case "work-order.schedule":
                said |= {"start": "2099-12-01", "end": "2099-12-03", "work_center": "LASER-1"}
            case "quality.inspect" if work:
                failed = min(number(str(bad)), work.in_inspection)
                said |= {"passed": f"{work.in_inspection - failed:f}", "failed": f"{failed:f}"}
            case "work-order.decide-defect":
                said["decision"] = "remake" if bad else "fix"
            case "work-order.dispose":
                said["as"] = "stock"
            case "shipment.dispatch" if work:
                said["items"] = [{"work_order_id": task.target, "quantity": f"{work.good - work.shipped:f}"}]
        return self.tell(name, **said)

    def _sales_decision(self, name: str, target: str) -> dict[str, Any]:
        match name:
            case "order.review":
                return {"order_id": target, "decision": "confirm"}
            case "cancellation.assess" | "order.review-change":
                change = {"change_id": target} if name == "order.review-change" else {}
                return {"order_id": self.order_id, "decision": "refuse", **change}
            case _:
                promised = max(self.order.lines[target].projected or "", self.now.date().isoformat())
                return {"order_id": self.order_id, "line": target, "confirmed_date": promised}

    def supplied(self, line: str, quantity: str = "30") -> Play:
        """A line's only material is listed and taken from stock."""
        self.need(line, ("STEEL", quantity))
        self.source(len(self.order.requirements), stock=quantity)
        return self

    def produced(self, line: str) -> Play:
        """What a line's work order is to make is made, and waits for inspection."""
        self.schedule(line)
        self.start(line)
        self.complete(line)
        return self

    def produced_again(self, line: str) -> Play:
        """What was to be fixed is fixed, and waits for inspection."""
        assert self.complete(line) == ""
        return self

    def dispose(self, line: str, what: str, quantity: str | None = None, **more: Any) -> str:
        """The engineer decides on half-made goods of a line."""
        more |= {"quantity": quantity} if quantity else {}
        return self.tell("work-order.dispose", work_order_id=self.work_id(line), **{"as": what}, **more)

    def cancelled(self, *lines: str) -> Play:
        """The customer has cancelled these lines, or everything, free of charge."""
        self.cancel(*lines)
        self.assess("free")
        return self

    def ready(self, line: str, quantity: str = "10") -> Play:
        """A line is made, without material, inspected and ready to ship."""
        self.need(line)
        self.produced(line).inspect(line, quantity)
        return self

    # ---------------------------------------------------------------------------------------- looking at it

    @property
    def order(self) -> Order:
        return self.case.orders[self.order_id]

    @property
    def cancellation(self) -> Cancellation:
        return self.order.cancellation

    def line(self, number: str) -> OrderLine:
        return self.order.lines[number]

    def work_id(self, line: str) -> str:
        known = self.order.lines.get(line) if self.order_id in self.case.orders else None
        return (known and known.work_order_id) or f"W-{order_key(self.order_id)}-{line}"

    def work(self, line: str) -> WorkOrder:
        return self.order.work_orders[self.work_id(line)]

    def need_id(self, number: int) -> str:
        return f"R-{order_key(self.order_id)}-{number}"

    def requirement(self, number: int) -> Requirement:
        return self.order.requirements[self.need_id(number)]

    def po(self, number: int = 1) -> MaterialPo:
        """The material PO that was made so-and-so-many-th."""
        return list(self.case.material_pos.values())[number - 1]

    def stock(self, material: str = "STEEL") -> Stock:
        return self.case.stock.get(material) or Stock(material)

    @property
    def said(self) -> list[str]:
        """What the last command made the hub say, tasks and stock aside: ``order.confirmed``."""
        names = [event.TYPE.removesuffix(".v1") for event, _, _ in self.last.events]
        return [name for name in names if not name.startswith(("task.", "stock."))]

    def event(self, name: str) -> Any:
        """An event of the last command."""
        return next(event for event, _, _ in self.last.events if f"{name}.v1" == event.TYPE)

    @property
    def code(self) -> str:
        """The code with which the last command was refused; empty where it was not."""
        return self.last.refusal.code if self.last.refusal else ""

    @property
    def tasks(self) -> list[Task]:
        """What is asked for now, of the order spoken of and of all material POs."""
        shared = [task for po in self.case.material_pos.values() for task in po.tasks.values()]
        return [*(self.order.tasks.values() if self.order_id in self.case.orders else ()), *shared]

    @property
    def all_tasks(self) -> list[Task]:
        """What is asked for now, of every order."""
        homes = [*self.case.orders.values(), *self.case.material_pos.values()]
        return [task for home in homes for task in home.tasks.values()]

    @property
    def questions(self) -> list[Task]:
        """What is asked for now about documents that were set aside."""
        return [task for document in self.case.documents.values() for task in document.tasks.values()]

    def classify(self, as_: str, message: dict[str, Any] | None = None, **more: Any) -> str:
        """The one asked about the only document says what it is."""
        [task] = self.questions
        said = {"message": message} if message else {}
        by = more.pop("by", person(task.role))
        code = self.tell("document.classify", document_id=task.target, **{"as": as_}, by=by, **said, **more)
        for command in self.last.commands:
            code = self.give(command)
        return code

    @property
    def asked(self) -> list[str]:
        """The commands that would answer what is asked for now."""
        return sorted(task.kind.removesuffix(".v1") for task in self.tasks)

    def task(self, name: str) -> Task:
        """The open task that this command answers."""
        return next(task for task in self.tasks if task.kind == f"{name}.v1")

    def another_order(self, key: str) -> Play:
        """The same world, speaking of another order."""
        self.order_id = f"O-{key}"
        return self

    def with_rules(self, **rules: Any) -> Play:
        """The same world, with other settings."""
        self.rules = replace(self.rules, **rules)
        return self


def number(text: str) -> Decimal:
    """A number."""
    return Decimal(text)

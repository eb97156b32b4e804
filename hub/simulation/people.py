"""MetalWorks' people, played: an answer for every kind of task, from the facts that the task carries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hub.messages.base import Message
from hub.messages.catalogue import COMMANDS
from hub.messages.envelope import check_data
from hub.messages.task import TaskOpened
from hub.simulation.choices import Choices
from hub.simulation.script import Script

NAMES = {
    "sales-officer": ("Ada Lind", "Bo Falk"),
    "senior-sales-officer": ("Ute Stahl",),
    "production-engineer": ("Jo Brandt", "Mia Holm", "Tom Ek"),
    "procurement-officer": ("Lea Vogt",),
    "quality-inspector": ("Rui Costa", "Eva Lund"),
    "shipping-clerk": ("Kim Dahl",),
    "warehouse-clerk": ("Sam Ode",),
    "operator": ("Pat Moss",),
}


class People:
    """Everyone at MetalWorks who decides something."""

    def __init__(self, choices: Choices, script: Script, today: Callable[[], date]) -> None:
        self._choices = choices
        self._script = script
        self._today = today
        self._found_bad: dict[str, str] = {}
        """by work order: the task whose inspection found a bad piece; asked again, it finds the same"""
        self._answers: dict[str, Callable[[TaskOpened, dict[str, Any]], dict[str, Any] | None]] = {
            "order.review.v1": self._review,
            "order.review-change.v1": self._review_change_of_order,
            "cancellation.assess.v1": self._assess,
            "order.review-delay.v1": lambda task, facts: {
                "line": facts["line"],
                "confirmed_date": max(facts["projected"], self._today().isoformat()),
            },
            "work-order.specify-materials.v1": self._specify,
            "material.source.v1": self._source,
            "material-po.review-change.v1": self._review_change,
            "material-po.review-delay.v1": self._review_delay,
            "work-order.schedule.v1": self._schedule,
            "work-order.start-production.v1": lambda task, facts: {},
            "work-order.complete-production.v1": self._complete,
            "quality.inspect.v1": self._inspect,
            "work-order.decide-defect.v1": self._decide_defect,
            "work-order.dispose.v1": lambda task, facts: {"as": "scrap"},
            "shipment.dispatch.v1": self._dispatch,
            "document.classify.v1": self._classify,
        }

    def answer(self, task: TaskOpened, **changed: Any) -> Message | None:
        """The command that answers a task; None for a kind that nobody here knows."""
        decide = self._answers.get(task.kind)
        decision = decide(task, {**task.facts, **changed}) if decide else None
        if decision is None:
            return None
        ids: dict[str, Any] = {
            name: getattr(task, name)
            for name in ("order_id", "work_order_id", "requirement_id", "material_po_id", "document_id")
            if name in COMMANDS[task.kind].model_fields and getattr(task, name)
        }
        return check_data(task.kind, {**ids, **decision, "task_id": task.task_id, "by": self._by(task)})

    def _by(self, task: TaskOpened) -> dict[str, str]:
        name = task.assignee or self._choices.one(NAMES[task.role], "who", task.task_id)
        return {"role": task.role, "name": name}

    def _review(self, task: TaskOpened, facts: dict[str, Any]) -> dict[str, Any]:
        number, first = facts["po_number"], facts["revision"] == 1
        scripted = self._script.reviews.get(number) if first else None
        if scripted is None and first and self._choices.happens(self._script.reject, "reject", number):
            scripted = "reject"
        if scripted is None and first and self._choices.happens(self._script.revise, "revise", number):
            scripted = "revise"
        if scripted == "reject":
            return {"decision": "reject", "reason": "we do not make this"}
        if scripted != "revise":
            return {"decision": "confirm"}
        line = facts["lines"][0]
        later = date.fromisoformat(line["requested_date"] or self._today().isoformat()) + timedelta(days=21)
        return {
            "decision": "revise",
            "reason": "the material cannot be had in time",
            "proposals": [{"line": line["line"], "requested_date": later.isoformat()}],
        }

    def _review_change_of_order(self, task: TaskOpened, facts: dict[str, Any]) -> dict[str, Any]:
        refused = self._script.refuse_change
        lines = []
        for line in facts["lines"]:
            wanted = not self._choices.happens(refused, "refuse change", facts["change_id"], line["line"])
            accepted = wanted and line["can_be_altered"]
            lines.append({"line": line["line"], "decision": "accept" if accepted else "refuse"})
        decision = {} if lines else {"decision": "accept"}
        return {"change_id": facts["change_id"], "lines": lines, **decision}

    def _assess(self, task: TaskOpened, facts: dict[str, Any]) -> dict[str, Any]:
        number = facts["po_number"]
        verdict = self._script.verdicts.get(number) or self._choices.one(
            ("free", "free", "penalty", "penalty", "refuse"), "assess", number, task.task_id
        )
        decision: dict[str, Any] = {"decision": verdict, "cancellation_id": facts["cancellation_id"]}
        if verdict == "penalty":
            decision["penalty"] = {"amount": "150.00", "currency": facts.get("currency") or "EUR"}
        if verdict == "refuse":
            decision["reason"] = "the pieces are as good as made"
        return decision

    def _specify(self, task: TaskOpened, facts: dict[str, Any]) -> dict[str, Any]:
        bill = self._script.bills.get((facts["po_number"], facts["line"]))
        if bill is not None:
            return {"materials": [{"material": name, "quantity": qty, "unit": unit} for name, qty, unit in bill]}
        about = "materials", task.work_order_id
        if not self._script.materials or self._choices.happens(0.05, *about, "none"):
            return {"materials": []}
        count = self._choices.whole(1, min(2, len(self._script.materials)), *about)
        first = self._choices.whole(0, len(self._script.materials) - 1, *about, "first")
        pieces = Decimal(facts["quantity"])
        needs = []
        for place in range(count):
            material, unit = self._script.materials[(first + place) % len(self._script.materials)]
            each = Decimal(self._choices.whole(2, 30, *about, material)) / 10
            needs.append({"material": material, "quantity": f"{pieces * each:f}", "unit": unit})
        return {"materials": needs}

    def _source(self, task: TaskOpened, facts: dict[str, Any]) -> dict[str, Any]:
        wanted, free = Decimal(facts["quantity"]), Decimal(facts["stock"]["free"])
        taken = Decimal(0)
        kept = facts["material"] not in self._script.bought
        if kept and free > 0 and self._choices.happens(self._script.from_stock, "stock", task.requirement_id):
            taken = min(wanted, free)
        allocations: list[dict[str, Any]] = []
        if taken:
            allocations.append({"from": "stock", "quantity": f"{taken:f}"})
        if wanted > taken:
            offers = facts["suppliers"] or [{"supplier_id": "S-ROBOT", "lead_time_days": 7}]
            offer = self._choices.one(offers, "supplier", task.requirement_id)
            quantity = max(wanted - taken, Decimal(offer.get("minimum") or "0"))
            needed = self._today() + timedelta(days=offer["lead_time_days"])
            allocation = {"from": "supplier", "quantity": f"{quantity:f}", "supplier_id": offer["supplier_id"]}
            allocations.append({**allocation, "requested_date": needed.isoformat()})
        return {"allocations": allocations}

    def _review_change(self, task: TaskOpened, facts: dict[str, Any]) -> dict[str, Any]:
        line = facts["lines"][0]
        refused = (line.get("answer") or {}).get("answer") == "rejected"
        return {"line": line["line"], "decision": "source-anew" if refused else "accept"}

    def _review_delay(self, task: TaskOpened, facts: dict[str, Any]) -> dict[str, Any]:
        return {"decision": self._choices.one(("wait", "source-anew"), "delay", task.task_id)}

    def _schedule(self, task: TaskOpened, facts: dict[str, Any]) -> dict[str, Any]:
        start = self._today() + timedelta(days=self._choices.whole(1, 5, "start", task.work_order_id))
        center = self._choices.one(("LASER-1", "LASER-2", "PRESS-1", "MILL-3"), "center", task.work_order_id)
        return {"start": start.isoformat(), "end": (start + timedelta(days=2)).isoformat(), "work_center": center}

    def _complete(self, task: TaskOpened, facts: dict[str, Any]) -> dict[str, Any] | None:
        return None if (facts["po_number"], facts["line"]) in self._script.unfinished else {}

    def _inspect(self, task: TaskOpened, facts: dict[str, Any]) -> dict[str, Any]:
        pieces, work = Decimal(facts["in_inspection"]), task.work_order_id or ""
        scripted = (facts["po_number"], facts["line"]) in self._script.defects
        bad = scripted or self._choices.happens(self._script.defect, "bad", work)
        if not bad or self._found_bad.setdefault(work, task.task_id) != task.task_id:
            return {"passed": f"{pieces:f}", "failed": "0"}
        failed = min(Decimal(1), pieces)
        return {"passed": f"{pieces - failed:f}", "failed": f"{failed:f}", "defect": "burr on the inner edge"}

    def _decide_defect(self, task: TaskOpened, facts: dict[str, Any]) -> dict[str, Any]:
        scripted = self._script.defects.get((facts["po_number"], facts["line"]))
        remakes = self._choices.happens(self._script.remake, "remake", task.work_order_id)
        return {"decision": scripted or ("remake" if remakes else "fix")}

    def _classify(self, task: TaskOpened, facts: dict[str, Any]) -> dict[str, Any]:
        """A purchase order whose number is in use revises the one that has it; of anything else nothing follows."""
        reasons = {reason["code"] for reason in facts.get("reasons", ())}
        return {"as": "revision" if reasons == {"po_number_in_use"} else "discard"}

    def _dispatch(self, task: TaskOpened, facts: dict[str, Any]) -> dict[str, Any]:
        tracking = f"{self._choices.whole(10**11, 10**12 - 1, 'tracking', task.task_id)}"
        item = {"work_order_id": task.work_order_id, "quantity": facts["ready"]}
        return {"items": [item], "carrier": "Northline Freight", "tracking": tracking}

"""What was agreed, word for word: products, prices, dates, penalties, people, as stored and as the events have it.

The ledger counts quantities and states; this compares everything else that an order, a task or a material PO says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from hub.audit.account import Data
from hub.audit.report import Notes

Stored = dict[str, Any]
DATES = ("requested", "first_confirmed", "confirmed")
"""of a line; the projected date follows from work and material, and no event tells of each of its changes"""
TASK = (
    *("kind", "role", "order_id", "work_order_id", "requirement_id", "material_po_id", "document_id"),
    *("opened_at", "due_at"),
)
PO_LINE = ("line", "material", "unit", "unit_price", "description", "requested_date", "promised_date")
ENDS = {
    "cancellation.penalty-accepted": "accepted",
    "cancellation.penalty-declined": "declined",
    "cancellation.penalty-expired": "expired",
}


def bare(value: Any) -> Any:
    """A value without what is absent or empty in it."""
    if isinstance(value, dict):
        return {name: kept for name, each in value.items() if (kept := bare(each)) not in (None, [], {}, "")}
    return [bare(each) for each in value] if isinstance(value, list | tuple) else value


class OrderContents:
    """What the events say of one order."""

    def __init__(self) -> None:
        self.names: tuple[str, str] | None = None
        self.pos: dict[int, Data] = {}
        self.items: dict[str, Data] = {}
        self.dates: dict[str, Data] = {}
        self.works: dict[str, Data] = {}
        self.needs: dict[str, tuple[str, str]] = {}
        self.shipments: list[str] = []
        self.changes: dict[str, Data] = {}
        self.questions: dict[str, tuple[Data, str, list[str]]] = {}
        self.closed: dict[str, str] = {}
        self.cancellation = ""

    def take(self, kind: str, data: Data) -> None:
        """Enter an event of this order."""
        if kind in {"order.received", "order.revised"}:
            po = data["po"]
            self.names = data["customer_id"], data["po_number"]
            self.pos[data["revision"]] = po
            self.items = {line["line"]: line for line in po["lines"]}
            self.dates = {
                line["line"]: {"requested": line.get("requested_date") or po.get("requested_date")}
                for line in po["lines"]
            }
        elif kind == "order.change-requested":
            self.changes[data["change_id"]] = data
        elif kind == "order.changed":
            changed = [entry for entry in data["lines"] if entry.get("after")]
            self.items |= {entry["line"]: entry["after"] for entry in changed}
        elif kind == "order.delay-confirmed":
            self.dates.setdefault(data["line"], {})["confirmed"] = data["confirmed"]
            for work in self.works.values():
                if work.get("line") == data["line"]:
                    work["due"] = data["confirmed"]
        elif kind == "shipment.shipped":
            self.shipments.append(data["shipment_id"])
        elif kind.startswith("cancellation."):
            self._question(kind, data)
        if kind in {"order.confirmed", "order.changed"}:
            for each in data["dates"]:
                self.dates[each["line"]] = {name: each.get(name) for name in DATES}
        self._parts(kind, data)

    def _question(self, kind: str, data: Data) -> None:
        if kind == "cancellation.requested":
            self.cancellation = data["cancellation_id"]
        elif kind == "cancellation.penalty-proposed":
            self.questions[data["question_id"]] = data["penalty"], data["expires_at"], data["lines"]
        elif kind in ENDS:
            self.closed[data["question_id"]] = ENDS[kind]

    def _parts(self, kind: str, data: Data) -> None:
        if kind in {"work-order.created", "work-order.changed"}:
            work = self.works.setdefault(data["work_order_id"], {})
            work |= {"line": data["line"], "item": data["item"], "due": data.get("due"), "unit": data["item"]["unit"]}
        elif kind in {"work-order.materials-specified", "work-order.reassigned"}:
            self.works.setdefault(data["work_order_id"], {})["engineer"] = data["engineer"]
        elif kind == "work-order.scheduled":
            work = self.works.setdefault(data["work_order_id"], {})
            work["plan"] = (data["start"], data["end"], data.get("work_center"))
        elif kind == "material.required":
            self.needs[data["requirement_id"]] = data["material"], data["unit"]


def check_contents(order: Stored, said: OrderContents, notes: Notes) -> None:
    """Compare an order's content with what its events say."""
    for where, stored, told in _of_order(order, said):
        if bare(stored) != bare(told):
            notes.find(
                "content_differs", order["order_id"], f"{where}: {_shown(stored)} is stored, {_shown(told)} said"
            )


def _of_order(order: Stored, said: OrderContents) -> Iterator[tuple[str, Any, Any]]:
    yield "customer and PO number", [order["customer_id"], order["po_number"]], list(said.names or ())
    for place, revision in enumerate(order["revisions"], start=1):
        yield f"number of revision {place}", revision["number"], place
        if place in said.pos:
            yield f"revision {place}", revision["po"], said.pos[place]
    for name, line in order["lines"].items():
        yield f"item of line {name}", line["item"], said.items.get(name)
        for date, day in said.dates.get(name, {}).items():
            yield f"{date} date of line {name}", line[date], day
    for key, work in order["work_orders"].items():
        yield from _of_work(key, work, said.works.get(key, {}), order["order_id"])
    for key, need in order["requirements"].items():
        if key in said.needs:
            yield f"material of {key}", [need["material"], need["unit"]], list(said.needs[key])
        yield f"names of {key}", [need["requirement_id"], need["order_id"]], [key, order["order_id"]]
    yield "shipments", order["shipments"], said.shipments
    yield from _of_regions(order, said)


def _of_work(key: str, work: Stored, told: Data, order_id: str) -> Iterator[tuple[str, Any, Any]]:
    yield f"names of {key}", [work["work_order_id"], work["order_id"]], [key, order_id]
    for name in ("item", "due", "engineer", "unit"):
        if name in told:
            yield f"{name} of {key}", work[name], told[name]
    if work["start"] is not None or work["state"] in {"scheduled", "in_production"}:
        yield f"plan of {key}", [work["start"], work["end"], work["work_center"]], list(told.get("plan", ()))


def _of_regions(order: Stored, said: OrderContents) -> Iterator[tuple[str, Any, Any]]:
    for request in order["change"]["requests"]:
        told = said.changes.get(request["change_id"], {})
        yield f"change {request['change_id']}", request["sent"], told.get("po")
        lines = {line["line"]: line for line in told.get("lines", ())}
        for line in request["lines"]:
            yield f"line {line['line']} of change {request['change_id']}", line, lines.get(line["line"])
    cancellation = order["cancellation"]
    question = cancellation["question_id"]
    open_ones = said.questions.keys() - {key for key, _ in cancellation["closed"]}
    yield "open penalty question", [question] if question else [], sorted(open_ones)
    if cancellation["state"] == "none":
        left = [cancellation[name] for name in ("cancellation_id", "lines", "penalty", "expires_at", "reason")]
        yield "what is left of a cancellation", [each for each in left if each], []
    else:
        yield "cancellation", cancellation["cancellation_id"], said.cancellation
    yield "penalty questions so far", cancellation["questions"], len(said.questions)
    if question in said.questions:
        offer = [cancellation["penalty"], cancellation["expires_at"]]
        yield f"penalty of {question}", offer, list(said.questions[question][:2])
    for key, how in cancellation["closed"]:
        yield f"end of {key}", how, said.closed.get(key, "void")
    for key, lines in cancellation["offers"].items():
        if key in said.questions:
            yield f"lines of {key}", lines, said.questions[key][2]


# --------------------------------------------------------------------------------------------- tasks, material POs


def check_task(row: Mapping[str, Any], facts: Any, told: Data, notes: Notes) -> None:
    """Compare a task in the list with the event that opened it, and with who was given it."""
    for name in TASK:
        if row[name] != told.get(name):
            text = f"{name} is listed as {_shown(row[name])}, it was opened with {_shown(told.get(name))}"
            notes.find("task_differs", row["task_id"], text)
    if bare(facts) != bare(told["facts"]):
        names = sorted(name for name in {*facts, *told["facts"]} if facts.get(name) != told["facts"].get(name))
        notes.find("task_differs", row["task_id"], f"it shows other facts than it was opened with: {', '.join(names)}")


class PoContents:
    """What the events say of one material PO."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {}
        self.lines: defaultdict[str, Data] = defaultdict(dict)
        self.served: set[str] = set()

    def take(self, data: Data) -> None:
        """Enter an event of this PO."""
        self.names |= {name: data[name] for name in ("supplier_id", "currency", "version") if data.get(name)}
        self.served |= set(data["order_ids"])
        for line in data["lines"]:
            self.lines[line["line"]] |= {name: line.get(name) for name in PO_LINE}


def check_po_contents(po: Stored, said: PoContents, notes: Notes) -> None:
    """Compare a material PO's content with what its events say."""
    key = po["material_po_id"]
    told: dict[str, tuple[Any, Any]] = {name: (po[name], value) for name, value in said.names.items()}
    if said.served:
        told["orders served"] = sorted(po["served"]), sorted(said.served)
    for name, line in po["lines"].items():
        told |= {f"{field} of line {name}": (line[field], value) for field, value in said.lines.get(name, {}).items()}
    for name in said.lines.keys() - po["lines"].keys():
        told[f"line {name}"] = None, "there"
    for what, (stored, value) in told.items():
        if bare(stored) != bare(value):
            notes.find("content_differs", key, f"{what}: {_shown(stored)} is stored, {_shown(value)} said")


def _shown(value: Any) -> str:
    text = str(bare(value))
    return text if len(text) <= 120 else f"{text[:117]}…"

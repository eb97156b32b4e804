"""The ledger of all events: orders, material POs and stock as the events alone have them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hub.audit.account import ZERO, Data, OrderAccount, number
from hub.audit.contents import OrderContents, PoContents
from hub.audit.report import Notes


@dataclass(slots=True)
class PoAccount:
    """A material PO, as the events have it."""

    kinds: set[str] = field(default_factory=set)
    """the verbs of its events"""
    received: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    """by line"""
    ordered: dict[str, Decimal] = field(default_factory=dict)
    """by line, as last said"""
    contents: PoContents = field(default_factory=PoContents)


@dataclass(slots=True)
class StockAccount:
    """A material in the warehouse, as the events have it."""

    received: Decimal = ZERO
    consumed: Decimal = ZERO
    returned: Decimal = ZERO
    """from cancelled work orders"""
    adjusted: Decimal = ZERO
    changed: Decimal = ZERO
    """the sum of what `stock.changed` says"""
    last: tuple[Decimal, Decimal, Decimal] | None = None
    """on hand, reserved, on order, as last said"""
    unit: str = ""


class Ledger:
    """Takes events in the order in which they were said.

    ``adjustments`` are the ids of the commands that corrected stock; without them an adjustment is known by
    its reason or author.
    """

    def __init__(self, notes: Notes, adjustments: frozenset[str] | None = None) -> None:
        self.notes = notes
        self.orders: dict[str, OrderAccount] = {}
        self.material_pos: dict[str, PoAccount] = {}
        self.stock: dict[str, StockAccount] = defaultdict(StockAccount)
        self.tasks: dict[str, str] = {}
        """every task ever opened, with how its last event left it"""
        self.contents: dict[str, OrderContents] = defaultdict(OrderContents)
        self.opened: dict[str, tuple[str, Data]] = {}
        """tasks, each with when it was opened and with what"""
        self.assigned: dict[str, str | None] = {}
        self.ended: dict[str, str] = {}
        """tasks that have ended, each with when"""
        self.received_for: dict[str, Decimal] = defaultdict(Decimal)
        """by requirement: what has come for it from suppliers"""
        self.layouts: dict[tuple[str, int], Data] = {}
        """versions of layout profiles, by customer and number, each with what was said of it"""
        self.layout_decisions: list[tuple[str, int, str, str]] = []
        """customer, version, accepted or dropped, by whom: in the order in which it was said"""
        self.arrived: dict[str, Data] = {}
        """documents, each with what was said of it when it came"""
        self.documents: dict[str, set[str]] = defaultdict(set)
        """the verbs of each document's events"""
        self.commands_of_documents: Counter[str] = Counter()
        """how many commands each document leads to, as read and as classified"""
        self.questions: dict[str, str] = {}
        """the state of each document that a person was asked about"""
        self.refused: dict[str, tuple[str, str]] = {}
        """commands that were refused, each with code and reason"""
        self.set_aside: set[str] = set()
        self._adjustments = adjustments

    def order(self, order_id: str) -> OrderAccount:
        """The account of an order."""
        if order_id not in self.orders:
            self.orders[order_id] = OrderAccount(order_id)
        return self.orders[order_id]

    def take(self, event: dict[str, Any]) -> None:
        """Enter an event, given in its envelope."""
        self.notes.count("events")
        kind, data = event["type"].rpartition(".v")[0], event["data"]
        subject, _, verb = kind.partition(".")
        order_id, sequence = event.get("correlationid"), event.get("ordersequence")
        if order_id and sequence:
            self._number(self.order(order_id), sequence, kind)
        if subject == "task":
            self._task(verb, data, event["time"])
        elif subject == "document":
            self._document(verb, data)
        elif subject == "material-po":
            self._material_po(verb, data)
        elif subject == "stock":
            self._stock(event, data)
        elif subject == "layout":
            self._layout(verb, data)
        elif kind == "command.refused":
            self.refused[data["command_id"]] = data["code"], data["message"]
        elif subject == "message":
            self.set_aside.add(data["failure_id"])
        elif order_id:
            self.order(order_id).take(kind, data, self.notes)
            self.contents[order_id].take(kind, data)
            if kind == "material.consumed":
                self.stock[data["material"]].consumed += number(data["quantity"])
            for entry in data.get("to_stock", ()):
                self.stock[entry["material"]].returned += number(entry["quantity"])

    def _number(self, account: OrderAccount, sequence: int, kind: str) -> None:
        if sequence != account.sequence + 1:
            text = f"{kind} has number {sequence} after {account.sequence}"
            self.notes.find("sequence_gap", account.order_id, text)
        account.sequence = max(account.sequence, sequence)

    def _task(self, verb: str, data: Data, time: str) -> None:
        known = self.tasks.get(data["task_id"])
        if verb == "opened":
            self.tasks[data["task_id"]] = "open"
            self.opened[data["task_id"]] = time, data
            self.assigned[data["task_id"]] = data.get("assignee")
        elif verb == "assigned":
            self.assigned[data["task_id"]] = data.get("assignee")
        elif verb in {"closed", "withdrawn"}:
            if known != "open":
                text = f"task.{verb} of a task that is {known or 'unknown'}"
                self.notes.find("task_not_open", data["task_id"], text)
            if known is not None:
                self.tasks[data["task_id"]] = verb
                self.ended[data["task_id"]] = time

    def _document(self, verb: str, data: Data) -> None:
        self.documents[data["document_id"]].add(verb)
        if verb in {"received", "duplicate", "rejected", "sent"}:
            self.arrived[data["document_id"]] = data
        if verb == "received":
            self.commands_of_documents[data["document_id"]] += data["messages"]
            self.questions |= dict.fromkeys(data.get("replaces", ()), "closed")
        elif verb in {"acknowledged", "reissued"}:
            self.questions |= dict.fromkeys(data.get("answers", ()), "closed")
        elif verb == "quarantined":
            self.questions[data["document_id"]] = "set_aside"
        elif verb == "classified":
            commands = data.get("commands", ())
            self.commands_of_documents[data["document_id"]] += len(commands)
            self.questions[data["document_id"]] = "carried_on" if commands else "closed"

    def _material_po(self, verb: str, data: Data) -> None:
        account = self.material_pos.setdefault(data["material_po_id"], PoAccount())
        account.kinds.add(verb)
        account.contents.take(data)
        for line in data["lines"]:
            account.ordered[line["line"]] = number(line["quantity"])
        for line in data.get("receipt", ()):
            quantity = number(line["quantity"])
            account.received[line["line"]] += quantity
            for part in line.get("parts", ()):
                self.received_for[part["requirement_id"]] += number(part["quantity"])
            self.stock[line["material"]].received += quantity

    def _layout(self, verb: str, data: Data) -> None:
        if verb == "learnt":
            self.layouts[data["partner_id"], data["version"]] = data
        else:
            self.layout_decisions.append((data["partner_id"], data["version"], verb, data["by"]))

    def _stock(self, event: dict[str, Any], data: Data) -> None:
        account = self.stock[data["material"]]
        change, on_hand = number(data["change"]), number(data["on_hand"])
        if account.last is not None and account.last[0] + change != on_hand:
            text = f"on hand {account.last[0]} changed by {change} is said to be {on_hand}"
            self.notes.find("stock_event_gap", data["material"], text)
        if min(on_hand, number(data["reserved"]), number(data["on_order"])) < ZERO:
            self.notes.find("stock_negative", data["material"], f"{event['id']} says less than nothing")
        if number(data["reserved"]) > on_hand:
            text = f"{event['id']} says that {data['reserved']} are reserved of {on_hand}"
            self.notes.find("stock_over_reserved", data["material"], text)
        account.unit = data["unit"]
        account.last = on_hand, number(data["reserved"]), number(data["on_order"])
        account.changed += change
        if self._adjusted(event, data):
            account.adjusted += change

    def _adjusted(self, event: dict[str, Any], data: Data) -> bool:
        if self._adjustments is None:
            return bool(data.get("reason") or data.get("by"))
        return event.get("causationid") in self._adjustments

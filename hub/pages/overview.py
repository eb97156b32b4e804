"""The whole process in one picture, for the README: the tables' main states, and how one saga moves another.

Within a saga the arrows are the rows of its table. What is named here by hand is checked against the tables.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from hub.messages.base import Command, Message
from hub.messages.cancellation import AssessCancellation
from hub.messages.customer_po import AnswerPenalty, CancelCustomerPo, SubmitCustomerPo
from hub.messages.material import MaterialAvailable, MaterialReserved
from hub.messages.material_po import MaterialPoReceived
from hub.messages.order import OrderConfirmed, ReviewChange
from hub.messages.shipment import Shipped
from hub.messages.work_order import MaterialsSpecified
from hub.pages.drawing.diagram import Label, Link, Node, Panel, draw
from hub.pages.words import OTHERWISE, condition, roles, short_type, words
from hub.sagas.cancellation import CANCELLATION
from hub.sagas.change import CHANGE
from hub.sagas.material import MATERIAL
from hub.sagas.order import ORDER
from hub.sagas.table import On, Table
from hub.sagas.timers import PenaltyExpiryDue
from hub.sagas.work_order import WORK_ORDER

KEY = (
    ("blue", "the order"),
    ("green", "a work order for each line"),
    ("amber", "each of its materials"),
    ("ochre", "a cancellation"),
)
"""The kinds of box, with what they stand for."""


State = tuple[Table[Any], str]


def _of(table: Table[Any], *states: str) -> tuple[State, ...]:
    return tuple((table, state) for state in states)


STORY: dict[str, tuple[State, ...]] = {
    "1 Review": _of(ORDER, "under_review", "stand_by", "rejected", "in_fulfilment"),
    "2 Materials": (
        *_of(WORK_ORDER, "awaiting_engineering", "awaiting_materials"),
        *_of(MATERIAL, "to_source", "reserved", "on_order", "available"),
    ),
    "3 Production and shipment": (
        *_of(WORK_ORDER, "ready", "scheduled", "in_production", "awaiting_inspection", "defect_found"),
        *_of(WORK_ORDER, "ready_to_ship", "shipped"),
        *_of(ORDER, "completed"),
    ),
    "Cancellation, at any time before shipment": _of(CANCELLATION, "assessing", "awaiting_customer"),
    "Change, of what is confirmed": _of(CHANGE, "requested"),
}
"""The states that are shown, by panel, from top to bottom."""

COLUMNS = (
    ("1 Review", "Cancellation, at any time before shipment"),
    ("2 Materials", "Change, of what is confirmed"),
    ("3 Production and shipment",),
)

KINDS = {
    CANCELLATION.name: "ochre",
    CHANGE.name: "blue",
    ORDER.name: "blue",
    WORK_ORDER.name: "green",
    MATERIAL.name: "amber",
}
EVENTS = ((WORK_ORDER, Shipped), (MATERIAL, MaterialPoReceived))
"""Events that are shown as arrows within their table; commands always are."""

HIDDEN = (
    (WORK_ORDER, "defect_found", "ready"),
    (MATERIAL, "reserved", "to_source"),
    (MATERIAL, "on_order", "to_source"),
    (MATERIAL, "available", "to_source"),
)
"""Arrows of which the table's own picture tells."""

REQUEST = Node("request", "the customer cancels", ("a PO, or lines of it",), "any")
ARRIVAL = Node("arrival", "the customer orders", ("by EDI or email",), "any")
STOPPED = Node("stopped", "cancelled", ("all work on the lines stops",), "ochre", final=True)
WISH = Node("wish", "the customer changes", ("lines added, altered, taken out",), "any")
ALTERED = Node("altered", "lines altered in place", ("before their production only",), "blue", final=True)
KEPT = Node("kept", "the terms stay", ("the customer is told why",), "blue", final=True)
GOES_ON = Node("goes on", "work goes on", ("the customer is told",), "ochre", final=True)


def key(table: Table[Any], state: str) -> str:
    """The name of a state among those of all tables."""
    return f"{table.name}: {state}"


@dataclass(frozen=True, slots=True)
class Arc:
    """An arrow that no single table holds; ``row`` is the one that carries it: table, state, message."""

    source: str
    target: str
    row: tuple[Table[Any], str, type[Message]]
    words: str = ""


ASSESS = (CANCELLATION, "assessing", AssessCancellation)
ANSWER = (CANCELLATION, "awaiting_customer", AnswerPenalty)
REVIEW = (CHANGE, "requested", ReviewChange)
SUPPLIED = (WORK_ORDER, "awaiting_materials")
ARCS = (
    Arc("request", key(CANCELLATION, "assessing"), (CANCELLATION, "none", CancelCustomerPo)),
    Arc(key(CANCELLATION, "assessing"), "stopped", ASSESS, "free"),
    Arc(key(CANCELLATION, "assessing"), "goes on", ASSESS, "refuse"),
    Arc(key(CANCELLATION, "awaiting_customer"), "stopped", ANSWER, "accept"),
    Arc(key(CANCELLATION, "awaiting_customer"), "goes on", ANSWER, "decline"),
    Arc(
        key(CANCELLATION, "awaiting_customer"),
        "goes on",
        (CANCELLATION, "awaiting_customer", PenaltyExpiryDue),
    ),
    Arc("wish", key(CHANGE, "requested"), (CHANGE, "none", SubmitCustomerPo)),
    Arc(key(CHANGE, "requested"), "altered", REVIEW, "accept"),
    Arc(key(CHANGE, "requested"), "kept", REVIEW, "refuse"),
    Arc(
        key(ORDER, "in_fulfilment"),
        key(WORK_ORDER, "awaiting_engineering"),
        (WORK_ORDER, "new", OrderConfirmed),
        "for each line",
    ),
    Arc(
        key(WORK_ORDER, "awaiting_materials"),
        key(MATERIAL, "to_source"),
        (MATERIAL, "new", MaterialsSpecified),
        "for each material",
    ),
    Arc(key(MATERIAL, "reserved"), key(WORK_ORDER, "ready"), (*SUPPLIED, MaterialReserved), "all there"),
    Arc(key(MATERIAL, "available"), key(WORK_ORDER, "ready"), (*SUPPLIED, MaterialAvailable), "all there"),
    Arc(
        key(WORK_ORDER, "shipped"),
        key(ORDER, "completed"),
        (ORDER, "in_fulfilment", Shipped),
        "every line shipped or cancelled",
    ),
)


def _label(message: type[Message], guard: str) -> Label:
    verb = short_type(message).partition(".")[2]
    return Label(words(verb), guard, "" if issubclass(message, Command) else "event")


def _rows(table: Table[Any], shown: set[str]) -> Iterator[tuple[str, str, Label]]:
    for row in table.rows:
        if not isinstance(row, On):
            continue
        if not (issubclass(row.message, Command) or (table, row.message) in EVENTS):
            continue
        for state in row.states:
            source, target = key(table, state), key(table, row.to or state)
            if source == key(ORDER, "new"):
                source = "arrival"
            hidden = (table, state, row.to) in HIDDEN
            if {source, target} <= shown and source != target and not hidden:
                yield source, target, _label(row.message, condition(table, row))


def _arcs() -> Iterator[tuple[str, str, Label]]:
    for arc in ARCS:
        table, state, message = arc.row
        if not any(isinstance(row, On) for row in table.index.get((state, message.TYPE), ())):
            raise TypeError(f"the overview shows {message.TYPE} in {state}, of which {table.name} has no row")
        yield arc.source, arc.target, _label(message, arc.words)


def _nodes(panel: str) -> Iterator[Node]:
    if panel.startswith("1"):
        yield ARRIVAL
    if panel.startswith("Cancellation"):
        yield REQUEST
    if panel.startswith("Change"):
        yield WISH
    for table, state in STORY[panel]:
        asked = roles(table).get(state)
        caption = (asked,) if asked else ()
        final = table is ORDER and state in table.final
        yield Node(key(table, state), words(state), caption, KINDS[table.name], final)
    if panel.startswith("Cancellation"):
        yield STOPPED
        yield GOES_ON
    if panel.startswith("Change"):
        yield ALTERED
        yield KEPT


def _arrows(shown: set[str]) -> dict[tuple[str, str], list[Label]]:
    found: dict[tuple[str, str], list[Label]] = {}
    tables = (CANCELLATION, ORDER, WORK_ORDER, MATERIAL)
    for source, target, label in [*(row for table in tables for row in _rows(table, shown)), *_arcs()]:
        labels = found.setdefault((source, target), [])
        if label not in labels:
            labels.append(label)
    said = Counter((source, label.text) for (source, _), labels in found.items() for label in labels)
    return {
        (source, target): [replace(each, guard="") if said[source, each.text] == 1 else each for each in labels]
        if any(each.guard == OTHERWISE for each in labels)
        else labels
        for (source, target), labels in found.items()
    }


def _panel(title: str, home: dict[str, str], arrows: dict[tuple[str, str], list[Label]]) -> Panel:
    """One panel; arrows from and to another end at a box that names it."""
    nodes = list(_nodes(title))
    before: list[Node] = []
    after: list[Node] = []
    links: dict[tuple[str, str], list[Label]] = {}
    for (source, target), labels in arrows.items():
        if title not in {home[source], home[target]}:
            continue
        if home[source] != title:
            before.append(Node(f"from {home[source]}", f"from {home[source][:1]}", (), "any"))
            source = before[-1].key
        if home[target] != title:
            after.append(Node(f"to {home[target]}", f"to {home[target][:1]}", (), "any"))
            target = after[-1].key
        links.setdefault((source, target), []).extend(labels)
    kinds = {node.key: node.kind for node in nodes}
    return Panel(
        title,
        [*dict.fromkeys(before), *nodes, *dict.fromkeys(after)],
        [
            Link(source, target, tuple(labels), kinds.get(target) == "ochre")
            for (source, target), labels in links.items()
        ],
    )


def overview() -> str:
    """The picture as SVG."""
    home = {node.key: panel for panel in STORY for node in _nodes(panel)}
    arrows = _arrows(set(home))
    columns = [[_panel(title, home, arrows) for title in column] for column in COLUMNS]
    return draw("From a customer's purchase order to its shipment", KEY, columns)

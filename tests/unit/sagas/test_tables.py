"""The tables say what happens to every message in every state, and lead to an end from everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from hub.errors import Undeclared
from hub.messages.base import Command, Event
from hub.messages.catalogue import COMMANDS
from hub.sagas.address import TABLES
from hub.sagas.authority import ROLES_OF
from hub.sagas.routing import CONCERNS
from hub.sagas.table import NEW, Never, On, RefuseIf, Table, never, on
from hub.sagas.timers import Timer

EVERY_TABLE = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
STATELESS = {"task.assign.v1"}
"""who is to answer a task changes no state"""

GUARDS_OF_EVERY_ANSWER = {
    ("under_review", "order.review.v1"): "confirm, revise, reject: a row for each answer that the schema allows",
    ("awaiting_customer", "penalty.answer.v1"): "accept, decline: a row for each answer that the schema allows",
}


@EVERY_TABLE
def test_every_pair_of_state_and_message_is_named(table: Table[Any]) -> None:
    assert list(table.undeclared()) == []


@EVERY_TABLE
def test_no_entry_stands_behind_one_that_always_holds(table: Table[Any]) -> None:
    hidden = []
    for (state, message), entries in table.index.items():
        certain = [entry for entry in entries[:-1] if not isinstance(entry, RefuseIf) and _always(entry)]
        hidden += [(state, message) for _ in certain]
    assert hidden == []


@EVERY_TABLE
def test_the_last_entry_of_a_pair_always_holds(table: Table[Any]) -> None:
    """Otherwise a message could find every guard closed."""
    left_open = {key for key, entries in table.index.items() if not _always(entries[-1])}
    assert left_open <= GUARDS_OF_EVERY_ANSWER.keys()


def _always(entry: Any) -> bool:
    return not isinstance(entry, RefuseIf) and getattr(entry, "guard", None) is None


def _reached(table: Table[Any], start: Iterable[str]) -> set[str]:
    found = set(start)
    while True:
        more = {row.to for row in table.rows if isinstance(row, On) and row.to and found & set(row.states)}
        if more <= found:
            return found
        found |= more


@EVERY_TABLE
def test_every_state_can_be_reached(table: Table[Any]) -> None:
    assert set(table.states) - _reached(table, [table.initial]) == set()


@EVERY_TABLE
def test_every_state_leads_to_an_end(table: Table[Any]) -> None:
    assert [state for state in table.states if not _reached(table, [state]) & set(table.final)] == []


@EVERY_TABLE
def test_final_states_are_left_by_nothing(table: Table[Any]) -> None:
    if NEW in table.states:
        left = [row for row in table.rows if isinstance(row, On) and row.to and set(row.states) & set(table.final)]
        assert [row for row in left if row.to not in row.states] == []


@EVERY_TABLE
def test_every_task_has_a_command_that_answers_it(table: Table[Any]) -> None:
    for wait in table.waits:
        assert wait.kind.TYPE in COMMANDS
        answering = next(other for other in TABLES if wait.kind.TYPE in other.messages)
        if answering is table:
            for state in wait.states:
                entries = table.index[state, wait.kind.TYPE]
                assert any(isinstance(entry, On) for entry in entries), (state, wait.kind)


def test_every_command_is_decided_by_one_table() -> None:
    for name in COMMANDS.keys() - STATELESS:
        deciding = [table.name for table in TABLES if name in table.messages]
        shared = {
            "customer-po.submit.v1",
            "material.source.v1",
            "order.review-change.v1",
            "order.review-delay.v1",
            "stock.adjust.v1",
        }
        expected = 2 if name in shared else 1
        assert len(deciding) == expected, (name, deciding)


def test_every_timer_and_every_event_that_a_table_takes_reaches_it() -> None:
    taken = {row.message for table in TABLES for row in table.rows}
    assert {kind for kind in taken if issubclass(kind, Event)} <= CONCERNS.keys()
    assert set(Timer.KINDS.values()) <= taken
    commands = {kind for kind in taken if issubclass(kind, Command)}
    assert {kind.TYPE for kind in commands} == COMMANDS.keys() - STATELESS


def test_roles_are_those_of_the_contract() -> None:
    assert ROLES_OF["order.review.v1"] == {"sales-officer", "senior-sales-officer"}
    assert ROLES_OF["cancellation.assess.v1"] == {"sales-officer", "senior-sales-officer"}
    assert ROLES_OF["work-order.specify-materials.v1"] == {"production-engineer"}
    assert ROLES_OF["work-order.decide-defect.v1"] == {"production-engineer"}
    assert ROLES_OF["work-order.dispose.v1"] == {"production-engineer"}
    assert ROLES_OF["material.source.v1"] == {"procurement-officer"}
    assert ROLES_OF["material-po.review-change.v1"] == {"procurement-officer"}
    assert ROLES_OF["quality.inspect.v1"] == {"quality-inspector"}
    assert ROLES_OF["shipment.dispatch.v1"] == {"shipping-clerk"}


def test_a_pair_that_nothing_names_is_loud() -> None:
    message = COMMANDS["order.review.v1"]
    empty: Table[Any] = Table("empty", "a", ("a", "b"), ("b",), (on("a", message, lambda *_: None, "b"),))  # type: ignore[arg-type,return-value]
    saga = type("Saga", (), {"state": "b"})()
    with pytest.raises(Undeclared, match="empty in state b has no row for order"):
        empty.find(saga, message.model_construct(), None)
    impossible: Table[Any] = Table("table", "b", ("b",), ("b",), (never("b", message, "it cannot be"),))
    assert isinstance(impossible.rows[0], Never)
    with pytest.raises(Undeclared):
        impossible.find(saga, message.model_construct(), None)


def test_a_row_of_an_unknown_state_is_a_mistake() -> None:
    message = COMMANDS["order.review.v1"]
    with pytest.raises(TypeError, match="unknown state"):
        Table("t", "a", ("a",), (), (on("x", message, lambda *_: None),))  # type: ignore[arg-type,return-value]
    with pytest.raises(TypeError, match="unknown state"):
        Table("t", "a", ("a",), (), (on("a", message, lambda *_: None, to="x"),))  # type: ignore[arg-type,return-value]

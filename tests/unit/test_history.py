"""An order's history stands in the order in which it happened, also when the clocks of two hubs differ."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import orjson

from hub.store.queries.history import history


def event(name: str, at: str, cause: str) -> dict[str, Any]:
    return {"id": name, "type": f"{name}.v1", "time": at, "causationid": cause, "data": {}}


def command(name: str, at: str, outcome: str = "done") -> Any:
    body = orjson.dumps({"data": {"note": name}}).decode()
    return SimpleNamespace(
        id=name, source="s", type=name, received_at=at, outcome=outcome, code=None, message=None, place=None, body=body
    )


def told(*given: Any) -> list[str]:
    return [entry.get("id") or entry["document_id"] for entry in history(*given)]


def test_each_command_stands_before_what_it_caused() -> None:
    same = "2026-11-22T08:00:00Z"
    events = [(1, event("a1", same, "a")), (2, event("a2", same, "a")), (3, event("b1", same, "b"))]

    assert told(events, [command("b", same), command("a", same)], []) == ["a", "a1", "a2", "b", "b1"]


def test_the_outbox_counts_where_clocks_differ() -> None:
    events = [(1, event("late", "2026-11-22T08:00:05Z", "a")), (2, event("early", "2026-11-22T08:00:01Z", "b"))]
    commands = [command("a", "2026-11-22T08:00:05Z"), command("b", "2026-11-22T08:00:01Z")]

    assert told(events, commands, []) == ["a", "late", "b", "early"]


def test_documents_and_commands_without_events_stand_at_their_time() -> None:
    events = [(7, event("a1", "2026-11-22T08:00:02Z", "a"))]
    commands = [command("a", "2026-11-22T08:00:02Z"), command("again", "2026-11-22T08:00:03Z", "ignored")]
    documents = [{"document_id": "D", "at": "2026-11-22T08:00:01Z", "cause": None}]

    assert told(events, commands, documents) == ["D", "a", "a1", "again"]


def test_a_decision_that_names_no_cause_was_caused_by_the_task_that_it_closed() -> None:
    at = "2026-11-22T08:00:00Z"
    opened, other = event("task.opened", at, "po"), event("task.opened", at, "po")
    opened |= {"id": "opened", "data": {"task_id": "T-1"}}
    other |= {"id": "other", "data": {"task_id": "T-2"}}
    closed = {**event("task.closed", at, "review"), "data": {"task_id": "T-1"}}

    entries = history([(1, opened), (2, other), (3, closed)], [command("review", at), command("unasked", at)], [])

    causes = {entry["id"]: entry["cause"] for entry in entries if entry["entry"] == "command"}
    assert causes == {"review": "opened", "unasked": None}

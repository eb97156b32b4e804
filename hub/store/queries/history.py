"""The history of an order: documents, commands and events in the order in which they happened (R44)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from hub.messages.task import TaskClosed, TaskOpened
from hub.store.queries.rows import Row

NEVER = 1 << 62
"""where a command without events stands among those of its moment"""


def history(events: list[tuple[int, Row]], commands: Iterable[Any], documents: Iterable[Row]) -> list[Row]:
    """Documents, commands and events in the order in which they happened; each command before what it caused.

    A decision that names no cause of its own was caused by the task that it closed.
    """
    asked = _tasks(event for _, event in events)
    entries: list[tuple[str, int, int, Row]] = []
    first: dict[str, tuple[str, int]] = {}
    moment = ""
    for position, event in events:
        moment = max(moment, event["time"])  # the clocks of two hubs may differ; their positions count
        first.setdefault(event.get("causationid") or "", (moment, position))
        entries.append((moment, position, 2, _event_entry(event)))
    entries += [(*first.get(each.id, (each.received_at, NEVER)), 1, _command_entry(each, asked)) for each in commands]
    entries += [(document["at"], 0, 0, _document_entry(document)) for document in documents]
    return [entry for *_, entry in sorted(entries, key=lambda each: each[:3])]


def _event_entry(event: Row) -> Row:
    data = event["data"]
    return {
        "at": event["time"],
        "entry": "event",
        "id": event["id"],
        "type": event["type"],
        "subject": event.get("subject"),
        "sequence": event.get("ordersequence"),
        "by": data.get("by"),
        "cause": event.get("causationid"),
        "data": data,
    }


def _tasks(events: Iterable[Row]) -> dict[str, str]:
    """By command, and by task: the id of the event that opened the task."""
    found: dict[str, str] = {}
    for event in events:
        task_id = event["data"].get("task_id")
        if event["type"] == TaskOpened.TYPE:
            found[task_id] = event["id"]
        elif event["type"] == TaskClosed.TYPE and event.get("causationid") and task_id in found:
            found[event["causationid"]] = found[task_id]
    return found


def _command_entry(row: Any, asked: dict[str, str]) -> Row:
    envelope = orjson.loads(row.body)
    data = envelope["data"]
    return {
        "at": row.received_at,
        "entry": "command",
        "id": row.id,
        "source": row.source,
        "type": row.type,
        "outcome": row.outcome,
        "code": row.code,
        "message": row.message,
        "where": row.place,
        "by": data.get("by"),
        "note": data.get("note"),
        "cause": envelope.get("causationid") or asked.get(row.id) or asked.get(data.get("task_id") or ""),
        "data": data,
    }


def _document_entry(row: Row) -> Row:
    return {"at": row["at"], "entry": "document", "cause": row["cause"], **{k: v for k, v in row.items() if k != "at"}}

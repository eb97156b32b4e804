"""Inbox and outbox, row by row: that no message is gone, altered or out of nowhere (R41, R43)."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import Any

import orjson

from hub.audit.report import Notes
from hub.messages.base import Command, Event
from hub.messages.catalogue import MESSAGES
from hub.messages.envelope import derived_id

Key = tuple[str, str]
"""source and id"""
COLUMNS = {
    "source": "source",
    "message_id": "id",
    "type": "type",
    "order_id": "correlationid",
    "sequence": "ordersequence",
    "causation": "causationid",
    "time": "time",
}
"""columns of the outbox, and what of the envelope they repeat"""
REFUSED = "command.refused.v1"
OUTCOMES = frozenset({"done", "ignored", "refused", "set_aside"})
ABOUT_MESSAGES = "message."
"""events that tell of a message set aside, which may bear the id of another: nothing that one caused"""
MOVED = frozenset({"order", "work-order", "material", "material-po", "quality", "shipment", "cancellation"})
"""subjects of events that nothing says but what carries messages out"""


class Envelopes:
    """What the inbox and the outbox say of each other, as far as one message can be told from another."""

    def __init__(self, notes: Notes, *, unbroken: bool) -> None:
        self._notes, self._unbroken = notes, unbroken
        self._digests: dict[Key, bytes] = {}
        """what the outbox says of a message"""
        self._said: defaultdict[str, set[str]] = defaultdict(set)
        """ids of the events that each message caused"""
        self._about: defaultdict[str, set[str]] = defaultdict(set)
        """the orders of those"""
        self._substance: set[str] = set()
        """messages that caused more than a refusal"""
        self._causes: set[str] = set()
        """what orders, material POs and stock say that they were moved by"""
        self._position = 0

    def sent(self, row: Any, body: dict[str, Any]) -> None:
        """Enter a row of the outbox, in the order of their positions."""
        what = f"{row.type} {row.message_id}"
        for column, attribute in COLUMNS.items():
            if getattr(row, column) != body.get(attribute):
                said = f"{column} is {getattr(row, column)!r}, its body has {body.get(attribute)!r}"
                self._notes.find("message_columns", row.message_id, f"{what} in the outbox: {said}")
        kinds = "command" if issubclass(MESSAGES.get(row.type, Event), Command) else "event"
        if row.kind != kinds:
            self._notes.find("message_columns", row.message_id, f"{what} in the outbox: it is stored as {row.kind}")
        stream = body.get("correlationid") or body.get("subject") or body["id"]
        if row.stream != stream:
            self._notes.find("message_columns", row.message_id, f"{what} in the outbox: it is not in its own stream")
        if self._unbroken and row.position != self._position + 1:
            text = f"position {row.position} of the outbox follows {self._position}: what stood between is gone"
            self._notes.find("message_gone", f"outbox {self._position + 1}", text)
        self._position = row.position
        self._digests[row.source, row.message_id] = _digest(body)
        if row.kind == "event" and row.causation and not row.type.startswith(ABOUT_MESSAGES):
            self._said[row.causation].add(row.message_id)
            if row.order_id:
                self._about[row.causation].add(row.order_id)
            if row.type != REFUSED:
                self._substance.add(row.causation)
            if row.type.partition(".")[0] in MOVED:
                self._causes.add(row.causation)

    def taken(self, row: Any, body: dict[str, Any], *, by_sagas: bool) -> None:
        """Enter a row of the inbox, after all of the outbox."""
        what = f"{row.type} {row.id} in the inbox of {row.consumer}"
        if (row.source, row.id, row.type) != (body.get("source"), body.get("id"), body.get("type")):
            self._notes.find("message_columns", row.id, f"{what}: its columns say something else than its body")
        if row.outcome not in OUTCOMES or (row.outcome == "done" and row.code):
            self._notes.find("outcome_mismatch", row.id, f"{what}: its outcome {row.outcome} {row.code or ''} is none")
        ours = self._digests.get((row.source, row.id))
        if ours is not None and ours != _digest(body):
            self._notes.find("message_altered", row.id, f"{what}: it is not what the outbox says that was sent")
        if not by_sagas:
            return
        self._causes.discard(row.id)
        said = self._said.get(row.id, set())
        places = {derived_id(row.source, row.id, str(place)): place for place in range(len(said) + 1)}
        known = sorted(places[each] for each in said if each in places)
        if known != list(range(len(said))):
            self._notes.find("message_gone", row.id, f"{what}: it caused an event more than the outbox has")
        about = self._about.get(row.id)
        if row.order_id and about and row.order_id not in about:
            self._notes.find("message_columns", row.id, f"{what}: it is of {row.order_id}, it moved {sorted(about)}")
        if row.outcome == "ignored" and row.id in self._substance:
            self._notes.find("outcome_mismatch", row.id, f"{what}: it was ignored, as stored, and events followed")

    def close(self) -> None:
        """See that what has moved an order, a material PO or stock is kept; call it after all of the inbox."""
        for cause in self._causes:
            self._notes.find("message_gone", cause, "events name it as their cause, and the inbox does not have it")


def _digest(body: dict[str, Any]) -> bytes:
    kept = {name: value for name, value in body.items() if name != "traceparent"}
    return hashlib.sha256(orjson.dumps(kept, option=orjson.OPT_SORT_KEYS)).digest()

"""The history of an order in words, for a person in a hurry: who did what when, and what came of it (R44)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hub.cli import screen
from hub.errors import HubError
from hub.messages.envelope import check_data
from hub.simulation.words import said

Entry = Mapping[str, Any]
BOOKKEEPING = frozenset(
    {
        "command.refused.v1",
        "document.received.v1",
        "document.sent.v1",
        "stock.changed.v1",
        "task.closed.v1",
        "task.opened.v1",
    }
)
"""what other entries tell as well: the decision, the document, the material"""
IDS = frozenset({"by", "note", "task_id", "order_id", "source", "parties", "customer_id"})
MOST = 160


def shown(history: Iterable[Entry], *, everything: bool) -> Iterator[dict[str, str]]:
    """The rows to show: all entries, or those that say something new. What a decision brought about stands below it."""
    for entry in history:
        if not everything and entry["entry"] == "event" and entry["type"] in BOOKKEEPING:
            continue
        what, why = _TOLD[entry["entry"]](entry)
        yield {"at": screen.shortly(entry["at"]), "who": _who(entry), "what": what, "how": _cut(why)}


def _who(entry: Entry) -> str:
    if entry["entry"] == "document":
        return str(entry["partner_id"] or "")
    who = screen.name_of(entry["by"] or "")
    return who or (str(entry["source"]) if entry["entry"] == "command" else "")


def _document(entry: Entry) -> tuple[str, str]:
    way = "document in" if entry["direction"] == "in" else "document out"
    about = entry["intent"] or entry["title"] or entry["purpose"] or ""
    return f"{way}: {entry['document_id']}", f"{about} ({entry['state']})"


def _command(entry: Entry) -> tuple[str, str]:
    """What was decided; and where it was not done, what became of it instead."""
    outcome = "" if entry["outcome"] == "done" else _joined(entry["outcome"], entry["code"], entry["message"])
    note = f"note: {entry['note']}" if entry["note"] else ""
    return f"> {screen.version_off(entry['type'])}", "; ".join(filter(None, (outcome, _gist(entry["data"]), note)))


def _event(entry: Entry) -> tuple[str, str]:
    data, words = entry["data"], _words(entry)
    if entry["type"].startswith("message."):
        words = _joined(*(data.get(name) for name in ("type", "code", "message", "reason", "copy_id")))
    return f"  {screen.version_off(entry['type'])}", words or _joined(entry["subject"], data.get("reason"))


def _words(entry: Entry) -> str:
    try:
        return said(check_data(entry["type"], dict(entry["data"])), {})
    except HubError:
        return ""  # of an older version of the hub


_TOLD = {"document": _document, "command": _command, "event": _event}


def _gist(data: Mapping[str, Any]) -> str:
    """What a decision says, without the ids of what it is about."""
    if "lines" in data and "po_number" in data and "purpose" in data:
        return f"PO {data['po_number']} ({data['purpose']}), {len(data['lines'])} lines"
    said = {name: value for name, value in data.items() if name not in IDS and value not in (None, [], {}, "")}
    return ", ".join(f"{name.replace('_', ' ')} {_brief(value)}" for name, value in said.items())


def _brief(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(_brief(each) for each in value.values() if each not in (None, [], {}, ""))
    if isinstance(value, list):
        return " + ".join(_brief(each) for each in value)
    return str(value)


def _joined(*parts: object) -> str:
    return " ".join(str(part) for part in parts if part)


def _cut(text: str) -> str:
    return text if len(text) <= MOST else f"{text[: MOST - 1]}…"

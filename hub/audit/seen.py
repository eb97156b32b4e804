"""The audit of what a subscriber saw: events alone, perhaps repeated, without any look into the store."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from hub.audit.account import ZERO
from hub.audit.ledger import Ledger
from hub.audit.orders import ENDED, SETTLED
from hub.audit.report import Notes, Report
from hub.audit.stopped import check_stopped
from hub.messages.envelope import Letter


def audit_events(letters: Iterable[Letter | dict[str, Any] | bytes]) -> Report:
    """Check events in the order in which they came in; repeats of an id are dropped, as a subscriber does (R41)."""
    notes = Notes()
    ledger, seen = Ledger(notes), set()
    for each in letters:
        event = _envelope(each)
        key = event["source"], event["id"]
        if key in seen:
            notes.count("repeated")
            continue
        seen.add(key)
        ledger.take(event)
    for account in ledger.orders.values():
        if not account.revisions:
            notes.find("order_without_events", account.order_id, "no event says that it was received")
            continue
        notes.count("orders")
        for name, line in account.lines.items():
            notes.count("lines")
            left = line.ordered - line.shipped - line.cancelled
            if left < ZERO:
                text = f"line {name}: {-left} more is shipped or cancelled than ordered"
                notes.find("line_overdone", account.order_id, text)
            if left > ZERO and account.state in {"completed", "cancelled"}:
                text = f"line {name}: {left} are open, and the order is {account.state}"
                notes.find("line_unaccounted", account.order_id, text)
        check_stopped(account, notes)
        if account.state in {"completed", "cancelled"}:
            live = [key for key, work in account.works.items() if work.state not in ENDED]
            live += [key for key, need in account.needs.items() if need.last not in SETTLED]
            if live:
                notes.find("live_after_end", account.order_id, f"is {account.state}, but {', '.join(live)} go on")
    return notes.report()


def _envelope(letter: Letter | dict[str, Any] | bytes) -> dict[str, Any]:
    if isinstance(letter, Letter):
        return letter.envelope.model_dump(exclude_none=True)
    return orjson.loads(letter) if isinstance(letter, bytes) else letter

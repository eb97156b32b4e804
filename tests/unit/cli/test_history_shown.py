"""The history of an order as a person sees it (R44)."""

from __future__ import annotations

from typing import Any

import pytest

from hub.cli.history import MOST, shown

pytestmark = pytest.mark.rule("R44")
AT = "2026-11-22T08:00:00.123456Z"
ADA = {"role": "sales-officer", "name": "Ada Lind"}


def event(kind: str, by: Any = None, **data: Any) -> dict[str, Any]:
    return {"entry": "event", "at": AT, "type": f"{kind}.v1", "by": by, "subject": "X-1", "data": data}


def command(kind: str, outcome: str = "done", **data: Any) -> dict[str, Any]:
    said = {"code": None, "message": None, "note": data.pop("note", None), "source": "erp"}
    return {"entry": "command", "at": AT, "type": f"{kind}.v1", "by": ADA, "outcome": outcome, "data": data, **said}


def told(*entries: dict[str, Any], everything: bool = False) -> list[tuple[str, str, str]]:
    return [(row["who"], row["what"], row["how"]) for row in shown(entries, everything=everything)]


def test_a_decision_says_what_was_decided_and_why() -> None:
    review = command("order.review", order_id="O-1", decision="revise", reason="too early", note="by telephone")

    assert told(review) == [
        ("Ada Lind (sales-officer)", "> order.review", "decision revise, reason too early; note: by telephone")
    ]


def test_what_was_not_done_says_so_with_the_reason() -> None:
    review = command("order.review", "refused", decision="confirm")
    review |= {"code": "task_closed", "message": "it was answered already"}

    assert told(review)[0][2] == "refused task_closed it was answered already; decision confirm"


def test_bookkeeping_is_shown_only_when_asked_for() -> None:
    entries = [
        event("task.opened"),
        event("order.lapsed"),
        event("stock.changed"),
        event("task.withdrawn", reason="held"),
    ]

    assert told(*entries) == [("", "  order.lapsed", "X-1"), ("", "  task.withdrawn", "X-1 held")]
    assert len(told(*entries, everything=True)) == 4


def test_what_became_of_a_failed_message_is_told() -> None:
    failed = event("message.set-aside", type="order.review.v1", code="defect", message="ZeroDivisionError")
    gone = event("message.discarded", ADA, reason="a test")

    assert told(failed, gone) == [
        ("", "  message.set-aside", "order.review.v1 defect ZeroDivisionError"),
        ("Ada Lind (sales-officer)", "  message.discarded", "a test"),
    ]


def test_documents_name_partner_and_state_and_long_texts_are_cut() -> None:
    document = {"entry": "document", "at": AT, "direction": "in", "document_id": "D-1", "partner_id": "C-HOLT"}
    document |= {"intent": "new_po", "title": None, "purpose": None, "state": "received"}

    assert told(document) == [("C-HOLT", "document in: D-1", "new_po (received)")]
    assert len(told(command("order.review", reason="x" * 1000))[0][2]) == MOST

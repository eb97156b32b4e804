"""The mails of one customer from order to cancellation, as the demo sends them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.mail.support import DATA, TOKEN, context, lines, read

QUESTION: Mapping[str, Any] = {
    "kind": "penalty_question",
    "po_number": "LC-20871",
    "party": "larkspur-conveyors.example",
    "message_id": "<penalty20871@metalworks.example>",
    "reply_token": TOKEN,
    "order_id": "O-1",
    "question_id": "Q-1",
}


def raw(name: str) -> bytes:
    return (DATA / name).read_bytes()


def test_the_order() -> None:
    reading = read(raw("larkspur-po.eml"))
    assert (reading.intent, reading.disposition, reading.findings) == ("new_po", "accepted", ())
    assert reading.partner_id == "C-LARKSPUR"
    data = reading.messages[0].data()
    assert (data["po_number"], data["purpose"], data["currency"]) == ("LC-20871", "original", "USD")
    assert data["totals"] == {"amount": "3568.20"}
    assert lines(reading) == [
        ("LK-7710-A", "36", "H87", "52.40", "1", "2027-01-15"),
        ("LK-7712", "120", "H87", "7.85", "1", "2027-01-15"),
        ("LK-9040", "18", "H87", "41.10", "1", "2027-01-29"),
    ]
    assert reading.thread["message_id"] == "<po20871.1@larkspur-conveyors.example>"
    assert reading.thread["answer_to"] == "mquill@larkspur-conveyors.example"


def test_each_field_keeps_where_it_came_from() -> None:
    source = read(raw("larkspur-po.eml")).messages[0].data()["source"]
    places = {entry["field"]: entry for entry in source["read_from"]}
    row = raw("larkspur-po.eml").decode().split("\n\n", 1)[1].splitlines()[places["lines[1].quantity"]["row"] - 1]
    offset = places["lines[1].quantity"]["offset"]
    assert row[offset : offset + 3] == "120"
    assert places["po_number"]["text"] == "LC-20871"


@pytest.mark.parametrize("known", [(), (("en-US", "LC-20871"),)])
def test_the_revision_by_reply(known: tuple[tuple[str, str], ...]) -> None:
    reading = read(raw("larkspur-po-revised.eml"), context(known=known))
    assert (reading.intent, reading.findings) == ("revision", ())
    data = reading.messages[0].data()
    assert (data["purpose"], data["release"], data["po_number"]) == ("revision", "1", "LC-20871")
    assert lines(reading)[2] == ("LK-9040", "18", "H87", "41.10", "1", "2027-02-12")
    assert not any(key.startswith("po:") for key in reading.keys), "a revision back to an earlier content is no repeat"


def test_the_cancellation_of_one_line() -> None:
    reading = read(raw("larkspur-cancel-line.eml"), context(known=(("en-US", "LC-20871"),)))
    assert (reading.intent, reading.findings) == ("cancel", ())
    data = reading.messages[0].data()
    assert (data["po_number"], data["customer_id"], data["lines"]) == ("LC-20871", "C-LARKSPUR", ["2"])


def test_the_answer_to_the_penalty_question() -> None:
    reading = read(raw("larkspur-accept.eml"), context((QUESTION,)))
    assert (reading.intent, reading.findings) == ("penalty_accept", ())
    data = reading.messages[0].data()
    assert (data["order_id"], data["question_id"], data["answer"]) == ("O-1", "Q-1", "accept")

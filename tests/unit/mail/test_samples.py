"""Sample mails with their truth, where a folder of them is named by ``HUB_MAIL_SAMPLES``."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from adapters.edi.reader import EdifactReader, X12Reader
from adapters.email import EmailReader
from hub.partners import EmailProfile, Partner, Partners
from hub.ports import Context, Reading

FOLDER = Path(os.environ.get("HUB_MAIL_SAMPLES", ""))
EXPECTED: Mapping[str, Any] = (
    json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))["files"]
    if os.environ.get("HUB_MAIL_SAMPLES")
    else {}
)


def context(name: str) -> Context:
    data = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    found = [
        Partner(
            id=entry.get("customer_id") or entry["supplier_id"],
            name=entry["name"],
            role="customer" if "customer_id" in entry else "supplier",
            locale=entry["locale"] or "",
            currency=entry.get("default_currency"),
            email=EmailProfile(addresses=entry["addresses"], domains=[entry["domain"]]),
        )
        for entry in (*data["customers"], *data["suppliers"])
    ]
    return Context(
        Partners(found), data["our_domain"], data["trusted_authserv_id"], data["today"],
        tuple(data["open_conversations"]), tuple(data["known_purchase_orders"]),
    )  # fmt: skip


def check_lines(reading: Reading, expected: Mapping[str, Any]) -> None:
    data = reading.messages[0].data()
    assert data.get("po_number", data.get("material_po_id")) == expected["po_number"]
    assert len(data.get("lines", [])) == len(expected["lines"])
    for number, (line, truth) in enumerate(zip(data.get("lines", []), expected["lines"], strict=True), 1):
        assert line["line"] == (truth["line"] or str(number))
        assert Decimal(line["quantity"]) == Decimal(truth["qty"])
        assert Decimal(line["unit_price"]) == Decimal(truth["unit_price"])
        assert line.get("requested_date", line.get("promised_date")) == truth["requested_date"]
        if "product" in line:
            assert truth["sku"] in line["product"].values()
            assert (line["unit"], data["currency"]) == (truth["uom"], expected["currency"])
            assert Decimal(line["price_basis"]) == Decimal(truth["price_basis_qty"])


@pytest.mark.skipif(not EXPECTED, reason="HUB_MAIL_SAMPLES names no folder")
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_sample_is_read_as_its_truth_says(name: str) -> None:
    expected = EXPECTED[name]
    known = context("context-empty.json" if name[:3] <= "022" else "context.json")
    reading = EmailReader([X12Reader(), EdifactReader()]).read((FOLDER / name).read_bytes(), name, known)
    allowed = {expected["intent"], *expected["accept_intents"]} | (
        {"quarantine"} if expected["quarantine_also_ok"] else set()
    )
    assert reading.intent in allowed
    assert reading.intent not in expected["must_not"]
    if expected.get("no_reply"):
        assert "answer_to" not in reading.thread
    if reading.intent != "quarantine" and reading.messages:
        check_lines(reading, expected)

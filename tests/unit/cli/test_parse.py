"""hub parse: one object per file, duplicates among them, never a traceback."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from tests.benchmarks.edi_traffic import bulk_file
from tests.support.cli import hub
from tests.support.running import DATA

FIELDS = {
    "file", "kind", "intent", "disposition", "messages", "acknowledgements", "errors", "documents", "duplicate_of",
    "likely_intent",
}  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with the partners of the tests."""
    (tmp_path / "partners.yaml").write_bytes((DATA / "partners.yaml").read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_one_object_per_file_one_per_line(folder: Path) -> None:
    files = [DATA / "edi/cascade-850-new.edi", DATA / "edi/holt-orders-new.edi", DATA / "mail/larkspur-po.eml"]

    said = hub("parse", *files, "--json")

    assert said.code == 0
    assert [each["file"] for each in said.lines] == [str(each) for each in files]
    assert [each["kind"] for each in said.lines] == ["x12", "edifact", "email"]
    for each in said.lines:
        assert set(each) == FIELDS
        assert each["intent"] == "new_po"
        assert each["messages"][0]["type"] == "customer-po.submit.v1"
        assert each["messages"][0]["data"]["lines"]
    assert said.lines[0]["acknowledgements"][-1].startswith("ISA*")
    assert "*000000001*" in said.lines[0]["acknowledgements"][0]
    assert not list(folder.glob("hub.sqlite*"))


def test_a_file_that_came_before_is_named() -> None:
    first, other = DATA / "edi/cascade-850-new.edi", DATA / "edi/holt-orders-new.edi"

    said = hub("parse", first, other, first, "--json")

    assert [each["duplicate_of"] for each in said.lines] == [None, None, str(first)]
    assert said.lines[2]["intent"] == "new_po"


def test_the_same_order_in_another_interchange_is_a_duplicate(folder: Path) -> None:
    raw = (DATA / "edi/cascade-850-new.edi").read_bytes()
    control = raw.split(b"*")[13]
    again = folder / "again.edi"
    again.write_bytes(raw.replace(control, b"000000999"))

    said = hub("parse", DATA / "edi/cascade-850-new.edi", again, "--json")

    assert said.lines[1]["duplicate_of"] == str(DATA / "edi/cascade-850-new.edi")


@pytest.mark.parametrize("raw", [b"", b"\x00\x01\x02", b"ISA*", b"UNB+", b"From: x\n\n", b"\xff" * 500], ids=repr)
def test_the_worst_file_has_an_intent(folder: Path, raw: bytes) -> None:
    (folder / "bad").write_bytes(raw)

    said = hub("parse", folder / "bad", "--json")

    assert said.code == 0
    assert set(said.lines[0]) == FIELDS
    assert said.lines[0]["intent"]


def test_a_file_that_is_missing_is_told_of_and_the_others_are_read() -> None:
    said = hub("parse", "nowhere.edi", DATA / "mail/larkspur-po.eml", "--json")

    assert said.code == 1
    assert "nowhere.edi" in said.err
    assert len(said.lines) == 1


def test_a_context_file_tells_who_is_who(folder: Path) -> None:
    context = {
        "our_domain": "metalworks.example",
        "trusted_authserv_id": "mx.metalworks.example",
        "today": "2026-11-22",
        "customers": [
            {
                "customer_id": "C-LARK",
                "name": "Larkspur",
                "domain": "larkspur-conveyors.example",
                "locale": "en-US",
                "default_currency": "USD",
                "addresses": [],
            }
        ],
        "suppliers": [],
        "open_conversations": [],
        "known_purchase_orders": [{"po_number": "LC-20871", "domain": "larkspur-conveyors.example", "order_id": "O-1"}],
    }
    (folder / "context.json").write_bytes(orjson.dumps(context))
    mail = DATA / "mail/larkspur-po.eml"

    known = hub("parse", mail, "--json", "--context", "context.json").lines[0]
    context["known_purchase_orders"] = []
    (folder / "context.json").write_bytes(orjson.dumps(context))
    new = hub("parse", mail, "--json", "--context", "context.json").lines[0]

    assert (known["intent"], known["likely_intent"]) == ("quarantine", "revision")
    assert new["intent"] == "new_po"
    assert new["messages"][0]["data"]["customer"]["id"] == "C-LARK"


@pytest.mark.parametrize("text", ["", "[]", '{"customers": [{}]}'])
def test_a_bad_context_file_is_told_of(folder: Path, text: str) -> None:
    (folder / "context.json").write_text(text)

    said = hub("parse", DATA / "mail/larkspur-po.eml", "--context", "context.json")

    assert said.code == 1
    assert "context.json" in said.err


def test_without_json_it_is_for_people() -> None:
    said = hub("parse", DATA / "edi/cascade-850-new.edi")

    assert said.code == 0
    assert "x12, new_po, accepted" in said.out
    assert "customer-po.submit" in said.out
    assert "ISA*" in said.out


def test_of_a_file_of_many_orders_the_first_are_shown(folder: Path) -> None:
    batch = folder / "batch.edi"
    batch.write_bytes(bulk_file("x12", 0.04))

    said = hub("parse", batch)

    orders = batch.read_bytes().count(b"ST*850*")
    assert said.code == 0
    assert said.out.count("customer-po.submit:") == 20 < orders
    assert f"... {orders - 20} more messages: --json shows them all" in said.out
    assert len(hub("parse", batch, "--json").lines[0]["messages"]) == orders

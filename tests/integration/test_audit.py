"""The audit: a store that a hub has left is clean, and whatever is planted in it is found, by its code."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import orjson
import pytest

from hub.app import build
from hub.audit import Report, audit, audit_events
from hub.audit.report import Code
from hub.settings import Settings, load_settings
from hub.store.database import Database
from tests.support.running import with_partners
from tests.support.story import STEEL, tell


async def test_what_a_hub_leaves_is_clean(backing: Settings) -> None:
    async with build(with_partners(backing)) as hub:
        await tell(hub)
        report = await audit(hub.database)
        running = await audit(hub.database, at_rest=False)

    assert report.findings == running.findings == ()
    assert report.figures["orders"] == 9
    assert report.figures["purchase_orders"] == 13
    assert report.figures["documents_in"] == 4
    assert report.figures["set_aside"] == 1


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store in which the story was told; tests work on copies of it."""
    import asyncio

    folder = tmp_path_factory.mktemp("told")
    settings = load_settings(folder=folder, database_url=f"sqlite:///{folder}/hub.sqlite", http_port=0)

    async def run() -> None:
        async with build(with_partners(settings)) as hub:
            await tell(hub)

    asyncio.run(run())
    return folder / "hub.sqlite"


Plant = Callable[[sqlite3.Connection], object]


def sql(*statements: str) -> Plant:
    """Plant something by SQL; each statement has to hit something."""

    def plant(store: sqlite3.Connection) -> None:
        for statement in statements:
            assert store.execute(statement).rowcount > 0, statement

    return plant


def body(table: str, where: str, change: Callable[[dict], object], column: str = "body") -> Plant:
    """Plant something in what is stored of an order, a material PO, a message, a task."""

    def plant(store: sqlite3.Connection) -> None:
        rowid, text = store.execute(f"select rowid, {column} from {table} where {where}").fetchone()
        found = orjson.loads(text)
        change(found)
        store.execute(f"update {table} set {column} = ? where rowid = ?", (orjson.dumps(found).decode(), rowid))

    return plant


def order(number: str, change: Callable[[dict], object]) -> Plant:
    """Plant something in an order."""
    return body("orders", f"po_number = '{number}'", change)


def event(kind: str, change: Callable[[dict], object]) -> Plant:
    """Plant something in the data of the first event of a kind."""
    return body("outbox", f"type = '{kind}.v1'", lambda envelope: change(envelope["data"]))


def without(kind: str, where: str = "1") -> Plant:
    """Lose an event."""
    return sql(
        f"delete from outbox where position = (select min(position) from outbox where type = '{kind}.v1' and {where})"
    )


def only(found: dict) -> dict:
    """The only value, or the first."""
    return next(iter(found.values()))


def of_line(order: dict, line: str) -> dict:
    """The work order of a line."""
    return order["work_orders"][order["lines"][line]["work_order_id"]]


def need_of(order: dict, line: str) -> dict:
    """The first requirement of a line."""
    key = order["lines"][line]["work_order_id"]
    return next(need for need in order["requirements"].values() if need["work_order_id"] == key)


def of(number: str) -> str:
    """A condition: the order of that PO number."""
    return f"order_id = (select order_id from orders where po_number = '{number}')"


def both(*plants: Plant) -> Plant:
    """Plant several things."""
    return lambda store: [plant(store) for plant in plants]


def material_po(change: Callable[[dict], object]) -> Plant:
    """Plant something in the material PO of which a part was received."""
    return body("material_pos", "state = 'part_received'", change)


PLANTED: list[tuple[str, Plant]] = [
    # orders and lines
    ("order_state", order("STANDBY", lambda o: o.update(state="under_review"))),
    ("order_columns", sql("update orders set state = 'lapsed' where po_number = 'STANDBY'")),
    ("order_without_events", without("order.received", of("REJECTED"))),
    ("order_lost", sql("delete from orders where po_number = 'REJECTED'")),
    ("po_lost", without("order.received", of("MADE"))),
    ("po_line_lost", event("order.received", lambda d: d["po"]["lines"].pop())),
    ("line_mismatch", order("MADE", lambda o: o["lines"].pop("2"))),
    ("line_ordered", order("REVISED", lambda o: o["lines"]["1"].update(ordered="8"))),
    ("line_shipped", order("MADE", lambda o: o["lines"]["1"].update(shipped="9"))),
    ("line_cancelled", order("BOUGHT", lambda o: o["lines"]["3"].update(cancelled="0"))),
    ("line_overdone", order("MADE", lambda o: o["lines"]["1"].update(shipped="11"))),
    ("line_unaccounted", order("BOUGHT", lambda o: o["work_orders"].pop(o["lines"]["1"]["work_order_id"]))),
    ("line_unaccounted", order("MADE", lambda o: o["lines"]["1"].update(ordered="11"))),
    ("live_after_end", order("MADE", lambda o: only(o["work_orders"]).update(state="ready"))),
    ("cancellation_state", order("ASSESSING", lambda o: o["cancellation"].update(state="none"))),
    ("change_state", order("BOUGHT", lambda o: o["change"].update(state="requested"))),
    ("line_ordered", order("CHANGED", lambda o: o["lines"]["1"].update(ordered="4"))),
    ("line_not_removed", without("order.line-cancelled", of("CHANGED"))),
    ("line_mismatch", order("CHANGED", lambda o: o["lines"].pop("3"))),
    ("requirement_quantity", order("CHANGED", lambda o: only(o["requirements"]).update(quantity="10"))),
    ("over_reserved", order("CHANGED", lambda o: only(o["requirements"]).update(returned="0"))),
    ("work_order_pieces", order("CHANGED", lambda o: only(o["work_orders"]).update(quantity="4"))),
    ("change_state", order("CHANGED", lambda o: o["change"].update(state="none"))),
    ("task_missing", order("CHANGED", lambda o: o["tasks"].clear())),
    ("po_lost", without("order.change-requested")),
    ("revision_mismatch", order("CHANGED", lambda o: o["revisions"].pop())),
    ("revision_mismatch", order("REVISED", lambda o: o["revisions"].pop())),
    # cancellation
    ("work_order_state", order("BOUGHT", lambda o: of_line(o, "3").update(state="scheduled"))),
    ("work_after_cancellation", without("work-order.cancelled")),
    ("material_after_cancellation", without("material.released")),
    ("grant_not_carried_out", without("order.line-cancelled")),
    ("planned_after_cancellation", order("BOUGHT", lambda o: of_line(o, "2").update(start="2098-11-23"))),
    ("hold_mismatch", order("ASSESSING", lambda o: o["cancellation"].update(lines=[]))),
    ("hold_mismatch", without("order.held", of("ASSESSING"))),
    ("recovered_too_much", event("work-order.disposed", lambda d: d.update(
        to_stock=[{"material": STEEL, "quantity": "12.5", "unit": "KGM"}]))),
    ("stock_on_hand", event("work-order.disposed", lambda d: d.update(to_stock=[]))),
    ("stock_reserved", order("BOUGHT", lambda o: need_of(o, "3").update(state="reserved"))),
    ("requirement_state", order("BOUGHT", lambda o: need_of(o, "3").update(state="reserved"))),
    ("dead_share", body("material_pos", "supplier_id = 'S-ALLOYS'", lambda p: only(p["lines"])["shares"].append(
        {"requirement_id": f"R-{p['served'][0][2:]}-4", "order_id": p["served"][0], "quantity": "10", "received": "0"}
    ))),
    ("task_surplus", order("BOUGHT", lambda o: o["tasks"].update(
        {"T-X-1": {"kind": "work-order.start-production.v1", "target": o["lines"]["3"]["work_order_id"]}}))),
    ("task_surplus", order("BOUGHT", lambda o: o["tasks"].update(
        {"T-X-1": {"kind": "shipment.dispatch.v1", "target": o["lines"]["3"]["work_order_id"]}}))),
    ("task_missing", order("BOUGHT", lambda o: o["tasks"].clear())),
    # events
    ("sequence_gap", without("task.closed")),
    ("sequence_mismatch", order("MADE", lambda o: o.update(sequence=o["sequence"] + 1))),
    ("shipped_after_cancellation", sql(
        "update outbox set position = 1000000 where position = "
        "(select max(position) from outbox where type = 'shipment.shipped.v1')",
        "update outbox set body = replace(body, '\"line\":\"4\"', '\"line\":\"3\"') where position = 1000000",
    )),
    ("shipped_on_hold", both(
        event("order.held", lambda d: d.update(lines=["2", "3", "4"])),
        sql("update outbox set position = 1000000 where position = "
            "(select max(position) from outbox where type = 'shipment.shipped.v1')"),
    )),
    ("shipped_unmade", event("quality.passed", lambda d: d.update(passed="1"))),
    ("orphan_shipment", event("shipment.shipped", lambda d: d["items"][0].update(work_order_id="W-X-9"))),
    ("task_not_open", without("task.opened")),
    ("unsent", sql("update outbox set sent_at = null where position = 5")),
    ("command_lost", sql("delete from inbox where type = 'stock.adjust.v1'")),
    ("refusal_unsaid", without("command.refused")),
    ("failure_unsaid", without("message.set-aside")),
    # work orders and materials
    ("work_order_state", order("BOUGHT", lambda o: only(o["work_orders"]).update(state="ready"))),
    ("work_order_pieces", order("MADE", lambda o: only(o["work_orders"]).update(good="9"))),
    ("pieces_lost", order("MADE", lambda o: only(o["work_orders"]).update(made="11"))),
    ("work_order_lost", order("MADE", lambda o: o["work_orders"].popitem())),
    ("work_order_without_events", order("BOUGHT", lambda o: o["work_orders"].update(
        {"W-X-9": {**only(o["work_orders"]), "work_order_id": "W-X-9"}}))),
    ("orphan_work_order", order("BOUGHT", lambda o: o["lines"]["1"].update(work_order_id=None))),
    ("requirement_state", order("BOUGHT", lambda o: only(o["requirements"]).update(state="available"))),
    ("orphan_requirement", order("BOUGHT", lambda o: only(o["requirements"]).update(work_order_id="W-X-9"))),
    ("requirement_quantity", order("BOUGHT", lambda o: only(o["requirements"]).update(quantity="51"))),
    ("requirement_without_events", order("BOUGHT", lambda o: o["requirements"].update(
        {"R-X-9": {**only(o["requirements"]), "requirement_id": "R-X-9"}}))),
    ("over_reserved", order("MADE", lambda o: only(o["requirements"]).update(from_stock="31"))),
    ("requirement_lost", order("BOUGHT", lambda o: o["requirements"].popitem())),
    ("requirement_stock", order("MADE", lambda o: only(o["requirements"]).update(from_stock="29"))),
    # stock and material POs
    ("stock_on_hand", sql(f"update stock set on_hand = '1' where material = '{STEEL}'")),
    ("stock_reserved", sql("update stock set reserved = '1' where material = 'BAR-40MM'")),
    ("stock_on_order", sql("update stock set on_order = '1' where material = 'BAR-40MM'")),
    ("stock_over_reserved", sql("update stock set on_hand = '19' where material = 'BAR-40MM'")),
    ("stock_negative", sql(f"update stock set on_hand = '-1' where material = '{STEEL}'")),
    ("stock_unsaid", without("stock.changed", "body like '%yearly count%'")),
    ("stock_on_hand", without("material.consumed")),
    ("stock_missing", sql("delete from stock where material = 'BAR-40MM'")),
    ("material_po_received", material_po(lambda p: only(p["lines"]).update(received="21"))),
    ("material_po_state", material_po(lambda p: p.update(state="refused"))),
    ("material_po_lost", sql("delete from material_pos where state = 'part_received'")),
    ("orphan_source", sql("delete from material_pos where state = 'part_received'")),
    ("orphan_share", material_po(lambda p: only(p["lines"])["shares"][0].update(order_id="O-X"))),
    ("share_mismatch", material_po(lambda p: only(p["lines"])["shares"][0].update(quantity="49"))),
    ("share_mismatch", material_po(lambda p: only(p["lines"]).update(shares=[]))),
    ("share_mismatch", order("BOUGHT", lambda o: only(o["requirements"])["sources"][0].update(line="2"))),
    ("dead_share", order("BOUGHT", lambda o: only(o["requirements"]).update(state="released"))),
    ("material_po_open", material_po(lambda p: only(p["lines"]).update(quantity="61"))),
    ("material_po_open", event("material-po.part-received", lambda d: d["lines"][0].update(quantity="59"))),
    ("material_po_shares", material_po(lambda p: only(p["lines"]).update(quantity="40"))),
    # tasks and timers
    ("delay_unsaid", order("BOUGHT", lambda o: o["lines"]["1"]["delay"].update(state="projected"))),
    ("task_missing", order("REVISED", lambda o: o["tasks"].clear())),
    ("task_unlisted", sql("delete from tasks where state = 'open' and kind = 'cancellation.assess.v1'")),
    ("task_state", sql("update tasks set state = 'closed' where state = 'open'")),
    ("orphan_task", sql("update tasks set state = 'open' where state = 'closed'")),
    ("task_unsaid", without("task.opened")),
    ("task_surplus", order("STANDBY", lambda o: o["tasks"].update(
        {"T-X-1": {"kind": "order.review.v1", "target": o["order_id"], "role": "sales-officer"}}))),
    ("orphan_timer", sql("update timers set order_id = 'O-X'")),
    ("orphan_timer", sql("update timers set body = replace(body, 'M-', 'X-')")),
    ("task_missing", material_po(lambda p: p.update(overdue=True))),
    # documents
    ("document_lost", sql("delete from documents where name = 'noise.bin'")),
    ("document_unsaid", without("document.received")),
    ("document_unsaid", without("document.sent")),
    ("document_commands", sql("delete from outbox where kind = 'command' and causation like 'D-%'")),
    ("document_without_reason", sql("update documents set findings = '[]' where state = 'rejected'")),
    ("document_unasked", sql("update documents set state = 'quarantined' where name = 'noise.bin'")),
    ("document_unasked", body("quarantine", "state = 'set_aside'", lambda d: d["tasks"].clear())),
    ("document_unasked", sql("delete from quarantine where state = 'closed'")),
    ("document_state", sql("update quarantine set state = 'closed' where state = 'set_aside'")),
    ("document_state", without("document.classified")),
    ("document_lost", sql("delete from quarantine where state = 'set_aside'")),
    ("document_without_reason", body("quarantine", "state = 'closed'", lambda d: d["findings"].clear())),
    ("orphan_document", body("quarantine", "state = 'closed'", lambda d: d.update(original_id="D-X"))),
    ("orphan_task", body("quarantine", "state = 'set_aside'", lambda d: d["tasks"].clear())),
    ("task_unlisted", sql("delete from tasks where state = 'open' and kind = 'document.classify.v1'")),
    ("po_lost", without("document.quarantined", "body like '%STANDBY%'")),
    ("document_unsent", sql("update documents set state = 'to_send' where state = 'sent'")),
    ("orphan_document", sql("update documents set order_id = 'O-X' where direction = 'out' and order_id is not null")),
]  # fmt: skip
TAMPERED: list[tuple[str, Plant]] = [
    # what was agreed
    ("content_differs", order("MADE", lambda o: o["lines"]["1"]["item"].update(unit_price="11"))),
    ("content_differs", order("MADE", lambda o: o["lines"]["1"]["item"]["product"].update(buyer_part="another"))),
    ("content_differs", order("MADE", lambda o: o["lines"]["1"]["item"].update(notes=["as samples"]))),
    ("content_differs", order("MADE", lambda o: o["lines"]["1"].update(confirmed="2099-01-12"))),
    ("content_differs", order("MADE", lambda o: o["lines"]["1"].update(requested="2099-01-12"))),
    ("content_differs", order("MADE", lambda o: o["revisions"][0]["po"]["lines"][0].update(unit_price="11"))),
    ("content_differs", order("MADE", lambda o: o["revisions"][0]["po"].update(notes=["through another's account"]))),
    ("content_differs", order("MADE", lambda o: only(o["work_orders"]).update(engineer="Nobody"))),
    ("content_differs", order("MADE", lambda o: only(o["work_orders"]).update(end="2098-11-25"))),
    ("content_differs", order("MADE", lambda o: only(o["work_orders"])["item"].update(unit="KGM"))),
    ("content_differs", order("MADE", lambda o: only(o["requirements"]).update(material="GOLD"))),
    ("content_differs", order("MADE", lambda o: o["shipments"].pop())),
    ("content_differs", order("MADE", lambda o: o.update(customer_id="C-OTHER"))),
    ("content_differs", order("CHANGED", lambda o: o["change"]["requests"][-1]["sent"]["lines"][0].update(unit="KGM"))),
    ("content_differs",
        order("BOUGHT", lambda o: o["cancellation"].update(penalty={"amount": "1", "currency": "EUR"}))),
    ("content_differs", order("BOUGHT", lambda o: o["cancellation"]["closed"][0].__setitem__(1, "declined"))),
    ("content_differs", order("BOUGHT", lambda o: o["cancellation"]["closed"].clear())),
    ("content_differs", material_po(lambda p: only(p["lines"]).update(unit_price="0.01"))),
    ("content_differs", material_po(lambda p: p.update(supplier_id="S-OTHER"))),
    ("content_differs", event("order.confirmed", lambda d: d["dates"][0].update(confirmed="2099-01-12"))),
    ("requirement_stock", order("BOUGHT", lambda o: only(o["requirements"])["sources"][0].update(received="1"))),
    ("order_columns", sql("update orders set po_number = 'ANOTHER' where po_number = 'MADE'")),
    ("material_po_columns", sql("update material_pos set state = 'received' where state = 'part_received'")),
    ("stock_unsaid", sql(f"update stock set unit = 'TNE' where material = '{STEEL}'")),
    ("stock_missing", sql(f"delete from stock where material = '{STEEL}'")),
    # inbox and outbox
    ("message_gone", without("stock.changed")),
    ("message_gone", without("task.closed")),
    ("message_gone", sql("delete from outbox where position = 7")),
    ("message_gone", sql("delete from inbox where type = 'order.review.v1' and outcome = 'done'")),
    ("message_altered", body("inbox", "consumer = 'correspondence'", lambda m: m["data"].update(revision=7))),
    ("message_altered",
        body("outbox", "kind = 'command' and causation like 'D-%'", lambda m: m["data"].update(po_number="X"))),
    ("message_columns", sql("update outbox set order_id = 'O-X' where type = 'order.confirmed.v1'")),
    ("message_columns", sql("update outbox set stream = 'elsewhere' where type = 'order.confirmed.v1'")),
    ("message_columns", sql("update outbox set kind = 'command' where type = 'order.confirmed.v1'")),
    ("message_columns", sql("update inbox set type = 'order.confirmed.v1' where type = 'order.review.v1'")),
    ("message_columns", sql("update inbox set order_id = 'O-X' where type = 'order.review.v1'")),
    ("outcome_mismatch",
        sql("update inbox set outcome = 'ignored' where type = 'order.review.v1' and outcome = 'done'")),
    ("outcome_mismatch", sql("update inbox set code = 'another' where outcome = 'refused'")),
    ("event_untaken", sql("delete from inbox where consumer = 'correspondence' and type = 'order.confirmed.v1'")),
    ("unreadable", sql("update orders set body = substr(body, 1, 300) where po_number = 'MADE'")),
    ("unreadable", order("MADE", lambda o: o["lines"]["1"].pop("ordered"))),
    ("unreadable", sql("update outbox set body = 'noise' where position = 9")),
    # tasks and timers
    ("task_differs",
        body("tasks", "kind = 'order.review.v1'", lambda f: f["lines"][0].update(price_differs=True), "facts")),
    ("task_differs", sql("update tasks set role = 'operator' where kind = 'order.review.v1'")),
    ("task_differs", sql("update tasks set ended_at = opened_at where state = 'closed'")),
    ("task_differs", sql("update tasks set assignee = 'Nobody' where state = 'open'")),
    ("task_unlisted", sql("delete from tasks where state = 'closed'")),
    ("timer_missing", sql("delete from timers where type = 'timer.revision-reminder.v1'")),
    ("timer_missing", sql("delete from timers where type = 'timer.supplier-due.v1'")),
    ("orphan_timer", sql("update timers set due_at = '2999' where type = 'timer.supplier-due.v1'")),
    # layouts
    ("layout_differs", sql(
        "insert into layout_decisions (partner_id, version, decision, at, by) values ('C-X', 1, 'dropped', '', 'x')",
    )),
    ("layout_differs", sql(
        "insert into layouts (partner_id, version, document_id, at, by, body) values ('C-X', 1, 'D-X', '', 'x', '{}')",
    )),
    # documents
    ("document_altered", sql("update documents set raw = x'00' where name = 'po.edi'")),
    ("document_altered", sql("update documents set size = size + 1 where name = 'po.edi'")),
    ("document_differs", sql("update documents set partner_id = 'C-OTHER' where name = 'po.edi'")),
    ("document_differs", sql("update documents set state = 'seen' where name = 'po.edi'")),
    ("document_differs", sql("update documents set cause = 'X' where purpose = 'order.confirmed.v1'")),
    ("untold", both(
        sql("delete from documents where purpose = 'order.confirmed.v1'"),
        sql("delete from outbox where type = 'document.sent.v1' and body like '%order.confirmed%'"),
    )),
    ("number_gap", sql("update interchanges set number = '70' where partner_id = 'C-CASCADE' and number = '3'")),
    ("number_gap", sql("delete from interchanges where partner_id = 'C-CASCADE' and number = '6'")),
    ("number_gap", sql("update control_numbers set value = value + 1 where counter = 'interchange' and value > 1")),
    ("number_mismatch", sql("delete from interchanges where partner_id = 'C-CASCADE' and number = '3'")),
    ("number_mismatch", sql("update interchanges set document_id = 'D-X' where number = '3'")),
    ("orphan_conversation", sql("update conversations set message_id = '<another@metalworks.example>'")),
    ("orphan_conversation", sql("update conversations set document_id = 'D-X' where kind = 'material_po'")),
    ("orphan_key", sql("update document_keys set document_id = 'D-X' where key like 'x12%'")),
    ("orphan_key", sql("delete from document_keys")),
    ("orphan_delivery", sql(
        "insert into deliveries (document_id, address, thread, recipients, accepted, refused, attempts, doubts, "
        "due_at, releases) values ('D-X', 'a@b.example', '', '[]', '[]', '{}', 1, 0, '2026', 0)"
    )),
]  # fmt: skip
"""one thing at a time changed by hand in a store that a hub has left: prices, people, dates, rows that are gone"""


async def look(store: Path) -> Report:
    database = Database(f"sqlite:///{store}")
    try:
        return await audit(database)
    finally:
        await database.close()


EVERYTHING = [*PLANTED, *TAMPERED]


@pytest.mark.parametrize(("code", "plant"), EVERYTHING, ids=[f"{i}-{code}" for i, (code, _) in enumerate(EVERYTHING)])
async def test_what_is_planted_is_found(told: Path, tmp_path: Path, code: str, plant: Plant) -> None:
    store = Path(shutil.copy(told, tmp_path))
    with sqlite3.connect(store) as connection:
        plant(connection)
    connection.close()

    report = await look(store)

    assert code in report.codes, report.findings
    assert not report.clean


SEEN = {"stock_event_gap"}
"""what can only be found in what a subscriber saw; planted below"""


def test_every_finding_is_planted_by_a_test() -> None:
    assert {code for code, _ in EVERYTHING} | SEEN == set(get_args(Code))


async def test_the_copied_store_is_clean_before_anything_is_planted(told: Path) -> None:
    assert (await look(told)).findings == ()


# ----------------------------------------------------------------------------------------- what a subscriber saw


def said(store: Path) -> list[dict]:
    connection = sqlite3.connect(store)
    rows = connection.execute("select body from outbox where kind = 'event' order by position").fetchall()
    connection.close()
    return [orjson.loads(text) for (text,) in rows]


def test_what_a_subscriber_saw_is_clean_even_when_repeated(told: Path) -> None:
    events = said(told)
    report = audit_events([*events, *events[:50]])

    assert report.findings == ()
    assert report.figures["repeated"] == 50
    assert report.figures["orders"] == 9


@pytest.mark.parametrize("lost", ["order.line-cancelled", "work-order.created", "task.closed", "material.consumed"])
def test_an_event_that_a_subscriber_missed_is_a_gap(told: Path, lost: str) -> None:
    events = said(told)
    place = next(i for i, each in enumerate(events) if each["type"] == f"{lost}.v1")

    assert "sequence_gap" in audit_events(events[:place] + events[place + 1 :]).codes


def test_a_stock_event_that_a_subscriber_missed_is_a_gap(told: Path) -> None:
    events = said(told)
    place = [i for i, each in enumerate(events) if each["type"] == "stock.changed.v1"][3]

    assert "stock_event_gap" in audit_events(events[:place] + events[place + 1 :]).codes


def test_events_out_of_their_order_are_found(told: Path) -> None:
    events = said(told)
    swapped = [events[1], events[0], *events[2:]]

    assert "sequence_gap" in audit_events(swapped).codes


def test_shipping_twice_is_found(told: Path) -> None:
    events = said(told)
    last = [each for each in events if each["type"] == "shipment.shipped.v1"][-1]
    twice = {**last, "id": "another", "ordersequence": None}

    assert {"line_overdone"} <= audit_events([*events, twice]).codes

"""The command line beside a running hub, on the embedded default and on RabbitMQ with PostgreSQL."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest

from hub.app import Hub, build
from hub.settings import Settings
from tests.support.cli import hub_beside as cli
from tests.support.cli import set_environment
from tests.support.running import DATA, SALES, documents, events, eventually, with_partners
from tests.support.story import Story, purchase_order, tell


@pytest.fixture
async def running(backing: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hub]:
    """Run a hub that the commands find."""
    set_environment(monkeypatch, with_partners(backing))
    async with build(backing) as hub:
        yield hub


def data(value: Any) -> str:
    return orjson.dumps(value).decode()


# --------------------------------------------------------------------------------------------- telling it what to do


async def test_from_a_command_to_a_shipment_without_typing_an_id(running: Hub) -> None:
    po = data(purchase_order("CLI-1", ("1", "10")))
    sent = await cli("send", "customer-po.submit", "-", "--json", given=po)
    assert sent.code == 0, sent
    order_id = sent.json["order_id"]

    async def answer(kind: str, role: str, given: dict[str, Any], *more: str) -> None:
        async def task() -> list[str]:
            listed = await cli("tasks", "--order", order_id, "--json")
            return [each["task_id"] for each in listed.json if each["kind"] == f"{kind}.v1" and each["role"] == role]

        found = await eventually(task, kind)
        said = await cli("answer", found[0], data(given), *more)
        assert said.code == 0, said
        assert f"{kind}.v1 carried out ({order_id})" in said.out

    engineer = ("--by", "production-engineer:Jo Brandt")
    await answer("order.review", "sales-officer", {"decision": "confirm", "note": "as agreed by telephone"})
    material = {"material": "STEEL-S355-6MM", "quantity": "30", "unit": "KGM"}
    await answer("work-order.specify-materials", "production-engineer", {"materials": [material]}, *engineer)
    await answer("material.source", "procurement-officer", {"allocations": [{"from": "stock", "quantity": "30"}]})
    plan = {"start": "2098-01-05", "end": "2098-01-06", "work_center": "LASER-1"}
    await answer("work-order.schedule", "production-engineer", plan, *engineer)
    mine = (await cli("tasks", "--assignee", "Jo Brandt", "--json")).json
    assert [each["kind"] for each in mine] == ["work-order.start-production.v1"]
    assert (await cli("tasks", "--assignee", "Mia Holm", "--json")).json == []
    assert (await cli("tasks", "--overdue", "--json")).json == []
    await answer("work-order.start-production", "production-engineer", {}, *engineer)
    await answer("work-order.complete-production", "production-engineer", {}, *engineer)
    await answer("quality.inspect", "quality-inspector", {"passed": "10"})
    await answer("shipment.dispatch", "shipping-clerk", {"carrier": "DSV"})

    shown = (await cli("order", "CLI-1", "--json")).json
    assert (shown["order_id"], shown["state"], shown["held"], shown["tasks"]) == (order_id, "completed", False, [])
    line = shown["lines"][0]
    assert (line["ordered"], line["shipped"], line["cancelled"], line["open"]) == ("10", "10", "0", "0")
    assert line["requested"] == line["first_confirmed"] == line["confirmed"] == "2099-01-11"
    assert line["projected"] < line["confirmed"]  # it was ready today
    assert line["work_order"]["engineer"] == "Jo Brandt"
    assert line["requirements"][0]["state"] == "consumed"
    assert line["shipments"][0]["carrier"] == "DSV"
    assert (await cli("orders", "--state", "completed", "--json")).json[0]["order_id"] == order_id
    history = [(each["entry"], each.get("type")) for each in shown["history"]]
    assert history.index(("command", "order.review.v1")) + 1 == history.index(("event", "order.confirmed.v1"))
    review = next(each for each in shown["history"] if each.get("type") == "order.review.v1")
    assert (review["note"], review["outcome"]) == ("as agreed by telephone", "done")
    assert review["by"]["role"] == "sales-officer"
    confirmed = next(each for each in shown["history"] if each.get("type") == "order.confirmed.v1")
    assert confirmed["cause"] == review["id"]
    assert (await cli("audit", "--json")).json["clean"]


async def test_a_refused_command_is_exit_1_with_code_and_place(running: Hub) -> None:
    await cli("send", "customer-po.submit.v1", data(purchase_order("CLI-2", ("1", "1"))))
    review = {"customer_id": "C-API", "po_number": "CLI-2", "decision": "revise", "by": SALES}
    bad = {**review, "proposals": [{"line": "7", "text": "later"}]}

    refused = await cli("send", "order.review", data(bad))
    as_json = await cli("send", "order.review", data(bad), "--json")
    wrong = await cli("send", "order.review", data({**review, "decision": "perhaps"}))

    assert refused.code == as_json.code == wrong.code == 1
    assert "[unknown_line]" in refused.err
    assert "(proposals.0.line)" in refused.err
    assert not refused.out
    assert as_json.json["outcome"] == "refused"
    assert as_json.json["where"] == "proposals.0.line"
    assert "(decision) [schema_violation]" in wrong.err


async def test_the_second_of_the_same_id_is_the_first_ones_outcome(running: Hub) -> None:
    po = data(purchase_order("CLI-3", ("1", "1")))
    first = await cli("send", "customer-po.submit", po, "--id", "po-3", "--source", "erp", "--json")
    second = await cli("send", "customer-po.submit", po, "--id", "po-3", "--source", "erp", "--json")

    assert first.json == second.json
    assert first.json["id"] == "po-3"
    assert len(await events(running, "order.received")) == 1


@pytest.mark.rule("R43")
async def test_an_id_that_is_another_commands_is_refused_before_it_is_sent(running: Hub) -> None:
    for number, code in (("CLI-4", 0), ("CLI-5", 1)):
        po = data(purchase_order(number, ("1", "1")))
        said = await cli("send", "customer-po.submit", po, "--id", "po-4", "--source", "erp")
        assert said.code == code
        assert not code or "[id_reused]" in said.err
    assert len(await events(running, "order.received")) == 1


async def test_what_no_envelope_can_carry_is_refused_before_it_is_sent(running: Hub) -> None:
    po = data(purchase_order("CLI-6", ("1", "1")))
    for option in (("--id", "x" * 201), ("--id", "a\x1bb"), ("--source", "a\nb"), ("--source", "")):
        said = await cli("send", "customer-po.submit", po, *option)
        assert (said.code, "[unreadable]" in said.err, said.err.count("\n")) == (1, True, 1)


async def test_a_file_is_handed_in_whatever_its_name(running: Hub) -> None:
    path = running.settings.folder / os.fsdecode(b"odd\xff\x1b.edi")
    path.write_bytes((DATA / "edi/cascade-850-new.edi").read_bytes())
    said = await cli("submit", path)
    assert said.code == 0, said.err
    assert said.out.isprintable() or all(line.isprintable() for line in said.out.splitlines())


async def test_what_there_is_not_is_said_and_not_an_empty_list(running: Hub) -> None:
    assert "under_review" in (await cli("orders", "--state", "reviewed")).err
    assert "no order" in (await cli("tasks", "--order", "CLI-NONE")).err
    assert (await cli("failed", "retry", "F-1", "--by", "\x1b")).code == 2


async def test_what_names_something_unknown_waits_and_says_for_what(running: Hub) -> None:
    review = data({"order_id": "O-NOWHERE", "decision": "confirm", "by": SALES})

    said = await cli("send", "order.review", review, "--timeout", "0.4")
    unwaited = await cli("send", "order.review", review, "--no-wait")

    assert said.code == 1
    assert "O-NOWHERE is not known yet" in said.err
    assert "[unknown_reference]" in said.err
    assert unwaited.code == 0


async def test_an_answer_to_a_closed_task_is_refused_at_once(running: Hub) -> None:
    await cli("send", "customer-po.submit", data(purchase_order("CLI-4", ("1", "1"))))
    task = (await cli("tasks", "--json")).json[0]["task_id"]
    assert (await cli("answer", task, '{"decision": "confirm"}')).code == 0

    shown = await cli("tasks", task)
    assert "order.review by the sales-officer, closed" in shown.out
    assert "new_product: true" in shown.out
    assert (await cli("tasks", task, "--json")).json["facts"]["po_number"] == "CLI-4"
    again = await cli("answer", task, '{"decision": "confirm"}')
    unknown = await cli("answer", "T-NONE-1", "{}")

    assert (again.code, unknown.code) == (1, 1)
    assert "[task_closed]" in again.err
    assert "[not_found]" in unknown.err


@pytest.mark.rule("R40", "R44")
async def test_a_task_is_given_to_a_person_and_the_order_tells_of_it(running: Hub) -> None:
    order_id = (await cli("send", "customer-po.submit", data(purchase_order("GIVEN", ("1", "1"))), "--json")).json[
        "order_id"
    ]
    task = (await cli("tasks", "--order", order_id, "--json")).json[0]["task_id"]
    given = await cli("assign", task, "Ben Roth", "--by", "sales-officer:Ada Lind")
    bens = await cli("tasks", "--assignee", "Ben Roth", "--json")
    story = await cli("order", order_id)
    freed = await cli("assign", task, "--nobody", "--json")
    left = await cli("tasks", "--assignee", "Ben Roth", "--json")
    await cli("answer", task, data({"decision": "confirm"}))
    late = await cli("assign", task, "Ben Roth")
    unclear = await cli("assign", task)

    assert given.code == 0, given
    assert f"task.assign.v1 carried out ({order_id})" in given.out
    assert [each["task_id"] for each in bens.json] == [task]
    assert f"{task} is Ben Roth's now" in story.out
    assert "Ada Lind" in story.out
    assert (freed.json["outcome"], left.json) == ("done", [])
    assert late.code == 1
    assert late.err.rstrip().endswith("(task_id) [task_closed]")
    assert unclear.code == 2


@pytest.mark.rule("R7", "R40")
async def test_a_document_that_waits_for_a_person_is_given_to_one(running: Hub) -> None:
    for quantity in ("1", "2"):
        await cli("send", "customer-po.submit", data(purchase_order("TWICE", ("1", quantity))), "--no-wait")

    async def question() -> list[dict[str, Any]]:
        listed = (await cli("tasks", "--json")).json
        return [each for each in listed if each["kind"] == "document.classify.v1"]

    task = (await eventually(question, "the question what it is"))[0]
    assert (await cli("assign", task["task_id"], "Ben Roth")).code == 0
    assert (await question())[0]["assignee"] == "Ben Roth"


async def test_documents_are_handed_in_and_can_be_read_back(running: Hub) -> None:
    path = DATA / "edi/cascade-850-new.edi"
    first = await cli("submit", path, "--json")
    second = await cli("submit", path)
    noise = running.settings.folder / "noise.bin"
    noise.write_bytes(b"\x1b[2J nothing")
    bad = await cli("submit", noise)

    assert first.code == second.code == 0, (first, second)
    assert first.json[0]["outcomes"][0]["outcome"] == "done"
    assert "duplicate" in second.out or "received" in second.out
    assert bad.code == 1
    assert "rejected" in bad.out
    shown = await cli("document", first.json[0]["document_id"], "--json")
    assert shown.json["content"].encode() == path.read_bytes()
    assert shown.json["intent"] == "new_po"
    raw = await cli("document", first.json[0]["document_id"], "--raw")
    assert raw.out.encode() == path.read_bytes()
    kept = (await documents(running, name="noise.bin"))[0].document_id
    assert "\x1b" not in (await cli("document", kept)).out
    assert (await cli("document", "D-NONE")).code == 1


# ------------------------------------------------------------------------------------------------------ looking at it


@pytest.fixture
async def told(running: Hub) -> Story:
    """Return a hub to which the whole story was told."""
    return await tell(running)


async def test_everything_can_be_looked_at(told: Story) -> None:
    listed = (await cli("orders", "--json")).json
    assert {each["po_number"] for each in listed} == {*told.orders}
    assert len((await cli("orders", "--limit", "3", "--json")).json) == 3
    page = (await cli("orders", "--limit", "3", "--before", listed[2]["order_id"], "--json")).json
    assert [each["order_id"] for each in page] == [each["order_id"] for each in listed[3:6]]
    assert "stand_by" in (await cli("orders", "--state", "stand_by")).out

    bought = (await cli("order", "BOUGHT", "--json")).json
    lines = {each["line"]: each for each in bought["lines"]}
    assert [lines[each]["open"] for each in "1234"] == ["5", "0", "0", "0"]
    assert [lines[each]["cancelled"] for each in "1234"] == ["0", "6", "7", "0"]
    po = lines["1"]["material_pos"][0]
    assert (po["supplier_id"], po["state"], po["lines"][0]["received"]) == ("S-NORDSTAHL", "part_received", "20")
    kinds = {each.get("type") for each in bought["history"]}
    assert {"material-po.part-received.v1", "material-po.receive.v1", "stock.changed.v1", "penalty.answer.v1"} <= kinds
    by_document = (await cli("order", "CC-70418", "--json")).json
    ways = [each["direction"] for each in by_document["history"] if each["entry"] == "document"]
    assert ways[0] == "in"
    assert "out" in ways
    diff = (await cli("order", "CHANGED", "--diff", "1..2", "--json")).json
    assert [f"{each['action']} {each['line']}" for each in diff["lines"]] == ["change 1", "delete 2", "add 3"]
    assert diff["lines"][0]["fields"] == {"quantity": {"before": "4", "after": "2"}}
    assert "quantity" in (await cli("order", "CHANGED", "--diff", "1..2")).out
    assert (await cli("order", "CHANGED", "--diff", "1..9")).code == 1
    assert (await cli("order", "CHANGED", "--diff", "one")).code == 2
    assert "Changes" in (await cli("order", "CHANGED")).out
    changed = (await cli("order", "CHANGED", "--json")).json
    assert [each["state"] for each in changed["changes"]] == ["accepted", "requested"]
    assert [each["revision"] for each in changed["revisions"]] == [1, 2]
    whole = await cli("order", "BOUGHT")
    assert whole.code == 0
    assert all(head in whole.out for head in ("Lines", "Dates", "Work orders", "Material POs", "Shipments", "History"))

    stock = {each["material"]: each for each in (await cli("stock", "--json")).json}
    assert stock["BAR-40MM"]["reserved"] == "20"
    assert float(stock["BAR-40MM"]["on_hand"]) == float(stock["BAR-40MM"]["free"]) + 20
    tasks = (await cli("tasks", "--role", "sales-officer", "--json")).json
    assert {each["role"] for each in tasks} == {"sales-officer"}


async def test_events_are_chosen_and_in_order(told: Story) -> None:
    said = (await cli("events", "--json", "--type", "order.*", "--order", "MADE", "--limit", "1000")).lines
    assert [each["type"] for each in said] == ["order.received.v1", "order.confirmed.v1", "order.completed.v1"]
    every = (await cli("events", "--json", "--order", told.orders["BOUGHT"], "--limit", "1000")).lines
    numbers = [each["ordersequence"] for each in every if "ordersequence" in each]
    assert numbers == list(range(1, len(numbers) + 1))
    assert "material-po.issued.v1" in {each["type"] for each in every}
    assert len((await cli("events", "--limit", "5")).out.splitlines()) == 5
    assert (await cli("events", "--type", "nonsense.*")).code == 1


async def test_a_po_number_of_two_customers_asks_for_the_id(running: Hub) -> None:
    for customer in ("C-ONE", "C-TWO"):
        await cli("send", "customer-po.submit", data(purchase_order("SAME", ("1", "1"), customer=customer)))

    said = await cli("order", "SAME")
    found = (await cli("orders", "--json")).json

    assert said.code == 1
    assert all(each["order_id"] in said.err and each["customer_id"] in said.err for each in found)
    assert (await cli("order", found[0]["order_id"])).code == 0


async def test_followed_events_come_as_they_are_said(running: Hub) -> None:
    from hub.cli.events import new_events

    seen: list[str] = []

    async def follow() -> None:
        async for event in new_events(running.database, 0, set(), every=0.01):
            seen.append(event["type"])  # noqa: PERF401  # it never ends

    following = asyncio.create_task(follow())
    await cli("send", "customer-po.submit", data(purchase_order("FOLLOW", ("1", "1"))))

    async def all_seen() -> bool:
        return len(seen) == 2

    await eventually(all_seen, "both events")
    following.cancel()
    assert seen == ["order.received.v1", "task.opened.v1"]


async def test_audit_finds_and_lists(told: Story) -> None:
    from sqlalchemy import text

    clean = await cli("audit")
    async with told.hub.database.write() as connection:
        await connection.execute(text("update stock set on_hand = '9999' where material = 'BAR-40MM'"))
    found = await cli("audit", "--at-rest")
    as_json = await cli("audit", "--json")

    assert clean.code == 0
    assert "everything adds up" in clean.out
    assert found.code == as_json.code == 1
    assert "stock_on_hand" in found.out
    assert "stock_on_hand" in {each["code"] for each in as_json.json["findings"]}

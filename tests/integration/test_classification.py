"""Documents that a person has to decide on: in by file, asked about, answered, and carried on (R7, R68)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import orjson
import pytest

from hub.app import Hub, build
from hub.audit import audit
from hub.handlers.incoming.entry import Receipt
from hub.partners import Partners
from hub.settings import Settings, load_settings
from hub.store import queries
from tests.support.running import (
    DATA,
    PROCUREMENT,
    SALES,
    SHIPPING,
    at_rest,
    documents,
    events,
    eventually,
    send,
    with_partners,
)
from tests.support.story import Story, by_number, order_body, purchase_order

X12 = (DATA / "edi/cascade-850-new.edi").read_text()
EDIFACT = (DATA / "edi/holt-orders-new.edi").read_text()
MAIL = (DATA / "mail/larkspur-po.eml").read_text()
CLASSIFY = "document.classify.v1"


@pytest.fixture
async def hub(backing: Settings) -> AsyncIterator[Hub]:
    """Return a running hub; at its end the books have to be in order."""
    settings = with_partners(backing).model_copy(update={"wait_for": 0.2})
    async with build(settings) as running:
        yield running
        await at_rest(running)
        assert list(await audit(running.database)) == []


async def asked(hub: Hub, count: int = 1) -> list[dict[str, Any]]:
    """The open tasks about documents, once there are so many."""

    async def look() -> list[dict[str, Any]]:
        found = await queries.tasks(hub.database, kind=CLASSIFY)
        return found if len(found) >= count else []

    found: list[dict[str, Any]] = await eventually(look, f"{count} questions")
    assert len(found) == count
    return found


async def answer(hub: Hub, task: dict[str, Any], as_: str, outcome: str = "done", **more: Any) -> str:
    """Somebody in the task's role says what its document is; the code of the refusal, if it is refused."""
    names = {"document_id": task["document_id"], "task_id": task["task_id"]}
    by = {"role": task["role"], "name": "Ada Lind"}
    verdict = await send(hub, "document.classify", **{"as": as_, **names, "by": by, **more})
    assert verdict.outcome == outcome, verdict
    return verdict.code


async def order(hub: Hub, number: str) -> dict[str, Any]:
    """What is stored of an order, once it is there."""
    [row] = await eventually(lambda: by_number(hub, number), f"order {number}")
    return await order_body(hub, row.order_id)


async def data_of(hub: Hub, kind: str) -> list[dict[str, Any]]:
    return [orjson.loads(row.body)["data"] for row in await events(hub, kind)]


async def receive(hub: Hub, text: str, name: str) -> Receipt:
    return await hub.intake.receive(text.encode(), name)


# -------------------------------------------------------------------------------------------- from file to order


@pytest.mark.rule("R68", "R40")
async def test_a_call_off_by_file_is_asked_about_mended_and_becomes_an_order(hub: Hub) -> None:
    release = X12.replace("BEG*00*SA*", "BEG*00*RL*")
    (hub.transport.inbox / "release.edi").write_text(release)
    [task] = await asked(hub)
    facts = task["facts"]

    assert (task["role"], facts["partner_id"], facts["po_number"]) == ("sales-officer", "C-CASCADE", "CC-70418")
    assert "order_type" in {reason["code"] for reason in facts["reasons"]}
    assert facts["form"]["message"]["lines"][0]["quantity"] == "24"
    assert not await by_number(hub, "CC-70418")
    [document] = await documents(hub, direction="in")
    assert bytes(document.raw).decode() == release
    assert facts["original_id"] == task["document_id"] == document.document_id

    lines = facts["form"]["message"]["lines"]
    lines[0]["quantity"] = "30"
    await answer(hub, task, "new_po", message={"lines": lines})
    made = await order(hub, "CC-70418")

    assert made["lines"]["1"]["ordered"] == "30"
    assert made["revisions"][0]["po"]["source"]["document_id"] == document.document_id
    [classified] = await data_of(hub, "document.classified")
    assert {"field": "lines.1.quantity", "was": "24", "now": "30"} in classified["changes"]
    assert (classified["as"], classified["by"]["name"]) == ("new_po", "Ada Lind")
    assert await answer(hub, task, "discard", "refused") == "task_closed"
    assert not await queries.tasks(hub.database, kind=CLASSIFY)
    found, raw = await queries.document(hub.database, document.document_id)
    assert (found["questions"][0]["taken_as"], raw) == ("new_po", release.encode())
    assert found["questions"][0]["messages"][0]["data"]["lines"][0]["quantity"] == "24"
    assert {"field": "lines.1.quantity", "was": "24", "now": "30"} in found["questions"][0]["changes"]


@pytest.mark.rule("R40", "R44")
async def test_what_a_person_changed_of_a_mail_is_recorded_beside_what_was_read(hub: Hub) -> None:
    receipt = await receive(hub, MAIL.replace("3,568.20", "3,568.00"), "order.eml")
    [task] = await asked(hub)
    assert {reason["code"] for reason in task["facts"]["reasons"]} == {"total_differs"}
    lines = task["facts"]["form"]["message"]["lines"]
    read = lines[0]["unit_price"]
    lines[0]["unit_price"] = "1.00"
    await answer(hub, task, "new_po", message={"lines": lines}, note="as told by telephone")
    made = await order(hub, "LC-20871")
    assert made["revisions"][0]["po"]["lines"][0]["unit_price"] == "1.00"
    [question] = (await queries.document(hub.database, receipt.document_id))[0]["questions"]
    assert question["messages"][0]["data"]["lines"][0]["unit_price"] == read
    assert question["changes"] == [{"field": f"lines.{lines[0]['line']}.unit_price", "was": read, "now": "1.00"}]


@pytest.mark.rule("R7", "R40")
async def test_a_document_that_is_discarded_leads_to_nothing(hub: Hub) -> None:
    await receive(hub, X12.replace("BEG*00*SA*", "BEG*00*QT*"), "quote.edi")
    [task] = await asked(hub)
    assert await answer(hub, task, "discard", "refused", by=SHIPPING) == "wrong_role"
    assert await answer(hub, task, "discard", "refused", by=PROCUREMENT) == "wrong_role"
    await answer(hub, task, "discard", note="a quotation")

    [classified] = await data_of(hub, "document.classified")
    assert (classified["note"], classified.get("commands", [])) == ("a quotation", [])
    assert not await events(hub, "customer-po.submit")
    assert await answer(hub, {**task, "task_id": None}, "new_po", "refused") == "task_closed"


async def test_what_is_not_of_the_schema_is_said_with_its_place_and_the_task_stays(hub: Hub) -> None:
    await receive(hub, X12.replace("BEG*00*SA*", "BEG*00*RL*"), "release.edi")
    [task] = await asked(hub)

    assert await answer(hub, task, "new_po", "refused", message={"currency": "dollars"}) == "schema_violation"
    assert await answer(hub, task, "supplier_ship", "refused") == "message_missing"
    [refused] = [each for each in await data_of(hub, "command.refused") if each["code"] == "schema_violation"]
    assert refused["where"] == "message.currency"
    assert (await asked(hub))[0]["task_id"] == task["task_id"]


async def test_of_several_documents_in_a_file_each_goes_its_own_way(hub: Hub) -> None:
    head, body = X12.split("ST*850", 1)
    body, tail = body.split("GE*1", 1)
    first, second = f"ST*850{body}", f"ST*850{body}".replace("0001", "0002")
    second = second.replace("CC-70418", "CC-70419").replace("BEG*00*SA*", "BEG*00*BK*")
    receipt = await receive(hub, f"{head}{first}{second}GE*2{tail}", "two.edi")
    await order(hub, "CC-70418")
    [task] = await asked(hub)

    assert receipt.state == "received"
    assert (task["document_id"], task["facts"]["po_number"]) == (f"{receipt.document_id}-2", "CC-70419")
    await answer(hub, task, "new_po")
    await order(hub, "CC-70419")
    found, raw = await queries.document(hub.database, task["document_id"])
    assert (found["document_id"], b"CC-70419" in raw) == (receipt.document_id, True)


# ----------------------------------------------------------------------------------------- a PO number in use (R7)

OTHERS = [
    (X12, X12.replace("PO1*1*24*", "PO1*1*25*").replace("000000412", "000000499").replace("*494.5", "*495.5"), "x12"),
    (EDIFACT, EDIFACT.replace("QTY+21:24:", "QTY+21:25:").replace("HM4711", "HM4799"), "edifact"),
]
NUMBERS = {"x12": "CC-70418", "edifact": "4500119034"}


@pytest.mark.rule("R7")
@pytest.mark.parametrize("kind", ["x12", "edifact"])
async def test_other_content_under_a_number_in_use_is_for_the_sales_officer(hub: Hub, kind: str) -> None:
    first, second = next((a, b) for a, b, name in OTHERS if name == kind)
    number = NUMBERS[kind]
    await receive(hub, first, "first.edi")
    await order(hub, number)
    await receive(hub, second, "second.edi")
    [task] = await asked(hub)

    assert (task["role"], task["facts"]["likely_intent"]) == ("sales-officer", "revision")
    assert {"field": "lines.1.quantity", "was": "24", "now": "25"} in task["facts"]["differs"]
    before = await order(hub, number)
    assert (len(before["revisions"]), before["lines"]["1"]["ordered"]) == (1, "24")
    assert await answer(hub, task, "new_po", "refused") == "po_number_in_use"
    await answer(hub, task, "revision")
    await eventually(lambda: events(hub, "order.revised"), "the revision")
    after = await order(hub, number)
    assert (len(after["revisions"]), after["lines"]["1"]["ordered"]) == (2, "25")


@pytest.mark.rule("R7")
async def test_a_number_in_use_by_api_is_for_the_sales_officer_once(hub: Hub) -> None:
    told = Story(hub)
    await told.order("USED", ("1", "5"), confirmed=True)
    other = purchase_order("USED", ("1", "7"))
    await told.say("customer-po.submit", **other)
    [task] = await asked(hub)
    await told.say("customer-po.submit", "ignored", **other)
    await answer(hub, task, "new_po", message={"po_number": "USED-B"})
    made = await order(hub, "USED-B")

    assert made["lines"]["1"]["ordered"] == "7"
    assert (await order(hub, "USED"))["lines"]["1"]["ordered"] == "5"
    found, raw = await queries.document(hub.database, task["document_id"])
    assert (found["kind"], found["taken_as"], b"USED" in raw) == ("api", "new_po", True)
    await told.say("customer-po.submit", "ignored", **other)


@pytest.mark.rule("R7")
async def test_taken_for_a_number_that_is_in_use_too_it_comes_back(hub: Hub) -> None:
    told = Story(hub)
    for number in ("ONE", "TWO"):
        await told.order(number, ("1", "5"), confirmed=False)
    await told.say("customer-po.submit", **purchase_order("ONE", ("1", "7")))
    [task] = await asked(hub)
    await answer(hub, task, "new_po", message={"po_number": "TWO"})
    [again] = await asked(hub)

    assert again["facts"]["po_number"] == "TWO"
    await answer(hub, again, "cancel", message={"reason": "a mistake"})
    [cancelled] = await eventually(lambda: events(hub, "cancellation.requested"), "the request to cancel")
    assert orjson.loads(cancelled.body)["data"]["po_number"] == "TWO"


@pytest.mark.rule("R7", "R43")
@pytest.mark.servers
async def test_two_hubs_that_get_different_pos_of_one_number_at_once_make_one_order(
    fresh_postgres_url: str, fresh_vhost_url: str, tmp_path: Any
) -> None:
    given = {"database_url": fresh_postgres_url, "broker_url": fresh_vhost_url, "http_port": 0}
    settings = [with_partners(load_settings(folder=tmp_path / name, **given)) for name in "ab"]
    _, other, _ = OTHERS[0]
    async with build(settings[0]) as one, build(settings[1]) as two:
        await asyncio.gather(receive(one, X12, "a.edi"), receive(two, other, "b.edi"))
        [task] = await asked(one)
        made = await order(one, "CC-70418")

        assert len(made["revisions"]) == 1
        assert {task["facts"]["differs"][0]["was"], task["facts"]["differs"][0]["now"]} == {"24", "25"}
        await answer(one, task, "discard")
        await at_rest(one)
        assert list(await audit(one.database)) == []


# ------------------------------------------------------------------------------------------------- came before (R7)


@pytest.mark.rule("R7")
@pytest.mark.parametrize(
    ("text", "refusal"), [(X12, b"*R*025~"), (EDIFACT, b"+4+26+UNB'")], ids=["TA1 025", "CONTRL 26"]
)
async def test_an_interchange_that_came_before_is_answered_so_and_starts_nothing(
    hub: Hub, text: str, refusal: bytes
) -> None:
    first = await receive(hub, text, "a.edi")
    again = await receive(hub, text + "\n", "b.edi")
    same = await receive(hub, text, "c.edi")

    assert [again.state, same.state] == ["duplicate", "duplicate"]
    assert again.duplicate_of == same.duplicate_of == first.document_id
    assert len(await events(hub, "customer-po.submit")) == 1
    for receipt in (again, same):
        [said] = [row for row in await documents(hub, direction="out") if row.cause == receipt.document_id]
        assert refusal in bytes(said.raw).replace(b"\r\n", b"")


@pytest.mark.rule("R7")
async def test_a_new_interchange_beside_one_that_came_before_is_taken_in(hub: Hub) -> None:
    await receive(hub, X12, "a.edi")
    other = X12.replace("CC-70418", "CC-70500").replace("000000412", "000000500")
    both = await receive(hub, X12 + other, "both.edi")

    await order(hub, "CC-70500")
    assert both.state == "received"
    assert len(await events(hub, "customer-po.submit")) == 2


@pytest.mark.rule("R7")
async def test_a_document_that_is_asked_about_is_asked_about_once(hub: Hub) -> None:
    release = X12.replace("BEG*00*SA*", "BEG*00*RL*")
    await receive(hub, release, "a.edi")
    again = await receive(hub, release, "b.edi")

    assert again.state == "duplicate"
    [task] = await asked(hub)
    await answer(hub, task, "discard")


# ---------------------------------------------------------------------------------------- whose document it is


async def a_material_po(hub: Hub, supplier: str = "S-NORDSTAHL") -> str:
    """A material PO that waits for its supplier's answer."""
    told = Story(hub)
    key = await told.order("STEEL", ("1", "5"))
    await told.need(f"W-{key}-1", ("STEEL-S355-6MM", "100", "KGM"))
    await told.source(f"R-{key}-1", {"from": "supplier", "supplier_id": supplier, "quantity": "100"})
    needs = (await order_body(hub, f"O-{key}"))["requirements"]
    return str(needs[f"R-{key}-1"]["sources"][0]["material_po_id"])


LINES = "LIN+1+5'QTY+21:100:KGM'"


def ordrsp(
    po: str,
    sender: str = "4099990000512",
    us: str = "4099990000994",
    *,
    bgm: str = "29",
    lines: str = LINES,
) -> str:
    """A supplier's ORDRSP to a material PO."""
    body = f"UNH+1+ORDRSP:D:96A:UN:EAN008'BGM+231+A-1+{bgm}'DTM+137:20261124:102'RFF+ON:{po}'{lines}UNS+S'"
    head = f"UNA:+.? 'UNB+UNOC:3+{sender}:14+{us}:14+261124:1105+NS77'"
    return f"{head}{body}UNT+{body.count(chr(39)) + 1}+1'UNZ+1+NS77'"


@pytest.mark.rule("R20")
async def test_another_suppliers_answer_is_for_procurement_and_changes_nothing(hub: Hub) -> None:
    po = await a_material_po(hub, "S-ALLOYS")
    (hub.transport.inbox / "answer.edi").write_text(ordrsp(po))
    [task] = await asked(hub)

    assert (task["role"], task["facts"]["material_po_id"]) == ("procurement-officer", po)
    assert [reason["code"] for reason in task["facts"]["reasons"]] == ["wrong_supplier"]
    assert not await events(hub, "material-po.confirmed")
    assert await answer(hub, task, "supplier_confirm", "refused", by=SALES) == "wrong_role"
    await answer(hub, task, "supplier_confirm")
    [again] = await asked(hub)
    await answer(hub, again, "supplier_confirm", message={"supplier_id": "S-ALLOYS"})
    await eventually(lambda: events(hub, "material-po.confirmed"), "the confirmation that procurement vouches for")


@pytest.mark.rule("R20")
async def test_a_stranger_confirms_nothing(hub: Hub) -> None:
    po = await a_material_po(hub)
    receipt = await receive(hub, ordrsp(po, "4099990000999", "METALWORKS"), "answer.edi")
    [task] = await asked(hub)

    assert receipt.state == "quarantined"
    assert "unknown_partner" in {reason["code"] for reason in task["facts"]["reasons"]}
    assert task["role"] == "procurement-officer"
    await answer(hub, task, "not_an_order")
    assert not await events(hub, "material-po.confirmed")


@pytest.mark.rule("R33")
async def test_another_customers_answer_to_the_penalty_question_changes_nothing(hub: Hub) -> None:
    told = Story(hub)
    for number, customer in (("MINE", "C-API"), ("YOURS", "C-HOLT")):
        await told.order(number, ("1", "5"), customer=customer)
    mine = {"customer_id": "C-API", "po_number": "MINE"}
    await told.say("customer-po.cancel", **mine, source={"channel": "api"})
    penalty = {"amount": "20", "currency": "EUR"}
    await told.say("cancellation.assess", **mine, decision="penalty", penalty=penalty, by=SALES)
    [question] = await data_of(hub, "cancellation.penalty-proposed")
    yours = {"customer_id": "C-HOLT", "po_number": "YOURS", "question_id": question["question_id"]}
    verdict = await told.say("penalty.answer", "refused", **yours, answer="accept")

    assert verdict.code == "wrong_customer"
    assert not await events(hub, "cancellation.granted")


@pytest.mark.rule("R43", "R7")
async def test_a_revision_of_a_po_that_nobody_knows_is_asked_about_in_the_end(hub: Hub) -> None:
    await receive(hub, (DATA / "edi/cascade-850-revised.edi").read_text(), "revised.edi")
    [task] = await asked(hub)

    assert [reason["code"] for reason in task["facts"]["reasons"]] == ["unknown_reference"]
    await answer(hub, task, "new_po")
    assert len((await order(hub, "CC-70418"))["revisions"]) == 1


@pytest.mark.rule("R20")
async def test_an_answer_to_the_whole_material_po_confirms_every_line(hub: Hub) -> None:
    po = await a_material_po(hub)
    await receive(hub, ordrsp(po, lines=""), "answer.edi")
    [confirmed] = await eventually(lambda: events(hub, "material-po.confirmed"), "the confirmation")

    assert orjson.loads(confirmed.body)["data"]["material_po_id"] == po


@pytest.mark.rule("R7")
async def test_a_mail_under_a_number_in_use_is_asked_about_and_its_copy_is_not(hub: Hub) -> None:
    first = await receive(hub, MAIL, "a.eml")
    await order(hub, "LC-20871")
    hops = await receive(hub, MAIL.replace("192.0.2.40", "192.0.2.41"), "b.eml")
    reused = MAIL.replace("  18  EA", "  20  EA").replace("$3,568.20", "$3,650.40")
    other = await receive(hub, reused, "c.eml")
    [task] = await asked(hub)

    assert (hops.state, hops.duplicate_of) == ("duplicate", first.document_id)
    assert other.state in {"received", "quarantined"}
    assert task["facts"]["form"]["message"]["lines"][2]["quantity"] == "20"
    assert (await order(hub, "LC-20871"))["lines"]["3"]["ordered"] == "18"
    await answer(hub, task, "revision")
    await eventually(lambda: events(hub, "order.revised"), "the revision")
    assert (await order(hub, "LC-20871"))["lines"]["3"]["ordered"] == "20"


@pytest.mark.rule("R7")
async def test_what_could_not_be_decided_gives_way_when_it_comes_again_and_can_be(hub: Hub) -> None:
    """A stranger's order is asked about; once it has a profile and is submitted again, nobody is asked any more."""
    known = hub.intake._context
    strangers = replace(known(), partners=Partners([]))
    hub.intake._context = lambda: strangers
    first = await receive(hub, X12, "a.edi")
    [task] = await asked(hub)
    hub.intake._context = known
    again = await receive(hub, X12, "a-again.edi")
    await order(hub, "CC-70418")

    assert (first.state, again.state) == ("quarantined", "received")
    assert "unknown_partner" in {reason["code"] for reason in task["facts"]["reasons"]}
    assert not await queries.tasks(hub.database, kind=CLASSIFY)
    assert (await receive(hub, X12, "a-third.edi")).duplicate_of == again.document_id

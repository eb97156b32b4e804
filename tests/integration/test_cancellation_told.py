"""Whatever becomes of a request to cancel, the customer is told, over its own channel (R5, R33, R34, R37, R38)."""

from __future__ import annotations

import email
import email.policy
from typing import Any

import pytest

from hub.app import build
from hub.audit import audit
from hub.settings import Settings
from hub.store import queries
from hub.store.queries import whole_order
from tests.support.running import DATA, ENGINEER, PROCUREMENT, SALES, documents, events, eventually, send, with_partners
from tests.support.story import Story

CHANNELS = [
    ("edi/cascade-850-new.edi", "C-CASCADE", "CC-70418", "x12"),
    ("edi/holt-orders-new.edi", "C-HOLT", "4500119034", "edifact"),
    ("mail/larkspur-po.eml", "C-LARKSPUR", "LC-20871", "email"),
]
CANCELLATION = """\
ISA*00*          *00*          *ZZ*CASCADECONVEYOR*ZZ*METALWORKS     *261125*1010*U*00401*000000413*1*P*>~
GS*PC*CASCADECONVEYOR*METALWORKS*20261125*1010*89*X*004010~
ST*860*0001~
BCH*01*SA*CC-70418***20261120*****20261125~
CTT*0~
SE*4*0001~
GE*1*89~
IEA*1*000000413~
"""
PENALTY = {"amount": "150.00", "currency": "EUR"}
SAYS = {
    "x12": {
        "cancellation.refused": "BCA*04*RJ*",
        "cancellation.penalty-declined": "the cancellation charge was declined; work on the order continues",
        "command.refused": "your answer came too late and changes nothing",
        "cancellation.granted": "BCA*04*AT*",
    },
    "edifact": {
        "cancellation.refused": "+27'",
        "cancellation.penalty-declined": "the cancellation charge was declined",
        "command.refused": "your answer came too late",
        "cancellation.granted": "+29'",
    },
    "email": {
        "cancellation.refused": "too much is made already",
        "cancellation.penalty-declined": "Work on the order continues",
        "command.refused": "came when the offer was no longer open",
        "cancellation.granted": "are cancelled, and all work on them has stopped",
    },
}


def words_of(row: Any) -> str:
    """What a document says, on one line."""
    if row.kind != "email":
        return str(row.raw.decode("latin-1"))
    message = email.message_from_bytes(row.raw, policy=email.policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


@pytest.mark.rule("R5", "R33", "R34", "R37", "R38")
@pytest.mark.parametrize(("name", "customer", "number", "channel"), CHANNELS, ids=[each[3] for each in CHANNELS])
async def test_every_decision_reaches_the_customer_over_its_channel(
    backing: Settings, name: str, customer: str, number: str, channel: str
) -> None:
    names = {"customer_id": customer, "po_number": number}
    async with build(with_partners(backing)) as hub:
        story = Story(hub)

        async def told(event: str, kind: str = channel) -> str:
            purpose = f"{event}.v1"
            rows = await eventually(lambda: documents(hub, direction="out", purpose=purpose), event)
            assert [row.kind for row in rows] == [kind] * len(rows)
            return words_of(rows[-1])

        await hub.intake.receive((DATA / name).read_bytes(), name)
        await eventually(lambda: events(hub, "order.received"), "the order")
        await story.say("order.review", **names, decision="confirm", by=SALES)
        cancel: dict[str, Any] = {**names, "source": {"channel": channel}}
        await story.say("customer-po.cancel", **cancel, lines=["1"])
        reason = "too much is made already"
        await story.say("cancellation.assess", **names, decision="refuse", reason=reason, by=SALES)
        assert SAYS[channel]["cancellation.refused"] in await told("cancellation.refused")

        await story.say("customer-po.cancel", **cancel, lines=["1"])
        await story.say("cancellation.assess", **names, decision="penalty", penalty=PENALTY, by=SALES)
        assert "150" in await told("cancellation.penalty-proposed", "email")
        await story.say("customer-po.cancel", **cancel, lines=["2"])
        assert await told("cancellation.extended", "email")
        await story.say("cancellation.assess", **names, decision="penalty", penalty=PENALTY, by=SALES)
        await story.say("penalty.answer", **names, answer="decline")
        assert SAYS[channel]["cancellation.penalty-declined"] in await told("cancellation.penalty-declined")
        await story.say("penalty.answer", "ignored", **names, answer="decline")
        await story.say("penalty.answer", "refused", **names, answer="accept")
        assert SAYS[channel]["command.refused"] in await told("command.refused")

        await story.say("customer-po.cancel", **cancel, lines=["1"])
        await story.say("cancellation.assess", **names, decision="free", by=SALES)
        assert SAYS[channel]["cancellation.granted"] in await told("cancellation.granted")
        await story.rest()
        assert not await events(hub, "document.delivery-failed")


@pytest.mark.rule("R37")
@pytest.mark.parametrize("asked_over", ["x12", "email"])
async def test_the_refusal_for_a_po_that_nobody_knows_goes_back_the_way_it_came(
    backing: Settings, asked_over: str
) -> None:
    source = {"channel": asked_over, **({"message_id": "<please@cancel.example>"} if asked_over == "email" else {})}
    async with build(with_partners(backing)) as hub:
        verdict = await send(hub, "customer-po.cancel", customer_id="C-CASCADE", po_number="NOBODY-1", source=source)
        assert verdict.outcome == "done"
        [row] = await eventually(
            lambda: documents(hub, direction="out", purpose="cancellation.refused.v1"), "the refusal"
        )
        assert row.kind == asked_over
        assert "no purchase order NOBODY-1 is known here" in words_of(row)
        if asked_over == "email":
            assert b"In-Reply-To: <please@cancel.example>" in row.raw
            assert "continues" not in words_of(row)


@pytest.mark.rule("R33", "R38")
async def test_a_question_that_cannot_be_put_to_the_customer_is_said_to_be_undeliverable(backing: Settings) -> None:
    settings = with_partners(backing)
    profiles = settings.folder / "partners.yaml"
    lines = [line for line in profiles.read_text().splitlines() if "dwhitlock@" not in line]
    profiles.write_text("\n".join(lines))
    names = {"customer_id": "C-CASCADE", "po_number": "CC-70418"}
    async with build(settings) as hub:
        await hub.intake.receive((DATA / "edi/cascade-850-new.edi").read_bytes(), "a.edi")
        await eventually(lambda: events(hub, "order.received"), "the order")
        story = Story(hub)
        await story.say("customer-po.cancel", **names, source={"channel": "x12"})
        await story.say("cancellation.assess", **names, decision="penalty", penalty=PENALTY, by=SALES)
        [failed] = await eventually(lambda: events(hub, "document.delivery-failed"), "document.delivery-failed")
        assert '"no_address"' in failed.body
        [kept] = await queries.failures(hub.database)
        assert (kept["code"], kept["type"]) == ("no_address", "cancellation.penalty-proposed.v1")


@pytest.mark.rule("R35")
async def test_suppliers_are_told_over_their_channels(backing: Settings) -> None:
    """One is asked to cancel by EDI, one by mail; a PO that another order shares is only reduced."""
    async with build(with_partners(backing)) as hub:
        story = Story(hub)
        key = await story.order("GONE", ("1", "5"), ("2", "5"), ("3", "5"))
        other = await story.order("STAYS", ("1", "5"))
        for line in (1, 2, 3):
            await story.need(f"W-{key}-{line}", ("BAR-40MM", "10", "MTR"))
        await story.need(f"W-{other}-1", ("BAR-40MM", "10", "MTR"))
        edi = {"from": "supplier", "supplier_id": "S-NORDSTAHL", "quantity": "10"}
        mail = {**edi, "supplier_id": "S-ALLOYS"}
        await story.source(f"R-{key}-1", edi)
        await story.source(f"R-{key}-2", mail)
        await story.source(f"R-{key}-3", edi)
        issued = [row.body for row in await events(hub, "material-po.issued")]
        shared = issued[2].partition('"material_po_id":"')[2].partition('"')[0]
        await send(
            hub,
            "material.source",
            requirement_id=f"R-{other}-1",
            allocations=[{**edi, "join": shared}],
            by=PROCUREMENT,
        )
        await story.say("customer-po.cancel", po_number="GONE", customer_id="C-API", source={"channel": "api"})
        await story.say("cancellation.assess", order_id=story.orders["GONE"], decision="free", by=SALES)
        await story.rest()
        asked = await documents(hub, direction="out", purpose="material-po.cancel-requested.v1")
        assert sorted((row.partner_id, row.kind) for row in asked) == [
            ("S-ALLOYS", "email"),
            ("S-NORDSTAHL", "edifact"),
        ]
        [reduced] = await documents(hub, direction="out", purpose="material-po.reduced.v1")
        assert (reduced.partner_id, reduced.kind) == ("S-NORDSTAHL", "edifact")
        assert shared in words_of(reduced)


@pytest.mark.rule("R44", "R70")
async def test_a_cancelled_order_still_leads_to_everything_that_was_done_for_it(backing: Settings) -> None:
    """Other systems cut the links of what they cancel, and nobody finds the supplier's PO again."""
    names = {"customer_id": "C-CASCADE", "po_number": "CC-70418"}
    async with build(with_partners(backing)) as hub:
        story = Story(hub)
        await hub.intake.receive((DATA / "edi/cascade-850-new.edi").read_bytes(), "po.edi")
        received = (await eventually(lambda: events(hub, "order.received"), "the order"))[0]
        order_id = received.order_id
        key = order_id.removeprefix("O-")
        await story.say("order.review", **names, decision="confirm", by=SALES)
        works = [f"W-{key}-{line}" for line in (1, 2)]
        await story.need(works[0], ("BAR-40MM", "10", "MTR"), ("STEEL-S355-6MM", "5", "KGM"))
        edi = {"from": "supplier", "supplier_id": "S-NORDSTAHL", "quantity": "10"}
        await story.source(f"R-{key}-1", edi)
        await story.source(f"R-{key}-2", {"from": "stock", "quantity": "5"})
        await story.need(works[1])
        await story.make(works[1], "1", inspect=False)
        receipt = await hub.intake.receive(CANCELLATION.encode(), "cancel.edi")
        await eventually(lambda: events(hub, "cancellation.requested"), "the request")
        await story.say("cancellation.assess", order_id=order_id, decision="free", by=SALES)
        await story.say("work-order.dispose", work_order_id=works[1], by=ENGINEER, **{"as": "scrap"})
        await story.rest()

        whole = await whole_order(hub.database, order_id)
        report = await audit(hub.database)

    assert report.findings == ()
    assert (whole["state"], whole["tasks"]) == ("cancelled", [])
    first, second = whole["lines"][0], whole["lines"][1]
    assert (first["work_order"]["state"], first["open"], first["cancelled"]) == ("cancelled", "0", first["ordered"])
    assert [need["state"] for need in first["requirements"]] == ["released", "released"]
    [po] = first["material_pos"]
    assert (po["state"], po["supplier_id"]) == ("cancel_requested", "S-NORDSTAHL")
    assert first["requirements"][0]["sources"][0]["material_po_id"] == po["material_po_id"]
    assert second["work_order"]["half_made"] == "0"
    papers = {
        (each["direction"], each["intent"] or each["purpose"])
        for each in whole["history"]
        if each["entry"] == "document"
    }
    assert papers >= {
        ("in", "new_po"),
        ("in", "cancel"),
        ("out", "order.confirmed.v1"),
        ("out", "material-po.issued.v1"),
        ("out", "material-po.cancel-requested.v1"),
        ("out", "cancellation.granted.v1"),
    }
    assert receipt.document_id in {each.get("document_id") for each in whole["history"]}
    said = {each["type"] for each in whole["history"] if each["entry"] == "event"}
    assert said >= {"material-po.cancel-requested.v1", "work-order.disposed.v1", "material.released.v1"}

"""A whole conversation by mail, from PO to a cancellation that costs a penalty; nobody but sales speaks to the hub."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest

from hub.app import Hub, build
from hub.audit import audit
from hub.settings import Settings
from hub.store import queries
from tests.support.mailbox import Mailbox, read, words
from tests.support.running import (
    ENGINEER,
    PROCUREMENT,
    SALES,
    at_rest,
    documents,
    events,
    eventually,
    send,
)

PARTNERS = """\
partners:
  - id: C-TERN
    name: Tern Packaging
    locale: en-US
    currency: USD
    channel: email
    email: {addresses: [buying@tern.example], domains: [tern.example]}
  - id: C-OTHER
    name: Other Works
    locale: en-US
    currency: USD
    channel: email
    email: {addresses: [buying@other.example], domains: [other.example]}
  - id: S-ALDER
    name: Alder Steel
    role: supplier
    locale: en-US
    currency: USD
    channel: email
    email: {addresses: [sales@alder.example], domains: [alder.example]}
materials:
  - id: PLATE-8MM
    unit: KGM
    suppliers: [{supplier: S-ALDER, lead_time_days: 5, price: "1.10", currency: USD}]
"""
NUMBER = "TP-4410"
NAMES = {"customer_id": "C-TERN", "po_number": NUMBER}
PENALTY = {"amount": "150.00", "currency": "USD"}
ORDER = """\
Hello,

{words} purchase order TP-4410, prices in USD.

Line  Part No.   Description       Qty  UOM  Unit Price  Required
----  ---------  ----------------  ---  ---  ----------  ----------
1     FLANGE-80  Flange, welded     12  EA        40.00  {first}
2     COVER-10   Cover               5  EA         9.50  03/15/2027

Order total: $527.50

Marta Quill
"""


class Conversation:
    """What the partners see of the hub: the mails that they get."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.customer = Mailbox("buying@tern.example")
        self.count = 0

    async def hand_in(self, raw: bytes) -> None:
        """Put a mail where our mail server puts them."""
        self.count += 1
        name = f"{self.count}.eml"
        (self.hub.transport.inbox / name).write_bytes(raw)

        async def taken_in() -> bool:
            return any(row.name == name for row in await documents(self.hub, direction="in"))

        await eventually(taken_in, name)

    async def told(self, event: str, count: int = 1) -> bytes:
        """The last mail that tells of such an event, as its receiver finds it in the outbox."""

        async def look() -> list[Any]:
            rows = await documents(self.hub, direction="out", state="sent", purpose=f"{event}.v1")
            return rows if len(rows) >= count else []

        row = (await eventually(look, f"a mail of {event}"))[-1]
        raw = bytes(row.raw)
        assert raw in {path.read_bytes() for path in (self.hub.transport.outbox / row.partner_id).iterdir()}
        return raw

    async def said(self, event: str) -> list[dict[str, Any]]:
        """The events of a type, once there is one."""
        rows = await eventually(lambda: events(self.hub, event), event)
        return [orjson.loads(row.body)["data"] for row in rows]

    async def decide(self, command: str, **data: Any) -> None:
        """Answer as one of MetalWorks' people."""
        verdict = await send(self.hub, command, **data)
        assert verdict.outcome == "done", verdict

    async def to_the_question(self) -> bytes:
        """PO, request to revise, revised PO by reply, confirmation, request to cancel; the penalty question."""
        customer = self.customer
        order = ORDER.format(words="please enter our", first="01/15/2027")
        await self.hand_in(customer.write(f"Purchase order {NUMBER}", order))
        await self.said("order.received")
        later = [{"line": "1", "requested_date": "2027-02-12"}]
        await self.decide("order.review", **NAMES, decision="revise", reason="plate", proposals=later, by=SALES)
        asked = await self.told("order.revision-requested")
        revised = ORDER.format(words="here is our", first="02/12/2027")
        await self.hand_in(customer.reply(asked, revised))
        await self.said("order.revised")
        await self.decide("order.review", **NAMES, decision="confirm", by=SALES)
        confirmed = await self.told("order.confirmed")
        await self.hand_in(customer.reply(confirmed, "Please cancel line 1, the flanges were designed out."))
        [requested] = await self.said("cancellation.requested")
        assert requested["lines"] == ["1"]
        await self.decide("cancellation.assess", **NAMES, decision="penalty", penalty=PENALTY, by=SALES)
        return await self.told("cancellation.penalty-proposed")

    async def clean(self) -> None:
        """Nothing is left undone, and the books balance."""
        await at_rest(self.hub)
        report = await audit(self.hub.database)
        assert report.clean, report


@pytest.fixture
def settings(backing: Settings) -> Settings:
    """Return the settings of a hub that knows the partners."""
    (backing.folder / "partners.yaml").write_text(PARTNERS)
    return backing


@pytest.mark.rule("R2", "R4", "R5", "R30", "R33")
async def test_a_whole_conversation(settings: Settings) -> None:
    async with build(settings.model_copy(update={"mail_receipts": True})) as hub:
        talk = Conversation(hub)
        question = await talk.to_the_question()
        receipt = read(await talk.told("order.received"))
        assert receipt["In-Reply-To"] == "<1.buying@tern.example>"
        assert "150.00 USD" in words(question)
        assert re.fullmatch(r"orders\+[a-z0-9]{20,64}@metalworks\.example", str(read(question)["Reply-To"]))
        await talk.hand_in(talk.customer.reply(question, "ACCEPT\n\nThanks, Marta"))
        [granted] = await talk.said("cancellation.granted")
        assert (granted["lines"], granted["penalty"]) == (["1"], PENALTY)
        last = read(await talk.told("cancellation.granted"))

        thread = str(last["References"]).split()
        theirs = [f"<{number}.buying@tern.example>" for number in range(1, 5)]
        assert [one for one in thread if one in theirs] == theirs
        assert last["In-Reply-To"] == theirs[-1]
        assert last["Subject"] == f"Re: Purchase order {NUMBER}"
        assert last["Auto-Submitted"] == "auto-replied"
        assert not await queries.tasks(hub.database, kind="document.classify.v1")
        states = {row.state for row in await documents(hub, direction="in")}
        assert states == {"received"}
        await talk.clean()


@pytest.mark.rule("R33", "R68")
async def test_an_acceptance_from_another_domain_changes_nothing_and_a_person_sees_it(settings: Settings) -> None:
    async with build(settings) as hub:
        talk = Conversation(hub)
        question = await talk.to_the_question()
        await talk.hand_in(Mailbox("buying@other.example").reply(question, "ACCEPT"))

        async def tasks() -> list[dict[str, Any]]:
            return await queries.tasks(hub.database, kind="document.classify.v1")

        [task] = await eventually(tasks, "a task")
        facts = task["facts"]
        assert (facts["likely_intent"], facts["partner_id"]) == ("penalty_accept", "C-OTHER")
        assert "party_differs" in {reason["code"] for reason in facts["reasons"]}
        assert not await events(hub, "cancellation.granted")

        await talk.hand_in(talk.customer.reply(question, "DECLINE"))
        await talk.said("cancellation.penalty-declined")
        assert "Work on the order continues" in words(await talk.told("cancellation.penalty-declined"))
        await talk.decide("document.classify", document_id=task["document_id"], **{"as": "discard"}, by=SALES)
        await talk.clean()


@pytest.mark.rule("R13", "R20")
async def test_a_supplier_confirms_its_material_po_by_reply(settings: Settings) -> None:
    async with build(settings) as hub:
        talk = Conversation(hub)
        order = ORDER.format(words="please enter our", first="01/15/2027")
        await talk.hand_in(talk.customer.write(f"Purchase order {NUMBER}", order))
        await talk.said("order.received")
        await talk.decide("order.review", **NAMES, decision="confirm", by=SALES)
        work = (await talk.said("work-order.created"))[0]["work_order_id"]
        plate = [{"material": "PLATE-8MM", "quantity": "60", "unit": "KGM"}]
        await talk.decide("work-order.specify-materials", work_order_id=work, materials=plate, by=ENGINEER)
        [required] = await talk.said("material.required")
        source = [{"from": "supplier", "quantity": "60", "supplier_id": "S-ALDER", "unit_price": "1.10"}]
        requirement = required["requirement_id"]
        await talk.decide("material.source", requirement_id=requirement, allocations=source, by=PROCUREMENT)

        supplier = Mailbox("sales@alder.example", "Joan Alder")
        await talk.hand_in(supplier.reply(await talk.told("material-po.issued"), "We confirm your order as it stands."))
        [confirmed] = await talk.said("material-po.confirmed")
        [issued] = await talk.said("material-po.issued")
        assert confirmed["material_po_id"] == issued["material_po_id"]
        await talk.clean()

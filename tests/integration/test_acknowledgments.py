"""What we sent by EDI is acknowledged, refused or met with silence, and each of these is seen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from hub.app import Hub, build, utc_now
from hub.app.parts import reissue_of
from hub.audit import audit
from hub.cli import setup
from hub.errors import NotFound, Refused
from hub.messages.base import Person
from hub.partners import Partner, Partners
from hub.sagas.case import Rules
from hub.settings import Settings, load_settings
from hub.store.queries import conditions, document, tasks
from hub.store.queries import documents as listed
from hub.web.metrics import Meter
from tests.support.cli import hub_beside as cli
from tests.support.cli import set_environment
from tests.support.partner import Document, EdifactPartner, X12Partner
from tests.support.running import ENGINEER, PROCUREMENT, SALES, at_rest, documents, events, eventually, send

PARTNERS = """\
partners:
  - {id: C-X, name: Brandywine Pumps, channel: x12, edi: {id: BRANDYWINE, acknowledges_within_hours: 4}}
  - id: C-E
    name: Auer Antriebe
    channel: edifact
    edi: {id: "4012345000018", qualifier: "14", our_id: "4099990000994", our_qualifier: "14", acknowledges: true}
  - id: C-Q
    name: Quiet Works
    channel: x12
    edi: {id: QUIETWORKS, acknowledges: false}
  - {id: S-X, name: Mill & Co, role: supplier, channel: x12, edi: {id: MILLANDCO}}
"""


OPERATOR = Person(role="operator", name="Ada")


class Clock:
    """The time, which a test may move on."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self.ahead


@dataclass(frozen=True)
class Language:
    """What a partner writes in one standard."""

    customer_id: str
    partner: Callable[[], X12Partner | EdifactPartner]
    order: Callable[[str], tuple[str, ...]]
    say: Callable[[Document, str], tuple[str, ...]]
    """the acknowledgment of a document of ours: A accepted, R refused"""
    syntax: str
    reason: str


def _order_850(number: str) -> tuple[str, ...]:
    return "850", f"BEG*00*SA*{number}**20261122", "PO1*1*12*EA*40*PE*BP*FLANGE-80", "DTM*002*20990101", "CTT*1"


def _say_997(ours: Document, status: str) -> tuple[str, ...]:
    why = ["AK3*PO1*5**8", "AK4*3**7"] if status == "R" else []
    answer = f"AK5*{status}*5" if why else "AK5*A"
    group, message = ours.first("GS", 6), ours.first("ST", 2)
    return "997", f"AK1*PR*{group}", f"AK2*855*{message}", *why, answer, f"AK9*{status}*1*1*{int(status == 'A')}"


def _orders(number: str) -> tuple[str, ...]:
    lines = ("LIN+1", "PIA+5+FLANGE-80:BP", "QTY+21:12:PCE", "DTM+2:20990101:102", "UNS+S")
    return "ORDERS", f"BGM+220+{number}+9", "DTM+137:20261122:102", *lines


def _say_contrl(ours: Document, status: str) -> tuple[str, ...]:
    interchange = f"UCI+{ours.first('UNB', 5)}+4099990000994:14+4012345000018:14"
    if status == "A":
        return "CONTRL", f"{interchange}+7"
    return "CONTRL", f"{interchange}+7", f"UCM+{ours.first('UNH', 1)}+ORDRSP:D:96A:UN+4", "UCS+5", "UCD+12+2:1"


X12 = Language("C-X", lambda: X12Partner("BRANDYWINE"), _order_850, _say_997, "997", "AK4*3**7")
EDIFACT = Language("C-E", lambda: EdifactPartner("4012345000018"), _orders, _say_contrl, "CONTRL", "UCD+12+2:1")
BOTH = pytest.mark.parametrize("language", [X12, EDIFACT], ids=["x12", "edifact"])


@pytest.fixture
def clock() -> Clock:
    return Clock()


@asynccontextmanager
async def running(settings: Settings, clock: Clock) -> AsyncIterator[Hub]:
    """A hub with these partners, whose books add up in the end."""
    (settings.folder / "partners.yaml").write_text(PARTNERS)
    async with build(settings, clock) as hub:
        yield hub
        await at_rest(hub)
        report = await audit(hub.database)
        assert report.clean, list(report)


@pytest.fixture
async def hub(tmp_path: Path, clock: Clock) -> AsyncIterator[Hub]:
    given: dict[str, Any] = {"folder": tmp_path, "http_port": 0}
    async with running(load_settings(database_url=f"sqlite:///{tmp_path}/hub.sqlite", **given), clock) as found:
        yield found


@pytest.fixture
async def any_hub(backing: Settings, clock: Clock) -> AsyncIterator[Hub]:
    async with running(backing, clock) as found:
        yield found


async def answered(hub: Hub, language: Language, partner: Any, number: str) -> Any:
    """Take an order in and confirm it: the answer, once it is sent."""
    raw = partner.write(*language.order(number))
    assert (await hub.intake.receive(raw, f"{number}.edi")).state == "received"
    names = {"customer_id": language.customer_id, "po_number": number}

    async def there() -> Any:
        return await documents(hub, direction="out", state="sent", po_number=number)

    await eventually(lambda: events(hub, "order.received"), "the order")
    verdict = await send(hub, "order.review", **names, decision="confirm", by=SALES)
    assert verdict.outcome == "done", verdict
    [row] = await eventually(there, "the answer")
    return row


async def acknowledgment(hub: Hub, row: Any) -> dict[str, Any]:
    """What is known of the acknowledgment of a document of ours."""
    found: dict[str, Any] = (await document(hub.database, row.document_id))[0]["acknowledgment"]
    return found


async def said(hub: Hub, event: str) -> list[dict[str, Any]]:
    return [orjson.loads(row.body)["data"] for row in await events(hub, event)]


async def questions(hub: Hub) -> list[dict[str, Any]]:
    return await tasks(hub.database, kind="document.classify.v1")


@BOTH
async def test_what_we_sent_waits_for_its_acknowledgment_and_none_acknowledges_that(
    hub: Hub, language: Language
) -> None:
    partner = language.partner()
    row = await answered(hub, language, partner, "PO-1")
    waiting = await acknowledgment(hub, row)
    assert (waiting["state"], waiting["answered_by"]) == ("awaited", None)
    hours = 4 if language is X12 else 24
    apart = datetime.fromisoformat(waiting["due_at"]) - utc_now()
    assert timedelta(hours=hours - 1) < apart <= timedelta(hours=hours)
    before = len(await documents(hub, direction="out"))

    receipt = await hub.intake.receive(partner.write(*language.say(partner.read(row.raw), "A")), "ack.edi")

    assert receipt.state == "received"
    known = await acknowledgment(hub, row)
    assert (known["state"], known["answered_by"], known["reason"]) == ("accepted", receipt.document_id, None)
    [event] = await said(hub, "document.acknowledged")
    assert (event["document_id"], event["status"], event["order_id"]) == (row.document_id, "accepted", row.order_id)
    told = (await document(hub.database, receipt.document_id))[0]
    assert told["acknowledges"] == [row.document_id]
    assert len(await documents(hub, direction="out")) == before
    ours = [each for each in await listed(hub.database, direction="out") if each["purpose"] == language.syntax]
    assert [each["acknowledgment"] for each in ours] == ["not_expected"]


@BOTH
async def test_what_a_partner_refuses_a_person_sees_at_once(hub: Hub, language: Language) -> None:
    partner = language.partner()
    row = await answered(hub, language, partner, "PO-1")

    receipt = await hub.intake.receive(partner.write(*language.say(partner.read(row.raw), "R")), "ack.edi")

    assert receipt.state == "quarantined"
    known = await acknowledgment(hub, row)
    assert (known["state"], known["answered_by"]) == ("rejected", receipt.document_id)
    assert language.reason in known["reason"]
    [failed] = await said(hub, "document.delivery-failed")
    assert (failed["document_id"], failed["code"]) == (row.document_id, "refused_by_partner")
    assert language.reason in failed["reason"]
    [again] = await documents(hub, document_id=row.document_id)
    assert again.state == "undeliverable"
    [task] = await questions(hub)
    assert (task["role"], task["document_id"]) == ("sales-officer", receipt.document_id)
    assert task["facts"]["order_ids"] == [row.order_id]
    assert "refused_by_partner" in {each["code"] for each in task["facts"]["reasons"]}
    verdict = await send(
        hub, "document.classify", document_id=receipt.document_id, **{"as": "functional_ack"}, by=SALES
    )
    assert verdict.outcome == "done", verdict
    assert await questions(hub) == []


async def resent(hub: Hub, document_id: str) -> Any:
    """The document that takes the place of one, once it is sent."""
    new = await reissue_of(hub.settings, hub.database, hub.profiles.partners, Rules).reissue(document_id, OPERATOR)
    [row] = await eventually(lambda: documents(hub, document_id=new, state="sent"), "the new document")
    return row


@BOTH
async def test_what_was_refused_goes_again_under_new_numbers_and_nobody_is_asked_any_more(
    any_hub: Hub, language: Language
) -> None:
    hub, partner = any_hub, language.partner()
    row = await answered(hub, language, partner, "PO-1")
    refusal = await hub.intake.receive(partner.write(*language.say(partner.read(row.raw), "R")), "refusal.edi")
    assert len(await questions(hub)) == 1

    again = await resent(hub, row.document_id)

    before, now = partner.read(row.raw), partner.read(again.raw)
    numbers = (("ISA", 13), ("GS", 6), ("ST", 2)) if language is X12 else (("UNB", 5), ("UNH", 1))
    assert all(int(now.first(*place)) > int(before.first(*place)) for place in numbers)
    assert [s for s in now.segments if s[0] in {"PO1", "LIN", "QTY", "ACK"}] == [
        s for s in before.segments if s[0] in {"PO1", "LIN", "QTY", "ACK"}
    ]
    assert await questions(hub) == []
    [event] = await said(hub, "document.reissued")
    assert (event["document_id"], event["replaces"], event["by"]["name"]) == (again.document_id, row.document_id, "Ada")
    assert event["answers"] == [refusal.document_id]
    old = (await document(hub.database, row.document_id))[0]
    new = (await document(hub.database, again.document_id))[0]
    assert (old["state"], old["acknowledgment"]["state"], old["replaced_by"]) == (
        "replaced",
        "rejected",
        again.document_id,
    )
    assert (new["replaces"], new["order_id"], new["acknowledgment"]["state"]) == (
        row.document_id,
        row.order_id,
        "awaited",
    )
    accepted = await hub.intake.receive(partner.write(*language.say(now, "A")), "accepted.edi")
    assert (accepted.state, (await acknowledgment(hub, again))["state"]) == ("received", "accepted")
    with pytest.raises(Refused, match="gave way"):
        await resent(hub, row.document_id)
    third = await resent(hub, again.document_id)
    assert partner.read(third.raw).kind == now.kind


async def test_a_refusal_of_what_has_given_way_asks_nobody(hub: Hub) -> None:
    partner = X12.partner()
    row = await answered(hub, X12, partner, "PO-1")
    await resent(hub, row.document_id)
    assert (await acknowledgment(hub, row))["state"] == "not_expected"
    late = await hub.intake.receive(partner.write(*X12.say(partner.read(row.raw), "R")), "late.edi")
    assert (late.state, await questions(hub)) == ("received", [])
    assert (await acknowledgment(hub, row))["state"] == "rejected"


async def test_what_is_written_anew_follows_the_profile_as_it_is_now(hub: Hub) -> None:
    row = await answered(hub, X12, X12.partner(), "PO-1")
    mended = {"id": "C-X", "name": "B", "channel": "x12", "edi": {"id": "BRANDYWINE2", "version": "005010"}}
    partners = Partners([Partner.model_validate(mended)])
    new = await reissue_of(hub.settings, hub.database, lambda: partners, Rules).reissue(row.document_id, OPERATOR)
    [again] = await eventually(lambda: documents(hub, document_id=new, state="sent"), "the new document")
    sent = X12Partner.read(again.raw)
    assert (sent.first("ISA", 8).strip(), sent.first("GS", 8)) == ("BRANDYWINE2", "005010")


async def test_a_person_has_it_sent_again_on_the_command_line(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    set_environment(monkeypatch, hub.settings)
    row = await answered(hub, X12, X12.partner(), "PO-1")
    [sent] = (await cli("resend", row.document_id, "--by", "Ada", "--json")).json
    assert sent["replaces"] == row.document_id
    await eventually(lambda: documents(hub, document_id=sent["document_id"], state="sent"), "the new document")
    again = await cli("resend", row.document_id)
    assert (again.code, again.err.strip()) == (
        1,
        f"hub: {row.document_id} gave way to {sent['document_id']} already (ID) [replaced]",
    )
    shown = (await cli("document", row.document_id)).out
    assert f"replaced by   {sent['document_id']}" in shown


@BOTH
async def test_what_a_partner_was_told_something_later_of_goes_again_only_by_force(
    hub: Hub, language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_environment(monkeypatch, hub.settings)
    row = await answered(hub, language, language.partner(), "PO-1")
    names = {"customer_id": language.customer_id, "po_number": "PO-1"}
    verdict = await send(hub, "customer-po.cancel", **names, source={"channel": "api"})
    assert verdict.outcome == "done", verdict
    [asked] = await eventually(lambda: events(hub, "cancellation.requested"), "the request")
    request = orjson.loads(asked.body)["data"]
    ids = {"order_id": request["order_id"], "cancellation_id": request["cancellation_id"]}
    verdict = await send(hub, "cancellation.assess", **ids, decision="refuse", by=SALES)
    assert verdict.outcome == "done", verdict
    wanted = {"purpose": "cancellation.refused.v1", "state": "sent"}
    [later] = await eventually(lambda: documents(hub, **wanted), "the later answer")

    refused = await cli("resend", row.document_id)

    assert (refused.code, "[outdated]" in refused.err, later.document_id in refused.err) == (1, True, True)
    assert [each.state for each in await documents(hub, document_id=row.document_id)] == ["sent"]
    assert (await cli("resend", later.document_id)).code == 0
    assert (await cli("resend", row.document_id)).code == 1
    [sent] = (await cli("resend", row.document_id, "--force", "--json")).json
    await eventually(lambda: documents(hub, document_id=sent["document_id"], state="sent"), "the new document")


async def test_an_order_to_a_supplier_behind_which_it_was_cancelled_goes_again_only_by_force(hub: Hub) -> None:
    row = await answered(hub, X12, X12.partner(), "PO-1")
    [created] = await eventually(lambda: events(hub, "work-order.created"), "the work order")
    work_order_id = orjson.loads(created.body)["data"]["work_order_id"]
    materials = [{"material": "STEEL", "quantity": "30", "unit": "KGM"}]
    verdict = await send(
        hub, "work-order.specify-materials", work_order_id=work_order_id, materials=materials, by=ENGINEER
    )
    assert verdict.outcome == "done", verdict
    [needed] = await eventually(lambda: events(hub, "material.required"), "the requirement")
    allocation = {"from": "supplier", "supplier_id": "S-X", "quantity": "30"}
    requirement_id = orjson.loads(needed.body)["data"]["requirement_id"]
    verdict = await send(
        hub, "material.source", requirement_id=requirement_id, allocations=[allocation], by=PROCUREMENT
    )
    assert verdict.outcome == "done", verdict
    [order] = await eventually(lambda: documents(hub, purpose="material-po.issued.v1", state="sent"), "the 850")
    again = await resent(hub, order.document_id)
    await send(hub, "customer-po.cancel", customer_id="C-X", po_number="PO-1", source={"channel": "api"})
    [asked] = await eventually(lambda: events(hub, "cancellation.requested"), "the request")
    request = orjson.loads(asked.body)["data"]
    ids = {"order_id": row.order_id, "cancellation_id": request["cancellation_id"]}
    await send(hub, "cancellation.assess", **ids, decision="free", by=SALES)
    [change] = await eventually(
        lambda: documents(hub, purpose="material-po.cancel-requested.v1", state="sent"), "the 860"
    )
    with pytest.raises(Refused, match=change.document_id):
        await resent(hub, again.document_id)


async def test_only_what_tells_a_partner_something_is_written_anew(hub: Hub) -> None:
    await answered(hub, X12, X12.partner(), "PO-1")
    [incoming] = await documents(hub, direction="in")
    [syntax] = await documents(hub, direction="out", purpose="997")
    for document_id, error in ((incoming.document_id, NotFound), (syntax.document_id, Refused)):
        with pytest.raises(error):
            await resent(hub, document_id)
    nobody = reissue_of(hub.settings, hub.database, Partners, Rules)
    [answer] = await documents(hub, direction="out", purpose="order.confirmed.v1")
    with pytest.raises(Refused, match="there is no profile"):
        await nobody.reissue(answer.document_id, OPERATOR)
    assert [row.state for row in await documents(hub, document_id=answer.document_id)] == ["sent"]


@BOTH
async def test_a_silent_partner_is_asked_about_once_and_no_more_when_it_has_spoken(
    any_hub: Hub, clock: Clock, language: Language
) -> None:
    hub, partner = any_hub, language.partner()
    first = await answered(hub, language, partner, "PO-1")
    second = await answered(hub, language, partner, "PO-2")

    clock.ahead = timedelta(hours=25)

    async def both() -> bool:
        return len(await events(hub, "document.unacknowledged")) == 2

    await eventually(both, "both overdue")
    [task] = await questions(hub)
    assert task["document_id"] in {first.document_id, second.document_id}
    assert task["facts"]["reasons"][0]["code"] == "acknowledgment_overdue"
    assert (await conditions(hub.database))["acknowledgments"] == {"awaited": 0, "overdue": 2}
    assert b'hub_edi_acknowledgments{state="overdue"} 2.0' in await Meter().text(hub, started=True)
    line = await setup._silence(hub.database)
    assert (line.ok, line.found) == (False, "0 awaited, 2 overdue")
    assert len(await listed(hub.database, unacknowledged=True)) == 2

    for number, row in enumerate((first, second)):
        raw = partner.write(*language.say(partner.read(row.raw), "A"))
        assert (await hub.intake.receive(raw, f"late-{number}.edi")).state == "received"
        assert len(await questions(hub)) == 1 - number
    assert (await setup._silence(hub.database)).ok
    assert await listed(hub.database, unacknowledged=True) == []


async def test_silence_that_a_person_has_seen_to_is_not_raised_again(hub: Hub, clock: Clock) -> None:
    partner = X12.partner()
    row = await answered(hub, X12, partner, "PO-1")
    clock.ahead = timedelta(hours=5)
    [task] = await eventually(lambda: questions(hub), "the question")
    await send(hub, "document.classify", document_id=row.document_id, **{"as": "discard"}, by=SALES)
    assert task["document_id"] == row.document_id
    assert await questions(hub) == []
    assert (await setup._silence(hub.database)).ok
    raw = partner.write(*X12.say(partner.read(row.raw), "A"))
    assert (await hub.intake.receive(raw, "late.edi")).state == "received"
    assert (await acknowledgment(hub, row))["state"] == "accepted"


async def test_of_a_partner_that_does_not_acknowledge_none_is_expected(hub: Hub, clock: Clock) -> None:
    quiet = Language("C-Q", lambda: X12Partner("QUIETWORKS"), _order_850, _say_997, "997", "")
    row = await answered(hub, quiet, quiet.partner(), "PO-1")
    clock.ahead = timedelta(days=30)
    known = await acknowledgment(hub, row)
    assert (known["state"], known["due_at"]) == ("not_expected", None)
    assert (await conditions(hub.database))["acknowledgments"] == {"awaited": 0, "overdue": 0}
    assert b"+++1'" not in row.raw


async def test_an_edifact_partner_that_acknowledges_is_asked_to(hub: Hub) -> None:
    row = await answered(hub, EDIFACT, EDIFACT.partner(), "PO-1")
    assert EdifactPartner.read(row.raw).all("UNB")[0][7:10] == ["ORDRSP", "", "1"]


@pytest.mark.parametrize(("status", "state"), [("A", "received"), ("R", "quarantined")])
async def test_an_acknowledgment_of_what_we_never_sent_is_kept_and_said(hub: Hub, status: str, state: str) -> None:
    partner = X12.partner()
    row = await answered(hub, X12, partner, "PO-1")
    segments = ("997", "AK1*PR*777", "AK2*855*0778", f"AK5*{status}", f"AK9*{status}*1*1*1")

    receipt = await hub.intake.receive(partner.write(*segments), "strange.edi")

    assert receipt.state == state
    kept = (await document(hub.database, receipt.document_id))[0]
    unknown = [each for each in kept["findings"] if each["code"] == "acknowledgment_unknown"]
    assert unknown[0]["message"].startswith("we have sent C-X no group 777, message 778")
    assert (await acknowledgment(hub, row))["state"] == "awaited"
    assert len(await questions(hub)) == (status == "R")


async def test_a_ta1_accepts_the_envelope_only_and_refuses_all(hub: Hub) -> None:
    partner = X12.partner()
    row = await answered(hub, X12, partner, "PO-1")
    number = partner.read(row.raw).first("ISA", 13)

    def ta1(status: str, note: str) -> bytes:
        lines = partner.write("997").decode().split("~")
        return "~".join([lines[0], f"TA1*{number}*261122*0915*{status}*{note}", f"IEA*0*{lines[-2][-9:]}~"]).encode()

    assert (await hub.intake.receive(ta1("A", "000"), "a.edi")).state == "received"
    assert (await acknowledgment(hub, row))["state"] == "awaited"
    assert (await hub.intake.receive(ta1("R", "025"), "r.edi")).state == "quarantined"
    assert (await acknowledgment(hub, row))["state"] == "rejected"
    mended = partner.write(*X12.say(partner.read(row.raw), "A"))
    assert (await hub.intake.receive(mended, "mended.edi")).state == "received"
    [again] = await documents(hub, document_id=row.document_id)
    assert again.state == "sent"
    assert [each["status"] for each in await said(hub, "document.acknowledged")] == ["rejected", "accepted"]
    assert await questions(hub) == []

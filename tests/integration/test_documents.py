"""Documents in, an order out, and answers back over the channel that the PO came by (R5)."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.app import Hub, build, utc_now
from hub.messages.base import Person
from hub.settings import Settings, load_settings
from hub.store.documents import lock_numbers, write_numbers
from hub.store.failures import retry
from hub.store.queries import failures, whole_order
from tests.support.running import DATA, SALES, documents, events, eventually, send, with_partners
from tests.unit.edi.documents import ISA, order, transaction, x12

CASES = [
    ("edi/cascade-850-new.edi", "C-CASCADE", "CC-70418", "997", b"BAK*00*A", "x12"),
    ("edi/holt-orders-new.edi", "C-HOLT", "4500119034", "CONTRL", b"BGM+231", "edifact"),
    ("mail/larkspur-po.eml", "C-LARKSPUR", "LC-20871", None, b"LC-20871", "email"),
]


@pytest.mark.rule("R2", "R5")
@pytest.mark.parametrize(("name", "customer", "number", "syntax", "answer", "kind"), CASES)
async def test_a_po_becomes_an_order_and_is_answered_in_kind(
    backing: Settings, name: str, customer: str, number: str, syntax: str | None, answer: bytes, kind: str
) -> None:
    async with build(with_partners(backing)) as hub:
        (hub.transport.inbox / name.rpartition("/")[2]).write_bytes((DATA / name).read_bytes())

        received = (await eventually(lambda: events(hub, "order.received"), "order.received"))[0]
        verdict = await send(hub, "order.review", customer_id=customer, po_number=number, decision="confirm", by=SALES)
        assert verdict.outcome == "done", verdict
        sent = await eventually(
            lambda: documents(hub, direction="out", state="sent", purpose="order.confirmed.v1"), "the answer"
        )

        assert received.order_id == verdict.order_id
        assert [row.kind for row in sent] == [kind]
        assert answer in sent[0].raw
        written = list((hub.transport.outbox / customer).iterdir())
        assert any(path.read_bytes() == sent[0].raw for path in written)
        if syntax:
            assert syntax in {row.purpose for row in await documents(hub, direction="out", kind=kind)}
        assert not [path for path in hub.transport.inbox.rglob("*") if path.is_file()]
        assert await events(hub, "document.sent")


async def test_documents_bear_the_date_of_the_plant(tmp_path: Path) -> None:
    """It is Monday in Tokyo when it is Sunday in Greenwich."""
    settings = with_partners(load_settings(database_url=f"sqlite:///{tmp_path}/hub.sqlite", folder=tmp_path))
    settings = settings.model_copy(update={"plant_timezone": "Asia/Tokyo", "http_port": 0})
    moment = datetime(2026, 11, 22, 20, tzinfo=UTC)
    async with build(settings, lambda: moment) as hub:
        await hub.intake.receive((DATA / "edi/cascade-850-new.edi").read_bytes(), "new.edi")
        await eventually(lambda: events(hub, "order.received"), "order.received")
        names = {"customer_id": "C-CASCADE", "po_number": "CC-70418"}
        await send(hub, "order.review", **names, decision="confirm", by=SALES)
        sent = await eventually(lambda: documents(hub, direction="out", purpose="order.confirmed.v1"), "the answer")
        receipt = await documents(hub, direction="out", purpose="997")

    assert b"*20261123*0500*" in sent[0].raw
    assert b"*20261123*0500*" in receipt[0].raw
    assert sent[0].at == receipt[0].at == "2026-11-22T20:00:00Z"


CHANGES = [
    ("edi/cascade-850-new.edi", "edi/cascade-860-change.edi", "C-CASCADE", "CC-70418", "4"),
    ("edi/holt-orders-new.edi", "edi/holt-ordchg-change.edi", "C-HOLT", "4500119034", "3"),
]
ANSWERED = {
    "C-CASCADE": (
        b"BCA*04*AC*",
        (b"POC*1*CA*30*", b"ACK*IA*30", b"POC*4*AI*10*", b"POC*2*", b"ACK*IR", b"MSG*the bracket"),
    ),
    "C-HOLT": (b"BGM+231", (b"LIN+1+", b"QTY+21:30:", b"LIN+3+", b"LIN+2+", b"the bracket")),
}


@pytest.mark.rule("R5", "R8")
@pytest.mark.parametrize(("new", "change", "customer", "number", "added"), CHANGES)
async def test_a_change_comes_in_by_edi_and_is_answered_line_by_line(
    backing: Settings, new: str, change: str, customer: str, number: str, added: str
) -> None:
    async with build(with_partners(backing)) as hub:
        names = {"customer_id": customer, "po_number": number, "by": SALES}
        await hub.intake.receive((DATA / new).read_bytes(), "new.edi")
        await eventually(lambda: events(hub, "order.received"), "order.received")
        await send(hub, "order.review", **names, decision="confirm")
        await hub.intake.receive((DATA / change).read_bytes(), "change.edi")
        await eventually(lambda: events(hub, "order.change-requested"), "order.change-requested")
        order = await whole_order(hub.database, (await events(hub, "order.received"))[0].order_id)
        asked = order["changes"][0]
        assert [(each["line"], each["action"]) for each in asked["lines"]] == [
            ("1", "change"),
            ("2", "delete"),
            (added, "add"),
        ]
        assert asked["lines"][0]["fields"] == {"quantity": {"before": "24", "after": "30"}}

        verdicts = [
            {"line": "1", "decision": "accept"},
            {"line": "2", "decision": "refuse", "reason": "the bracket is half made"},
            {"line": added, "decision": "accept"},
        ]
        verdict = await send(hub, "order.review-change", **names, change_id=asked["change_id"], lines=verdicts)
        assert verdict.outcome == "done", verdict
        sent = await eventually(
            lambda: documents(hub, direction="out", state="sent", purpose="order.changed.v1"), "the answer"
        )

        beginning, segments = ANSWERED[customer]
        assert beginning in sent[0].raw
        for segment in segments:
            assert segment in sent[0].raw, (segment, sent[0].raw)
        order = await whole_order(hub.database, verdict.order_id)
        assert {party["role"] for party in order["revisions"][1]["po"]["parties"]} >= {"ship-to", "buyer"}
        assert order["revisions"][1]["po"]["order_date"] == "2026-11-20"


def of_acme(number: str, *sets: str) -> bytes:
    return x12(*sets, isa=ISA.replace("000000007", number), iea=f"IEA*1*{number}~")


def increase(number: str, by: str, reference: str) -> str:
    lines = (f"BCH*04*SA*PO-1**{number}*20261121~", f"POC*1*QI*{by}**EA*2.50**BP*A-1~", "CTT*1~")
    return transaction(*lines, kind="860", number=reference)


async def second(hub: Hub, event: str) -> str | None:
    """The body of the second event of a type, once there is one."""
    found = await events(hub, event)
    return found[1].body if len(found) > 1 else None


@pytest.mark.rule("R7", "R8")
async def test_quantities_stated_as_differences_add_up_once_each(backing: Settings) -> None:
    """A partner's 860 says by how much (profile: ``change_quantity: difference``); two come in one file, one again."""
    with_partners(backing)
    (backing.folder / "partners.yaml").write_text(
        "partners: [{id: C-ACME, name: Acme, channel: x12, edi: {id: ACME, change_quantity: difference}}]"
    )
    async with build(backing) as hub:
        early = await hub.intake.receive(of_acme("000000001", increase("1", "2", "0001")), "early.edi")
        assert early.state == "quarantined"
        await hub.intake.receive(of_acme("000000002", order()), "new.edi")
        await eventually(lambda: events(hub, "order.received"), "order.received")
        names = {"customer_id": "C-ACME", "po_number": "PO-1", "by": SALES}
        await send(hub, "order.review", **names, decision="confirm")
        both = of_acme("000000003", increase("2", "6", "0001"), increase("3", "4", "0002"))
        assert (await hub.intake.receive(both, "both.edi")).state == "received"
        await eventually(lambda: second(hub, "order.change-requested"), "both changes")
        await hub.intake.receive(of_acme("000000004", increase("3", "4", "0001")), "again.edi")
        late = await hub.intake.receive(of_acme("000000005", increase("1", "1", "0001")), "late.edi")
        assert late.state == "received"
        asked = await eventually(lambda: second(hub, "document.quarantined"), "the question")
        assert "change_out_of_sequence" in asked

        order_id = (await events(hub, "order.received"))[0].order_id
        changes = (await whole_order(hub.database, order_id))["changes"]
        assert [change["lines"][0]["fields"]["quantity"]["after"] for change in changes] == ["16", "20"]


@pytest.mark.rule("R5", "R8")
async def test_a_revision_that_comes_by_mail_after_confirmation_is_answered_in_its_thread(backing: Settings) -> None:
    async with build(with_partners(backing)) as hub:
        names = {"customer_id": "C-LARKSPUR", "po_number": "LC-20871", "by": SALES}
        await hub.intake.receive((DATA / "mail/larkspur-po.eml").read_bytes(), "new.eml")
        await eventually(lambda: events(hub, "order.received"), "order.received")
        await send(hub, "order.review", **names, decision="confirm")
        await hub.intake.receive((DATA / "mail/larkspur-po-revised.eml").read_bytes(), "revised.eml")
        await eventually(lambda: events(hub, "order.change-requested"), "order.change-requested")
        order = await whole_order(hub.database, (await events(hub, "order.received"))[0].order_id)
        asked = order["changes"][0]
        refusal = {"change_id": asked["change_id"], "decision": "refuse", "reason": "it is too late"}
        assert (await send(hub, "order.review-change", **names, **refusal)).outcome == "done"
        sent = await eventually(
            lambda: documents(hub, direction="out", state="sent", purpose="order.change-refused.v1"), "the answer"
        )
        assert b"it is too late" in sent[0].raw
        assert b"In-Reply-To:" in sent[0].raw


@pytest.mark.rule("R42")
async def test_what_could_not_be_told_is_set_aside_and_told_when_tried_again(
    backing: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: object) -> None:
        raise RuntimeError("a defect")

    async with build(with_partners(backing)) as hub:
        await hub.intake.receive((DATA / "edi/cascade-850-new.edi").read_bytes(), "a.edi")
        await eventually(lambda: events(hub, "order.received"), "the order")
        with monkeypatch.context() as patch:
            patch.setattr("adapters.edi.writer.X12Writer.compose", broken)
            await send(hub, "order.review", customer_id="C-CASCADE", po_number="CC-70418", decision="confirm", by=SALES)
            await eventually(lambda: events(hub, "message.set-aside"), "message.set-aside")
        [failure] = await failures(hub.database)
        await retry(hub.database, failure["failure_id"], Person(role="operator", name="Pat Moss"), "tests", utc_now())

        await eventually(lambda: documents(hub, direction="out", purpose="order.confirmed.v1"), "the answer")
        assert not await failures(hub.database)


@pytest.mark.rule("R7")
async def test_the_same_document_twice_starts_nothing_twice(backing: Settings) -> None:
    raw = (DATA / "edi/cascade-850-new.edi").read_bytes()
    async with build(with_partners(backing)) as hub:
        first = await hub.intake.receive(raw, "a.edi")
        second = await hub.intake.receive(raw, "b.edi")
        again = await hub.intake.receive(raw, "a.edi")

        assert (first.state, second.state, again.state) == ("received", "duplicate", "received")
        assert second.duplicate_of == first.document_id == again.document_id
        assert len(await events(hub, "customer-po.submit")) == 1
        sent = [row.purpose for row in await documents(hub, direction="out")]
        assert sorted(sent) == ["997", "TA1", "TA1"]  # the second TA1 says that it came before


@pytest.mark.parametrize(
    ("raw", "code"),
    [(b"", "empty_file"), (b"\x00\x01 what is this", "unknown_kind"), (b"x" * 2_000_001, "too_large")],
)
async def test_a_bad_document_is_kept_with_a_report_and_stops_nothing(backing: Settings, raw: bytes, code: str) -> None:
    settings = with_partners(backing).model_copy(update={"max_document_bytes": 2_000_000})
    async with build(settings) as hub:
        (hub.transport.inbox / "bad.edi").write_bytes(raw)
        (hub.transport.inbox / "good.edi").write_bytes((DATA / "edi/cascade-850-new.edi").read_bytes())

        await eventually(lambda: events(hub, "order.received"), "the good document's order")
        rejected = await eventually(lambda: events(hub, "document.rejected"), "document.rejected")

        assert code in rejected[0].body
        kept = sorted(path.name for path in hub.transport.failed.iterdir())
        assert len(kept) == 2
        assert kept[1].endswith(".report.txt")
        assert code in (hub.transport.failed / kept[1]).read_text()
        assert (hub.transport.failed / kept[0]).read_bytes() == raw


@pytest.mark.rule("R33")
async def test_the_penalty_question_goes_by_mail_where_edi_has_no_words_for_it(backing: Settings) -> None:
    names = {"customer_id": "C-HOLT", "po_number": "4500119034"}
    async with build(with_partners(backing)) as hub:
        await hub.intake.receive((DATA / "edi/holt-orders-new.edi").read_bytes(), "a.edi")
        await eventually(lambda: events(hub, "order.received"), "the order")
        await send(hub, "customer-po.cancel", **names, source={"channel": "edifact"})
        penalty = {"amount": "150.00", "currency": "EUR"}
        verdict = await send(hub, "cancellation.assess", **names, decision="penalty", penalty=penalty, by=SALES)
        assert verdict.outcome == "done", verdict
        purpose = "cancellation.penalty-proposed.v1"
        [question] = await eventually(lambda: documents(hub, direction="out", purpose=purpose), "the question")

    assert question.kind == "email"
    assert b"150" in question.raw


async def test_documents_written_at_once_for_a_new_partner_have_numbers_of_their_own(backing: Settings) -> None:
    async with build(backing) as hub:

        async def hand_out() -> list[int]:
            async with hub.database.write() as connection:
                numbers = await lock_numbers(connection, ["C-NEW", "C-ALSO-NEW"])
                given = [numbers[partner].next("interchange") for partner in sorted(numbers)]
                await write_numbers(connection, numbers.values())
                return given

        given = await asyncio.gather(*(hand_out() for _ in range(6)))

    assert sorted(given) == [[number, number] for number in range(1, 7)]

"""A table that nobody could read: asked about once, learnt from the answer, and read by itself the next time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import orjson
import pytest

from hub.app import Hub, build, utc_now
from hub.audit import audit
from hub.settings import Settings
from hub.store import layouts, queries
from tests.support.cli import hub_beside as cli
from tests.support.cli import set_environment
from tests.support.running import at_rest, events, eventually, send, with_partners
from tests.support.story import by_number, order_body

HEADINGS = "Kennung;Bedarf;ME;Stückkosten;Termin"
WANTED = f"{utc_now().date() + timedelta(days=60):%d.%m.%Y}"
DUE = f"{utc_now().date() + timedelta(days=60):%Y-%m-%d}"


@pytest.fixture
async def hub(backing: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hub]:
    """Return a running hub; at its end the books have to be in order."""
    settings = with_partners(backing)
    set_environment(monkeypatch, settings)
    async with build(settings, isolated=True) as running:
        yield running
        await at_rest(running)
        assert list(await audit(running.database)) == []


def mail(number: str, *rows: str, dmarc: str = "pass") -> bytes:
    """A mail of Holt's with this order in a CSV: part, quantity, unit, price."""
    made = EmailMessage(policy=SMTP)
    made["Authentication-Results"] = f"mx.metalworks.example; dmarc={dmarc} header.from=holt.example"
    made["From"], made["To"] = "j.weiss@holt.example", "orders@metalworks.example"
    made["Subject"], made["Message-ID"] = f"Bestellung {number}", f"<{number}@holt.example>"
    made.set_content("anbei unsere Bestellung\n")
    text = "\r\n".join([HEADINGS, *(f"{row};{WANTED}" if row.count(";") == 3 else row for row in rows), ""])
    made.add_attachment(text.encode(), "text", "csv", filename="bestellung.csv")
    return made.as_bytes()


FIRST = mail("4711-1", "RS-1;24;Stk;118,50", "RS-2;1.200;kg;2,15")
SECOND = mail("4711-2", "RT-7;5;Stk;9,80", "RT-8;2.500;kg;1,95")
LINES = [
    {"line": "1", "product": {"buyer_part": "RS-1"}, "quantity": "24", "unit": "H87", "unit_price": "118.50"},
    {"line": "2", "product": {"buyer_part": "RS-2"}, "quantity": "1200", "unit": "KGM", "unit_price": "2.15"},
]
MENDED = {"lines": [{**line, "requested_date": DUE} for line in LINES], "currency": "EUR"}


def as_file(hub: Hub, raw: bytes) -> Path:
    """A mail as a file."""
    path = hub.settings.folder / "mail.eml"
    path.write_bytes(raw)
    return path


async def question(hub: Hub) -> dict[str, Any]:
    return (await eventually(lambda: queries.tasks(hub.database, kind="document.classify.v1"), "the question"))[0]


async def put_right(hub: Hub, raw: bytes = FIRST, by: dict[str, str] | None = None, **more: Any) -> str:
    """A mail comes in, is asked about, and a person makes an order of it; its document."""
    receipt = await hub.intake.receive(raw, "first.eml")
    assert receipt.state == "quarantined"
    task = await question(hub)
    names = {"document_id": receipt.document_id, "task_id": task["task_id"]}
    by = by or {"role": "sales-officer", "name": "Ada Lind"}
    data = {"as": "new_po", "message": {"po_number": "4711-1", **MENDED}, "by": by, **names, **more}
    assert (await send(hub, "document.classify", **data)).outcome == "done"
    await eventually(lambda: by_number(hub, "4711-1"), "the order")
    return receipt.document_id


async def learnt(hub: Hub) -> list[dict[str, Any]]:
    return await eventually(lambda: layouts.listed(hub.database), "what was learnt")  # type: ignore[no-any-return]


async def studied(hub: Hub, document_id: str) -> dict[str, Any]:
    """What has become of a correction."""

    async def look() -> dict[str, Any] | None:
        found = await layouts.correction(hub.database, document_id)
        return found if found["studied_at"] else None

    return await eventually(look, "the lesson")  # type: ignore[no-any-return]


@pytest.mark.rule("R40")
async def test_an_answer_that_is_to_hold_lets_the_next_mail_through_and_no_gate_falls(hub: Hub) -> None:
    document_id = await put_right(hub, learn=True)
    [version] = await learnt(hub)
    assert (version["state"], version["document_id"], version["by"]) == ("active", document_id, "Ada Lind")
    assert [each["by"] for each in version["decisions"]] == ["Ada Lind"]
    assert set(version["lessons"].values()) == {"part", "quantity", "price"}

    second = await hub.intake.receive(SECOND, "second.eml")
    assert (second.state, second.reading.layouts) == ("received", (1,))
    [row] = await eventually(lambda: by_number(hub, "4711-2"), "the order")
    made = await order_body(hub, row.order_id)
    assert [made["lines"][line]["ordered"] for line in "12"] == ["5", "2500"]
    assert made["revisions"][0]["po"]["source"]["layouts"] == [1]
    assert (await learnt(hub))[0]["used_by"] == [second.document_id]

    parsed, shown = as_file(hub, SECOND), await cli("document", second.document_id, "--json")
    assert (await cli("parse", parsed, "--json")).lines[0]["disposition"] == "accepted"
    assert (shown.json["layouts"], shown.json["lesson"]) == ([1], None)
    assert "hub partner layout show C-HOLT 1" in (await cli("document", document_id)).out

    wrong = mail("4711-3", "RT-7;5;Stk;9,80", "Gesamt;;;48,00")
    for raw, code in ((wrong, "total_differs"), (mail("4711-4", "RT-7;5;Stk;9,80", dmarc="fail"), "dmarc_not_passed")):
        third = await hub.intake.receive(raw, f"{code}.eml")
        assert third.state == "quarantined"
        assert code in {each.code for each in third.reading.findings}

    assert (await cli("partner", "layout", "drop", "C-HOLT", 1, "--by", "Bo Ek")).code == 0
    after = await hub.intake.receive(mail("4711-5", "RT-7;5;Stk;9,80"), "after.eml")
    assert (after.state, after.reading.layouts) == ("quarantined", ())
    assert (await cli("partner", "layout", "drop", "C-HOLT", 1)).code == 1
    assert (await cli("partner", "layout", "accept", "C-HOLT", 1)).code == 0
    again = await hub.intake.receive(mail("4711-6", "RT-7;5;Stk;9,80"), "again.eml")
    assert again.state == "received"
    [version] = (await cli("partner", "layout", "list", "C-HOLT", "--json")).json
    assert [each["decision"] for each in version["decisions"]] == ["accepted", "dropped", "accepted"]
    kinds = ("learnt", "accepted", "dropped")
    said = [orjson.loads(row.body) for kind in kinds for row in await events(hub, f"layout.{kind}")]
    assert [(each["type"], each["data"]["version"], each["data"]["by"]) for each in said[:2]] == [
        ("layout.learnt.v1", 1, "Ada Lind"),
        ("layout.accepted.v1", 1, "Ada Lind"),
    ]
    assert (said[0]["data"]["document_id"], said[-1]["data"]["by"]) == (document_id, "Bo Ek")
    assert "layout_differs" not in (await audit(hub.database, at_rest=False)).codes


@pytest.mark.rule("R40")
async def test_what_an_answer_teaches_is_proposed_until_a_person_accepts_it(hub: Hub) -> None:
    document_id = await put_right(hub)
    [version] = await learnt(hub)
    assert version["state"] == "proposed"
    assert (await hub.intake.receive(SECOND, "second.eml")).state == "quarantined"

    said = await cli("partner", "layout", "learn", document_id)
    assert (said.code, "column “Kennung”: part" in said.out) == (0, True)
    assert (await cli("partner", "layout", "accept", "C-HOLT", 1, "--by", "Ada Lind")).code == 0
    assert (await hub.intake.receive(mail("4711-3", "RT-7;5;Stk;9,80"), "third.eml")).state == "received"
    shown = (await cli("partner", "layout", "show", "C-HOLT", 1)).out
    assert "accepted by Ada Lind" in shown
    assert f"taught by Ada Lind with {document_id}" in shown
    assert (await cli("partner", "layout", "accept", "C-HOLT", 2)).code == 1


@pytest.mark.rule("R40")
async def test_nobody_but_a_person_teaches_and_none_who_says_no(hub: Hub) -> None:
    no = await put_right(hub, learn=False)
    assert (await cli("partner", "layout", "learn", no)).code == 1
    receipt = await hub.intake.receive(SECOND, "second.eml")
    task = await question(hub)
    names = {"document_id": receipt.document_id, "task_id": task["task_id"]}
    data = {"as": "new_po", "message": {"po_number": "4711-2", **MENDED}, "by": {"system": "erp"}, "learn": True}
    assert (await send(hub, "document.classify", **data, **names)).outcome == "done"
    await eventually(lambda: by_number(hub, "4711-2"), "the order")

    taught = await put_right_other(hub)
    assert (await studied(hub, taught))["why"] == "no table in it says, line by line, what the answer says"
    assert await layouts.listed(hub.database) == []
    said = await cli("partner", "layout", "learn", taught)
    assert (said.code, "no table in it says" in said.err) == (1, True)


async def put_right_other(hub: Hub) -> str:
    """A mail of which a person makes an order with another quantity than it has."""
    receipt = await hub.intake.receive(mail("4711-3", "RS-1;25;Stk;118,50", "RS-2;1.200;kg;2,15"), "third.eml")
    task = await question(hub)
    names = {"document_id": receipt.document_id, "task_id": task["task_id"]}
    by = {"role": "sales-officer", "name": "Ada Lind"}
    data = {"as": "new_po", "message": {"po_number": "4711-3", **MENDED}, "by": by, "learn": True}
    assert (await send(hub, "document.classify", **data, **names)).outcome == "done"
    await eventually(lambda: by_number(hub, "4711-3"), "the order")
    return receipt.document_id

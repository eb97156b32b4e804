"""What stops an interchange: it came before, is a test, is from nobody known. Each is said, and starts nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.app import Hub, build, utc_now
from hub.audit import audit
from hub.settings import load_settings
from hub.store.queries import tasks
from tests.support.partner import EdifactPartner, X12Partner
from tests.support.running import at_rest, documents, events

PARTNERS = """\
partners:
  - {id: C-X, name: Brandywine Pumps, channel: x12, edi: {id: BRANDYWINE}}
  - id: C-E
    name: Auer Antriebe
    channel: edifact
    edi: {id: "4012345000018", qualifier: "14", our_id: "4099990000994", our_qualifier: "14"}
  - {id: C-T, name: Trial Works, channel: x12, edi: {id: TRIALWORKS, test: true}}
"""


class Clock:
    """The time, which a test may move on."""

    ahead = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def hub(tmp_path: Path, clock: Clock) -> AsyncIterator[Hub]:
    (tmp_path / "partners.yaml").write_text(PARTNERS)
    given: dict[str, Any] = {"folder": tmp_path, "http_port": 0, "settle_seconds": 0, "duplicate_days": 90}
    async with build(load_settings(database_url=f"sqlite:///{tmp_path}/hub.sqlite", **given), clock) as running:
        yield running
        await at_rest(running)
        report = await audit(running.database)
        assert report.clean, list(report)


def order_850(number: str) -> list[str]:
    return [f"BEG*00*SA*{number}**20261122", "PO1*1*12*EA*40*PE*BP*FLANGE-80", "DTM*002*20990101", "CTT*1"]


def orders(number: str) -> list[str]:
    lines = ["LIN+1", "PIA+5+FLANGE-80:BP", "QTY+21:12:PCE", "DTM+2:20990101:102", "UNS+S"]
    return [f"BGM+220+{number}+9", "DTM+137:20261122:102", *lines]


async def answers(hub: Hub) -> list[str]:
    """What the hub has answered, oldest first, as text."""
    return [row.raw.decode() for row in await documents(hub, direction="out")]


async def ordered(hub: Hub) -> int:
    return len(await events(hub, "customer-po.submit"))


@pytest.mark.rule("R7")
@pytest.mark.parametrize("standard", ["x12", "edifact"])
async def test_an_interchange_number_that_came_before_is_refused_whatever_it_holds(hub: Hub, standard: str) -> None:
    x12, edifact = X12Partner("BRANDYWINE"), EdifactPartner("4012345000018")
    for number in ("PO-1", "PO-2"):
        x12.numbers = edifact.numbers = 7
        raw = x12.write("850", *order_850(number)) if standard == "x12" else edifact.write("ORDERS", *orders(number))
        receipt = await hub.intake.receive(raw, f"{number}.edi")
    assert receipt.state == "duplicate"
    assert await ordered(hub) == 1
    said = (await answers(hub))[-1]
    assert ("TA1*000000008*261122*0915*R*025" if standard == "x12" else "UCI+8+4012345000018:14+") in said
    assert standard == "x12" or "+4+26+UNB'" in said


@pytest.mark.rule("R7")
async def test_an_interchange_number_is_forgotten_after_the_days_of_the_settings(hub: Hub, clock: Clock) -> None:
    partner = X12Partner("BRANDYWINE", numbers=7)
    first = partner.write("850", *order_850("PO-1"))
    assert (await hub.intake.receive(first, "first.edi")).state == "received"
    clock.ahead = timedelta(days=91)
    partner.numbers = 7
    assert (await hub.intake.receive(partner.write("850", *order_850("PO-2")), "second.edi")).state == "received"
    partner.numbers = 7
    third = await hub.intake.receive(partner.write("850", *order_850("PO-3")), "third.edi")
    assert (third.state, await ordered(hub)) == ("duplicate", 2)
    assert (await hub.intake.receive(first, "the-same-bytes.edi")).state == "duplicate"


@pytest.mark.rule("R7")
async def test_of_messages_and_groups_of_one_number_the_first_counts(hub: Hub) -> None:
    lines = X12Partner("BRANDYWINE").write("850", *order_850("PO-1")).decode().split("~")
    head, body, tail = lines[:2], lines[2:-3], lines[-3:]
    second = [each.replace("PO-1", "PO-2") for each in body]
    trailer = [tail[0].replace("GE*1", "GE*2"), *tail[1:]]
    twice = "~".join([*head, *body, *second, *trailer]).encode()
    receipt = await hub.intake.receive(twice, "messages.edi")
    assert (receipt.state, await ordered(hub)) == ("received", 1)
    assert "AK5*A~\nAK2*850*0001~\nAK5*R*23~\nAK9*P*2*2*1~" in (await answers(hub))[-1]

    groups = X12Partner("BRANDYWINE", numbers=200).write("850", *order_850("PO-3")).decode().split("~")
    head, body, tail = groups[:1], groups[1:-2], groups[-2:]
    second = [each.replace("PO-3", "PO-4") for each in body]
    again = "~".join([*head, *body, *second, tail[0].replace("IEA*1", "IEA*2"), tail[1]]).encode()
    receipt = await hub.intake.receive(again, "groups.edi")
    assert (receipt.state, await ordered(hub)) == ("received", 2)
    said = (await answers(hub))[-1]
    assert "AK9*A*1*1*1~" in said
    assert "AK9*R*1*1*0*6~" in said

    message = EdifactPartner("4012345000018").write("ORDERS", *orders("PO-5")).decode().split("'")
    inner = [each.replace("PO-5", "PO-6") for each in message[1:-2]]
    both = "'".join([*message[:-2], *inner, message[-2].replace("UNZ+1", "UNZ+2"), ""]).encode()
    receipt = await hub.intake.receive(both, "messages-edifact.edi")
    assert (receipt.state, await ordered(hub)) == ("received", 3)
    assert "UCM+1+ORDERS:D:96A:UN+7'\nUCM+1+ORDERS:D:96A:UN+4+26+UNH'" in (await answers(hub))[-1]


@pytest.mark.rule("R42")
async def test_a_test_of_a_partner_in_production_is_for_a_person_and_of_one_on_trial_is_carried_out(hub: Hub) -> None:
    x12 = X12Partner("BRANDYWINE").write("850", *order_850("PO-1")).replace(b"*0*P*>", b"*0*T*>")
    edifact = EdifactPartner("4012345000018").write("ORDERS", *orders("PO-2"))
    edifact = edifact.replace(b"+101'UNH", b"+101++++++1'UNH")
    for name, raw in (("x12.edi", x12), ("edifact.edi", edifact)):
        assert (await hub.intake.receive(raw, name)).state == "quarantined"
    assert await ordered(hub) == 0
    open_tasks = await tasks(hub.database, kind="document.classify.v1")
    assert [task["role"] for task in open_tasks] == ["sales-officer"] * 2
    for task in open_tasks:
        assert "test_interchange" in {each["code"] for each in task["facts"]["reasons"]}
        assert task["facts"]["likely_intent"] == "new_po"
    trial = X12Partner("TRIALWORKS").write("850", *order_850("PO-3")).replace(b"*0*P*>", b"*0*T*>")
    assert (await hub.intake.receive(trial, "trial.edi")).state == "received"
    assert await ordered(hub) == 1
    [answer] = await documents(hub, direction="out", partner_id="C-T")
    assert b"*0*T*>" in answer.raw


@pytest.mark.rule("R42")
async def test_a_stranger_is_asked_about_and_answered_by_nothing(hub: Hub) -> None:
    strangers = (
        X12Partner("NOBODY").write("850", *order_850("PO-1")),
        EdifactPartner("999").write("ORDERS", *orders("PO-2")),
    )
    for place, raw in enumerate(strangers):
        assert (await hub.intake.receive(raw, f"{place}.edi")).state == "quarantined"
    assert (await ordered(hub), await answers(hub)) == (0, [])
    codes = [
        {each["code"] for each in task["facts"]["reasons"]}
        for task in await tasks(hub.database, kind="document.classify.v1")
    ]
    assert all("unknown_partner" in each for each in codes)
    assert len(codes) == 2


@pytest.mark.rule("R42")
async def test_what_is_addressed_to_another_is_refused(hub: Hub) -> None:
    raw = X12Partner("BRANDYWINE", us="SOMEBODYELSE").write("850", *order_850("PO-1"))
    assert (await hub.intake.receive(raw, "other.edi")).state == "rejected"
    assert await ordered(hub) == 0
    assert "*R*008" in (await answers(hub))[-1]

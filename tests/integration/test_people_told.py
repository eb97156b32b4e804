"""People are told of their tasks by mail, in time and never in a flood (R40)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import insert, update

from hub.app import Hub, build
from hub.audit import audit
from hub.messages.envelope import instant
from hub.settings import Settings, load_settings
from hub.store import queries, tables
from hub.store.migrate import migrate
from tests.integration.test_conversations import BOUNCE
from tests.support.mailbox import read, words
from tests.support.running import DATA, SALES, at_rest, documents, events, eventually, send, with_partners

pytestmark = pytest.mark.rule("R40")
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HERE = "Europe/Berlin"
SALES_MAIL = {
    "sales-officer": {
        "addresses": ["ada@metalworks.example"],
        "language": "de",
        "people": {"Ben Roth": "ben@metalworks.example"},
    }
}


class Desk:
    """A hub at rest whose people are told on each call, and tasks put into its store."""

    def __init__(self, hub: Hub, clock: list[datetime]) -> None:
        assert hub.notifier is not None
        self.hub, self.notifier, self._clock = hub, hub.notifier, clock
        self.count = 0

    def on(self, **more: float) -> None:
        self._clock[0] += timedelta(**more)

    async def open(
        self, count: int = 1, role: str = "sales-officer", due: float = 48, assignee: str | None = None
    ) -> list[str]:
        rows = []
        for _ in range(count):
            self.count += 1
            rows.append(
                {
                    "task_id": f"T-{self.count:012}",
                    "kind": "order.review.v1",
                    "role": role,
                    "order_id": "O-1",
                    "opened_at": instant(self._clock[0]),
                    "due_at": instant(self._clock[0] + timedelta(hours=due)),
                    "state": "open",
                    "assignee": assignee,
                    "facts": '{"po_number": "4711"}',
                }
            )
        async with self.hub.database.write() as connection:
            await connection.execute(insert(tables.tasks), rows)
        return [row["task_id"] for row in rows]

    async def end(self, task_id: str, state: str) -> None:
        async with self.hub.database.write() as connection:
            await connection.execute(update(tables.tasks).where(tables.tasks.c.task_id == task_id).values(state=state))

    async def told(self) -> list[str]:
        """The subjects of the mails that are written now."""
        return [subject for _, subject in await self.told_whom()]

    async def told_whom(self) -> list[tuple[str, str]]:
        """The receivers and the subjects of the mails that are written now."""
        before = {row.document_id for row in await documents(self.hub, direction="out")}
        count = await self.notifier.tell()
        new = [row for row in await documents(self.hub, direction="out") if row.document_id not in before]
        assert len(new) == count
        mails = [read(bytes(row.raw)) for row in new]
        return [(str(mail["To"]), str(mail["Subject"])) for mail in mails]


async def _desk(settings: Settings) -> AsyncIterator[Desk]:
    clock = [NOON]
    chosen = settings.model_copy(update={"task_mails": load_settings(task_mails=SALES_MAIL).task_mails})
    hub = build(chosen.model_copy(update={"task_mails_an_hour": 3, "plant_timezone": HERE}), lambda: clock[0])
    await migrate(hub.database)
    yield Desk(hub, clock)
    await hub.database.close()


@pytest.fixture
async def either(backing: Settings) -> AsyncIterator[Desk]:
    async for each in _desk(backing):
        yield each


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async for each in _desk(load_settings(folder=tmp_path, database_url=f"sqlite:///{tmp_path}/hub.sqlite")):
        yield each


async def test_a_task_is_told_of_once_reminded_of_once_and_called_off_once(either: Desk) -> None:
    desk = either
    [task] = await desk.open(due=2)
    assert await desk.told() == []
    desk.on(seconds=11)
    assert await desk.told() == ["Bestellung prüfen: 4711"]
    assert await desk.told() == []
    desk.on(hours=3)
    assert await desk.told() == ["Überfällig: Bestellung prüfen, 4711"]
    desk.on(hours=3)
    assert await desk.told() == []
    await desk.end(task, "withdrawn")
    assert await desk.told() == ["Nicht mehr nötig: Bestellung prüfen, 4711"]
    desk.on(hours=3)
    assert await desk.told() == []


async def test_the_person_whose_a_task_is_is_told_of_it_alone_where_its_address_is_known(desk: Desk) -> None:
    ada, ben = "ada@metalworks.example", "ben@metalworks.example"
    await desk.open(due=2, assignee="Ben Roth")
    await desk.open(assignee="Somebody Else")
    desk.on(minutes=1)
    assert sorted(await desk.told_whom()) == [(ada, "Bestellung prüfen: 4711"), (ben, "Bestellung prüfen: 4711")]
    desk.on(hours=3)
    assert await desk.told_whom() == [(ben, "Überfällig: Bestellung prüfen, 4711")]
    await desk.open(20)
    await desk.open(10, assignee="Ben Roth")
    desk.on(minutes=1)
    assert sorted(await desk.told_whom()) == [(ada, "20 Aufgaben für Vertrieb"), (ben, "10 Aufgaben für Vertrieb")]


async def test_times_are_those_of_the_plant(desk: Desk) -> None:
    await desk.open(due=2)
    desk.on(minutes=1)
    await desk.told()
    [row] = await documents(desk.hub, direction="out")
    assert "bis 24.11.2026 15:00 CET" in words(bytes(row.raw))


async def test_what_is_answered_withdrawn_before_anybody_was_told_or_anothers_is_not_told_of(desk: Desk) -> None:
    answered, withdrawn, told = await desk.open(3)
    await desk.open(role="shipping-clerk")
    await desk.end(answered, "closed")
    await desk.end(withdrawn, "withdrawn")
    desk.on(minutes=1)
    assert await desk.told() == ["Bestellung prüfen: 4711"]
    await desk.end(told, "closed")
    desk.on(days=5)
    assert await desk.told() == []


async def test_a_flood_is_one_mail_and_never_more_than_so_many_an_hour(desk: Desk) -> None:
    await desk.open(200)
    desk.on(minutes=1)
    assert await desk.told() == ["200 Aufgaben für Vertrieb"]
    subjects = []
    for _ in range(30):
        await desk.open()
        desk.on(minutes=1)
        subjects += await desk.told()
    assert subjects == ["Bestellung prüfen: 4711"] * 2
    desk.on(minutes=31)
    assert await desk.told() == ["28 Aufgaben für Vertrieb"]
    desk.on(hours=2)
    assert await desk.told() == []


async def test_a_task_told_of_when_it_is_overdue_already_is_not_told_of_twice(desk: Desk) -> None:
    await desk.open(due=1)
    desk.on(hours=30)
    assert await desk.told() == ["Bestellung prüfen: 4711"]
    desk.on(hours=30)
    assert await desk.told() == []


async def test_a_running_hub_writes_to_its_people_and_the_answer_in_the_mail_is_taken(
    backing: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.handlers.outgoing.notifier.PAUSE", timedelta(0))
    monkeypatch.setattr("hub.handlers.outgoing.notifier.EVERY", 0.1)
    settings = with_partners(backing).model_copy(update={"task_mails": load_settings(task_mails=SALES_MAIL).task_mails})
    async with build(settings) as hub:
        (hub.settings.folder / "inbox" / "order.edi").write_bytes((DATA / "edi/cascade-850-new.edi").read_bytes())

        async def mails() -> list[Any]:
            return list((hub.settings.folder / "outbox" / "our-people").glob("*.eml"))

        [path] = await eventually(mails, "the mail")
        raw = path.read_bytes()
        assert read(raw)["To"] == "ada@metalworks.example"
        assert "hub answer T-" in words(raw)
        [row] = await eventually(lambda: documents(hub, purpose="task.opened.v1", state="sent"), "its being sent")
        assert row.partner_id is None
        number = next(word for word in words(raw).split() if word.startswith("T-"))
        task = await queries.task(hub.database, number)
        answer = {"order_id": task["order_id"], "task_id": number, "by": SALES}
        verdict = await send(hub, "order.review", **orjson.loads(words(raw).split("'")[1]), **answer)
        assert verdict.outcome == "done"
        await at_rest(hub)
        assert (await audit(hub.database)).clean


async def test_a_mail_that_comes_back_is_seen_and_makes_no_task_that_the_same_address_would_be_told_of(
    desk: Desk,
) -> None:
    await desk.open()
    desk.on(minutes=1)
    assert await desk.told() == ["Bestellung prüfen: 4711"]
    [row] = await documents(desk.hub, direction="out")
    headers = f"Message-ID: {row.message_id}\nSubject: x"
    bounce = BOUNCE.format(action="failed", to="orders@metalworks.example", headers=headers)
    receipt = await desk.hub.intake.receive(bounce.encode(), "bounce.eml")

    assert receipt.state == "received"
    [failed] = await events(desk.hub, "document.delivery-failed")
    assert row.document_id in failed.body
    assert "no such user" in failed.body
    assert not await queries.tasks(desk.hub.database, kind="document.classify.v1")
    report = await audit(desk.hub.database, at_rest=False)
    assert not [each for each in report.findings if "document" in each.code]

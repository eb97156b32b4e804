"""Files that come in and go out: no name, no content and no folder of one partner stops the others."""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path
from typing import Any

import pytest

from hub.app import Hub, build
from hub.handlers import post_room
from hub.handlers.incoming.reading import read_document
from hub.ports import Reading
from hub.settings import Settings, load_settings
from hub.store.queries import tasks
from tests.support.running import DATA, SALES, documents, events, eventually, send, with_partners

PO = (DATA / "edi/cascade-850-new.edi").read_bytes()
ODD_NAMES = [
    b"odd\xff\xfe.edi",
    b"new\nline\x1b[31m\x07.edi",
    b"-rf",
    b"x" * 250,
    b"\xe2\x80\xaegnp.edi",
    b"a' \"$(id).edi",
]


async def taken(hub: Hub, files: int) -> None:
    """Wait until so many documents have come in and the inbox is empty of files."""
    await eventually(lambda: _came(hub, files), f"{files} documents")


async def _came(hub: Hub, files: int) -> bool:
    left = [path for path in (hub.settings.folder / "inbox").rglob("*") if path.is_file()]
    return len(await documents(hub, direction="in")) == files and not left


@pytest.mark.rule("R42")
async def test_no_name_of_a_file_stops_the_post_or_reaches_a_terminal(backing: Settings) -> None:
    async with build(with_partners(backing)) as hub:
        for place, name in enumerate(ODD_NAMES):
            (hub.settings.folder / "inbox" / os.fsdecode(name)).write_bytes(b"\x1b[31mjunk %d" % place)
        (hub.settings.folder / "inbox" / "order.edi").write_bytes(PO)

        await taken(hub, len(ODD_NAMES) + 1)

        names = {row.name for row in await documents(hub, direction="in")}
        assert all(name.isprintable() for name in names)
        assert r"odd\xff\xfe.edi" in names
        assert len(await events(hub, "document.rejected")) == len(ODD_NAMES)
        reports = (hub.settings.folder / "failed").glob("*.report.txt")
        assert all(line.isprintable() for report in reports for line in report.read_text().splitlines())
        assert all(
            path.name.isascii() and path.name.isprintable() for path in (hub.settings.folder / "failed").iterdir()
        )


@pytest.mark.rule("R42")
async def test_files_of_one_name_and_time_in_two_folders_are_two(backing: Settings) -> None:
    async with build(with_partners(backing)) as hub:
        for partner in ("a", "b"):
            (hub.settings.folder / "inbox" / partner).mkdir()
            path = hub.settings.folder / "inbox" / partner / "order.edi"
            path.with_name("waits.tmp").write_bytes(b"junk of " + partner.encode())
            os.utime(path.with_name("waits.tmp"), ns=(10**18, 10**18))
            path.with_name("waits.tmp").rename(path)

        await taken(hub, 2)
        assert {bytes(row.raw) for row in await documents(hub, direction="in")} == {b"junk of a", b"junk of b"}


@pytest.mark.rule("R42")
async def test_a_file_that_cannot_be_read_stops_no_other(backing: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    fetch = Path.read_bytes

    def broken(path: Path) -> bytes:
        if path.name == "defect.edi":
            raise RuntimeError("a defect")
        if path.name == "locked.edi":
            raise PermissionError(13, "Permission denied", str(path))
        return fetch(path)

    monkeypatch.setattr(Path, "read_bytes", broken)
    async with build(with_partners(backing)) as hub:
        for name in ("defect.edi", "locked.edi"):
            (hub.settings.folder / "inbox" / name).write_bytes(b"kept")
        (hub.settings.folder / "inbox" / "order.edi").write_bytes(PO)

        await eventually(lambda: events(hub, "order.received"), "the order")

        assert hub.working
        left = {path.name for path in (hub.settings.folder / "inbox").iterdir() if path.is_file()}
        assert left == {"defect.edi", "locked.edi"}


@pytest.mark.rule("R42")
async def test_a_partner_whose_folder_cannot_be_written_stops_no_other(
    backing: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.handlers.post_room.AGAIN", 0.2)
    async with build(with_partners(backing)) as hub:
        (hub.settings.folder / "outbox" / "C-CASCADE").rmdir()
        (hub.settings.folder / "outbox" / "C-CASCADE").write_bytes(b"in the way")
        for name in ("cascade-850-new", "holt-orders-new"):
            (hub.settings.folder / "inbox" / f"{name}.edi").write_bytes((DATA / f"edi/{name}.edi").read_bytes())
        await eventually(lambda: events(hub, "order.received"), "an order")

        await eventually(lambda: documents(hub, state="sent", partner_id="C-HOLT"), "what Holt is sent")

        assert "997" in {row.purpose for row in await documents(hub, state="to_send", partner_id="C-CASCADE")}
        (hub.settings.folder / "outbox" / "C-CASCADE").unlink()
        await eventually(lambda: documents(hub, state="sent", purpose="997"), "what was kept")


@pytest.mark.rule("R42")
async def test_a_document_that_takes_long_to_read_stops_no_command(
    backing: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, enough = threading.Event(), threading.Event()

    def slowly(*given: Any) -> Reading:
        begun.set()
        enough.wait(60)
        return read_document(*given)

    monkeypatch.setattr("hub.handlers.incoming.intake.read_document", slowly)
    async with build(with_partners(backing)) as hub:
        (hub.settings.folder / "inbox" / "slow.edi").write_bytes(PO)
        await asyncio.to_thread(begun.wait, 60)

        adjusted = await send(hub, "stock.adjust", material="M", count="5", unit="KGM", reason="count", by=SALES)

        assert not await documents(hub)
        enough.set()
        await eventually(lambda: events(hub, "order.received"), "the order")
        assert adjusted.outcome in {"done", "refused"}


@pytest.mark.rule("R42")
async def test_no_message_id_is_too_long_to_be_kept(backing: Settings) -> None:
    mail = b"From: a@b.example\r\nMessage-ID: <" + b"x" * 5_000 + b"@b.example>\r\nSubject: PO\r\n\r\nhello"
    async with build(with_partners(backing)) as hub:
        (hub.settings.folder / "inbox" / "long-id.eml").write_bytes(mail)
        await taken(hub, 1)


async def test_the_processes_that_read_mails_end_with_the_hub(backing: Settings) -> None:
    async with build(with_partners(backing), isolated=True) as hub:
        (hub.settings.folder / "inbox" / "po.eml").write_bytes((DATA / "mail/larkspur-po.eml").read_bytes())
        await taken(hub, 1)
        mail = hub.mail
        assert mail is not None
        assert mail.pids
    assert not mail.pids


@pytest.mark.rule("R42")
async def test_a_hub_that_died_between_reading_and_moving_takes_the_file_in_once(backing: Settings) -> None:
    inbox = with_partners(backing).folder / "inbox"
    async with build(backing) as hub:
        hub.transport.put_away = lambda *given: None  # type: ignore[method-assign]  # as if it died there
        (inbox / "order.edi").write_bytes(PO)
        await eventually(lambda: events(hub, "order.received"), "the order")
        assert (inbox / "order.edi").exists()
    async with build(backing) as hub:
        await taken(hub, 1)
        [row] = await documents(hub, direction="in")
        assert row.state == "received"
        assert len(await events(hub, "customer-po.submit")) == 1
        assert [path.read_bytes() for path in (backing.folder / "archive").glob("*/*")] == [PO]
        assert sorted(each.purpose for each in await documents(hub, direction="out")) == ["997", "TA1"]


@pytest.mark.rule("R42")
@pytest.mark.servers
async def test_two_hubs_at_one_inbox_take_every_file_in_once(
    fresh_vhost_url: str, fresh_postgres_url: str, tmp_path: Path
) -> None:
    given: dict[str, Any] = {"folder": tmp_path, "http_port": 0, "settle_seconds": 0}
    settings = with_partners(load_settings(database_url=fresh_postgres_url, broker_url=fresh_vhost_url, **given))
    async with build(settings) as one, build(settings) as other:
        for number in range(30):
            order = PO.replace(b"CC-70418", b"CC-%05d" % number).replace(b"000000412", b"%09d" % (500 + number))
            (tmp_path / "inbox" / f"{number}.edi").write_bytes(order)

        await taken(one, 30)

        async def ordered() -> bool:
            return len(await events(one, "order.received")) == 30

        await eventually(ordered, "30 orders")
        assert {row.state for row in await documents(other, direction="in")} == {"received"}
        assert len(list((tmp_path / "archive").glob("*/*"))) == 30
        assert list((tmp_path / "failed").iterdir()) == []


@pytest.mark.rule("R42")
async def test_a_partners_own_folder_vouches_for_no_other(backing: Settings) -> None:
    async with build(with_partners(backing)) as hub:
        (backing.folder / "inbox/C-HOLT/order.edi").write_bytes(PO)
        [task] = await eventually(lambda: tasks(hub.database), "the question")

        assert "folder_of_another" in {each["code"] for each in task["facts"]["reasons"]}
        assert await documents(hub, direction="out") == []
        (backing.folder / "inbox/C-CASCADE/order.edi").write_bytes(PO)
        await eventually(lambda: events(hub, "order.received"), "the order")
        assert await tasks(hub.database, kind="document.classify.v1") == []
        assert {row.purpose for row in await documents(hub, direction="out")} == {"997", "TA1"}


@pytest.mark.rule("R42")
async def test_much_to_send_keeps_no_file_from_coming_in(backing: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post_room, "PORTION", 1)
    monkeypatch.setattr(post_room, "SPELL", 0.0)
    flat = PO.replace(b"\n", b"")
    number = flat.split(b"*", 16)[13]
    many = b"".join(flat.replace(number, b"%09d" % count) for count in range(1001, 1013))
    sent: list[str] = []
    async with build(with_partners(backing)) as hub:
        send_file, come_in = hub.transport.send, hub.intake.receive

        def slowly(partner_id: str, document_id: str, extension: str, content: bytes) -> str:
            if not sent:
                (hub.settings.folder / "inbox" / "late.edi").write_bytes(b"From: a@b.example\n\njunk")
            sent.append(document_id)
            return send_file(partner_id, document_id, extension, content)

        before: list[int] = []

        async def noted(raw: bytes, name: str, *given: Any, **more: Any) -> Any:
            if name == "late.edi":
                before.append(len(sent))
            return await come_in(raw, name, *given, **more)

        monkeypatch.setattr(hub.transport, "send", slowly)
        monkeypatch.setattr(hub.intake, "receive", noted)
        (hub.settings.folder / "inbox" / "many.edi").write_bytes(many)
        await taken(hub, 2)
        await eventually(lambda: _sent(sent, 12), "12 acknowledgments")
        assert before[0] < 12


async def _sent(sent: list[str], count: int) -> bool:
    return len(sent) >= count

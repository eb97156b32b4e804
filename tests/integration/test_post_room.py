"""Files that come in and go out: no name, no content and no folder of one partner stops the others."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hub.app import Hub, build
from hub.settings import Settings
from tests.support.running import DATA, documents, events, eventually, with_partners

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
    left = [path for path in hub.folders.inbox.rglob("*") if path.is_file()]
    return len(await documents(hub, direction="in")) == files and not left


@pytest.mark.rule("R42")
async def test_no_name_of_a_file_stops_the_post_or_reaches_a_terminal(backing: Settings) -> None:
    async with build(with_partners(backing)) as hub:
        for place, name in enumerate(ODD_NAMES):
            (hub.folders.inbox / os.fsdecode(name)).write_bytes(b"junk %d" % place)
        (hub.folders.inbox / "order.edi").write_bytes(PO)

        await taken(hub, len(ODD_NAMES) + 1)

        names = {row.name for row in await documents(hub, direction="in")}
        assert all(name.isprintable() for name in names)
        assert r"odd\xff\xfe.edi" in names
        assert len(await events(hub, "document.rejected")) == len(ODD_NAMES)
        assert all(path.name.isascii() and path.name.isprintable() for path in hub.folders.failed.iterdir())


@pytest.mark.rule("R42")
async def test_files_of_one_name_and_time_in_two_folders_are_two(backing: Settings) -> None:
    async with build(with_partners(backing)) as hub:
        for partner in ("a", "b"):
            (hub.folders.inbox / partner).mkdir()
            path = hub.folders.inbox / partner / "order.edi"
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
            (hub.folders.inbox / name).write_bytes(b"kept")
        (hub.folders.inbox / "order.edi").write_bytes(PO)

        await eventually(lambda: events(hub, "order.received"), "the order")

        assert hub.working
        assert {path.name for path in hub.folders.inbox.iterdir()} == {"defect.edi", "locked.edi"}


@pytest.mark.rule("R42")
async def test_a_partner_whose_folder_cannot_be_written_stops_no_other(
    backing: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.handlers.post_room.AGAIN", 0.2)
    async with build(with_partners(backing)) as hub:
        (hub.folders.outbox / "C-CASCADE").write_bytes(b"in the way")
        for name in ("cascade-850-new", "holt-orders-new"):
            (hub.folders.inbox / f"{name}.edi").write_bytes((DATA / f"edi/{name}.edi").read_bytes())
        await eventually(lambda: events(hub, "order.received"), "an order")

        await eventually(lambda: documents(hub, state="sent", partner_id="C-HOLT"), "what Holt is sent")

        assert "997" in {row.purpose for row in await documents(hub, state="to_send", partner_id="C-CASCADE")}
        (hub.folders.outbox / "C-CASCADE").unlink()
        await eventually(lambda: documents(hub, state="sent", purpose="997"), "what was kept")

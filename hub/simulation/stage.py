"""Where the demo plays: a folder of its own, which it knows again by a marker and clears of its own files alone."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from sqlalchemy import inspect, select

from hub.errors import AlreadyServed, Refused
from hub.settings import Settings, load_settings
from hub.simulation.samples import packaged
from hub.simulation.story import FILES
from hub.store import tables
from hub.store.database import Database
from hub.store.lease import FileLease, served

MARKER = ".hub-demo"
STORE = "hub.sqlite"
PROFILES = ("partners.yaml", "materials.yaml")
_MADE = re.compile(r"D-[0-9A-Z]{12}\.(?:edi|eml)")
_KEPT = re.compile(r"D-[0-9A-Z]{12}-(?P<name>.+?)(?:\.report\.txt)?")


def demo_settings(folder: Path, given: Settings | None = None) -> Settings:
    """The demo's settings: its own in everything but broker and PostgreSQL, where such are set."""
    given = given or load_settings()
    database = given.database_url if given.database_url.startswith("postgres") else f"sqlite:///{folder / STORE}"
    return Settings(
        database_url=database,
        broker_url=given.broker_url,
        folder=folder,
        partners=[Path(name) for name in PROFILES],
        source="metalworks-hub",
        our_domain="metalworks.example",
        authserv_id="mx.metalworks.example",
        our_edi_id="METALWORKS",
        our_edi_qualifier="ZZ",
        http_port=0,
        wait_for=60,
        settle_seconds=0,
    )


def own_files(folder: Path) -> list[Path]:
    """The files in a demo's folder that a demo has put there; nobody else's."""
    found = [folder / name for name in (*PROFILES, STORE, f"{STORE}-wal", f"{STORE}-shm", f"{STORE}.lock")]
    found += [folder / "inbox" / name for name in FILES]
    found += [path for path in folder.glob("outbox/*/*") if _MADE.fullmatch(path.name)]
    for path in (*folder.glob("archive/*/*"), *folder.glob("failed/*")):
        kept = _KEPT.fullmatch(path.name)
        if kept and kept["name"] in FILES:
            found.append(path)
    return [path for path in (*found, folder / MARKER) if path.is_file() and not path.is_symlink()]


async def prepare(settings: Settings) -> None:
    """Clear the folder of an earlier demo, and put partners and materials into it. Raises Refused, AlreadyServed."""
    folder = settings.folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()) and not (folder / MARKER).is_file():
            raise Refused(
                "the folder holds files and is no demo's: name another one with --folder",
                where=str(folder),
                code="taken",
            )
        if (folder / f"{STORE}.lock").exists():
            await _not_served(Database(f"sqlite:///{folder / STORE}"))
        for path in own_files(folder):
            path.unlink()
        for path in sorted(folder.glob("*/*"), reverse=True):
            if path.is_dir() and not path.is_symlink():
                with suppress(OSError):
                    path.rmdir()
        (folder / MARKER).write_text("Made by `hub demo`, which may remove what it has put here.\n", encoding="utf-8")
        for name in PROFILES:
            (folder / name).write_text(packaged(name), encoding="utf-8")
    except OSError as error:
        raise Refused(f"the folder cannot be used: {error.strerror}", where=str(folder), code="folder") from error


async def _not_served(database: Database) -> None:
    lease = FileLease(database)
    try:
        lease.take()
    finally:
        await lease.release()
        await database.close()


async def next_run(settings: Settings, numbers: list[str]) -> int:
    """Number of the first run whose PO numbers nobody uses: 1 in a new store. Raises AlreadyServed."""
    database = Database(settings.database_url)
    try:
        if database.sqlite:
            return 1
        async with database.read() as connection:
            if not await connection.run_sync(lambda plain: inspect(plain).has_table("orders")):
                return 1
            found = await connection.execute(select(tables.orders.c.po_number))
            used = {row.po_number for row in found if row.po_number.startswith(tuple(numbers))}
        if await served(database):
            raise AlreadyServed("a hub serves this database; the demo runs its own: give it another database")
    finally:
        await database.close()
    run = 1
    while used & {number if run == 1 else f"{number}-{run}" for number in numbers}:
        run += 1
    return run


def put(folder: Path, name: str, content: bytes, stamp: int) -> None:
    """Put a document into the inbox, whole, with a time of its own (nanoseconds)."""
    unfinished = folder / "inbox" / f".{name}.tmp"
    unfinished.write_bytes(content)
    os.utime(unfinished, ns=(stamp, stamp))
    unfinished.replace(folder / "inbox" / name)

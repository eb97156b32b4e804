"""`hub init`, `hub settings`, `hub doctor`: setting a hub up, and seeing that it is."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import text

from hub.cli import screen
from hub.cli.common import AsJson, example, migrated, run
from hub.errors import HubError, Inconsistent, MailboxUnreachable, NotFound, PortTaken, Refused, StoreUnavailable
from hub.ports import Delivery, Mailbox
from hub.settings import SETTINGS_FILE, Settings, load_settings, masked, strange_variables
from hub.settings.addresses import host_and_port
from hub.store.database import Database
from hub.store.interchanges import silence
from hub.store.lease import served

SAMPLES = ("hub.yaml", "partners.yaml", "materials.yaml")
FOLDERS = ("inbox", "outbox", "archive", "failed")
PATIENCE = 5.0
DRIFT = 5.0
"""seconds by which our clock may differ from the database's"""


@example("hub init", "hub init plant-2 --force")
def init(
    folder: Annotated[Path, typer.Argument(help="Where; the working folder when not said.")] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Overwrite what is there.")] = False,
) -> None:
    """Write settings, partner profiles and materials to start from, and make the folders."""
    there = [name for name in SAMPLES if (folder / name).exists()]
    if there and not force:
        text = f"{', '.join(there)} {'is' if len(there) == 1 else 'are'} there already; --force overwrites"
        raise Refused(text, where=str(folder), code="exists")
    try:
        for name in FOLDERS:
            (folder / name).mkdir(parents=True, exist_ok=True)
        for name in SAMPLES:
            sample = resources.files("hub").joinpath("sample", name).read_text(encoding="utf-8")
            (folder / name).write_text(sample, encoding="utf-8")
            screen.say(f"wrote {folder / name}")
    except OSError as error:
        raise NotFound(f"cannot write there: {error.strerror}", where=str(error.filename or folder)) from error
    screen.say("next: put your partners in, `hub doctor`, `hub serve`")


@example("hub settings")
def settings(as_json: AsJson = False) -> None:
    """Show the settings that hold, secrets masked: HUB_* variables, then hub.yaml, then defaults."""
    shown = load_settings().shown()
    if as_json:
        screen.show_json(shown)
        return
    rows = [
        {"setting": name, "variable": f"HUB_{name.upper()}", "value": screen.as_json(value, indent=None).strip('"')}
        for name, value in shown.items()
    ]
    screen.show_table(rows, ("setting", "value", "variable"), "no settings")


# -------------------------------------------------------------------------------------------------------- doctor


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at."""

    what: str
    ok: bool
    found: str
    todo: str = ""


@example("hub doctor")
def doctor(as_json: AsJson = False) -> None:
    """Check the setup: Python, settings, database, broker, folders, partners, mail, clock; exit 1 if one fails."""
    lines = run(examine())
    if as_json:
        screen.show_json([asdict(line) for line in lines])
    else:
        for line in lines:
            todo = f" -> {line.todo}" if line.todo and not line.ok else ""
            screen.say(f"{'ok    ' if line.ok else 'FAILED'}  {line.what:<12} {line.found}{todo}")
    failed = [line.what for line in lines if not line.ok]
    if failed:
        raise Inconsistent(f"not in order: {', '.join(failed)}")


async def examine() -> list[Line]:
    """Look at everything; a fault in one thing does not hide the others."""
    version = sys.version.split()[0]
    lines = [Line("python", sys.version_info >= (3, 11), version, "install Python 3.11 or newer")]
    try:
        effective = load_settings()
    except HubError as error:
        return [*lines, Line("settings", False, str(error), "mend it; `hub init` writes a sample")]
    lines.append(Line("settings", True, _settings_from()))
    looks: tuple[tuple[str, Callable[[Settings], Coroutine[Any, Any, list[Line]]], str], ...] = (
        ("database", _database, "start it, or mend HUB_DATABASE_URL"),
        ("broker", _broker, "start it, or mend HUB_BROKER_URL"),
        ("folders", _folders, "make them writable, or mend HUB_FOLDER"),
        ("partners", _partners, "mend the file"),
        ("mail templates", _templates, "mend it; `hub email preview` shows what comes of it"),
        ("mailboxes", _mailboxes, "start the mail server, or mend HUB_MAILBOXES"),
        ("smtp", _smtp, "mend it, or set another HUB_SMTP_LISTEN"),
        ("mail server", _mail_server, "start it, or mend HUB_SMTP_URL"),
    )
    for name, look, todo in looks:
        try:
            lines += await look(effective)
        except HubError as error:
            lines.append(Line(name, False, str(error), todo))
    return lines


def _settings_from() -> str:
    said = "hub.yaml and variables" if SETTINGS_FILE.exists() else "variables and defaults; no hub.yaml here"
    strange = ", ".join(strange_variables())
    return f"{said}; no setting, and without effect: {strange}" if strange else said


async def _database(effective: Settings) -> list[Line]:
    database, url = Database(effective.database_url), masked(effective.database_url)
    try:
        if database.sqlite and not _exists(database):
            return [Line("database", True, f"{url}: not there yet, `hub serve` makes it"), _clock(datetime.now(UTC))]
        async with asyncio.timeout(PATIENCE):
            ready, busy, now = await migrated(database), await served(database), await _time_of(database)
        state = "ready" if ready else "empty, `hub serve` fills it"
        serving = "a hub serves it" if busy else "no hub serves it"
        silent = [await _silence(database)] if ready else []
        return [Line("database", True, f"{url}: {state}; {serving}"), _clock(now), *silent]
    except TimeoutError:
        return [Line("database", False, f"{url} does not answer in {PATIENCE:.0f} s", "start it")]
    finally:
        await database.close()


async def _silence(database: Database) -> Line:
    """Whether partners have acknowledged what they were sent by EDI."""
    async with database.read() as connection:
        found = await silence(connection)
    text = f"{found['awaited']} awaited, {found['overdue']} overdue"
    todo = "`hub documents --unacknowledged`, ask whether they came, and answer the task"
    return Line("EDI answers", not found["overdue"], text, todo)


def _exists(database: Database) -> bool:
    return Path(database.url.database or "").exists()


async def _time_of(database: Database) -> datetime:
    if database.sqlite:
        return datetime.now(UTC)
    async with database.read() as connection:
        found: datetime = (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()
    return found


def _clock(theirs: datetime) -> Line:
    apart = abs((datetime.now(UTC) - theirs).total_seconds())
    fine = apart <= DRIFT and datetime.now(UTC).year >= 2026
    found = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC" + (
        f", {apart:.0f} s from the database's" if apart > DRIFT else ""
    )
    return Line("clock", fine, found, "set the clock (NTP)")


async def _broker(effective: Settings) -> list[Line]:
    if effective.embedded:
        return [Line("broker", True, "embedded")]
    from hub.bus.rabbit import RabbitBus

    bus = RabbitBus(effective.broker_url, timeout=PATIENCE)
    try:
        await bus.connect()
    finally:
        await bus.stop()
    return [Line("broker", True, f"{masked(effective.broker_url)}: answers")]


async def _folders(effective: Settings) -> list[Line]:
    return await asyncio.to_thread(_look_at_folders, effective.folder, _own_folders(effective))


def _own_folders(effective: Settings) -> list[str]:
    """The folders that partners' profiles name; none where the profiles are at fault, which is another line's."""
    from hub.configuration import partners_of

    try:
        profiles = [each.folders for each in partners_of(effective).all.values() if each.folders]
    except HubError:
        return []
    return [str(path) for each in profiles for path in (each.inbox, each.outbox) if path]


def _look_at_folders(root: Path, own: Sequence[str]) -> list[Line]:
    if not root.is_dir():
        return [Line("folders", False, f"{root.absolute()} is no folder", "make it, or mend HUB_FOLDER")]
    wrong = [name for name in (".", *FOLDERS, *own) if (root / name).exists() and not os.access(root / name, os.W_OK)]
    if wrong:
        text = f"{', '.join(wrong)} in {root.absolute()}: not writable"
        return [Line("folders", False, text, "give this user the right to write")]
    return [Line("folders", True, str(root.absolute()))]


async def _templates(effective: Settings) -> list[Line]:
    from hub.app.adapters import mail_writer

    languages = ", ".join((await asyncio.to_thread(mail_writer, effective)).languages)
    own = f"{effective.mail_templates} before the hub's own" if effective.mail_templates else "the hub's own"
    return [Line("mail templates", True, f"{own}; {languages}")]


async def _partners(effective: Settings) -> list[Line]:
    from hub.configuration import partners_of

    partners = await asyncio.to_thread(partners_of, effective)
    roles = [partner.role for partner in partners.all.values()]
    counted = f"{roles.count('customer')} customers, {roles.count('supplier')} suppliers"
    return [Line("partners", True, f"{counted}, {len(partners.materials)} materials")]


async def _mailboxes(effective: Settings) -> list[Line]:
    from hub.app.adapters import mailboxes_of

    return [await asyncio.to_thread(_look_at_mailbox, mailbox) for mailbox in mailboxes_of(effective)]


def _look_at_mailbox(mailbox: Mailbox) -> Line:
    try:
        mailbox.connect()
        return Line("mailbox", True, f"{mailbox.name}: answers; {len(mailbox.arrivals())} mails wait")
    except MailboxUnreachable as error:
        return Line("mailbox", False, str(error), "start the mail server, or mend HUB_MAILBOXES")
    finally:
        mailbox.close()


async def _smtp(effective: Settings) -> list[Line]:
    from hub.app.adapters import listener_of

    listener = listener_of(effective)
    if listener is None:
        return []
    try:
        await listener.start(_nobody)
    except PortTaken:
        host, port = host_and_port(effective.smtp_listen)
        greeting = await _greeting(host, port)
        fine = greeting.startswith("220 ")
        found = f"{host}:{port}: {'answers' if fine else 'taken by another program'}: {greeting}"
        return [Line("smtp", fine, found, "set another port in HUB_SMTP_LISTEN"), await _names(effective)]
    await listener.stop()
    free = Line("smtp", True, f"{effective.smtp_listen}: free; `hub serve` listens there")
    return [free, await _names(effective)]


async def _names(effective: Settings) -> Line:
    from hub.app.adapters import names_answer

    fine = await asyncio.to_thread(names_answer, effective)
    where = ", ".join(effective.name_servers) or "this machine's"
    found = f"{where}: {'answer' if fine else 'do not answer, so that no sender is certain'}"
    return Line("name servers", fine, found, "mend HUB_NAME_SERVERS or the machine's, or list HUB_SMTP_GATEWAYS")


async def _nobody(delivery: Delivery) -> str:
    raise StoreUnavailable("this is only a look")


async def _greeting(host: str, port: int) -> str:
    """What answers there, in one line; empty when nothing does."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - not listened on
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection(everywhere.get(host, host), port)
            line = await reader.readline()
            writer.close()
            await writer.wait_closed()
    except (OSError, ValueError):
        return ""
    return line[:200].decode("ascii", "replace").strip()


async def _mail_server(effective: Settings) -> list[Line]:
    from hub.app.adapters import mail_server_of

    server = mail_server_of(effective.model_copy(update={"smtp_timeout": min(effective.smtp_timeout, PATIENCE)}))
    if server is None:
        return [Line("mail server", True, "none: mails are put into outbox/")]
    try:
        await server.connect()
    finally:
        await server.close()
    return [Line("mail server", True, f"{server.name}: answers")]

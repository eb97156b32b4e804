"""`hub parse`, `hub submit`, `hub document`, `hub documents`: documents shown, handed in, and looked up."""

from __future__ import annotations

import asyncio
import hashlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from hub.cli import screen
from hub.cli.common import AsJson, Limit, example, run, store, with_store
from hub.cli.sending import Timeout, Wait, Waiting, outcome
from hub.errors import HubError, Inconsistent, NotFound, StoreUnavailable
from hub.layouts import Version
from hub.ports import Reader
from hub.settings import Settings, load_settings
from hub.store import layouts, queries
from hub.store.database import Database

T = TypeVar("T")

Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Documents: X12, EDIFACT, .eml.")]


@example("hub parse order.edi mail.eml --json", "hub parse mail.eml --context context.json")
def parse(
    files: Files,
    context: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Partners, conversations and known orders (JSON).")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what documents say, without any effect. Several are taken as arriving in that order.

    With --json: one object per file, one per line.
    """
    from hub.app.adapters import readers
    from hub.parsing import Parser

    settings = load_settings()
    parser = Parser(readers(settings, ours_only=False), _context(settings, context, files), settings.max_document_bytes)
    unread = 0
    for path in files:
        try:
            raw = _read(path)
        except HubError as error:
            unread += 1
            screen.warn(f"hub: {error} [{error.code}]")
            continue
        found = parser.parse(raw, str(path))
        if as_json:
            screen.show_line({**found, "errors": [_on_the_wire(each) for each in found["errors"]]})
        else:
            _show(found)
    if unread:
        raise typer.Exit(1)


def _on_the_wire(error: dict[str, str]) -> dict[str, str]:
    return {name: error[name] for name in ("code", "severity", "message", "where")}


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotFound(f"cannot be read: {error.strerror}", where=str(path)) from error


def _context(settings: Settings, path: Path | None, files: Sequence[Path]) -> Any:
    """What the file says, or what the hub itself knows."""
    from hub.app.parts import context_of
    from hub.configuration import partners_of
    from hub.context import load_context

    today = settings.calendar.day(datetime.now(UTC)).isoformat()
    if path is not None:
        return load_context(path, today)
    learnt = _learnt() if any(file.suffix.lower() == ".eml" for file in files) else ()
    return replace(context_of(settings, partners_of(settings), today), layouts=learnt)


def _learnt() -> tuple[Version, ...]:
    """What the hub's store has learnt of customers' layouts; nothing where there is none."""
    try:
        return with_store(layouts.every_active)
    except NotFound:
        return ()
    except StoreUnavailable as error:
        screen.warn(f"hub: {error}; mails are read without what was learnt")
        return ()


def _show(found: dict[str, Any]) -> None:
    screen.say(f"{found['file']}: {found['kind']}, {found['intent']}, {found['disposition']}")
    if found["duplicate_of"]:
        screen.say(f"  repeats {found['duplicate_of']}")
    if found["likely_intent"]:
        screen.say(f"  likely: {found['likely_intent']}")
    for part in _first(found["documents"], "documents"):
        screen.say(f"  document: {part['intent']}, {part['disposition']} ({part['where']})")
    for message in _first(found["messages"], "messages"):
        screen.say(f"  {screen.version_off(message['type'])}:")
        for line in screen.outline(message["data"]):
            screen.say(f"    {line}")
    for text in found["acknowledgements"]:
        screen.say("  answer:")
        for line in _first(text.splitlines(), "lines", _MOST_LINES):
            screen.say(f"    {line}")
    for error in _first(found["errors"], "findings", _MOST_LINES):
        where = f" ({error['where']})" if error["where"] else ""
        screen.say(f"  {error['severity']} {error['code']}: {error['message']}{where}")
        if error["todo"]:
            screen.say(f"    -> {error['todo']}")


_MOST_SHOWN, _MOST_LINES = 20, 100
"""documents and messages of a file, and lines of other things, that are shown to a person"""


def _first(things: Sequence[T], name: str, most: int = _MOST_SHOWN) -> Iterator[T]:
    """The first of them; that there are more is said."""
    yield from things[:most]
    if len(things) > most:
        screen.say(f"  ... {len(things) - most} more {name}: --json shows them all")


# -------------------------------------------------------------------------------------------------- handing in


@example("hub submit order.edi", "hub submit inbox/*.eml")
def submit(files: Files, wait: bool = Wait, timeout: float | None = Timeout, as_json: AsJson = False) -> None:
    """Hand documents to the hub as if they had come in over their channel, and wait for what becomes of them.

    Exit 1 when a document is not taken in, or what it asks for is refused.
    """
    from hub.app.adapters import isolated_readers

    settings = load_settings()

    async def hand_in() -> list[dict[str, Any]]:
        async with store(settings, make=True) as database:
            with isolated_readers(settings) as readers:
                taken = [await _take_in(settings, database, readers, path) for path in files]
            if wait:
                for each in taken:
                    each["outcomes"] = await _outcomes(settings, database, each.pop("commands"), Waiting(True, timeout))
            return taken

    taken = run(hand_in())
    if as_json:
        for each in taken:
            each.pop("said")
        screen.show_json(taken)
    else:
        for each in taken:
            _show_taken(each)
    bad = [each for each in taken if each["state"] not in {"received", "duplicate"} or not _went_well(each)]
    if bad:
        raise Inconsistent(f"{len(bad)} of {len(taken)} documents need a person: {bad[0]['file']}")


async def _take_in(settings: Settings, database: Database, readers: tuple[Reader, ...], path: Path) -> dict[str, Any]:
    from hub.app.parts import intake_of
    from hub.configuration import partners_of, rules_of

    raw, partners = await asyncio.to_thread(_read, path), partners_of(settings)
    intake = intake_of(settings, database, readers, lambda: partners, lambda: rules_of(settings, partners))
    if len(raw) > settings.max_document_bytes:
        receipt = await intake.refuse_large(path.name, len(raw), hashlib.sha256(raw).hexdigest())
    else:
        receipt = await intake.receive(raw, path.name)
    return {
        "file": str(path),
        "document_id": receipt.document_id,
        "state": receipt.state,
        "intent": receipt.reading.intent,
        "duplicate_of": receipt.duplicate_of,
        "errors": [
            {"code": each.code, "severity": each.severity, "message": each.message, "where": each.where}
            for each in receipt.reading.findings
        ],
        "said": [line for each in receipt.reading.findings for line in each.lines()],
        "commands": list(receipt.commands),
    }


async def _outcomes(
    settings: Settings, database: Database, commands: list[str], waiting: Waiting
) -> list[dict[str, Any]]:
    found = []
    for command in commands:
        verdict = await outcome(database, (f"{settings.source}/intake", command), waiting)
        names = ("outcome", "code", "message", "where", "order_id")
        found.append({"id": command, **{name: getattr(verdict, name) for name in names if getattr(verdict, name)}})
    return found


def _went_well(taken: dict[str, Any]) -> bool:
    return not any(each["outcome"] in {"refused", "set_aside"} for each in taken.get("outcomes", ()))


def _show_taken(taken: dict[str, Any]) -> None:
    repeated = f", repeats {taken['duplicate_of']}" if taken["duplicate_of"] else ""
    screen.say(f"{taken['file']}: {taken['state']} as {taken['document_id']}, {taken['intent']}{repeated}")
    for line in taken["said"]:
        screen.say(f"  {line}")
    for each in taken.get("outcomes", ()):
        said = " ".join(each[name] for name in ("outcome", "order_id", "code", "message") if name in each)
        screen.say("  kept until a hub serves" if each["outcome"] == "pending" else f"  {said}")


# ---------------------------------------------------------------------------------------------------- looking up


@example("hub document D-2M8Q4ZK7T1XW", "hub document D-2M8Q4ZK7T1XW --raw > order.edi")
def document(
    document_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the document.")],
    raw: Annotated[bool, typer.Option("--raw", help="Write its bytes, unchanged.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show a document, in or out: what is known of it, what people are asked about it, its content as text."""
    found, content = with_store(lambda database: queries.document(database, document_id))
    if raw and not sys.stdout.isatty():
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    from hub.parsing import as_text

    if as_json:
        screen.show_json({**found, "content": as_text(content)})
        return
    if not raw:
        questions, lesson = found.pop("questions"), found.pop("lesson", None)
        for name, value in found.items():
            if name != "messages" and value not in (None, "", [], {}):
                screen.say(f"{name.replace('_', ' '):<14}{screen.cell(value)}")
        for question in questions:
            _show_question(question)
        if lesson is not None:
            _show_lesson(lesson)
        screen.say("")
    screen.say(as_text(content).replace("\r\n", "\n"))


@example("hub documents --partner C-HOLT", "hub documents --unacknowledged", "hub documents --order O-7K3M9QX2WDRT")
def documents(
    partner: Annotated[str, typer.Option(metavar="ID", help="Only of this partner.")] = "",
    order: Annotated[str, typer.Option(metavar="ID", help="Only of this order.")] = "",
    direction: Annotated[str, typer.Option(metavar="in|out", help="Only those that came in, or go out.")] = "",
    state: Annotated[str, typer.Option(help="Only in this state, such as undeliverable.")] = "",
    unacknowledged: Annotated[
        bool, typer.Option("--unacknowledged", help="Only what was sent by EDI and awaits its acknowledgment.")
    ] = False,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """List the documents that came in and went out, newest first, and whether partners have acknowledged ours."""
    if direction not in {"", "in", "out"}:
        raise typer.BadParameter("in or out", param_hint="--direction")
    chosen = {"partner": partner, "order_id": order, "direction": direction, "state": state}
    rows = with_store(
        lambda database: queries.documents(database, **chosen, unacknowledged=unacknowledged, limit=limit)
    )
    if as_json:
        screen.show_json(rows)
        return
    columns = ("document_id", "at", "direction", "kind", "partner_id", "title", "state", "acknowledgment", "due_at")
    named = [{**row, "title": row["title"] or row["name"]} for row in rows]
    screen.show_table(named, columns, "no such documents")


def _show_lesson(lesson: dict[str, Any]) -> None:
    """What the answer has taught of how this customer writes."""
    named = f"{lesson['partner_id']} {lesson['version']}"
    if lesson["version"] is None:
        screen.say(f"the answer teaches nothing of the customer's layout: {lesson['why']}")
    else:
        screen.say(f"the answer has taught a layout: hub partner layout show {named}")


def _show_question(question: dict[str, Any]) -> None:
    """Why a person is asked about a document, and what was said."""
    role = question["role"].replace("-", " ")
    if question["tasks"] and question["likely_intent"] == "functional_ack":
        screen.say(f"the {role} is asked to see to it: hub answer {question['tasks'][0]}")
    elif question["tasks"]:
        likely = f", likely {question['likely_intent']}" if question["likely_intent"] else ""
        screen.say(f"the {role} is asked what it is{likely}: hub answer {question['tasks'][0]}")
    elif question["taken_as"]:
        changes = [f"{each['field']} {each.get('was', '')} -> {each.get('now', '')}" for each in question["changes"]]
        mended = f"; mended: {', '.join(changes)}" if changes else ""
        screen.say(f"taken as {question['taken_as']} by {screen.name_of(question['by'])}{mended}")
    else:
        screen.say("it came again and could be taken in, or was acknowledged: nobody is asked any more")
    for reason in question["reasons"]:
        where = f" ({reason['where']})" if reason.get("where") else ""
        screen.say(f"  {reason['severity']} {reason['code']}: {reason['message']}{where}")

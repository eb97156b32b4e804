"""`hub failed`: messages that were set aside, and what a person does with them (R42)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import orjson
import typer

from hub.cli import screen
from hub.cli.commands import operator
from hub.cli.common import AsJson, Limit, example, read_data, run, store, with_store
from hub.cli.group import add
from hub.cli.sending import Timeout, Wait, Waiting, checked, outcome, tell
from hub.errors import HubError, UnknownType
from hub.messages.envelope import open_letter
from hub.parsing import as_text
from hub.settings import load_settings
from hub.store import failures, queries

failed = typer.Typer(help="Messages that were set aside: list, show, retry, edit, discard.", no_args_is_help=True)
FailureId = Annotated[
    str, typer.Argument(metavar="ID", help="Id of the failed message, as `hub failed list` shows it.")
]
Name = Annotated[
    str, typer.Argument(metavar="ID", help="Id of the failed message, or of a group, as `hub failed list` shows it.")
]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who does this; default: you.")]
STATES = ("open", "retry", "retried", "discarded", "all")


def _now() -> datetime:
    return datetime.now(UTC)


@example("hub failed list", "hub failed list G-7K3M9QX2", "hub failed list --each --state all --json")
def list_failed(
    group: Annotated[str, typer.Argument(metavar="[GROUP]", help="Id of a group: list its messages.")] = "",
    each: Annotated[bool, typer.Option("--each", help="List the messages one by one, newest first.")] = False,
    state: Annotated[str, typer.Option(help=f"One of {', '.join(STATES)}.")] = "open",
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """List the messages that were set aside, grouped by cause, with an example of each."""
    if state not in STATES:
        raise typer.BadParameter(f"{state} is none of {', '.join(STATES)}", param_hint="--state")
    wanted = "" if state == "all" else state
    if not (each or group):
        found = with_store(lambda database: queries.failure_groups(database, state=wanted, limit=limit))
        columns, times = "group count code type first last example message", ("first", "last")
    else:
        found = with_store(lambda database: queries.failures(database, state=wanted, group=group, limit=limit))
        columns, times = "failure_id at type code message place attempts state by", ("at", "next_at")
    if as_json:
        screen.show_json(found)
        return
    rows = [
        {**row, "example": row["failure_id"], **{name: screen.shortly(row[name]) for name in times}} for row in found
    ]
    screen.show_table(rows, columns.split(), "nothing is set aside" if state == "open" else "there are none")


@example("hub failed show F-2M8Q4ZK7T1XW")
def show(failure_id: FailureId, as_json: AsJson = False) -> None:
    """Show a message that was set aside: its error, and the message as it came."""
    found, raw = with_store(lambda database: queries.failure(database, failure_id))
    if as_json:
        screen.show_json({**found, "raw": as_text(raw)})
        return
    for name, value in found.items():
        if value is not None:
            screen.say(f"{name.replace('_', ' '):<14}{screen.cell(value)}")
    screen.say("")
    try:
        screen.show_json(orjson.loads(raw))
    except orjson.JSONDecodeError:
        screen.say(as_text(raw))


@example("hub failed retry F-2M8Q4ZK7T1XW", "hub failed retry G-7K3M9QX2 --rate 5/s")
def retry(
    name: Name,
    rate: Annotated[str, typer.Option(metavar="N/s", help="Of a group: so many a second; default: at once.")] = "",
    by: By = "",
) -> None:
    """Have a message, or a group, carried out again as it is, once what stood in its way is gone."""
    settings, pace = load_settings(), _per_second(rate)
    count = with_store(lambda database: failures.retry(database, name, operator(by), settings.source, _now(), pace))
    _tell(name, count, "tried again")


def _per_second(rate: str) -> float | None:
    if not rate:
        return None
    try:
        pace = float(rate.removesuffix("/s"))
    except ValueError:
        pace = 0.0
    if not 0.001 <= pace <= 100_000:
        raise typer.BadParameter(f"{rate!r} is no rate such as 5/s", param_hint="--rate")
    return pace


@example(
    "hub failed discard F-2M8Q4ZK7T1XW --reason 'a test of the partner'",
    "hub failed discard G-7K3M9QX2 --reason 'sent again by the ERP'",
)
def discard(
    name: Name,
    reason: Annotated[str, typer.Option(help="Why it is given up; it is kept with the message.")],
    by: By = "",
) -> None:
    """Give a message, or a group, up; it is kept, with the reason."""
    if not reason.strip():
        raise typer.BadParameter("say why", param_hint="--reason")
    settings = load_settings()
    count = with_store(lambda database: failures.discard(database, name, operator(by), reason, settings.source, _now()))
    _tell(name, count, "discarded")


def _tell(name: str, count: int, done: str) -> None:
    about = f"{name}: {count} message{'s are' if count != 1 else ' is'}" if name.startswith("G-") else f"{name} is"
    screen.say(f"{about} {done}")


@example("hub failed edit F-2M8Q4ZK7T1XW mended.json")
def edit(
    failure_id: FailureId,
    data: Annotated[str, typer.Argument(metavar="JSON-OR-FILE", help="The data as mended; - reads standard input.")],
    kind: Annotated[str, typer.Option("--type", help="Type of the command, where the message does not say it.")] = "",
    by: By = "",
    wait: bool = Wait,
    timeout: float | None = Timeout,
    as_json: AsJson = False,
) -> None:
    """Send a mended copy of a message under a new id; the one set aside is kept, with a note of its copy."""
    given = read_data(data)

    async def carry_out() -> None:
        settings = load_settings()
        async with store(settings) as database:
            found, raw = await queries.failure(database, failure_id)
            message = checked(kind or _type_of(found, raw), given)
            copy = await failures.mend(database, failure_id, operator(by), message, settings.source, _now())
            verdict = await outcome(database, copy.key, Waiting(True, timeout)) if wait else None
        tell(copy, verdict, as_json)

    run(carry_out())


def _type_of(found: dict[str, Any], raw: bytes) -> str:
    """The type of a message, as far as it can be read."""
    if found["type"]:
        return str(found["type"])
    try:
        return open_letter(raw).envelope.type
    except HubError:
        pass
    try:
        kind = orjson.loads(raw).get("type")
    except (orjson.JSONDecodeError, AttributeError):
        kind = None
    if not isinstance(kind, str):
        raise UnknownType("the message does not say its type; give it", where="--type")
    return kind


add(failed, "list", list_failed)
add(failed, "show", show)
add(failed, "retry", retry)
add(failed, "edit", edit)
add(failed, "discard", discard)

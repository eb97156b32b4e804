"""`hub email`: what mails look like, which wait to be sent, and what a person does with those that were not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from hub.cli import screen
from hub.cli.commands import user
from hub.cli.common import AsJson, Limit, add, example, with_store
from hub.cli.partners import preview
from hub.store import deliveries, undelivered
from hub.store.database import Database

email = typer.Typer(help="Mails: preview them, see which wait, send or drop them.", no_args_is_help=True)
Ids = Annotated[list[str], typer.Argument(metavar="ID...", help="Ids of mails, as `hub email queue` shows them.")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who does this; default: you.")]


@example("hub email queue", "hub email queue --json")
def queue(limit: Limit = 100, as_json: AsJson = False) -> None:
    """List the mails that wait to be sent, and those that were not sent and wait for a person."""
    found = with_store(lambda database: deliveries.listed(database, limit))
    if as_json:
        screen.show_json(found)
        return
    rows = [
        {
            "mail": each["document_id"],
            "to": each["address"] or each["partner_id"],
            "title": each["title"],
            "state": each["code"] or "to send",
            "tries": each["attempts"],
            "next": screen.shortly(each["due_at"]) if each["due_at"] and not each["code"] else "",
            "said": each["said"],
        }
        for each in found
    ]
    screen.show_table(rows, ("mail", "to", "title", "state", "tries", "next", "said"), "no mail waits")


@example("hub email retry D-2M8Q4ZK7T1XW", "hub email retry D-2M8Q4ZK7T1XW --to desk@customer.example")
def retry(
    ids: Ids,
    to: Annotated[str, typer.Option(metavar="ADDRESS", help="To this address instead; answers may come from it.")] = "",
    by: By = "",
) -> None:
    """Send mails again that were refused, given up, returned, or kept because there were too many."""
    who = by or user()

    async def send(database: Database) -> None:
        for each in ids:
            if to:
                new = await undelivered.send_to(database, each, to, who, datetime.now(UTC))
                screen.say(f"{each} goes to {to} as {new}")
            else:
                await undelivered.send_again(database, each, who, datetime.now(UTC))
                screen.say(f"{each} is sent again")

    with_store(send)


@example("hub email drop D-2M8Q4ZK7T1XW")
def drop(ids: Ids, by: By = "") -> None:
    """Give mails up that were not sent; they are kept, and no longer listed."""
    who = by or user()

    async def give_up(database: Database) -> None:
        for each in ids:
            await undelivered.drop(database, each, who)
            screen.say(f"{each} is dropped")

    with_store(give_up)


add(email, "preview", preview)
add(email, "queue", queue)
add(email, "retry", retry)
add(email, "drop", drop)

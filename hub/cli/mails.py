"""`hub email`: what mails look like, which wait to be sent, and what a person does with those that were not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli import screen
from hub.cli.commands import user
from hub.cli.common import AsJson, Limit, example, with_store
from hub.cli.group import add
from hub.cli.partners import composed, event_named, partner_named
from hub.messages.customer_po import PO_EXAMPLE
from hub.messages.task import TaskOpened
from hub.parsing import as_text
from hub.partners import EmailProfile, Partner
from hub.ports import News, Notice
from hub.settings import Settings, load_settings
from hub.store import deliveries, undelivered
from hub.store.database import Database

email = typer.Typer(help="Mails: preview them, see which wait, send or drop them.", no_args_is_help=True)
Ids = Annotated[list[str], typer.Argument(metavar="ID...", help="Ids of mails, as `hub email queue` shows them.")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who does this; default: you.")]


@example("hub email preview order.confirmed --language de", "hub email preview order.confirmed --html mail.html")
def preview(
    event: Annotated[str, typer.Argument(metavar="EVENT", help="The event, such as order.confirmed or task.opened.")],
    partner_id: Annotated[str, typer.Option("--partner", help="To this partner of the partner file.")] = "",
    language: Annotated[str, typer.Option(help="To a made-up partner of this language: en, de, fr, es.")] = "en",
    whole: Annotated[bool, typer.Option("--raw", help="Show the whole mail, HTML and headers too.")] = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the mail's HTML into this file, for a browser.")
    ] = None,
) -> None:
    """Show the mail that would tell of an event, written from example data and your own templates.

    Mails to partners are named after their events; those to your own people are task.opened, task.overdue,
    task.withdrawn and task.digest.
    """
    from hub.app.adapters import mail_writer

    settings = load_settings().model_copy(update={"mail_receipts": True})
    writer = mail_writer(settings)
    if language not in writer.languages:
        raise typer.BadParameter(f"{language} is none of {', '.join(writer.languages)}", param_hint="--language")
    if event in NOTICES:
        now = datetime.now(settings.calendar.zone)
        _show_mail(writer.tasks.write(_notice(settings, event, language), now).content, whole, html)
        return
    if partner_id:
        found = partner_named(settings, partner_id)[0]
    else:
        profile = EmailProfile.model_validate({"addresses": ["buyer@customer.example"], "language": language})
        role = "supplier" if event.startswith("material-po.") else "customer"
        found = Partner(id="C-EXAMPLE", name="Example Customer", role=role, email=profile)
    _show_mail(composed(settings, writer, found, event_named(event)).content, whole, html)


NOTICES: dict[str, tuple[News, ...]] = {
    "task.opened": ("opened",),
    "task.overdue": ("overdue",),
    "task.withdrawn": ("withdrawn",),
    "task.digest": ("withdrawn", "overdue", "opened", "opened"),
}
"""mails to our own people, and what they tell of"""


def _notice(settings: Settings, name: str, language: str) -> Notice:
    """What would be told of an example of a task."""
    lines = PO_EXAMPLE["lines"]
    facts = {"po_number": PO_EXAMPLE["po_number"], "customer_id": "C-EXAMPLE", "currency": "EUR", "lines": lines}
    task: dict[str, Any] = {**TaskOpened.EXAMPLE, "facts": facts}
    return Notice(
        role=task["role"],
        addresses=("ada.lind@metalworks.example",),
        language=language,
        tasks=tuple((news, task) for news in NOTICES[name]),
        number="an example",
        our_domain=settings.our_domain,
        console_url=settings.console_url,
    )


def _show_mail(raw: bytes, whole: bool, html: Path | None) -> None:
    from email import message_from_bytes
    from email.policy import default

    if whole:
        screen.say(as_text(raw).replace("\r\n", "\n"))
        return
    mail = message_from_bytes(raw, policy=default)
    if html is not None:
        shown = mail.get_body(("html",))
        html.write_text(str(shown.get_content()) if shown else "", encoding="utf-8")
        screen.say(f"wrote {html}")
        return
    for name in ("from", "to", "reply-to", "subject"):
        if mail[name]:
            screen.say(f"{name.title()}: {mail[name]}")
    body = mail.get_body(("plain",))
    screen.say("\n" + (str(body.get_content()).replace("\r\n", "\n") if body else ""))


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

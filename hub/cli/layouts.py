"""`hub partner layout`: what corrected mails have taught of how customers write their orders, and whether it holds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from hub.cli import screen
from hub.cli.commands import user
from hub.cli.common import AsJson, example, run, store, with_store
from hub.cli.group import add
from hub.errors import Inconsistent, NotFound
from hub.settings import load_settings
from hub.store import layouts
from hub.store.layouts import Decision

layout = typer.Typer(
    help="Layouts learnt from corrected mails: list, accept and drop their versions.", no_args_is_help=True
)
Customer = Annotated[str, typer.Argument(metavar="PARTNER", help="Id of the customer.")]
Number = Annotated[int, typer.Argument(metavar="VERSION", help="Number of the version, as `list` shows it.")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who does this; default: you.")]


@example("hub partner layout list", "hub partner layout list C-HOLT --json")
def listed(
    partner_id: Annotated[str, typer.Argument(metavar="[PARTNER]", help="Only of this customer.")] = "",
    as_json: AsJson = False,
) -> None:
    """List the versions of layout profiles: what each says, which mail taught it, whether it holds, how often used."""
    found = with_store(lambda database: layouts.listed(database, partner_id))
    if as_json:
        screen.show_json(found)
        return
    rows = [
        {
            **{name: each[name] for name in ("partner_id", "version", "state", "document_id", "by")},
            "says": _said(each),
            "used": len(each["used_by"]),
        }
        for each in found
    ]
    columns = ("partner_id", "version", "state", "says", "document_id", "by", "used")
    screen.show_table(rows, columns, "nothing is learnt yet: answering for a mail that could not be read teaches")


def _said(version: dict[str, Any]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in version["lessons"].items()) or "these are headings"


@example("hub partner layout show C-HOLT 2")
def show(partner_id: Customer, number: Number, as_json: AsJson = False) -> None:
    """Show one version: its headings, what it says, who decided on it when, and the mails that were read by it."""
    found = with_store(lambda database: layouts.listed(database, partner_id))
    version = next((each for each in found if each["version"] == number), None)
    if version is None:
        raise NotFound(f"{partner_id} has no layout version {number}", where="VERSION")
    if as_json:
        screen.show_json(version)
        return
    screen.say(f"version {number} of {partner_id}, {version['state']}: tables under these headings")
    screen.say("  " + " | ".join(version["layout"]["headings"]))
    for name, value in version["lessons"].items():
        screen.say(f"  {name}: {value}")
    screen.say(f"taught by {version['by']} with {version['document_id']}, {screen.shortly(version['at'])}")
    for each in version["decisions"]:
        screen.say(f"{each['decision']} by {each['by']}, {screen.shortly(each['at'])}")
    for document_id in version["used_by"]:
        screen.say(f"used for {document_id}")


@example("hub partner layout accept C-HOLT 2")
def accept(partner_id: Customer, number: Number, by: By = "") -> None:
    """Have a customer's mails read by a version from now on; another one for the same headings gives way to it.

    An earlier version is gone back to in the same way.
    """
    replaced = _decide(partner_id, number, "accepted", by)
    instead = f" in place of version {', '.join(map(str, replaced))}" if replaced else ""
    screen.say(f"mails of {partner_id} are read by version {number}{instead}")


@example("hub partner layout drop C-HOLT 2")
def drop(partner_id: Customer, number: Number, by: By = "") -> None:
    """Have no mail read by a version any more; it is kept, and can be accepted again."""
    _decide(partner_id, number, "dropped", by)
    screen.say(f"no mail of {partner_id} is read by version {number} any more")


def _decide(partner_id: str, number: int, decision: Decision, by: str) -> list[int]:
    who, source = by or user(), load_settings().source
    return with_store(
        lambda database: layouts.decide(database, partner_id, number, decision, who, datetime.now(UTC), source)
    )


@example("hub partner layout learn D-7K3M9QX2WDRT")
def learn(
    document_id: Annotated[str, typer.Argument(metavar="DOCUMENT", help="A mail that a person has made an order of.")],
    as_json: AsJson = False,
) -> None:
    """Show what a person's answer for a mail teaches; `hub serve` has found it out already, or this does.

    Exit 1 when it teaches nothing, with the reason.
    """
    from hub.app import utc_now
    from hub.app.adapters import isolated_student
    from hub.app.parts import context_now
    from hub.configuration import partners_of
    from hub.handlers.incoming.study import study_one

    settings = load_settings()

    async def find_out() -> tuple[str, int | None, str]:
        async with store(settings) as database:
            found = await layouts.correction(database, document_id)
            if found["studied_at"] and found["version"]:
                return found["partner_id"], found["version"], ""
            context = context_now(settings, lambda: partners_of(settings), utc_now)()
            with isolated_student(settings) as student:
                number, why = await study_one(database, student, context, found, datetime.now(UTC), settings.source)
            return found["partner_id"], number, why

    partner_id, number, why = run(find_out())
    if number is None:
        raise Inconsistent(f"the answer teaches nothing: {why}", where=document_id)
    show(partner_id, number, as_json)


add(layout, "list", listed)
add(layout, "show", show)
add(layout, "accept", accept)
add(layout, "drop", drop)
add(layout, "learn", learn)

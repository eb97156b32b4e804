"""`hub resend`: documents that went out by EDI and did not do, written anew and sent again."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.cli import screen
from hub.cli.commands import operator
from hub.cli.common import AsJson, example, with_store
from hub.settings import load_settings
from hub.store.database import Database

Ids = Annotated[list[str], typer.Argument(metavar="ID...", help="Ids of documents, as `hub documents` shows them.")]


@example("hub resend D-2M8Q4ZK7T1XW", "hub resend D-2M8Q4ZK7T1XW --by 'Ada Lind'")
def resend(
    ids: Ids,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who does this; default: you.")] = "",
    force: Annotated[
        bool, typer.Option("--force", help="Though the partner was told something later of the same order.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Send documents again that went out by EDI: written anew, as profile and order are now, under new control numbers.

    For what a partner has refused, once that is mended, or has lost. The earlier document is kept, and gives way.
    What is out of date, as the partner was told something later of the same order, is refused (`outdated`).
    """
    from hub.app.parts import reissue_of
    from hub.configuration import partners_of, rules_of

    settings, who = load_settings(), operator(by)
    partners = partners_of(settings)
    rules = rules_of(settings, partners)

    async def send(database: Database) -> list[dict[str, str]]:
        desk = reissue_of(settings, database, lambda: partners, lambda: rules)
        return [{"document_id": await desk.reissue(each, who, force=force), "replaces": each} for each in ids]

    sent = with_store(send)
    if as_json:
        screen.show_json(sent)
        return
    for each in sent:
        screen.say(f"{each['replaces']} goes again as {each['document_id']}")

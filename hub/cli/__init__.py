"""The command line: `hub …`. Each module has the commands of one subject; here they get their names."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from hub import __version__
from hub.cli import (
    audit,
    commands,
    demo,
    documents,
    events,
    failed,
    generated,
    mails,
    orders,
    partners,
    play,
    screen,
    serve,
    setup,
)
from hub.cli.common import Reporting, add

app = typer.Typer(
    name="hub",
    cls=Reporting,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
add(app, "demo", demo.demo)
add(app, "init", setup.init)
add(app, "serve", serve.serve)
add(app, "parse", documents.parse)
add(app, "submit", documents.submit)
add(app, "send", commands.send_command)
add(app, "tasks", commands.tasks)
add(app, "answer", commands.answer)
add(app, "assign", commands.assign)
add(app, "orders", orders.orders)
add(app, "order", orders.order)
add(app, "document", documents.document)
add(app, "documents", documents.documents)
add(app, "stock", orders.stock)
add(app, "settings", setup.settings)
add(app, "doctor", setup.doctor)
add(app, "audit", audit.audit)
add(app, "events", events.events)
app.add_typer(failed.failed, name="failed")
app.add_typer(generated.schemas, name="schemas")
add(app, "simulate", play.simulate)
add(app, "bench", play.bench)
add(app, "docs", generated.docs)
app.add_typer(partners.partner, name="partner")
app.add_typer(mails.email, name="email")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"hub {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    """A message-driven integration hub for build-to-order manufacturing.

    Settings are HUB_* variables or hub.yaml in the working folder. Start with `hub demo`, or `hub init`, `hub serve`.
    """


def main() -> None:
    """Run the command line."""
    for argument in sys.argv[1:]:
        if not argument.isascii() and not _is_text(argument) and not Path(argument).exists():
            screen.warn(f"hub: {argument!a} is not UTF-8 text [usage]")
            sys.exit(2)
    app(prog_name="hub")


def _is_text(argument: str) -> bool:
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return True

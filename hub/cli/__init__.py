"""The command line: `hub …`. Each module has the commands of one subject; here they get their names."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, ClassVar

import typer

from hub import __version__
from hub.cli.group import Group


class Hub(Group):
    """All commands, with the places in which they are."""

    places: ClassVar[Mapping[str, str]] = {
        "demo": "hub.cli.demo:demo",
        "init": "hub.cli.setup:init",
        "serve": "hub.cli.serve:serve",
        "parse": "hub.cli.documents:parse",
        "submit": "hub.cli.documents:submit",
        "send": "hub.cli.commands:send_command",
        "tasks": "hub.cli.commands:tasks",
        "answer": "hub.cli.commands:answer",
        "assign": "hub.cli.commands:assign",
        "orders": "hub.cli.orders:orders",
        "order": "hub.cli.orders:order",
        "document": "hub.cli.documents:document",
        "documents": "hub.cli.documents:documents",
        "resend": "hub.cli.resending:resend",
        "stock": "hub.cli.orders:stock",
        "settings": "hub.cli.setup:settings",
        "doctor": "hub.cli.setup:doctor",
        "audit": "hub.cli.audit:audit",
        "events": "hub.cli.events:events",
        "failed": "hub.cli.failed:failed",
        "schemas": "hub.cli.generated:schemas",
        "simulate": "hub.cli.play:simulate",
        "bench": "hub.cli.play:bench",
        "docs": "hub.cli.generated:docs",
        "partner": "hub.cli.partners:partner",
        "email": "hub.cli.mails:email",
    }


app = typer.Typer(
    name="hub",
    cls=Hub,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


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
            from hub.cli import screen

            screen.warn(f"hub: {argument!a} is not UTF-8 text [usage]")
            sys.exit(2)
    app(prog_name="hub")


def _is_text(argument: str) -> bool:
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return True

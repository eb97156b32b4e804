"""The command line: `hub …`. Each module has the commands of one subject; here they get their names."""

from __future__ import annotations

import typer

from hub.cli import audit, commands, documents, events, orders, serve
from hub.cli.common import Reporting, add

app = typer.Typer(
    name="hub",
    cls=Reporting,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="A message-driven integration hub for build-to-order manufacturing.",
)
add(app, "serve", serve.serve)
add(app, "parse", documents.parse)
add(app, "submit", documents.submit)
add(app, "send", commands.send_command)
add(app, "tasks", commands.tasks)
add(app, "answer", commands.answer)
add(app, "orders", orders.orders)
add(app, "order", orders.order)
add(app, "document", documents.document)
add(app, "stock", orders.stock)
add(app, "audit", audit.audit)
add(app, "events", events.events)


def main() -> None:
    """Run the command line."""
    app(prog_name="hub")

"""`hub audit`: whether everything adds up."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.cli import screen
from hub.cli.common import AsJson, example, run, store
from hub.errors import Inconsistent
from hub.settings import load_settings
from hub.store.lease import served


@example("hub audit", "hub audit --json")
def audit(
    running: Annotated[
        bool | None,
        typer.Option(
            "--running/--at-rest",
            help="Whether a hub is at work, so that messages may be on their way; found out when not said.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check the ledger: every line of every purchase order accounted for, stock adds up, nothing lost or orphaned."""
    from hub.audit import audit as check

    async def look() -> None:
        async with store(load_settings()) as database:
            at_work = await served(database) if running is None else running
            report = await check(database, at_rest=not at_work)
        if as_json:
            screen.show_json(report.data())
        else:
            screen.say(", ".join(f"{count} {name.replace('_', ' ')}" for name, count in report.figures.items()))
            rows = [{"code": each.code, "subject": each.subject, "what": each.text} for each in report.findings]
            screen.show_table(rows, ("code", "subject", "what"), "everything adds up")
        if not report.clean:
            raise Inconsistent(f"{len(report.findings)} findings: what is listed does not add up")

    run(look())

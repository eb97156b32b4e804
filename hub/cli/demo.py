"""`hub demo`: see the hub at work, from the first order to the last shipment."""

from __future__ import annotations

import logging
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from hub.cli import screen
from hub.cli.common import example, run
from hub.errors import HubError, Inconsistent
from hub.settings import Settings, load_settings, masked

PAUSE = 0.07
"""seconds that an answer takes where somebody watches"""
HEADINGS = ("ORDERS", "THE PATH OF", "DOCUMENTS", "STOCK", "AUDIT", "TRY NOW")
COLOURS = {
    "green": ("completed", "everything adds up"),
    "red": ("cancelled", "rejected", "findings"),
    "cyan": ("X12", "EDIFACT", "email"),
}


class NotAsTold(HubError):
    """An order of the demo ended in another way than it should."""

    code = "not_as_told"


@example("hub demo", "hub demo --plain --folder try")
def demo(
    seed: Annotated[int, typer.Option(help="Another seed, another story: other people, suppliers, work centres.")] = 1,
    folder: Annotated[Path, typer.Option(help="Where it plays; an earlier demo's files there are removed.")] = Path(
        "demo"
    ),
    plain: Annotated[bool, typer.Option("--plain", help="Lines of text instead of the live view.")] = False,
) -> None:
    """Show the whole process: orders by X12, EDIFACT and mail come in and are made, bought for, shipped.

    Runs a hub of its own, with robots for people and partners, on SQLite and the embedded broker; on PostgreSQL
    and RabbitMQ where HUB_DATABASE_URL and HUB_BROKER_URL name them.
    """
    from hub.simulation.stage import demo_settings

    settings = demo_settings(folder, load_settings())
    log = logging.getLogger("hub")
    before = log.level
    log.setLevel(logging.CRITICAL)
    try:
        run(_show(settings, seed, plain))
    finally:
        log.setLevel(before)


async def _show(settings: Settings, seed: int, plain: bool) -> None:
    from hub.simulation.board import Board
    from hub.simulation.demo import play
    from hub.simulation.live import showing
    from hub.simulation.report import ending_text

    console = Console(highlight=False, soft_wrap=True)
    watched = console.is_terminal and not console.is_dumb_terminal and not plain
    screen.say(f"a hub on {_where(settings)}; robots play everyone; files in {settings.folder}/")
    begin = time.monotonic()
    async with AsyncExitStack() as stack:

        async def on_stage(board: Board) -> None:
            if watched:
                await stack.enter_async_context(showing(console, board))

        def heard(text: str) -> None:
            if text and not watched:
                screen.say(f"{time.monotonic() - begin:6.2f}  {text}")

        ending = await play(settings, seed, pause=PAUSE if watched else 0.0, on_stage=on_stage, heard=heard)
    seconds = time.monotonic() - begin
    for line in ending_text(ending, settings):
        _say(console, line, watched)
    screen.say(f"\n{seconds:.1f} s")
    if not ending.report.clean:
        raise Inconsistent(f"the audit has {len(ending.report.findings)} findings")
    wrong = [f"{row['order']} is {row['outcome']}" for row in ending.summary if not row["as_told"]]
    if wrong:
        raise NotAsTold(f"not as it should have ended: {', '.join(wrong)}")


def _say(console: Console, line: str, coloured: bool) -> None:
    if not coloured:
        screen.say(line)
        return
    text = Text(screen.safe(line), style="bold" if line.startswith(HEADINGS) else "")
    for colour, words in COLOURS.items():
        text.highlight_words(list(words), colour)
    console.print(text)


def _where(settings: Settings) -> str:
    broker = "the embedded broker" if settings.embedded else masked(settings.broker_url)
    return f"{masked(settings.database_url)} and {broker}"

"""The live view of the demo: a table of orders and lines that moves, and below it the latest events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rich import box
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from hub.simulation.board import STAGES, Board, LineView

EVERY = 0.06
COLOURS = {
    "review": "yellow",
    "defect": "bold red",
    "fixing": "magenta",
    "making again": "magenta",
    "cancelled": "red",
    "shipped": "green",
    "completed": "green",
    "stand-by": "magenta",
    "awaited": "dim",
}
OTHER = "cyan"


@asynccontextmanager
async def showing(console: Console, board: Board) -> AsyncIterator[None]:
    """Show the board for as long as the block lasts; the last picture stays."""
    with Live(picture(board, console), console=console, auto_refresh=False) as live:
        task = asyncio.create_task(_refresh(live, board, console))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            live.update(picture(board, console), refresh=True)


async def _refresh(live: Live, board: Board, console: Console) -> None:
    while True:
        live.update(picture(board, console), refresh=True)
        await asyncio.sleep(EVERY)


def picture(board: Board, console: Console) -> Group:
    """Orders and lines with their state, and as many of the latest events as there is room for."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, expand=False)
    for head in ("customer", "PO", "state", "line", "product", "progress"):
        table.add_column(head, no_wrap=True, overflow="ellipsis")
    plain = not (console.encoding or "").lower().startswith("utf")
    rows = 0
    for order in board.orders.values():
        first = (order.customer, order.number, Text(order.state, COLOURS.get(order.state, OTHER)))
        for number, line in order.lines.items():
            table.add_row(*first, number, line.what, _progress(line, plain))
            first = ("", "", Text(""))
            rows += 1
        if not order.lines:
            table.add_row(*first, "", "", "")
            rows += 1
    room = max(3, min(10, console.size.height - rows - 6))
    latest = [Text(text, no_wrap=True, overflow="ellipsis") for text in list(board.latest)[-room:]]
    latest += [Text("")] * (room - len(latest))
    return Group(table, *latest)


def _progress(line: LineView, plain: bool) -> Text:
    full, empty = ("#", ".") if plain else ("━", "─")
    steps = len(STAGES) - 1
    colour = "red" if line.held else COLOURS.get(line.state, OTHER)
    bar = Text(full * (2 * line.stage), colour)
    bar.append(empty * (2 * (steps - line.stage)), "dim")
    bar.append(f" {line.state}{' (on hold)' if line.held and line.state != 'cancelled' else ''}", colour)
    return bar

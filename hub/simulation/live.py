"""The live view of the demo: a table of orders and lines that moves, and below it the latest events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from rich import box
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from hub.simulation.board import STAGES, Board, LineView

EVERY = 0.1
"""seconds between two pictures"""
WITH_PRODUCTS, WIDE = 96, 120
"""columns from which there is room for the products, and for long bars"""
STATE, LABEL = 13, 18
"""columns of the state of an order, and of a line"""
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
    width, height = console.size
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), expand=False)
    products = width >= WITH_PRODUCTS
    bar = Bar(1 if width < WIDE else 2, (console.encoding or "").lower().startswith("utf"))
    names = [len(f"{each.customer} {each.number}") for each in board.orders.values()]
    widths = {"order": max(names), "state": STATE, "line": 4, "progress": bar.width * (len(STAGES) - 1) + 1 + LABEL}
    room = width - sum(widths.values()) - len(widths) - 3
    for head in ("order", "state", "line", *(("product",) if products else ()), "progress"):
        table.add_column(head, no_wrap=True, width=widths.get(head))
    rows = 0
    for order in board.orders.values():
        first = (f"{order.customer} {order.number}", Text(order.state, COLOURS.get(order.state, OTHER)))
        for number, line in order.lines.items() or [("", None)]:
            what = (shortened(line.what, room) if line else "",) if products else ()
            table.add_row(*first, number, *what, bar.of(line) if line else "")
            first = ("", Text(""))
            rows += 1
    count = max(3, min(10, height - rows - 6))
    latest = [Text(text, no_wrap=True, overflow="ellipsis") for text in list(board.latest)[-count:]]
    latest += [Text("")] * (count - len(latest))
    return Group(table, *latest)


def shortened(text: str, room: int) -> str:
    """A text that fits its room."""
    return text if len(text) <= room else f"{text[: max(0, room - 1)]}…"


@dataclass(frozen=True, slots=True)
class Bar:
    """How far a line has come, as a bar."""

    width: int
    """of one stage"""
    unicode: bool

    def of(self, line: LineView) -> Text:
        """The bar of a line, and its state in a word."""
        full, empty = ("━", "─") if self.unicode else ("#", ".")
        left = len(STAGES) - 1 - line.stage
        held = line.held and line.state != "cancelled"
        colour = "red" if held else COLOURS.get(line.state, OTHER)
        text = Text(full * (self.width * line.stage), colour)
        text.append(empty * (self.width * left), "dim")
        return text.append(f" {line.state}{', on hold' if held else ''}".ljust(LABEL), colour)

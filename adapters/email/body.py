"""The text and the HTML of a mail, made from one template so that they always say the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from adapters.email.phrasing import Table

_MARK = re.compile(r"^%%(\w+)%%$")
_STYLE = "border-collapse:collapse;margin:8px 0"
_CELL = "border:1px solid #999;padding:4px 8px;text-align:left;vertical-align:top"


def one_line(value: object) -> str:
    """A value as one line without control characters: what partners write never makes a line of its own."""
    return re.sub(r"[\s\x00-\x1f\x7f]+", " ", "" if value is None else str(value)).strip().replace("%%", "% %")


def as_text(paragraphs: list[str], tables: Mapping[str, Table]) -> str:
    """The body as plain text, its tables in aligned columns."""
    pieces = []
    for paragraph in paragraphs:
        mark = _MARK.match(paragraph)
        piece = _aligned(tables.get(mark[1], ())) if mark else paragraph
        if piece:
            pieces.append(piece)
    return "\n\n".join(pieces) + "\n"


def _aligned(table: Table) -> str:
    rows = [[one_line(cell) for cell in row] for row in table]
    if not rows:
        return ""
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def as_html(paragraphs: list[str], tables: Mapping[str, Table], language: str) -> str:
    """The body as HTML, everything in it escaped."""
    pieces = []
    for paragraph in paragraphs:
        mark = _MARK.match(paragraph)
        if mark is None:
            pieces.append("<p>" + "<br>\n".join(escape(row) for row in paragraph.split("\n")) + "</p>")
        elif tables.get(mark[1]):
            pieces.append(_html_table(tables[mark[1]]))
    return (
        f'<!DOCTYPE html>\n<html lang="{language}"><head><meta charset="utf-8"></head><body>\n'
        + "\n".join(pieces)
        + "\n</body></html>\n"
    )


def _html_table(table: Table) -> str:
    def row(cells: tuple[str, ...], tag: str) -> str:
        return "<tr>" + "".join(f'<{tag} style="{_CELL}">{escape(one_line(cell))}</{tag}>' for cell in cells) + "</tr>"

    return (
        f'<table style="{_STYLE}">\n'
        + "\n".join([row(table[0], "th"), *(row(cells, "td") for cells in table[1:])])
        + "\n</table>"
    )

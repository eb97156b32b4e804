"""The text and the HTML of a mail, made from one template so that they always say the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from itertools import zip_longest
from textwrap import wrap

from adapters.email.sending.phrasing import Table

_MARK = re.compile(r"^%%(\w+)%%$")
_HEAD = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
_PHONE = (
    "<style>@media (max-width:480px){td,th{font-size:12px;padding:3px!important;white-space:normal!important}}</style>"
)
"""on a phone columns are narrow: values may go on in the next line at their spaces"""
_BODY = (
    "font-family:Arial,Helvetica,sans-serif;font-size:15px;line-height:1.4;max-width:720px;margin:12px;"
    "overflow-wrap:anywhere"
)
_TABLE = "border-collapse:collapse;margin:8px 0;font-size:14px"
_CELL = "border:1px solid #999;padding:4px 6px;text-align:left;vertical-align:top"
_SHORT = 20
"""characters of a value that HTML does not break inside a word, on a wide screen not at all: a date, a price"""
_WIDEST = 44
"""characters of a column in plain text; longer values go on in the next line"""
NEWLINE = "%%newline%%"
"""in a template: a new line in the same paragraph"""


def one_line(value: object) -> str:
    """A value as one line without control characters: what partners write never makes a line of its own."""
    return re.sub(r"[\s\x00-\x1f\x7f]+", " ", "" if value is None else str(value)).strip().replace("%%", "% %")


def as_text(paragraphs: list[str], tables: Mapping[str, Table]) -> str:
    """The body as plain text, its tables in aligned columns."""
    pieces = []
    for paragraph in paragraphs:
        mark = _MARK.match(paragraph)
        piece = _aligned(tables.get(mark[1], ())) if mark else "\n".join(_lines(paragraph))
        if piece:
            pieces.append(piece)
    return "\n\n".join(pieces) + "\n"


def _lines(paragraph: str) -> list[str]:
    return [line.strip() for line in paragraph.split(NEWLINE)]


def _aligned(table: Table) -> str:
    rows = [[wrap(one_line(cell), _WIDEST) or [""] for cell in row] for row in table]
    if not rows:
        return ""
    widths = [max(len(line) for row in rows for line in row[n]) for n in range(len(rows[0]))]
    head, *others = [
        "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()
        for row in rows
        for cells in zip_longest(*row, fillvalue="")
    ]
    height = max(map(len, rows[0]))
    return "\n".join([head, *others[: height - 1], "  ".join("-" * width for width in widths), *others[height - 1 :]])


def as_html(paragraphs: list[str], tables: Mapping[str, Table], language: str) -> str:
    """The body as HTML, everything in it escaped."""
    pieces = []
    for paragraph in paragraphs:
        mark = _MARK.match(paragraph)
        if mark is None:
            pieces.append("<p>" + "<br>\n".join(escape(line) for line in _lines(paragraph)) + "</p>")
        elif tables.get(mark[1]):
            pieces.append(_html_table(tables[mark[1]]))
    return (
        f'<!DOCTYPE html>\n<html lang="{language}"><head>{_HEAD}{_PHONE}</head><body style="{_BODY}">\n'
        + "\n".join(pieces)
        + "\n</body></html>\n"
    )


def _html_table(table: Table) -> str:
    def cell(text: str, tag: str) -> str:
        unbroken = ";white-space:nowrap;overflow-wrap:normal" if len(text) <= _SHORT else ""
        return f'<{tag} style="{_CELL}{unbroken}">{escape(text)}</{tag}>'

    rows = [(cells, "td" if place else "th") for place, cells in enumerate(table)]
    return (
        f'<table style="{_TABLE}">\n'
        + "\n".join("<tr>" + "".join(cell(one_line(text), tag) for text in cells) + "</tr>" for cells, tag in rows)
        + "\n</table>"
    )

"""HTML parts as lines and grids: tables keep their cells, quotes get the mark that they have in plain text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from adapters.email.formats.visible import hiding_classes, is_hidden, is_struck, raised
from adapters.email.grammar import dates
from adapters.email.limits import DEFAULT, Limits, MailTooLarge
from adapters.email.lines.valued import Fault
from adapters.email.mail.document import Block, Cell, Grid, bounded, clean

_BREAKS = frozenset([
    "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "dt", "dd", "pre", "hr",
    "section", "article", "header", "footer", "center", "address", "form", "table",
])  # fmt: skip
_SKIPPED = frozenset([
    "script", "style", "head", "title", "meta", "link", "noscript", "template", "object", "iframe", "svg",
    "select", "button",
])  # fmt: skip
_QUOTE = re.compile(
    r"gmail_quote|gmail_extra|yahoo_quoted|moz-cite-prefix|divRplyFwdMsg|appendonsend|reply-intro|OLK_SRC_BODY_SECTION",
    re.IGNORECASE,
)
_SPACED = frozenset({"p", "table", "ul", "ol", "h1", "h2", "h3"})
"""elements with an empty line below"""
_DEEP = 120


@dataclass
class _Writer:
    part: str
    limits: Limits
    blocks: list[Block] = field(default_factory=list)
    classes: frozenset[str] = frozenset()
    """those that the part's style sheet hides"""
    hidden: list[str] = field(default_factory=list)
    struck: list[str] = field(default_factory=list)
    current: str = ""
    quote: int = 0
    row: int = 0

    def end_line(self) -> None:
        text = re.sub(r"[ \t]+", " ", self.current).strip()
        self.current = ""
        self.add(text)

    def add(self, text: str) -> None:
        """One more line, marked when it is quoted."""
        self.row += 1
        if self.row > self.limits.text_lines:
            raise MailTooLarge(f"a text has more than {self.limits.text_lines} lines", where=self.part)
        marked = "> " * self.quote + text if text else ""
        self.blocks.append(Cell(bounded(marked, self.part, self.limits), self.part, self.row))

    def break_line(self) -> None:
        if self.current.strip():
            self.end_line()

    def leaves_out(self, node: LexborNode) -> bool:
        """Whether an element's text does not count, for it is hidden or struck out; it is noted."""
        struck = is_struck(node)
        if not (struck or is_hidden(node, self.classes)):
            return False
        text = clean(node.text(deep=True) or "").strip()[:200]
        if text and not (struck and self.quote):
            (self.struck if struck else self.hidden).append(text)
        return True

    def faults(self) -> list[Fault]:
        """What somebody else may see, or not see, in the part."""
        hidden = [text for text in self.hidden if re.search(r"\d", text)]
        return [
            *(Fault("hidden_text", f"text is hidden: “{text[:100]}”", self.part) for text in hidden[:1]),
            *(Fault("struck_text", f"text is struck out: “{text[:100]}”", self.part) for text in self.struck[:1]),
        ]


def read_html(text: str, part: str, limits: Limits = DEFAULT) -> tuple[list[Block], list[Fault]]:
    """The lines and tables of an HTML part, and what in it is hidden from its reader. Raises MailTooLarge."""
    if len(text) > limits.text_characters * 4:
        raise MailTooLarge(f"a text has more than {limits.text_characters * 4} characters", where=part)
    parser = LexborHTMLParser(text)
    styles = "".join(style.text(deep=True) or "" for style in parser.css("style"))
    writer = _Writer(part, limits, classes=hiding_classes(styles))
    if parser.body is not None:
        _walk(parser.body, writer, 0)
    writer.break_line()
    return writer.blocks, writer.faults()


def _walk(node: LexborNode, writer: _Writer, depth: int) -> None:
    if depth > _DEEP:
        writer.hidden.append(node.text(deep=True)[:200])
        return
    child = node.child
    while child is not None:
        _visit(child, writer, depth)
        child = child.next


def _visit(node: LexborNode, writer: _Writer, depth: int) -> None:
    tag = node.tag or ""
    if tag == "-text":
        writer.current += clean((node.text(deep=False) or "").replace("\n", " ").replace("\r", " "))
    elif tag in _SKIPPED or tag.startswith(("-", "!", "_")) or writer.leaves_out(node):
        return
    elif tag == "input":
        writer.hidden.extend(_entered(node))
    elif tag == "sup":
        writer.current += raised(clean(node.text(deep=True) or ""))
    elif tag == "br":
        writer.end_line()
    elif tag == "pre":
        _preformatted(node, writer)
    else:
        _element(node, tag, writer, depth)


def _element(node: LexborNode, tag: str, writer: _Writer, depth: int) -> None:
    marks = f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}"
    quotes = tag == "blockquote" or bool(_QUOTE.search(marks))
    breaks = tag in _BREAKS or quotes
    if breaks:
        writer.break_line()
    writer.quote += quotes
    if tag == "table" and not writer.quote and _is_data_table(node):
        _table(node, writer)
    else:
        writer.current += "- " if tag == "li" else ""
        _walk(node, writer, depth + 1)
        writer.current += "   " if tag in ("td", "th") else ""
    if breaks:
        writer.break_line()
        if tag in _SPACED and writer.blocks:
            writer.end_line()
    writer.quote -= quotes


def _preformatted(node: LexborNode, writer: _Writer) -> None:
    writer.break_line()
    for row in clean(node.text(deep=True) or "").splitlines():
        writer.add(row.rstrip())


def _is_data_table(node: LexborNode) -> bool:
    """Whether a table holds data: no table within, two columns or more. Others only lay out the mail."""
    if any(inner is not node and inner.tag == "table" for inner in node.css("table")[1:]):
        return False
    return any(len(row.css("td, th")) > 1 for row in node.css("tr"))


def _entered(node: LexborNode) -> list[str]:
    """What stands in a field of a form."""
    kind = (node.attributes.get("type") or "text").lower()
    return [] if kind in ("hidden", "submit", "button", "image") else [node.attributes.get("value") or ""]


def _text(node: LexborNode, writer: _Writer) -> str:
    """A cell's text; line breaks within it are kept."""
    pieces: list[str] = []

    def gather(inner: LexborNode) -> None:
        child = inner.child
        while child is not None:
            tag = child.tag or ""
            if tag == "-text":
                pieces.append(clean((child.text(deep=False) or "").replace("\n", " ").replace("\r", " ")))
            elif tag == "br" or tag in _BREAKS:
                pieces.append("\n")
                gather(child)
                pieces.append("\n" if tag != "br" else "")
            elif tag == "sup":
                pieces.append(raised(clean(child.text(deep=True) or "")))
            elif tag == "input":
                writer.hidden.extend(_entered(child))
            elif tag not in _SKIPPED and not tag.startswith(("-", "!", "_")) and not writer.leaves_out(child):
                gather(child)
            child = child.next

    gather(node)
    rows = (re.sub(r"[ \t]+", " ", row).strip() for row in "".join(pieces).split("\n"))
    return "\n".join(row for row in rows if row)


def _span(node: LexborNode, name: str) -> int:
    value = node.attributes.get(name) or "1"
    return min(int(value), 50) if value.isdigit() and int(value) > 0 else 1


def _table(node: LexborNode, writer: _Writer) -> None:
    rows: list[tuple[Cell, ...]] = []
    found = node.css("tr")
    if len(found) > writer.limits.rows:
        raise MailTooLarge(f"a table has more than {writer.limits.rows} rows", where=writer.part)
    spanning: dict[int, tuple[int, str]] = {}
    for row in found:
        if writer.leaves_out(row):
            continue
        writer.row += 1
        cells: list[Cell] = []
        within = row.css("td, th")
        if len(within) > writer.limits.columns:
            raise MailTooLarge(f"a table has more than {writer.limits.columns} columns", where=writer.part)
        for cell in within:
            _fill(cells, spanning, writer)
            text = "" if writer.leaves_out(cell) else _text(cell, writer)
            below = _span(cell, "rowspan") - 1
            for number in range(_span(cell, "colspan")):
                if below:
                    spanning[len(cells)] = (below, text if number == 0 else "")
                cells.append(Cell(text if number == 0 else "", writer.part, writer.row, len(cells)))
        _fill(cells, spanning, writer)
        if cells:
            rows.append(tuple(cells))
    if rows:
        writer.blocks.append(Grid(tuple(rows)))


def _fill(cells: list[Cell], spanning: dict[int, tuple[int, str]], writer: _Writer) -> None:
    """The cells that reach down into a row from above: a date is that of each row, anything else is not repeated."""
    while len(cells) in spanning:
        rows, text = spanning.pop(len(cells))
        if rows > 1:
            spanning[len(cells)] = (rows - 1, text)
        repeated = text if dates.find(text) else ""
        cells.append(Cell(repeated, writer.part, writer.row, len(cells)))

"""HTML parts as lines and grids: tables keep their cells, quotes get the mark that they have in plain text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from adapters.email.limits import DEFAULT, Limits
from adapters.email.mail.document import Block, Cell, Grid, bounded, clean
from adapters.email.mail.mime import MailTooLarge

_BREAKS = frozenset(
    [
        "p",
        "div",
        "tr",
        "li",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "pre",
        "hr",
        "section",
        "article",
        "header",
        "footer",
        "center",
        "address",
        "form",
        "table",
    ]
)
_SKIPPED = frozenset(
    [
        "script",
        "style",
        "head",
        "title",
        "meta",
        "link",
        "noscript",
        "template",
        "object",
        "iframe",
        "svg",
        "select",
        "button",
    ]
)
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d]*[1-9])|mso-hide\s*:\s*all|"
    r"(?:max-)?(?:height|width)\s*:\s*0(?:px|pt)?\s*(?:;|$)|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$)",
    re.IGNORECASE,
)
_WHITE = re.compile(
    r"(?<![-\w])color\s*:\s*(?:#fff(?:fff)?|white|rgb\(\s*255\s*,\s*255\s*,\s*255\s*\))(?![\w])",
    re.IGNORECASE,
)
_BACKGROUND = re.compile(r"background", re.IGNORECASE)
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
    hidden: list[str] = field(default_factory=list)
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


def read_html(text: str, part: str, limits: Limits = DEFAULT) -> tuple[list[Block], list[str]]:
    """The lines and tables of an HTML part, and whatever text in it is hidden from its reader. Raises MailTooLarge."""
    writer = _Writer(part, limits)
    if len(text) > limits.text_characters * 4:
        raise MailTooLarge(f"a text has more than {limits.text_characters * 4} characters", where=part)
    body = LexborHTMLParser(text).body
    if body is not None:
        _walk(body, writer, 0)
    writer.break_line()
    return writer.blocks, writer.hidden


def _is_hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    style = attributes.get("style") or ""
    if "hidden" in attributes or _HIDDEN.search(style):
        return True
    return bool(_WHITE.search(style)) and not _BACKGROUND.search(style)


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
    elif tag in _SKIPPED or tag.startswith(("-", "!", "_")):
        return
    elif _is_hidden(node):
        seen = clean(node.text(deep=True) or "").strip()
        writer.hidden.extend([seen[:200]] if seen else [])
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


def _text(node: LexborNode) -> str:
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
            elif tag not in _SKIPPED and not tag.startswith(("-", "!", "_")) and not _is_hidden(child):
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
    for row in found:
        if _is_hidden(row):
            writer.hidden.append(clean(row.text(deep=True) or "").strip()[:200])
            continue
        writer.row += 1
        cells: list[Cell] = []
        within = row.css("td, th")
        if len(within) > writer.limits.columns:
            raise MailTooLarge(f"a table has more than {writer.limits.columns} columns", where=writer.part)
        for cell in within:
            text = "" if _is_hidden(cell) else _text(cell)
            writer.hidden.extend(_hidden_within(cell))
            for number in range(_span(cell, "colspan")):
                cells.append(Cell(text if number == 0 else "", writer.part, writer.row, len(cells)))
            if _span(cell, "rowspan") > 1:
                writer.hidden.append("a cell that spans several rows")
        if cells:
            rows.append(tuple(cells))
    if rows:
        writer.blocks.append(Grid(tuple(rows)))


def _hidden_within(cell: LexborNode) -> list[str]:
    seen = [inner for inner in [cell, *cell.css("[style], [hidden]")] if _is_hidden(inner)]
    texts = (clean(inner.text(deep=True) or "").strip()[:200] for inner in seen)
    return [text for text in texts if text]

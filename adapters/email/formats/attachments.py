"""The parts of a mail read each by its kind, which its content tells and not its name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from adapters.email.formats.delimited import read_delimited
from adapters.email.formats.html import read_html
from adapters.email.formats.pdf import read_pdf
from adapters.email.formats.sniff import kind_of
from adapters.email.formats.workbook import read_workbook
from adapters.email.limits import Limits, MailTooLarge
from adapters.email.lines.sheet import Sheet, read_sheet
from adapters.email.lines.valued import Fault, Setting
from adapters.email.mail.document import Block, Cell, lines, text_of
from adapters.email.mail.mime import Leaf, Mail
from adapters.email.mail.quoting import Split, split
from hub.ports import Context, Reader, Reading


@dataclass
class Findings:
    """What the parts of a mail hold."""

    own: tuple[Block, ...] = ()
    quoted: tuple[Block, ...] = ()
    signature: tuple[Block, ...] = ()
    """what stands below ``--``; part of ``own`` too"""
    sheets: tuple[Sheet, ...] = ()
    every: list[Sheet] = field(default_factory=list)
    """these, and the body's versions that were not chosen"""
    documents: list[Reading] = field(default_factory=list)
    """EDI documents that were attached, as their reader read them"""
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)


def read_parts(mail: Mail, setting: Setting, context: Context, edi: Sequence[Reader], limits: Limits) -> Findings:
    """Read the body and every attachment."""
    found = Findings()
    sheets = _read_bodies(mail, setting, found, limits)
    for leaf in mail.leaves:
        if leaf.unreadable:
            what = leaf.filename or leaf.content_type
            found.faults.append(Fault("attachment_unreadable", f"{what} cannot be read: {leaf.unreadable}", leaf.name))
        elif leaf.attached and leaf.content:
            sheets.extend(_read_attachment(leaf, setting, context, edi, found, limits))
    if mail.enclosed and not sheets and not any(b.text.strip() for b in found.own if isinstance(b, Cell)):
        found.faults.append(Fault("only_forwarded", "the mail holds nothing but another mail", "attachment"))
    found.sheets = tuple(sheets)
    found.every += [sheet for sheet in sheets if sheet not in found.every]
    return found


def _read_bodies(mail: Mail, setting: Setting, found: Findings, limits: Limits) -> list[Sheet]:
    """The body's sheet; of a text and an HTML version the richer one, held against the other."""
    read: list[_Body] = []
    for number, leaf in enumerate(leaf for leaf in mail.leaves if not leaf.attached):
        if leaf.content_type == "text/html":
            blocks, faults = read_html(leaf.text, leaf.name, limits)
            found.faults.extend(faults)
        else:
            blocks = list(lines(leaf.text, leaf.name if number == 0 else f"{leaf.name} {number + 1}", limits))
        parted = split(blocks)
        sheet = read_sheet(parted.own, leaf.name, setting)
        found.every.append(sheet)
        read.append((sheet, parted, leaf))
    chosen = _one_of_alternatives(read, found)
    found.own = tuple(block for _, parted, _ in chosen for block in (*parted.own, *parted.signature))
    found.quoted = tuple(block for _, parted, _ in chosen for block in parted.quoted)
    found.signature = tuple(block for _, parted, _ in chosen for block in parted.signature)
    return [sheet for sheet, _, _ in chosen]


_Body = tuple[Sheet, Split, Leaf]


def _one_of_alternatives(read: list[_Body], found: Findings) -> list[_Body]:
    chosen: list[_Body] = []
    for body in read:
        rival = next(
            (
                n
                for n, other in enumerate(chosen)
                if body[2].alternative and other[2].alternative == body[2].alternative
            ),
            None,
        )
        if rival is None:
            chosen.append(body)
            continue
        other = chosen[rival]
        better, worse = (body, other) if len(body[0].lines) > len(other[0].lines) else (other, body)
        if not _supports(better[0], worse):
            found.faults.append(
                Fault("alternatives_disagree", "the text and the HTML of the mail say different things", "body")
            )
        chosen[rival] = better
    return chosen


def _supports(sheet: Sheet, other: _Body) -> bool:
    """Whether the other version of the body holds the values of each line too, or holds next to nothing."""
    if other[0].lines and not any(line.faults for line in other[0].lines):
        return [_key(line) for line in sheet.lines] == [_key(line) for line in other[0].lines]
    text = re.sub(r"\s+", "", "".join(cell.text for cell in text_of((*other[1].own, *other[1].signature))))
    if not sheet.lines or not re.search(r"\d{2}", text):
        return True
    values = [
        cell.text
        for line in sheet.lines
        for name, cell in line.raw.cells.items()
        if name in ("quantity", "price", "date", "part")
    ]
    return all(re.sub(r"\s+", "", value) in text for value in values)


def _key(line: object) -> tuple[object, ...]:
    return tuple(getattr(line, name) for name in ("part", "quantity", "unit", "price", "basis", "due"))


_SILENT = frozenset({"image", "signature", "calendar", "card", "drawing"})
_REFUSED = {
    "executable": ("attachment_dangerous", "is a program"),
    "macros": ("attachment_dangerous", "holds macros"),
    "encrypted": ("attachment_unreadable", "is encrypted"),
    "packed": ("attachment_packed", "is an archive"),
    "broken": ("attachment_unreadable", "is damaged"),
}


def _read_attachment(
    leaf: Leaf, setting: Setting, context: Context, edi: Sequence[Reader], found: Findings, limits: Limits
) -> list[Sheet]:
    """The sheets of one attachment; what cannot be read is a fault, for nobody knows what it says."""
    kind = kind_of(leaf, limits)
    if kind in _SILENT:
        found.warnings.append(
            Fault("attachment_not_read", f"{leaf.filename or leaf.content_type} is not read", leaf.name)
        )
        return []
    if kind in _REFUSED:
        code, text = _REFUSED[kind]
        found.faults.append(Fault(code, f"{leaf.filename or leaf.content_type} {text}", leaf.name))
        return []
    try:
        return _readers(kind, leaf, setting, context, edi, found, limits)
    except (MailTooLarge, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - libraries raise what they like on broken files
        found.faults.append(Fault("attachment_unreadable", f"cannot be read: {type(error).__name__}", leaf.name))
        return []


def _readers(
    kind: str, leaf: Leaf, setting: Setting, context: Context, edi: Sequence[Reader], found: Findings, limits: Limits
) -> list[Sheet]:
    if kind == "edi":
        return _read_edi(leaf, context, edi, found)
    if kind == "table":
        grid, faults = read_delimited(leaf, limits)
        found.faults.extend(faults)
        return [read_sheet([grid], leaf.name, setting)]
    if kind == "workbook":
        sheets, faults = read_workbook(leaf, limits)
        found.faults.extend(faults)
        return [read_sheet([grid], where, setting) for where, grid in sheets]
    if kind == "pdf":
        blocks, faults = read_pdf(leaf, limits)
        found.faults.extend(faults)
        return [read_sheet(blocks, leaf.name, setting)] if blocks else []
    if kind == "html":
        blocks, faults = read_html(leaf.text, leaf.name, limits)
        found.faults.extend(faults)
        return [read_sheet(blocks, leaf.name, setting)]
    if kind == "text":
        return [read_sheet(lines(leaf.text, leaf.name, limits), leaf.name, setting)]
    found.faults.append(
        Fault("attachment_unreadable", f"{leaf.filename or leaf.content_type} cannot be read", leaf.name)
    )
    return []


def _read_edi(leaf: Leaf, context: Context, edi: Sequence[Reader], found: Findings) -> list[Sheet]:
    reader = next((one for one in edi if one.recognises(leaf.content, leaf.filename)), None)
    if reader is None:
        found.faults.append(Fault("attachment_unreadable", "an EDI document that no reader takes", leaf.name))
        return []
    found.documents.append(reader.read(leaf.content, leaf.filename or leaf.name, context))
    return []

"""The delimiters of an interchange, found in its header (X12.5 ISA; ISO 9735 UNA and UNB)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Standard = Literal["x12", "edifact"]

HEADER_REACH = 1024
"""how many characters of a header are looked at, at most; a header that is longer is not one"""

ISA_WIDTHS = (3, 2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1)

_BREAKS = str.maketrans("", "", "\r\n")
_UTF8_RUN = re.compile("[\xc2-\xf4][\x80-\xbf]{1,3}")
_AFTER_ISA = re.compile(r"[ \r\n]*(?:GS|TA1|IEA|ISB|ISE)[^0-9A-Za-z]")
_APOSTROPHE = re.compile(r"'[ \r\n]*UN[GH][^0-9A-Za-z]")
_AFTER_UNB = re.compile(r"(?:UNG|UNH|UNZ)[^0-9A-Za-z]")
_NEXT_UNB = re.compile(r"UNB[^0-9A-Za-z]")


@dataclass(frozen=True, slots=True)
class Delimiters:
    """What separates what. ``release`` takes away the meaning of the delimiter after it (EDIFACT only)."""

    element: str
    component: str
    segment: str
    repetition: str = ""
    release: str = ""


X12_DEFAULT = Delimiters("*", ">", "~", "^")
EDIFACT_DEFAULT = Delimiters("+", ":", "'", "*", "?")


class HeaderError(Exception):
    """No delimiters can be found; the text says why."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the beginning of an interchange gives away."""

    delimiters: Delimiters
    start: int
    """where the header segment (ISA, UNB) begins"""
    fixed_width: bool = True
    wrapped: bool = False
    """line breaks stand anywhere, not only between segments"""


def _character(text: str, at: int) -> str:
    """The delimiter at this place; text holds bytes as Latin-1, so UTF-8 makes it several characters."""
    run = _UTF8_RUN.match(text, at)
    return run.group() if run else text[at : at + 1]


def _usable(*delimiters: str) -> bool:
    return all(d and not d.isalnum() and d != " " for d in delimiters) and len(set(delimiters)) == len(delimiters)


def discover_x12(text: str) -> Header:
    """Find the delimiters of an interchange that begins with ``ISA``, by counting its sixteen separators."""
    text = text[:HEADER_REACH]
    element = _character(text, 3)
    if not _usable(element) or element in "\r\n":
        raise HeaderError("no element separator after ISA")
    parts = text.split(element, 16)
    if len(parts) < 17:
        raise HeaderError(f"ISA has {len(parts) - 1} elements, not 16")
    tail = parts[16]
    wrapped = any("\n" in part or "\r" in part for part in parts[:16])
    flat = [part.translate(_BREAKS) for part in parts[:16]]
    fixed = tuple(map(_width, flat)) == ISA_WIDTHS
    component, segment = _tail_of_isa(tail)
    if not _usable(element, component, segment):
        raise HeaderError("the component separator and the segment terminator after ISA16 cannot be told")
    repetition = flat[11] if flat[12] >= "00402" and _usable(flat[11]) else ""
    if repetition in (element, component, segment):
        repetition = ""
    return Header(Delimiters(element, component, segment, repetition), 0, fixed, wrapped)


def _width(part: str) -> int:
    """Width in characters, whatever the encoding; a no-break space that was written as padding is not a
    space.
    """
    return -1 if "\xa0" in part else len(part)


def _tail_of_isa(tail: str) -> tuple[str, str]:
    """Component separator and segment terminator from what follows the sixteenth separator."""
    component = _character(tail, 0)
    rest = tail[len(component) :]
    if component in "\r\n":
        # the line was wrapped between ISA15 and ISA16
        tail = tail.lstrip("\r\n")
        component = _character(tail, 0)
        rest = tail[len(component) :]
    if rest[:1] in ("\r", "\n"):
        # the terminator is the line break, or stands behind a wrapped line's, or ISA16 is absent
        behind = rest.lstrip("\r\n")
        terminator = _character(behind, 0)
        if _usable(terminator) and _AFTER_ISA.match(behind, len(terminator)):
            return component, terminator
        second_line = behind.split("\n", 1)[0].rstrip("\r")
        if second_line.startswith(("GS", "TA1")) and second_line.endswith(component):
            return "\x00", component
        return component, "\n" if "\n" in rest[:2] else "\r"
    terminator = _character(rest, 0)
    if rest.startswith(("GS", "TA1")):
        return "\x00", component
    return component, terminator


def discover_edifact(text: str) -> Header:
    """Find the delimiters of an interchange that begins with ``UNA`` or ``UNB``.

    With UNA they are what it says; without, the defaults of ISO 9735, unless UNB itself is written with
    others.
    """
    text = text[:HEADER_REACH]
    if text.startswith("UNA"):
        return _with_advice(text)
    return _from_unb(text, 0)


def _with_advice(text: str) -> Header:
    advice: list[str] = []
    at = 3
    while len(advice) < 6 and at < len(text):
        advice.append(_character(text, at))
        at += len(advice[-1])
    if len(advice) < 6:
        raise HeaderError("UNA is shorter than six characters")
    component, element, _decimal, release, repetition, segment = advice
    behind = len(text[at:]) - len(text[at:].lstrip(" \r\n"))
    start = at + behind
    if not text.startswith("UNB", start):
        raise HeaderError("UNA is not followed by UNB")
    if not text.startswith(element, start + 3):
        raise HeaderError("UNB is written with another element separator than UNA says")
    real = _APOSTROPHE.search(text, start)
    if segment != "'" and real and segment not in text[start : real.start()]:
        raise HeaderError("UNB does not end with the segment terminator that UNA names")
    if not _usable(component, element, segment) or release in (component, element, segment):
        raise HeaderError("UNA gives one character two meanings")
    found = Delimiters(
        element,
        component,
        segment,
        _repetition(text, start, element, component, repetition),
        "" if release == " " else release,
    )
    return Header(found, start, wrapped=_wrapped(text, start, segment))


def _from_unb(text: str, start: int) -> Header:
    element = _character(text, start + 3)
    if not _usable(element):
        raise HeaderError("no element separator after UNB")
    at = start + 3 + len(element)
    component = _character(text, at + 4)
    if component == element == "+":
        component = ":"  # the version of the syntax is left away, and with it what stands before it
    if not _usable(element, component):
        raise HeaderError("no component separator after the syntax identifier of UNB")
    segment = _terminator_of_unb(text, at, element, component)
    if not segment or not _usable(segment, element, component):
        raise HeaderError("no segment terminator after UNB")
    repetition = _repetition(text, start, element, component, "*")
    return Header(
        Delimiters(element, component, segment, repetition if repetition != segment else "", "?"),
        start,
        wrapped=_wrapped(text, start, segment),
    )


def _terminator_of_unb(text: str, at: int, element: str, component: str) -> str:
    """The apostrophe where it stands before the next segment, or else what does."""
    found = ""
    following = _NEXT_UNB.search(text, at)
    for match in _AFTER_UNB.finditer(text, at, following.start() if following else len(text)):
        before = text[at : match.start()]
        last = before.rstrip("\r\n")[-1:]
        if not _usable(last, element, component):
            last = before[-1:]
        if last == "'":
            return last
        if not found and _usable(last, element, component):
            found = last
    return found or ("'" if (element, component) == ("+", ":") else "")


def _repetition(text: str, start: int, element: str, component: str, character: str) -> str:
    """Syntax version 4 has a repetition separator; before it the place in UNA was reserved."""
    syntax = text[start + 3 + len(element) :].split(element, 1)[0].split(component)
    version = syntax[1].strip() if len(syntax) > 1 else ""
    return character if version == "4" and _usable(character, element, component) else ""


def _wrapped(text: str, start: int, segment: str) -> bool:
    head = text[start:].split(segment, 1)[0]
    return segment not in "\r\n" and ("\n" in head or "\r" in head)


def evenly_wrapped(text: str, segment: str) -> bool:
    """Whether lines break at a fixed column, through segments and elements, rather than after segments; the last line
    may be shorter.
    """
    lines = text.replace("\r\n", "\n").split("\n")[:-1]
    widths = {len(line) for line in lines[:-1]}
    return (
        len(widths) == 1
        and segment not in "\r\n"
        and len(lines[-1]) <= max(widths)
        and not all(line.endswith(segment) for line in lines[:-1])
    )

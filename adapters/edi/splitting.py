"""Cutting text into segments and elements, without looking at single characters.

Released characters (EDIFACT ``?+``) are replaced by characters beyond Latin-1, which no input can contain, so that
``str.split`` does it all.
"""

from __future__ import annotations

import re
from functools import lru_cache

from adapters.edi.delimiters import Delimiters
from adapters.edi.encoding import single_bytes

PADDING = " \t\r\n\x00\x1a"
"""what may stand between segments and interchanges: white space, and the end-of-file marks of old transports"""

_STAND_INS = "\ue000\ue001\ue002\ue003\ue004"
"""for a released release character, terminator, element, component and repetition separator"""

_PLAIN = bytes(range(0x20, 0x7F)) + b"\r\n"


def tidy(raw: str, delimiters: Delimiters) -> tuple[str, bool]:
    """Whole segments, each with the terminator before it and nothing else between them; and whether they are plain:
    nothing but printable ASCII.
    """
    terminator = delimiters.segment
    plain = _is_plain(raw, delimiters)
    if delimiters.release and delimiters.release in raw:
        raw = _hide(raw, delimiters)
        plain = plain and (terminator + delimiters.element + delimiters.component).isprintable()
    text = _evenly(raw, terminator) if plain else None
    if text is not None:
        return text, True
    segments = [segment.lstrip(PADDING) for segment in raw.split(terminator)]
    segments[-1] = segments[-1].rstrip("\r\n")
    if terminator == "\n":
        segments = [segment.rstrip("\r") for segment in segments]
    segments = [segment for segment in segments if segment]
    text = "".join(terminator + segment for segment in segments)
    return text, plain and not any(mark in text for mark in "\r\n" if mark != terminator)


def _is_plain(raw: str, delimiters: Delimiters) -> bool:
    if not raw.isascii():
        return False
    marks = delimiters.segment + delimiters.element + delimiters.component
    return not raw.encode("ascii").translate(None, _PLAIN + marks.encode("latin-1"))


def _evenly(raw: str, terminator: str) -> str | None:
    """The same as ``tidy`` gives, where every segment begins with a letter or a digit and every terminator is followed
    by the same line break, or by none; otherwise None.
    """
    begin = raw.find(terminator) + len(terminator)
    ending = "\r\n" if raw.startswith("\r\n", begin) else "\n" if raw.startswith("\n", begin) else ""
    if terminator in "\r\n" or not raw[:1].isalnum() or _uneven(terminator, ending).search(raw):
        return None
    if raw.isascii():
        text = raw.encode("ascii").translate(None, b"\r\n").decode("ascii")
        if len(raw) - len(text) != len(ending) * text.count(terminator):
            return None
    else:
        text = raw.replace(terminator + ending, terminator)
        if "\r" in text or "\n" in text:
            return None
    return terminator + text.removesuffix(terminator)


@lru_cache(maxsize=64)
def _uneven(terminator: str, ending: str) -> re.Pattern[str]:
    """A terminator that is not followed by this line break and another segment, or by the end of the text."""
    return re.compile(rf"{re.escape(terminator)}(?!{ending}(?:[A-Z0-9]|\Z))")


def _hide(raw: str, delimiters: Delimiters) -> str:
    """Put stand-ins for released characters; one released without need loses its release character."""
    release = delimiters.release
    marks = (release, delimiters.segment, delimiters.element, delimiters.component, delimiters.repetition)
    for stand_in, mark in zip(_STAND_INS, marks, strict=True):
        if mark:
            raw = raw.replace(release + mark, stand_in)
    return raw.replace(release, "")


class Repeated(list[str]):
    """The components of a repeated element (syntax version 4), and its further repetitions."""

    others: list[list[str]]


class Splitter:
    """Splits the segments of one interchange into elements, decoding what is not ASCII."""

    def __init__(self, delimiters: Delimiters, charset: str = "latin-1") -> None:
        self._delimiters = delimiters
        self._charset = charset
        marks = (
            delimiters.release,
            delimiters.segment,
            delimiters.element,
            delimiters.component,
            delimiters.repetition,
        )
        self._restored = {ord(stand_in): mark for stand_in, mark in zip(_STAND_INS, marks, strict=True)}

    def text(self, value: str) -> str:
        """An element's text: UTF-8 where it is valid UTF-8, in the declared character set otherwise."""
        if value.isascii():
            return value
        value = value.translate(self._restored)
        if value.isascii():
            return value
        raw = value.encode("latin-1", "replace")
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            return single_bytes(raw, self._charset)

    def x12(self, segment: str) -> list[str]:
        """The elements of an X12 segment, its identifier first."""
        if segment.isascii():
            return segment.split(self._delimiters.element)
        return [self.text(element) for element in segment.split(self._delimiters.element)]

    def edifact(self, segment: str) -> list[list[str]]:
        """The elements of an EDIFACT segment as lists of their components, the tag first."""
        component, repetition = self._delimiters.component, self._delimiters.repetition
        if segment.isascii() and not (repetition and repetition in segment):
            return [element.split(component) for element in segment.split(self._delimiters.element)]
        return [self._repeated(element) for element in segment.split(self._delimiters.element)]

    def _repeated(self, element: str) -> list[str]:
        component, repetition = self._delimiters.component, self._delimiters.repetition
        occurrences = element.split(repetition) if repetition else [element]
        read = [[self.text(part) for part in occurrence.split(component)] for occurrence in occurrences]
        if len(read) == 1:
            return read[0]
        first = Repeated(read[0])
        first.others = read[1:]
        return first

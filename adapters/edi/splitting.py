"""Cutting text into segments and elements, by ``str.split`` alone.

Released characters (EDIFACT ``?+``) are replaced by characters beyond Latin-1, which no input can contain, so that
splitting never has to look at single characters.
"""

from __future__ import annotations

from adapters.edi.delimiters import Delimiters

PADDING = " \t\r\n\x00\x1a"
"""what may stand between segments and interchanges: white space, and the end-of-file marks of old transports"""

_STAND_INS = "\ue000\ue001\ue002\ue003\ue004"
"""for a released release character, terminator, element, component and repetition separator"""

_PLAIN = bytes(range(0x20, 0x7F)) + b"\r\n"


def cut(raw: str, delimiters: Delimiters) -> tuple[list[str], bool]:
    """Whole segments cut apart, line breaks between them gone; and whether they are nothing but printable ASCII,
    with nothing released, so that elements can be taken as they are.
    """
    plain = _is_plain(raw, delimiters)
    if delimiters.release and delimiters.release in raw:
        raw, plain = _hide(raw, delimiters), False
    raw = raw.lstrip("\r\n") if delimiters.segment not in "\r\n" and raw[:1] in "\r\n" else raw
    segments = _evenly(raw, delimiters.segment) if plain else None
    if segments is None:
        segments = [segment.lstrip(PADDING) for segment in raw.split(delimiters.segment)]
        segments[-1] = segments[-1].rstrip("\r\n")
        if delimiters.segment == "\n":
            segments = [segment.rstrip("\r") for segment in segments]
        plain = plain and all(map(str.isprintable, segments))
    if "" in segments:
        segments = [segment for segment in segments if segment]
    return segments, plain


def _is_plain(raw: str, delimiters: Delimiters) -> bool:
    if not raw.isascii():
        return False
    marks = delimiters.segment + delimiters.element + delimiters.component
    return not raw.encode("ascii").translate(None, _PLAIN + marks.encode("latin-1"))


def _evenly(raw: str, terminator: str) -> list[str] | None:
    """The segments, where every terminator is followed by the same line break, or by none; otherwise None."""
    if terminator in "\r\n":
        return None if "\r" in raw else raw.split(terminator)
    ending = raw[raw.find(terminator) + len(terminator) :][:2]
    ending = "\r\n" if ending == "\r\n" else "\n" if ending[:1] == "\n" else ""
    if ending[:1] == "" and raw[raw.find(terminator) + len(terminator) :][:1] == " ":
        return None
    segments = raw.split(terminator + ending)
    breaks = len(segments) - 1
    lines = breaks if ending else 0
    if ending and segments[-1].endswith(terminator):
        segments[-1] = segments[-1][: -len(terminator)]
        breaks += 1
    if raw.count(terminator) != breaks:
        return None
    if raw.count("\n") != lines or raw.count("\r") != (lines if ending == "\r\n" else 0):
        return None
    return segments


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
            return raw.decode(self._charset, "replace")

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

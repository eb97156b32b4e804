"""What each segment of a file was read to: a partner's document, line by line, for whoever takes the partner on.

The maps are watched, not copied: each sees its segments one after the other, and what it knows after a segment and did
not know before is what the segment was read to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from adapters.edi.envelope import Document
from adapters.edi.faults import Fault, clean
from adapters.edi.mapping import Mapper
from adapters.edi.remedies import REMEDIES
from hub.ports import Advice, ExplainedDocument, ExplainedSegment, Explanation, Reading

MOST_SEGMENTS = 5000
"""of a document; what follows is read and not explained"""
_ROWS = frozenset({"lines", "items"})
"""what a document has many of: only the last is still being filled"""
_APART = frozenset({"job", "document", "fields", "partner", "starts", "parents", "rank", "at", "party", "position"})
"""what says how a map works, and not what it has read"""
_TRANSPARENT = frozenset({"header", "data"})


class _Watched(list[Any]):
    """Segments with their positions, that tell when one of them has been dealt with."""

    def __init__(self, segments: list[tuple[int, Any]], dealt_with: Callable[[int], None]) -> None:
        super().__init__(segments)
        self._dealt_with = dealt_with

    def __iter__(self) -> Iterator[Any]:
        """The segments; asking for the next one says that the one before has been dealt with."""
        for position, segment in super().__iter__():
            yield position, segment
            if position <= MOST_SEGMENTS:
                self._dealt_with(position)


@dataclass(slots=True)
class Watch:
    """Watches the maps at work, document by document."""

    documents: list[Document] = field(default_factory=list)
    _mappers: list[Mapper] = field(default_factory=list)
    _read: list[dict[int, tuple[tuple[str, str], ...]]] = field(default_factory=list)

    def __call__(self, document: Document, mapper: Mapper) -> None:
        """Watch a map that is about to read a document."""
        read: dict[int, tuple[tuple[str, str], ...]] = {}
        known: dict[str, str] = {}

        def dealt_with(position: int) -> None:
            now = dict(_leaves(vars(mapper)))
            news = tuple((name, value) for name, value in now.items() if known.get(name) != value)
            if news:
                read[position] = news
            known.update(now)

        self.documents.append(document)
        self._mappers.append(mapper)
        self._read.append(read)
        document.to_read = _Watched(document.to_read, dealt_with)

    def explanation(self, reading: Reading, faults: Iterable[Fault]) -> Explanation:
        """What was read, document by document; and what is wrong that stands in no segment of them."""
        documents = tuple(map(self._explained, self.documents, self._mappers, self._read))
        shown = {id(fault) for document in self.documents for fault in _within(document)}
        rest = tuple(_advice(fault) for fault in faults if id(fault) not in shown)
        return Explanation(reading, documents, rest)

    def _explained(
        self, document: Document, mapper: Mapper, read: dict[int, tuple[tuple[str, str], ...]]
    ) -> ExplainedDocument:
        kept: dict[int, list[str]] = {}
        for position, _, text in mapper.fields.kept:
            kept.setdefault(position, []).append(text)
        wrong: dict[int, list[Advice]] = {}
        for fault in _within(document):
            wrong.setdefault(fault.place.segment, []).append(_advice(fault))
        segments = tuple(
            ExplainedSegment(
                position,
                _shown(document, segment),
                read.get(position, ()),
                tuple(kept.get(position, ())),
                tuple(wrong.get(position, ())),
            )
            for position, segment in enumerate(document.segments, start=1)
        )
        return ExplainedDocument(document.type, str(document.place()), segments)


def _within(document: Document) -> list[Fault]:
    return [fault for fault in document.faults if 0 < fault.place.segment <= document.size]


def _advice(fault: Fault) -> Advice:
    return Advice(fault.finding(), REMEDIES[fault.code])


def _shown(document: Document, segment: Any) -> str:
    marks = document.interchange.delimiters
    elements = [part if isinstance(part, str) else marks.component.join(part) for part in segment]
    return clean(marks.element.join(elements), 300)


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The values in what a map knows, each with a name for people: ``line 2: quantity``."""
    if isinstance(value, dict):
        for name, inner in value.items():
            plain = str(name).lstrip("_")
            if plain in _APART or (plain != name and isinstance(inner, int)):
                continue
            if not path and plain in _ROWS and isinstance(inner, list):
                yield from _last_row(plain, inner)
            else:
                yield from _leaves(inner, path if plain in _TRANSPARENT else f"{path}{plain.replace('_', ' ')} ")
    elif isinstance(value, tuple):
        yield from _leaves(value[-1] if value else "", path)
    elif isinstance(value, list | set | frozenset):
        for place, inner in enumerate(sorted(value, key=str) if isinstance(value, set | frozenset) else value, start=1):
            yield from _leaves(inner, f"{path}{place} ")
    elif isinstance(value, str | int | Decimal):
        if value != "" and value is not False:
            yield path.rstrip(), clean(str(value), 200)
    elif hasattr(value, "data"):
        yield from _leaves(vars(value), path)


def _last_row(kind: str, rows: list[Any]) -> Iterator[tuple[str, str]]:
    if rows:
        row = rows[-1]
        inner = row[-1] if isinstance(row, tuple) else row
        yield from _leaves(inner, f"{kind.removesuffix('s')} {len(rows)}: ")

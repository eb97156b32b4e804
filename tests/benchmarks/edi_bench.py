"""How fast the EDI adapter reads, as ratios to a floor measured in the same run.

The floor is the least that any reader could do, streaming: one ``split`` into segments and one into elements; in
EDIFACT it honours the release character and splits components too. Run it with
``python -m tests.benchmarks.edi_bench [megabytes]``. Contenders take turns, and the best of several turns counts, in
seconds of the processor, so that other work on the machine disturbs little.
"""

from __future__ import annotations

import io
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from pydifact.parser import Parser
from pyx12.x12file import X12Reader as Pyx12Reader

from adapters.edi.edifact.envelope import EdifactStream
from adapters.edi.envelope import Document
from adapters.edi.familiar import Familiar
from adapters.edi.reader import EDIFACT, X12
from adapters.edi.reading import Assembler
from adapters.edi.x12.envelope import X12Stream
from hub.partners import EdiProfile, Partner, Partners
from hub.ports import Context
from tests.benchmarks.edi_traffic import Standard, bulk_file

CHUNK = 1 << 16
TURNS = 5
TURN = 1.0
"""seconds that a turn takes, about"""
CONTEXT = Context(
    Partners(
        [
            Partner(id=f"C-{qualifier}", name="Bench", edi=EdiProfile(id="BENCHSENDER", qualifier=qualifier))
            for qualifier in ("ZZ", "14")
        ]
    ),
    today="2026-11-22",
)

Work = Callable[[BinaryIO], int]


def x12_tokens(source: BinaryIO) -> Iterator[list[str]]:
    """Segments as lists of elements: the least that a streaming tokenizer does."""
    carry = ""
    for chunk in iter(lambda: source.read(CHUNK), b""):
        segments = (carry + chunk.decode("latin-1")).split("~")
        carry = segments.pop()
        for segment in segments:
            yield segment.split("*")


def edifact_tokens(source: BinaryIO) -> Iterator[list[list[str]]]:
    """Segments as lists of elements as lists of components, with what is released put right."""
    carry = ""
    hidden = (("??", "\ue000"), ("?'", "\ue001"), ("?+", "\ue002"), ("?:", "\ue003"))
    shown = str.maketrans({"\ue000": "?", "\ue001": "'", "\ue002": "+", "\ue003": ":"})
    for chunk in iter(lambda: source.read(CHUNK), b""):
        text = carry + chunk.decode("latin-1")
        carry = ""
        if text.endswith("?"):
            text, carry = text[:-1], "?"
        for mark, stand_in in hidden if "?" in text else ():
            text = text.replace(mark, stand_in)
        segments = text.split("'")
        carry = segments.pop() + carry
        for segment in segments:
            elements = [element.split(":") for element in segment.split("+")]
            if not segment.isascii():
                elements = [[part.translate(shown) for part in element] for element in elements]
            yield elements


def floor(standard: Standard, source: BinaryIO) -> int:
    """Every segment, and nothing done with it."""
    return sum(1 for _ in (x12_tokens(source) if standard == "x12" else edifact_tokens(source)))


def stream(standard: Standard, source: BinaryIO) -> Iterator[Any]:
    """What the envelopes hold."""
    return iter(X12Stream(source) if standard == "x12" else EdifactStream(source))


def envelopes(standard: Standard, source: BinaryIO) -> int:
    """Messages with their envelopes checked, not yet read."""
    return sum(isinstance(item, Document) for item in stream(standard, source))


class _Forgetting(Assembler):
    """Reads every message to the end and keeps none."""

    count = 0

    @property
    def repeated(self) -> float:
        """Share of orders made of passages that had been read before."""
        return self._familiar.recognised / max(1, self._familiar.recognised + self._familiar.read_in_full)

    def _take_document(self, document: Document) -> None:
        super()._take_document(document)
        self.count += len(self._read[-1].meaning.messages)
        self._read.clear()
        self._receipts.clear()
        self._faults.clear()


class _InFull(_Forgetting):
    """Reads every order as if none had been seen before."""

    def _take_document(self, document: Document) -> None:
        self._familiar = Familiar(self.dialect.orders)
        super()._take_document(document)


def normalise_in_full(standard: Standard, source: BinaryIO) -> int:
    """The same, as if every order said something new."""
    assembler = _InFull(X12 if standard == "x12" else EDIFACT, CONTEXT)
    assembler.assemble(stream(standard, source))
    return assembler.count


def normalise(standard: Standard, source: BinaryIO) -> _Forgetting:
    """Everything: envelopes, structure, values, totals; each order as a message that its schema allows."""
    assembler = _Forgetting(X12 if standard == "x12" else EDIFACT, CONTEXT)
    assembler.assemble(stream(standard, source))
    return assembler


def pyx12(source: BinaryIO) -> int:
    """Segments with their envelopes checked, by pyx12; it has no 850."""
    return sum(1 for _ in Pyx12Reader(io.TextIOWrapper(source, "latin-1")))


def pydifact(source: BinaryIO) -> int:
    """Segments, by pydifact; envelopes are not checked."""
    return sum(1 for _ in Parser().parse(source.read().decode("latin-1")))


def contenders(standard: Standard) -> dict[str, tuple[Work, float]]:
    """Who takes part, with the share of the file that is read."""
    other: dict[Standard, dict[str, tuple[Work, float]]] = {
        "x12": {"pyx12": (pyx12, 0.1)},
        "edifact": {"pydifact": (pydifact, 0.1)},
    }
    return {
        "split floor": (lambda source: floor(standard, source), 1),
        "envelopes": (lambda source: envelopes(standard, source), 1),
        "normaliser": (lambda source: normalise(standard, source).count, 1),
        "nothing familiar": (lambda source: normalise_in_full(standard, source), 0.1),
        **other[standard],
    }


def measured(standard: Standard, megabytes: float) -> dict[str, tuple[float, int]]:
    """Seconds per megabyte of each, and what it counted. Every turn of each takes about as long, by reading again what
    is read fast: short turns would find a quiet moment of a busy machine more easily than long ones.
    """
    files = {share: bulk_file(standard, megabytes * share) for share in (0.1, 1)}
    found: dict[str, tuple[float, int]] = {}
    again: dict[str, int] = {}
    for turn in range(TURNS + 1):
        for name, (work, share) in contenders(standard).items():
            times = again.get(name, 1)
            start = time.thread_time()
            for _ in range(times):
                count = work(io.BytesIO(files[share]))
            spent = (time.thread_time() - start) / times
            if turn:
                spent = spent / len(files[share]) * 1e6
                found[name] = min(found.get(name, (float("inf"), 0)), (spent, count))
            else:
                again[name] = max(1, round(TURN / spent))
    return found


def peak(standard: Standard, megabytes: float) -> tuple[float, float]:
    """Megabytes that the normaliser allocates at most, and the share of orders that were familiar."""
    source = io.BytesIO(bulk_file(standard, megabytes))
    tracemalloc.start()
    assembler = normalise(standard, source)
    size = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return size / 1e6, assembler.repeated


def main(megabytes: float) -> None:
    """Measure and print."""
    for standard in ("x12", "edifact"):
        found = measured(standard, megabytes)
        floor, _ = found["split floor"]
        sys.stdout.write(f"{standard}, {megabytes:g} MB\n")
        for name, (seconds, count) in found.items():
            sys.stdout.write(f"  {name:16} {1 / seconds:7.1f} MB/s  {seconds / floor:6.2f} x floor  ({count})\n")
        for size in (megabytes / 4, megabytes):
            memory, repeated = peak(standard, size)
            said = f"{memory:5.1f} MB of memory, {repeated:.1%} of orders are made of familiar passages"
            sys.stdout.write(f"  normaliser over {size:g} MB: {said}\n")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 20)

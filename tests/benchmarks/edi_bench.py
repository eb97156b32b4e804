"""How fast the EDI adapter reads, as ratios to a floor measured in the same run.

The floor is the least that any reader could do: one ``split`` into segments and one into elements, streaming. Run it
with ``python -m tests.benchmarks.edi_bench [megabytes]``.
"""

from __future__ import annotations

import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO
from unittest import mock

from adapters.edi.edifact.envelope import EdifactStream
from adapters.edi.envelope import Document
from adapters.edi.reader import EDIFACT, X12
from adapters.edi.reading import Assembler
from adapters.edi.x12.envelope import X12Stream
from hub.partners import Partners
from hub.ports import Context

CHUNK = 1 << 16
CONTEXT = Context(Partners(), today="2026-11-22")

_ISA = "ISA*00*          *00*          *ZZ*BENCHSENDER    *ZZ*METALWORKS     *261120*0915*U*00401*{0:09}*0*P*>~\n"
_GS = "GS*PO*BENCHSENDER*METALWORKS*20261120*0915*{0}*X*004010~\n"
_ORDER = (
    "BEG*00*SA*PO-{0}**20261120~\nCUR*BY*USD~\nREF*DP*038~\nITD*01*3*2**10**30~\nDTM*002*20270111~\n"
    "N1*BY*Bench Customer*92*B1~\nN1*ST*Bench Plant*92*B2~\nN3*12 Mill Road~\nN4*Spokane*WA*99201*US~\n"
)
_LINE = (
    "PO1*{0}*24*EA*38.75*PE*BP*A-{0}*VP*V-{0}~\nPID*F*08***Side plate, laser cut~\nMEA*PD*TH*6*MM~\nDTM*002*20270118~\n"
)
_LINES = 8


def x12_file(megabytes: float) -> bytes:
    """One interchange of 850s with eight lines each."""
    lines = "".join(_LINE.format(n) for n in range(1, _LINES + 1))
    parts, size, count = [_ISA.format(1), _GS.format(1)], 0, 0
    while size < megabytes * 1e6:
        count += 1
        body = _ORDER.format(count) + lines + f"CTT*{_LINES}~\n"
        parts.append(f"ST*850*{count:09}~\n{body}SE*{body.count('~') + 2}*{count:09}~\n")
        size += len(parts[-1])
    return "".join([*parts, f"GE*{count}*1~\n", "IEA*1*000000001~\n"]).encode()


_MESSAGE = (
    "BGM+220+PO-{0}+9'\nDTM+137:20261120:102'\nDTM+2:20270111:102'\nRFF+CT:RV-118'\nNAD+BY+4099990000017::9'\n"
    "NAD+DP+4099990000024::9++Bench Plant+Road 4+Ulm++89079+DE'\nCUX+2:EUR:9'\n"
)
_ITEM = "LIN+{0}'\nPIA+5+A-{0}:BP+V-{0}:SA'\nIMD+F++:::Side plate, laser cut'\nQTY+21:24:PCE'\nPRI+AAA:38.75'\n"


def edifact_file(megabytes: float) -> bytes:
    """One interchange of ORDERS with eight lines each."""
    items = "".join(_ITEM.format(n) for n in range(1, _LINES + 1))
    parts, size, count = ["UNA:+.? '\nUNB+UNOC:3+BENCH:14+METALWORKS:14+261120:1105+1'\n"], 0, 0
    while size < megabytes * 1e6:
        count += 1
        body = _MESSAGE.format(count) + items + f"UNS+S'\nCNT+2:{_LINES}'\n"
        tail = body.count("'") + 2
        parts.append(f"UNH+{count}+ORDERS:D:96A:UN:EAN008'\n{body}UNT+{tail}+{count}'\n")
        size += len(parts[-1])
    return "".join([*parts, f"UNZ+{count}+1'\n"]).encode()


def bare(source: BinaryIO, terminator: str, separator: str) -> Iterator[list[str]]:
    """The least that a streaming tokenizer does: split into segments and elements."""
    carry = ""
    for chunk in iter(lambda: source.read(CHUNK), b""):
        segments = (carry + chunk.decode("latin-1")).split(terminator)
        carry = segments.pop()
        for segment in segments:
            yield segment.split(separator)


def floor(source: BinaryIO, terminator: str, separator: str) -> int:
    """Every segment, and nothing done with it."""
    return sum(1 for _ in bare(source, terminator, separator))


def envelopes(items: Iterator[object]) -> int:
    """Messages with their envelopes checked."""
    return sum(isinstance(item, Document) for item in items)


class _Forgetting(Assembler):
    """Reads every message to the end and keeps none."""

    def _take_document(self, document: Document) -> None:
        super()._take_document(document)
        self._read.clear()
        self._receipts.clear()
        self._faults.clear()


def _nothing(*_: object) -> None:
    """In place of making a message."""


def normalise(source: BinaryIO, standard: str) -> int:
    """Tokens, envelopes, structure, values, totals: the normalised order as data, not yet made into a message."""
    with mock.patch(f"adapters.edi.{standard}.order.build", new=_nothing):
        return messages(source, standard)


def messages(source: BinaryIO, standard: str) -> int:
    """Everything: the normalised order as a validated message."""
    stream: X12Stream | EdifactStream = X12Stream(source) if standard == "x12" else EdifactStream(source)
    count = 0

    def counted() -> Iterator[object]:
        nonlocal count
        for item in stream:
            count += isinstance(item, Document)
            yield item

    _Forgetting(X12 if standard == "x12" else EDIFACT, CONTEXT).assemble(counted())  # type: ignore[arg-type]
    return count


def timed(path: Path, work: Callable[[BinaryIO], int]) -> tuple[float, int]:
    """Seconds of the best of three runs, and what was counted."""
    best, count = float("inf"), 0
    for _ in range(3):
        with path.open("rb") as source:
            start = time.perf_counter()
            count = work(source)
            best = min(best, time.perf_counter() - start)
    return best, count


def peak(path: Path, work: Callable[[BinaryIO], int]) -> float:
    """Megabytes allocated at most."""
    tracemalloc.start()
    with path.open("rb") as source:
        work(source)
    size = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return size / 1e6


def main(megabytes: float) -> None:
    """Measure and print."""
    for standard, make in (("x12", x12_file), ("edifact", edifact_file)):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "bench.edi"
            path.write_bytes(make(megabytes))
            small = Path(folder) / "small.edi"
            small.write_bytes(make(min(megabytes, 2)))
            marks = ("~", "*") if standard == "x12" else ("'", "+")
            size = path.stat().st_size / 1e6
            base, _ = timed(path, lambda source, marks=marks: floor(source, *marks))  # type: ignore[misc]
            sys.stdout.write(f"{standard}: {size:.1f} MB\n  split floor   {size / base:7.1f} MB/s\n")
            stream = X12Stream if standard == "x12" else EdifactStream
            for name, work in (
                ("envelopes", lambda source, stream=stream: envelopes(iter(stream(source)))),
                ("normaliser", lambda source, standard=standard: normalise(source, standard)),
                ("messages", lambda source, standard=standard: messages(source, standard)),
            ):
                seconds, count = timed(path, work)
                rate = f"{size / seconds:7.1f} MB/s  {count / seconds:8.0f} messages/s"
                memory = peak(small, work)
                sys.stdout.write(f"  {name:13} {rate}  {seconds / base:5.2f} x floor  {memory:5.1f} MB\n")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 20)

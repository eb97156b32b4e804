"""Mutated documents: every reading ends, in time and memory, with findings and never with an exception.

Bytes are changed at random, and segments and elements as a whole. An input is known by its seed and number; the real
documents of ``HUB_EDI_SAMPLES`` are mutated too, where it names a folder of them.
"""

from __future__ import annotations

import gc
import os
import random
import resource
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.edi.reader import EdifactReader, X12Reader
from hub.partners import EdiProfile, Partner, Partners
from hub.ports import Context, Reader
from tests.unit.edi.documents import ORDER, Numbers, edifact, message, order, transaction, x12

DATA = Path(__file__).parents[2] / "data" / "edi"
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
CONTEXT = Context(Partners([Partner(id="C-ACME", name="Acme", edi=EdiProfile(id="ACME"))]), today="2026-11-22")

SEEDS: list[tuple[Reader, bytes]] = [
    *((X12Reader(), path.read_bytes()) for path in sorted(DATA.glob("*850*.edi"))),
    *((EdifactReader(), path.read_bytes()) for path in sorted(DATA.glob("*orders*.edi"))),
    (X12Reader(), x12(order("PO1**1*EA*1**BP*A~", "SDQ*EA*92*S1*1~", "CTT*1*1~", "AMT*TT*1~"), order(number="0002"))),
    (X12Reader(), x12(transaction("BCH*04*SA*P***20261120~", "POC*1*QI*2**EA*1**BP*A~", "CTT*1~", kind="860"))),
    (X12Reader(), x12(transaction("BAK*00*AC*P*20261120~", "PO1*1*1*EA*1~", "ACK*IQ*1*EA*067*20261201~", kind="855"))),
    (
        X12Reader(),
        x12(
            transaction(
                "BSN*00*1*20261208*1200~", "HL*1**S~", "HL*2*1*O~", "PRF*P~", "HL*3*2*I~", "SN1*1*1*EA~", kind="856"
            )
        ),
    ),
    (X12Reader(), x12(transaction("AK1*PO*1~", "AK2*850*1~", "AK5*A~", "AK9*A*1*1*1~", kind="997"))),
    (X12Reader(), x12(order()) + edifact(message(*ORDER)) + x12(order()).replace(b"~", b"\n")),
    (
        EdifactReader(),
        edifact(
            "UNG+ORDERS+A+B+261120:1105+9+UN+D:96A'",
            message("BGM+231+1+4'", "RFF+ON:P'", "LIN+1+6'", "QTY+21:1'", kind="ORDRSP:D:96A:UN"),
            message("BGM+351+1+9'", "RFF+ON:P'", "LIN+1'", "QTY+12:1'", kind="DESADV:D:96A:UN", number="2"),
            message("BGM+230+1+4'", "RFF+ON:P'", "LIN+1+3'", "QTY+21:1'", kind="ORDCHG:D:96A:UN", number="3"),
            message("UCI+1+A+B+7'", "UCM+1+ORDERS:D:96A:UN+7'", kind="CONTRL:D:3:UN", number="4"),
            "UNE+4+9'",
            unz="UNZ+1+55'",
        ),
    ),
]
SAMPLES = os.environ.get("HUB_EDI_SAMPLES")
for _path in sorted(Path(SAMPLES).glob("*/*")) if SAMPLES else ():
    _raw = _path.read_bytes()
    _reader = next((each for each in (X12Reader(), EdifactReader()) if each.recognises(_raw, "")), None)
    if _reader:
        SEEDS.append((_reader, _raw))
VALUES = (
    "",
    "0",
    "-1",
    "00",
    "99999999999999999999",
    "1e9",
    "20261332",
    "EA",
    "KGM",
    "A" * 200,
    "é",
    "?",
    "\x00",
    "*",
    "~",
)
"""what elements are changed into"""
PIECES = [
    b"*",
    b"~",
    b"'",
    b"+",
    b":",
    b"?",
    b"?'",
    b"\n",
    b"\r\n",
    b"ISA*",
    b"UNB+",
    b"UNA",
    b"\x00",
    b"\xff",
    b"\xc3",
]


def mutated(raw: bytes, chance: random.Random) -> bytes:
    """The bytes with one to six small things done to them."""
    data = bytearray(raw)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(data) + 1)
        span = chance.choice((1, 1, 2, 5, 40))
        match chance.randrange(6):
            case 0:
                del data[at : at + span]
            case 1:
                data[at:at] = chance.choice(PIECES)
            case 2:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case 3:
                other = chance.randrange(len(data) + 1)
                data[at:at] = data[other : other + span * 3]
            case 4:
                data[at : at + span] = chance.choice(PIECES) * span
            case _:
                del data[at : None if chance.random() < 0.2 else at + 1]
    return bytes(data)


def rearranged(raw: bytes, chance: random.Random) -> bytes:
    """The document with one to four segments or elements dropped, doubled, moved or changed."""
    text = raw.decode("latin-1")
    isa = text.find("ISA")
    terminator, separator = ("~", "*") if 0 <= isa < 4 else ("'", "+")
    segments = text.split(terminator if terminator in text else "\n")
    for _ in range(chance.randint(1, 4)):
        at, other = chance.randrange(len(segments)), chance.randrange(len(segments))
        match chance.randrange(6):
            case 0 if len(segments) > 1:
                del segments[at]
            case 1:
                segments.insert(other, segments[at])
            case 2:
                segments[at], segments[other] = segments[other], segments[at]
            case _:
                elements = segments[at].split(separator)
                place = chance.randrange(len(elements))
                match chance.randrange(4):
                    case 0:
                        del elements[place]
                    case 1:
                        elements.insert(place, chance.choice(VALUES))
                    case _:
                        elements[place] = chance.choice(VALUES)
                segments[at] = separator.join(elements)
    return terminator.join(segments).encode("latin-1", "replace")


def read_and_answer(reader: Reader, raw: bytes) -> None:
    reading = reader.read(raw, "fuzz", CONTEXT)
    for finding in reading.findings:
        assert finding.message.isprintable()
        assert finding.where.isprintable()
    for command in reading.messages:
        command.data()
    for draft in reading.drafts:
        again = draft.render(Numbers(), NOW)
        back = reader.read(again, "fuzz", CONTEXT)
        errors = [finding for finding in back.findings if finding.severity == "error"]
        assert (back.intent, errors) == ("functional_ack", []), again


def resident() -> float:
    """Memory in use, in MB."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * resource.getpagesize() / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def run(count: int, seed: int) -> None:
    """Mutate and read so many; the time is the process's own, whatever else the machine does."""
    chance = random.Random(seed)
    slowest, before, began = 0.0, 0.0, time.perf_counter()
    for number in range(count):
        if number == count // 5:
            gc.collect()
            before = resident()
        reader, raw = chance.choice(SEEDS)
        document = (mutated, rearranged)[number % 2](raw, chance)
        start = time.process_time()
        try:
            read_and_answer(reader, document)
        except Exception as error:
            error.add_note(f"input {number} of seed {seed}: {document!r}")
            raise
        slowest = max(slowest, time.process_time() - start)
    gc.collect()
    grown = resident() - before
    took = time.perf_counter() - began
    print(f"seed {seed}: {count} inputs, {took:.0f} s, slowest {slowest:.2f} s, {grown:+.1f} MB since the first fifth")
    assert slowest < 2
    assert grown < 20


def test_some_mutations() -> None:
    run(1500, seed=20261122)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(8))
def test_many_mutations(seed: int) -> None:
    run(25_000, seed)


# ----------------------------------------------------------------------------- documents made up from their grammar

element = st.one_of(
    st.sampled_from(VALUES),
    st.from_regex(r"[A-Z0-9]{0,6}", fullmatch=True),
    st.decimals(allow_nan=False, allow_infinity=False, places=2).map(str),
)
TAGS = {
    "x12": "BEG BCH BAK BCA BSN CUR REF PER DTM N1 N3 N4 N9 MSG PO1 POC ACK PID MEA SCH SDQ SLN HL PRF LIN SN1 CTT AMT"
    " ST SE",
    "edifact": "BGM DTM FTX RFF NAD CTA COM CUX LIN PIA IMD MEA QTY PRI SCC LOC PAC CPS UNS CNT MOA UNH UNT UNG UNE"
    " UCI UCM",
}
KINDS = {
    "x12": ["850", "855", "856", "860", "865", "997", "999"],
    "edifact": ["ORDERS", "ORDCHG", "ORDRSP", "DESADV", "CONTRL"],
}


@st.composite
def made_up(draw: st.DrawFn, standard: str) -> bytes:
    """A document whose envelopes are in order and whose segments are anything."""
    mark = "*" if standard == "x12" else "+"
    tags = st.sampled_from(TAGS[standard].split())
    parts = st.lists(
        element if standard == "x12" else st.lists(element, min_size=1, max_size=4).map(":".join), max_size=8
    )
    rows = draw(st.lists(st.tuples(tags, parts), max_size=20))
    kind = draw(st.sampled_from(KINDS[standard]))
    end = "~" if standard == "x12" else "'"
    body = [mark.join((tag, *elements)) + end for tag, elements in rows]
    if standard == "x12":
        return x12(transaction(*body, kind=kind)).decode("latin-1").encode("utf-8")
    return edifact(message(*body, kind=f"{kind}:D:96A:UN"))


@settings(max_examples=50, deadline=None, derandomize=True)
@given(data=st.data(), standard=st.sampled_from(["x12", "edifact"]))
def test_made_up_documents(data: st.DataObject, standard: str) -> None:
    read_and_answer(X12Reader() if standard == "x12" else EdifactReader(), data.draw(made_up(standard)))


@pytest.mark.soak
@settings(max_examples=10_000, deadline=None, derandomize=True)
@given(data=st.data(), standard=st.sampled_from(["x12", "edifact"]))
def test_many_made_up_documents(data: st.DataObject, standard: str) -> None:
    read_and_answer(X12Reader() if standard == "x12" else EdifactReader(), data.draw(made_up(standard)))

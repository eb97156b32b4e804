"""Mutated documents: every reading ends, in time, with findings and never with an exception."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.edi.reader import EdifactReader, X12Reader
from hub.partners import EdiProfile, Partner, Partners
from hub.ports import Context, Reader
from tests.unit.edi.documents import Numbers, edifact, message, order, transaction, x12

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


def run(count: int, seed: int) -> None:
    chance = random.Random(seed)
    slowest = 0.0
    for number in range(count):
        reader, raw = chance.choice(SEEDS)
        document = mutated(raw, chance)
        start = time.perf_counter()
        try:
            read_and_answer(reader, document)
        except Exception as error:
            error.add_note(f"input {number} of seed {seed}: {document!r}")
            raise
        slowest = max(slowest, time.perf_counter() - start)
    assert slowest < 2


def test_some_mutations() -> None:
    run(1500, seed=20261122)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(8))
def test_many_mutations(seed: int) -> None:
    run(25_000, seed)

"""Bulk files of purchase orders as one partner sends them: the same for the same seed.

A few hundred articles, ordered again and again in other quantities for other days and places; every order has numbers
and dates of its own.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Standard = Literal["x12", "edifact"]

_ARTICLES = 400
_SITES = 15
_LOTS = (1, 2, 4, 5, 6, 8, 10, 12, 15, 16, 20, 24, 25, 30, 40, 48, 50, 60, 72, 75, 80, 96, 100, 120, 144, 150, 200, 250)
_NOUNS = ("Side plate", "Bracket", "Cover", "Flange", "Rail", "Cross member", "Housing", "Console", "Gusset", "Hood")
_FINISHES = ("laser cut", "bent", "welded", "powder coated RAL 7016", "galvanised", "deburred", "with drain holes")
_TOWNS = (("Spokane", "WA", "99201"), ("Tacoma", "WA", "98402"), ("Boise", "ID", "83702"), ("Reno", "NV", "89501"))
_FIRST_DAY = date(2026, 11, 2)


@dataclass(frozen=True, slots=True)
class _Article:
    part: str
    vendor_part: str
    description: str
    prices: tuple[str, str]
    thickness: str


@dataclass(frozen=True, slots=True)
class _Line:
    article: _Article
    quantity: str
    price: str
    day: str


@dataclass(frozen=True, slots=True)
class _Order:
    number: int
    ordered: str
    wanted: str
    site: int
    contract: str
    lines: tuple[_Line, ...]


def _day(chance: random.Random, first: int, last: int) -> str:
    return (_FIRST_DAY + timedelta(chance.randint(first, last))).strftime("%Y%m%d")


def _article(chance: random.Random, number: int) -> _Article:
    price = chance.randint(150, 90_000)
    return _Article(
        f"CC-{chance.randint(10_000, 99_999)}-{number:03}",
        f"MW{chance.randint(100_000, 999_999)}",
        f"{chance.choice(_NOUNS)} {chance.randint(40, 900)}x{chance.randint(40, 900)}, {chance.choice(_FINISHES)}",
        (f"{price / 100:.2f}", f"{price * 0.94 / 100:.2f}"),
        chance.choice(("1.5", "2", "3", "4", "6", "8", "10")),
    )


def _orders(seed: int) -> Iterator[_Order]:
    chance = random.Random(seed)
    articles = [_article(chance, number) for number in range(_ARTICLES)]
    number = 0
    while True:
        number += 1
        lines = []
        for article in chance.sample(articles, chance.randint(4, 12)):
            lot = chance.choice(_LOTS) if chance.random() < 0.7 else chance.randint(1, 500)
            quantity = f"{lot}.{chance.randint(1, 9)}" if chance.random() < 0.02 else str(lot)
            lines.append(_Line(article, quantity, article.prices[lot >= 50], _day(chance, 20, 80)))
        contract = f"RV-{chance.randint(100, 140)}"
        yield _Order(number, _day(chance, 0, 5), _day(chance, 20, 80), chance.randrange(_SITES), contract, tuple(lines))


def _street(site: int) -> str:
    """One street in five has an apostrophe, which EDIFACT has to release."""
    return f"Rue de l?'Europe {site}" if site % 5 == 0 else f"Ringstr. {site}"


def _x12(order: _Order) -> str:
    town, region, code = _TOWNS[order.site % len(_TOWNS)]
    said = [
        f"BEG*00*SA*PO-{order.number:07}**{order.ordered}",
        "CUR*BY*USD",
        f"REF*CT*{order.contract}",
        "ITD*01*3*2**10**30",
        f"DTM*002*{order.wanted}",
        "N1*BY*Cascade Cabinets*92*CC-HQ",
        f"N1*ST*Cascade Plant {order.site}*92*CC-{order.site:02}",
        f"N3*{100 + order.site} Mill Road",
        f"N4*{town}*{region}*{code}*US",
    ]
    for place, line in enumerate(order.lines, start=1):
        article = line.article
        said += (
            f"PO1*{place}*{line.quantity}*EA*{line.price}*PE*BP*{article.part}*VP*{article.vendor_part}",
            f"PID*F*08***{article.description}",
            f"MEA*PD*TH*{article.thickness}*MM",
            f"DTM*002*{line.day}",
        )
    said.append(f"CTT*{len(order.lines)}")
    number = f"{order.number:09}"
    return "~\n".join((f"ST*850*{number}", *said, f"SE*{len(said) + 2}*{number}", ""))


def _edifact(order: _Order) -> str:
    town, _, code = _TOWNS[order.site % len(_TOWNS)]
    said = [
        f"BGM+220+PO-{order.number:07}+9",
        f"DTM+137:{order.ordered}:102",
        f"DTM+2:{order.wanted}:102",
        f"RFF+CT:{order.contract}",
        "NAD+BY+4099990000017::9",
        f"NAD+DP+40999900000{order.site:02}::9++Holt Werk {order.site}+{_street(order.site)}+{town}++{code}+DE",
        "CUX+2:EUR:9",
    ]
    for place, line in enumerate(order.lines, start=1):
        article = line.article
        said += (
            f"LIN+{place}",
            f"PIA+5+{article.part}:BP+{article.vendor_part}:SA",
            f"IMD+F++:::{article.description}",
            f"QTY+21:{line.quantity}:PCE",
            f"PRI+AAA:{line.price}",
            f"DTM+2:{line.day}:102",
        )
    said += ("UNS+S", f"CNT+2:{len(order.lines)}")
    number = str(order.number)
    return "'\n".join((f"UNH+{number}+ORDERS:D:96A:UN:EAN008", *said, f"UNT+{len(said) + 2}+{number}", ""))


_HEADS = {
    "x12": (
        "ISA*00*          *00*          *ZZ*BENCHSENDER    *ZZ*METALWORKS     *261120*0915*U*00401*000000001*0*P*>~\n"
        "GS*PO*BENCHSENDER*METALWORKS*20261120*0915*1*X*004010~\n"
    ),
    "edifact": "UNA:+.? '\nUNB+UNOC:3+BENCHSENDER:14+METALWORKS:14+261120:1105+1'\n",
}
_TAILS = {"x12": "GE*{0}*1~\nIEA*1*000000001~\n", "edifact": "UNZ+{0}+1'\n"}


def bulk_file(standard: Standard, megabytes: float, seed: int = 20261122) -> bytes:
    """One interchange of orders of four to twelve lines each."""
    write = _x12 if standard == "x12" else _edifact
    parts = [_HEADS[standard]]
    size = 0
    for order in _orders(seed):
        parts.append(write(order))
        size += len(parts[-1])
        if size >= megabytes * 1e6:
            break
    return "".join([*parts, _TAILS[standard].format(len(parts) - 1)]).encode()

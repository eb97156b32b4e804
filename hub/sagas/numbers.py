"""Decimals and ids, as the sagas use them: exact, and derived rather than drawn."""

from __future__ import annotations

import hashlib
from decimal import Decimal

ZERO = Decimal(0)
SMALLEST = Decimal("0.000000001")
"""the smallest quantity that can be written"""
PIECES = frozenset({"H87", "C62", "EA"})
"""units that all mean a piece"""
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def decimal(text: str | None) -> Decimal:
    """The number that a plain decimal string stands for; absent is zero."""
    return Decimal(text) if text else ZERO


def plain(number: Decimal) -> str:
    """A number as a plain decimal string, without exponent or trailing zeros: ``12.50`` is ``12.5``."""
    text = f"{number:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def same_unit(ordered: str, said: str | None) -> bool:
    """Whether a quantity is in the unit that was ordered in; where none is said, it is."""
    return said in {None, ordered} or {ordered, said} <= PIECES


def short(*parts: str) -> str:
    """Twelve characters (60 bits) that stand for these parts, the same each time, easy to read aloud."""
    digest = int.from_bytes(hashlib.sha256("\n".join(parts).encode()).digest()[:8], "big")
    return "".join(_ALPHABET[(digest >> (5 * place)) & 31] for place in range(12))


def order_key(identifier: str) -> str:
    """What the ids of an order and of all its parts share: ``W-7K3M9QX2WDRT-1`` has ``7K3M9QX2WDRT``."""
    pieces = identifier.split("-")
    return pieces[1] if len(pieces) > 1 else ""

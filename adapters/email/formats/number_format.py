"""How a workbook shows a number: its format may add a unit or a currency, leave digits away, or scale it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

_PIECE = re.compile(r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[\$(?P<sign>[^\]-]*)[^\]]*\]|\[[^\]]*\]|[_*].|(?P<plain>.)')
_DIGITS = re.compile(r"(?P<whole>[0#?,]*[0#?])(?:\.(?P<part>[0#?]+))?(?P<scale>,*)")


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """What a format code does to a number."""

    before: str = ""
    after: str = ""
    decimals: int | None = None
    """shown at most; nothing: as many as there are"""
    width: int = 0
    """digits that are filled up with zeros"""
    scaled: bool = False
    """whether what is shown is not the number itself: per cent, thousands"""

    def text(self, value: Decimal) -> str:
        """The number as it is shown, with a point and without group marks."""
        shown = value
        if self.decimals is not None:
            shown = value.quantize(Decimal(1).scaleb(-self.decimals), ROUND_HALF_UP)
        plain = format(value if shown == value else shown, "f")
        if self.width > 1 and shown == shown.to_integral_value():
            plain = format(shown.to_integral_value(), "f").zfill(self.width)
        plain = f"{plain} (scaled)" if self.scaled else plain
        return " ".join(filter(None, (self.before, plain, self.after)))


@lru_cache(maxsize=512)
def number_format(code: str) -> NumberFormat:
    """Understand a format code such as ``#,##0.00 "kg"``; only its first section, that of positive numbers, counts."""
    core, literals = "", []
    for match in _PIECE.finditer(code or ""):
        if match["plain"] == ";":
            break
        literal = match["quoted"] or match["escaped"] or match["sign"]
        if literal:
            literals.append((len(core), literal))
        core += match["plain"] or ""
    digits = _DIGITS.search(core)
    if digits is None or "general" in core.lower() or re.search(r"[Ee][+-]|/", core):
        return NumberFormat()
    literals += [(at, sign) for at, sign in enumerate(core) if sign in "€$£¥"]
    whole = digits["whole"].replace(",", "")
    return NumberFormat(
        before="".join(text for at, text in sorted(literals) if at <= digits.start()).strip(),
        after="".join(text for at, text in sorted(literals) if at > digits.start()).strip(),
        decimals=len(digits["part"] or ""),
        width=len(whole) if whole.strip("0") == "" and not digits["part"] else 0,
        scaled="%" in core or bool(digits["scale"]),
    )

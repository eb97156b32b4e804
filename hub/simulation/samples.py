"""The demo's sample documents: packaged templates whose PO numbers, control numbers and dates are filled in.

A mark is `[[name]]`, with a number added and a format where wanted: `[[day+35:%Y%m%d]]`, `[[control+412:09]]`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from importlib.resources import files

_MARK = re.compile(r"\[\[(\w+)(\+\d+)?(?::([^\]]+))?\]\]")


def packaged(name: str) -> str:
    """The text of a packaged document."""
    return files("hub.simulation").joinpath("documents", name).read_text(encoding="utf-8")


def filled(template: str, values: Mapping[str, str | int | date]) -> bytes:
    """A template with its marks filled in."""

    def fill(mark: re.Match[str]) -> str:
        value, plus, style = values[mark[1]], int(mark[2] or 0), mark[3] or ""
        if isinstance(value, date):
            return format(value + timedelta(days=plus), style or "%Y-%m-%d")
        return format(value + plus, style) if isinstance(value, int) else value

    return _MARK.sub(fill, template).encode()

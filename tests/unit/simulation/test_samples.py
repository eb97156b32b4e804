"""Sample documents are templates; what stands between brackets is filled in."""

from __future__ import annotations

from datetime import date

import pytest

from hub.simulation.samples import filled, packaged
from hub.simulation.story import DROPS


@pytest.mark.parametrize(
    ("mark", "value"),
    [
        ("[[number]]", "4711"),
        ("[[day]]", "2026-11-22"),
        ("[[day+35:%Y%m%d]]", "20261227"),
        ("[[control+412:09]]", "000000413"),
        ("no mark", "no mark"),
    ],
)
def test_marks_are_filled_in(mark: str, value: str) -> None:
    values = {"number": "4711", "day": date(2026, 11, 22), "control": 1}
    assert filled(f"<{mark}>", values) == f"<{value}>".encode()


def test_a_mark_that_nobody_knows_is_a_defect() -> None:
    with pytest.raises(KeyError):
        filled("[[nobody]]", {})


@pytest.mark.parametrize("template", sorted({drop.template for drop in DROPS}))
def test_every_document_of_the_story_is_packaged(template: str) -> None:
    assert packaged(template)

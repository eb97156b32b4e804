"""The pages about EDI say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from adapters.edi.answers import WRITTEN
from adapters.edi.catalogue import CATALOGUE
from adapters.edi.reader import EDIFACT, X12
from adapters.edi.remedies import REMEDIES

DOCS = Path(__file__).parents[3] / "docs"


def test_there_is_something_to_do_about_every_fault() -> None:
    assert set(REMEDIES) == set(CATALOGUE)


def test_the_guide_names_every_document_and_event() -> None:
    text = (DOCS / "edi.md").read_text(encoding="utf-8")
    for dialect in (X12, EDIFACT):
        for kind in (*dialect.maps, *dialect.acknowledgments):
            assert re.search(rf"\b{kind}\b", text), kind
    for event in WRITTEN:
        assert f"`{event.removesuffix('.v1')}`" in text, event

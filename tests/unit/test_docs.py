"""What the written pages point at is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
NAMED = re.compile(r"`((?:hub|adapters|schemas|docs|tests)/[\w./-]*)`")


def places(page: Path) -> Iterator[Path]:
    """The files and folders that a page links to, or names from the root on."""
    text = page.read_text(encoding="utf-8")
    yield from (page.parent / link for link in LINK.findall(text))
    yield from (ROOT / name for name in NAMED.findall(text))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_page_points_only_at_what_is_there(page: Path) -> None:
    assert [str(place) for place in places(page) if not place.exists()] == []


def test_every_package_of_the_hub_stands_on_the_page_of_the_architecture() -> None:
    shown = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    packages = [folder.parent.name for folder in (ROOT / "hub").glob("*/__init__.py")]
    assert [name for name in packages if f"hub/{name}" not in shown] == []

"""Tests that take minutes run only where they are asked for (``-m soak``)."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the soak tests of this folder unless the marker is named."""
    if "soak" not in (config.option.markexpr or ""):
        here = [item for item in items if "unit/edi" in str(item.path) and item.get_closest_marker("soak")]
        config.hook.pytest_deselected(items=here)
        items[:] = [item for item in items if item not in here]

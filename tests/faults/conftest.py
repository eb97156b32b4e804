"""What the fault tests share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hub.settings import Settings, load_settings

QUICK: dict[str, Any] = {"http_port": 0, "retry_delays": [0.1, 0.5]}


@pytest.fixture
def on_servers(fresh_postgres_url: str, fresh_vhost_url: str, tmp_path: Path) -> Settings:
    """Return the settings of a hub with nothing in it, on RabbitMQ and PostgreSQL."""
    return load_settings(database_url=fresh_postgres_url, broker_url=fresh_vhost_url, folder=tmp_path, **QUICK)


@pytest.fixture
def embedded(tmp_path: Path) -> Settings:
    """Return the settings of a hub with nothing in it, on the embedded default."""
    return load_settings(database_url=f"sqlite:///{tmp_path}/hub.sqlite", folder=tmp_path, **QUICK)

"""The settings file."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches
from pathlib import Path

from hub.errors import ConfigurationError
from hub.yaml_files import YamlFile, read_yaml

SETTINGS_FILE = Path("hub.yaml")
PREFIX = "HUB_"
"""of the variables"""


def settings_file(known: Collection[str]) -> YamlFile:
    """The settings file. Raises ConfigurationError; also for a name that is none of the known settings."""
    if not SETTINGS_FILE.exists():
        return YamlFile(SETTINGS_FILE, {}, None)
    file = read_yaml(SETTINGS_FILE)
    for name in file.data:
        if name not in known:
            raise ConfigurationError(f"there is no setting {name}{_meant(str(name), known)}", where=file.place((name,)))
    return file


def _meant(name: str, known: Collection[str]) -> str:
    close = get_close_matches(name.lower(), known, n=1)
    return f"; {close[0]} is meant?" if close else "; `hub settings` shows them all"

"""Settings loaded: every fault is told with the setting, and the place where it was set."""

from __future__ import annotations

import os
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError

from hub.errors import ConfigurationError
from hub.settings.file import PREFIX, settings_file
from hub.settings.model import Settings
from hub.yaml_files import plainly


def strange_variables() -> list[str]:
    """HUB_* variables that are no setting: perhaps misspelt ones."""
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    ours = (name for name in os.environ if name.upper().startswith(PREFIX) and not name.startswith(f"{PREFIX}TEST_"))
    return sorted(name for name in ours if name.upper() not in known)


def load_settings(**given: Any) -> Settings:
    """The effective settings.

    Raises ConfigurationError that names the setting at fault, and where it was set.
    """
    try:
        return Settings(**given)
    except SettingsError as error:
        name = next((name for name in Settings.model_fields if f'"{name}"' in str(error)), "")
        raise ConfigurationError(f"{PREFIX}{name.upper()}: JSON is needed", where="environment") from error
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        name, *rest = (str(step) for step in fault["loc"] if step != "[key]")
        variable = f"{PREFIX}{name.upper()}"
        in_environment = variable in map(str.upper, os.environ)
        where = "environment" if in_environment else settings_file(Settings.model_fields).place(fault["loc"])
        raise ConfigurationError(f"{'.'.join((variable, *rest))}: {plainly(fault)}", where=where) from error

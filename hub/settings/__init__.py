"""The settings of a hub: `HUB_*` variables, or a settings file. Nothing else reads the environment."""

from hub.settings.file import SETTINGS_FILE
from hub.settings.forms import masked
from hub.settings.loading import load_settings, strange_variables
from hub.settings.model import Settings

__all__ = ["SETTINGS_FILE", "Settings", "load_settings", "masked", "strange_variables"]

"""The settings of a hub: `HUB_*` variables, or a settings file. Nothing else reads the environment."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, YamlConfigSettingsSource

from hub.errors import ConfigurationError
from hub.sagas.calendar import DAYS, Calendar

SETTINGS_FILE = Path("hub.yaml")
EMBEDDED = "embedded://"


class Settings(BaseSettings):
    """What can be set. A variable wins over the settings file (`hub.yaml` in the working folder)."""

    model_config = SettingsConfigDict(
        env_prefix="HUB_", extra="ignore", use_attribute_docstrings=True, yaml_file=SETTINGS_FILE
    )

    database_url: str = "sqlite+aiosqlite:///hub.sqlite"
    """the store: a SQLite file, or `postgresql+asyncpg://…`"""
    broker_url: str = EMBEDDED
    """the broker: the embedded one, or `amqp://…`"""
    source: str = "metalworks-hub"
    """CloudEvents `source` of what the hub says"""
    folder: Path = Path()
    """where `inbox/`, `outbox/`, `archive/` and `failed/` are"""
    partners: list[Path] = [Path("partners.yaml"), Path("materials.yaml")]
    """partner profiles and materials, as far as the files exist"""
    our_domain: str = "metalworks.example"
    """domain of our own mail addresses"""
    authserv_id: str = "mx.metalworks.example"
    """whose Authentication-Results we trust"""
    our_edi_id: str = "METALWORKS"
    our_edi_qualifier: str = "ZZ"
    http_host: str = "127.0.0.1"
    http_port: Annotated[int, Field(ge=0, le=65535)] = 8080
    """0: no HTTP"""
    wait_for: Annotated[float, Field(ge=0)] = 60.0
    """seconds that a message may wait for what it names and nobody knows yet"""
    batch: Annotated[int, Field(ge=1, le=5000)] = 200
    """messages carried out in one transaction at most"""
    prefetch: Annotated[int, Field(ge=1, le=65535)] = 400
    """messages that the broker may hand out unacknowledged, for each queue"""
    publish_timeout: Annotated[float, Field(gt=0)] = 10.0
    """seconds until a publish without the broker's confirm counts as failed"""
    delivery_limit: Annotated[int, Field(ge=1)] = 50
    max_document_bytes: Annotated[int, Field(ge=1)] = 50_000_000
    working_days: Annotated[list[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]], Field(min_length=1)] = [
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
    ]
    """the days of the week on which tasks are worked on and goods come in"""
    holidays: list[date] = []
    """days on which they are not"""
    task_due_hours: Annotated[float, Field(gt=0)] = 48
    """of working days: 48 from a Friday's noon on end at Tuesday's"""
    penalty_answer_hours: Annotated[float, Field(gt=0)] = 168
    penalty_reminder_hours: Annotated[float, Field(gt=0)] = 96
    revision_reminder_hours: Annotated[float, Field(gt=0)] = 168
    revision_reminders: Annotated[int, Field(ge=1)] = 3
    revision_lapse_hours: Annotated[float, Field(gt=0)] | None = None
    """how long a revised purchase order is awaited before the order lapses (R65); absent: for ever"""
    senior_after: Annotated[int, Field(ge=1)] | None = None
    """the revision of a purchase order from which on a senior sales officer reviews it (R4); absent: never"""
    supplier_tolerance_percent: Annotated[float, Field(ge=0, le=100)] = 5.0
    debug: bool = False
    """whether the command line shows the traceback of a defect"""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then the settings file."""
        return init_settings, env_settings, YamlConfigSettingsSource(settings_cls)

    @property
    def embedded(self) -> bool:
        """Whether the hub runs without a broker of its own."""
        return self.broker_url.startswith("embedded")

    @property
    def task_due(self) -> timedelta:
        """How long a decision may take before its task is due."""
        return timedelta(hours=self.task_due_hours)

    @property
    def revision_lapse(self) -> timedelta | None:
        """How long a revised purchase order is awaited; None: for ever."""
        return None if self.revision_lapse_hours is None else timedelta(hours=self.revision_lapse_hours)

    @property
    def calendar(self) -> Calendar:
        """The working calendar."""
        return Calendar(frozenset(map(DAYS.index, self.working_days)), frozenset(self.holidays))

    def shown(self) -> dict[str, Any]:
        """The effective settings, secrets masked."""
        shown = self.model_dump(mode="json")
        for name in ("database_url", "broker_url"):
            shown[name] = masked(shown[name])
        return shown


def masked(url: str) -> str:
    """A URL with its password hidden."""
    parts = urlsplit(url)
    if not parts.password:
        return url
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username or ''}:***@{host}"))


def load_settings(**given: Any) -> Settings:
    """The effective settings.

    Raises ConfigurationError that names the setting at fault.
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        name = "_".join(str(step) for step in fault["loc"]).upper()
        raise ConfigurationError(f"HUB_{name}: {fault['msg']}", where="environment or hub.yaml") from error

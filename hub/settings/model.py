"""The settings: what can be set, what it means, and what holds where nothing is set."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, field_validator
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from hub.messages.base import Role
from hub.partners import PenaltyTable
from hub.policies import Policy, misplaced
from hub.sagas.calendar import DAYS, Calendar
from hub.settings.file import PREFIX, settings_file
from hub.settings.forms import (
    BrokerUrl,
    Hours,
    Listed,
    ListeningPlace,
    MailAddress,
    MailboxUrl,
    MailServerUrl,
    Mapped,
    NameServer,
    NetworkName,
    Plain,
    Site,
    TaskPost,
    TimeZone,
    Weekday,
    masked,
)

EMBEDDED = "embedded://"


class Settings(BaseSettings):
    """What can be set. A variable wins over the settings file (`hub.yaml` in the working folder)."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", hide_input_in_errors=True)

    database_url: str = "sqlite+aiosqlite:///hub.sqlite"
    """the store: a SQLite file, or `postgresql+asyncpg://…`"""
    broker_url: BrokerUrl = EMBEDDED
    """the broker: the embedded one, or `amqp://…`"""
    source: Plain = "metalworks-hub"
    """CloudEvents `source` of what the hub says"""
    folder: Path = Path()
    """where `inbox/`, `outbox/`, `archive/` and `failed/` are"""
    settle_seconds: Annotated[float, Field(ge=0, le=3600)] = 2.0
    """how long a file in `inbox/` has to be unchanged before it is taken in: it may still be written"""
    partners: Annotated[list[Path], *Listed] = [Path("partners.yaml"), Path("materials.yaml")]
    """partner profiles and materials, as far as the files exist"""
    our_domain: Plain = "metalworks.example"
    """domain of our own mail addresses"""
    authserv_id: Plain = "mx.metalworks.example"
    """whose Authentication-Results we trust"""
    mail_templates: Path | None = None
    """a folder of templates that replace the hub's own in mails, a folder in it for each language (docs/email.md)"""
    mail_receipts: bool = False
    """whether customers are told by mail as soon as their order has come in, before it is reviewed"""
    mailboxes: Annotated[list[MailboxUrl], *Listed] = []
    """mailboxes that mails come into, `imaps://user:password@host/INBOX` each (docs/email.md)"""
    mailbox_poll: Annotated[float, Field(gt=0, le=1500)] = 60.0
    """seconds after which a mailbox is looked into although its server has told of nothing"""
    smtp_listen: ListeningPlace = ""
    """where mail servers hand mails over by SMTP, such as `0.0.0.0:25`; empty: nowhere (docs/email.md)"""
    smtp_recipients: Annotated[list[MailAddress], *Listed] = []
    """addresses that they may hand mails over for, with and without `+…`; empty: orders, bounces, postmaster"""
    smtp_gateways: Annotated[list[NetworkName], *Listed] = []
    """addresses or networks of our own mail servers, whose Authentication-Results count"""
    smtp_certificate: Path | None = None
    """a certificate with its chain (PEM), for STARTTLS; absent: no encryption is offered"""
    smtp_key: Path | None = None
    """the certificate's key, where that is a file of its own"""
    name_servers: Annotated[list[NameServer], *Listed] = []
    """name servers that senders are checked with, `10.0.0.53` or `10.0.0.53:5353`; empty: those of this machine"""
    arc_sealers: Annotated[list[Annotated[Plain, AfterValidator(str.lower)]], *Listed] = []
    """domains of forwarders whose ARC seals vouch for a sender that forwarding has made uncertain (docs/email.md)"""
    smtp_url: MailServerUrl | None = None
    """the server that mails go out by, `smtp://user:password@host`; absent: they are put into `outbox/`"""
    smtp_timeout: Annotated[float, Field(gt=0, le=600)] = 60.0
    """seconds that it may take for an answer; ten times that for the answer to a whole mail"""
    mail_retry_hours: Hours = 72
    """how long a mail is tried again that the server will not take now; then a person is asked"""
    mails_to_address: Annotated[int, Field(ge=1)] = 200
    """mails to one address of a partner within a day; what is beyond is kept, and a person is asked"""
    mails_in_thread: Annotated[int, Field(ge=1)] = 20
    """mails in one conversation within a day"""
    task_mails: Annotated[dict[Role, TaskPost], *Mapped] = {}
    """who is told by mail of the tasks of a role: its addresses, or `{addresses: […], language: de, people: {…}}`"""
    task_mails_an_hour: Annotated[int, Field(ge=1)] = 6
    """such mails to one role within an hour; where there are more tasks, they come in one mail"""
    console_url: Annotated[str, Field(pattern=r"^(https?://[^\s]+)?$")] = ""
    """where people decide in a browser; such mails lead there"""
    our_edi_id: Plain = "METALWORKS"
    our_edi_qualifier: Plain = "ZZ"
    deliver_to: Annotated[Site | None, *Mapped] = None
    """where suppliers deliver, as it stands in what they are sent: `{name: …, lines: […], city: …, country: …}`"""
    duplicate_days: Annotated[int, Field(ge=1, le=36_500)] = 365
    """how long the number of an interchange is remembered: the same again is a duplicate until then"""
    acknowledgment_hours: Annotated[float, Field(gt=0, le=8784)] = 24.0
    """how long a partner may take to acknowledge what it was sent by EDI, where its profile does not say"""
    http_host: Plain = "127.0.0.1"
    http_port: Annotated[int, Field(ge=0, le=65535)] = 8080
    """0: no HTTP"""
    wait_for: Annotated[float, Field(ge=0, le=2_592_000)] = 60.0
    """seconds that a message may wait for what it names and nobody knows yet"""
    retry_delays: Annotated[list[Annotated[float, Field(ge=0, le=86_400)]], *Listed] = [1, 10, 60]
    """seconds until a message that failed by a defect is tried again, each time; then it is set aside"""
    batch: Annotated[int, Field(ge=1, le=5000)] = 200
    """messages carried out in one transaction at most"""
    prefetch: Annotated[int, Field(ge=1, le=65535)] = 400
    """messages that the broker may hand out unacknowledged, for each queue"""
    publish_timeout: Annotated[float, Field(gt=0, le=3600)] = 10.0
    """seconds until a publish without the broker's confirm counts as failed"""
    delivery_limit: Annotated[int, Field(ge=1, le=1_000_000)] = 50
    max_document_bytes: Annotated[int, Field(ge=1)] = 50_000_000
    working_days: Annotated[list[Weekday], Field(min_length=1), *Listed] = ["mon", "tue", "wed", "thu", "fri"]
    """the days of the week on which tasks are worked on and goods come in"""
    holidays: Annotated[list[date], *Listed] = []
    """days on which they are not"""
    plant_timezone: TimeZone = "UTC"
    """whose day it is when dates are judged and written: an IANA name such as `Europe/Berlin`"""
    task_due_hours: Hours = 48
    """of working days: 48 from a Friday's noon on end at Tuesday's"""
    penalty_answer_hours: Hours = 168
    penalty_reminder_hours: Hours = 96
    penalty_percent: Annotated[PenaltyTable, *Mapped] = {
        "awaiting_materials": 10,
        "ready": 25,
        "scheduled": 30,
        "in_production": 70,
        "awaiting_inspection": 90,
        "defect_found": 90,
        "ready_to_ship": 100,
        "part_shipped": 100,
    }
    """what share of a line's open value cancelling costs, by the state of its work order, `unconfirmed` before there
    is one; a proposal to the sales officer (R64). A step not named costs nothing; `{}`: nothing is proposed"""
    revision_reminder_hours: Hours = 168
    revision_reminders: Annotated[int, Field(ge=1)] = 3
    revision_lapse_hours: Hours | None = None
    """how long a revised purchase order is awaited before the order lapses (R65); absent: for ever"""
    senior_after: Annotated[int, Field(ge=1)] | None = None
    """the revision of a purchase order from which on a senior sales officer reviews it (R4); absent: never"""
    supplier_answer_hours: Annotated[float, Field(gt=0)] = 48
    """how long a supplier may take to answer before it is reminded (R22)"""
    supplier_reminder_hours: Annotated[float, Field(gt=0)] = 48
    """from one reminder of a silent or late supplier to the next, or to procurement"""
    supplier_reminders: Annotated[int, Field(ge=0)] = 2
    """how often a supplier is reminded before procurement decides"""
    production_days: Annotated[int, Field(ge=0, le=1000)] = 3
    """working days from material to product, for the projected date while nothing is scheduled (R60)"""
    supplier_tolerance_percent: Annotated[float, Field(ge=0, le=100)] = 5.0
    supplier_price_tolerance_percent: Annotated[float, Field(ge=0, le=100)] = 0.0
    """by how much a supplier's price may differ from the one asked for without being a change (R20)"""
    policies: list[Policy] = []
    """answers to tasks that need no person, for all partners; those of a partner stand in its profile (R40)"""
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
        return (
            init_settings,
            env_settings,
            InitSettingsSource(settings_cls, settings_file(settings_cls.model_fields).data),
        )

    @field_validator("policies")
    @classmethod
    def _in_their_place(cls, policies: list[Policy]) -> list[Policy]:
        if fault := misplaced(policies, "settings"):
            raise ValueError(fault)
        return policies

    @property
    def embedded(self) -> bool:
        """Whether the hub runs without a broker of its own."""
        return self.broker_url.startswith("embedded")

    @property
    def taken_for(self) -> list[str]:
        """The addresses that mails may be handed over for."""
        ours = (f"{name}@{self.our_domain.lower()}" for name in ("orders", "bounces", "postmaster"))
        return self.smtp_recipients or list(ours)

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
        days = frozenset(map(DAYS.index, self.working_days))
        zone = UTC if self.plant_timezone == "UTC" else ZoneInfo(self.plant_timezone)
        return Calendar(days, frozenset(self.holidays), zone)

    def shown(self) -> dict[str, Any]:
        """The effective settings, secrets masked."""
        shown = self.model_dump(mode="json")
        for name in ("database_url", "broker_url"):
            shown[name] = masked(shown[name])
        shown["mailboxes"] = [masked(url) for url in shown["mailboxes"]]
        shown["smtp_url"] = masked(shown["smtp_url"]) if shown["smtp_url"] else None
        return shown

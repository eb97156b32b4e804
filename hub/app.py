"""The composition root: settings become a store, a bus, adapters and handlers, and these a running hub."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import TracebackType
from typing import Self

from adapters.edi.reader import EdifactReader, X12Reader
from adapters.edi.writer import EdifactWriter, X12Writer
from adapters.email.isolation import IsolatedReader
from adapters.email.listener import SmtpListener
from adapters.email.mailbox import ImapMailbox
from adapters.email.names import DnsNames, NamesSilent
from adapters.email.proof import IsolatedCheck, SenderCheck
from adapters.email.reader import EmailReader
from adapters.email.sending import SmtpServer
from adapters.email.writer import EmailWriter
from adapters.folders import Folders
from hub.bus.embedded import EmbeddedBus
from hub.bus.rabbit import RabbitBus
from hub.bus.relay import Relay
from hub.bus.topology import Bus, Consumer
from hub.errors import ConfigurationError
from hub.handlers import dead, materials, orders, production
from hub.handlers.acknowledgments import Silence
from hub.handlers.asking import make_token
from hub.handlers.correspondence import Correspondence
from hub.handlers.intake import Intake
from hub.handlers.mail_door import MailDoor
from hub.handlers.mail_room import MailRoom
from hub.handlers.notifier import Notifier, Post
from hub.handlers.post_room import PostRoom
from hub.handlers.postman import Postman, Terms
from hub.listening import host_and_port, is_within, network
from hub.mail_server import mail_server_address
from hub.mailboxes import mailbox_address
from hub.partners import Partner, Partners, PenaltyTable, load_partners
from hub.policies import Policies
from hub.ports import Context, Explainer, Reader, Transport, Writer
from hub.sagas.case import Agreed, CustomerTerms, Rules, SupplierOffer, SupplierTimes
from hub.settings import Settings
from hub.store.database import Database
from hub.store.lease import FileLease, PostgresLease
from hub.store.migrate import migrate
from hub.store.opening import open_stock
from hub.store.relearning import learn_once
from hub.store.sweeper import Sweeper
from hub.store.unit_of_work import UnitOfWork

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


def partners_of(settings: Settings) -> Partners:
    """The partner and material files that exist. Raises ConfigurationError with file and line."""
    paths = (path if path.is_absolute() else settings.folder / path for path in settings.partners)
    return load_partners(*(path for path in paths if path.exists()))


def rules_of(settings: Settings, partners: Partners) -> Rules:
    """What the process depends on, from settings and partner files."""
    suppliers = {partner.id: partner for partner in partners.all.values() if partner.role == "supplier"}
    return Rules(
        calendar=settings.calendar,
        task_due=settings.task_due,
        penalty_answer=timedelta(hours=settings.penalty_answer_hours),
        penalty_reminder=timedelta(hours=settings.penalty_reminder_hours),
        penalty_percent=_exact(settings.penalty_percent),
        penalty_percent_of={
            key: _exact(each.penalty_percent) for key, each in partners.all.items() if each.penalty_percent is not None
        },
        currencies={key: each.currency for key, each in partners.all.items() if each.currency},
        revision_reminder=timedelta(hours=settings.revision_reminder_hours),
        revision_reminders=settings.revision_reminders,
        revision_lapse=settings.revision_lapse,
        senior_after=settings.senior_after,
        production_days=settings.production_days,
        supplier_answer=timedelta(hours=settings.supplier_answer_hours),
        supplier_reminder=timedelta(hours=settings.supplier_reminder_hours),
        supplier_reminders=settings.supplier_reminders,
        supplier_times={key: _times_of(settings, each) for key, each in suppliers.items()},
        supplier_tolerance_percent=settings.supplier_tolerance_percent,
        supplier_price_tolerance_percent=settings.supplier_price_tolerance_percent,
        tolerance_percent={
            key: each.tolerance_percent for key, each in suppliers.items() if each.tolerance_percent is not None
        },
        part_shipments=frozenset(each.id for each in partners.all.values() if each.part_shipments),
        suppliers=frozenset(suppliers),
        terms={each.id: terms_of(each) for each in partners.all.values() if each.role == "customer"},
        offers={
            material.id: tuple(
                SupplierOffer(
                    supplier_id=offer.supplier,
                    name=suppliers[offer.supplier].name if offer.supplier in suppliers else offer.supplier,
                    lead_time_days=offer.lead_time_days,
                    price=offer.price,
                    currency=offer.currency,
                    minimum=offer.minimum,
                )
                for offer in material.suppliers
            )
            for material in partners.materials.values()
        },
    )


def _times_of(settings: Settings, supplier: Partner) -> SupplierTimes:
    reminders = settings.supplier_reminders if supplier.reminders is None else supplier.reminders
    return SupplierTimes(
        answer=timedelta(hours=supplier.answer_hours or settings.supplier_answer_hours),
        reminder=timedelta(hours=supplier.reminder_hours or settings.supplier_reminder_hours),
        reminders=reminders,
    )


def _exact(table: PenaltyTable) -> dict[str, Decimal]:
    return {step: Decimal(str(percent)) for step, percent in table.items()}


def terms_of(customer: Partner) -> CustomerTerms:
    """What is agreed with a customer."""
    prices = {each.part: Agreed(each.price, each.basis) for each in customer.prices}
    return CustomerTerms(customer.currency, prices, customer.parts)


def policies_of(settings: Settings, partners: Partners) -> Policies:
    """The policies of profiles and settings. Raises ConfigurationError when two share a name."""
    of_partners = {each.id: tuple(each.policies) for each in partners.all.values() if each.policies}
    seen: set[str] = set()
    for owner, policies in (*of_partners.items(), ("the settings", settings.policies)):
        for policy in policies:
            if policy.name in seen:
                raise ConfigurationError(f"two policies are called {policy.name}", where=owner)
            seen.add(policy.name)
    return Policies(of_partners, tuple(settings.policies))


def readers(settings: Settings, *, ours_only: bool = True) -> tuple[Reader, ...]:
    """The readers of documents, in the order in which they are asked; with ``ours_only`` others' mail is refused."""
    edi = _edi_readers(settings, ours_only)
    return (*edi, EmailReader(edi))


@contextmanager
def isolated_readers(settings: Settings) -> Iterator[tuple[Reader, ...]]:
    """The readers of documents, of which mails are read in a process of its own, which ends with the block."""
    edi = _edi_readers(settings, ours_only=True)
    mail = IsolatedReader(EmailReader(edi))
    try:
        yield (*edi, mail)
    finally:
        mail.close()


def _edi_readers(settings: Settings, ours_only: bool) -> tuple[Reader, ...]:
    ours = [settings.our_edi_id] if ours_only else []
    return X12Reader(ours), EdifactReader(ours)


def explainers(settings: Settings) -> tuple[Explainer, ...]:
    """What says of documents with segments, segment by segment, how they are read."""
    ours = [settings.our_edi_id]
    return X12Reader(ours), EdifactReader(ours)


def writers(settings: Settings) -> dict[str, Writer]:
    """The writers of documents, by channel."""
    ours = settings.our_edi_id, settings.our_edi_qualifier
    return {"x12": X12Writer(*ours), "edifact": EdifactWriter(*ours), "email": mail_writer(settings)}


def mail_writer(settings: Settings) -> EmailWriter:
    """The writer of mails, with the user's templates. Raises ConfigurationError when one of them is wrong."""
    folder = settings.mail_templates
    return EmailWriter(templates=settings.folder / folder if folder else None)


def mailboxes_of(settings: Settings) -> list[ImapMailbox]:
    """The mailboxes that the settings name, not connected yet."""
    return [ImapMailbox(each.name, **asdict(each)) for each in map(mailbox_address, settings.mailboxes)]


def names_of(settings: Settings) -> DnsNames:
    """The name servers that senders are checked with."""
    return DnsNames(tuple(host_and_port(server, 53) for server in settings.name_servers))


def names_answer(settings: Settings) -> bool:
    """Whether they answer; asks about our own domain, and blocks."""
    try:
        names_of(settings).look_up(settings.our_domain, "MX")
    except NamesSilent:
        return False
    return True


def sender_check_of(settings: Settings) -> IsolatedCheck:
    """What finds out who sent a mail that comes to the hub itself."""
    return IsolatedCheck(SenderCheck(settings.authserv_id, names_of(settings)))


def listener_of(settings: Settings, now: Clock = utc_now) -> SmtpListener | None:
    """The place where mail servers hand mails over, if there is to be one."""
    if not settings.smtp_listen:
        return None
    host, port = host_and_port(settings.smtp_listen)
    gateways = tuple(map(network, settings.smtp_gateways))
    certificate, key = (
        path if path is None or path.is_absolute() else settings.folder / path
        for path in (settings.smtp_certificate, settings.smtp_key)
    )
    return SmtpListener(
        host,
        port,
        hostname=settings.authserv_id,
        recipients=settings.taken_for,
        believed=lambda address: is_within(address, gateways),
        limit=settings.max_document_bytes,
        now=now,
        check=sender_check_of(settings),
        certificate=certificate,
        key=key,
    )


def mail_server_of(settings: Settings) -> SmtpServer | None:
    """The server that mails go out by, not connected yet; None: they go into the outbox folder."""
    if settings.smtp_url is None:
        return None
    found = mail_server_address(settings.smtp_url)
    return SmtpServer(found.name, **asdict(found), our_domain=settings.our_domain, timeout=settings.smtp_timeout)


def context_of(settings: Settings, partners: Partners, today: str) -> Context:
    """What readers may know beside a document."""
    return Context(partners, our_domain=settings.our_domain, authserv_id=settings.authserv_id, today=today)


@dataclass(slots=True)
class Hub:
    """A hub, put together. Enter it to run it; leaving it stops it and loses nothing."""

    settings: Settings
    database: Database
    bus: Bus
    partners: Partners
    work: UnitOfWork
    relay: Relay
    sweeper: Sweeper
    lease: FileLease | PostgresLease
    intake: Intake
    correspondence: Correspondence
    post_room: PostRoom
    mail_room: MailRoom
    mail_door: MailDoor | None
    """where mail servers hand mails over, if anywhere"""
    postman: Postman | None
    """carries mails to a mail server, where one is set"""
    notifier: Notifier | None
    """tells people of tasks, where that was asked for"""
    transport: Transport
    consumers: tuple[Consumer, ...]
    mail: IsolatedReader | None
    """reads mails in a process of its own, where that was asked for"""

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def _start(self) -> None:
        if isinstance(self.lease, FileLease):
            self.lease.take()
        await migrate(self.database)
        await open_stock(self.database, self.partners)
        await learn_once(self.database, self.settings.calendar)
        self.transport.prepare()
        await self.work.start()
        await self.correspondence.batcher.start()
        await self.bus.start(self.consumers)
        await self.relay.start()
        await self.sweeper.start()
        await self.post_room.start()
        await self.mail_room.start()
        if self.mail_door is not None:
            await self.mail_door.start()
        for each in (self.postman, self.notifier):
            if each is not None:
                await each.start()

    @property
    def working(self) -> bool:
        """Whether all that was started still runs; when not, a defect has ended it and a new process is better."""
        batchers = self.work.working and self.correspondence.batcher.working
        rooms = self.post_room.working and self.mail_room.working
        rooms = rooms and (self.mail_door is None or self.mail_door.working)
        rooms = rooms and all(each is None or each.working for each in (self.postman, self.notifier))
        return batchers and self.relay.working and self.sweeper.working and rooms

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.mail_door is not None:
            await self.mail_door.stop()
        for each in (self.notifier, self.postman):
            if each is not None:
                await each.stop()
        await self.mail_room.stop()
        await self.post_room.stop()
        if self.mail is not None:
            self.mail.close()
        await self.sweeper.stop()
        await self.relay.stop()
        await self.bus.stop()
        await self.correspondence.batcher.stop()
        await self.work.stop()
        await self.lease.release()
        if isinstance(self.lease, PostgresLease):
            with suppress(OSError):
                await self.lease.close()
        await self.database.close()


@dataclass(frozen=True, slots=True)
class World:
    """What surrounds a hub: its store, its broker, what carries its documents, and its source of secrets."""

    database: Database
    bus: Bus
    transport: Transport
    make_token: Callable[[], str] = make_token


def world_of(settings: Settings, now: Clock, partners: Callable[[], Partners]) -> World:
    """The world that the settings name. Raises ConfigurationError."""
    database = Database(settings.database_url)
    folders = Folders(settings.folder, partners, settle=settings.settle_seconds)
    if settings.embedded:
        return World(database, EmbeddedBus(), folders)
    bus = RabbitBus(
        settings.broker_url,
        prefetch=settings.prefetch,
        timeout=settings.publish_timeout,
        delivery_limit=settings.delivery_limit,
    )
    bus.take_dead(dead.handler(database, now))
    return World(database, bus, folders)


def build(settings: Settings, now: Clock = utc_now, world: World | None = None, *, isolated: bool = False) -> Hub:
    """Put a hub together, in the world that the settings name or in the one given.

    With ``isolated`` it reads mails in a process that it can end. Raises ConfigurationError.
    """
    partners = partners_of(settings)
    rules, policies = rules_of(settings, partners), policies_of(settings, partners)
    world = world or world_of(settings, now, lambda: partners)
    database, bus, transport = world.database, world.bus, world.transport
    lease = FileLease(database) if database.sqlite else PostgresLease(database)
    relay = Relay(database, bus, lease, now, poll=0.025 if settings.embedded else 0.25)
    source, committed = settings.source, relay.wake
    calendar = settings.calendar

    def there() -> datetime:
        """The time at the plant: documents bear its date."""
        return now().astimezone(calendar.zone)

    work = UnitOfWork(
        database,
        lambda: rules,
        now,
        source=source,
        policies=lambda: policies,
        batch=settings.batch,
        wait_for=settings.wait_for,
        delays=settings.retry_delays,
        committed=committed,
    )
    edi = _edi_readers(settings, ours_only=True)
    mail = IsolatedReader(EmailReader(edi)) if isolated else None
    intake = Intake(
        database,
        (*edi, mail or EmailReader(edi)),
        lambda: context_of(settings, partners, calendar.day(now()).isoformat()),
        lambda: rules,
        there,
        source=source,
        limit=settings.max_document_bytes,
        remember=timedelta(days=settings.duplicate_days),
        committed=committed,
    )
    postman = _postman(settings, database, lambda: rules, now, committed)
    post_room = PostRoom(database, intake, transport, now, source=source, mails=postman is None)
    mail_room = MailRoom(mailboxes_of(settings), intake, every=settings.mailbox_poll)
    listener = listener_of(settings, now)

    def written() -> None:
        relay.wake()
        post_room.wake()
        if postman is not None:
            postman.wake()

    correspondence = Correspondence(
        database,
        writers(settings),
        lambda: partners,
        there,
        source=source,
        our_domain=settings.our_domain,
        acknowledgment_hours=settings.acknowledgment_hours,
        delays=settings.retry_delays,
        make_token=world.make_token,
        committed=written,
    )
    silence = Silence(database, lambda: partners, lambda: rules, now, source=source, committed=relay.wake)
    told = correspondence.batcher.carry_out
    sweeper = Sweeper(database, work, now, source=source, told=told, silence=silence.break_it)
    consumers = (
        orders.consumer(work),
        production.consumer(work),
        materials.consumer(work),
        correspondence.consumer(),
    )
    return Hub(
        settings,
        database,
        bus,
        partners,
        work,
        relay,
        sweeper,
        lease,
        intake,
        correspondence,
        post_room,
        mail_room,
        MailDoor(listener, intake) if listener else None,
        postman,
        _notifier(settings, database, now, written),
        transport,
        consumers,
        mail,
    )


def _postman(
    settings: Settings, database: Database, rules: Callable[[], Rules], now: Clock, committed: Callable[[], None]
) -> Postman | None:
    server = mail_server_of(settings)
    if server is None:
        return None
    terms = Terms(
        retry=timedelta(hours=settings.mail_retry_hours),
        to_address=settings.mails_to_address,
        in_thread=settings.mails_in_thread,
    )
    return Postman(database, server, rules, now, source=settings.source, terms=terms, committed=committed)


def _notifier(settings: Settings, database: Database, now: Clock, committed: Callable[[], None]) -> Notifier | None:
    if not settings.task_mails:
        return None
    return Notifier(
        database,
        mail_writer(settings).tasks,
        now,
        posts={role: Post(tuple(post.addresses), post.language) for role, post in settings.task_mails.items()},
        per_hour=settings.task_mails_an_hour,
        our_domain=settings.our_domain,
        console_url=settings.console_url,
        committed=committed,
    )

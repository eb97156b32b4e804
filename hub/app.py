"""The composition root: settings become a store, a bus, adapters and handlers, and these a running hub."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Protocol, Self

from adapters.edi import reference as edi_reference
from adapters.edi.reader import EdifactReader, X12Reader
from adapters.edi.writer import EdifactWriter, X12Writer
from adapters.email.isolation.reader import IsolatedReader
from adapters.email.reader import EmailReader
from adapters.email.receiving.listener import SmtpListener
from adapters.email.receiving.mailbox import ImapMailbox
from adapters.email.sender.names import DnsNames, NamesSilent
from adapters.email.sender.proof import IsolatedCheck, SenderCheck
from adapters.email.sending.smtp import SmtpServer
from adapters.email.sending.writer import EmailWriter
from adapters.folders import Folders
from hub.bus.embedded import EmbeddedBus
from hub.bus.rabbit import RabbitBus
from hub.bus.relay import Relay
from hub.bus.topology import Bus, Consumer
from hub.configuration import partners_of, policies_of, rules_of
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
from hub.handlers.reissue import Reissue
from hub.handlers.scribe import Scribe
from hub.handlers.study import Study
from hub.listening import host_and_port, is_within, network
from hub.mail_accounts import mail_server_account, mailbox_address
from hub.partners import Partners
from hub.ports import Context, Explainer, Reader, Student, Transport, Writer
from hub.sagas.case import Rules
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


@contextmanager
def isolated_student(settings: Settings) -> Iterator[Student]:
    """What learns from corrected mails, in a process of its own, which ends with the block."""
    mail = IsolatedReader(EmailReader(_edi_readers(settings, ours_only=True)))
    try:
        yield mail
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


def adapter_pages() -> dict[str, str]:
    """The pages that follow from the adapters' code, by their names in the folder of the documentation."""
    return edi_reference.files()


def mail_writer(settings: Settings) -> EmailWriter:
    """The writer of mails, with the user's templates. Raises ConfigurationError when one of them is wrong."""
    folder = settings.mail_templates
    return EmailWriter(receipts=settings.mail_receipts, templates=settings.folder / folder if folder else None)


def mailboxes_of(settings: Settings) -> list[ImapMailbox]:
    """The mailboxes that the settings name, not connected yet."""
    return [
        ImapMailbox(each.name, each.account, folder=each.folder, processed=each.processed, failed=each.failed)
        for each in map(mailbox_address, settings.mailboxes)
    ]


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
    return IsolatedCheck(SenderCheck(settings.authserv_id, names_of(settings), frozenset(settings.arc_sealers)))


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
    account = mail_server_account(settings.smtp_url)
    return SmtpServer(account, our_domain=settings.our_domain, timeout=settings.smtp_timeout)


def context_of(settings: Settings, partners: Partners, today: str) -> Context:
    """What readers may know beside a document."""
    return Context(partners, our_domain=settings.our_domain, authserv_id=settings.authserv_id, today=today)


def context_now(settings: Settings, partners: Partners, now: Clock) -> Callable[[], Context]:
    """The same as of the day on which it is asked for."""
    return lambda: context_of(settings, partners, settings.calendar.day(now()).isoformat())


class Room(Protocol):
    """A part of the hub that works by itself from its start on."""

    async def start(self) -> None:
        """Begin."""
        ...

    async def stop(self) -> None:
        """End, and lose nothing."""
        ...

    @property
    def working(self) -> bool:
        """Whether it runs; when it does not, a defect has ended it."""
        ...


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
    study: Study
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

    @property
    def _rooms(self) -> tuple[Room, ...]:
        """What works by itself, in the order in which it starts; it stops the other way round."""
        rooms = (
            self.relay,
            self.sweeper,
            self.post_room,
            self.mail_room,
            self.study,
            self.postman,
            self.notifier,
            self.mail_door,
        )
        return tuple(room for room in rooms if room is not None)

    @property
    def _batchers(self) -> tuple[Room, ...]:
        return self.work, self.correspondence.batcher

    async def _start(self) -> None:
        if isinstance(self.lease, FileLease):
            self.lease.take()
        await migrate(self.database)
        await open_stock(self.database, self.partners)
        await learn_once(self.database, self.settings.calendar)
        self.transport.prepare()
        for batcher in self._batchers:
            await batcher.start()
        await self.bus.start(self.consumers)
        for room in self._rooms:
            await room.start()

    @property
    def working(self) -> bool:
        """Whether all that was started still runs; when not, a defect has ended it and a new process is better."""
        return all(each.working for each in (*self._batchers, *self._rooms))

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is GeneratorExit:  # thrown away together with its loop: nothing can be waited for any more
            return
        async with AsyncExitStack() as last:
            last.push_async_callback(self.database.close)
            last.push_async_callback(self.lease.close)
            for batcher in self._batchers:
                last.push_async_callback(batcher.stop)
            last.push_async_callback(self.bus.stop)
            if self.mail is not None:
                last.callback(self.mail.close)
            for room in self._rooms:
                last.push_async_callback(room.stop)


def at_the_plant(settings: Settings, now: Clock) -> Clock:
    """The time there: documents bear its date."""
    return lambda: now().astimezone(settings.calendar.zone)


def intake_of(
    settings: Settings,
    database: Database,
    given: tuple[Reader, ...],
    partners: Partners,
    rules: Callable[[], Rules],
    now: Clock = utc_now,
    *,
    committed: Callable[[], None] = lambda: None,
) -> Intake:
    """The way in for documents, which the readers given read."""
    return Intake(
        database,
        given,
        context_now(settings, partners, now),
        rules,
        at_the_plant(settings, now),
        source=settings.source,
        limit=settings.max_document_bytes,
        remember=timedelta(days=settings.duplicate_days),
        committed=committed,
    )


def scribe_of(
    settings: Settings, partners: Partners, now: Clock = utc_now, make_token: Callable[[], str] = make_token
) -> Scribe:
    """What writes to partners what they are told of."""
    return Scribe(
        writers(settings),
        lambda: partners,
        at_the_plant(settings, now),
        our_domain=settings.our_domain,
        acknowledgment_hours=settings.acknowledgment_hours,
        make_token=make_token,
    )


def reissue_of(settings: Settings, database: Database, partners: Partners, rules: Callable[[], Rules]) -> Reissue:
    """What writes documents anew that did not do."""
    return Reissue(database, scribe_of(settings, partners), rules, utc_now, source=settings.source)


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
    reader = mail or EmailReader(edi)
    given = (*edi, reader)
    intake = intake_of(settings, database, given, partners, lambda: rules, now, committed=committed)
    postman = _postman(settings, database, lambda: rules, now, committed)
    post_room = PostRoom(database, intake, transport, now, source=source, mails=postman is None)
    mail_room = MailRoom(mailboxes_of(settings), intake, every=settings.mailbox_poll)
    study = Study(database, reader, context_now(settings, partners, now), now)
    listener = listener_of(settings, now)

    def written() -> None:
        relay.wake()
        post_room.wake()
        if postman is not None:
            postman.wake()

    correspondence = Correspondence(
        database,
        scribe_of(settings, partners, now, world.make_token),
        at_the_plant(settings, now),
        source=source,
        delays=settings.retry_delays,
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
        study,
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
        posts={
            role: Post(tuple(post.addresses), post.language, post.people) for role, post in settings.task_mails.items()
        },
        per_hour=settings.task_mails_an_hour,
        our_domain=settings.our_domain,
        zone=settings.calendar.zone,
        console_url=settings.console_url,
        committed=committed,
    )

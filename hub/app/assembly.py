"""The composition root: settings become a store, a bus, adapters and handlers, and these a hub."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hub.app.adapters import edi_readers, folders_of, isolated_mail_reader, listener_of, mail_reader, mailboxes_of
from hub.app.clock import Clock, utc_now
from hub.app.parts import at_the_plant, context_now, intake_of, notifier_of, postman_of, scribe_of
from hub.app.profiles import Profiles
from hub.app.running import Hub
from hub.bus.embedded import EmbeddedBus
from hub.bus.rabbit import RabbitBus
from hub.bus.relay import Relay
from hub.bus.topology import Bus
from hub.handlers import dead, materials, orders, production
from hub.handlers.correspondence import Correspondence
from hub.handlers.incoming.acknowledgments import Silence
from hub.handlers.incoming.mail_door import MailDoor
from hub.handlers.incoming.mail_room import MailRoom
from hub.handlers.incoming.study import Study
from hub.handlers.outgoing.asking import make_token
from hub.handlers.post_room import PostRoom
from hub.partners import Partners
from hub.ports import Transport
from hub.settings import Settings
from hub.store.database import Database
from hub.store.lease import FileLease, PostgresLease
from hub.store.sweeper import Sweeper
from hub.store.unit_of_work import UnitOfWork


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
    folders = folders_of(settings, partners)
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
    profiles = Profiles(settings)
    partners, rules = profiles.partners, profiles.rules
    world = world or world_of(settings, now, partners)
    database, source = world.database, settings.source
    lease = FileLease(database) if database.sqlite else PostgresLease(database)
    relay = Relay(database, world.bus, lease, now, poll=0.025 if settings.embedded else 0.25)
    work = UnitOfWork(
        database,
        rules,
        now,
        source=source,
        policies=profiles.policies,
        batch=settings.batch,
        wait_for=settings.wait_for,
        delays=settings.retry_delays,
        committed=relay.wake,
    )

    isolated_mail = isolated_mail_reader(settings) if isolated else None
    mail = isolated_mail or mail_reader(settings)
    read_by = (*edi_readers(settings), mail)
    intake = intake_of(settings, database, read_by, partners, rules, now, committed=relay.wake)
    listener = listener_of(settings, now)
    postman = postman_of(settings, database, rules, now, relay.wake)
    post_room = PostRoom(database, intake, world.transport, now, source=source, mails=postman is None)

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
    silence = Silence(database, partners, rules, now, source=source, committed=relay.wake)
    return Hub(
        settings=settings,
        database=database,
        bus=world.bus,
        transport=world.transport,
        profiles=profiles,
        work=work,
        relay=relay,
        lease=lease,
        sweeper=Sweeper(
            database, work, now, source=source, told=correspondence.batcher.carry_out, silence=silence.break_it
        ),
        intake=intake,
        mail=isolated_mail,
        mail_room=MailRoom(mailboxes_of(settings), intake, every=settings.mailbox_poll),
        mail_door=MailDoor(listener, intake) if listener else None,
        post_room=post_room,
        postman=postman,
        correspondence=correspondence,
        notifier=notifier_of(settings, database, now, written),
        study=Study(database, mail, context_now(settings, partners, now), now, source=source),
        consumers=(
            orders.consumer(work),
            production.consumer(work),
            materials.consumer(work),
            correspondence.consumer(),
        ),
    )

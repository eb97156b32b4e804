"""The parts of a hub that its settings alone do not make: what takes documents in, writes, carries and tells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from hub.app.adapters import mail_server_of, mail_writer, writers
from hub.app.clock import Clock, utc_now
from hub.handlers.incoming.intake import Intake
from hub.handlers.outgoing.asking import make_token
from hub.handlers.outgoing.notifier import Notifier, Post
from hub.handlers.outgoing.postman import Postman, Terms
from hub.handlers.outgoing.reissue import Reissue
from hub.handlers.outgoing.scribe import Scribe
from hub.partners import Partners
from hub.ports import Context, Reader
from hub.sagas.case import Rules
from hub.settings import Settings
from hub.store.database import Database


def context_of(settings: Settings, partners: Partners, today: str) -> Context:
    """What readers may know beside a document."""
    return Context(partners, our_domain=settings.our_domain, authserv_id=settings.authserv_id, today=today)


def context_now(settings: Settings, partners: Callable[[], Partners], now: Clock) -> Callable[[], Context]:
    """The same as of the moment at which it is asked for."""
    return lambda: context_of(settings, partners(), settings.calendar.day(now()).isoformat())


def at_the_plant(settings: Settings, now: Clock) -> Clock:
    """The time there: documents bear its date."""
    return lambda: now().astimezone(settings.calendar.zone)


def intake_of(
    settings: Settings,
    database: Database,
    given: tuple[Reader, ...],
    partners: Callable[[], Partners],
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
    settings: Settings,
    partners: Callable[[], Partners],
    now: Clock = utc_now,
    make_token: Callable[[], str] = make_token,
) -> Scribe:
    """What writes to partners what they are told of."""
    return Scribe(
        writers(settings),
        partners,
        at_the_plant(settings, now),
        our_domain=settings.our_domain,
        acknowledgment_hours=settings.acknowledgment_hours,
        make_token=make_token,
    )


def reissue_of(
    settings: Settings, database: Database, partners: Callable[[], Partners], rules: Callable[[], Rules]
) -> Reissue:
    """What writes documents anew that did not do."""
    return Reissue(database, scribe_of(settings, partners), rules, utc_now, source=settings.source)


def postman_of(
    settings: Settings, database: Database, rules: Callable[[], Rules], now: Clock, committed: Callable[[], None]
) -> Postman | None:
    """What carries mails to the mail server, where one is set."""
    server = mail_server_of(settings)
    if server is None:
        return None
    terms = Terms(
        retry=timedelta(hours=settings.mail_retry_hours),
        to_address=settings.mails_to_address,
        in_thread=settings.mails_in_thread,
    )
    return Postman(database, server, rules, now, source=settings.source, terms=terms, committed=committed)


def notifier_of(settings: Settings, database: Database, now: Clock, committed: Callable[[], None]) -> Notifier | None:
    """What tells people of tasks, where that was asked for."""
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

"""What a hub measures, for Prometheus: counted as it happens, the rest read from the store when asked."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from hub.app import Hub
from hub.errors import StoreUnavailable
from hub.store.batch import Fate, Item
from hub.store.deliveries import figures
from hub.store.queries import conditions

SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Meter:
    """The figures of one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._messages = Counter(
            "hub_messages",
            "Messages carried out, by type and what became of them",
            ("type", "outcome"),
            registry=self.registry,
        )
        self._size = Histogram(
            "hub_batch_messages", "Messages carried out in one transaction", buckets=SIZES, registry=self.registry
        )
        self._seconds = Histogram(
            "hub_batch_seconds", "Seconds that a transaction took", buckets=SECONDS, registry=self.registry
        )
        self._outbox = Gauge(
            "hub_outbox_unsent", "Messages in the outbox that are yet to be sent", registry=self.registry
        )
        self._waiting = Gauge(
            "hub_messages_waiting", "Messages that name something not known yet", registry=self.registry
        )
        self._failed = Gauge(
            "hub_messages_failed", "Messages set aside that nobody has dealt with", registry=self.registry
        )
        self._silence = Gauge(
            "hub_edi_acknowledgments",
            "Documents sent by EDI whose acknowledgment is awaited, or overdue and not dealt with",
            ("state",),
            registry=self.registry,
        )
        self._tasks = Gauge("hub_tasks_open", "Open tasks, by role", ("role",), registry=self.registry)
        self._reached = Gauge("hub_mailbox_up", "Whether a mailbox is reached", ("mailbox",), registry=self.registry)
        self._mails = Gauge(
            "hub_mailbox_mails_taken", "Mails taken in since the hub began", ("mailbox",), registry=self.registry
        )
        self._stuck = Gauge(
            "hub_mailbox_mails_waiting",
            "Mails in a mailbox that could not be taken in and are tried again",
            ("mailbox",),
            registry=self.registry,
        )
        self._handed = Gauge(
            "hub_smtp_mails",
            "Mails handed over by SMTP since the hub began: taken in, or to be sent again",
            ("outcome",),
            registry=self.registry,
        )
        self._server = Gauge(
            "hub_mail_server_up", "Whether the mail server is reached", ("server",), registry=self.registry
        )
        self._carried = Gauge(
            "hub_mails_sent",
            "Mails that the mail server has taken since the hub began",
            ("server",),
            registry=self.registry,
        )
        self._unsent = Gauge("hub_mails_unsent", "Mails that wait to be sent", registry=self.registry)
        self._kept = Gauge(
            "hub_mails_undeliverable", "Mails that cannot be sent and wait for a person", registry=self.registry
        )
        self._store = Gauge("hub_store_up", "Whether the database answers", registry=self.registry)

    def observe(self, items: Sequence[Item], fates: Sequence[Fate], seconds: float) -> None:
        """Count a batch."""
        for item, fate in zip(items, fates, strict=True):
            kind = item.letter.envelope.type if item.letter else "unreadable"
            self._messages.labels(kind, "repeated" if fate.repeated else fate.outcome).inc()
        self._size.observe(len(items))
        self._seconds.observe(seconds)

    async def text(self, hub: Hub, *, started: bool) -> bytes:
        """Everything, in Prometheus' text form; before the hub has started, the store may have no tables yet."""
        if hub.mail_door is not None:
            self._handed.labels("taken").set(hub.mail_door.doing.taken)
            self._handed.labels("put_off").set(hub.mail_door.doing.put_off)
        if hub.postman is not None:
            self._server.labels(hub.postman.name).set(hub.postman.condition.reached)
            self._carried.labels(hub.postman.name).set(hub.postman.condition.sent)
        for name, condition in hub.mail_room.conditions.items():
            self._reached.labels(name).set(condition.reached)
            self._mails.labels(name).set(condition.taken)
            self._stuck.labels(name).set(condition.waiting)
        if not started:
            self._store.set(0)
            return generate_latest(self.registry)
        try:
            found = await conditions(hub.database)
            unsent, kept = await figures(hub.database)
        except StoreUnavailable:
            self._store.set(0)
            return generate_latest(self.registry)
        self._store.set(1)
        self._outbox.set(found["outbox"])
        self._unsent.set(unsent)
        self._kept.set(kept)
        self._waiting.set(found["waiting"])
        self._failed.set(found["failed"])
        for state, count in found["acknowledgments"].items():
            self._silence.labels(state).set(count)
        self._tasks.clear()
        for role, count in found["open_tasks"].items():
            self._tasks.labels(role).set(count)
        return generate_latest(self.registry)

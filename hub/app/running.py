"""A hub: its parts started in their order, and stopped so that nothing is lost."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

from adapters.email.isolation.reader import IsolatedReader
from hub.app.profiles import Profiles
from hub.bus.relay import Relay
from hub.bus.topology import Bus, Consumer
from hub.handlers.correspondence import Correspondence
from hub.handlers.incoming.intake import Intake
from hub.handlers.incoming.mail_door import MailDoor
from hub.handlers.incoming.mail_room import MailRoom
from hub.handlers.incoming.study import Study
from hub.handlers.outgoing.notifier import Notifier
from hub.handlers.outgoing.postman import Postman
from hub.handlers.post_room import PostRoom
from hub.partners import Partners
from hub.ports import Transport
from hub.settings import Settings
from hub.store.database import Database
from hub.store.lease import FileLease, PostgresLease
from hub.store.migrate import migrate
from hub.store.opening import open_stock
from hub.store.relearning import learn_once
from hub.store.sweeper import Sweeper
from hub.store.unit_of_work import UnitOfWork


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


@dataclass(slots=True, kw_only=True)
class Hub:
    """A hub, put together. Enter it to run it; leaving it stops it and loses nothing."""

    settings: Settings
    database: Database
    bus: Bus
    transport: Transport
    profiles: Profiles
    """partners, materials and policies, as their files say"""
    work: UnitOfWork
    relay: Relay
    lease: FileLease | PostgresLease
    sweeper: Sweeper
    intake: Intake
    mail: IsolatedReader | None
    """reads mails in a process of its own, where that was asked for"""
    mail_room: MailRoom
    mail_door: MailDoor | None
    """where mail servers hand mails over, if anywhere"""
    post_room: PostRoom
    postman: Postman | None
    """carries mails to a mail server, where one is set"""
    correspondence: Correspondence
    notifier: Notifier | None
    """tells people of tasks, where that was asked for"""
    study: Study
    consumers: tuple[Consumer, ...]

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
            self.profiles,
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
        await open_stock(self.database, self.profiles.partners())
        await learn_once(self.database, self.settings.calendar)
        self.transport.prepare(self.profiles.partners())
        self.profiles.tell(self._take_up)
        for batcher in self._batchers:
            await batcher.start()
        await self.bus.start(self.consumers)
        for room in self._rooms:
            await room.start()

    async def _take_up(self, partners: Partners) -> None:
        """Be ready for partners and materials that are new."""
        await open_stock(self.database, partners)
        await asyncio.to_thread(self.transport.prepare, partners)

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

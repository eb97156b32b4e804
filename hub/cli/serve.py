"""`hub serve`: a hub that runs until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

from hub.background import pause
from hub.cli.common import example
from hub.errors import BrokerUnavailable, PartEnded, StoreUnavailable
from hub.settings import Settings, load_settings, masked
from hub.store.database import Database

log = logging.getLogger("hub")
FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
FIRST, LONGEST = 1.0, 8.0
"""seconds until the database or the broker is tried again: the first time, and at most"""
WATCH = 1.0


@example(
    "HUB_BROKER_URL=amqp://localhost HUB_DATABASE_URL=postgresql+asyncpg://localhost/hub hub serve",
)
def serve() -> None:
    """Run the hub until it is stopped (^C, SIGTERM): it then ends the work in hand and loses nothing.

    Settings are HUB_* variables or hub.yaml (`hub settings` shows them). HTTP has /health/live, /health/ready,
    /metrics and /asyncapi.json.
    """
    logging.basicConfig(force=True, level=logging.WARNING, format=FORMAT)
    log.setLevel(logging.INFO)
    start(serve_until_told(load_settings()))


def start(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine, on uvloop where there is one."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(work)
    else:
        uvloop.run(work)


async def serve_until_told(settings: Settings, stop: asyncio.Event | None = None) -> None:
    """Serve until ``stop`` is set, by SIGTERM or ^C too. Raises HubError when there is no way to serve."""
    stop = stop or asyncio.Event()
    loop = asyncio.get_running_loop()
    for interruption in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(interruption, stop.set)
    while not stop.is_set():
        try:
            await _serve(settings, stop)
        except (BrokerUnavailable, StoreUnavailable) as error:
            if isinstance(error, StoreUnavailable) and Database(settings.database_url).sqlite:
                raise
            log.warning("%s; trying again in %.0f s", error, LONGEST)
            await pause(LONGEST, until=stop)
    log.info("stopped")


async def _serve(settings: Settings, stop: asyncio.Event) -> None:
    from hub.app import build
    from hub.bus.rabbit import RabbitBus
    from hub.store.lease import FileLease
    from hub.store.migrate import migrate
    from hub.web.site import Served

    hub = build(settings, isolated=True)
    served = Served(hub)
    hub.work.observe = served.meter.observe
    try:
        if isinstance(hub.lease, FileLease):
            hub.lease.take()
        if hub.database.sqlite:
            await migrate(hub.database)
        async with _http(settings, served):
            if not hub.database.sqlite and not await _reached(lambda: migrate(hub.database), stop):
                return
            if isinstance(hub.bus, RabbitBus) and not await _reached(hub.bus.connect, stop):
                return
            async with hub:
                served.started = True
                log.info("ready: %s", _where(settings))
                await _watch(hub, stop)
                served.started = False
                log.info("stopping")
    finally:
        await hub.bus.stop()
        await hub.lease.close()
        await hub.database.close()


async def _reached(reach: Callable[[], Coroutine[Any, Any, None]], stop: asyncio.Event) -> bool:
    """Reach the database or the broker, however long that takes; False when told to stop meanwhile."""
    delay = FIRST
    while not stop.is_set():
        trying = asyncio.ensure_future(reach())
        told = asyncio.ensure_future(stop.wait())
        await asyncio.wait({trying, told}, return_when=asyncio.FIRST_COMPLETED)
        told.cancel()
        if not trying.done():
            trying.cancel()
            await asyncio.gather(trying, return_exceptions=True)
            return False
        try:
            trying.result()
        except (StoreUnavailable, BrokerUnavailable) as error:
            log.warning("%s; trying again in %.0f s", error, delay)
            await pause(delay, until=stop)
            delay = min(delay * 2, LONGEST)
        else:
            return True
    return False


async def _watch(hub: Any, stop: asyncio.Event) -> None:
    """Until told to stop, see that all parts run. Raises PartEnded."""
    while not stop.is_set():
        await pause(WATCH, until=stop)
        if not hub.working:
            raise PartEnded("a part of the hub has ended by a defect; what is stored is safe, start it again")


@asynccontextmanager
async def _http(settings: Settings, served: Any) -> AsyncIterator[None]:
    if not settings.http_port:
        yield
        return
    from hub.web.server import listen, serving
    from hub.web.site import site

    async with serving(site(served), listen(settings.http_host, settings.http_port)):
        yield


def _where(settings: Settings) -> str:
    shown = [masked(settings.database_url), "embedded broker" if settings.embedded else masked(settings.broker_url)]
    shown += [f"http://{settings.http_host}:{settings.http_port}"] if settings.http_port else ["no HTTP"]
    return ", ".join(shown)

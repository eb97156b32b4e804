"""The pages of a running hub that machines read: health, metrics, AsyncAPI."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hub.app import Hub
from hub.errors import StoreUnavailable
from hub.pages import asyncapi
from hub.web.metrics import Meter

ANSWER_WITHIN = 2.0


@dataclass(slots=True)
class Served:
    """The hub that this process serves, and how far it has come."""

    hub: Hub
    meter: Meter = field(default_factory=Meter)
    started: bool = False
    """whether everything runs; until then the broker may still be awaited"""


async def readiness(served: Served) -> dict[str, str]:
    """What the hub depends on, each with ``ok`` or what is wrong."""
    hub = served.hub
    found = {"database": "ok", "broker": "ok", "relay": "ok"}
    try:
        async with asyncio.timeout(ANSWER_WITHIN), hub.database.read() as connection:
            await connection.execute(text("SELECT 1"))
    except StoreUnavailable as error:
        found["database"] = error.message
    except TimeoutError:
        found["database"] = "the database does not answer in time"
    if not hub.bus.healthy:
        found["broker"] = "not connected" if served.started else "not reached yet"
    if not served.started:
        found["relay"] = "not started yet"
    elif not hub.working:
        found["relay"] = "a part of the hub has ended; see the log"
    return found


def mail_state(hub: Hub) -> dict[str, str]:
    """How mails come in: each mailbox, and where they are handed over, with ``ok`` or what is wrong."""
    found = {name: each.trouble or "ok" for name, each in hub.mail_room.conditions.items()}
    if hub.mail_door is not None:
        found[hub.mail_door.name] = hub.mail_door.doing.trouble or "ok"
    return found


def site(served: Served) -> Starlette:
    """The pages of this hub."""

    async def live(request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(request: Request) -> Response:
        found = await readiness(served)
        fine = all(state == "ok" for state in found.values())
        said: dict[str, object] = {"status": "ok" if fine else "not ready", **found}
        if mail := mail_state(served.hub):
            said["mailboxes"] = mail
        if served.hub.postman is not None:
            said["mail_server"] = served.hub.postman.condition.trouble or "ok"
        return JSONResponse(said, 200 if fine else 503)

    async def metrics(request: Request) -> Response:
        return Response(
            await served.meter.text(served.hub, started=served.started),
            media_type=CONTENT_TYPE_LATEST,
        )

    async def described(request: Request) -> Response:
        return Response(asyncapi.as_text(), media_type="application/json")

    return Starlette(
        routes=[
            Route("/health/live", live),
            Route("/health/ready", ready),
            Route("/metrics", metrics),
            Route("/asyncapi.json", described),
        ]
    )

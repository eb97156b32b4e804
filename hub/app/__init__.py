"""The application: settings and adapters put together to a hub that runs.

Only this package knows the adapters.
"""

from hub.app.assembly import World, build
from hub.app.clock import utc_now
from hub.app.running import Hub

__all__ = ["Hub", "World", "build", "utc_now"]

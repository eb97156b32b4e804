"""An event loop in which time passes only when nothing is left to do, and processes can die.

Everything runs in one thread and in one fixed order. A process is whatever was started in the context of a
`Life`: when the life ends, nothing of it runs any more, not even its cleaning up, as after SIGKILL.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from contextvars import Context, ContextVar
from typing import Any

from hub.errors import HubError

_LIFE: ContextVar[Life | None] = ContextVar("life", default=None)


class Stuck(HubError):
    """Somebody waits, and nothing will ever happen."""

    code = "stuck"


class Life:
    """The life of a process."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.alive = True
        self.tasks: dict[asyncio.Task[Any], None] = {}
        """kept when it ends; see `cemetery`"""

    @contextmanager
    def lived(self) -> Iterator[None]:
        """What is started within belongs to this life."""
        token = _LIFE.set(self)
        try:
            yield
        finally:
            _LIFE.reset(token)

    def end(self) -> None:
        """Let nothing of it run any more."""
        self.alive = False


class _NoFiles:
    """Stands in for the selector: instead of waiting for files, time passes."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def select(self, timeout: float | None) -> list[Any]:
        if timeout is None:
            raise Stuck("nothing is left that could happen")
        self._loop.moment += max(timeout, 0.0)
        return []

    def close(self) -> None:
        return


class VirtualLoop(asyncio.BaseEventLoop):
    """The loop. Its time is virtual; what would run in another thread runs at once."""

    def __init__(self) -> None:
        super().__init__()
        self.moment = 0.0
        self._selector = _NoFiles(self)
        self.set_exception_handler(lambda loop, context: self.complaints.append(context))
        self.complaints: list[dict[str, Any]] = []
        self.set_task_factory(_make_task)

    def time(self) -> float:
        """Seconds since the run began."""
        return self.moment

    def _process_events(self, events: list[Any]) -> None:
        return

    def _write_to_self(self) -> None:
        return

    def call_soon(  # type: ignore[override]  # any callback, as it is
        self, callback: Any, *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """As the usual loop, unless the caller's life has ended by then."""
        return super().call_soon(*_mortal(callback, args, context), context=context)

    def call_at(  # type: ignore[override]  # likewise
        self, when: float, callback: Any, *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """As the usual loop, unless the caller's life has ended by then."""
        return super().call_at(when, *_mortal(callback, args, context), context=context)

    def run_in_executor(  # type: ignore[override]  # likewise
        self, executor: Executor | None, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        """Run it now; whoever dies in it never hears of the result."""
        life, future = _LIFE.get(), self.create_future()
        try:
            result = func(*args)
        except Exception as error:  # noqa: BLE001  # it is the caller's
            future.set_exception(error)
        else:
            if life is None or life.alive:
                future.set_result(result)
        return future


def _mortal(callback: Any, args: tuple[Any, ...], context: Context | None) -> tuple[Any, ...]:
    life = context.get(_LIFE) if context is not None else _LIFE.get()
    return (callback, *args) if life is None else (_if_alive, life, callback, args)


def _if_alive(life: Life, callback: Any, args: tuple[Any, ...]) -> None:
    if life.alive:
        callback(*args)


def _make_task(loop: asyncio.AbstractEventLoop, coroutine: Any, **more: Any) -> asyncio.Task[Any]:
    task: asyncio.Task[Any] = asyncio.Task(coroutine, loop=loop, **more)
    context = more.get("context")
    life = context.get(_LIFE) if context is not None else _LIFE.get()
    if life is not None:
        life.tasks[task] = None
        task.add_done_callback(lambda done: life.tasks.pop(done, None), context=context)
    return task


async def die(life: Life) -> None:
    """End a life from within: whoever awaits this never goes on."""
    life.end()
    await asyncio.get_running_loop().create_future()


@contextmanager
def cemetery() -> Iterator[list[Life]]:
    """All who lived in a play: what they leave is thrown away when it is over, not before, and without a word."""
    lived: list[Life] = []
    gc.disable()
    gc.freeze()
    try:
        yield lived
    finally:
        hook = sys.unraisablehook
        sys.unraisablehook = lambda unraisable: None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                for life in lived:
                    life.tasks.clear()
                while gc.collect():
                    pass
        finally:
            sys.unraisablehook = hook
            gc.unfreeze()
            gc.enable()

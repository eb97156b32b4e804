"""New databases on a running PostgreSQL, from any code, whether or not an event loop runs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from uuid import uuid4

from sqlalchemy import NullPool, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine


def execute(url: str, statement: str) -> None:
    """Carry out one SQL statement, in a connection and an event loop of its own."""

    async def carry_out() -> None:
        engine = create_async_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        try:
            async with engine.connect() as connection:
                await connection.execute(text(statement))
        finally:
            await engine.dispose()

    with ThreadPoolExecutor(1) as aside:
        aside.submit(asyncio.run, carry_out()).result()


def answers(url: str) -> bool:
    """Tell whether the server answers a query."""
    with suppress(OSError, SQLAlchemyError):
        execute(url, "select 1")
        return True
    return False


@contextmanager
def fresh_database(url: str, template: str = "template1") -> Iterator[str]:
    """Yield the URL of a new database on the server at `url`, copied from `template`, dropped afterwards."""
    name = f"test_{uuid4().hex[:12]}"
    execute(url, f'create database "{name}" template "{template}"')
    try:
        yield make_url(url).set(database=name).render_as_string(hide_password=False)
    finally:
        with suppress(OSError, SQLAlchemyError):
            execute(url, f'drop database if exists "{name}" with (force)')

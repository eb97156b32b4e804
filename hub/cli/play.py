"""`hub simulate` and `hub bench`: the robots at work, for load and for figures."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from hub.cli import screen
from hub.cli.common import AsJson, example, run, store
from hub.settings import load_settings


@example("hub simulate --orders 1000 --seed 7")
def simulate(
    orders: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many orders.")],
    seed: Annotated[int, typer.Option(help="The same seed plays the same orders.")] = 1,
    concurrency: Annotated[int, typer.Option(min=1, max=10_000, help="Most orders open at a time.")] = 200,
    patience: Annotated[float, typer.Option(min=1, help="Seconds without any order ending until it gives up.")] = 60.0,
    as_json: AsJson = False,
) -> None:
    """Send so many orders to a running hub, and let robots play people and suppliers until each has ended."""
    from hub.client import client_of
    from hub.configuration import partners_of
    from hub.simulation.load import simulate as play
    from hub.simulation.script import Script, materials_known

    settings = load_settings()
    script = Script(materials=materials_known(partners_of(settings).materials.values()))
    shows = sys.stderr.isatty() and not as_json

    def progress(ended: int, of: int) -> None:
        if shows:
            typer.echo(f"\r{ended} of {of} orders have ended", nl=ended == of, err=True)

    async def carry_out() -> None:
        if settings.embedded:
            async with store(settings, make=True):
                pass
        async with client_of(settings, "hub-simulation") as client:
            figures = await play(
                client, orders, seed, script=script, concurrency=concurrency, patience=patience, progress=progress
            )
        if as_json:
            screen.show_json(figures.data())
            return
        for name, value in figures.data().items():
            screen.say(f"{name.replace('_', ' '):<22}{screen.cell(value)}")

    run(carry_out())


@example(
    "hub bench",
    "HUB_BROKER_URL=amqp://localhost HUB_DATABASE_URL=postgresql+asyncpg://localhost/bench hub bench --orders 500",
)
def bench(
    orders: Annotated[int, typer.Option(min=1, max=1_000_000, help="How many orders.")] = 500,
    seed: Annotated[int, typer.Option(help="The same seed plays the same orders.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Measure this machine: orders played on a hub, beside the floor of the same messages without a hub.

    On the embedded default in a folder of its own; on HUB_BROKER_URL and HUB_DATABASE_URL where both are set.
    """
    from tempfile import TemporaryDirectory

    from hub.simulation.bench import bench as measure

    with TemporaryDirectory(prefix="hub-bench-") as folder:
        settings = load_settings(folder=folder)
        if settings.embedded:
            settings = load_settings(folder=folder, database_url=f"sqlite:///{folder}/hub.sqlite")
        figures = run(measure(settings, orders, seed)).data()
    if as_json:
        screen.show_json(figures)
        return
    for name, value in figures.items():
        screen.say(f"{name.replace('_', ' '):<22}{screen.cell(value)}")

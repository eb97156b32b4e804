"""The whole hub in one process, in a world where everything goes wrong that can, by seed.

The hub is the real one: its store (SQLite), unit of work, relay, sweeper, intake and correspondence. What surrounds
it is played: the clock, the broker, the folders, customers, suppliers and people. The broker drops, repeats,
reorders and delays; the disk fails; the hub dies at every point at which it could lose or double something, and
is started again. In the end everything has to be quiet, every order ended, and the books clean.

A seed decides everything, so that a run can be repeated: `python -m hub.simulation.chaos --seed 17`.
"""

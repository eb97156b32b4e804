"""The tests of the hub; `tests.support` starts the servers that they need."""

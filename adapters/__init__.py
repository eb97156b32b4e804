"""Adapters: between what partners send and expect, and the hub's own messages. They know the ports, not the hub."""

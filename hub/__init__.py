"""A message-driven integration hub for build-to-order manufacturing."""

__version__ = "0.1.0"

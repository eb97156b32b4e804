"""The handlers: a module for each queue, each a few lines between the bus and the unit of work."""

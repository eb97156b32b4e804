"""The handlers: a module for each queue, each a few lines between the bus and the unit of work.

`incoming` and `outgoing` are the ways of documents; the post room is where files change hands.
"""

"""A mail as it came: its parts, what in it is new and what quoted, what it answers, whether a machine wrote it."""

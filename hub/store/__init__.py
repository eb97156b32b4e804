"""The store: everything that must survive, in SQLite or PostgreSQL, and the unit of work that changes it."""

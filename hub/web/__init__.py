"""HTTP of `hub serve`: health, metrics, the description of the messages."""

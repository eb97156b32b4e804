"""EDIFACT: envelopes, maps, acknowledgments and messages."""

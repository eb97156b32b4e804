"""X12: envelopes, maps, acknowledgments and documents."""

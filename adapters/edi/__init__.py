"""X12 and EDIFACT: reading and writing purchase orders and what belongs to them."""

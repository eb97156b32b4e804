"""What the customer asks and the sales officer decides: purchase orders, changes, cancellations."""

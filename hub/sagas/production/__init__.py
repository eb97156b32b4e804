"""The making of one line item: engineering, production, inspection, shipping."""

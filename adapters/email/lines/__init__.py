"""Order lines and the header of an order, found in text and tables and given their values."""

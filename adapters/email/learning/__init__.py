"""What a person's answer teaches of a customer's layout, proved by reading the mail once more."""

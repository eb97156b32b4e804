"""What a mail wants: to order, to revise, to cancel, to answer, to supply; and the gates before that is done."""

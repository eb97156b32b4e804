"""What goes out: documents for partners and mails for people, written, sent, sent anew, or seen to when they fail."""

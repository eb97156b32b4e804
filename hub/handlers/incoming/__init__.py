"""What comes in: files and mails taken in, read, checked for duplicates, and put to the sagas or to a person."""

"""What goes over the wire: the messages, their envelope and their schemas."""

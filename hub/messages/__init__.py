"""What goes over the wire: the messages, a module for each thing that they are about, their envelope and schemas."""

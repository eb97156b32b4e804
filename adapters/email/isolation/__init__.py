"""Work on what strangers wrote, in a process of its own that has limits on time and memory and can be killed."""

"""Where raw material comes from, and what suppliers say."""

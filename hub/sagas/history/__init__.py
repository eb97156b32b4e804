"""What the hub's own history tells whoever decides: facts of tasks."""

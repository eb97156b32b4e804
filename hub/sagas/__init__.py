"""The process, as tables and pure steps."""

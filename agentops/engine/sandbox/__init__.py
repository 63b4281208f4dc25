"""Where tools run: one port, and the walls behind it."""

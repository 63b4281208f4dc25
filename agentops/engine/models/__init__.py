"""Models that sessions run on: one port, and what stands behind it."""

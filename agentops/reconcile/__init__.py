"""Documents and world → plan → steps: what should exist, what does, and how the one becomes the other."""

"""Outcomes as values: what is wanted, by which rubric, and what became of it."""

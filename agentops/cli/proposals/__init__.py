"""Proposals at the terminal: shown with their evidence, judged operation by operation, merged."""

"""Gates over what a text may not hold, whoever wrote it."""

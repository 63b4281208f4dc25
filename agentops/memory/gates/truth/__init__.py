"""Gates over what a note rests on: evidence, its origin, and what was known before."""

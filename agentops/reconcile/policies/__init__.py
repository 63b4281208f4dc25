"""A project's policy held against a plan: it never changes a step, only what is said of the plan."""

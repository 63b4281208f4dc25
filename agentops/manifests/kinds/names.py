"""Words that stand where a name could."""

SELF = "self"
"""Among a Team's specialists: copies of the lead."""

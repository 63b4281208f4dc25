"""Rubrics at the command line: artifacts graded without a session, rubrics tried out, what was found so far."""

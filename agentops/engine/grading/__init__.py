"""Grading: a rubric, a result and a model that was not there when it was made."""

"""Spans of what sessions do, for whoever collects traces: off, and then at no cost, unless somebody does."""

"""Renderings of a report: one JSON shape, and text, GitHub annotations and SARIF made from it."""

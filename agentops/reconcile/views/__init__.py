"""Renderings of one plan: the JSON shape, and text and Markdown made from it."""

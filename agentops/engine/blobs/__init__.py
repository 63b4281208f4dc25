"""Bytes that are too many for a row: what files and skills consist of."""

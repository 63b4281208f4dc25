"""Backups of a server on SQLite: taken while it works, restored where none does."""

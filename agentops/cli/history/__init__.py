"""The history of a tree: what git knows of it, read and never written."""

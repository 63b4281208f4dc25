"""A second port for who runs the server: whether it lives, whether it can be asked, and its metrics."""

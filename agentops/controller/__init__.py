"""Follows git repositories: what is merged there is what runs, within what its operator allows."""

"""Where pull requests live: one port, an adapter for each forge. Content never travels this way; git carries it."""

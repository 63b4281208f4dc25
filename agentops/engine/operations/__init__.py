"""What each endpoint does inside one transaction: look up, decide with the core, store, and say the answer."""

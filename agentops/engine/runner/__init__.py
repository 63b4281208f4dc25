"""Running sessions: whoever performs what the core decided, and tells it what came of that."""

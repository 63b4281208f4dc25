"""What runs dreams: claimed where they lie, read from the logs, dreamt in a thread, written in one transaction."""

"""One file for each resource: parse, call, answer."""

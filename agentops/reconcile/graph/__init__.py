"""Who names whom in a tree, as a value and as pictures of it."""

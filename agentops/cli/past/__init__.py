"""What a tree was: planned as of a commit, brought back, and explained line by line."""

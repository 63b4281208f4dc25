"""What must hold beyond the shape of one spec, a file for each concern."""

"""What a Project says of plans, read from its manifest and from the files that it names."""

"""Sessions at the command line: found by name, followed without gaps, shown, asked about, interrupted."""

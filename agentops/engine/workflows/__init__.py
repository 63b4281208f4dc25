"""Where the programs of workflow runs run: each in a sandbox of its own, with no files, no network and little time."""

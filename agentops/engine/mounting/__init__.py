"""What a session finds in its sandbox, and what comes back from it: files, memory stores, skills, repositories."""

"""One reader for each kind of log that sessions are kept in: text in, transcripts out, what was left out counted."""

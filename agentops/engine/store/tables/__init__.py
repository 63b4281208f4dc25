"""The steps of the schema, a file each: forward only, never edited once released."""

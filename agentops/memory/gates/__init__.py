"""Gates: small judges that look at a proposed change of memory before a person does."""

"""Dreams that run elsewhere and rewrite a copy of a store: what they did is inferred, and what they say is backed."""

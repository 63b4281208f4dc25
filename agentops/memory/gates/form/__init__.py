"""Gates over the form of a store: what a reader, and the next dream, can rely on."""

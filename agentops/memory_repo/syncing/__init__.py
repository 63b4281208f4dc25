"""Live stores and the repository kept in step: values decide what is done, in an order that a crash cannot hurt."""

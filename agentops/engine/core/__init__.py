"""What the engine knows and does not ask anybody: pure functions over plain JSON data that was checked before."""

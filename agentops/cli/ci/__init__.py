"""What a pipeline does with the commands that a person runs: reads its event, runs them, and says what came of it."""

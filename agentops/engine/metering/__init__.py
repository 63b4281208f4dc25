"""The engine's ports with a meter beside them: what each adapter does is counted where it is called."""

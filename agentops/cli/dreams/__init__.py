"""`agentops dream`: a night's work from a schedule to a pull request."""

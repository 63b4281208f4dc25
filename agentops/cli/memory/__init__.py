"""Memory under git at the terminal: stores and the repository in step, who wrote what, and how to take it back."""

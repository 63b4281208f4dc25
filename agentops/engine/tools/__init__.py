"""The tools of a session: what the model is told of them, and how a call of one is carried out."""

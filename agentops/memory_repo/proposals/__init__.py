"""Proposals: what a dream and the agents wrote, as one pull request a store, and what a person said to it."""

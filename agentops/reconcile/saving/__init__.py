"""Plans on a disk: what was approved, without a secret and without a text, and what moved since."""

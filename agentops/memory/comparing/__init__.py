"""Claims compared: likeness proposes that two say the same, a conflict rule decides that they do not."""

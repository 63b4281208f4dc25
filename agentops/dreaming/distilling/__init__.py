"""Distilling: what sessions teach without a model. One module for each way to learn; each yields candidates."""

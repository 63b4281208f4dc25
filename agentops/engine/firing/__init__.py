"""Schedules of deployments, fired when they are due."""

"""Servers that speak the API: listing by raw pages, writing through the official SDK."""

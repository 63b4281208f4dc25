"""Requests to a forge: one client, its limits and its patience."""

import httpx2


def client(base_url: str) -> httpx2.AsyncClient:
    """Return a client for the forge's API."""
    return httpx2.AsyncClient(base_url=base_url)

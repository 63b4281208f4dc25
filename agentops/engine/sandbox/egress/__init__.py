"""The one way out of a sandbox: a small proxy that dials only what was judged, and what may be dialled."""

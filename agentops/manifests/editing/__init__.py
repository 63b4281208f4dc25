"""Manifests rewritten as a person would: what an edit does not name stays byte for byte, comments and all."""

from agentops.manifests.editing.edit import Edit
from agentops.manifests.editing.files import Edits, rewritten, write
from agentops.manifests.editing.text import edited

__all__ = ["Edit", "Edits", "edited", "rewritten", "write"]

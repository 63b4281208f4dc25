"""What a controller knows of the repositories that it follows, and which of several controllers acts."""

from agentops.engine.store.tables.step import Migration

_LEASES = """
CREATE TABLE leases (
  name {text} PRIMARY KEY, holder {text} NOT NULL, until {text} NOT NULL)"""

_FOLLOWED = """
CREATE TABLE followed_repositories (
  name {text} PRIMARY KEY, body {text} NOT NULL, updated_at {text} NOT NULL)"""

STEP = Migration("control", (_LEASES, _FOLLOWED))

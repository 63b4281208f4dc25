"""Files, and who owns which bytes in the blob folder."""

from agentops.engine.store.tables.step import Migration

_BLOBS = """
CREATE TABLE blobs (
  owner {text} PRIMARY KEY, sha256 {text} NOT NULL, size_bytes {integer} NOT NULL,
  state {text} NOT NULL, since {text} NOT NULL)"""

_FILES = """
CREATE TABLE files (
  seq {serial}, workspace_id {text} NOT NULL, id {text} NOT NULL, body {text} NOT NULL,
  created_at {text} NOT NULL, scope_id {text}, expires_at {text}, gone_at {text}, due_at {text},
  UNIQUE (workspace_id, id))"""

STEP = Migration(
    "files",
    (
        _BLOBS,
        "CREATE INDEX blobs_by_state ON blobs (state, since)",
        _FILES,
        "CREATE INDEX files_by_age ON files (workspace_id, created_at, seq)",
        "CREATE INDEX files_by_due ON files (due_at)",
    ),
)

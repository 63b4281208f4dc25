"""Sessions, what is mounted into them, and the log of what happened in each."""

from agentops.engine.store.tables.step import Migration

_SESSIONS = """
CREATE TABLE sessions (
  seq {serial}, workspace_id {text} NOT NULL, id {text} NOT NULL, status {text} NOT NULL,
  agent_id {text} NOT NULL, agent_version {integer} NOT NULL, environment_id {text} NOT NULL, deployment_id {text},
  config {text} NOT NULL, agent {text} NOT NULL, fields {text} NOT NULL, progress {text} NOT NULL,
  created_at {text} NOT NULL, updated_at {text} NOT NULL, archived_at {text},
  UNIQUE (workspace_id, id))"""

_RESOURCES = """
CREATE TABLE session_resources (
  seq {serial}, workspace_id {text} NOT NULL, session_id {text} NOT NULL, id {text} NOT NULL,
  body {text} NOT NULL, file_id {text}, memory_store_id {text},
  UNIQUE (workspace_id, session_id, id),
  FOREIGN KEY (workspace_id, session_id) REFERENCES sessions (workspace_id, id) ON DELETE CASCADE)"""

_EVENTS = """
CREATE TABLE session_events (
  workspace_id {text} NOT NULL, session_id {text} NOT NULL, seq {integer} NOT NULL, id {text} NOT NULL,
  type {text} NOT NULL, processed_at {text}, body {text} NOT NULL,
  PRIMARY KEY (workspace_id, session_id, seq),
  UNIQUE (workspace_id, session_id, id),
  FOREIGN KEY (workspace_id, session_id) REFERENCES sessions (workspace_id, id) ON DELETE CASCADE)"""

_SHARES = "CREATE TABLE blob_shares (owner {text} PRIMARY KEY, lender {text} NOT NULL)"

STEP = Migration(
    "sessions",
    (
        _SESSIONS,
        "CREATE INDEX sessions_by_age ON sessions (workspace_id, created_at, seq)",
        "CREATE INDEX sessions_by_agent ON sessions (workspace_id, agent_id, created_at, seq)",
        "CREATE INDEX sessions_by_deployment ON sessions (workspace_id, deployment_id, created_at, seq)",
        "CREATE INDEX sessions_by_environment ON sessions (workspace_id, environment_id)",
        _RESOURCES,
        "CREATE INDEX session_resources_in_order ON session_resources (workspace_id, session_id, seq)",
        "CREATE INDEX session_resources_by_file ON session_resources (workspace_id, file_id)",
        "CREATE INDEX session_resources_by_store ON session_resources (workspace_id, memory_store_id, session_id)",
        _EVENTS,
        # Queued events have no time yet and come last; no time sorts behind a tilde.
        """CREATE INDEX session_events_in_order
        ON session_events (workspace_id, session_id, (COALESCE(processed_at, '~')), seq)""",
        _SHARES,
        "CREATE INDEX blob_shares_by_lender ON blob_shares (lender)",
    ),
)

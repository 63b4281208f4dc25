"""The work queue of self-hosted environments, and the keys that open it."""

from agentops.engine.store.tables.step import Migration

_WORK = """
CREATE TABLE work (
  seq {serial}, workspace_id {text} NOT NULL, environment_id {text} NOT NULL, id {text} NOT NULL,
  session_id {text} NOT NULL, state {text} NOT NULL, metadata {text} NOT NULL, created_at {text} NOT NULL,
  queued_at {text} NOT NULL, claim {integer} NOT NULL, ttl_seconds {integer} NOT NULL, claimed_at {text},
  acknowledged_at {text}, started_at {text}, latest_heartbeat_at {text}, lease_until {text},
  stop_requested_at {text}, stopped_at {text},
  UNIQUE (workspace_id, id),
  FOREIGN KEY (workspace_id, environment_id) REFERENCES environments (workspace_id, id) ON DELETE CASCADE)"""

_WORK_TOKENS = """
CREATE TABLE work_tokens (
  token_hash {text} PRIMARY KEY, workspace_id {text} NOT NULL, work_id {text} NOT NULL, claim {integer} NOT NULL,
  FOREIGN KEY (workspace_id, work_id) REFERENCES work (workspace_id, id) ON DELETE CASCADE)"""

_WORK_POLLERS = """
CREATE TABLE work_pollers (
  workspace_id {text} NOT NULL, environment_id {text} NOT NULL, worker_id {text} NOT NULL, polled_at {text} NOT NULL,
  PRIMARY KEY (workspace_id, environment_id, worker_id),
  FOREIGN KEY (workspace_id, environment_id) REFERENCES environments (workspace_id, id) ON DELETE CASCADE)"""

_ENVIRONMENT_KEYS = """
CREATE TABLE environment_keys (
  seq {serial}, workspace_id {text} NOT NULL, environment_id {text} NOT NULL, id {text} NOT NULL,
  name {text} NOT NULL, key_hash {text} NOT NULL UNIQUE, created_at {text} NOT NULL, revoked_at {text},
  UNIQUE (workspace_id, environment_id, id),
  FOREIGN KEY (workspace_id, environment_id) REFERENCES environments (workspace_id, id) ON DELETE CASCADE)"""

STEP = Migration(
    "work",
    (
        _WORK,
        "CREATE INDEX work_by_age ON work (workspace_id, environment_id, created_at, seq)",
        # Stopped items pile up; looking for work must not pass them.
        "CREATE INDEX work_open ON work (workspace_id, environment_id, seq) WHERE stopped_at IS NULL",
        "CREATE INDEX work_by_session ON work (workspace_id, session_id)",
        _WORK_TOKENS,
        "CREATE INDEX work_tokens_by_work ON work_tokens (workspace_id, work_id)",
        _WORK_POLLERS,
        _ENVIRONMENT_KEYS,
        "CREATE INDEX environment_keys_by_age ON environment_keys (workspace_id, environment_id, created_at, seq)",
    ),
)

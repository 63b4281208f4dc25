"""What the vendor's API has no resources for: webhook endpoints of a workspace, and schedules of dreams."""

from agentops.engine.store.tables.step import Migration

_WEBHOOKS = """
CREATE TABLE workspace_webhooks (
  seq {serial}, workspace_id {text} NOT NULL, id {text} NOT NULL, body {text} NOT NULL,
  created_at {text} NOT NULL, archived_at {text},
  UNIQUE (workspace_id, id))"""

_DREAM_SCHEDULES = """
CREATE TABLE dream_schedules (
  seq {serial}, workspace_id {text} NOT NULL, id {text} NOT NULL, body {text} NOT NULL,
  created_at {text} NOT NULL, archived_at {text},
  UNIQUE (workspace_id, id))"""

STEP = Migration(
    "extensions",
    (
        _WEBHOOKS,
        "CREATE INDEX workspace_webhooks_by_age ON workspace_webhooks (workspace_id, created_at, seq)",
        _DREAM_SCHEDULES,
        "CREATE INDEX dream_schedules_by_age ON dream_schedules (workspace_id, created_at, seq)",
    ),
)

"""An organization's webhook endpoints."""

from agentops.engine.store.tables.step import Migration

_WEBHOOKS = """
CREATE TABLE webhooks (
  seq {serial}, organization_id {text} NOT NULL, id {text} NOT NULL, body {text} NOT NULL,
  created_at {text} NOT NULL,
  UNIQUE (organization_id, id))"""

STEP = Migration(
    "webhooks",
    (_WEBHOOKS, "CREATE INDEX webhooks_by_age ON webhooks (organization_id, created_at, seq)"),
)

"""What is to be told to webhook endpoints: one row a message and endpoint, written with what it tells of."""

from agentops.engine.store.tables.step import Migration

# An owner is a workspace or an organization, as its endpoints' are.
_DELIVERIES = """
CREATE TABLE deliveries (
  seq {serial}, owner_id {text} NOT NULL, id {text} NOT NULL, endpoint_id {text} NOT NULL, event_id {text} NOT NULL,
  event_type {text} NOT NULL, body {text} NOT NULL, status {text} NOT NULL, attempts {integer} NOT NULL,
  due_at {text}, runner_id {text}, created_at {text} NOT NULL, ended_at {text}, reason {text},
  UNIQUE (owner_id, id))"""

_ATTEMPTS = """
CREATE TABLE delivery_attempts (
  owner_id {text} NOT NULL, delivery_id {text} NOT NULL, number {integer} NOT NULL, at {text} NOT NULL,
  took_ms {integer} NOT NULL, status {integer}, problem {text} NOT NULL,
  PRIMARY KEY (owner_id, delivery_id, number),
  FOREIGN KEY (owner_id, delivery_id) REFERENCES deliveries (owner_id, id) ON DELETE CASCADE)"""

_HEALTH = """
CREATE TABLE endpoint_health (
  owner_id {text} NOT NULL, endpoint_id {text} NOT NULL, failing_since {text}, failures {integer} NOT NULL,
  PRIMARY KEY (owner_id, endpoint_id))"""

STEP = Migration(
    "deliveries",
    (
        _DELIVERIES,
        # What nobody has taken, endpoint by endpoint: one that is far behind is not in the way of the others.
        """
        CREATE INDEX deliveries_free ON deliveries (endpoint_id, due_at, seq)
        WHERE status = 'pending' AND runner_id IS NULL""",
        """
        CREATE INDEX deliveries_held ON deliveries (runner_id, seq)
        WHERE status = 'pending' AND runner_id IS NOT NULL""",
        "CREATE INDEX deliveries_of ON deliveries (owner_id, endpoint_id, created_at, seq)",
        _ATTEMPTS,
        _HEALTH,
    ),
)

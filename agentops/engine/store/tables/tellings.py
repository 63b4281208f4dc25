"""What is to be told to several endpoints: one row an event, written with what it tells of, until it is spread."""

from agentops.engine.store.tables.step import Migration

# Who hears of it are ids of endpoints with spaces between them, as they stood at that moment. There is no index beside
# the key: sessions' commits write here, and every index would be a page more in them.
_TELLINGS = """
CREATE TABLE tellings (
  seq {serial}, owner_id {text} NOT NULL, event_id {text} NOT NULL, event_type {text} NOT NULL, body {text} NOT NULL,
  hearers {text} NOT NULL, created_at {text} NOT NULL)"""

STEP = Migration("tellings", (_TELLINGS,))

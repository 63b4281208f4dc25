"""Dreams, what each proposed, and which session runs which."""

from agentops.engine.store.tables.step import Migration

_DREAMS = """
CREATE TABLE dreams (
  seq {serial}, workspace_id {text} NOT NULL, id {text} NOT NULL, status {text} NOT NULL,
  store_id {text} NOT NULL, updates_input {integer} NOT NULL, request {text} NOT NULL, progress {text} NOT NULL,
  session_id {text}, runner_id {text},
  created_at {text} NOT NULL, started_at {text}, ended_at {text}, archived_at {text},
  UNIQUE (workspace_id, id))"""

_OPERATIONS = """
CREATE TABLE dream_operations (
  workspace_id {text} NOT NULL, dream_id {text} NOT NULL, seq {integer} NOT NULL, standing {text} NOT NULL,
  body {text} NOT NULL,
  PRIMARY KEY (workspace_id, dream_id, seq),
  FOREIGN KEY (workspace_id, dream_id) REFERENCES dreams (workspace_id, id) ON DELETE CASCADE)"""

# What is known of the notes that dreams wrote into a store, beside their text: it goes with the store.
_LEDGERS = """
CREATE TABLE dream_ledgers (
  workspace_id {text} NOT NULL, store_id {text} NOT NULL, body {text} NOT NULL,
  PRIMARY KEY (workspace_id, store_id),
  FOREIGN KEY (workspace_id, store_id) REFERENCES memory_stores (workspace_id, id) ON DELETE CASCADE)"""

STEP = Migration(
    "dreams",
    (
        _DREAMS,
        "CREATE INDEX dreams_by_age ON dreams (workspace_id, created_at, seq)",
        """CREATE INDEX dreams_at_work ON dreams (workspace_id, store_id)
        WHERE status IN ('pending', 'running') OR runner_id IS NOT NULL""",
        _OPERATIONS,
        _LEDGERS,
        # The dream that the session runs: no agent does.
        "ALTER TABLE sessions ADD COLUMN dream_id {text}",
    ),
)

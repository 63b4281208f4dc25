"""The threads of sessions beside the primary ones, and which events are of which thread."""

from agentops.engine.store.tables.step import Migration

_THREADS = """
CREATE TABLE session_threads (
  workspace_id {text} NOT NULL, session_id {text} NOT NULL, id {text} NOT NULL, seq {integer} NOT NULL,
  parent_id {text} NOT NULL, agent {text} NOT NULL, status {text} NOT NULL, progress {text} NOT NULL,
  workflow_run_id {text}, created_at {text} NOT NULL, updated_at {text} NOT NULL, archived_at {text},
  PRIMARY KEY (workspace_id, session_id, id),
  UNIQUE (workspace_id, session_id, seq),
  FOREIGN KEY (workspace_id, session_id) REFERENCES sessions (workspace_id, id) ON DELETE CASCADE)"""

STEP = Migration(
    "threads",
    (
        # The thread that an event is of; null for the primary one and for the session.
        "ALTER TABLE session_events ADD COLUMN thread_id {text}",
        # Whether an event of another thread is shown with the session's too.
        "ALTER TABLE session_events ADD COLUMN is_crossposted {integer} NOT NULL DEFAULT 0",
        # One index for each of the two feeds, and most events lie in one of them: an event costs what it did before.
        "DROP INDEX session_events_in_order",
        """CREATE INDEX session_events_shown
        ON session_events (workspace_id, session_id, (COALESCE(processed_at, '~')), seq)
        WHERE thread_id IS NULL OR is_crossposted = 1""",
        """CREATE INDEX session_events_of_threads
        ON session_events (workspace_id, session_id, thread_id, (COALESCE(processed_at, '~')), seq)
        WHERE thread_id IS NOT NULL""",
        _THREADS,
    ),
)

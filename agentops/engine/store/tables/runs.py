"""Running sessions: what their logs keep beside what the API shows, and which process runs which."""

from agentops.engine.store.tables.step import Migration

_CLAIMS = """
CREATE TABLE run_claims (
  workspace_id {text} NOT NULL, session_id {text} NOT NULL, runner_id {text} NOT NULL,
  PRIMARY KEY (workspace_id, session_id),
  FOREIGN KEY (workspace_id, session_id) REFERENCES sessions (workspace_id, id) ON DELETE CASCADE)"""

_RUNNERS = """
CREATE TABLE runners (
  id {text} PRIMARY KEY, host {text} NOT NULL, process {text} NOT NULL, seen_at {text} NOT NULL)"""

STEP = Migration(
    "runs",
    (
        # Where an event stood in the log while it waited; it moves to the end when it takes effect.
        "ALTER TABLE session_events ADD COLUMN received_seq {integer}",
        "ALTER TABLE session_events ADD COLUMN kept {text}",
        # Whether something came in that nobody has looked at.
        "ALTER TABLE sessions ADD COLUMN is_stirred {integer} NOT NULL DEFAULT 0",
        """CREATE INDEX sessions_with_work ON sessions (id)
        WHERE is_stirred = 1 OR status IN ('running', 'rescheduling')""",
        _CLAIMS,
        "CREATE INDEX run_claims_by_runner ON run_claims (runner_id)",
        _RUNNERS,
    ),
)

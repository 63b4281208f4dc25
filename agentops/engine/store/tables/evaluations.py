"""What graders found: one row for each evaluation of an outcome, as long as its session is kept."""

from agentops.engine.store.tables.step import Migration

# What graders say quotes the work: it goes with the session that did it.
_EVALUATIONS = """
CREATE TABLE outcome_evaluations (
  seq {serial}, workspace_id {text} NOT NULL, session_id {text} NOT NULL, outcome_id {text} NOT NULL,
  iteration {integer} NOT NULL, rubric_title {text}, agent_id {text} NOT NULL, body {text} NOT NULL,
  created_at {text} NOT NULL,
  UNIQUE (workspace_id, session_id, outcome_id, iteration),
  FOREIGN KEY (workspace_id, session_id) REFERENCES sessions (workspace_id, id) ON DELETE CASCADE)"""

STEP = Migration(
    "evaluations",
    (
        _EVALUATIONS,
        "CREATE INDEX outcome_evaluations_by_age ON outcome_evaluations (workspace_id, created_at, seq)",
        """CREATE INDEX outcome_evaluations_by_session
        ON outcome_evaluations (workspace_id, session_id, created_at, seq)""",
        """CREATE INDEX outcome_evaluations_by_rubric
        ON outcome_evaluations (workspace_id, rubric_title, created_at, seq)""",
        "CREATE INDEX outcome_evaluations_by_agent ON outcome_evaluations (workspace_id, agent_id, created_at, seq)",
    ),
)

"""Skills and their versions."""

from agentops.engine.store.tables.step import Migration

_SKILLS = """
CREATE TABLE skills (
  seq {serial}, workspace_id {text} NOT NULL, id {text} NOT NULL, body {text} NOT NULL,
  created_at {text} NOT NULL, archived_at {text},
  UNIQUE (workspace_id, id))"""

_SKILL_VERSIONS = """
CREATE TABLE skill_versions (
  seq {serial}, workspace_id {text} NOT NULL, skill_id {text} NOT NULL, id {text} NOT NULL, body {text} NOT NULL,
  created_at {text} NOT NULL,
  UNIQUE (workspace_id, skill_id, id),
  FOREIGN KEY (workspace_id, skill_id) REFERENCES skills (workspace_id, id) ON DELETE CASCADE)"""

STEP = Migration(
    "skills",
    (
        _SKILLS,
        "CREATE INDEX skills_by_age ON skills (workspace_id, created_at, seq)",
        _SKILL_VERSIONS,
        "CREATE INDEX skill_versions_by_age ON skill_versions (workspace_id, skill_id, created_at, seq)",
    ),
)

"""Deployments, and the record of their runs, to which is only ever added."""

from agentops.engine.store.tables.step import Migration

_DEPLOYMENTS = """
CREATE TABLE deployments (
  seq {serial}, organization_id {text} NOT NULL, workspace_id {text} NOT NULL, id {text} NOT NULL, body {text} NOT NULL,
  agent_id {text} NOT NULL, status {text} NOT NULL, is_scheduled {integer} NOT NULL, last_run_at {text},
  created_at {text} NOT NULL, archived_at {text},
  UNIQUE (workspace_id, id))"""

_RUNS = """
CREATE TABLE deployment_runs (
  seq {serial}, workspace_id {text} NOT NULL, id {text} NOT NULL, body {text} NOT NULL, deployment_id {text} NOT NULL,
  trigger_type {text} NOT NULL, scheduled_at {text}, has_error {integer} NOT NULL, created_at {text} NOT NULL,
  UNIQUE (workspace_id, id),
  UNIQUE (workspace_id, deployment_id, scheduled_at),
  FOREIGN KEY (workspace_id, deployment_id) REFERENCES deployments (workspace_id, id))"""

STEP = Migration(
    "deployments",
    (
        _DEPLOYMENTS,
        "CREATE INDEX deployments_by_age ON deployments (workspace_id, created_at, seq)",
        "CREATE INDEX deployments_by_agent ON deployments (workspace_id, agent_id, created_at, seq)",
        "CREATE INDEX deployments_by_schedule ON deployments (organization_id, is_scheduled)",
        _RUNS,
        "CREATE INDEX deployment_runs_by_age ON deployment_runs (workspace_id, created_at, seq)",
        "CREATE INDEX deployment_runs_of ON deployment_runs (workspace_id, deployment_id, created_at, seq)",
    ),
)

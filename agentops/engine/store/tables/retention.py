"""Where what is over is found by when it ended; nothing of what is live is in these indexes."""

from agentops.engine.store.tables.step import Migration

STEP = Migration(
    "retention",
    (
        "CREATE INDEX sessions_ended ON sessions (updated_at, seq) WHERE status = 'terminated'",
        "CREATE INDEX deliveries_ended ON deliveries (ended_at, seq) WHERE ended_at IS NOT NULL",
        "CREATE INDEX deployment_runs_ended ON deployment_runs (created_at, seq)",
    ),
)

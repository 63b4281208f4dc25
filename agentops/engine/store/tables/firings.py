"""When each scheduled deployment is run next."""

from agentops.engine.store.tables.step import Migration

STEP = Migration(
    "firings",
    (
        # The moment that its schedule names, and the later one at which it is run, so that not all are run at once.
        "ALTER TABLE deployments ADD COLUMN due_at {text}",
        "ALTER TABLE deployments ADD COLUMN fires_at {text}",
        "CREATE INDEX deployments_by_firing ON deployments (fires_at, seq) WHERE fires_at IS NOT NULL",
    ),
)

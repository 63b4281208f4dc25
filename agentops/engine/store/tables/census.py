"""What makes counting cheap for whoever watches the server: indexes that hold all that a count asks for."""

from agentops.engine.store.tables.step import Migration

STEP = Migration(
    "census",
    (
        "CREATE INDEX sessions_by_status ON sessions (status) WHERE archived_at IS NULL AND dream_id IS NULL",
        "CREATE INDEX dreams_by_status ON dreams (status) WHERE archived_at IS NULL",
        "CREATE INDEX deliveries_pending ON deliveries (created_at) WHERE status = 'pending'",
    ),
)

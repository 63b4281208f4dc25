"""One index for the events of all threads of a session, in the order in which they are written."""

from agentops.engine.store.tables.step import Migration

# Behind a thread's id every thread's events had a page of their own: a commit of a team wrote one for each of its
# threads, a third of what it cost. Now all are added at one end, and who reads a thread passes over the others'.
STEP = Migration(
    "shared_index",
    (
        "DROP INDEX session_events_of_threads",
        """CREATE INDEX session_events_in_threads
        ON session_events (workspace_id, session_id, (COALESCE(processed_at, '~')), seq, thread_id)
        WHERE thread_id IS NOT NULL""",
    ),
)

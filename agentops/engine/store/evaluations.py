"""Evaluations of outcomes: each written once, read by age and by what they are of."""

from dataclasses import dataclass

from agentops.engine.core.evaluations import Evaluation, body
from agentops.engine.store.port import Transaction, Window


@dataclass(frozen=True, slots=True)
class EvaluationFilter:
    """Which evaluations a list wants; None wants all."""

    session_id: str | None = None
    outcome_id: str | None = None
    rubric_title: str | None = None
    agent_id: str | None = None


@dataclass(frozen=True, slots=True)
class StoredEvaluation:
    """An evaluation as it lies in the database."""

    body: str
    """The answer's JSON."""

    created_at: str
    seq: int


class Evaluations:
    """The evaluations in all sessions of one workspace."""

    def __init__(self, tx: Transaction, workspace: str) -> None:
        """Work in the transaction."""
        self._tx = tx
        self._workspace = workspace

    def add(self, evaluation: Evaluation) -> None:
        """Keep the evaluation, unless there is one of the same session, outcome and iteration."""
        self._tx.run(
            """
            INSERT INTO outcome_evaluations (workspace_id, session_id, outcome_id, iteration, rubric_title, agent_id,
              body, created_at)
            VALUES (:workspace, :session, :outcome, :iteration, :title, :agent, :body, :created_at)
            ON CONFLICT (workspace_id, session_id, outcome_id, iteration) DO NOTHING
            """,
            {
                "workspace": self._workspace,
                "session": evaluation.session_id,
                "outcome": evaluation.outcome_id,
                "iteration": evaluation.iteration,
                "title": evaluation.rubric_title,
                "agent": evaluation.agent_id,
                "body": body(evaluation),
                "created_at": evaluation.ended_at,
            },
        )

    def page(self, window: Window, wanted: EvaluationFilter) -> list[StoredEvaluation]:
        """Return evaluations, newest first."""
        parts = {
            "AND session_id = :session": wanted.session_id,
            "AND outcome_id = :outcome": wanted.outcome_id,
            "AND rubric_title = :title": wanted.rubric_title,
            "AND agent_id = :agent": wanted.agent_id,
        }
        conditions = " ".join(part for part, value in parts.items() if value is not None)
        rows = self._tx.all(
            f"""
            SELECT body, created_at, seq FROM outcome_evaluations
            WHERE workspace_id = :workspace AND created_at >= :since AND (created_at, seq) < (:until_at, :until_seq)
              {conditions}
            ORDER BY created_at DESC, seq DESC LIMIT :limit
            """,  # noqa: S608 - the parts are our own words
            {
                "workspace": self._workspace,
                **window.params(),
                "session": wanted.session_id,
                "outcome": wanted.outcome_id,
                "title": wanted.rubric_title,
                "agent": wanted.agent_id,
            },
        )
        return [StoredEvaluation(*row) for row in rows]

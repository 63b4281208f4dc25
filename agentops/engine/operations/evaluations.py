"""Evaluations of outcomes: kept when they end, listed for whoever asks how work fares under a rubric."""

from agentops.engine.core.evaluations import Evaluation
from agentops.engine.operations.call import Call, Page
from agentops.engine.store.evaluations import EvaluationFilter, Evaluations
from agentops.engine.store.port import Transaction, Window


def record(tx: Transaction, workspace: str, evaluation: Evaluation) -> None:
    """Keep an evaluation, in the transaction that logs its end; doing it twice changes nothing."""
    Evaluations(tx, workspace).add(evaluation)


def page(call: Call, window: Window, wanted: EvaluationFilter) -> Page:
    """Return part of the list of evaluations, newest first."""
    found = Evaluations(call.tx, call.workspace).page(window, wanted)
    return Page.newest_first([each.body for each in found], found, window.limit)

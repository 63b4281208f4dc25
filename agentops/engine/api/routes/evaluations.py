"""`/v1/x-agentops/evaluations`: an extension; the vendor's API shows the newest verdict of each outcome alone."""

from agentops.engine.api import paging
from agentops.engine.api.exchange import Exchange
from agentops.engine.operations import evaluations
from agentops.engine.store.evaluations import EvaluationFilter
from agentops.wire.lists import EvaluationQuery


async def page(exchange: Exchange) -> str:
    """List evaluations of outcomes, criterion by criterion."""
    query = exchange.query(EvaluationQuery)
    window = paging.window(query, exchange.list_name)
    wanted = EvaluationFilter(query.session_id, query.outcome_id, query.rubric, query.agent_id)
    return exchange.page(await exchange.glance(evaluations.page, window, wanted))

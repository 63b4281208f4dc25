"""`/v1/models`, from the settings: no database is asked. Source: SDK 2.11.0 `resources/beta/models.py`."""

from agentops.base.errors import NotFound
from agentops.engine.api.exchange import Exchange
from agentops.engine.api.queries import ModelQuery
from agentops.engine.core import id_pages, model_table
from agentops.engine.core.id_pages import Item, Part


async def retrieve(exchange: Exchange) -> str:
    """Return a model, by its id or an alias."""
    name = exchange.text("model_id")
    model = model_table.found(exchange.models, name)
    if model is None:
        raise NotFound(f"There is no model {name[:256]}.")
    return model_table.body(model)


async def page(exchange: Exchange) -> str:
    """List models, newest first."""
    query = exchange.query(ModelQuery)
    stages = model_table.LISTED if query.lifecycle is None else query.lifecycle
    items = [Item(each.id, model_table.body(each)) for each in exchange.models if each.lifecycle in stages]
    part = Part(query.limit, query.after_id, query.before_id, is_next_to_before=True)
    return id_pages.answered(items, part)

"""What a session may cost at most."""

from typing import Annotated, Literal

from pydantic import Field

from agentops.wire.shape import Form, Shape

Cents = Annotated[
    str,
    Field(pattern=r"^[1-9][0-9]{0,17}$"),
    Form('a whole number of cents as text, such as "2500", more than 0, without sign, point or leading zero'),
]
"""At most 18 digits, so that sums stay within 64 bits."""


class MonetaryAmount(Shape):
    """An amount in minor units. Source: SDK 2.11.0 `types/beta_monetary_amount_param.py`."""

    amount: Cents
    currency: Literal["USD"]


class Budget(Shape):
    """A ceiling at list prices. Source: SDK 2.11.0 `types/beta/beta_managed_agents_budget_limit_param.py`."""

    type: Literal["limit"]
    max_list_cost: MonetaryAmount

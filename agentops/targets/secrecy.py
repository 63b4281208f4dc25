"""What is sent in the clear stays between a target and us: no log line and no error repeats it."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from agentops.base.secrets import Secret, masked
from agentops.reconcile.write_only import WriteOnly

_LOG = "anthropic._base_client"
"""The one logger of the SDK that is told of request bodies, when ANTHROPIC_LOG is `debug`. Source: SDK 2.11.0."""


def secrets_in(value: Any) -> Iterator[Secret]:
    """Yield every secret that a body holds."""
    if isinstance(value, WriteOnly):
        yield value.secret
    elif isinstance(value, Mapping | list):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from secrets_in(each)


def revealed(value: Any) -> Any:
    """Return a body with every secret in the clear: what leaves for its destination."""
    match value:
        case WriteOnly():
            return value.secret.reveal()
        case dict():
            return {key: revealed(each) for key, each in value.items()}
        case list():
            return [revealed(each) for each in value]
    return value


def repeatable(value: Any, secrets: Sequence[Secret]) -> Any:
    """Return what a target answered, without the secrets that it should not have repeated."""
    if isinstance(value, str):
        return masked(value, secrets)
    if isinstance(value, list):
        return [repeatable(each, secrets) for each in value]
    return {key: repeatable(each, secrets) for key, each in value.items()} if isinstance(value, dict) else value


@contextmanager
def unlogged(secrets: Sequence[Secret]) -> Iterator[None]:
    """Keep the SDK from logging requests while one with secrets is under way."""
    logger, guard = logging.getLogger(_LOG), _Guard()  # one for each request: several may be under way
    if secrets:
        logger.addFilter(guard)
    try:
        yield
    finally:
        logger.removeFilter(guard)


class _Guard(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        return not str(record.msg).startswith("Request options")

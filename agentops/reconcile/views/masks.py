"""Live values as they may be shown: a key that somebody wrote into a prompt goes into no log and no comment."""

from typing import Any

from agentops.manifests.rules import security


def masked(value: Any) -> Any:
    """Return the value without what looks like a secret in its texts."""
    match value:
        case str():
            return security.masked(value)
        case list():
            return [masked(each) for each in value]
        case dict():
            return {key: masked(each) for key, each in value.items()}
    return value

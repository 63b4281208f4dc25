"""How long a forge asks us to wait, in each of the ways in which forges say it."""

from datetime import timedelta

import pytest

from agentops.memory_repo.forges import limits
from tests.conftest import NOW

RESET = str(int((NOW + timedelta(minutes=5)).timestamp()))


@pytest.mark.parametrize(
    ("status", "headers", "reason", "wait_s"),
    [
        (429, {"retry-after": "7"}, "", 7),
        (429, {}, "", 60),
        (403, {"retry-after": "12"}, "Forbidden", 12),
        (403, {}, "You have exceeded a secondary rate limit.", 60),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": RESET}, "API rate limit exceeded", 301),
        (429, {"ratelimit-remaining": "0", "ratelimit-reset": RESET}, "", 301),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "soon"}, "", 60),
        (403, {"x-ratelimit-remaining": "4999"}, "Resource not accessible by integration", None),
        (401, {"retry-after": "7"}, "rate limit", None),
        (429, {"retry-after": "Sat, 21 Nov 2026 08:31:00 GMT"}, "", 60),
        (429, {"retry-after": "Sat, 21 Nov 2026 08:00:00 GMT"}, "", 0),
        (429, {"retry-after": "-7"}, "", 60),
        (429, {"retry-after": "nonsense"}, "", 60),
        (429, {"retry-after": "9" * 400}, "", 60),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1"}, "", 1),
    ],
)
def test_a_limit_is_told_from_a_refusal(
    status: int, headers: dict[str, str], reason: str, wait_s: float | None
) -> None:
    assert limits.wait_s(status, headers, reason, NOW) == wait_s

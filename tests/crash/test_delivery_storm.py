"""Events for receivers that are down, slow, broken, elsewhere, hanging or inside, from couriers that are killed.

`AGENTOPS_STORM` says how many events, `AGENTOPS_STORM_KILLS` how often a courier is killed.
"""

import asyncio
import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agentops.engine.core.deliveries import ENDPOINT_OFF, FAILING, NOT_PUBLIC, REDIRECTED, WIDTH_MAX
from agentops.engine.core.json import parsed
from agentops.engine.deliveries import signing

from .storm import AT_ONCE, KINDS, Storm, Yard

COUNT = int(os.environ.get("AGENTOPS_STORM", "210"))
KILLS = int(os.environ.get("AGENTOPS_STORM_KILLS", "2"))

pytestmark = [pytest.mark.crash, pytest.mark.timeout(60 + COUNT // 20), pytest.mark.long]


def test_every_receiver_has_its_documented_outcome_and_the_healthy_miss_nothing(
    prepared_url: str, tmp_path: Path
) -> None:
    with Yard() as yard:
        receiver, storm = yard.receiver, Storm(prepared_url, tmp_path, yard, COUNT)
        asyncio.run(storm.prepare())
        asyncio.run(storm.run(KILLS))
        ends = asyncio.run(_ends(storm))
    for kind in ("healthy", "slow"):
        came = receiver.events(f"/{kind}")
        assert set(came) == set(storm.events[kind]), f"{kind}: at least once"
        again = sum((attempts - 1) * count for (_, attempts, _), count in ends[kind].items())
        assert len(came) - len(set(came)) <= KILLS * WIDTH_MAX + again, f"{kind}: twice is what was on its way"
        assert {(status, reason) for status, _, reason in ends[kind]} == {("delivered", None)}, ends[kind]
    for kind in ("500", "down"):
        assert ends[kind] == {("failed", 3, None): len(storm.events[kind])}, kind
    for kind, most in (("redirect", 1), ("private", 1)):
        assert ends[kind][("failed", 1, None)] == most, kind
        assert ends[kind][("dropped", 0, ENDPOINT_OFF)] == len(storm.events[kind]) - most, kind
    assert {status for status, _, _ in ends["hang"]} <= {"failed", "dropped"}
    states = {
        row[0]: (parsed(row[1])["state"], parsed(row[1])["disabled_reason"]) for row in asyncio.run(_states(storm))
    }
    disabled = {"redirect": REDIRECTED, "private": NOT_PUBLIC, "hang": FAILING}
    for kind in KINDS:
        wanted = ("disabled", disabled[kind]) if kind in disabled else ("enabled", "")
        assert states[storm.endpoints[kind]] == wanted, kind
    _check_signatures(storm)
    (weight,) = storm.weights
    print(f"{COUNT} events, {KILLS} kills: {weight}")
    assert 0 < weight.most_in_hand <= 2 * AT_ONCE
    assert weight.grown_kib < 64 * 1024


def _check_signatures(storm: Storm) -> None:
    for kind in ("healthy", "slow", "500", "redirect", "hang"):
        for request in storm.receiver.of(f"/{kind}"):
            at = datetime.fromtimestamp(int(request.headers["webhook-timestamp"]), UTC)
            signed = signing.headers(storm.secrets[kind], request.headers["webhook-id"], at, request.body)
            assert signed.items() <= request.headers.items()


async def _ends(storm: Storm) -> dict[str, Counter[tuple[str, int, str | None]]]:
    """Return how many deliveries of each kind ended how, after how many attempts, and why."""
    names = {endpoint: kind for kind, endpoint in storm.endpoints.items()}
    found: dict[str, Counter[tuple[str, int, str | None]]] = {kind: Counter() for kind in KINDS}
    for endpoint, status, attempts, reason, count in await storm.look(
        "SELECT endpoint_id, status, attempts, reason, COUNT(*) FROM deliveries GROUP BY 1, 2, 3, 4"
    ):
        found[names[endpoint]][(status, attempts, reason)] += count
    return found


async def _states(storm: Storm) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in await storm.look("SELECT id, body FROM workspace_webhooks")]

"""What a lease says, and how much of what lies in its place is believed and shown."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agentops.base.paint import Paint
from agentops.reconcile.lease import DEFAULT_TTL_S, Held, Holder, Lease, is_lock, locks_of, metadata_of, read, written
from agentops.reconcile.views.lease import in_one_line, lease_json, lease_text

from .given import OWNER, a_store
from .ground import Ground
from .scenes import TRICK

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LEASE = Lease(Holder("ada@forge", "https://ci.example.com/runs/7", "0123456789ab"), NOON, 60, "lease_1")


def held(text: str | None, age_s: float = 0) -> Held:
    return Held("mem_1", "sha", NOON - timedelta(seconds=age_s), read(text))


def test_what_is_written_is_read_the_same() -> None:
    assert read(written(LEASE)) == LEASE
    assert read(written(LEASE.renewed().renewed())) == LEASE.renewed().renewed()


def test_no_renewal_has_the_text_of_an_earlier_one() -> None:
    assert len({written(LEASE), written(LEASE.renewed()), written(LEASE.renewed().renewed())}) == 3


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "no json",
        "[]",
        "[" * 4000,
        "{}",
        "null",
        '{"holder": "x"}',
        written(LEASE).replace('"ttl_s":60', '"ttl_s":"60"'),
        written(LEASE).replace('"ttl_s":60', '"ttl_s":-1'),
        written(LEASE).replace("2026-11-22T12", "some day"),
        written(LEASE).replace('"ada@forge"', '["ada"]'),
        written(LEASE) + " " * 5000,
        written(LEASE).replace("ada", "a" * 1_000_000),
    ],
    ids=lambda text: repr(text)[:30],
)
def test_what_is_no_lease_blocks_for_the_usual_time_and_is_called_what_it_is(text: str | None) -> None:
    found = held(text)
    assert found.lease is None
    assert found.expires_at == NOON + timedelta(seconds=DEFAULT_TTL_S)
    assert "is no lease" in in_one_line(found, NOON)
    assert lease_json(OWNER, "here", found, NOON)["lease"]["holder"] is None


def test_no_lease_blocks_for_ever() -> None:
    endless = held(written(LEASE).replace('"ttl_s":60', '"ttl_s":' + "9" * 3000))
    assert endless.expires_at == NOON + timedelta(hours=1)


def test_a_lease_counts_from_the_last_renewal_by_the_clock_of_the_server_that_wrote_it() -> None:
    assert not held(written(LEASE), age_s=60).is_expired(NOON)
    assert held(written(LEASE), age_s=61).is_expired(NOON)


def test_words_of_a_stranger_stay_in_one_line_and_links_are_plain() -> None:
    told = json.loads(written(LEASE)) | {"holder": f"eve\nerror: all is well {TRICK}{'x' * 2000}", "commit": TRICK}
    for run in (f"https://ci.example.com/{TRICK}", "javascript:alert(1)", "https://a b", "file:///etc/passwd"):
        found = held(json.dumps(told | {"run": run}))
        lines = [in_one_line(found, NOON), *lease_text(OWNER, "here", found, NOON, Paint())]
        assert not any(each in line for line in lines for each in "\n\x1b\x07\r\x9b\u202e\x00"), lines
        assert max(map(len, lines)) < 300
        shown = lease_json(OWNER, "here", found, NOON)["lease"]
        assert (shown["run"], shown["commit"]) == ("", "")


def test_a_lease_is_told_in_lines_and_as_json() -> None:
    found = held(written(LEASE), age_s=20)
    now = NOON + timedelta(seconds=10)
    assert list(lease_text("shop", "prod", found, now, Paint())) == [
        "ada@forge is applying shop to prod.",
        "  since   2026-11-22 12:00:00 UTC (10s ago)",
        "  run     https://ci.example.com/runs/7",
        "  commit  0123456789ab",
        "  until   2026-11-22 12:00:40 UTC (30s left), unless it is renewed",
    ]
    later = [*lease_text("shop", "prod", found, NOON + timedelta(hours=1), Paint())][-1]
    assert later == "  until   2026-11-22 12:00:40 UTC: it has expired; the next apply takes it over"
    assert list(lease_text("shop", "prod", None, now, Paint())) == ["Nobody is applying shop to prod."]
    assert lease_json("shop", "prod", found, now)["lease"] == {
        "holder": "ada@forge",
        "run": "https://ci.example.com/runs/7",
        "commit": "0123456789ab",
        "since": "2026-11-22T12:00:00.000000Z",
        "renewed_at": "2026-11-22T11:59:40.000000Z",
        "expires_at": "2026-11-22T12:00:40.000000Z",
        "is_expired": False,
        "memory_id": "mem_1",
    }


def store(name: str = "agentops-lock", **metadata: str) -> dict[str, Any]:
    return {"id": "memstore_1", "name": name, "metadata": metadata, "created_at": "2026-11-22T12:00:00Z"}


def test_only_a_store_with_our_mark_and_without_an_identity_holds_leases() -> None:
    ours = store(**metadata_of(OWNER))
    assert is_lock(ours)
    assert locks_of([ours, store(**metadata_of("somebody-else"))], OWNER) == [ours]
    assert not is_lock(store())
    assert not is_lock(store("notes", **metadata_of(OWNER)))
    assert not is_lock(store(**metadata_of(OWNER), agentops_id="MemoryStore/agentops-lock"))


@pytest.mark.anyio
async def test_a_store_of_leases_is_nothing_to_plan_to_adopt_to_prune_or_to_destroy(ground: Ground) -> None:
    await ground.settle(a_store("lessons"), a_store("other"))
    for owner in (OWNER, "somebody-else"):
        await ground.sdk.beta.memory_stores.create(name="agentops-lock", metadata=metadata_of(owner))
    plan, world = await ground.planned(a_store("lessons"), a_store("other"))
    assert (plan.is_empty, plan.orphans, len(world.locks)) == (True, (), 1)
    # A store that happens to be called so is anybody's own.
    made = await ground.plan(a_store("lessons"), a_store("other"), a_store("agentops-lock"))
    assert [str(each.address) for each in made.steps] == ["MemoryStore/agentops-lock"]
    assert not made.report.has_errors

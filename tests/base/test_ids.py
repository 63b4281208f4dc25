"""Identifiers: shaped as the API's, in the order of time, and never the same twice."""

import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

from agentops.base.clock import ManualClock
from agentops.base.ids import RandomIds

NOON = datetime(2026, 5, 6, 12, 0, 0, 123_456, UTC)
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def _uuid(made: str) -> UUID:
    number = 0
    for each in made.rpartition("_01")[2]:
        number = number * 58 + ALPHABET.index(each)
    return UUID(int=number)


def test_an_id_has_its_prefix_and_22_characters_of_base58_and_no_other_has_the_same() -> None:
    ids = RandomIds()
    made = {ids.new("agent") for _ in range(2000)}
    assert len(made) == 2000
    assert all(re.fullmatch(r"agent_01[1-9A-HJ-NP-Za-km-z]{22}", each) for each in made)


def test_an_id_is_a_uuid_of_version_7_that_tells_when_it_was_made() -> None:
    found = _uuid(RandomIds(ManualClock(NOON)).new("sesn"))
    assert (found.version, found.variant) == (7, "specified in RFC 4122")
    assert found.int >> 80 == int(NOON.timestamp() * 1000)
    assert (found.int >> 64) & 0xFFF == 456 * 4096 // 1000


def test_one_of_the_apis_own_reads_the_same_way() -> None:
    # Source: platform.claude.com/docs/en/managed-agents, an example's session.
    found = _uuid("sesn_011CakRYQjc4NMXdRy4qKZy5")
    assert datetime.fromtimestamp((found.int >> 80) / 1000, UTC).year in (2025, 2026)


def test_what_is_made_later_sorts_later() -> None:
    clock = ManualClock(NOON)
    ids, made = RandomIds(clock), []
    for step in (1, 999, 1_000, 60_000_000, 86_400_000_000) * 20:
        made.append(ids.new("sevt"))
        clock.advance(timedelta(microseconds=step))
    assert made == sorted(made)


def test_of_what_is_made_at_one_moment_62_bits_differ() -> None:
    ids = RandomIds(ManualClock(NOON))
    made = [_uuid(ids.new("sevt")).int for _ in range(2000)]
    assert len(set(made)) == 2000
    assert {bit for bit in range(128) if len({each >> bit & 1 for each in made}) == 2} == set(range(62))

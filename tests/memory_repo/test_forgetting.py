"""Forgetting in a repository: notes, loose lines, ledger and logs; what is left is named."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentops.base.errors import UsageError
from agentops.memory.forgetting import is_forgotten
from agentops.memory_repo.commits import Move, Person
from agentops.memory_repo.forgetting import Wanted, forgotten, left
from agentops.memory_repo.proposals.committing import memory_at
from agentops.memory_repo.reverting import Stamp
from tests.memory_repo.test_reverting import dreamt, head
from tests.memory_repo.world import STORE, World

pytestmark = pytest.mark.anyio

STAMP = Stamp(Person("Ann", "ann@example.com"), datetime(2026, 11, 22, tzinfo=UTC))
LINE = st.sampled_from(
    ["- the door code is 4711\n", "- the DOOR  code is 4711 \n", "- keep\n", "the door\n", "code is 4711\n"]
)


def wanted(words: str = "the door code is 4711") -> Wanted:
    return Wanted.of(words, STORE, STAMP)


def test_too_few_words_are_refused() -> None:
    with pytest.raises(UsageError, match="too little"):
        wanted("a b")


@given(st.lists(LINE, max_size=7).map("".join))
def test_what_is_forgotten_is_in_no_text_any_more_and_nothing_else_is_missing(text: str) -> None:
    rest = wanted().without(text)
    assert not wanted().is_in(rest)
    assert rest.count("- keep\n") == text.count("- keep\n")


async def test_words_go_from_notes_loose_lines_ledger_and_logs(world: World) -> None:
    dreamt(world)
    world.person("/free.md", "Hello.\nRetry `charge` once on 503.\n- stays\n")
    world.commit({f"evals/{STORE}/golden.jsonl": '{"ask": "Retry `charge` once on 503."}\n{"ask": "else"}\n'})
    asked = wanted("Retry `charge` once on 503.")
    made = forgotten(world.repository, head(world), STORE, asked, STAMP)
    assert made is not None
    world.repository.push({"main": Move(made, head(world))})
    assert world.main()["/free.md"] == "Hello.\n- stays\n"
    assert "/pitfalls/charge.md" not in world.main()
    assert left(world.repository, asked) == {}
    ledger = memory_at(world.repository, made, STORE).ledger
    assert is_forgotten(ledger, "Retry charge once on a 503")
    assert forgotten(world.repository, made, STORE, asked, STAMP) is None


async def test_branches_that_still_hold_it_are_named(world: World) -> None:
    first = world.person("/free.md", "the door code is 4711\n")
    world.repository.push({"agentops/memory/desk": Move(first, None)})
    made = forgotten(world.repository, head(world), STORE, wanted(), STAMP)
    assert made is not None
    world.repository.push({"main": Move(made, head(world))})
    assert left(world.repository, wanted()) == {"refs/heads/agentops/memory/desk": ("stores/desk/free.md",)}

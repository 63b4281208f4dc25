"""Seeds: what the tree writes, what agents keep, and what is in dispute."""

from collections.abc import Mapping

import pytest

from agentops.reconcile.memories import LiveMemory
from agentops.reconcile.observed import Live
from agentops.reconcile.resource import Seed, SeedMode
from agentops.reconcile.seeds import SeedVerdict, judge_seeds
from agentops.reconcile.verdicts import Verdict

from .given import a_seed, a_store, actions, address, codes, planned, remembering, with_live, world_of

AGENT, PERSON = "session_actor", "api_actor"
GIT, LIVE, BOTH = SeedMode.GIT, SeedMode.LIVE, SeedMode.BOTH


def memory(text: str, author: str = PERSON, over: str | None = None) -> LiveMemory:
    """Return a memory that somebody wrote last; an agent wrote `over` what was not an agent's."""
    written = text if author == PERSON else over
    return LiveMemory("mem_1", a_seed(text).sha256, author, a_seed(written).sha256 if written else "")


def seeded(text: str, mode: SeedMode) -> Live:
    """Return a store that we once seeded with the text."""
    (live,) = world_of(a_store("lessons", {"/a.md": a_seed(text, mode)})).lives
    return live


def judged(live: Live | None, seeds: Mapping[str, Seed]) -> SeedVerdict:
    found = judge_seeds(a_store("lessons", seeds), live)
    assert found is not None
    return found


def fate(found: SeedVerdict) -> str:
    """Return what becomes of the only seed."""
    outcomes = {
        "write": [each for each in found.writes if not each.memory_id],
        "rewrite": [each for each in found.writes if each.memory_id],
        "kept": found.kept,
        "disputed": found.disputed,
    }
    happened = [name for name, each in outcomes.items() if each]
    assert len(happened) <= 1
    return happened[0] if happened else "nothing"


@pytest.mark.parametrize("mode", SeedMode)
def test_a_store_to_be_made_gets_every_seed(mode: SeedMode) -> None:
    found = judged(None, {"/b.md": a_seed("B", mode), "/a.md": a_seed("A", mode)})
    assert [each.path for each in found.writes] == ["/a.md", "/b.md"]
    assert not any(each.memory_id or each.expected_sha256 for each in found.writes)
    assert found.judged.verdict is Verdict.UPDATE


def test_a_store_without_seeds_has_no_verdict() -> None:
    assert judge_seeds(a_store(), None) is None


SAME, NEW = "one", "two"
TABLE = [
    # mode, what the tree says now, what is live and who wrote it, what becomes of it, the verdict
    (GIT, SAME, memory("one"), "nothing", Verdict.IN_SYNC),
    (GIT, SAME, memory("theirs", AGENT), "rewrite", Verdict.DRIFT),
    (GIT, SAME, memory("theirs", PERSON), "rewrite", Verdict.DRIFT),
    (GIT, SAME, None, "write", Verdict.DRIFT),
    (GIT, NEW, memory("one"), "rewrite", Verdict.UPDATE),
    (GIT, NEW, memory("theirs", AGENT), "rewrite", Verdict.UPDATE),
    (GIT, NEW, memory("two"), "nothing", Verdict.CONVERGED),
    (GIT, NEW, None, "write", Verdict.UPDATE),
    (LIVE, SAME, memory("one"), "nothing", Verdict.IN_SYNC),
    (LIVE, SAME, memory("theirs", AGENT), "kept", Verdict.IN_SYNC),
    (LIVE, SAME, None, "kept", Verdict.IN_SYNC),
    (LIVE, NEW, memory("one"), "kept", Verdict.CONVERGED),
    (LIVE, NEW, memory("theirs", AGENT), "kept", Verdict.CONVERGED),
    (LIVE, NEW, None, "write", Verdict.UPDATE),
    (BOTH, SAME, memory("one"), "nothing", Verdict.IN_SYNC),
    (BOTH, SAME, memory("theirs", AGENT), "kept", Verdict.IN_SYNC),
    (BOTH, SAME, memory("theirs", PERSON), "kept", Verdict.IN_SYNC),
    (BOTH, SAME, None, "kept", Verdict.IN_SYNC),
    (BOTH, NEW, memory("one"), "rewrite", Verdict.UPDATE),
    (BOTH, NEW, memory("theirs", AGENT), "disputed", Verdict.CONFLICT),
    (BOTH, NEW, memory("two", AGENT), "nothing", Verdict.CONVERGED),
    (BOTH, NEW, None, "write", Verdict.UPDATE),
]


@pytest.mark.parametrize(("mode", "text", "live", "becomes", "verdict"), TABLE)
def test_every_row_of_the_table(
    mode: SeedMode, text: str, live: LiveMemory | None, becomes: str, verdict: Verdict
) -> None:
    store = remembering(seeded("one", mode), {"/a.md": live} if live else {})
    found = judged(store, {"/a.md": a_seed(text, mode)})
    assert fate(found) == becomes
    assert found.judged.verdict is verdict


def test_a_rewrite_expects_what_the_plan_saw() -> None:
    found = judged(remembering(seeded("one", GIT), {"/a.md": memory("theirs")}), {"/a.md": a_seed("one", GIT)})
    (write,) = found.writes
    assert (write.memory_id, write.expected_sha256) == ("mem_1", a_seed("theirs").sha256)


def test_a_dispute_can_be_settled_in_the_trees_favour() -> None:
    live = remembering(seeded("one", BOTH), {"/a.md": memory("theirs", AGENT)})
    found = judged(live, {"/a.md": a_seed("two", BOTH)})
    assert found.writes == ()
    assert [(each.path, each.expected_sha256) for each in found.forced] == [("/a.md", a_seed("theirs").sha256)]


def test_changing_who_has_the_say_changes_no_memory() -> None:
    live = remembering(seeded("one", GIT), {"/a.md": memory("one")})
    assert judged(live, {"/a.md": a_seed("one", LIVE)}).judged.verdict is Verdict.IN_SYNC


def test_a_seed_that_leaves_the_tree_is_let_go_and_stays_live() -> None:
    live = remembering(seeded("one", GIT), {"/a.md": memory("one")})
    made = planned([a_store()], with_live(world_of(a_store("lessons", {"/a.md": a_seed("one", GIT)})), live))
    assert not any(each.memories for each in made.steps)


def test_a_dispute_stops_the_plan_names_the_path_and_shows_the_way_out() -> None:
    live = remembering(seeded("one", BOTH), {"/a.md": memory("theirs", AGENT)})
    world = with_live(world_of(a_store("lessons", {"/a.md": a_seed("one", BOTH)})), live)
    wanted = [a_store("lessons", {"/a.md": a_seed("two", BOTH)})]
    made = planned(wanted, world)
    assert codes(made) == ["plan.memory-conflict"]
    (said,) = made.report.diagnostics
    assert "`/a.md`" in said.message
    assert "--overwrite MemoryStore/lessons" in said.label
    forced = planned(wanted, world, overwrite=frozenset({address("MemoryStore/lessons")}))
    assert codes(forced) == []
    assert [each.path for each in forced.steps[0].memories] == ["/a.md"]


def test_memories_that_agents_keep_are_told_and_are_no_step() -> None:
    live = remembering(seeded("one", BOTH), {"/a.md": memory("theirs", AGENT)})
    world = with_live(world_of(a_store("lessons", {"/a.md": a_seed("one", BOTH)})), live)
    made = planned([a_store("lessons", {"/a.md": a_seed("one", BOTH)})], world)
    assert made.is_empty
    assert [(str(store), path) for store, path in made.kept] == [("MemoryStore/lessons", "/a.md")]


def test_a_new_text_in_one_file_does_not_fight_over_another() -> None:
    seeds = {"/a.md": a_seed("one"), "/b.md": a_seed("one")}
    world = world_of(a_store("lessons", seeds))
    (live,) = world.lives
    learned = remembering(live, {"/a.md": memory("one"), "/b.md": memory("learned", AGENT, over="one")})
    made = planned([a_store("lessons", {**seeds, "/a.md": a_seed("two")})], with_live(world, learned))
    assert codes(made) == []
    assert actions(made) == {"MemoryStore/lessons": "update"}
    assert [each.path for each in made.steps[0].memories] == ["/a.md"]


def test_a_new_text_in_one_file_does_not_bring_back_another_that_agents_removed() -> None:
    seeds = {"/a.md": a_seed("one"), "/b.md": a_seed("one")}
    world = world_of(a_store("lessons", seeds))
    (live,) = world.lives
    forgotten = remembering(live, {"/a.md": memory("one")}, {"/b.md": a_seed("one").sha256})
    made = planned([a_store("lessons", {**seeds, "/a.md": a_seed("two")})], with_live(world, forgotten))
    assert [each.path for each in made.steps[0].memories] == ["/a.md"]

"""What `agentops status` shows: each phase with its reason and its way out, for people and for programs."""

from dataclasses import replace
from datetime import timedelta

from agentops.base.paint import Paint
from agentops.controller.standing import is_settled, lines, standing
from agentops.controller.state import Phase, State
from tests.conftest import NOW

LIVE, NEW = "a" * 40, "b" * 40
CALM = State("shop", Phase.IN_SYNC, since=NOW - timedelta(hours=3, minutes=5), live=LIVE, seen=LIVE)
WAITING = replace(
    CALM,
    name="billing",
    phase=Phase.WAITING,
    since=NOW - timedelta(minutes=1),
    seen=NEW,
    message="Agent/a: policy.actions.replace is ask",
    advice="look at the plan, then: agentops controller approve billing 7f3a",
    plan_id="7f3a",
    steps=tuple(f"replace Agent/a{number}" for number in range(10)),
)
FAILED = replace(
    CALM,
    name="x",
    phase=Phase.FAILED,
    since=NOW,
    live="",
    message="evil \x1b[2J text",
    failures=2,
    next_at=NOW + timedelta(seconds=90),
    asides={"memory": "the forge is away"},
)


def shown(*states: State, acting: str | None = "host:1:abcd") -> str:
    return "\n".join(lines(standing({each.name: each for each in states}, acting, NOW), Paint()))


def test_each_repository_has_a_line_and_below_it_why_and_what_to_do() -> None:
    assert shown(CALM, WAITING, FAILED) == "\n".join(
        [
            "… billing  waiting      live aaaaaaaaaaaa, newest bbbbbbbbbbbb  for 1 minute",
            "    Agent/a: policy.actions.replace is ask",
            *(f"      replace Agent/a{number}" for number in range(8)),
            "      and 2 more",
            "    → look at the plan, then: agentops controller approve billing 7f3a",
            "✓ shop     in sync      live aaaaaaaaaaaa  for 3 hours",
            "! x        failed       nothing is live, newest aaaaaaaaaaaa  for 0 seconds",
            "    evil \\x1b[2J text",
            "    ! memory: the forge is away",
            "    tried 2 times; again in 1 minute",
            "",
            "3 repositories: 1 in sync, 1 waiting, 1 failed. Acting: host:1:abcd",
        ]
    )


def test_nobody_acting_and_nothing_followed_are_told_with_the_way_out() -> None:
    assert shown(CALM, acting=None).endswith("No controller runs: start `agentops controller --config …`")
    assert shown() == "No repository is followed yet: `agentops controller --config controller.yaml` begins."


def test_programs_get_every_fact() -> None:
    document = standing({"billing": WAITING}, None, NOW)
    found = document["repositories"][0]
    assert (found["phase"], found["live"], found["seen"], found["plan_id"]) == ("waiting", LIVE, NEW, "7f3a")
    assert document["summary"]["waiting"] == 1
    assert not is_settled(document)
    assert is_settled(standing({"shop": CALM}, None, NOW))


def test_sentences_are_wrapped_and_commands_are_not() -> None:
    long = replace(WAITING, message="word " * 40, advice="x " * 60)
    found = list(lines(standing({"billing": long}, None, NOW), Paint(), 80))
    assert max(len(each) for each in found if "word" in each) <= 80
    assert [each for each in found if each.startswith("    →")] == [f"    → {long.advice}"]

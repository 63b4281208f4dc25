"""A plan's little language, as its process speaks it: one branch at a time, and the same each time."""

import json
import random
from typing import Any

import pytest

FACTS = {"phases": ["find"], "agents": ["Reviewer"], "has_inline": True, "tools": ["bash", "read"]}
LIMITS = {"RLIMIT_CPU": (20, 21)}


class Play:
    """One plan from its beginning to its end; a test's chance decides which piece of work is answered next."""

    def __init__(self, inside: Any, program: str, seed: int = 0, **facts: object) -> None:
        self.said: list[dict[str, Any]] = []
        self.open: list[int] = []
        name = f"plan {random.random()}"
        inside.ok("plan_start", plan=name, program=program, facts={**FACTS, **facts}, limits=LIMITS)
        chance = random.Random(seed)
        while True:
            heard = inside.ok("plan_next", plan=name)
            for line in map(json.loads, heard["lines"]):
                self._take(line)
                if line["op"] == "wait" and self.open:
                    number = self.open.pop(chance.randrange(len(self.open)))
                    answer = {"n": number, "text": f"result {number}", "is_error": "fail" in self.prompts[number]}
                    inside.ok("plan_answer", plan=name, **answer)
            if heard["end"] is not None:
                self.end, self.printed = heard["end"], heard["printed"]
                break

    def _take(self, line: dict[str, Any]) -> None:
        self.said.append(line)
        if line["op"] == "ask":
            self.open.append(line["n"])

    @property
    def prompts(self) -> dict[int, str]:
        return {each["n"]: each["prompt"] for each in self.said if each["op"] == "ask"}

    @property
    def ops(self) -> list[str]:
        return [each["op"] for each in self.said]

    @property
    def report(self) -> str:
        assert self.said[-1]["op"] == "done", self.said[-1]
        return str(self.said[-1]["report"])

    @property
    def trace(self) -> str:
        assert self.said[-1]["op"] == "failed", self.said[-1]
        return str(self.said[-1]["trace"])


def test_a_plan_says_what_it_does_in_order(inside: Any) -> None:
    program = """
with phase("find"):
    found = agent("look", agent="Reviewer")
    log("found", found)
print("to nobody")
report({"found": found})
"""
    play = Play(inside, program)
    asked = {"prompt": "look", "agent": "Reviewer", "name": None, "system": None, "tools": None}
    assert play.said == [
        {"op": "begin", "n": 1, "phase": "find"},
        {"op": "ask", "n": 2, **asked},
        {"op": "wait", "heard": 0},
        {"op": "log", "text": "found result 2"},
        {"op": "end", "n": 1},
        {"op": "done", "report": '{"found": "result 2"}'},
    ]
    assert (play.end, play.printed) == (0, "to nobody\n")


BRANCHES = """
order = []
def work(name):
    first = agent(f"{name} begins")
    order.append(name)
    agent(f"{name} goes on after {len(order)} others")
    return name
def both(name):
    return parallel([lambda: work(name + "1"), lambda: work(name + "2")])
report([parallel([lambda n=n: both(n) for n in "abc"]), order])
"""


def test_branches_share_what_they_know_and_depend_on_the_order_of_the_answers_alone(inside: Any) -> None:
    first, again, other = (Play(inside, BRANCHES, seed) for seed in (1, 1, 2))
    assert first.said == again.said
    assert first.said != other.said
    results, order = json.loads(first.report)
    assert results == [["a1", "a2"], ["b1", "b2"], ["c1", "c2"]]
    assert sorted(order) == ["a1", "a2", "b1", "b2", "c1", "c2"]
    assert [*first.prompts.values()][:6] == [f"{each} begins" for each in ("a1", "a2", "b1", "b2", "c1", "c2")]


def test_more_branches_than_threads_are_all_run(inside: Any) -> None:
    program = """
def deep(name):
    return sum(parallel([lambda i=i: len(agent(f"{name} {i}")) > 0 for i in range(12)]))
report(sum(parallel([lambda i=i: deep(i) for i in range(20)])))
"""
    play = Play(inside, program)
    assert play.report == "240"
    assert len(play.prompts) == 240


def test_the_first_error_of_branches_is_raised_when_all_have_ended(inside: Any) -> None:
    program = """
def work(name):
    try:
        return agent(name)
    finally:
        log(name)
try:
    parallel([lambda n=n: work(n) for n in ("good", "fails first", "fails second")])
except AgentFailed as failure:
    report(str(failure))
"""
    play = Play(inside, program, seed=3)
    assert play.report == "result 2"
    assert play.ops.count("log") == 3


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("x = 1 / 0", "line 1, in <module>\n    x = 1 / 0"),
        ("agent('will fail')", "AgentFailed: result 1"),
        ("parallel([lambda: agent('will fail')])", "in <lambda>"),
        ("with phase('rest'): pass", "there is no phase 'rest'; declared are: find"),
        ("agent('x', agent='Nobody')", "there is no agent 'Nobody' to ask; there are: Reviewer"),
        ("agent('x', agent='Reviewer', system='s')", "Reviewer is as it is"),
        ("agent('x', tools=['rocket'])", "there is no tool 'rocket'; there are: bash, read"),
        ("agent('')", "prompt must be a text, and not empty"),
        ("agent('x' * 100_001)", "prompt has 100001 characters"),
        ("agent('x', model='big')", "unexpected keyword argument 'model'"),
        ("parallel([agent('x')])", "parallel takes functions without arguments"),
        ("def", "SyntaxError"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("import branches", "No module named 'branches'"),
        ("(lambda f: f(f))(lambda f: f(f))", "RecursionError"),
    ],
)
def test_a_plan_that_fails_is_told_where(inside: Any, program: str, words: str) -> None:
    play = Play(inside, program)
    assert words in play.trace
    assert "inside" not in play.trace


def test_nobody_is_made_up_where_that_is_disabled(inside: Any) -> None:
    assert "agent must name one of: Reviewer" in Play(inside, "agent('x')", has_inline=False).trace


def test_threads_of_its_own_cannot_ask(inside: Any) -> None:
    program = """
import threading
caught = []
def work():
    try:
        agent("x")
    except RuntimeError as error:
        caught.append(str(error))
thread = threading.Thread(target=work)
thread.start()
thread.join()
report(caught[0])
raise SystemExit
"""
    assert "use parallel" in Play(inside, program).report


def test_sets_have_the_same_order_each_time(inside: Any) -> None:
    program = "report(list({'a', 'b', 'c', 'd', 'e'}))"
    assert len({Play(inside, program).report for _ in range(3)}) == 1


def test_there_is_no_plan_but_those_that_were_started(inside: Any) -> None:
    assert "no such plan" in inside.error("plan_next", plan="none")
    inside.ok("plan_start", plan="twice", program="agent('x')", facts=FACTS, limits={})
    assert "runs already" in inside.error("plan_start", plan="twice", program="", facts=FACTS, limits={})
    number = inside.send("plan_next", plan="twice")
    assert len(inside.answer(number)["ok"]["lines"]) in (1, 2)
    waiting = inside.send("plan_next", plan="twice", timeout_s=1_000)
    inside.ok("cancel", target=waiting)
    assert inside.answer(waiting)["ok"]["end"] is None

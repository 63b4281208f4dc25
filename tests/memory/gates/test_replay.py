"""Golden questions and later errors, with the old memory, the new one and none."""

import json
from dataclasses import replace

from agentops.dreaming.lexical import dreamt
from agentops.dreaming.port import Night
from agentops.dreaming.readers import openai_chat
from agentops.memory.applying import applied
from agentops.memory.files import notes_of
from agentops.memory.gates.all import judge
from agentops.memory.gates.port import Consequence, Policy, Proposal
from agentops.memory.gates.questions import Questions, questions_of
from agentops.memory.gates.replay import Replay, replayed
from agentops.memory.notes import Memory
from agentops.memory.operations import Operation, Verb

from . import corpus
from .mutating import TAU_BENCH, again, bases


def _asked(*lines: object) -> Questions:
    return questions_of({"ports.jsonl": "\n".join(json.dumps(each) for each in lines)})


def _base() -> Proposal:
    return bases()["coding"]


def _anchor(proposal: Proposal, words: str) -> str:
    return next(note.anchor for note in notes_of(proposal.after) if words in note.text)


def test_a_question_is_answered_by_words_or_by_the_note_that_is_expected() -> None:
    proposal = _base()
    asked = _asked(
        {"question": "Which port does ledger-api listen on?", "answer": "8431"},
        {"question": "On which port is ledger-api?", "expect": [f"^{_anchor(proposal, 'port 8431')}"]},
        {"question": "Which port does ledger-api listen on?", "expect": ["8431", "8080"]},
        {"question": "Which port does ledger-api listen on?", "expect": "9999"},
    )
    assert asked.problems == ()
    found = replayed(Memory(), proposal.after, asked.questions)
    assert found.new.questions == {0, 1, 2}
    assert found.old.questions == found.none.questions == frozenset()
    assert len(found.gained) == 3
    assert found.lost == ()
    assert found.words.startswith("golden questions: 3 of 4 answered (0 before, 0 without memory), 3 gained, 0 lost")


def test_an_answer_that_is_lost_blocks_and_names_the_question() -> None:
    proposal = _base()
    anchor = _anchor(replace(proposal, after=proposal.before), "port 8431")
    asked = _asked({"question": "Which port does ledger-api listen on?", "answer": "8431"})
    gone = Operation(Verb.RETIRE, corpus.AUTHOR, targets=(anchor,), reason="old")
    judgement = judge(again(proposal, [gone]), [Replay(asked.questions)])
    lost = [each for each in judgement.objections if each.gate == "replay"]
    assert [each.consequence for each in lost] == [Consequence.BLOCK]
    assert lost[0].message.startswith(
        "ports.jsonl, line 1: “Which port does ledger-api listen on?” was answered before"
    )
    assert judgement.is_blocked


def test_a_note_that_took_the_place_of_another_answers_for_it() -> None:
    proposal = _base()
    before = replace(proposal, after=proposal.before)
    anchor = _anchor(before, "port 8431")
    text = "The service `ledger-api` listens on port 8441 in development since 2026-11-15."
    cited = proposal.operations[0].evidence
    newer = Operation(Verb.SUPERSEDE, corpus.AUTHOR, (anchor,), (text,), evidence=cited, reason="changed")
    asked = _asked({"question": "Which port does ledger-api listen on?", "expect": [f"^{anchor}"]})
    found = Replay(asked.questions).replayed(again(proposal, [newer]))
    assert found.lost == ()
    assert found.new.questions == {0}


def test_a_question_that_says_its_own_answer_is_not_asked() -> None:
    asked = _asked({"question": "Is ledger-api on port 8431?", "answer": "8431"})
    assert replayed(Memory(), _base().after, asked.questions).questions == ()


def test_what_is_wrong_with_a_question_is_told_with_its_line() -> None:
    lines = ("{", "[]", '{"question": " "}', '{"question": "a", "hint": "b"}', '{"question": "a"}')
    more = ('{"question": "a", "expect": [7]}', '{"question": "a", "expect": "^"}', '{"question": "a", "answer": 7}')
    found = questions_of({"a.jsonl": "\n".join((*lines, "", *more))})
    assert found.questions == ()
    assert [each.split(" ", 3)[2] for each in found.problems] == ["1", "2", "3", "4", "5", "7", "8", "9"]
    assert found.problems[0] == "a.jsonl, line 1 is not JSON: write one object a line"


def test_a_policy_makes_the_replay_a_warning_or_switches_it_off() -> None:
    proposal = _base()
    asked = _asked({"question": "Which port does ledger-api listen on?", "answer": "8431"})
    empty = replace(proposal, after=Memory(), policy=Policy({"replay": "warn"}))
    told = [each for each in judge(empty, [Replay(asked.questions)]).objections if each.gate == "replay"]
    assert [each.consequence for each in told] == [Consequence.WARN]
    off = replace(empty, policy=Policy({"replay": "off"}))
    assert judge(off, [Replay(asked.questions)]).marks[-1].mark == "off"


def test_pitfalls_of_the_first_trials_are_found_at_errors_of_the_second() -> None:
    """Real sessions: the same errors come again, and the memory has a note for most of them."""
    sessions = openai_chat.read(TAU_BENCH.read_text("utf-8"), name="airline").transcripts
    first = tuple(each for each in sessions if each.session.endswith("-0"))
    held_out = tuple(each for each in sessions if not each.session.endswith("-0"))
    learnt = dreamt(Night(Memory(), first, corpus.TODAY)).operations
    after = applied(Memory(), learnt, dream="drm_1", today=corpus.TODAY).memory
    found = replayed(Memory(), after, (), held_out)
    print(f"\n{found.words}")
    assert found.errors >= 10
    assert len(found.new.errors) >= 0.7 * found.errors
    assert found.old.errors == found.none.errors == frozenset()
    worse = Replay((), held_out).judge(Proposal(after, Memory(), ()))
    assert [each.consequence for each in worse] == [Consequence.WARN]


def test_nothing_to_replay_says_so() -> None:
    assert replayed(Memory(), Memory(), ()).words.startswith("nothing to replay")

"""Laws of applying: in whatever order, twice or in part, the same text comes out, and nothing is lost."""

from hypothesis import given, settings
from hypothesis import strategies as st

from agentops.memory import archived, ledger_text
from agentops.memory.files import bullets_of, notes_of, parse
from agentops.memory.forgetting import is_forgotten
from agentops.memory.index import entries, indexed
from agentops.memory.layout import is_archived
from agentops.memory.notes import Memory, Status
from agentops.memory.operations import Operation, Verb
from tests.memory.given import LATER, after, dreamt, fit_operations, operation, operations, store, texts

CLAIMS = ("gates close early", "meals are cold", "cards are charged twice", "seats by the door are wide")
BY_HAND = {
    "/free/d.md": "Prose here.\n\n- by hand\n- named ^hand\n",
    "/facts/b.md": "- own\r\n- fact ^fact",
    "/facts/c.md": "---\nkind: fact\n# mine\nowner: anna\n---\n- same\n",
}
GIVEN = Memory({**store(*CLAIMS).files, **BY_HAND}, store(*CLAIMS).ledger)
ANCHORS = st.sampled_from([*(note.anchor for note in notes_of(GIVEN)), "gone"])
ONE = fit_operations(ANCHORS) | fit_operations(ANCHORS) | operations(ANCHORS)
SEVERAL = st.lists(ONE, max_size=6)


LAW = settings(max_examples=12, deadline=None)


def texts_of(memory: Memory) -> tuple[object, ...]:
    return dict(memory.files), dict(ledger_text.written(memory.ledger))


@LAW
@given(SEVERAL, st.randoms(use_true_random=False))
def test_the_order_of_operations_does_not_show(several: list[Operation], order: object) -> None:
    turned = list(several)
    order.shuffle(turned)  # type: ignore[attr-defined]  # a random.Random

    assert texts_of(dreamt(GIVEN, *turned).memory) == texts_of(dreamt(GIVEN, *several).memory)


@LAW
@given(SEVERAL)
def test_every_operation_is_done_or_told_and_both_keep_their_order(several: list[Operation]) -> None:
    result = dreamt(GIVEN, *several)

    unfit = [one for one, _ in result.unfit]
    assert sorted(map(repr, [*result.done, *unfit])) == sorted(map(repr, several))
    assert all(sentence for _, sentence in result.unfit)
    left = iter(several)
    assert all(one in left for one in result.done)


@LAW
@given(st.lists(ONE.filter(lambda one: one.verb is not Verb.REWORD), max_size=6))
def test_applying_twice_changes_nothing_more(several: list[Operation]) -> None:
    once = dreamt(GIVEN, *several).memory

    kept = [one for one in several if one in dreamt(GIVEN, *several).done]
    assert texts_of(dreamt(once, *kept).memory) == texts_of(once)


@LAW
@given(texts, texts)
def test_applying_nothing_is_the_memory_itself(one: str, other: str) -> None:
    memory = Memory({"/facts/a.md": one, "/MEMORY.md": other}, GIVEN.ledger)

    assert dreamt(memory).memory is memory


@LAW
@given(SEVERAL)
def test_what_is_unfit_would_not_be_missed(several: list[Operation]) -> None:
    result = dreamt(GIVEN, *several)

    assert texts_of(dreamt(GIVEN, *result.done).memory) == texts_of(result.memory)


@LAW
@given(SEVERAL)
def test_every_anchor_stands_once_and_none_is_given_again(several: list[Operation]) -> None:
    once = dreamt(GIVEN, *several).memory
    files = {path: text for path, text in once.files.items() if path != "/MEMORY.md"}
    names = [note.anchor for path, text in files.items() for note in parse(path, text).notes]

    assert len(names) == len(set(names))
    again = dreamt(once, operation(Verb.ADD, "nobody said this before", path="/facts/b.md")).memory
    new = {one.anchor for one in notes_of(again)} - {one.anchor for one in notes_of(once)}
    assert not new & {*names, *once.ledger.records, *(one.anchor for one in notes_of(GIVEN))}


@LAW
@given(SEVERAL)
def test_nothing_is_lost_silently(several: list[Operation]) -> None:
    """Whatever was said before is still said, is in the archive, or an operation on it says that it was changed."""
    result = dreamt(GIVEN, *several)
    kept = {note.text for note in notes_of(result.memory)} | {
        archived.claim_of(note.text)
        for path, text in result.memory.files.items()
        if is_archived(path)
        for note in parse(path, text).notes
    }
    rewrites = {Verb.REWORD, Verb.REDACT, Verb.FORGET}
    changed = {name for one in result.done if one.verb in rewrites for name in one.targets}
    for note in notes_of(GIVEN):
        assert note.text in kept or note.anchor in changed


@LAW
@given(SEVERAL)
def test_records_and_lines_agree(several: list[Operation]) -> None:
    memory = dreamt(GIVEN, *several).memory
    standing = {note.anchor for note in notes_of(memory)}
    for anchor, record in memory.ledger.records.items():
        assert record.anchor == anchor
        assert (anchor in standing) == (record.status not in {Status.SUPERSEDED, Status.ARCHIVED})
        assert not record.replaced_by or record.replaced_by in memory.ledger.records
        assert list(record.evidence) == sorted(set(record.evidence))


@LAW
@given(SEVERAL)
def test_what_is_derived_is_derived_again_alike(several: list[Operation]) -> None:
    memory = dreamt(GIVEN, *several).memory
    if memory is not GIVEN:
        index = memory.files.get("/MEMORY.md", "")
        assert indexed(index, entries(memory)) == index
        assert len(index.splitlines()) <= 200


@LAW
@given(SEVERAL, st.data())
def test_leaving_out_what_a_person_unticked_works(several: list[Operation], data: st.DataObject) -> None:
    """The rest does what it would have done had the other never been proposed: names included."""
    done = dreamt(GIVEN, *several).done
    if not done:
        return
    left_out = data.draw(st.sampled_from(done))
    rest = [one for one in done if one.id != left_out.id]

    result = dreamt(GIVEN, *rest)

    whole = dreamt(GIVEN, *done).memory
    for name, record in result.memory.ledger.records.items():
        if record.born:
            assert name in whole.ledger.records


@LAW
@given(SEVERAL, st.data())
def test_what_was_forgotten_is_nowhere_and_does_not_come_back(several: list[Operation], data: st.DataObject) -> None:
    memory = dreamt(GIVEN, *several).memory
    note = data.draw(st.sampled_from(notes_of(memory)))
    twins = [one for one in notes_of(memory) if note.text in one.text and one != note]

    gone = after(memory, operation(Verb.FORGET, targets=(note.anchor,)), dream="drm_2", today=LATER)

    everything = "".join(gone.files.values()) + "".join(ledger_text.written(gone.ledger).values())
    assert twins or " " not in note.text or note.text not in everything
    assert is_forgotten(gone.ledger, note.text)
    assert dreamt(gone, operation(Verb.ADD, note.text, path="/facts/b.md")).unfit


@settings(max_examples=12, deadline=None)
@given(st.lists(SEVERAL, max_size=3))
def test_dreams_one_after_another_keep_the_laws(nights: list[list[Operation]]) -> None:
    memory = GIVEN
    for night, several in enumerate(nights):
        memory = dreamt(memory, *several, dream=f"drm_{night}").memory
    names = [bullet.note.anchor for _, bullet in bullets_of(memory)]

    assert len(names) == len(set(names))
    assert ledger_text.read(ledger_text.written(memory.ledger)).records == memory.ledger.records

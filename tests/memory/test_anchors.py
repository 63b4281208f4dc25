"""Anchors come from content, never stand for two notes, and look like what people can type."""

from hypothesis import given, settings
from hypothesis import strategies as st

from agentops.memory.anchors import AT_END, derived, implied, is_implied


@settings(max_examples=25)
@given(st.lists(st.text(), unique=True, max_size=30))
def test_notes_have_anchors_of_their_own(seeds: list[str]) -> None:
    taken: set[str] = set()
    for seed in seeds:
        anchor = derived(seed, taken)
        assert anchor not in taken
        taken.add(anchor)


@settings(max_examples=25)
@given(st.text())
def test_an_anchor_reads_back_from_the_end_of_a_line(seed: str) -> None:
    anchor = derived(seed, set())

    found = AT_END.search(f"a claim ^{anchor}")
    assert found is not None
    assert found[1] == anchor
    assert len(anchor) == 4
    assert not is_implied(anchor)


def test_an_anchor_that_is_taken_grows() -> None:
    taken: set[str] = set()
    for length in range(4, 25):
        anchor = derived("same", taken)
        assert len(anchor) == length
        taken.add(anchor)

    assert derived("same", taken)[:4] != anchor[:4]


def test_an_implied_anchor_is_of_path_and_text() -> None:
    assert implied("/a.md", "x") == implied("/a.md", "x")
    assert len({implied("/a.md", "x"), implied("/b.md", "x"), implied("/a.md", "y"), implied("/a.md", "x", 1)}) == 4
    assert is_implied(implied("/a.md", "x"))

"""Memory paths as a tree, held against a plain model of one."""

from hypothesis import given
from hypothesis import strategies as st

from agentops.engine.core import memory_paths

segments = st.text(st.sampled_from(" !-.0az~é\U0001f600"), min_size=1, max_size=3)
paths = st.lists(segments, min_size=1, max_size=4).map(lambda each: "/" + "/".join(each))
trees = st.sets(paths, max_size=12).map(lambda each: sorted(each, key=str.encode))
prefixes = st.lists(segments, max_size=2).map(lambda each: "/" + "".join(f"{part}/" for part in each))


def below(tree: list[str], prefix: str) -> list[str]:
    start, end = memory_paths.reach(prefix)
    return [each for each in tree if start <= each < end]


@given(trees, prefixes)
def test_a_prefix_reaches_exactly_what_begins_with_it(tree: list[str], prefix: str) -> None:
    assert below(tree, prefix) == [each for each in tree if each.startswith(prefix)]


@given(trees, prefixes)
def test_children_are_the_memories_and_the_folders_right_below(tree: list[str], prefix: str) -> None:
    direct = {each for each in below(tree, prefix) if "/" not in each[len(prefix) :]}
    folders = {
        prefix + each[len(prefix) :].partition("/")[0] + "/" for each in below(tree, prefix) if each not in direct
    }
    assert memory_paths.children(below(tree, prefix), prefix) == sorted(direct | folders, key=str.encode)


@given(trees, prefixes, st.integers(1, 4), st.booleans())
def test_pages_put_together_are_the_whole_list(tree: list[str], prefix: str, limit: int, shallow: bool) -> None:
    def items(start: str) -> list[str]:
        found = [each for each in below(tree, prefix) if each >= start]
        return memory_paths.children(found, prefix) if shallow else found

    whole = items("")
    walked: list[str] = []
    start = ""
    while page := items(start)[:limit]:
        walked += page
        start = memory_paths.after(page[-1])
    assert walked == whole


def test_a_folder_comes_before_a_name_that_goes_on_behind_the_slash() -> None:
    tree = ["/a", "/a-b", "/a/x", "/a/y", "/a0"]
    assert memory_paths.children(tree, "/") == ["/a", "/a-b", "/a/", "/a0"]

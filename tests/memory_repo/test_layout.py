"""Files and memories: any set of paths has names in git, and each name leads back."""

from hypothesis import given
from hypothesis import strategies as st

from agentops.memory_repo import layout

PART = st.one_of(
    st.sampled_from(["a", "b", ".git", ".GIT", ".gitignore", "git~1", "%2E", "%2F", "%", "a%2F", "%25", "x y"]),
    st.text(
        st.characters(exclude_characters="/", exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp")), min_size=1
    ).filter(lambda text: text not in {".", ".."}),
)
PATH = st.lists(PART, min_size=1, max_size=4).map(lambda parts: "/" + "/".join(parts))


@given(st.sets(PATH, max_size=12))
def test_every_memory_is_a_file_and_every_file_that_memory(paths: set[str]) -> None:
    names = layout.file_names(paths)
    assert {layout.memory_path(name): path for path, name in names.items()} == {path: path for path in paths}
    files = set(names.values())
    assert len(files) == len(paths)
    assert not any(file.startswith(f"{other}/") for file in files for other in files)


@given(PATH)
def test_no_file_is_called_what_git_keeps_for_itself(path: str) -> None:
    for part in layout.file_names([path])[path].split("/"):
        assert not part.lower().startswith((".git", "git~1"))


def test_an_ordinary_path_is_its_own_name() -> None:
    paths = ["/facts/a b.md", "/MEMORY.md", "/100%/ü.md"]
    assert layout.file_names(paths) == {path: path.removeprefix("/") for path in paths}


def test_what_begins_with_git_is_no_memory() -> None:
    assert layout.memory_path("facts/.gitkeep") is None
    assert layout.memory_path(".gitattributes") is None

"""Merging the texts of notes: two sides that each add bullets at one place do not contradict each other."""

import re
from collections.abc import Callable, Iterator

TextMerge = Callable[[str, str, str, tuple[str, str]], tuple[str, bool]]
LABELS = ("main", "live")

_HUNK = re.compile(
    r"^<<<<<<< main\n(?P<main>.*?)^\|\|\|\|\|\|\| before\n(?P<base>.*?)^=======\n(?P<live>.*?)^>>>>>>> live\n",
    re.MULTILINE | re.DOTALL,
)
_MARKER = re.compile(r"^(<{7}|\|{7}|={7}|>{7})( |$)", re.MULTILINE)
_BULLET = re.compile(r"\s*[-*+] |\s*$")


def merged(three_way: TextMerge, main: str, base: str, live: str) -> tuple[str, bool]:
    """Return the texts merged, and whether it went without conflict markers.

    Where both sides only added bullets, both are kept, main's first: the order of bullets says nothing.
    """
    text, is_clean = three_way(main, base, live, LABELS)
    if is_clean or any(_MARKER.search(each) for each in (main, base, live)):
        return text, is_clean
    settled = _HUNK.sub(_settled, text)
    return settled, not _MARKER.search(settled)


def is_undecided(text: str) -> bool:
    """Tell whether a text holds a conflict of ours that nobody settled yet."""
    lines = text.splitlines()
    return f"<<<<<<< {LABELS[0]}" in lines and f">>>>>>> {LABELS[1]}" in lines


def _settled(hunk: re.Match[str]) -> str:
    main, base, live = hunk["main"], hunk["base"], hunk["live"]
    if not base.strip() and all(_BULLET.match(line) for line in (main + live).splitlines()):
        return "".join(_union(main.splitlines(keepends=True), live.splitlines(keepends=True)))
    return f"<<<<<<< main\n{main}=======\n{live}>>>>>>> live\n"


def _union(main: list[str], live: list[str]) -> Iterator[str]:
    yield from main
    known = {each.strip() for each in main}
    yield from (each for each in live if each.strip() not in known)

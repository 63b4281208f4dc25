"""Mutations of the form of a store: sizes, anchors, links, heads, names, shares, protected paths, wording."""

import re
from collections.abc import Iterator
from dataclasses import replace

from agentops.memory.files import notes_of
from agentops.memory.gates.port import Policy, Proposal
from agentops.memory.layout import INDEX
from agentops.memory.notes import NoteKind, Trust
from agentops.memory.operations import Verb

from .mutating import adding, adds, by_hand, mutation, swapped, without, writing


@mutation("size_budget")
def sizes_beyond_limits(proposal: Proposal) -> Iterator[Proposal]:
    one = adds(proposal)[0]
    yield by_hand(proposal, "/notes/huge.md", "all work and no play\n" * 500_000)
    yield writing(proposal, one.path, lambda text: text + "all work and no play " * 500_000)
    yield swapped(proposal, one, replace(one, texts=("all work and no play " * 500_000,)))
    yield swapped(proposal, one, replace(one, texts=("word " * 49,)))
    yield writing(proposal, one.path, lambda text: text + "- one more of them ^a{}\n" * 41)
    yield writing(proposal, one.path, lambda text: text + f"- {'word ' * 2000}\n")
    yield writing(proposal, INDEX, lambda text: text + "- [a](facts/a.md): b\n" * 200)
    yield writing(proposal, INDEX, lambda text: text + f"- {'word ' * 6000}\n")
    files = {f"/notes/{number}.md": "one\n" for number in range(2001)}
    yield replace(proposal, after=replace(proposal.after, files={**proposal.after.files, **files}))
    many = {f"/notes/{number}.md": "word " * 1500 for number in range(5)}
    yield replace(proposal, after=replace(proposal.after, files={**proposal.after.files, **many}))


@mutation("schema_and_links")
def broken_heads(proposal: Proposal) -> Iterator[Proposal]:
    path = adds(proposal)[0].path
    yield writing(proposal, path, lambda text: text.replace("\nstatus: ", "\nstatus: [", 1))
    yield writing(proposal, path, lambda text: text.replace("\nkind: ", "\nkind: x", 1))
    yield writing(proposal, path, lambda text: re.sub(r"\nstatus: \w+", "\nstatus: golden", text, count=1))
    yield writing(proposal, path, lambda text: re.sub(r"\norigin: \w+", "\norigin: nobody", text, count=1))
    yield writing(proposal, path, lambda text: re.sub(r"\ntrust: \w+", "\ntrust: 7", text, count=1))
    kind = "reference" if "\nkind: reference" not in proposal.after.files[path] else "fact"
    yield writing(proposal, path, lambda text: re.sub(r"\nkind: \w+", f"\nkind: {kind}", text, count=1))
    yield writing(proposal, path, lambda text: "---\n- a\n- list\n---\n" + text.split("---\n", 2)[2])
    yield writing(proposal, path, lambda text: text.replace("\n---\n", "\n", 1))


@mutation("schema_and_links")
def broken_anchors(proposal: Proposal) -> Iterator[Proposal]:
    notes = notes_of(proposal.after)
    for note in notes[:4]:
        line = f"- Something else altogether, for once. ^{note.anchor}\n"
        yield writing(proposal, note.path, lambda text, line=line: text + line)
        other = next(each.path for each in notes if each.path != note.path)
        yield writing(proposal, other, lambda text, line=line: text + line)


@mutation("schema_and_links")
def broken_links(proposal: Proposal) -> Iterator[Proposal]:
    path = adds(proposal)[0].path
    for link in ("[x](/facts/none.md)", "[x](none.md)", "[x](../none/none.md)", "[x](#^zz9z)"):
        yield writing(proposal, path, lambda text, link=link: f"{text}- see {link}\n")
    yield writing(proposal, INDEX, lambda text: f"{text}- [gone](facts/none.md): it was here\n")
    listed = next(path for path in proposal.before.files if f"({path[1:]})" in proposal.after.files[INDEX])
    yield without(proposal, [listed])


@mutation("schema_and_links")
def an_index_that_leaves_out(proposal: Proposal) -> Iterator[Proposal]:
    path = next(each.path for each in adds(proposal) if f"({each.path[1:]})" in proposal.after.files[INDEX])
    kept = lambda text: "".join(line for line in text.splitlines(keepends=True) if f"({path[1:]})" not in line)  # noqa: E731
    yield writing(proposal, INDEX, kept)


@mutation("schema_and_links")
def names_that_no_store_takes(proposal: Proposal) -> Iterator[Proposal]:
    known = min(proposal.before.files)
    for path in ("/a//b.md", "/a/../b.md", "/a/./b.md", "notes.md", "/a\u0301.md", "/a\nb.md", "/" + "a/" * 20 + "b.md",
                 "/" + "a" * 1024, known.upper(), f"{known}/below.md"):  # fmt: skip
        yield by_hand(proposal, path, "one\n")


@mutation("schema_and_links")
def a_ledger_that_does_not_fit(proposal: Proposal) -> Iterator[Proposal]:
    records = dict(proposal.after.ledger.records)
    anchor = next(each for each in sorted(records) if each not in proposal.before.ledger.records)
    ghost = replace(records[anchor], anchor="zz9z")
    for changed in ({**records, "zz9z": ghost}, {each: one for each, one in records.items() if each != anchor}):
        yield replace(proposal, after=replace(proposal.after, ledger=replace(proposal.after.ledger, records=changed)))


@mutation("change_share")
def a_third_of_it_gone(proposal: Proposal) -> Iterator[Proposal]:
    """Without a word, with a word for each, and with the words but not the archive."""
    notes = notes_of(proposal.before)
    third = notes[: max(4, 3 * len(notes) // 10)]
    silent = proposal
    for note in third:
        silent = writing(silent, note.path, lambda text, note=note: _cut(text, note.anchor))
    yield silent
    one = replace(adds(proposal)[0], verb=Verb.RETIRE, texts=(), evidence=(), path="", kind=None, reason="old")
    retiring = [replace(one, targets=(note.anchor,)) for note in third]
    yield adding(proposal, *retiring)
    yield replace(silent, operations=(*proposal.operations, *retiring))


@mutation("change_share")
def one_line_gone_without_a_word(proposal: Proposal) -> Iterator[Proposal]:
    for note in notes_of(proposal.before):
        yield writing(proposal, note.path, lambda text, note=note: _cut(text, note.anchor))


@mutation("change_share")
def one_note_taken_out_without_a_reason(proposal: Proposal) -> Iterator[Proposal]:
    one = replace(adds(proposal)[0], verb=Verb.RETIRE, texts=(), evidence=(), path="", kind=None, reason=" ")
    for note in notes_of(proposal.before):
        yield adding(proposal, replace(one, targets=(note.anchor,)))


@mutation("protected_paths")
def edits_of_protected_paths(proposal: Proposal) -> Iterator[Proposal]:
    path = adds(proposal)[0].path
    folder = path.rsplit("/", 1)[0]
    for pattern in (path, f"{folder}/*", f"{folder}/**", "/**", folder, f"{folder}/", "/*/*.md"):
        yield replace(proposal, policy=Policy(protected=("/nothing/*", pattern)))
    guarded = replace(proposal, policy=Policy(protected=("/rules/**",)))
    yield by_hand(guarded, "/rules/deep/est.md", "agents may do what they like\n")
    yield writing(guarded, "/rules/est.md", lambda _: "agents may do what they like\n")


@mutation("lint")
def words_that_age(proposal: Proposal) -> Iterator[Proposal]:
    one = adds(proposal)[0]
    observed = replace(one, trust=Trust.OBSERVED, support=replace(one.support, sessions=1))
    for words in (
        "The import was slow yesterday.",
        "Prices changed 3 days ago.",
        "The relay is replaced next week.",
        "The relay does not work.",
    ):
        yield swapped(proposal, one, replace(observed, texts=(words,)))
    for words in ("The import always fails on the first try.", "The relay never answers before noon."):
        yield swapped(proposal, one, replace(observed, texts=(words,)))
    fact = replace(observed, kind=NoteKind.FACT, path="/facts/orders.md", texts=("Always call the relay first.",))
    yield swapped(proposal, one, fact)


@mutation("duplicates")
def the_same_said_twice(proposal: Proposal) -> Iterator[Proposal]:
    for note in notes_of(proposal.before)[:8]:
        text = note.text.rstrip(".") + ", in short."
        yield writing(proposal, note.path, lambda file, text=text: f"{file}- {text} ^zz9z\n")


def _cut(text: str, anchor: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.rstrip().endswith(f"^{anchor}"))

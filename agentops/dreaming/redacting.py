"""Transcripts without secrets and personal data, before anybody and anything reads them: `⟨secret:aws-key:1⟩` instead.

The same value gets the same number all through a transcript, so that what happened can still be followed. What stood
there is kept nowhere.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from agentops.base.canonical import canonical_json
from agentops.base.giving_up import go_on
from agentops.memory.scanning import personal, secrets
from agentops.memory.scanning.hits import Hit, apart
from agentops.memory.transcripts import Event, Transcript

PLACEHOLDER = re.compile(r"(⟨(?:secret|personal):[a-z0-9-]{1,40}:\d{1,9}⟩)")

_ALONE = 8
"""Units: characters. A value as long as this is replaced wherever it stands, also where no word gives it away."""

_FEW = 64
"""So many values are looked for in a text one by one; of more, those that begin somewhere in it."""

_ROUNDS = 10
"""A value that is gone can bring another beside the word that told of it: so often it is looked again, at most."""


def redacted(transcript: Transcript) -> Transcript:
    """Return the transcript with placeholders for secrets and personal data, in texts, arguments and the task.

    Who asked for it stays, or nobody would know whose preferences these are: it should be a name that may be kept.
    """
    texts = dict.fromkeys([*chain.from_iterable(map(_texts, transcript.events)), transcript.task])
    clean = cleaned(texts)
    events = tuple(_redacted(each, clean) for each in transcript.events)
    return replace(transcript, events=events, task=clean[transcript.task])


def cleaned(texts: Iterable[str]) -> Mapping[str, str]:
    """Return each text without secrets and personal data, numbered over all of them in their order.

    Raises:
        asyncio.CancelledError: it was given up.
    """
    found = {each: each for each in texts}
    values = _Values.beside(found)
    open_ones = list(found)
    for _ in range(_ROUNDS):
        before, known = dict(found), len(values.placeholders)
        for each in open_ones:
            go_on()
            found[each] = values.taken_out(found[each])
        if len(values.placeholders) > known:
            # What a word gave away in one text stands in another without it.
            for each, text in found.items():
                go_on()
                found[each] = values.known_out(text)
        open_ones = [each for each, text in found.items() if text != before[each]]
        if not open_ones:
            break
    return found


@dataclass
class _Values:
    """The values that were found, each with its placeholder."""

    placeholders: dict[str, str] = field(default_factory=dict)
    _numbers: Counter[str] = field(default_factory=Counter)
    _long: dict[str, list[str]] = field(default_factory=dict)
    """Those that are replaced wherever they stand, by how they begin."""

    @classmethod
    def beside(cls, texts: Iterable[str]) -> "_Values":
        """Return none yet, to be numbered after the placeholders that the texts hold already."""
        values = cls()
        for each in chain.from_iterable(map(PLACEHOLDER.findall, texts)):
            what, _, number = each[1:-1].rpartition(":")
            values._numbers[what] = max(values._numbers[what], int(number))
        return values

    def taken_out(self, text: str) -> str:
        """Return the text with a placeholder for each value that is found in it."""
        pieces: list[str] = []
        end = 0
        for each in _hits(text):
            value = text[each.start : each.end]
            if "⟨" not in value and "⟩" not in value:
                pieces += text[end : each.start], self._placeholder(value, each.what)
                end = each.end
        return "".join([*pieces, text[end:]])

    def known_out(self, text: str) -> str:
        """Return the text with placeholders for known values: all of it, or the long ones."""
        if text in self.placeholders:
            return self.placeholders[text]
        for value in sorted(self._near(text), key=lambda each: (-len(each), each)):
            if value in text:
                parts = PLACEHOLDER.split(text)
                parts[::2] = [each.replace(value, self.placeholders[value]) for each in parts[::2]]
                text = "".join(parts)
        return text

    def _near(self, text: str) -> Iterable[str]:
        """Return the long values, or of many those that may stand in the text: the time is that of reading it."""
        if len(self._long) > _FEW:
            begun = {start for at in range(len(text) - _ALONE + 1) if (start := text[at : at + _ALONE]) in self._long}
        else:
            begun = set(self._long)
        return chain.from_iterable(map(self._long.__getitem__, begun))

    def _placeholder(self, value: str, what: str) -> str:
        if value not in self.placeholders:
            if len(value) >= _ALONE:
                self._long.setdefault(value[:_ALONE], []).append(value)
            self._numbers[what] += 1
            self.placeholders[value] = f"⟨{what}:{self._numbers[what]}⟩"
        return self.placeholders[value]


def _hits(text: str) -> Iterator[Hit]:
    told = (
        (each, family)
        for find, family in ((secrets.find, "secret"), (personal.find, "personal"))
        for each in find(text)
    )
    return apart(replace(each, what=f"{family}:{each.what}") for each, family in told)


def _redacted(event: Event, clean: Mapping[str, str]) -> Event:
    arguments, text = _mapped(event.arguments, clean.__getitem__), clean[event.text]
    if arguments != event.arguments and event.text == canonical_json(event.arguments):
        spelled = canonical_json(arguments)
        # Spelled out, an argument stands beside its name, which may tell what the argument alone did not.
        text = text if any(_hits(spelled)) else spelled
    return replace(event, arguments=arguments, text=text)


def _texts(event: Event) -> Iterator[str]:
    yield from _strings(event.arguments)
    yield event.text


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from chain.from_iterable(map(_strings, chain(value, value.values())))
    elif isinstance(value, list | tuple):
        yield from chain.from_iterable(map(_strings, value))


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {_mapped(key, change): _mapped(each, change) for key, each in value.items()}
    return [_mapped(each, change) for each in value] if isinstance(value, list | tuple) else value

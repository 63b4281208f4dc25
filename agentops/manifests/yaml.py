"""YAML as data with places, in one pass over the parser's events; the only file that knows PyYAML.

Manifests take the part of YAML that reads the same to everybody: YAML 1.2's core types, no anchors, no tags, no
duplicate keys. Source: YAML 1.2.2, 10.3 (core schema); PyYAML 6.0.3 `yaml/events.py`.
"""

from array import array
from collections.abc import Callable
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from agentops.base.diagnostics import Code, Diagnostic, Related, Severity
from agentops.manifests.codes import files, yamls
from agentops.manifests.marks import Marks, Text
from agentops.manifests.parsed import Parsed, Stream
from agentops.manifests.scalars import LOOK_ALIKES, NUMBER_STARTS, UNUSUAL, WORDS, BadNumber, number
from agentops.manifests.syntax import Complaint, explained
from agentops.manifests.wording import MOST_TOLD, ticked
from agentops.wire.wording import described

Parser: Any = getattr(yaml.cyaml, "CParser", yaml.SafeLoader) if yaml.__with_libyaml__ else yaml.SafeLoader
"""libyaml's parser, or, where PyYAML was built without it, the pure one: the same events, ten times slower."""

MAX_DEPTH = 64
"""Deeper nesting is refused while reading: libyaml's loader overflows its stack, and no person writes it."""

_SKIPPED = "\0skipped"
"""Stands for a key whose value is read and dropped; no key can hold a NUL."""

_AS_KEY = "\0as-key"
"""Stands for the place of a collection that is itself a key."""

_TEXT_TAGS = ("!", "tag:yaml.org,2002:str")
_TYPE_TAGS = {
    "tag:yaml.org,2002:bool": bool,
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:float": float,
    "tag:yaml.org,2002:null": type(None),
    "tag:yaml.org,2002:map": dict,
    "tag:yaml.org,2002:seq": list,
}


def read(text: Text) -> Stream:
    """Return the documents of a YAML text; empty ones are left out.

    Reports: yaml.syntax, yaml.tab, yaml.too-deep, yaml.duplicate-key, yaml.alias, yaml.merge-key, yaml.tag,
    yaml.key-not-text, yaml.number, yaml.look-alike, file.control-character.
    """
    reader = _Reader(text)
    try:
        complete = reader.run(Parser(text.text).get_event)
    except yaml.reader.ReaderError as error:
        complete = reader.refuse_character(chr(error.character))
    except _Enough:
        complete = False
    except yaml.MarkedYAMLError as error:
        complete = False
        reader.diagnostics.append(explained(text, _complaint(error)))
    return Stream(tuple(reader.documents), tuple(reader.diagnostics), complete)


class _Enough(Exception):
    """A file has so many errors that reading on would help nobody."""


class _Reader:
    """Builds data and marks side by side: `run` is the hot loop of loading, everything else meets unusual input."""

    __slots__ = ("_errors", "_marks", "_sound", "_text", "diagnostics", "documents")

    def __init__(self, text: Text) -> None:
        self._text = text
        self._marks: list[int] = []
        self._sound = True
        self._errors = 0
        self.documents: list[Parsed] = []
        self.diagnostics: list[Diagnostic] = []

    # One branch an event, written out in one place: a call for each event would cost a fifth of loading.
    def run(self, next_event: Callable[[], Any]) -> bool:  # noqa: C901, PLR0912, PLR0915
        """Read to the end, or to where reading must stop; tell which."""
        marks = self._marks
        stack: list[tuple[Any, str | None, int]] = []
        here: Any = []
        key: str | None = None
        while True:
            event = next_event()
            kind = event.__class__
            if kind is ScalarEvent:
                marks.append(event.start_mark.index)
                marks.append(event.end_mark.index)
                value = event.value
                if not event.style and (value in UNUSUAL or value[0] in NUMBER_STARTS):
                    value = self._plain(event, as_key=key is None and here.__class__ is dict)
                if event.tag is not None or event.anchor is not None:
                    value = self._decorated(event, value)
                if key is not None:
                    if key is _SKIPPED:
                        del marks[-2:]
                    else:
                        here[key] = value
                    key = None
                elif here.__class__ is list:
                    here.append(value)
                elif value.__class__ is str and value not in here and value != "<<":
                    key = value
                else:
                    key = self._refused_key(event, value, here, stack[-1][2])
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                if len(stack) == MAX_DEPTH:
                    return self._too_deep(event)
                fresh: Any = {} if kind is MappingStartEvent else []
                if here.__class__ is list:
                    here.append(fresh)
                elif key is None:
                    key = self._collection_as_key(event)
                elif key is not _SKIPPED:
                    here[key] = fresh
                if event.tag is not None or event.anchor is not None:
                    self._decorated(event, fresh)
                stack.append((here, key, len(marks)))
                marks.append(event.start_mark.index)
                marks.append(0)
                here, key = fresh, None
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                here, key, position = stack.pop()
                marks[position + 1] = event.end_mark.index
                if key is _SKIPPED or key is _AS_KEY:
                    del marks[position:]
                key = _SKIPPED if key is _AS_KEY else None
            elif kind is AliasEvent:
                key = self._alias(event, here, key)
            elif kind is DocumentEndEvent:
                self._finish(here)
                here = []
            elif kind is StreamEndEvent:
                return True

    def _finish(self, root: list[Any]) -> None:
        if root != [None]:
            marks = Marks(self._text, root[0], array("I", self._marks))
            self.documents.append(Parsed(root[0], marks, self._sound))
        self._marks.clear()
        self._sound = True

    def _plain(self, event: Any, *, as_key: bool) -> Any:
        text = event.value
        if text in WORDS:
            return WORDS[text]
        if text in LOOK_ALIKES:
            if not as_key:
                message = f"`{text}` is text here, and a truth value to older readers of YAML"
                label = f'write {LOOK_ALIKES[text]} if you mean that, "{text}" if you mean the word'
                self._report(yamls.LOOK_ALIKE, message, event, label)
            return text
        try:
            return number(text)
        except BadNumber as error:
            self._sound = False
            self._report(yamls.NUMBER, f"the number {ticked(text)} {error}", event, "put it in quotes if it is text")
            return None

    def _decorated(self, event: Any, value: Any) -> Any:
        """Judge an anchor or a tag; return the value that the tag makes of the scalar."""
        if event.anchor is not None:
            message = f"the anchor {ticked('&' + event.anchor)} is not taken: a manifest says what it says in one place"
            self._report(yamls.ALIAS, message, event, "remove the anchor, and write the value where it is used")
        if event.tag in _TEXT_TAGS and event.__class__ is ScalarEvent:
            return event.value
        if event.tag is not None and _TYPE_TAGS.get(event.tag) is not value.__class__:
            self._sound = False
            self._report(yamls.TAG, f"the tag {ticked(_short(event.tag))} is not taken", event, "write the plain value")
        return value

    def _refused_key(self, event: Any, key: Any, mapping: dict[str, Any], position: int) -> str:
        marks = self._marks
        del marks[-2:]
        if key == "<<":
            self._sound = False
            message = "the merge key `<<` is not taken: each document says all of its fields itself"
            self._report(yamls.MERGE_KEY, message, event, "write the fields here")
        elif isinstance(key, str):
            so_far = Marks(self._text, mapping, array("I", marks[position:]))
            first = Related(so_far.key_span((key,)), "first written here")
            self._report(yamls.DUPLICATE_KEY, f"{ticked(key)} is written twice", event, "keep one of the two", first)
        else:
            message = f"the key {ticked(event.value)} is {described(key)}, not text"
            self._report(yamls.KEY_NOT_TEXT, message, event, "put it in quotes")
        return _SKIPPED

    def _collection_as_key(self, event: Any) -> str:
        self._sound = False
        templated = self._text.text.startswith("{{", event.start_mark.index - 1)
        note = "templates are not expanded" if templated else "only text can be a key"
        self._report(yamls.KEY_NOT_TEXT, "a list or a mapping stands as a key", event, "put it in quotes", note=note)
        return _AS_KEY

    def _alias(self, event: Any, here: Any, key: str | None) -> str | None:
        """Put null where the alias stands; return the key that is waited for next."""
        if key is _SKIPPED:
            return None
        self._sound = False
        message = f"the alias {ticked('*' + event.anchor)} is not taken: a manifest says what it says in one place"
        self._report(yamls.ALIAS, message, event, "write the value here")
        if key is None and isinstance(here, dict):
            return _SKIPPED
        self._marks += (event.start_mark.index, event.end_mark.index)
        if key is None:
            here.append(None)
        else:
            here[key] = None
        return None

    def _too_deep(self, event: Any) -> bool:
        message = f"the nesting is more than {MAX_DEPTH} levels deep"
        self._report(yamls.TOO_DEEP, message, event, "flatten it: this level is one too many")
        return False

    def refuse_character(self, character: str) -> bool:
        """Report the first place of a character that YAML does not allow; nothing behind it can be read."""
        at = max(0, self._text.text.find(character))
        message = f"{ticked(self._text.file)} holds the control character U+{ord(character):04X}"
        self.diagnostics.append(
            Diagnostic(files.CONTROL_CHARACTER, message, self._text.span(at, at + 1), "remove it: text files have none")
        )
        return False

    def _report(self, code: Code, message: str, event: Any, label: str, *related: Related, note: str = "") -> None:
        start = event.start_mark.index
        end = start + 1 if event.__class__ in (MappingStartEvent, SequenceStartEvent) else event.end_mark.index
        is_error = code.severity is Severity.ERROR
        self._errors += is_error
        if not is_error and len(self.diagnostics) >= MOST_TOLD:
            return
        enough = "reading stopped here: this file has a hundred errors" if self._errors == MOST_TOLD else ""
        notes = tuple(each for each in (note, enough) if each)
        self.diagnostics.append(Diagnostic(code, message, self._text.span(start, end), label, notes, related))
        if enough:
            raise _Enough


def _complaint(error: yaml.MarkedYAMLError) -> Complaint:
    at = error.problem_mark.index if error.problem_mark else 0
    opened = error.context_mark.index if error.context_mark else None
    return Complaint(error.problem or "", at, error.context or "", opened)


def _short(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")

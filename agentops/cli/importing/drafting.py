"""One live object → the files that declare it: its manifest, long texts beside it, a skill's or a store's folder."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from posixpath import normpath, relpath
from typing import Any

from agentops.base.diagnostics import Severity
from agentops.base.names import Address, Kind
from agentops.base.paths import Path
from agentops.cli.importing.naming import space_of
from agentops.manifests.fetching import replaced
from agentops.manifests.kinds import SPECS
from agentops.manifests.marks import Text
from agentops.manifests.rules import security
from agentops.manifests.sites import sites
from agentops.manifests.writing import is_block, manifest
from agentops.reconcile.bundles import Bundle
from agentops.reconcile.observed import Live
from agentops.reconcile.raising import raised
from agentops.wire.shape import LongText

_FOLDERS = {Kind.AGENT: "agents", Kind.TEAM: "teams"}
_LONG = 600
"""A text of more characters is easier to read and to review in a file of its own."""
_LONG_PROMPT = 200
_MOST_LINES = 12


class CannotSay(Exception):
    """No manifest says exactly what an object is; the text says why."""


@dataclass(frozen=True, slots=True)
class Subject:
    """An object to be imported, under the name that it gets."""

    address: Address
    live: Live
    parts: tuple[Live, ...] = ()
    bundle: Bundle | None = None
    """What a skill holds."""

    memories: Mapping[str, str] = field(default_factory=dict)
    """What a memory store holds, where that is wanted: texts by path."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """What is to be written for one object."""

    subject: Subject
    manifest: str
    """Its file, below the project's folder."""

    files: Mapping[str, bytes]
    programs: frozenset[str] = frozenset()
    spec: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Setting:
    """Where things are written, and what they call each other."""

    folder: str
    """Of the manifests, below the project's folder; `.` where it is that folder."""

    schemas: str
    names: Mapping[str, Address]
    pins: Mapping[str, Any]
    taken: frozenset[str] = frozenset()
    """Files and folders that exist, below the project's folder."""


def drafted(subject: Subject, setting: Setting) -> Drafted:
    """Return the files of an object.

    Raises:
        CannotSay: no manifest says exactly what it is.
    """
    address, live = subject.address, subject.live
    spec = raised(address.kind, live, setting.names, pins=setting.pins, parts=subject.parts)
    place = _Place(setting, address)
    if address.kind is Kind.SKILL:
        if subject.bundle is None:
            raise CannotSay("its archive cannot be read")
        spec = {**spec, "folder": place.stem}
        place.add_folder(spec["folder"], subject.bundle.files, subject.bundle.programs)
    if subject.memories:
        spec = {**spec, "seed": _seed(place, subject.memories)}
    spec = _with_files(place, spec)
    annotations = {"protect": "true"} if live.marks and live.marks.protect else {}
    schema = relpath(f"{setting.schemas}/{address.kind}.json", place.home)
    try:
        text = manifest(address.kind, address.name, spec, schema, annotations)
    except ValueError as error:
        raise CannotSay(str(error)) from None
    files = {place.manifest: _encoded(text), **place.files}
    _refuse_secrets(place.files)
    return Drafted(subject, place.manifest, files, frozenset(place.programs), spec)


def _refuse_secrets(files: Mapping[str, bytes]) -> None:
    """See that no file holds a secret: not all that is in a skill's folder is looked at when a tree is loaded."""
    for path, content in files.items():
        for each in security.text(Text(path, content.decode("utf-8", "replace"))):
            if each.severity is Severity.ERROR:
                raise CannotSay(f"{each.message} in {path}")


class _Place:
    """The folder of a kind, and what is written into it for one object."""

    def __init__(self, setting: Setting, address: Address) -> None:
        self.kind = address.kind
        self.home = normpath(f"{setting.folder}/{_FOLDERS.get(address.kind) or f'{space_of(address.kind)}s'}")
        self._taken = setting.taken
        self.stem = next(stem for stem in self._stems(address.name) if self._is_free(stem))
        self.manifest = f"{self.home}/{self.stem}.yaml"
        self.files: dict[str, bytes] = {}
        self.programs: set[str] = set()

    def _stems(self, name: str) -> Iterable[str]:
        yield name
        yield from (f"{name}-{number}" for number in range(2, len(self._taken) + 3))

    def _is_free(self, stem: str) -> bool:
        """Tell whether no file of that name is in the way: nothing that exists is overwritten."""
        own = (f"{self.home}/{stem}.yaml", f"{self.home}/{stem}", f"{self.home}/prompts/{stem}.md")
        return not any(each in self._taken for each in own) and not any(
            each.startswith(f"{self.home}/texts/{stem}.") for each in self._taken
        )

    def add_text(self, name: str, text: str) -> dict[str, str]:
        self.files[f"{self.home}/{name}"] = _encoded(text)
        return {"file": name}

    def add_folder(self, folder: str, files: Mapping[str, bytes], programs: frozenset[str] = frozenset()) -> None:
        for path, content in files.items():
            if not _is_safe(path):
                raise CannotSay(f"it holds a file that no folder should: {path!r}")
            self.files[f"{self.home}/{folder}/{path}"] = content
            if path in programs:
                self.programs.add(f"{self.home}/{folder}/{path}")


def _is_safe(path: str) -> bool:
    """Tell whether a path names a file below its folder that the loader reads: nothing hidden, nothing above."""
    parts = path.split("/")
    return (
        not any(part.startswith(".") or part == "" or len(part.encode("utf-8", "replace")) > 200 for part in parts)
        and "\\" not in path
        and path.isprintable()
    )


def _seed(place: _Place, memories: Mapping[str, str]) -> dict[str, Any]:
    """Return where the memories are: in a folder, unless one of them could not be a file there."""
    paths = {path.removeprefix("/"): text for path, text in memories.items()}
    above = {"/".join(path.split("/")[:size]) for path in paths for size in range(1, path.count("/") + 1)}
    folded = {path.casefold() for path in {*paths, *above}}
    is_folder = all(map(_is_safe, paths)) and not above & {*paths} and len(folded) == len({*paths, *above})
    if not is_folder or not all(map(_can_be_file, paths.values())):
        return {"files": dict(memories)}
    place.add_folder(place.stem, {path: _encoded(text) for path, text in paths.items()})
    return {"folder": place.stem}


def _with_files(place: _Place, spec: Mapping[str, Any]) -> dict[str, Any]:
    """Return the spec with each long text in a file of its own."""
    found: dict[str, Any] = dict(spec)
    for path, _, text in list(sites(SPECS[place.kind], spec, LongText)):
        if path[0] != "seed" and isinstance(text, str) and _is_long(path, text) and _can_be_file(text):
            found = replaced(found, path, place.add_text(_file_name(place, path), text))
    return found


def _is_long(path: Path, text: str) -> bool:
    if path[-1] == "system":
        return len(text) > _LONG_PROMPT or "\n" in text.strip("\n")
    return len(text) > _LONG or text.count("\n") > _MOST_LINES or ("\n" in text and not is_block(text))


def _can_be_file(text: str) -> bool:
    """Tell whether a file keeps the text as it is, in every editor and through git: no line ends of other systems."""
    return not text.startswith("\ufeff") and all(each >= " " or each in "\n\t" for each in text) and "\x7f" not in text


def _file_name(place: _Place, path: Path) -> str:
    if path[-1] == "system":
        return f"prompts/{place.stem}.md"
    words = "-".join(str(each).replace("_", "-") for each in path if isinstance(each, int) or each.isascii())
    safe = "".join(each for each in words if each.isalnum() or each == "-")[:80]
    return f"texts/{place.stem}.{safe}.md"


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise CannotSay("it holds half a character, which no file can") from None

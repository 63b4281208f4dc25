"""The part of a manifest that is the same for every kind: apiVersion, kind, metadata, and where the spec is."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from agentops.base.diagnostics import Code, Diagnostic
from agentops.base.names import Address, Kind, is_name, nearest
from agentops.base.paths import Path
from agentops.manifests.codes import manifests
from agentops.manifests.draft import Draft
from agentops.manifests.marks import Text
from agentops.manifests.parsed import Parsed
from agentops.manifests.wording import MOST_TOLD, ticked
from agentops.wire.wording import described, quoted

API_VERSION = "agentops/v1"

_FIELDS = ("apiVersion", "kind", "metadata", "spec")
_METADATA_FIELDS = ("name", "labels", "annotations")


def drafted(parsed: Parsed, text: Text) -> tuple[Draft | None, tuple[Diagnostic, ...]]:
    """Return the document, or None when its kind or name cannot be known, and what is wrong with its envelope.

    Reports: manifest.not-a-manifest, manifest.api-version, manifest.unknown-kind, manifest.bad-name,
    manifest.unknown-field, manifest.missing-field, manifest.wrong-type.
    """
    reader = _Envelope(parsed)
    found = reader.address()
    spec = reader.spec()
    labels, annotations = reader.texts("labels"), reader.texts("annotations")
    diagnostics = tuple(reader.diagnostics)
    if found is None:
        return None, diagnostics
    return Draft(
        found, labels, annotations, spec or {}, parsed.sound and spec is not None, parsed.marks, text
    ), diagnostics


class _Envelope:
    def __init__(self, parsed: Parsed) -> None:
        is_mapping = isinstance(parsed.data, dict)
        self._data: dict[str, Any] = parsed.data if is_mapping else {}
        self._otherwise = "has neither apiVersion nor kind" if is_mapping else f"is {described(parsed.data)}"
        self._marks = parsed.marks
        self._misspelt: set[Path] = set()
        self.diagnostics: list[Diagnostic] = []

    def address(self) -> Address | None:
        if "apiVersion" not in self._data and "kind" not in self._data:
            message = f"this document is no manifest: it {self._otherwise}"
            self._report(manifests.NOT_A_MANIFEST, (), message, "only manifests belong here")
            return None
        self._no_others((), _FIELDS)
        self._api_version()
        kind, name = self._kind(), self._name()
        return Address(kind, name) if kind and name else None

    def spec(self) -> dict[str, Any] | None:
        value = self._data.get("spec")
        if value is None:
            return None if ("spec",) in self._misspelt else {}
        if not isinstance(value, dict):
            self._wrong_type(("spec",), "a mapping", value)
            return None
        return value

    def texts(self, field: str) -> Mapping[str, str]:
        """Return labels or annotations: a mapping of text to text."""
        metadata = self._data.get("metadata")
        value = metadata.get(field) if isinstance(metadata, dict) else None
        if value is None:
            return {}
        if not isinstance(value, dict):
            self._wrong_type(("metadata", field), "a mapping", value)
            return {}
        found = {key: each for key, each in value.items() if isinstance(each, str)}
        for key in islice(value if len(found) < len(value) else (), MOST_TOLD):
            if key not in found:
                self._wrong_type(("metadata", field, key), "text", value[key])
        return found

    def _api_version(self) -> None:
        if "apiVersion" not in self._data:
            self._missing((), "apiVersion", API_VERSION)
        elif (version := self._data["apiVersion"]) != API_VERSION:
            said = quoted(version) if isinstance(version, str) else described(version)
            message = f"apiVersion is {said}, which no version of this program reads"
            self._report(manifests.API_VERSION, ("apiVersion",), message, f"write {API_VERSION}")

    def _kind(self) -> Kind | None:
        kind = self._data.get("kind")
        if kind is None:
            self._missing((), "kind", "Agent")
        elif not isinstance(kind, str):
            self._wrong_type(("kind",), "text", kind)
        elif kind not in Kind._value2member_map_:
            near = nearest(kind, Kind)
            label = f"did you mean {near}?" if near else f"there are {', '.join(Kind)}"
            self._report(manifests.UNKNOWN_KIND, ("kind",), f"there is no kind {ticked(kind)}", label)
        else:
            return Kind(kind)
        return None

    def _name(self) -> str | None:
        metadata = self._data.get("metadata")
        if metadata is None:
            self._missing((), "metadata", "{name: …}")
            return None
        if not isinstance(metadata, dict):
            self._wrong_type(("metadata",), "a mapping", metadata)
            return None
        self._no_others(("metadata",), _METADATA_FIELDS)
        name = metadata.get("name")
        if name is None:
            self._missing(("metadata",), "name", "…")
        elif not isinstance(name, str):
            self._wrong_type(("metadata", "name"), "text", name)
        elif not is_name(name):
            self._bad_name(name)
        else:
            return name
        return None

    def _bad_name(self, name: str) -> None:
        better = "-".join("".join(each if each.isascii() and each.isalnum() else " " for each in name.lower()).split())
        label = f"did you mean {better}?" if is_name(better) else "write letters, digits and hyphens"
        message = f"the name {quoted(name)} is not 1 to 63 lower-case letters, digits and hyphens"
        self._report(manifests.BAD_NAME, ("metadata", "name"), message, label)

    def _no_others(self, path: tuple[str, ...], fields: Sequence[str]) -> None:
        holder: Any = self._data[path[0]] if path else self._data
        if holder.keys() <= {*fields}:
            return
        for key in islice(holder, MOST_TOLD):
            if key not in fields:
                where = path[0] if path else "a manifest"
                near = nearest(key, [each for each in fields if each not in holder] or fields)
                self._misspelt |= {(*path, near)} if near else set()
                label = f"did you mean {near}?" if near else f"{where} has {', '.join(fields)}"
                message = f"{where} has no field {ticked(key)}"
                self._report(manifests.UNKNOWN_FIELD, (*path, key), message, label, key=True)

    def _missing(self, path: Path, field: str, example: str) -> None:
        if (*path, field) in self._misspelt:
            return  # told already, with what it was meant as
        where = path[0] if path else "the document"
        self._report(
            manifests.MISSING_FIELD,
            path,
            f"{where} needs the field {ticked(field)}",
            f"add `{field}: {example}`",
            key=True,
        )

    def _wrong_type(self, path: Path, wanted: str, value: Any) -> None:
        message = f"{'.'.join(map(str, path))} must be {wanted}, is {described(value)}"
        self._report(manifests.WRONG_TYPE, path, message, f"write {wanted}")

    def _report(self, code: Code, path: Path, message: str, label: str, *, key: bool = False) -> None:
        span = self._marks.key_span(path) if key else self._marks.span(path)
        self.diagnostics.append(Diagnostic(code, message, span, label))

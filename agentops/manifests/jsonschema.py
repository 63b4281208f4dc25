"""The shapes as JSON Schemas (2020-12), for editors and other tools: one for each kind, and one for all of them."""

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType, NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt, MaxLen, MinLen
from pydantic.fields import FieldInfo

from agentops.base.files import cannot_write, write_all
from agentops.base.names import NAME, Kind
from agentops.manifests.envelope import API_VERSION
from agentops.manifests.kinds import NAME_FIELDS, SPECS
from agentops.manifests.rules.limits import OWN_PAIRS, RESERVED_PREFIX
from agentops.manifests.wording import article, either
from agentops.wire.shape import IdOf, LongText, NotNull, Shape, WriteOnly
from agentops.wire.walk import is_shape, is_union, stripped

Schema = dict[str, Any]

PURPOSES: Mapping[Kind, str] = {
    Kind.PROJECT: "The tree's name and owner, the targets it can be applied to, and how much a plan may change.",
    Kind.AGENT: "An agent: its model, prompt, tools, MCP servers and skills. The spec is the API's create request.",
    Kind.TEAM: "A lead and the specialists it hands work to. It becomes one coordinator agent.",
    Kind.RUBRIC: "When a result is good enough: criteria that code checks, and criteria that a grader judges.",
    Kind.ENVIRONMENT: "Where tools run, what is there, what it may reach. The spec is the API's create request.",
    Kind.MEMORY_STORE: "What agents remember: the API's memory store, its first memories, and who may write where.",
    Kind.DREAM_SCHEDULE: "When a memory store is dreamt over, from which sessions, and how the result is proposed.",
    Kind.DEPLOYMENT: "An agent or team with all that a session of it begins with, and when it begins by itself.",
    Kind.SKILL: "A folder of instructions and scripts, with a SKILL.md that says what it is for.",
    Kind.VAULT: "Credentials for MCP servers and sandboxes. It names secrets, and never holds one.",
    Kind.WEBHOOK: "An address that is told of events.",
}
"""What each kind is for, in one line."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_PLAIN: Mapping[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
}
_BOUNDS = {Ge: "minimum", Gt: "exclusiveMinimum", Le: "maximum", Lt: "exclusiveMaximum"}
_LENGTHS = {str: ("minLength", "maxLength"), list: ("minItems", "maxItems"), dict: ("minProperties", "maxProperties")}

_TEXT_FILE = "TextFile"
_SECRET = "Secret"  # noqa: S105 - the name of a definition
_SHARED: Mapping[str, Schema] = {
    _TEXT_FILE: {
        "description": "A text of the repository; the path is relative to this file and stays in the tree.",
        "type": "object",
        "properties": {"file": {"type": "string", "minLength": 1}},
        "required": ["file"],
        "additionalProperties": False,
    },
    _SECRET: {
        "description": "Where a secret is: in an environment variable, or in a file outside the tree.",
        "oneOf": [
            {
                "type": "object",
                "properties": {key: {"type": "string", "minLength": 1}},
                "required": [key],
                "additionalProperties": False,
            }
            for key in ("env", "file")
        ],
    },
}


def rendered(others: Mapping[str, Schema] = MappingProxyType({})) -> Mapping[str, str]:
    """Return the text of every schema file by its name, and of others that lie beside them."""
    return {**_own(), **{name: _text(schema) for name, schema in others.items()}}


@cache
def _own() -> Mapping[str, str]:
    return {name: _text(schema) for name, schema in schemas().items()}


def _text(schema: Schema) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def write_schemas(folder: Path, files: Mapping[str, str] | None = None) -> None:
    """Write schema files into a folder, which is made if there is none: by default those of manifests.

    Raises:
        CannotWrite: the disk does not take them.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    # Nobody misses what a crash of the machine takes: it is written anew.
    write_all({folder / name: text.encode() for name, text in (files or rendered()).items()}, is_lasting=False)


def stale(folder: Path, files: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return the names of schema files in a folder that are missing, out of date, or of no kind."""
    wanted = files or rendered()
    there = {each.name: each.read_text("utf-8") for each in folder.glob("*.json")}
    return tuple(sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name)))


def schemas() -> Mapping[str, Schema]:
    """Return every schema by its file name: `Agent.json`, …, `all.json`."""
    return {f"{kind}.json": _of_kind(kind) for kind in Kind} | {"all.json": _of_all()}


def _of_kind(kind: Kind) -> Schema:
    builder = _Builder()
    return {"$schema": DIALECT, **builder.document(kind), "$defs": builder.definitions()}


def _of_all() -> Schema:
    builder = _Builder()
    documents = {kind.value: builder.document(kind) for kind in Kind}
    return {
        "$schema": DIALECT,
        "title": "agentops manifest",
        "description": "A document of any kind.",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in documents],
        "$defs": documents | builder.definitions(),
    }


class _Builder:
    """Turns hints into schemas, and collects the shapes that they refer to."""

    def __init__(self) -> None:
        self._shapes: dict[str, type[Shape]] = {}
        self._definitions: dict[str, Schema] = {}

    def definitions(self) -> Schema:
        return dict(sorted(self._definitions.items()))

    def document(self, kind: Kind) -> Schema:
        shape = SPECS[kind]
        spec = self._object(shape)
        self._ease(kind, spec)
        return {
            "title": kind.value,
            "description": PURPOSES[kind],
            "type": "object",
            "properties": {
                "apiVersion": {"const": API_VERSION},
                "kind": {"const": kind.value},
                "metadata": _metadata(),
                "spec": spec,
            },
            "required": ["apiVersion", "kind", "metadata", *(["spec"] if spec["required"] else [])],
            "additionalProperties": False,
        }

    def _ease(self, kind: Kind, spec: Schema) -> None:
        """Say what a manifest may leave out of a request, and what it leaves room for."""
        name = NAME_FIELDS.get(kind)
        if name is not None:
            spec["required"] = [each for each in spec["required"] if each != name]
            spec["properties"][name]["description"] = "What people see; metadata.name when left out."
        if "metadata" in spec["properties"]:
            names = {"not": {"pattern": f"^{RESERVED_PREFIX}"}}
            pairs = spec["properties"]["metadata"]
            pairs["propertyNames"] = {"allOf": [pairs["propertyNames"], names]}
            pairs["maxProperties"] = OWN_PAIRS

    def _object(self, shape: type[Shape]) -> Schema:
        docs = _field_docs(shape)
        properties = {field.alias or name: self._field(field, docs.get(name)) for name, field in _fields(shape)}
        closed = shape.model_config.get("extra") == "forbid"
        return {
            "type": "object",
            "properties": properties,
            "required": [field.alias or name for name, field in _fields(shape) if field.is_required()],
            "additionalProperties": not closed,
        }

    def _field(self, field: FieldInfo, description: str | None) -> Schema:
        hint = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
        schema = self._schema(hint)
        return {"description": description, **schema} if description else schema

    def _schema(self, hint: Any) -> Schema:
        form, found = stripped(hint)
        markers = tuple(_flat(found))
        schema = self._marked(form, markers)
        return {"anyOf": [schema, {"type": "null"}]} if _is_nullable(hint) else schema

    def _marked(self, form: Any, markers: tuple[Any, ...]) -> Schema:
        if any(isinstance(each, WriteOnly) for each in markers):
            return self._shared(_SECRET)
        schema = self._bounded(form, markers)
        for marker in markers:
            if isinstance(marker, IdOf):
                names = either([article(each) for each in marker.kinds])
                schema = {"description": f"The name of {names} of this tree, or an id of the API.", **schema}
            if isinstance(marker, LongText):
                schema = {"anyOf": [schema, self._shared(_TEXT_FILE)]}
        return schema

    def _bounded(self, form: Any, markers: tuple[Any, ...]) -> Schema:
        schema = self._plain(form)
        least, most = _LENGTHS.get(get_origin(form) or form, ("minLength", "maxLength"))
        for marker in markers:
            if isinstance(marker, MinLen):
                schema[least] = marker.min_length
            elif isinstance(marker, MaxLen):
                schema[most] = marker.max_length
            elif type(marker) in _BOUNDS:
                schema[_BOUNDS[type(marker)]] = getattr(marker, type(marker).__name__.lower())
            elif pattern := getattr(marker, "pattern", None):
                schema["pattern"] = pattern
        return schema

    def _plain(self, form: Any) -> Schema:
        origin, arguments = get_origin(form), get_args(form)
        if is_union(form):
            return {"oneOf": [self._schema(each) for each in arguments if each is not NoneType]}
        if is_shape(form):
            return self._reference(form)
        if origin is Literal:
            return {"const": arguments[0]} if len(arguments) == 1 else {"enum": list(arguments)}
        if origin is list:
            return {"type": "array", "items": self._schema(arguments[0])}
        if origin is dict:
            names = {key: each for key, each in self._schema(arguments[0]).items() if key != "type"}
            return {"type": "object", "propertyNames": names, "additionalProperties": self._schema(arguments[1])}
        return dict(_PLAIN.get(form, {}))

    def _reference(self, shape: type[Shape]) -> Schema:
        known = self._shapes.setdefault(shape.__name__, shape)
        assert known is shape, f"two shapes are called {shape.__name__}"
        if shape.__name__ not in self._definitions:
            self._definitions[shape.__name__] = {}  # a shape may hold itself
            self._definitions[shape.__name__] = {"description": _described(shape), **self._object(shape)}
        return {"$ref": f"#/$defs/{shape.__name__}"}

    def _shared(self, name: str) -> Schema:
        self._definitions[name] = dict(_SHARED[name])
        return {"$ref": f"#/$defs/{name}"}


def _metadata() -> Schema:
    texts = {"type": "object", "additionalProperties": {"type": "string"}}
    return {
        "type": "object",
        "properties": {
            "name": {
                "description": "The identity of the document; a DNS label.",
                "type": "string",
                "pattern": f"^{NAME.pattern}$",
            },
            "labels": {"description": "Words to choose documents by.", **texts},
            "annotations": {"description": "Notes for people and tools.", **texts},
        },
        "required": ["name"],
        "additionalProperties": False,
    }


def _fields(shape: type[Shape]) -> list[tuple[str, FieldInfo]]:
    return list(shape.model_fields.items())


def _flat(markers: tuple[Any, ...]) -> Iterator[Any]:
    for marker in markers:
        yield from marker.metadata if isinstance(marker, FieldInfo) else (marker,)


def _is_nullable(hint: Any) -> bool:
    while get_origin(hint) is Annotated:
        hint, *markers = get_args(hint)
        if any(isinstance(each, NotNull) for each in markers):
            return False
    return NoneType in get_args(hint)


def _described(shape: type[Shape]) -> str:
    """Return the first sentence or two of a docstring, without where the facts come from."""
    return _without_source(shape.__doc__ or "")


def _without_source(text: str) -> str:
    return " ".join(text.split()).partition("Source:")[0].rstrip()


@cache
def _field_docs(shape: type[Shape]) -> Mapping[str, str]:
    """Return the text that stands below each field in the source, where there is one."""
    found: dict[str, str] = {}
    for owner in reversed(shape.__mro__):
        if is_shape(owner) and owner is not Shape:
            body = ast.parse(textwrap.dedent(inspect.getsource(owner))).body[0]
            assert isinstance(body, ast.ClassDef)
            found |= dict(_documented(body.body))
    return found


def _documented(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for field, text in pairwise(body):
        named = isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if named and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            assert isinstance(field, ast.AnnAssign)
            assert isinstance(field.target, ast.Name)
            yield field.target.id, _without_source(str(text.value.value))

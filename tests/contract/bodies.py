"""Requests generated from the wire shapes: the smallest that are valid, any that are valid, and the places in them."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol, get_args, get_origin

from agentops.base.names import Kind
from agentops.wire.problems import check
from agentops.wire.shape import IdOf, Shape, WriteOnly
from agentops.wire.walk import Path, fields, is_shape, is_union, stripped

Ids = Callable[[str], str]
"""Returns the id of a living object of a collection, `agents`."""

COLLECTIONS = {
    Kind.AGENT: "agents",
    Kind.TEAM: "agents",
    Kind.ENVIRONMENT: "environments",
    Kind.MEMORY_STORE: "memory_stores",
    Kind.VAULT: "vaults",
    Kind.SKILL: "skills",
}
NAMED_IDS = {"file_id": "files", "session_ids": "sessions", "deployment_id": "deployments"}
"""Where an id belongs that no manifest writes, by the name of its field."""

SAMPLES: dict[str, tuple[str, ...]] = {
    "expression": ("0 9 * * 1-5", "*/5 * * * *"),
    "timezone": ("Europe/Berlin", "UTC"),
    "url": ("https://github.com/agentops/example", "https://github.com/agentops/other"),
    "mount_path": ("/workspace/example", "/workspace/other"),
    "sha": ("a" * 40,),
    "path": ("/a.md", "/notes/b.md"),
    "content_sha256": ("a" * 64,),
    "amount": ("2500", "1"),
    "expires_at": ("2027-01-01T00:00:00Z",),
    "secret_name": ("TICKETS_TOKEN", "_T0"),
    "allowed_hosts": ("example.com", "*.example.com"),
    "allowed_domains": ("example.com", "example.org"),
    "blocked_domains": ("example.com", "example.org"),
    "mcp_server_url": ("http://127.0.0.1:1/mcp", "https://mcp.example.com/mcp"),
    "token_endpoint": ("http://127.0.0.1:1/token",),
    "role_arn": ("arn:aws:iam::123456789012:role/agents",),
    "country": ("NO", "DE"),
    "data": ("aGVsbG8=",),
    "every": ("6h", "90m"),
    "media_type": ("image/png", "text/plain"),
}
"""Texts for fields whose rules a generator cannot read off the shape."""

COMPANIONS: dict[str, dict[str, dict[str, Any]]] = {
    "AgentCreate": {"skills": {"tools": [{"type": "agent_toolset_20260401"}]}},
    "DreamScheduleCreate": {"name": {"after_sessions": 2}},
}
"""What must stand beside a field, by shape: rules between fields that no generator can read off."""

ONE_OF_EACH = {"inputs"}
"""Lists that hold one item of every form that an item can have."""

WORDS = ("Reviewer", "example", "a", "claude-opus-5-5")


class Choice(Protocol):
    """Who decides what a generated request looks like."""

    def of(self, path: Path, options: int) -> int:
        """Return which of the options stands at the path."""

    def text(self, path: Path, known: tuple[str, ...]) -> str:
        """Return the text that stands at the path; any will do where the known ones are `WORDS`."""

    def has(self, path: Path) -> bool:
        """Tell whether an optional field is there."""

    def count(self, path: Path, least: int) -> int:
        """Return how many items a list or a map has."""


class Least:
    """Leaves out what can be left out, and takes the first of what there is; texts are the first or another."""

    def __init__(self, text: int = 0) -> None:
        self._text = text

    def of(self, path: Path, options: int) -> int:
        return 0

    def text(self, path: Path, known: tuple[str, ...]) -> str:
        return known[self._text % len(known)]

    def has(self, path: Path) -> bool:
        return False

    def count(self, path: Path, least: int) -> int:
        return least


class Toward(Least):
    """Is the least that holds something at the end of a path of field names."""

    def __init__(self, shape: type[Shape], target: tuple[str, ...]) -> None:
        super().__init__()
        self._target = target
        self._forms = dict(_forms_toward(shape, target))

    def of(self, path: Path, options: int) -> int:
        return self._forms.get(_names(path), 0)

    def has(self, path: Path) -> bool:
        names = _names(path)
        return names == self._target[: len(names)]

    def count(self, path: Path, least: int) -> int:
        return max(least, self.has(path))


def _names(path: Path) -> tuple[str, ...]:
    return tuple(each for each in path if isinstance(each, str))


def _forms_toward(
    hint: Any, target: tuple[str, ...], seen: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], int]]:
    """Yield which form of each union on the way leads to the target."""
    form, _ = stripped(hint)
    if get_origin(form) is list:
        yield from _forms_toward(get_args(form)[0], target, seen)
    elif is_union(form):
        members = _members(form)
        index = next(index for index, each in enumerate(members) if leads(each, target, seen[-1] if seen else ""))
        yield seen, index
        yield from _forms_toward(members[index], target, seen)
    elif is_shape(form) and target:
        yield from _forms_toward(fields(form)[target[0]], target[1:], (*seen, target[0]))


def leads(hint: Any, target: tuple[str, ...], name: str = "") -> bool:
    """Tell whether a value of the hint can hold an id or a secret at the end of a path of field names."""
    form, markers = stripped(hint)
    if get_origin(form) is list:
        return leads(get_args(form)[0], target, name)
    if is_union(form):
        return any(leads(each, target, name) for each in _members(form))
    if is_shape(form):
        return bool(target) and target[0] in fields(form) and leads(fields(form)[target[0]], target[1:], target[0])
    is_secret = any(isinstance(each, WriteOnly) for each in markers)
    return not target and (is_secret or collection_of(form, markers, name) is not None)


def collection_of(form: Any, markers: tuple[Any, ...], name: str) -> str | None:
    """Return the collection of what a field names, or None where it is no id."""
    kinds = next((each.kinds for each in markers if isinstance(each, IdOf)), ())
    return COLLECTIONS[kinds[0]] if kinds else NAMED_IDS.get(name) if form is str else None


def _members(form: Any) -> list[Any]:
    """Return the forms of a union, those of a union inside it too."""
    found: list[Any] = []
    for each in get_args(form):
        inner, _ = stripped(each)
        found += _members(inner) if is_union(inner) else [each] if inner is not type(None) else []
    return found


def made(shape: type[Shape], choice: Choice, ids: Ids) -> dict[str, Any]:
    """Return a request of the shape, as the choice wants it."""
    data: dict[str, Any] = _made(shape, (), choice, ids)
    for field, companions in COMPANIONS.get(shape.__name__, {}).items():
        data = {**companions, **data} if field in data else data
    return data


def _made(hint: Any, path: Path, choice: Choice, ids: Ids) -> Any:
    form, markers = stripped(hint)
    if is_union(form):
        members = _members(form)
        return _made(members[choice.of(path, len(members))], path, choice, ids)
    if is_shape(form):
        return {
            key: _made(each, (*path, key), choice, ids)
            for key, each in fields(form).items()
            if _is_required(form, key) or choice.has((*path, key))
        }
    if get_origin(form) is list and path and path[-1] in ONE_OF_EACH:
        items = _members(stripped(get_args(form)[0])[0])
        return [_made(each, (*path, index), choice, ids) for index, each in enumerate(items)]
    if get_origin(form) is list:
        many = range(choice.count(path, _least(markers)))
        return [_made(get_args(form)[0], (*path, index), choice, ids) for index in many]
    if get_origin(form) is dict:
        keys = get_args(stripped(get_args(form)[0])[0]) or WORDS
        return {keys[index]: _made(get_args(form)[1], path, choice, ids) for index in range(choice.count(path, 0))}
    return _leaf(form, markers, path, choice, ids)


def _is_required(shape: type[Shape], name: str) -> bool:
    field = next(each for key, each in shape.model_fields.items() if name in (key, each.alias))
    return field.is_required()


def _leaf(form: Any, markers: tuple[Any, ...], path: Path, choice: Choice, ids: Ids) -> Any:
    name = next((each for each in reversed(path) if isinstance(each, str)), "")
    if collection := collection_of(form, markers, name):
        return ids(collection)
    words = get_args(form) or ((True, False) if form is bool else ())
    if words:
        return words[choice.of(path, len(words))]
    if form is int:
        return choice.count(path, max(_least(markers), 1))
    return choice.text(path, SAMPLES.get(name, WORDS)) if form is str else {}


def _least(markers: tuple[Any, ...]) -> int:
    """Return the length or the number that a value must at least have."""
    inside = [each for marker in markers for each in (marker, *getattr(marker, "metadata", ()))]
    found = [getattr(each, name, None) for each in inside for name in ("min_length", "ge")]
    return max((each for each in found if isinstance(each, int)), default=0)


def id_paths(shape: type[Shape]) -> dict[tuple[str, ...], str]:
    """Return where a request of the shape names objects, and the collection of each."""
    return dict(_ids_below(shape, (), ()))


def _ids_below(hint: Any, path: tuple[str, ...], above: tuple[Any, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    form, markers = stripped(hint)
    if collection := collection_of(form, markers, path[-1] if path else ""):
        yield path, collection
    elif is_union(form) or get_origin(form) is list:
        for each in get_args(form):
            yield from _ids_below(each, path, above)
    elif is_shape(form) and form not in above:
        for name, each in fields(form).items():
            yield from _ids_below(each, (*path, name), (*above, form))


def mended(shape: type[Shape], data: Any) -> Any:
    """Return the request without what breaks a rule: a rule between fields is kept by dropping one of them."""
    for _ in range(40):
        problems = check(shape, data)[1]
        if not problems:
            return data
        path = problems[0].path
        cut = next((end for end in range(len(path), 0, -1) if _is_removable(data, path[:end])), None)
        if cut is None:
            return data
        data = without(data, path[:cut])
    return data


def _is_removable(data: Any, path: Path) -> bool:
    *above, last = path
    for each in above:
        data = data[each]
    return (isinstance(data, list) and isinstance(last, int)) or (isinstance(data, dict) and last in data)


def without(data: Any, path: Path) -> Any:
    """Return the data without the value at the path."""
    first, *rest = path
    if isinstance(data, list):
        return [without(each, tuple(rest)) if rest and index == first else each
                for index, each in enumerate(data) if rest or index != first]  # fmt: skip
    return {key: without(each, tuple(rest)) if rest and key == first else each
            for key, each in data.items() if rest or key != first}  # fmt: skip


def places(data: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the path of every value in the data, the whole first."""
    yield path
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in pairs:
        yield from places(value, (*path, key))


def replaced(data: Any, path: Path, change: Callable[[Any], Any]) -> Any:
    """Return the data with the value at the path changed."""
    if not path:
        return change(data)
    first, *rest = path
    if isinstance(data, list):
        return [replaced(each, tuple(rest), change) if index == first else each for index, each in enumerate(data)]
    return {**data, first: replaced(data[first], tuple(rest), change)}

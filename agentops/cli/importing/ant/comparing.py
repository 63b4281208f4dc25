"""Whether a file still says what is live: field by field, paths read as the ids that the lock file has for them."""

from collections.abc import Callable, Iterator
from posixpath import dirname, join, normpath
from typing import Any

from agentops.cli.importing.ant.files import File, Unclear, data_of
from agentops.cli.importing.ant.lock import Entry, Lock
from agentops.reconcile import normal
from agentops.reconcile.objects import OBJECTS
from agentops.reconcile.observed import Live
from agentops.reconcile.verdicts import in_normal_form

_IGNORED = frozenset({"type", "version"})
"""What tells `ant apply` the kind, and what its lock file says."""

_LATEST = "latest"


class Comparing:
    """Reads the files of one tree against what is live."""

    def __init__(self, lock: Lock) -> None:
        """Take the lock file, which knows the ids."""
        self._lock = lock
        self._by_path = lock.by_path()

    def differences(self, entry: Entry, file: File, live: Live) -> Iterator[tuple[int, str]]:
        """Yield each field in which a file says what the object is not: the line, and what is to be said."""
        rule = OBJECTS[live.object]
        for name, value in file.body.items():
            if name in _IGNORED:
                continue
            if name not in rule.fields:
                yield file.line(name), f"`{name}` is no field of this kind, and is left out"
                continue
            try:
                wanted = rule.fields[name].normal(self._meant(entry, name, value))
                current = in_normal_form(name, rule.fields[name], live.body)
                is_other = any(normal.differences(_trimmed(current), _trimmed(wanted)))
            except (Unclear, KeyError, TypeError, AttributeError, ValueError) as error:
                said = str(error) if isinstance(error, Unclear) else "it has a form that is not known here"
                yield file.line(name), f"`{name}` cannot be compared with what is live: {said}"
                continue
            if is_other:
                yield file.line(name), f"`{name}` is not what is live; what is live is imported"

    def _meant(self, entry: Entry, name: str, value: Any) -> Any:
        """Return a field with ids for paths, in the API's form."""
        match name:
            case "agent":
                return self._agent(entry, value)
            case "environment_id" | "store":
                return self._id(entry, value)
            case "vault_ids":
                return [self._id(entry, each) for each in value]
            case "skills":
                return [found for each in value for found in self._skills(entry, each)]
            case "resources":
                return [self._resource(entry, each) for each in value]
            case "multiagent":
                return self._roster(entry, value)
            case "tools" | "mcp_servers":
                return [found for each in value for found in self._included(entry, each)]
        return value

    def _roster(self, entry: Entry, value: Any) -> Any:
        if isinstance(value, dict):
            lists = ("agents", "predefined_agents")
            return {
                key: [self._agent(entry, each) for each in below] if key in lists else self._roster(entry, below)
                for key, below in value.items()
            }
        return value

    def _agent(self, entry: Entry, value: Any) -> Any:
        if isinstance(value, str):
            return {"type": "agent", "id": self._id(entry, value)}
        if "path" in value:
            return {"type": "agent", "id": self._id(entry, value["path"])}
        return value

    def _skills(self, entry: Entry, value: Any) -> Iterator[Any]:
        path = value if isinstance(value, str) else value.get("path")
        if path is None:
            yield value
        elif "*" in path:
            for each in self._matches(entry, path, lambda below: below in self._by_path):
                yield {"type": "custom", "skill_id": self._by_path[each].id, "version": _LATEST}
        else:
            yield {"type": "custom", "skill_id": self._id(entry, path), "version": _LATEST}

    def _resource(self, entry: Entry, value: Any) -> Any:
        path = value if isinstance(value, str) else value.get("path")
        if path is None or (not isinstance(value, str) and "type" in value):
            return value
        rest = {} if isinstance(value, str) else {key: each for key, each in value.items() if key != "path"}
        return {"type": "memory_store", "memory_store_id": self._id(entry, path), **rest}

    def _included(self, entry: Entry, value: Any) -> Iterator[Any]:
        if not isinstance(value, str):
            yield value
            return
        for each in self._matches(entry, value, lambda _: True) if "*" in value else [self._below(entry, value)]:
            real = self._lock.find(each)
            if real is None:
                raise Unclear(f"{value} leads out of the tree")
            found = data_of(real)
            yield from found if isinstance(found, list) else [found]

    def _matches(self, entry: Entry, pattern: str, wanted: Callable[[str], bool]) -> list[str]:
        below = self._below(entry, pattern)
        found = (each.relative_to(self._lock.folder).as_posix() for each in self._lock.folder.glob(below))
        return sorted(each for each in found if wanted(each))

    def _id(self, entry: Entry, text: str) -> str:
        """Return the id that a path stands for; what is no path is an id already."""
        if "://" in text:
            return next((each.id for each in self._lock.entries if each.key == text), text)
        found = self._by_path.get(self._below(entry, text))
        if found is None and ("/" in text or "." in text):
            raise Unclear(f"{text} is not in the lock file")
        return found.id if found else text

    def _below(self, entry: Entry, path: str) -> str:
        """Return a path that a file names as one below the folder of the lock file."""
        found = normpath(join(dirname(entry.path), path))
        if found.startswith(("..", "/")):
            raise Unclear(f"{path} leads out of the tree")
        return found


def _trimmed(value: Any) -> Any:
    """Return a normal form without the blanks at the ends of its texts, which Markdown does not keep."""
    match value:
        case str():
            return value.strip() or None
        case dict():
            return {key: _trimmed(each) for key, each in value.items()}
        case list():
            return [_trimmed(each) for each in value]
    return value

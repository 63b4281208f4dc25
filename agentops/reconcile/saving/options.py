"""What a person allowed beyond the safe default, as JSON and back."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from agentops.base.errors import UsageError
from agentops.base.names import Address
from agentops.reconcile.planner import PlanOptions

_OF_THE_RUN = frozenset({"now", "checkout"})
"""What each run finds out for itself."""
_MOST = 10_000


def saved(options: Any) -> dict[str, Any]:
    """Return the options that are not the default."""
    found: dict[str, Any] = {}
    default = type(options)()
    for each in fields(options):
        value = getattr(options, each.name)
        if is_dataclass(value) and not isinstance(value, type):
            found |= {each.name: inner} if (inner := saved(value)) else {}
        elif each.name not in _OF_THE_RUN and value != getattr(default, each.name):
            found[each.name] = _said(value)
    return found


def restored(document: Mapping[str, Any], onto: PlanOptions, name: str) -> PlanOptions:
    """Return the options of a run with those of a file in their place.

    Raises:
        UsageError: the file names options that this version does not have.
    """
    try:
        found: PlanOptions = _restored(document, onto)
    except (ValueError, TypeError, AttributeError):
        raise UsageError(
            f"{name} holds options that this agentops does not know",
            hint="apply it with the version that made it, or plan again",
        ) from None
    return found


def _restored(document: Mapping[str, Any], onto: Any) -> Any:
    kinds = {each.name: str(each.type) for each in fields(onto) if each.name not in _OF_THE_RUN}
    if not document.keys() <= kinds.keys():
        raise ValueError("an option of another version")
    return replace(onto, **{name: _meant(value, kinds[name], getattr(onto, name)) for name, value in document.items()})


def _said(value: Any) -> Any:
    match value:
        case frozenset():
            return sorted(map(str, value))
        case Mapping():
            return {str(key): each for key, each in sorted(value.items())}
        case bool() | int() | float() | str():
            return value
    raise TypeError(f"{type(value).__name__} cannot be saved in a plan")


def _meant(value: Any, kind: str, before: Any) -> Any:
    """Return the value of an option by what its field says of itself; `kind` is the annotation."""
    if is_dataclass(before):
        return _restored(value, before)
    if isinstance(value, list | dict) and len(value) > _MOST:
        raise ValueError("more than anybody would type")
    if "frozenset" in kind:
        return frozenset(_address(each) if "Address" in kind else _text(each) for each in _a(list, value))
    if "Mapping" in kind:
        return {_address(key): _text(each) for key, each in _a(dict, value).items()}
    scalar = next((each for each in (bool, int, float, str) if each.__name__ in kind), None)
    if scalar is None or type(value) is not scalar:
        raise ValueError("an option of another kind")
    return value


def _a(kind: type, value: Any) -> Any:
    if not isinstance(value, kind):
        raise TypeError("an option of another kind")
    return value


def _address(text: Any) -> Address:
    found = Address.parse(_text(text))
    if found is None:
        raise ValueError("no address")
    return found


def _text(value: Any) -> str:
    return str(_a(str, value))

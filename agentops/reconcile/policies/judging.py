"""One rule over what it sees: subject by subject, until it is told or cannot be told."""

from collections.abc import Iterator, Mapping
from typing import Any

from agentops.manifests.policies.expressions import Condition, NoLibrary, Wrong
from agentops.manifests.policies.policy import Rule
from agentops.reconcile.policies.rules import Finding, Hit

MOST_HITS = 20
"""Hits of one rule that are told one by one: a plan of a thousand steps may break it at each."""


def judged(rule: Rule, document: Mapping[str, Any]) -> Finding:
    """Return what a rule finds; one that cannot be judged at one place counts as broken there."""
    hits: list[Hit] = []
    more, where = 0, ""
    try:
        asks = _Asked(rule)
        for hit, facts in _subjects(rule, document):
            where = facts["step"]["address"] if "step" in facts else ""
            broken = asks.broken(facts)
            if broken is None:
                continue
            if len(hits) < MOST_HITS:
                hits.append(Hit(hit.step, hit.change, broken))
            else:
                more += 1
    except Wrong as error:
        return Finding(tuple(hits), more, f"{error.message}{f' (at {where})' if where else ''}")
    except NoLibrary:
        return Finding(fault="no library for CEL is installed")
    return Finding(tuple(hits), more)


def _subjects(rule: Rule, document: Mapping[str, Any]) -> Iterator[tuple[Hit, dict[str, Any]]]:
    if rule.about == "plan":
        yield Hit(), {"plan": document}
        return
    for place, step in enumerate(document["steps"]):
        if rule.about == "step":
            yield Hit(place), {"plan": document, "step": step}
        else:
            for number, change in enumerate(step["changes"]):
                yield Hit(place, number), {"plan": document, "step": step, "change": change}


class _Asked:
    """The conditions of a rule, made once."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._when = Condition(rule.when, rule.sees) if rule.when else None
        self._require = Condition(rule.require, rule.sees) if rule.require else None
        self._deny = Condition(rule.deny, rule.sees) if rule.deny else None
        self._validator = _validator(rule.schema) if rule.schema is not None else None

    def broken(self, facts: Mapping[str, Any]) -> str | None:
        """Return what to add to the rule's own message where it is broken, or None where it is kept."""
        if self._when and not self._when.holds(facts):
            return None
        if self._require:
            return None if self._require.holds(facts) else ""
        if self._deny:
            return "" if self._deny.holds(facts) else None
        return self._unfit(facts[self._rule.about])

    def _unfit(self, value: Any) -> str | None:
        from jsonschema.exceptions import best_match  # noqa: PLC0415 - see `_validator`
        from referencing.exceptions import Unresolvable  # noqa: PLC0415 - see `_validator`

        try:
            found = best_match(self._validator.iter_errors(value)) if self._validator else None
        except Unresolvable as error:
            raise Wrong(1, 1, f"its schema refers to {error.ref}, and no address is fetched") from None
        return f"{found.json_path}: {found.message[:200]}" if found else None


def _validator(schema: Any) -> Any:
    """Return what holds values against a schema. Its registry is empty: nothing is ever fetched."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - a tenth of a second that only such rules pay
    from referencing import Registry  # noqa: PLC0415 - as above

    return Draft202012Validator(schema, registry=Registry())

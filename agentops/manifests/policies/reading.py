"""From a Project's manifest to its policy, with everything that is wrong with it, at its place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from agentops.base.diagnostics import Diagnostic, Span
from agentops.base.names import nearest
from agentops.base.paths import Path
from agentops.manifests.codes import manifests, yamls
from agentops.manifests.codes import rules as codes
from agentops.manifests.draft import Draft
from agentops.manifests.kinds.policy import PriceTable, RuleFile
from agentops.manifests.marks import Marks, Text
from agentops.manifests.policies import expressions, files
from agentops.manifests.policies.places import within
from agentops.manifests.policies.policy import Allowance, Line, Policy, Price, Prices, Rule
from agentops.manifests.shaped import judged
from agentops.manifests.texts import Files, Refused
from agentops.wire.shape import Shape

S = TypeVar("S", bound=Shape)

_MOST_RULES = 200
"""In all files together: each is compiled whenever the tree is read."""

_CONDITIONS = ("when", "require", "deny")


@dataclass(frozen=True, slots=True)
class _Source:
    """Where a part of the policy is written: a file, and the path in its document."""

    text: Text
    marks: Marks
    path: Path = ()

    def span(self, *path: str | int) -> Span:
        return self.marks.span((*self.path, *path))

    def below(self, *path: str | int) -> "_Source":
        return _Source(self.text, self.marks, (*self.path, *path))


def policy_of(draft: Draft, data: Mapping[str, Any], reachable: Files) -> tuple[Policy, list[Diagnostic]]:
    """Return the policy of a Project that is right by its shape.

    Reports: policy.expression, policy.no-library, policy.schema, policy.rule-twice, policy.unknown-rule, the file,
    yaml and manifest codes of the files that it names.
    """
    reader = _Reader(draft, reachable)
    return reader.policy(data), reader.diagnostics


def words(draft: Draft, data: Mapping[str, Any]) -> frozenset[Span]:
    """Return where levels are written: `off` is a word there, not a truth value in disguise."""
    policy = data.get("policy") or {}
    tables = ((table, policy.get(table) or {}) for table in ("risks", "actions"))
    return frozenset(draft.marks.span(("spec", "policy", table, key)) for table, lines in tables for key in lines)


class _Reader:
    def __init__(self, draft: Draft, reachable: Files) -> None:
        self._draft = draft
        self._files = reachable
        self._top = _Source(draft.text, draft.marks, ("spec",))
        self.diagnostics: list[Diagnostic] = []

    def policy(self, data: Mapping[str, Any]) -> Policy:
        given = data.get("policy") or {}
        rules = tuple(self._distinct(self._rules(given.get("rules"))))
        names = None if self.diagnostics else [each.name for each in rules]
        return Policy(
            risks=self._lines("risks", given),
            actions=self._lines("actions", given),
            allowances=tuple(self._allowances(given.get("allow") or (), names)),
            rules=rules,
            prices=self._prices(data.get("prices")),
        )

    def _lines(self, table: str, given: Mapping[str, Any]) -> dict[str, Line]:
        levels = given.get(table) or {}
        return {key: Line(level, self._top.span("policy", table, key)) for key, level in levels.items()}

    def _allowances(self, given: Any, names: list[str] | None) -> Iterator[Allowance]:
        """Yield the exemptions; a name is not looked for among rules that could not be read."""
        for place, each in enumerate(given):
            span = self._top.span("policy", "allow", place)
            if (rule := each.get("rule", "")) and names is not None and rule not in names:
                near = nearest(rule, names)
                at = self._top.span("policy", "allow", place, "rule")
                label = f"did you mean {near}?" if near else "name a rule of `policy.rules`"
                self._say(codes.UNKNOWN_RULE, f"no rule is called `{rule}`", at, label)
            until = date.fromisoformat(each["until"])
            yield Allowance(each["address"], each["reason"], until, span, each.get("risk", ""), rule)

    def _rules(self, given: Any) -> Iterator[Rule]:
        if isinstance(given, list):
            for place, each in enumerate(given):
                yield from self._rule(each, self._top.below("policy", "rules", place))
        elif given is not None:
            for text in self._texts(given["file"], self._top.below("policy", "rules", "file")):
                found = self._shaped(RuleFile, text)
                for place, each in enumerate(found.data["rules"] if found else ()):
                    yield from self._rule(each, _Source(text, found.marks, ("rules", place)))

    def _rule(self, given: Mapping[str, Any], source: _Source) -> Iterator[Rule]:
        conditions = {key: given[key] for key in _CONDITIONS if given.get(key)}
        asked = next(key for key in ("require", "deny", "schema") if given.get(key))
        before = len(self.diagnostics)
        schema = self._schema(given["schema"]["file"], source) if asked == "schema" else None
        sees = self._seen(given["name"], conditions, source)
        if len(self.diagnostics) == before:
            is_error, span = given.get("severity") != "warn", source.span(asked)
            yield Rule(given["name"], given["message"], is_error, span, sees, schema=schema, **conditions)

    def _seen(self, name: str, conditions: Mapping[str, str], source: _Source) -> Any:
        try:
            return expressions.seen([*conditions.values()]) if conditions else ("plan",)
        except expressions.NoLibrary:
            said = f"rule {name} is CEL, and no library for it is installed"
            self._say(codes.NO_LIBRARY, said, source.span(), expressions.EXTRA)
        except expressions.Wrong as error:
            key, text = [*conditions.items()][error.index]
            label = f"did you mean {error.near}?" if error.near else ""
            place = within(source.text, source.span(key), text, error.line, error.column)
            self._say(codes.EXPRESSION, f"rule {name}: `{key}`: {error.message}", place, label)
        return ()

    def _schema(self, pattern: str, source: _Source) -> Any:
        place = source.below("schema", "file")
        for text in self._texts(pattern, place):
            data, found = files.plain(text)
            self.diagnostics += found
            if data is not None and (fault := _fault(data)):
                self._say(codes.SCHEMA, f"{text.file} is no JSON Schema: {fault}", place.span())
            return data
        return None

    def _prices(self, given: Any) -> Prices | None:
        if given is None or "file" not in given:
            return _table(given) if given else None
        for text in self._texts(given["file"], self._top.below("prices", "file")):
            found = self._shaped(PriceTable, text)
            return _table(found.data) if found else None
        return None

    def _texts(self, pattern: str, place: _Source) -> tuple[Text, ...]:
        try:
            return files.matching(self._files, place.text.file, pattern)
        except Refused as error:
            self._say(error.code, f"{self._draft.address}: {error.message}", place.span(), error.label)
            return ()

    def _shaped(self, shape: type[Shape], text: Text) -> Any:
        """Return the document of a file if it is right."""
        parsed, found = files.document(text)
        self.diagnostics += (each for each in found if each.code is not yamls.LOOK_ALIKE)
        if parsed is None:
            return None
        right, problems = judged(shape, parsed)
        self.diagnostics += problems
        return parsed if right else None

    def _distinct(self, rules: Iterator[Rule]) -> Iterator[Rule]:
        names: set[str] = set()
        for count, each in enumerate(rules):
            if count == _MOST_RULES:
                self._say(manifests.TOO_MANY, f"the project has more than {_MOST_RULES} rules", each.span)
                return
            if each.name in names:
                self._say(codes.RULE_TWICE, f"two rules are called `{each.name}`", each.span, "rename one of them")
            names.add(each.name)
            yield each

    def _say(self, code: Any, message: str, span: Span, label: str = "") -> None:
        self.diagnostics.append(Diagnostic(code, message, span, label))


def _table(data: Mapping[str, Any]) -> Prices:
    models = {name: _price(each) for name, each in data["models"].items()}
    return Prices(date.fromisoformat(data["as_of"]), data.get("currency", "USD"), models)


def _price(data: Mapping[str, float]) -> Price:
    plain = data["input"]
    return Price(plain, data["output"], data.get("cache_read", plain), data.get("cache_write", plain))


def _fault(schema: Any) -> str:
    """Return what makes it no JSON Schema, or nothing."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - a tenth of a second that only such rules pay
    from jsonschema.exceptions import SchemaError  # noqa: PLC0415 - as above

    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        return f"{error.json_path}: {error.message[:200]}"
    return ""

"""Codes about a Project's own policy: rules that cannot be judged, and exemptions that mean nothing."""

from agentops.base.diagnostics import Code

EXPRESSION = Code(
    "policy.expression",
    "An expression of a rule cannot be judged",
    """\
The conditions of a rule are CEL (cel.dev): they see `plan`, which is what `agentops plan -o json` prints, and `step` or
`change` where they name one. Such a rule is then asked of every step, or of every change. Each gives true or false.

Wrong:

    deny: step.changes.exist(c, c.field == 'model')
    require: size(plan.steps)

Right:

    deny: step.changes.exists(c, c.field == 'model')
    require: size(plan.steps) < 20

A field that is not always there is asked for first: `has(step.wanted.budget)`.
""",
)

NO_LIBRARY = Code(
    "policy.no-library",
    "Rules in CEL need a library that is not installed",
    """\
A rule that cannot be judged counts as broken, so a Project with rules in CEL is not planned without Google's library
for them. It comes with an extra, because there is none for every platform:

    pip install 'agentops-gitops[rules]'

Rules that are a JSON Schema alone, risks and exemptions need nothing beside.
""",
)

SCHEMA = Code(
    "policy.schema",
    "The schema of a rule is no JSON Schema",
    """\
`schema: {file: path}` names a JSON Schema of draft 2020-12, written as JSON or YAML. References inside the file are
followed (`#/$defs/…`); no address is ever fetched.
""",
)

RULE_TWICE = Code(
    "policy.rule-twice",
    "Two rules have one name",
    """\
A rule is known by its name, in reports and in exemptions. Two of one name would share their exemptions, also when they
lie in different files.

Rename one of them.
""",
)

UNKNOWN_RULE = Code(
    "policy.unknown-rule",
    "An exemption names a rule that does not exist",
    """\
`allow: [{rule: NAME, …}]` exempts one object from one rule of the Project. A name that no rule has exempts nothing,
and most often is misspelt.
""",
)

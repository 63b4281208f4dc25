"""Codes about policy.yaml, which says how strictly a memory repository is guarded."""

from collections.abc import Mapping

from agentops.base.diagnostics import Code, Severity

FLOOR = Code(
    "policy.floor",
    "A gate is made milder than is safe",
    """\
Most gates can be set to `block`, `warn` or `off` in `policy.yaml`. A few have a floor, because what they let through
cannot be taken back later, or cannot be seen by a reviewer:

    secrets                block   what is pushed once is known for good, whatever the next commit says
    invisible_characters   block   nobody can review what nobody can see
    evidence_coverage      block   a line without evidence cannot be traced to the session that taught it
    taint                  block   a stranger's words would gain trust with every dream that repeats them
    forgotten              block   somebody was promised that it does not come back
    size_budget            block   the service refuses what is larger; growth has `most_growth` of its own
    schema_and_links       block   a file that cannot be read again cannot be revised
    smuggled_instructions  warn    a reviewer may know better, and must be told

Wrong:

    gates: {secrets: warn}

Right: leave the line out. A finding that is not one is made to go away at its place: reword the note, or name the
secret by where it is kept (`in the vault as PAYMENTS_KEY`).
""",
)

STORE = Code(
    "policy.unknown-store",
    "A policy is given for a store that the repository does not hold",
    """\
`stores:` in `policy.yaml` says what single stores have otherwise. A name that no folder below `stores/` has is most
often misspelt, and then the store that was meant is guarded less, or more, than its owner believes.

    stores/incidents/MEMORY.md

    stores:
      incidents: {most_changed: 0.1}
""",
    Severity.WARNING,
)

DOCUMENTS = Code(
    "policy.documents",
    "policy.yaml holds more than one document",
    """\
A repository has one policy. Documents that `---` divides would have to be merged by a rule that nobody sees, so only
one is taken.

Write what single stores have otherwise below `stores:`.
""",
)

CODES: Mapping[str, Code] = {each.slug: each for each in (FLOOR, STORE, DOCUMENTS)}
"""The codes by their slugs; those of YAML and of fields are the manifests' own."""

"""The codes of what a project's policy says of a plan."""

from collections.abc import Mapping

from agentops.base.diagnostics import Code, Severity

_WHERE = """The place is where the plan gets it from; the line of the policy stands beside it. `docs/policies.md` tells
all that a policy can say."""

REFUSED = Code(
    "plan.policy",
    "The project's policy does not let this plan pass",
    f"""A Project can make any risk and any action of a plan an error, and have rules of its own:

    spec:
      policy:
        risks: {{permission_widened: error}}

{_WHERE}

Change the manifest. If this one case is meant, exempt it where everybody sees it, with a reason and a last day:

        allow:
          - {{risk: permission_widened, address: Agent/reviewer, reason: Trial of the week., until: 2026-12-31}}""",
)
WARNED = Code(
    "plan.policy-warning",
    "The project's policy warns of this",
    f"""The policy sets this risk or action to `warn`, or a rule with `severity: warn` is broken. The plan can be
applied.

{_WHERE}""",
    Severity.WARNING,
)
NOTED = Code(
    "plan.policy-note",
    "The project's policy has this said",
    f"""The policy sets this risk or action to `note`: it stops nothing, and stands above the plan.

{_WHERE}""",
    Severity.NOTE,
)
PASSED = Code(
    "plan.policy-passed",
    "The project's policy lets something pass",
    """The policy is in the commit that is judged, so a commit could loosen it for itself. Whatever this plan owes to it
is therefore said with every plan: a risk that is turned off and would be there, an exemption that was used.

Whoever reviews a change reads these notes as a part of it. What no commit may loosen belongs into the policy of a
controller, which lies outside the repository (`docs/policy.md`).""",
    Severity.NOTE,
)
LOOSENED = Code(
    "plan.policy-loosened",
    "The policy asks for less than it did",
    """The policy is in the commit that is judged. Held against the commit that the branch began at, it names fewer
risks or takes them more lightly, has lost or changed a rule, or exempts something new. The plan was judged by what is
left of it.

Whoever reviews the change agrees to that as well. Pull requests are compared by themselves (`agentops ci plan`); at a
terminal:

    agentops plan --base main""",
    Severity.WARNING,
)
UNCOMPARED = Code(
    "plan.policy-not-compared",
    "Nobody knows whether the policy asks for less than it did",
    """The policy of the commit that the branch began at could not be read: the commit is not here (a clone that was
fetched without its history), or the Project or the rules had errors then. A policy that was loosened since is told by
nobody.

Fetch the commit (`git fetch --unshallow`; `fetch-depth: 0` where CI checks out), or compare the files of the policy
yourself:

    agentops plan --base main""",
    Severity.WARNING,
)
EXPIRED = Code(
    "plan.policy-expired",
    "An exemption is over",
    """An exemption counts up to its last day. From the next day on it is only a line that somebody forgot, and what it
allowed is judged as if it were not there.

Remove it, or give it another day, with a reason that still holds.""",
    Severity.WARNING,
)
BROKEN = Code(
    "plan.policy-broken",
    "A rule of the project could not be judged",
    """A rule that cannot be judged stops the plan: nobody knows what it would have said. It asked for a field that is
not there, compared what cannot be compared, or took more time, memory or rounds than a rule gets (5 seconds, 1 GiB,
10,000).

Wrong, for an agent without tools:

    deny: step.wanted.tools.exists(t, t.type == 'custom')

Right:

    deny: has(step.wanted.tools) && step.wanted.tools.exists(t, t.type == 'custom')

A rule with `severity: warn` that cannot be judged is a warning.""",
)

CODES: Mapping[str, Code] = {
    each.slug: each for each in (REFUSED, WARNED, NOTED, PASSED, LOOSENED, UNCOMPARED, EXPIRED, BROKEN)
}
"""The codes by their slugs."""

WAY_OUT = "change it, or exempt it in policy.allow with a reason and a last day"
"""Stands beside whatever stops a plan."""

OF_LEVEL: Mapping[str, Code] = {"error": REFUSED, "warn": WARNED, "note": NOTED}
"""What a level is reported as; `off` is not."""

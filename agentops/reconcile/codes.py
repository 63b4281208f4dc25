"""The codes of what a plan has to say: refusals, questions and notes."""

from collections.abc import Mapping

from agentops.base.diagnostics import Code, Severity
from agentops.reconcile import policy_codes

TWO_CLAIMANTS = Code(
    "plan.two-claimants",
    "Two live objects bear the same identity",
    """Every managed object carries its owner and its identity (`Agent/reviewer`) in reserved metadata. Two live
objects with the same pair are usually a copy made in a console. Either one could be the real one, so nothing is
planned until only one is left.

Look at the times: the copy is the younger one. Then archive it, or let go of it and keep it alive:

    agentops forget --id agent_01…

To manage the copy as well, let go of it, then take it into the tree under a name of its own: `agentops import`.""",
)
LOOK_ALIKE = Code(
    "plan.look-alike",
    "An object like it exists and nobody manages it",
    """A manifest asks for an object that is not there yet, but the target has one of the same kind without any marks,
with the same display name, or with another name and the same content. It may be the same thing, made by hand, or ours
after somebody took the marks off: creating another would leave twins.

Say which you mean:

    agentops apply --adopt Agent/reviewer        take the existing one over, from here on it follows the manifest
    agentops apply --create-new Agent/reviewer   leave it alone and create another""",
)
RENAMED = Code(
    "plan.renamed",
    "What is declared no more looks like what is new",
    """One object of ours is declared no more, and another one that is almost the same is to be made. That is what a
rename looks like. Making a new one would leave the old one behind, with its versions, its sessions and its memories.

If it was renamed, say so in the Project; the live object stays the same one:

    spec:
      moved:
        - {from: Agent/reviewer, to: Agent/code-reviewer}

If they are two things: `agentops apply --create-new Agent/code-reviewer`.""",
)
STALE_IDENTITY = Code(
    "plan.stale-identity",
    "An entry of the Project about a name has nothing to do",
    """`moved` and `removed` are followed once on each target. When every target has followed an entry, it can go. It
does no harm where it stands, as long as nothing new is declared under the old name.""",
    Severity.NOTE,
)
CONFLICT = Code(
    "plan.conflict",
    "A field was changed both here and on the target",
    """Since the last apply the manifest changed a field, and somebody changed the same field on the target to
something else. Applying would throw their change away without anyone having seen it.

Look at both values. Then either write the live value into the manifest, or say that the manifest wins:

    agentops drift --mode adopt --only Agent/reviewer.system
    agentops apply --overwrite Agent/reviewer""",
)
MEMORY_CONFLICT = Code(
    "plan.memory-conflict",
    "A memory was changed both here and by an agent",
    """The tree has a new text for a seeded memory, and an agent wrote to the same memory since. Neither text is
overwritten.

Bring what the agent learned into the file and apply with `--overwrite MemoryStore/name`, or give the path a policy
of `git` (the tree wins) or `live` (agents win).""",
)
FIXED_FIELD = Code(
    "plan.fixed-field",
    "The API does not change this field of an existing object",
    """An environment is `cloud` or `self_hosted` for good; the API refuses an update of `config.type`. Replacing
the object behind its name would pull it away from under running sessions, so nothing is replaced in silence.

Declare a new Environment under another name, move what uses the old one over, and remove the old one then.""",
)
UNSUPPORTED_KIND = Code(
    "plan.unsupported-kind",
    "The target cannot hold this kind",
    """The manifest is valid, but this target has no way to create the object. Planning stops, because something else in
the tree may build on it, and a tree that is applied in part is not the tree that was reviewed.

`agentops doctor` shows what a target can hold. Move the manifest to a tree for another target, or remove it.""",
)
LEFT_OUT = Code(
    "plan.left-out",
    "The target has no such objects, and the plan does without",
    """Webhook and DreamSchedule are extensions: an agentops engine has them (`agentops serve`), the vendor's API does
not. So that one tree can be applied to both, a target without them gets everything else, and what is left out is named
at its place in every plan.

`agentops doctor` shows what a target can hold. To have the plan say nothing, keep these manifests in a tree apart.""",
    Severity.WARNING,
)
MISSING_SECRET = Code(
    "plan.missing-secret",
    "A secret is not where the manifest says",
    """Manifests never hold a secret; they name an environment variable (`{env: NAME}`) or a file outside the tree
(`{file: ../path}`), which are read when a plan is made. Without the value nobody can tell whether it is another one
than the target has, so there is no plan.

Set the variable where agentops runs, in CI as a secret of the pipeline, or put the file there.""",
)
KEPT_SECRET = Code(
    "plan.kept-secret",
    "A secret is not where the manifest says, and is not needed",
    """The object was taken over with the secret that it had (`agentops import`), which no API shows. Nothing of the
object changes, so nothing is sent, and the target keeps that secret.

Set the variable where agentops runs, or put the file there: the next plan shows that the secret will be sent, and from
then on it follows the manifest.""",
    Severity.WARNING,
)
RUBRIC_TOO_LONG = Code(
    "plan.rubric-too-long",
    "A rubric's text is longer than the API takes",
    """A Rubric is sent as text inside the outcome that names it, and the API takes at most 262,144 characters there.
The text holds the criteria twice: in words for any grader, and as data for the checks of an agentops engine.

Shorten the texts of its criteria, or split what is graded into two deployments.""",
)
MASS_ARCHIVE = Code(
    "plan.mass-archive",
    "The plan would remove an unusual share of the objects",
    """A wrong folder, a bad merge or a half-finished checkout all look like "most manifests are gone". Removing more
than a tenth of ten or more objects therefore needs the number to be named:

    agentops apply --prune --max-archive 12""",
)
MASS_UPDATE = Code(
    "plan.mass-update",
    "The plan would update an unusual share of the objects",
    """Updating more than 30 % of ten or more objects, or of ten or more of one kind, is more than most edits mean. The
Project can set other limits (`brakes.max_update_share`, `brakes.max_update_count`). If the change is meant to reach
that many, name the number:

    agentops apply --max-update 40""",
)
EMPTY_TREE = Code(
    "plan.prune-to-nothing",
    "The tree declares nothing, and pruning would remove everything",
    """Pruning with an empty tree is refused whatever the brakes say. `agentops destroy` removes everything that a
project owns, after showing it.""",
)
PROTECTED = Code(
    "plan.protected",
    "The live object is protected from removal",
    """The manifest carried the annotation `protect: "true"` when it was last applied, so the live object is stamped.
The stamp outlives the manifest: deleting the file does not lift it.

Bring the manifest back with `protect: "false"`, apply, and remove it then. To prune everything else meanwhile:

    agentops apply --prune --spare-protected""",
)
ORPHANS = Code(
    "plan.no-longer-declared",
    "Objects of ours are no longer declared",
    """They stay alive. `agentops apply --prune` retires them first: deployments are paused, and each object is marked
with the date. A later prune, when the grace is over (seven days, or `prune.grace` of the Project), archives them, which
cannot be undone. What lies whole in git (skills, webhooks, dream schedules) is deleted at once.

To keep one alive without managing it: `agentops forget Agent/reviewer`.""",
    Severity.NOTE,
)
RETIRED = Code(
    "plan.retired",
    "Objects are retired, and wait to be archived",
    """An earlier `agentops apply --prune` found that nothing declares them any more. Their deployments are paused, all
else is as it was. When their grace is over, the next `--prune` archives them.

Declare one again, and the next apply gives it back as it was: deployments that the retirement paused run again, those
that somebody had paused before stay paused. `--archive-now Agent/reviewer` does not wait.""",
    Severity.NOTE,
)
CASCADE = Code(
    "plan.cascade",
    "Something would go along that must stay",
    """The API archives an agent's deployments together with the agent, at once and for good. One of them is declared,
or has a grace of its own, or belongs to somebody else. A vault goes with all of its credentials: one of them is not
ours.

Give a declared deployment another agent. Name one of ours with `--archive-now` too. What another owner put there, or
somebody by hand, is named by its id, after they agreed:

    agentops apply --prune --cascade depl_01…""",
)
PARTIAL_CHECKOUT = Code(
    "plan.partial-checkout",
    "The tree's repository is not all here",
    """A sparse checkout leaves manifests out, and a shallow clone has no history to tell what was removed on purpose.
Pruning by such a tree would remove what merely is not here.

Check everything out (`git sparse-checkout disable`, `git fetch --unshallow`, in CI `fetch-depth: 0`), or say that what
is here is enough:

    agentops apply --prune --allow-partial-checkout""",
)
ANOTHER_TREE = Code(
    "plan.another-tree",
    "This tree has never been applied to this target",
    """The objects on the target bear the Project's name, but none of them is declared in this tree, and none came from
a file that is in it: another repository may use the same name. Pruning would remove all that the other one made.

Give one of the two Projects another name. If the objects really are to go, name their number: `--max-archive 12`.""",
)
NOT_THERE = Code(
    "plan.not-there",
    "What was named is not there",
    """An option names an object that this project does not have on the target, or that no manifest declares: a typo,
another target, or it is gone already. Nothing is planned in its place. `agentops plan` lists what is there and declared
no more.""",
)
STILL_DECLARED = Code(
    "plan.still-declared",
    "What was named to go is declared",
    """A manifest asks for the object, and the next apply would bring it back. What is declared is never archived or
forgotten: remove its manifest first.""",
)

_OF_PLANS: Mapping[str, Code] = {
    each.slug: each
    for each in (
        TWO_CLAIMANTS,
        LOOK_ALIKE,
        CONFLICT,
        MEMORY_CONFLICT,
        FIXED_FIELD,
        UNSUPPORTED_KIND,
        MISSING_SECRET,
        KEPT_SECRET,
        LEFT_OUT,
        RUBRIC_TOO_LONG,
        MASS_ARCHIVE,
        MASS_UPDATE,
        EMPTY_TREE,
        PROTECTED,
        RENAMED,
        STALE_IDENTITY,
        ORPHANS,
        RETIRED,
        CASCADE,
        PARTIAL_CHECKOUT,
        ANOTHER_TREE,
        NOT_THERE,
        STILL_DECLARED,
    )
}

CODES: Mapping[str, Code] = {**_OF_PLANS, **policy_codes.CODES}
"""Every code by its slug, those of a project's policy last."""

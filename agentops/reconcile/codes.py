"""The codes of what a plan has to say: refusals, questions and notes."""

from collections.abc import Mapping

from agentops.base.diagnostics import Code, Severity

TWO_CLAIMANTS = Code(
    "plan.two-claimants",
    "Two live objects bear the same identity",
    """Every managed object carries its owner and its identity (`Agent/reviewer`) in reserved metadata. Two live
objects with the same pair are usually a copy made in a console. Either one could be the real one, so nothing is
planned until only one is left.

Archive the copy, or remove its `agentops_id` metadata, and plan again.""",
)
LOOK_ALIKE = Code(
    "plan.look-alike",
    "An object of that name exists and nobody manages it",
    """A manifest asks for an object that is not there yet, but the target has one of the same kind and display name
without any marks. It may be the same thing, made by hand: creating another would leave twins.

Say which you mean:

    agentops apply --adopt Agent/reviewer        take the existing one over, from here on it follows the manifest
    agentops apply --create-new Agent/reviewer   leave it alone and create another""",
)
CONFLICT = Code(
    "plan.conflict",
    "A field was changed both here and on the target",
    """Since the last apply the manifest changed a field, and somebody changed the same field on the target to
something else. Applying would throw their change away without anyone having seen it.

Look at both values. Then either write the live value into the manifest, or say that the manifest wins:

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
    """The Project sets a brake (`brakes.max_update_share` or `brakes.max_update_count`) and this plan is over it. If
the change is meant to reach that many objects, name the number:

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

Bring the manifest back with `protect: "false"`, apply, and remove it then.""",
)
ORPHANS = Code(
    "plan.no-longer-declared",
    "Objects of ours are no longer declared",
    """They stay alive. `agentops apply --prune` removes them: agents and memory stores are archived, which cannot be
undone.""",
    Severity.NOTE,
)

CODES: Mapping[str, Code] = {
    each.slug: each
    for each in (
        TWO_CLAIMANTS,
        LOOK_ALIKE,
        CONFLICT,
        MEMORY_CONFLICT,
        FIXED_FIELD,
        UNSUPPORTED_KIND,
        MISSING_SECRET,
        LEFT_OUT,
        RUBRIC_TOO_LONG,
        MASS_ARCHIVE,
        MASS_UPDATE,
        EMPTY_TREE,
        PROTECTED,
        ORPHANS,
    )
}

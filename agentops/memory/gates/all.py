"""Every gate in the order in which it judges, and what they say together: the one way in."""

from collections.abc import Iterable

from agentops.memory.gates.form.change_share import ChangeShare
from agentops.memory.gates.form.duplicates import Duplicates
from agentops.memory.gates.form.lint import Lint
from agentops.memory.gates.form.protected_paths import ProtectedPaths
from agentops.memory.gates.form.schema_and_links import SchemaAndLinks
from agentops.memory.gates.form.size_budget import SizeBudget
from agentops.memory.gates.judgement import Judgement, judged
from agentops.memory.gates.port import Gate, Proposal
from agentops.memory.gates.text.capabilities import Capabilities
from agentops.memory.gates.text.invisible_characters import InvisibleCharacters
from agentops.memory.gates.text.personal_data import PersonalData
from agentops.memory.gates.text.secrets import Secrets
from agentops.memory.gates.text.smuggled_instructions import SmuggledInstructions
from agentops.memory.gates.truth.contradiction import Contradiction
from agentops.memory.gates.truth.evidence_coverage import EvidenceCoverage
from agentops.memory.gates.truth.forgotten import Forgotten
from agentops.memory.gates.truth.literals import Literals
from agentops.memory.gates.truth.meaning_kept import MeaningKept
from agentops.memory.gates.truth.taint import Taint

GATES: tuple[Gate, ...] = (
    Secrets(),
    PersonalData(),
    InvisibleCharacters(),
    SmuggledInstructions(),
    Capabilities(),
    SchemaAndLinks(),
    SizeBudget(),
    ProtectedPaths(),
    ChangeShare(),
    EvidenceCoverage(),
    Taint(),
    Literals(),
    MeaningKept(),
    Contradiction(),
    Forgotten(),
    Duplicates(),
    Lint(),
)
"""What cannot be taken back comes first; the order is that of the table in a pull request."""


def judge(proposal: Proposal, more: Iterable[Gate] = ()) -> Judgement:
    """Return what all gates say of a proposal, and those beside them. The same proposal is always judged the same."""
    return judged(proposal, (*GATES, *more))

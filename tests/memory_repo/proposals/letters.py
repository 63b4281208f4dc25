"""Letters for tests: any operations, with evidence that resolves."""

from hypothesis import strategies as st

from agentops.dreaming.port import Dream, Stage
from agentops.memory.evidence import Evidence, Origin
from agentops.memory.gates.judgement import Mark
from agentops.memory.notes import NoteKind, Support
from agentops.memory.operations import Author, Operation, Verb
from agentops.memory.transcripts import Event, Sort, Transcript
from agentops.memory_repo.proposals.letter import Letter, lessons

TEXT = st.text(max_size=200)
OPERATIONS = st.builds(
    Operation,
    verb=st.sampled_from([Verb.ADD, Verb.REWORD, Verb.SUPERSEDE]),
    author=st.just(Author("lexical")),
    texts=st.tuples(TEXT),
    path=st.just("/facts/x.md"),
    kind=st.just(NoteKind.FACT),
    evidence=st.just((Evidence("sesn_1", "sevt_1"),)),
    reason=TEXT,
)


def heard(text: str) -> dict[str, Transcript]:
    """Return one session in which a tool said the text."""
    event = Event("sevt_1", Sort.RESULT, Origin.TOOL, text, tool="lookup")
    return {"sesn_1": Transcript("sesn_1", "openai-chat", (event,))}


def an_operation(text: str, *, path: str = "/pitfalls/booking.md", reason: str = "seen in 3 sessions") -> Operation:
    """Return a new pitfall."""
    cited = (Evidence("sesn_1", "sevt_1"),)
    return Operation(
        Verb.ADD,
        Author("lexical"),
        (),
        (text,),
        path,
        NoteKind.PITFALL,
        evidence=cited,
        support=Support(3, 2),
        reason=reason,
    )


def a_letter(*operations: Operation, said: str = "Error: the total is off", words: str = "Learnt something.") -> Letter:
    """Return the letter of a dream that proposes the operations."""
    dream = Dream(operations, stages=(Stage("distil", "lexical"),), candidates=len(operations), words=words)
    found = lessons(operations, {}, heard(said))
    return Letter("runbooks", dream, "dream-0123", sessions=1, lessons=found, gates=(Mark("secrets", "pass"),))

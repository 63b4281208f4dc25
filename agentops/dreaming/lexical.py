"""The dreamer without a model: deterministic, offline, in seconds. The one that is always there."""

from agentops.dreaming import collecting, reducing, verifying
from agentops.dreaming.distilling import errors
from agentops.dreaming.port import Dream, Night, Stage
from agentops.memory.operations import Author

AUTHOR = Author("lexical")


class LexicalDreamer:
    """Counts, compares and cites; words nothing but what it counted or what was said."""

    async def dream(self, night: Night) -> Dream:
        """Return what the transcripts teach."""
        return dreamt(night)


def dreamt(night: Night) -> Dream:
    """Return what the transcripts teach: the same answer for the same night, whatever the order of its transcripts."""
    reading = collecting.collected(night)
    found = tuple(errors.candidates(reading.transcripts))
    operations = reducing.operations(found, night.memory, AUTHOR)
    kept, apart = verifying.verified(operations, reading.by_session)
    words = f"{len(reading.transcripts)} sessions read, {len(kept)} operations"
    return Dream(
        kept, apart, (Stage("collect", "lexical"), Stage("distil", "lexical")), candidates=len(found), words=words
    )

"""What is put beside an engine to see how it does: nothing, unless somebody asks for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agentops.engine.core.entries import Entry
from agentops.engine.meter import Meter
from agentops.engine.metering.database import MeteredDatabase
from agentops.engine.store.port import Database
from agentops.engine.tracing.port import Tracer

if TYPE_CHECKING:
    from agentops.engine.runner.means import Means
    from agentops.engine.runner.workshop import Committed
    from agentops.engine.store.runners import Place
    from agentops.engine.tracing.turns import Turns


@dataclass(frozen=True, slots=True)
class Instruments:
    """Puts itself before the ports; what is not watched is left as it is, and costs nothing."""

    meter: Meter | None = None
    tracer: Tracer | None = None

    def on_database(self, database: Database) -> Database:
        """Return the database, watched."""
        return MeteredDatabase(database, self.meter) if self.meter is not None else database

    def on_means(self, means: "Means", turns: "Turns | None") -> "Means":
        """Return what sessions run with, watched."""
        from agentops.engine.metering.model import MeteredModel  # noqa: PLC0415 - `agentops plan` has no means
        from agentops.engine.metering.toolboxes import MeteredToolboxes  # noqa: PLC0415 - see above
        from agentops.engine.tracing.traced import TracedModel, TracedToolboxes  # noqa: PLC0415 - see above

        if self.meter is not None:
            model, toolboxes = MeteredModel(means.model, self.meter), MeteredToolboxes(means.toolboxes, self.meter)
            means = replace(means, model=model, toolboxes=toolboxes)
        if self.tracer is not None and turns is not None:
            traced = TracedModel(means.model, self.tracer, turns)
            means = replace(means, model=traced, toolboxes=TracedToolboxes(means.toolboxes, self.tracer, turns))
        return means

    def turns(self, database: Database) -> "Turns | None":
        """Return what follows turns, where spans are kept."""
        if self.tracer is None:
            return None
        from agentops.engine.tracing.turns import Turns  # noqa: PLC0415 - only who keeps spans pays for it

        return Turns(self.tracer, database)

    def committed(self, turns: "Turns | None") -> "Committed":
        """Return who is to be told of what a session's log has got."""
        from agentops.engine.runner.workshop import unwatched  # noqa: PLC0415 - see `on_means`

        meter = self.meter
        if meter is None and turns is None:
            return unwatched

        def told(place: "Place", entries: Sequence[Entry]) -> None:
            if meter is not None:
                meter.committed(entries)
            if turns is not None:
                turns.committed(place, entries)

        return told


NOTHING = Instruments()
"""Nobody watches."""

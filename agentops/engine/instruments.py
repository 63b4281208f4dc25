"""What is put beside an engine to see how it does: nothing, unless somebody asks for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agentops.engine.core.entries import Entry
from agentops.engine.meter import Meter
from agentops.engine.metering.database import MeteredDatabase
from agentops.engine.metering.model import MeteredModel
from agentops.engine.metering.toolboxes import MeteredToolboxes
from agentops.engine.runner.means import Means
from agentops.engine.runner.workshop import Committed, unwatched
from agentops.engine.store.port import Database
from agentops.engine.store.runners import Place
from agentops.engine.tracing.port import Tracer
from agentops.engine.tracing.traced import TracedModel, TracedToolboxes
from agentops.engine.tracing.turns import Turns


@dataclass(frozen=True, slots=True)
class Instruments:
    """Puts itself before the ports; what is not watched is left as it is, and costs nothing."""

    meter: Meter | None = None
    tracer: Tracer | None = None

    def on_database(self, database: Database) -> Database:
        """Return the database, watched."""
        return MeteredDatabase(database, self.meter) if self.meter is not None else database

    def on_means(self, means: Means, turns: Turns | None) -> Means:
        """Return what sessions run with, watched."""
        if self.meter is not None:
            model, toolboxes = MeteredModel(means.model, self.meter), MeteredToolboxes(means.toolboxes, self.meter)
            means = replace(means, model=model, toolboxes=toolboxes)
        if self.tracer is not None and turns is not None:
            traced = TracedModel(means.model, self.tracer, turns)
            means = replace(means, model=traced, toolboxes=TracedToolboxes(means.toolboxes, self.tracer, turns))
        return means

    def turns(self, database: Database) -> Turns | None:
        """Return what follows turns, where spans are kept."""
        return Turns(self.tracer, database) if self.tracer is not None else None

    def committed(self, turns: Turns | None) -> Committed:
        """Return who is to be told of what a session's log has got."""
        meter = self.meter
        if meter is None and turns is None:
            return unwatched

        def told(place: Place, entries: Sequence[Entry]) -> None:
            if meter is not None:
                meter.committed(entries)
            if turns is not None:
                turns.committed(place, entries)

        return told


NOTHING = Instruments()
"""Nobody watches."""

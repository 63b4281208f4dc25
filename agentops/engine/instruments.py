"""What is put beside an engine to see how it does: nothing, unless somebody asks for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agentops.engine.core.entries import Entry
from agentops.engine.meter import Meter
from agentops.engine.metering.database import MeteredDatabase
from agentops.engine.metering.model import MeteredModel
from agentops.engine.metering.toolboxes import MeteredToolboxes
from agentops.engine.runner.means import Means
from agentops.engine.store.port import Database
from agentops.engine.store.runners import Place


@dataclass(frozen=True, slots=True)
class Instruments:
    """Puts itself before the ports; what is not watched is left as it is, and costs nothing."""

    meter: Meter | None = None

    def on_database(self, database: Database) -> Database:
        """Return the database, watched."""
        return MeteredDatabase(database, self.meter) if self.meter is not None else database

    def on_means(self, means: Means) -> Means:
        """Return what sessions run with, watched."""
        if self.meter is not None:
            model, toolboxes = MeteredModel(means.model, self.meter), MeteredToolboxes(means.toolboxes, self.meter)
            means = replace(means, model=model, toolboxes=toolboxes)
        return means

    def committed(self, _place: Place, entries: Sequence[Entry]) -> None:
        """Tell whoever watches what a session's log has got."""
        if self.meter is not None:
            self.meter.committed(entries)


NOTHING = Instruments()
"""Nobody watches."""

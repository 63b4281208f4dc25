"""Who works in an engine when nobody asks: those that run sessions and dreams, and what a server does by itself.

Apart from the assembly, so that an engine that only keeps things does not load what it would run.
"""

from dataclasses import dataclass

from agentops.base.clock import Clock
from agentops.base.ids import IdSource
from agentops.engine.blobs.folder import FolderBlobs
from agentops.engine.dreams.choosing import Choice
from agentops.engine.dreams.crew import DreamCrew
from agentops.engine.dreams.run import Chamber
from agentops.engine.duty import Duty
from agentops.engine.firing.rounds import Station
from agentops.engine.firing.watch import Watch
from agentops.engine.grading.grader import ModelGrader
from agentops.engine.instruments import Instruments
from agentops.engine.keyring import Keyring
from agentops.engine.mounting.desk import Backing
from agentops.engine.news import News
from agentops.engine.outbound import Outbound, trusting
from agentops.engine.previews import Previews
from agentops.engine.retention import Archive, Retirement
from agentops.engine.runner import life
from agentops.engine.runner.crew import Crew
from agentops.engine.runner.means import Means
from agentops.engine.runner.outfit import Outfit
from agentops.engine.runner.warm import WarmToolboxes
from agentops.engine.runner.workshop import Workshop
from agentops.engine.settings import Settings
from agentops.engine.store.port import Database
from agentops.engine.tracing.turns import Turns


@dataclass(frozen=True, slots=True)
class Premises:
    """What all of them share."""

    runner_id: str
    settings: Settings
    database: Database
    blobs: FolderBlobs
    clock: Clock
    ids: IdSource
    keyring: Keyring
    news: News
    previews: Previews
    instruments: Instruments
    turns: Turns | None

    def crew(self, means: Means) -> Crew:
        """Return who runs sessions."""
        backing = Backing(
            self.database, self.blobs, self.clock, self.ids, self.keyring, self.settings.organization, self.news.tell
        )
        return Crew(
            Workshop(
                runner_id=self.runner_id,
                organization=self.settings.organization,
                database=self.database,
                clock=self.clock,
                ids=self.ids,
                model=means.model,
                outfitter=Outfit(backing, means.toolboxes, means.bounds),
                news=self.news,
                previews=self.previews,
                warm=WarmToolboxes(),
                grader=ModelGrader(means.model, means.sleep),
                programs=means.programs,
                committed=self.instruments.committed(self.turns),
                sleep=means.sleep,
                beat=means.beat,
            )
        )

    def dream_crew(self, means: Means) -> DreamCrew:
        """Return who runs dreams."""
        chamber = Chamber(
            runner_id=self.runner_id,
            database=self.database,
            clock=self.clock,
            ids=self.ids,
            keyring=self.keyring,
            organization=self.settings.organization,
            news=self.news,
            dreamers=means.dreamers or Choice(means.model, means.has_model, means.sleep),
            bounds=self.settings.dreams,
        )
        return DreamCrew(chamber, look_every_s=life.SIGN_S)

    def duties(self, *, delivers: bool) -> tuple[Duty, ...]:
        """Return what is done without being asked.

        Only who is on the list of those that live delivers, or others would take it for dead.
        """
        return (self._firing(), *((self._courier(),) if delivers else ()), self._retirement())

    def _firing(self) -> Watch:
        station = Station(self.runner_id, self.database, self.ids, self.keyring, self.news, self.instruments.meter)
        return Watch(station, self.clock, look_every_s=life.SIGN_S)

    def _courier(self) -> Duty:
        from agentops.engine.deliveries.courier import Courier, PostOffice  # noqa: PLC0415 - loads aiohttp

        settings = self.settings
        tls = trusting(settings.webhook_ca) if settings.webhook_ca else None
        outbound = Outbound(allow_loopback=settings.allow_loopback, private=settings.private_webhooks, tls=tls)
        parts = (self.runner_id, self.database, self.clock, self.keyring, self.news, outbound)
        return Courier(PostOffice(*parts, meter=self.instruments.meter), look_every_s=life.SIGN_S)

    def _retirement(self) -> Retirement:
        backing = (self.database, self.blobs, self.clock, self.ids, self.keyring, self.news)
        return Retirement(Archive(*backing, self.settings.organization), self.settings.retention)

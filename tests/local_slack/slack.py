"""The local Slack as a whole: what its rooms share."""

from dataclasses import dataclass, field

from tests.local_slack.clock import Clock
from tests.local_slack.courier import Courier
from tests.local_slack.faults import Faults, Rates
from tests.local_slack.http_delivery import HttpDelivery
from tests.local_slack.installation import Installation
from tests.local_slack.journal import Journal
from tests.local_slack.responses import ResponseAddresses
from tests.local_slack.sockets import Sockets
from tests.local_slack.triggers import Triggers
from tests.local_slack.views import Views
from tests.local_slack.workspace import Workspace


@dataclass
class LocalSlack:
    """One workspace with one app in it; *url* is known once it listens."""

    clock: Clock
    installation: Installation
    journal: Journal = field(init=False)
    workspace: Workspace = field(init=False)
    views: Views = field(default_factory=Views)
    triggers: Triggers = field(init=False)
    responses: ResponseAddresses = field(init=False)
    faults: Faults = field(default_factory=Faults)
    rates: Rates = field(init=False)
    http: HttpDelivery = field(init=False)
    sockets: Sockets = field(init=False)
    courier: Courier = field(init=False)
    url: str = ""

    def __post_init__(self) -> None:
        bot_name = self.installation.manifest.display_name
        self.journal = Journal(self.clock)
        self.workspace = Workspace(self.clock, bot_name)
        self.triggers = Triggers(self.clock)
        self.responses = ResponseAddresses(self.clock)
        self.rates = Rates(self.clock)
        self.http = HttpDelivery(self.installation)
        self.sockets = Sockets(self.journal)
        self.courier = Courier(
            self.journal,
            lambda: (
                self.sockets if self.installation.manifest.uses_sockets else self.http
            ),
        )

    async def forget(self) -> None:
        """Empty the workspace and the record; connections and settings stay."""
        await self.courier.stop()
        self.workspace.forget()
        self.views.forget()
        self.triggers.forget()
        self.responses.forget()
        self.faults.forget()
        self.rates.forget()
        self.journal.forget()

    async def close(self) -> None:
        """End every delivery and every connection."""
        await self.courier.stop()
        await self.sockets.close()
        await self.http.close()

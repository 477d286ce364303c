"""What the actor's turns tell the daemon's other tasks.

Rule: a turn only sets these. Who waits for one puts a new one in its place when it has heard it.
"""

import anyio


class Signals:
    """Events, each for one task that waits for it.

    Attributes:
        stopping: A client asked the daemon to end.
        processes_changed: Other processes are to be watched.
        occupation_changed: Subscribers came or went.
        subscribed: Somebody subscribed.
        ledger_refused: The ledger is to be asked again what nobody waits for.
    """

    def __init__(self) -> None:
        self.stopping = anyio.Event()
        self.processes_changed = anyio.Event()
        self.occupation_changed = anyio.Event()
        self.subscribed = anyio.Event()
        self.ledger_refused = anyio.Event()

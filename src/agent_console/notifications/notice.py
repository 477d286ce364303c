"""One thing that the person is told while looking elsewhere."""

from msgspec import Struct

from agent_console.model.session import Session


class Notice(Struct, frozen=True, gc=False):
    """What is said.

    Attributes:
        title: Who: harmless to a terminal, on one line.
        body: What about it; likewise, and may be empty.
        pressing: It says that a limit is exceeded.
        session: Whom it is about, when it is about one.
    """

    title: str
    body: str
    pressing: bool = False
    session: Session | None = None

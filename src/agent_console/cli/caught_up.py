"""What is said of transcripts that were just read."""

from typing import TYPE_CHECKING

from agent_console.cli.output import narrate

if TYPE_CHECKING:
    from agent_console.usage.ingest.catch_up import CaughtUp


def tell_of_alerts(raised: int) -> None:
    """Have daemons tell their subscribers of so many new alerts, and say so."""
    if raised:
        from agent_console.cli.telling_daemons import have_daemons_look  # noqa: PLC0415 - rarely

        have_daemons_look()
        narrate("There are new alerts: see `agent-console alerts list`.")


def tell_unreadable(caught_up: "CaughtUp") -> None:
    """Say which files could not be read, and why."""
    for file in caught_up.unreadable:
        if not file.is_gone:
            narrate(f"Not read: {file.path} ({file.reason})")

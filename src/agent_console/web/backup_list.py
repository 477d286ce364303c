"""The backups of the ledger, and how one is brought back."""

import uuid
from contextlib import suppress
from pathlib import Path

import anyio
from nicegui import ui

from agent_console.errors import AgentConsoleError
from agent_console.model.format import ago, size
from agent_console.protocol.messages import Meta_
from agent_console.usage.maintenance.backup_files import Backup
from agent_console.usage.maintenance.restore import Restored, restore
from agent_console.web.console import Console
from agent_console.web.frame import box, text
from agent_console.web.once import Once
from agent_console.web.troubles import toast, within

SHOWN = 8


def backup_list(console: Console, backups: list[Backup], again: Once) -> None:
    """The latest ones.

    Args:
        console: What pages share.
        backups: Newest first.
        again: Called when one has been brought back.
    """
    now = console.now_ms()
    for backup in backups[:SHOWN]:
        with box("tools"):
            text(backup.path.name, "mono", "span")
            text(f"{ago(now - backup.made_at_ms)}, {size(backup.size_bytes)}", "quiet", "span")
            bring = text("Restore", "button danger", "button").style("margin-left: auto")
            bring.on("click", lambda _, chosen=backup: _ask(console, chosen, again))


def _ask(console: Console, backup: Backup, again: Once) -> None:
    with ui.context.client.layout, ui.dialog(value=True) as dialog, box("sheet"):
        text("Restore this backup?", tag="h2")
        text(f"The ledger will be as it was {ago(console.now_ms() - backup.made_at_ms)}.")
        text("What it is now is kept beside it. Transcripts that still exist are read again.",
             "quiet")  # fmt: skip
        with box("tools"):
            yes = text("Restore", "button danger", "button")
            text("Keep", "button", "button").on("click", dialog.close)

    async def bring() -> None:
        dialog.close()
        with dialog.client.layout:
            done = await within(anyio.to_thread.run_sync(_restore, console, backup.path))
            if done is None:
                return
            kept = "" if done.kept is None else f" The old ledger is {done.kept}."
            toast(f"Restored.{kept}", "positive")
            with suppress(AgentConsoleError):  # it finds out with the next thing it asks
                await console.link.client.request(Meta_(session_id=str(uuid.uuid4())))
            again()

    yes.on("click", bring)


def _restore(console: Console, source: Path) -> Restored:
    return restore(Path(console.database), source, console.now_ms())

"""Where things lie, how large they are, and the backups."""

from datetime import datetime
from pathlib import Path

import anyio

from agent_console.model.format import ago, counted, size, tokens
from agent_console.paths import claude_config_dirs, config_path, log_path
from agent_console.usage.database.backup_files import backup_folder
from agent_console.usage.maintenance.stats import LedgerStats, stats
from agent_console.web.asking.console import Console
from agent_console.web.elements.boxes import box, card, empty, text
from agent_console.web.elements.once import Once
from agent_console.web.elements.troubles import within
from agent_console.web.store.backup_list import backup_list


def _stats(path: Path) -> LedgerStats | None:
    return stats(path) if path.exists() else None


class StorePanel:
    """The cards."""

    def __init__(self, console: Console) -> None:
        self._console = console
        with card("What is kept"):
            self._body = box("stack")
        with card("Backups"):
            self._backups = box("stack-tight")
        self.read = Once(self._read)
        self.read()

    async def _read(self) -> None:
        found = await within(anyio.to_thread.run_sync(_stats, Path(self._console.database)))
        self._body.clear()
        with self._body:
            if found is None or not found.messages:
                empty(
                    "Nothing is counted yet",
                    "The daemon reads Claude Code's transcripts by itself;",
                    "`Read new transcripts` does it now.",
                )
            if found is not None:
                self._show(found)
        self._backups.clear()
        with self._backups:
            self._show_backups(found)

    def _show(self, found: LedgerStats) -> None:
        zone = self._console.config.display.zone

        def day(at_ms: int | None) -> str:
            return "" if at_ms is None else f"{datetime.fromtimestamp(at_ms / 1000, zone):%Y-%m-%d}"

        rows = [
            ("Ledger", found.path),
            ("Size", f"{size(found.size_bytes)}, of it {size(found.free_bytes)} free"),
            ("Responses", f"{found.messages:,}"),
            ("Sessions", f"{found.sessions:,} in {counted(found.projects, 'project')}"),
            ("Tokens", tokens(found.total_tokens)),
            *(
                [("From", f"{day(found.first_message_ms)} to {day(found.last_message_ms)}")]
                if found.messages
                else []
            ),
            ("Schema", str(found.schema)),
            ("Settings", str(config_path())),
            ("Log", str(log_path())),
            ("Socket", self._console.link.client.path),
            *(("Claude Code", str(folder)) for folder in claude_config_dirs() if folder.exists()),
        ]
        for source in found.sources:
            bad = f", {counted(source.bad_lines, 'bad line')}" if source.bad_lines else ""
            lines = counted(source.lines, "line")
            rows.append(("Transcripts", f"{source.files:,} {source.status}, {lines}{bad}"))
        with box("facts"):
            for name, value in rows:
                text(name)
                text(value)

    def _show_backups(self, found: LedgerStats | None) -> None:
        if found is None or not found.backups:
            text("None yet. The daemon makes one a day; “Back up now” makes one at once.", "quiet")
            return
        newest = found.backups[0]
        zone = self._console.config.display.zone
        made = datetime.fromtimestamp(newest.made_at_ms / 1000, zone)
        now = self._console.now_ms()
        with box("facts"):
            text("Last backup")
            text(f"{made:%Y-%m-%d %H:%M}, {ago(now - newest.made_at_ms)}")
            text("Folder")
            text(str(backup_folder(Path(found.path))))
        backup_list(self._console, found.backups)

"""What Claude Code is going to delete, and what stays."""

from functools import partial

import anyio
from nicegui import ui

from agent_console.claude_code.retention import KEY, configured_retention_days, retention_words
from agent_console.model.format import counted
from agent_console.paths import claude_config_dirs
from agent_console.usage.ingest.kept_history import KeptHistory, kept_history
from agent_console.web.asking.console import Console
from agent_console.web.elements.boxes import box, card, text
from agent_console.web.elements.once import Once
from agent_console.web.elements.troubles import within

DAY_MS = 86_400_000
SOON_DAYS = 3


def retention_lines(days: int, kept: KeptHistory, now_ms: int) -> list[tuple[str, str]]:
    """What is to be said, each with `warning` or nothing.

    Args:
        days: After how many days transcripts are deleted.
        kept: What there is.
        now_ms: Now, Unix milliseconds.
    """
    lines = [(f"{retention_words(days)}. Tokens and costs stay here.", "")]
    if kept.oldest_ms is not None:
        age = max(0, (now_ms - kept.oldest_ms) // DAY_MS)
        left = days - age
        when = "is due" if left <= 0 else f"goes in {counted(left, 'day')}"
        there = counted(kept.transcripts, "transcript")
        ago = f"{counted(age, 'day')} ago" if age else "today"
        written = f"the oldest was last written {ago} and {when}"
        lines.append((f"{there}: {written}.", ""))
        if kept.unread:
            more = f"{counted(kept.unread, 'transcript')} {'has' if kept.unread == 1 else 'have'}"
            what = f"{more} something that is not read yet: read new transcripts before it is gone."
            lines.append((what, "warning" if left <= SOON_DAYS else ""))
        else:
            lines.append(("All that they tell is in the ledger.", ""))
    else:
        lines.append(("No transcript is there now.", ""))
    if kept.gone:
        only = f"Only the ledger still has {counted(kept.gone_responses, 'response')}"
        gone = counted(kept.gone, "transcript")
        lines.append((f"{only} of {gone} that Claude Code has deleted: keep its backups.", ""))
    return lines


class RetentionPanel:
    """The lines, and how to have Claude Code keep more."""

    def __init__(self, console: Console) -> None:
        self._console = console
        with card("How long transcripts live"):
            self._lines = box("stack-tight")
            with box("quiet").style("margin-top: 8px"):
                text("Texts of conversations are in transcripts only. To keep them longer, set ",
                     tag="span")  # fmt: skip
                text(f'"{KEY}": 365', tag="code")
                text(" in Claude Code's settings.json.", tag="span")
        self.read = Once(self._read)
        self.read()

    async def _read(self) -> None:
        dirs = claude_config_dirs()
        days = await anyio.to_thread.run_sync(configured_retention_days, dirs)
        work = self._console.read(partial(kept_history, config_dirs=dirs))
        kept = await within(work)
        if kept is None:
            return
        self._lines.clear()
        with self._lines:
            for words, kind in retention_lines(days, kept, self._console.now_ms()):
                self._line(words, kind)

    @staticmethod
    def _line(words: str, kind: str) -> ui.element:
        return text(f"! {words}" if kind else words, "is-cost" if kind else "")

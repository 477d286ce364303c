"""The panels of the data page."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode

import anyio
from nicegui import ui

from agent_console.errors import AgentConsoleError
from agent_console.model.format import ago, counted, printable, size, tokens
from agent_console.model.short_names import short_model
from agent_console.paths import config_path
from agent_console.usage.ingest.catch_up import bring_up_to_date
from agent_console.usage.maintenance.backup_files import backup_folder
from agent_console.usage.maintenance.backup_to_file import backup_to_file
from agent_console.usage.maintenance.check import check
from agent_console.usage.maintenance.progress import Tell
from agent_console.usage.maintenance.repair import repair
from agent_console.usage.maintenance.stats import LedgerStats, stats
from agent_console.usage.prices.listing import ListedModel, price_list
from agent_console.usage.reports.export_fields import fields
from agent_console.web.backup_list import backup_list
from agent_console.web.console import Console
from agent_console.web.downloads import FORMATS, LEVELS
from agent_console.web.filters import RANGES
from agent_console.web.frame import box, card, empty, text
from agent_console.web.grids import column, grid
from agent_console.web.nice import call, set_choices, soon
from agent_console.web.once import Once
from agent_console.web.troubles import toast, within

Found = TypeVar("Found")


def _stats(path: Path) -> LedgerStats | None:
    return stats(path) if path.exists() else None


def _prices(console: Console) -> list[ListedModel]:
    path = Path(console.database)
    if not path.exists():
        return []
    now = console.now_ms()
    return price_list(path, console.config.prices, now, everything=False).models


class StorePanel:
    """Where things lie and how large they are."""

    def __init__(self, console: Console) -> None:
        self._console = console
        with card("What is kept"):
            self._body = box("stack")
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

    def _show(self, found: LedgerStats) -> None:
        zone = self._console.config.display.zone
        now = self._console.now_ms()

        def day(at_ms: int | None) -> str:
            return "" if at_ms is None else f"{datetime.fromtimestamp(at_ms / 1000, zone):%Y-%m-%d}"

        newest = found.backups[0] if found.backups else None
        rows = (
            ("Ledger", found.path),
            ("Size", f"{size(found.size_bytes)}, of it {size(found.free_bytes)} free"),
            ("Responses", f"{found.messages:,}"),
            ("Sessions", f"{found.sessions:,} in {counted(found.projects, 'project')}"),
            ("Tokens", tokens(found.total_tokens)),
            ("From", f"{day(found.first_message_ms)} to {day(found.last_message_ms)}"),
            ("Schema", str(found.schema)),
            ("Last backup", "none yet" if newest is None
             else f"{ago(now - newest.made_at_ms)}, {size(newest.size_bytes)}"),
            ("Backups", f"{len(found.backups)} in {backup_folder(Path(found.path))}"),
            ("Settings", str(config_path())),
            ("Socket", self._console.link.client.path),
        )  # fmt: skip
        with box("facts"):
            for name, value in rows:
                text(name)
                text(value)
            for source in found.sources:
                text("Transcripts")
                text(f"{source.files:,} {source.status}, {counted(source.lines, 'line')}")
        backup_list(self._console, found.backups, self.read)
        text(
            "Claude Code deletes transcripts after 30 days unless told otherwise; tokens and costs "
            "stay in the ledger. Texts of conversations are never stored.",
            "quiet",
        )


class UpkeepPanel:
    """Read again, check, mend, back up."""

    def __init__(self, console: Console, changed: Callable[[], None]) -> None:
        self._console = console
        self._changed = changed
        self._path = Path(console.database)
        with card("Upkeep"):
            with box("tools"):
                self._buttons = [
                    self._button("Read new transcripts", self._ingest),
                    self._button("Check", self._check),
                    self._button("Mend", self._repair),
                    self._button("Back up now", self._backup),
                ]
            self._progress = text("", "quiet").props('role="status"').style("margin-top: 8px")
            self._result = box("facts").style("margin-top: 8px")

    def _button(self, words: str, work: Callable[[], object]) -> ui.element:
        return text(words, "button", "button").on("click", work)

    async def _run(
        self, words: str, work: Callable[[Callable[[str], None]], Found]
    ) -> Found | None:
        """Do some work in a thread, and say how it goes."""
        self._result.clear()
        self._progress.set_text(f"{words}…")
        for button in self._buttons:
            button.props("disabled")
        loop = anyio.from_thread

        def tell(sentence: str) -> None:
            loop.run_sync(self._progress.set_text, printable(sentence))

        try:
            return await within(anyio.to_thread.run_sync(partial(work, tell)))
        finally:
            self._progress.set_text("")
            for button in self._buttons:
                button.props(remove="disabled")

    async def _ingest(self) -> None:
        config = self._console.config
        found = await self._run(
            "Reading transcripts",
            lambda tell: bring_up_to_date(
                self._path,
                config.prices,
                config=config,
                tell=lambda progress: tell(
                    f"Read {size(progress.bytes_read)} of {size(progress.bytes_in_all)}"
                ),
            ),
        )
        if found is not None:
            read = f"{counted(found.responses, 'response')} in {counted(found.files_read, 'file')}"
            toast(f"Read {read}." if found.files_read else "Nothing new.", "positive")
            self._changed()

    async def _check(self) -> None:
        found = await self._run("Checking", lambda tell: check(self._path, tell))
        with self._result:
            for finding in found or ():
                text(f"{'✓' if finding.ok else '✗'} {finding.check}")
                text(finding.text, "" if finding.ok else "is-cost")
        if found is not None:
            fine = all(finding.ok for finding in found)
            toast("All is well." if fine else "Something is wrong: use Mend.",
                  "positive" if fine else "negative")  # fmt: skip

    async def _repair(self) -> None:
        found = await self._run("Mending", lambda tell: repair(self._path, tell))
        if found is not None:
            toast(" ".join(found) or "Nothing was wrong.", "positive")
            self._changed()

    async def _backup(self) -> None:
        now = datetime.now(self._console.config.display.zone)
        file = backup_folder(self._path) / f"by-hand-{now:%Y%m%d-%H%M%S}.db"

        def work(_tell: Tell) -> int:
            try:
                file.parent.mkdir(0o700, parents=True, exist_ok=True)
            except OSError as error:
                raise AgentConsoleError(f"{file.parent}: {error.strerror}.") from error
            return backup_to_file(self._path, file)

        written = await self._run("Backing up", work)
        if written is not None:
            toast(f"Wrote {file} ({size(written)}).", "positive")
            with self._result:
                text("Backup")
                text(str(file))
                text("Restore")
                text(f"agent-console db restore {file}", "mono")
            self._changed()


class ExportPanel:
    """Everything for other programs."""

    def __init__(self, console: Console) -> None:
        del console
        with card("Export"), box("tools"):
            self._range = self._choice("Range", dict(RANGES), "30d")
            self._level = self._choice("A row for each", {each: each for each in LEVELS}, "day")
            self._form = self._choice("Format", {each: each.upper() for each in FORMATS}, "csv")
            self._fields = ui.select([], value=[], label="Fields", multiple=True, clearable=True)
            self._fields.props("dense outlined use-chips").style(
                "min-width: 200px; max-width: 100%"
            )
            text("None chosen: all.", "quiet", "span")
            self._link = ui.link("Download", "#").classes("button first").props("download")
        self._level.on_value_change(self._offer)
        for choice in (self._range, self._level, self._form, self._fields):
            choice.on_value_change(self._aim)
        self._offer()
        self._aim()

    def _offer(self) -> None:
        names = list(fields(LEVELS[str(self._level.value)], "auto"))
        set_choices(self._fields, {name: name for name in names}, [])

    @staticmethod
    def _choice(label: str, options: dict[str, str], value: str) -> ui.select:
        choice = ui.select(options, value=value, label=label)
        return choice.props("dense outlined").style("min-width: 130px")

    def _aim(self) -> None:
        query = {"level": self._level.value, "format": self._form.value}
        query |= {"last": self._range.value} if self._range.value else {"all": "1"}
        chosen: list[str] = self._fields.value or []
        if chosen:
            query["fields"] = ",".join(chosen)
        self._link.props(f'href="/download/usage?{urlencode(query)}"')


class PricePanel:
    """What costs are computed with."""

    def __init__(self, console: Console) -> None:
        self._console = console
        with card("Prices"):
            text("US dollars per million tokens. Set your own in the settings file.", "quiet")
            with box("").style("margin-top: 10px"):
                self._grid = grid(_PRICE_COLUMNS, [], by="model", fits=True)
        soon(self._read)

    async def _read(self) -> None:
        found = await within(anyio.to_thread.run_sync(_prices, self._console))
        if found is not None:
            rows = [_price_row(model) for model in found]
            call(self._grid, "setGridOption", "rowData", rows)


_PRICE_COLUMNS = [
    column("name", "Model", width=130, flex=2, bold=True),
    *(
        column(name, title, width=92, number=True, wide=wide, sortable=False)
        for name, title, wide in (
            ("input", "Input", 0), ("output", "Output", 0), ("cache_write_5m", "Write 5m", 620),
            ("cache_write_1h", "Write 1h", 720), ("cache_read", "Read", 520),
        )
    ),
    column("since", "Since", width=110, wide=820, sortable=False),
    column("origin", "Says", width=160, flex=1, wide=460, sortable=False),
]  # fmt: skip


def _price_row(model: ListedModel) -> dict[str, object]:
    row: dict[str, object] = {
        "model": model.model,
        "name": short_model(model.model),
        "origin": model.origin or "nobody: its tokens are unpriced",
    }
    if model.prices:
        # The newest for prompts of any size.
        small = [price for price in model.prices if not price.prompt_over]
        price = (small or model.prices)[-1]
        for name in ("input", "output", "cache_write_5m", "cache_write_1h", "cache_read"):
            row[name] = f"{getattr(price, name):f}"
        row["since"] = price.since or ""
    return row

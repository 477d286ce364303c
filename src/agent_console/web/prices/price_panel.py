"""What costs are computed with, how old that is, and prices of the person's own."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import anyio
from nicegui.events import GenericEventArguments

from agent_console.config import Config
from agent_console.config_prices import PriceOverride
from agent_console.model.format import counted
from agent_console.paths import config_path
from agent_console.usage.prices.listing import PriceList, price_list
from agent_console.usage.prices.refresh import PricesChanged
from agent_console.usage.writing.own_prices import own_price, reprice, set_price, unset_price
from agent_console.web.asking.console import Console
from agent_console.web.elements.boxes import box, card, empty, text
from agent_console.web.elements.confirm import ask
from agent_console.web.elements.grids import column, grid
from agent_console.web.elements.nice import call
from agent_console.web.elements.once import Once
from agent_console.web.elements.troubles import toast, within
from agent_console.web.prices.price_form import price_form
from agent_console.web.prices.price_rows import entry_words, price_age, price_rows, unpriced_words

_COLUMNS = [
    column("name", "Model", width=108, flex=2, bold=True, sortable=False),
    column("since", "Since", width=104, wide=700, sortable=False),
    column("prompt", "Prompt", width=84, number=True, wide=620, sortable=False),
    *(
        column(name, title, width=86, number=True, wide=wide, sortable=False)
        for name, title, wide in (
            ("input", "Input", 0), ("output", "Output", 0), ("cache_write_5m", "Write 5m", 820),
            ("cache_write_1h", "Write 1h", 900), ("cache_read", "Read", 520),
            ("web_search", "Searches", 1100),
        )
    ),
    column("origin", "Says", width=160, flex=1, wide=560, sortable=False),
]  # fmt: skip


class PricePanel:
    """The card."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._all = False
        self._rows: list[dict[str, Any]] = []
        with card("Prices"):
            self._age = text("", "quiet")
            with box("tools").style("margin-top: 10px"):
                new = text("Set a price", "button first", "button")
                new.on("click", lambda: self._ask(PriceOverride("")))
                self._more = text("Also models never used", "button", "button")
                self._more.props('aria-pressed="false"').on("click", self._toggle)
            self._unpriced = box("stack-tight").style("margin-top: 10px")
            self._none = empty("No model has been used yet", "The list grows with the ledger.")
            with box("").style("margin-top: 10px"):
                self._grid = grid(_COLUMNS, [], by="key", fits=True)
            self._grid.on("cellClicked", self._open, ["data"])
            text("Click a row to set what that model costs you.", "quiet").style("margin-top: 8px")
        with card("Prices of yours"):
            self._own = box("rows")
        self.read = Once(self._read)
        self.read()

    async def _read(self) -> None:
        found = await within(anyio.to_thread.run_sync(self._found))
        if found is None:
            return
        console = self._console
        prices = console.config.prices
        self._rows = price_rows(found, prices)
        call(self._grid, "setGridOption", "rowData", self._rows)
        self._none.set_visibility(not self._rows)
        self._grid.set_visibility(bool(self._rows))
        off = f" {prices.discount_percent} % is taken off." if prices.discount_percent else ""
        age = price_age(found, console.now_ms(), console.config.display.zone)
        self._age.set_text(f"US dollars per million tokens and per thousand searches. {age}{off}")
        self._unpriced.clear()
        with self._unpriced:
            for words in unpriced_words(found):
                text(f"! {words}", "is-cost")
        self._own.clear()
        with self._own:
            for entry in prices.models:
                self._entry(entry)
            if not prices.models:
                text(f"None. They are kept in {config_path()}.", "quiet")

    def _found(self) -> PriceList:
        # As the file says now: with older ones the ledger would be priced back.
        console = self._console
        prices = console.load_config().prices
        path = Path(console.database)
        return price_list(path, prices, console.now_ms(), everything=self._all)

    def _toggle(self) -> None:
        self._all = not self._all
        self._more.props(f'aria-pressed="{str(self._all).lower()}"')
        self.read()

    def _entry(self, entry: PriceOverride) -> None:
        with box("budget"):
            text(entry.model, "who")
            with box("tools"):
                edit = text("Edit", "button", "button")
                edit.on("click", lambda: self._ask(entry))
                remove = text("Remove", "button danger", "button")
                remove.on("click", lambda: self._ask_remove(entry))
            text(entry_words(entry), "quiet")

    def _open(self, event: GenericEventArguments) -> None:
        self._ask(PriceOverride(str(event.args["data"]["model"])))

    def _ask(self, entry: PriceOverride) -> None:
        known = own_price(self._console.config.prices, entry)
        rows = [row for row in self._rows if row["model"] == entry.model]
        now = rows[0] if rows else dict[str, Any]()
        price_form(known or entry, now, self._keep, is_new=known is None)

    async def _keep(self, wanted: PriceOverride) -> bool:
        return await self._change(partial(set_price, wanted), f"Set {wanted.model}.")

    def _ask_remove(self, entry: PriceOverride) -> None:
        ask(
            f"Remove your price for {entry.model}?",
            "What is published holds again, for the past too.",
            "Remove",
            lambda: self._change(
                partial(unset_price, entry.model, entry), f"Removed {entry.model}."
            ),
        )

    async def _change(self, change: Callable[[], Config], words: str) -> bool:
        database = Path(self._console.database)

        def work() -> PricesChanged:
            return reprice(database, change())

        changed = await within(anyio.to_thread.run_sync(work))
        if changed is None:
            return False
        models = counted(len(changed.models), "model")
        anew = f" Costs of {models} are computed anew." if changed.models else ""
        toast(f"{words}{anew}", "positive")
        self._console.load_config()
        await self._console.ledger_changed()
        self.read()
        return True

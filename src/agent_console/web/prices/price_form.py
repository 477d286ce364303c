"""The form for a price of the person's own."""

from collections.abc import Awaitable, Callable
from datetime import date

from nicegui import ui

from agent_console.board.budget_amounts import tokens
from agent_console.config_prices import LARGEST_PROMPT, PRICES, PriceOverride
from agent_console.model.format import exact_amount
from agent_console.usage.writing.own_prices import usd
from agent_console.web.elements.boxes import box, text
from agent_console.web.elements.form_row import form_row
from agent_console.web.elements.form_saving import save
from agent_console.web.elements.nice import attribute

_WORDS = {
    "input": "Input", "output": "Output", "cache_write_5m": "Cache write 5m",
    "cache_write_1h": "Cache write 1h", "cache_read": "Cache read", "web_search": "1,000 searches",
}  # fmt: skip


def price_form(
    known: PriceOverride,
    now: dict[str, str],
    keep: Callable[[PriceOverride], Awaitable[bool]],
    *,
    is_new: bool,
) -> None:
    """Ask for a price.

    Args:
        known: What the fields say at first.
        now: What holds now, by price; shown where a field is empty.
        keep: Sets it; whether that went well.
        is_new: It has no entry yet, so the model, day and size can be chosen.
    """
    _Form(known, now, keep, is_new=is_new)


class _Form:
    def __init__(
        self,
        known: PriceOverride,
        now: dict[str, str],
        keep: Callable[[PriceOverride], Awaitable[bool]],
        *,
        is_new: bool,
    ) -> None:
        self._keep = keep
        client = ui.context.client
        with (
            client.layout,
            ui.dialog(value=True) as self._dialog,
            box("sheet").props('role="dialog"'),
            box("", "form").props("novalidate").style("display: contents") as form,
        ):
            text("A price of yours", tag="h2")
            text("US dollars per million tokens, in the past too. Empty: as it is without this.",
                 "quiet")  # fmt: skip
            with box("form"):
                self._model = form_row("Model", ui.input(value=known.model))
                attribute(self._model, "placeholder", "a name, or a pattern like claude-*")
                self._prices = {name: self._field(name, known, now) for name in PRICES}
                since = "" if known.since is None else known.since.isoformat()
                self._since = form_row("From (UTC)", ui.input(value=since).props("type=date"))
                over = str(known.prompt_over) if known.prompt_over else ""
                self._prompt = form_row("Prompts over", ui.input(value=over))
                attribute(self._prompt, "placeholder", "any size; 200k")
            with box("tools"):
                text("Save", "button first", "button").props('type="submit"')
                cancel = text("Cancel", "button", "button").props('type="button"')
                cancel.on("click", self._dialog.close)
        for field in (self._model, self._since, self._prompt):
            field.set_enabled(is_new)
        form.on("submit.prevent", self._save)  # by Enter in a field, too
        self._dialog.on("hide", self._dialog.delete)

    @staticmethod
    def _field(name: str, known: PriceOverride, now: dict[str, str]) -> ui.input:
        told = getattr(known, name)
        field = form_row(_WORDS[name], ui.input(value="" if told is None else exact_amount(told)))
        attribute(field, "placeholder", now.get(name, ""))
        return field

    async def _save(self) -> None:
        await save(self._dialog, self._wanted, self._keep)

    def _wanted(self) -> PriceOverride:
        model = str(self._model.value or "").strip()
        if not model:
            raise ValueError("Name a model, as the list does, or a pattern like claude-*.")
        given = {name: str(field.value or "").strip() for name, field in self._prices.items()}
        if not any(given.values()):
            raise ValueError("Give it at least one price; to take it away, use Remove.")
        since = str(self._since.value or "")
        prompt = str(self._prompt.value or "").strip()
        over = tokens(prompt) if prompt and prompt != "0" else 0
        if over > LARGEST_PROMPT:
            raise ValueError(f"No prompt is larger than {LARGEST_PROMPT:,} tokens.")
        return PriceOverride(
            model,
            date.fromisoformat(since) if since else None,
            over,
            **{name: usd(words) if words else None for name, words in given.items()},
        )

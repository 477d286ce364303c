"""The form for a budget, new or known."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from agent_console.board import budget_amounts
from agent_console.model.budget import PICO_PER_NANO, Budget
from agent_console.usage.cost_sql import PICO_PER_USD
from agent_console.usage.reports import query
from agent_console.usage.reports.matching import EXACTLY
from agent_console.web.asking.console import Console
from agent_console.web.elements.boxes import box, text
from agent_console.web.elements.form_row import form_row
from agent_console.web.elements.form_saving import save
from agent_console.web.elements.nice import set_choices, soon
from agent_console.web.elements.troubles import within

_PERIODS = ["daily", "weekly", "monthly"]
_SCOPES = {"all": "Everything", "project": "One project", "model": "One model"}
_UNITS = {"usd": "US dollars", "tokens": "Tokens"}


def budget_form(
    console: Console, known: Budget | None, keep: Callable[[Budget], Awaitable[bool]]
) -> None:
    """Ask for a budget.

    Args:
        console: What pages share.
        known: The one to change; null for a new one.
        keep: Sets it; whether that went well.
    """
    _Form(console, known, keep)


class _Form:
    def __init__(
        self, console: Console, known: Budget | None, keep: Callable[[Budget], Awaitable[bool]]
    ) -> None:
        self._console = console
        self._known = known
        self._keep = keep
        with (
            ui.dialog(value=True) as self._dialog,
            box("sheet").props('role="dialog"'),
            box("", "form").props("novalidate").style("display: contents") as form,
        ):
            text("New budget" if known is None else "Edit the budget", tag="h2")
            with box("form"):
                self._fields(known)
            with box("tools"):
                text("Save", "button first", "button").props('type="submit"')
                cancel = text("Cancel", "button", "button").props('type="button"')
                cancel.on("click", self._dialog.close)
        form.on("submit.prevent", self._save)  # by Enter in a field, too
        self._dialog.on("hide", self._dialog.delete)
        soon(self._read_names)

    def _fields(self, known: Budget | None) -> None:
        fixed = known is not None
        self._amount = form_row("Amount", ui.input(value=_amount(known)))
        self._amount.props('placeholder="50" autofocus')
        self._unit = form_row("In", ui.select(_UNITS, value=_unit(known)))
        self._period = form_row(
            "Each", ui.select(_PERIODS, value="monthly" if known is None else known.period)
        )
        self._day = form_row(
            "Billing day",
            ui.input(value=str(1 if known is None else known.billing_day)).props(
                'type="number" min="1" max="31" hint="Months begin on it, or on their last day."'
            ),
            (self._period, "monthly".__eq__),
        )
        self._scope = form_row(
            "For", ui.select(_SCOPES, value="all" if known is None else known.scope)
        )
        subject = "" if known is None else known.subject
        self._subject = form_row(
            "Which",
            ui.select({subject: subject.removeprefix(EXACTLY)}, value=subject),
            (self._scope, _is_one),
        )
        self._warn = form_row("Alert at %", ui.input(value=_warn(known)))
        self._hard = form_row("Hard", ui.checkbox(
            "The gate stops sessions beyond it", value=known is not None and known.is_hard
        ))  # fmt: skip
        for choice in (self._period, self._scope, self._subject):
            choice.set_enabled(not fixed)
        self._scope.on_value_change(lambda: soon(self._read_names))

    async def _read_names(self) -> None:
        scope = str(self._scope.value)
        if self._known is not None or scope == "all":
            return
        found = await within(self._console.read(lambda each: query.names(each, f"{scope}_no")))
        names = sorted(filter(None, (found or {}).values()))
        options = {f"{EXACTLY}{name}": name for name in names}
        set_choices(self._subject, options, next(iter(options), None))

    async def _save(self) -> None:
        await save(self._dialog, self._budget, self._keep)

    def _budget(self) -> Budget:
        in_tokens = self._unit.value == "tokens"
        amount = str(self._amount.value or "")
        scope = self._scope.value
        subject = "" if scope == "all" else str(self._subject.value or "")
        if scope != "all" and not subject:
            raise ValueError(f"Choose a {scope}.")
        return Budget(
            budget_id="",
            scope=scope,
            subject=subject,
            period=self._period.value,
            limit_nano_usd=None if in_tokens else budget_amounts.nano_usd(amount),
            limit_tokens=budget_amounts.tokens(amount) if in_tokens else None,
            billing_day=self._billing_day(),
            warn_at=budget_amounts.percents(str(self._warn.value or "")),
            is_hard=bool(self._hard.value),
            is_paused=self._known is not None and self._known.is_paused,
        )

    def _billing_day(self) -> int:
        if self._period.value != "monthly":
            return 1
        return budget_amounts.day_of_month(str(self._day.value or ""))


def _amount(known: Budget | None) -> str:
    if known is None:
        return ""
    if known.limit_tokens is not None:
        return str(known.limit_tokens)
    usd = (known.limit_nano_usd or 0) * PICO_PER_NANO / PICO_PER_USD
    return f"{usd:f}".rstrip("0").rstrip(".")


def _unit(known: Budget | None) -> str:
    return "usd" if known is None or known.limit_tokens is None else "tokens"


def _warn(known: Budget | None) -> str:
    return ",".join(map(str, (80, 90, 100) if known is None else known.warn_at))


def _is_one(scope: object) -> bool:
    return scope != "all"

"""`agent-console budget rm`, `pause`, `resume` and `reset`."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from agent_console.cli.daemon_access import json_option
from agent_console.cli.output import emit, emit_json

if TYPE_CHECKING:
    from agent_console.model.budget import Budget
    from agent_console.usage.writing.ledger import Ledger

_ids = click.argument("budget_ids", metavar="ID...", nargs=-1, required=True)


@click.command("rm")
@_ids
@json_option
def rm(budget_ids: tuple[str, ...], as_json: bool) -> None:
    """Take budgets away.

    The alerts that they raised stay in the history.
    """
    from agent_console.usage.writing.budget_keeping import drop_budget  # noqa: PLC0415 - help needs none

    _change(budget_ids, drop_budget, "Removed", as_json=as_json)


@click.command("pause")
@_ids
@json_option
def pause(budget_ids: tuple[str, ...], as_json: bool) -> None:
    """Let budgets rest: they neither alert nor stop anything."""
    from agent_console.usage.writing import budget_keeping  # noqa: PLC0415 - help needs no ledger

    def change(ledger: "Ledger", budget: "Budget", at_ms: int) -> object:
        return budget_keeping.pause(ledger, budget, at_ms, paused=True)

    _change(budget_ids, change, "Paused", as_json=as_json)


@click.command("resume")
@_ids
@json_option
def resume(budget_ids: tuple[str, ...], as_json: bool) -> None:
    """Let paused budgets go on."""
    from agent_console.usage.writing import budget_keeping  # noqa: PLC0415 - help needs no ledger

    def change(ledger: "Ledger", budget: "Budget", at_ms: int) -> object:
        return budget_keeping.pause(ledger, budget, at_ms, paused=False)

    _change(budget_ids, change, "Resumed", as_json=as_json)


@click.command("reset")
@_ids
@json_option
def reset(budget_ids: tuple[str, ...], as_json: bool) -> None:
    """Set aside what is spent so far.

    What the current period has by now no longer counts, and alerts that it raised can be raised
    again.
    """
    from agent_console.usage.writing import budget_keeping  # noqa: PLC0415 - help needs no ledger

    _change(budget_ids, budget_keeping.reset, "Reset", as_json=as_json)


def _change(
    budget_ids: tuple[str, ...], change: Callable[..., object], done: str, *, as_json: bool
) -> None:
    from agent_console import config  # noqa: PLC0415 - help needs no ledger
    from agent_console.cli.budget import reading  # noqa: PLC0415 - likewise
    from agent_console.cli.telling_daemons import have_daemons_look  # noqa: PLC0415 - likewise
    from agent_console.paths import database_path  # noqa: PLC0415 - likewise
    from agent_console.usage.tables.budgets import read_budgets  # noqa: PLC0415 - likewise
    from agent_console.usage.writing.ledger import Ledger  # noqa: PLC0415 - likewise

    ledger = Ledger.configured(database_path(), config.load())
    try:
        known = ledger.writing(lambda: read_budgets(ledger.connection))
        budgets = reading.budgets_named(known, budget_ids)
        for budget in budgets:
            change(ledger, budget, reading.now_ms())
    finally:
        ledger.close()
    have_daemons_look()
    if as_json:
        emit_json({done.lower(): [budget.budget_id for budget in budgets]})
        return
    for budget in budgets:
        emit(f"{done} budget {budget.budget_id}, {budget.name}.")

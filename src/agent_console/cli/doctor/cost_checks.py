"""How our costs and Claude Code's own differ, and why.

Rule: what nobody can mend is no warning: it is said, and well. A ledger that cannot be read is told
by its own check.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agent_console.cli.doctor.finding import Finding, ok
from agent_console.cli.doctor.situation import Situation
from agent_console.errors import LedgerError
from agent_console.model.format import counted, exact_cost, exact_tokens
from agent_console.paths import database_path
from agent_console.presence import is_missing

if TYPE_CHECKING:
    from agent_console.usage.maintenance.own_figures import Compared, OwnFigures


def own_costs(situation: Situation) -> Iterator[Finding]:
    """What Claude Code reckons for the sessions that it has left, beside ours."""
    del situation
    if is_missing(database_path()):
        return
    from agent_console.usage.maintenance.own_figures import own_figures  # noqa: PLC0415 - SQLite

    try:
        found = own_figures(database_path())
    except LedgerError:
        return
    if found is None or not found.models:
        return
    yield ok("cost", _sentence(found) if found.priced else _NOT_PRICED)


_NOT_PRICED = (
    "What was read last has no prices yet: the daemon and `agent-console usage` look them up. "
    "Compare costs afterwards."
)


def _sentence(found: "OwnFigures") -> str:
    told = _usd(sum(model.told_nano_usd for model in found.models))
    ours = _usd(sum(model.ours_nano_usd or 0 for model in found.models))
    sessions = counted(found.sessions, "session")
    differing = [model for model in found.models if model.differs]
    begin = f"When it left them, Claude Code reckoned {told} for {sessions}"
    if not differing:
        return f"{begin}, and so does the ledger."
    reasons = "; ".join(_reason(model) for model in differing)
    return f"{begin}, the ledger {ours}. {reasons}."


def _reason(model: "Compared") -> str:
    told = f"{model.model}: {_usd(model.told_nano_usd)} there"
    if model.ours_nano_usd is None:
        return f"{told}, and no price is known here (see `agent-console pricing`)"
    both = f"{told} and {_usd(model.ours_nano_usd)} here"
    if model.more_tokens:
        more = "more" if model.more_tokens > 0 else "fewer"
        return f"{both}, for {exact_tokens(abs(model.more_tokens))} tokens {more}"
    whose = "your own prices or discount" if model.own_price else "other prices than Claude Code's"
    return f"{both}, the same tokens at {whose}"


def _usd(nano: int) -> str:
    return exact_cost(nano / 1_000_000_000)

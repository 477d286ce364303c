"""What must be said below a report, so that nobody takes its numbers for more than they are.

Rule: a note is there exactly when its reason is.
"""

from agent_console.model.format import counted, pico_cost, printable, tokens

TYPE_CHECKING = False
if TYPE_CHECKING:
    from agent_console.usage.reports.report import Report
    from agent_console.usage.reports.request import Request


def notes(report: "Report", request: "Request") -> list[str]:
    """The notes, and the summary of everything there is."""
    said = warnings(report, request)
    if report.hidden:
        verb = "is" if report.hidden == 1 else "are"
        said.append(f"{counted(report.hidden, 'more row')} {verb} only in the total.")
    return [*said, summary(report, with_cost=request.with_cost)]


def warnings(report: "Report", request: "Request") -> list[str]:
    """What is uncertain about the totals."""
    sums = report.totals
    with_cost = request.with_cost
    said: list[str] = []
    if sums.unpriced and with_cost:
        models = ", ".join(printable(each) for each in report.unpriced_models)
        why = "no reported cost" if request.wanted.mode == "reported" else "no price"
        said.append(f"* {tokens(sums.unpriced)} tokens have {why} and are in no cost: {models}.")
    if sums.lower_bound:
        said.append(
            f"Output is a lower bound in {counted(sums.lower_bound, 'response')}: "
            "Claude Code wrote too small a count."
        )
    if sums.unlisted_tokens or sums.unlisted_pico:
        amount = f" ({money(sums.unlisted_pico)})" if with_cost and sums.unlisted_pico else ""
        said.append(
            f"{tokens(sums.unlisted_tokens)} tokens{amount} were billed and stand in no "
            "transcript line; --no-unlisted leaves them out."
        )
    return said


def summary(report: "Report", *, with_cost: bool) -> str:
    """Everything the ledger holds, in a sentence."""
    everything = report.all_time
    parts = [f"{tokens(everything.sums.tokens)} tokens"]
    if with_cost:
        parts.append(money(everything.sums.cost_pico if everything.sums.tokens else 0))
    parts += [counted(everything.projects, "project"), counted(everything.sessions, "session")]
    return f"All time: {', '.join(parts)}."


def money(pico: int | None) -> str:
    """Picodollars for a list; `N/A` where there is no price."""
    return "N/A" if pico is None else pico_cost(pico)

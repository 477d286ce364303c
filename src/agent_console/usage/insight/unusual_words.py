"""What is unusual, in words: the same in tables, alerts and JSON."""

from agent_console.model.format import cost, printable
from agent_console.model.short_names import short_path
from agent_console.usage.insight.unusual import Cause

SHORT_ID = 8
TOLD = 2
"""Causes in a sentence."""


def kind_words(kind: str) -> str:
    """A kind of token as a plural."""
    return "web searches" if kind == "web search" else f"{kind} tokens"


def cause_words(cause: Cause, home: str) -> str:
    """`output tokens of ~/web up 300 %, session 3f2a9c41`."""
    driver = cause.driver
    growth = driver.growth_percent
    how = f"up {growth:,.0f} %" if growth is not None else f"new, {cost(driver.value)}"
    session = "" if cause.session_id is None else f", session {cause.session_id[:SHORT_ID]}"
    return printable(
        f"{kind_words(driver.kind)} of {short_path(driver.project, home)} {how}{session}"
    )


def causes_words(causes: list[Cause], home: str) -> str:
    """The first causes."""
    return "; ".join(cause_words(each, home) for each in causes[:TOLD])

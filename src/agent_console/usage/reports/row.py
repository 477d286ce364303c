"""One row of a report.

Rule: a row adds up what it is given by model; nothing else changes its sums.
"""

from agent_console.usage.reports.sums import Sums

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

UNKNOWN = "(unknown)"
"""The name of what was not told."""

MAIN = "(main)"
"""What is no subagent's."""


class Row:
    """One row.

    Attributes:
        key: What it is a row of: a day or a quarter of an hour for time, else numbers of names.
        label: The same in words.
        project: The project's path where the report tells projects apart; null otherwise.
        sums: Its sums; null for a session that is known and has no usage.
        models: The same by model, most tokens first.
        sessions: How many sessions have part in it; null when nobody counted.
        detail: What else is known of it (a session, a block).
    """

    __slots__ = ("detail", "key", "label", "models", "project", "sessions", "sums")

    def __init__(self, key: "tuple[Any, ...]", label: str, project: str | None = None) -> None:
        self.key = key
        self.label = label
        self.project = project
        self.sums: Sums | None = None
        self.models: dict[str, Sums] = {}
        self.sessions: int | None = None
        self.detail: Any = None

    def add(self, model: str, sums: Sums) -> None:
        """Take sums of a model in; they are the row's from now on."""
        known = self.models.get(model)
        if known is None:
            self.models[model] = sums
        else:
            known.add(sums)

    def order_models(self) -> None:
        """Put the models with most tokens first."""
        if len(self.models) > 1:
            ordered = sorted(self.models.items(), key=lambda each: (-each[1].tokens, each[0]))
            self.models = dict(ordered)

    def add_up(self) -> None:
        """Make the row's own sums from those of its models."""
        several = len(self.models) > 1
        for sums in self.models.values():
            if self.sums is None:
                self.sums = sums.copy() if several else sums
            else:
                self.sums.add(sums)

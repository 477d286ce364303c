"""What a report is about: the one set of filters that every report has.

Rule: a filter is turned into SQL only in usage/reports/selection.py, so that it means the same
everywhere. Once made it is not changed.
"""

from agent_console.usage.reports.zone import Zone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from agent_console.usage.cost_sql import Mode


class Filter:
    """Which rows count, and how days are cut and costs made.

    Attributes:
        since, until: Quarters of an hour, `until` not included; null for no border.
        projects: Names, paths or globs; any of them. Empty for all.
        models: Names, parts of names or globs.
        sessions: Ids, or beginnings of ids.
        first_weekday: 0 is Monday.
        billing_day: The day of the month on which months begin.
        include_unlisted: Count what was billed and stands in no transcript line.
    """

    __slots__ = (
        "billing_day",
        "first_weekday",
        "include_unlisted",
        "mode",
        "models",
        "projects",
        "sessions",
        "since",
        "until",
        "zone",
    )

    def __init__(
        self,
        *,
        since: int | None = None,
        until: int | None = None,
        projects: "Sequence[str]" = (),
        models: "Sequence[str]" = (),
        sessions: "Sequence[str]" = (),
        zone: Zone | None = None,
        first_weekday: int = 0,
        billing_day: int = 1,
        mode: "Mode" = "auto",
        include_unlisted: bool = True,
    ) -> None:
        self.since = since
        self.until = until
        self.projects = tuple(projects)
        self.models = tuple(models)
        self.sessions = tuple(sessions)
        self.zone = zone or Zone()
        self.first_weekday = first_weekday
        self.billing_day = billing_day
        self.mode: Mode = mode
        self.include_unlisted = include_unlisted

    @property
    def takes_all(self) -> bool:
        """Nothing that was billed is left out."""
        return self.include_unlisted and self.names_nothing

    @property
    def names_nothing(self) -> bool:
        """Every session has part in it."""
        return not (
            self.projects
            or self.models
            or self.sessions
            or self.since is not None
            or self.until is not None
        )

    def in_all_projects(self) -> "Filter":
        """The same filter, whatever the project."""
        return Filter(
            since=self.since,
            until=self.until,
            models=self.models,
            sessions=self.sessions,
            zone=self.zone,
            mode=self.mode,
            include_unlisted=self.include_unlisted,
            first_weekday=self.first_weekday,
            billing_day=self.billing_day,
        )

    def without_borders(self) -> "Filter":
        """The same way of counting, over everything."""
        return Filter(
            zone=self.zone,
            mode=self.mode,
            include_unlisted=self.include_unlisted,
            first_weekday=self.first_weekday,
            billing_day=self.billing_day,
        )

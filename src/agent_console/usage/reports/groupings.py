"""What a report can group by.

Rule: names here are the words of the command line; `list_key` and `row_key` are those of the JSON,
which scripts made for ccusage read. None is ever changed.
"""


class Grouping:
    """One way to group.

    Attributes:
        name: The word of the command line.
        list_key: Where the rows stand in the JSON.
        row_key: What a row calls its own name there.
        title: The heading of its column.
        facets: The columns of `facets` that a row is one value of.
        is_time: Rows are stretches of time, in their order unless told otherwise.
    """

    __slots__ = ("facets", "is_time", "list_key", "name", "row_key", "title")

    def __init__(
        self,
        name: str,
        list_key: str,
        row_key: str,
        title: str,
        facets: tuple[str, ...] = (),
        *,
        is_time: bool = False,
    ) -> None:
        self.name = name
        self.list_key = list_key
        self.row_key = row_key
        self.title = title
        self.facets = facets
        self.is_time = is_time


GROUPINGS = {
    each.name: each
    for each in (
        Grouping("daily", "daily", "date", "DATE", is_time=True),
        Grouping("weekly", "weekly", "week", "WEEK", is_time=True),
        Grouping("monthly", "monthly", "month", "MONTH", is_time=True),
        Grouping("hourly", "hourly", "hour", "HOUR", is_time=True),
        Grouping("session", "sessions", "sessionId", "SESSION"),
        Grouping("project", "projects", "projectPath", "PROJECT", ("project_no",)),
        Grouping("model", "models", "modelName", "MODEL", ("model_no",)),
        Grouping("branch", "branches", "branch", "BRANCH", ("branch_no", "project_no")),
        Grouping("subagent", "subagents", "subagent", "SUBAGENT", ("agent_type_no", "is_subagent")),
        Grouping("block", "blocks", "id", "BLOCK", is_time=True),
    )
}

ALIASES = {
    "blocks": "block",
    "sessions": "session",
    "projects": "project",
    "models": "model",
    "branches": "branch",
    "subagents": "subagent",
    "hours": "hourly",
    "days": "daily",
    "weeks": "weekly",
    "months": "monthly",
}
"""Other words for the same; ccusage says `blocks`."""


def without_tool(words: list[str]) -> list[str]:
    """What was asked without ccusage's word for our only tool: `claude daily` is `daily`."""
    return words[1:] if words[:1] == ["claude"] else words

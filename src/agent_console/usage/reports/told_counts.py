"""What the transcripts of a session count, as SQL.

Rule: a transcript that lay in several places (copied, moved to another file system, restored) has a
row in `sources` for each. They begin with the same line, so of those of a session whose first lines
have the same time only the one that counts most is taken.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal


def counted(column: "Literal['user_messages', 'api_errors']") -> str:
    """An aggregate over the rows of `sources AS told` of one `session`; 0 when there are none."""
    # (Nearly always one transcript alone counts anything, for which nothing needs to be grouped.)
    return (
        f"coalesce(iif(sum(told.{column}) > max(told.{column}), "  # noqa: S608
        f"(SELECT sum(most) FROM (SELECT max({column}) AS most FROM sources "
        "WHERE session_no = session.session_no GROUP BY coalesce(first_line_ms, -source_no))), "
        f"max(told.{column})), 0)"
    )

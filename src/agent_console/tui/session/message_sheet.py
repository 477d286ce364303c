"""What the lines of a session's list of messages have in common."""

from agent_console.board.model_hues import model_hues
from agent_console.board.session_view import SessionView
from agent_console.tui.session.message_columns import Sheet
from agent_console.usage.reports.session_reading import SessionRead

DAY = "%Y-%m-%d"


def sheet_of(view: SessionView, read: SessionRead) -> Sheet:
    """Colours of its models, and times with their day where there are several days."""
    models = read.ledger.row.models if read.ledger is not None else ()
    ends = (*read.messages[:1], *read.messages[-1:])
    one_day = len({view.time(each.at_ms, DAY) for each in ends}) < 2
    exact, brief = ("%H:%M:%S", "%H:%M") if one_day else ("%b %d %H:%M", "%b %d")
    costs = (each.counted.cost_usd for each in read.messages if each.counted is not None)
    return Sheet(
        model_hues(models, dark=view.dark),
        lambda at_ms: view.time(at_ms, exact),
        lambda at_ms: view.time(at_ms, brief),
        view.dark,
        float(max((cost for cost in costs if cost is not None), default=0)),
    )

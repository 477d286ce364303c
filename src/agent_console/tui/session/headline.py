"""The lines on top of the session screen: who it is, what it does, what it used.

Rule: what matters most stays when there is no room for all.
"""

from collections.abc import Iterable

from rich.text import Text

from agent_console.board.session_view import SessionView
from agent_console.model.format import elapsed, panel_lines, share
from agent_console.model.metadata import SessionMetadata
from agent_console.model.palette import SYMBOLS, hue, status_hue
from agent_console.model.session_words import doing, one_line
from agent_console.usage.reports.cache_rates import hit_rate

GAP = "   "


def headline(view: SessionView, width: int, *, short: bool) -> list[Text]:
    """The lines, each at most so wide.

    Args:
        view: What is known.
        width: Cells.
        short: Every line counts: who it is and what it does share one.
    """
    metadata = view.session.metadata or SessionMetadata(view.session.session_id)
    tokens, cost = panel_lines(
        metadata.total_input_tokens, metadata.total_output_tokens, metadata.total_cost_usd
    )
    first = [[*_who(view)[:2], *_does(view)]] if short else [_who(view), _does(view)]
    return [
        *(_fitted(line, width, " ") for line in first),
        _fitted([Text(tokens, "bold"), *_use(view)], width, GAP),
        _fitted([Text(cost, f"bold {hue('cost', dark=view.dark)}"), *_rates(view)], width, GAP),
    ]


def _who(view: SessionView) -> list[Text]:
    session = view.session
    symbol = Text(SYMBOLS[session.status], f"bold {status_hue(session.status, dark=view.dark)}")
    parts = [symbol, Text(one_line(session.display_name), "bold")]
    if session.label:
        parts.append(Text(f"[{one_line(session.label)}]", hue("input", dark=view.dark)))
    if session.priority:
        parts.append(Text(f"{session.priority:+}", "bold"))
    if session.title:
        parts.append(Text(one_line(session.title), "dim"))
    return parts


def _does(view: SessionView) -> list[Text]:
    session = view.session
    style = status_hue(session.status, dark=view.dark)
    if not view.is_on_board:
        where = "in the ledger" if view.read is not None and view.read.ledger else "not known here"
        why = "no longer on the board" if view.is_connected else "the daemon cannot be asked"
        return [Text(f"{where} ·", style), Text(why, "dim")]
    word = Text(session.status, f"bold {style}")
    since = view.now_ms - session.since_ms
    parts = [word, Text(f"for {elapsed(since)}")]
    why = doing(session).removeprefix(f"{session.status}: ")
    return [*parts, Text(f"· {why}")] if why else parts


def _use(view: SessionView) -> Iterable[Text]:
    count = view.message_count
    if count is not None:
        yield Text(f"{count:,} message{'' if count == 1 else 's'}")
    if view.last_sign:
        yield Text(view.last_sign, "dim")


def _rates(view: SessionView) -> Iterable[Text]:
    percent = view.session.context_used_percent
    if percent is not None:
        yield Text(f"context {percent:.0f}%")
    ledger = None if view.read is None else view.read.ledger
    rate = None if ledger is None or ledger.row.sums is None else hit_rate(ledger.row.sums)
    if rate is not None:
        yield Text(f"cache hits {share(rate, 1)}")


def _fitted(parts: Iterable[Text], width: int, gap: str) -> Text:
    """As many parts as begin on the line; the last is cut."""
    line = Text(no_wrap=True, overflow="ellipsis")
    for part in parts:
        if line and (line.cell_len + len(gap) + min(part.cell_len, _ENOUGH) > width):
            continue
        line.append(gap if line else "")
        line.append_text(part)
    line.truncate(max(0, width), overflow="ellipsis")
    return line


_ENOUGH = 12
"""A text may be cut to so many cells, not to fewer."""

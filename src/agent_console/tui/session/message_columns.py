"""A session's messages as lines of a list: which columns there is room for, and what they hold.

Rule: no row is looked at that is not drawn, so that a list of thousands costs no more than one of
ten: widths follow from what a column can hold. What a message says takes what the others leave.
"""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct
from rich.cells import cell_len, set_cell_size
from rich.text import Text

from agent_console.model.format import cost, tokens
from agent_console.model.palette import hue
from agent_console.model.session_words import one_line
from agent_console.model.short_names import short_model
from agent_console.usage.reports.session_messages import ERROR, USER, Counted, Message

MARKED = 3
"""So many of the most expensive messages are marked."""
WORDS_CELLS = 18
"""What a message says has at least so much room, ..."""
COMFORTABLE_CELLS = 28
"""... and so much before columns that are less important are added."""

SYMBOLS = {USER: ">", ERROR: "!", "assistant": "●"}
AGENTS = "↳"
BESIDE = "+"
"""Billed beside the conversation."""
UNREAD = "…"


class Sheet(Struct, frozen=True):
    """What the lines of one list have in common.

    Attributes:
        hues: A colour for each model, the most used first.
        moment: A time, as exact as there is room for.
        brief: The same to the minute.
        dark: The ground is dark.
        top_usd: What the most expensive message cost.
    """

    hues: Mapping[str, str]
    moment: Callable[[int], str]
    brief: Callable[[int], str]
    dark: bool
    top_usd: float

    @property
    def widest_model(self) -> int:
        """Cells of the longest short name of a model."""
        return max((cell_len(short_model(model)) for model in self.hues), default=0)


class Column(Struct, frozen=True):
    """A column.

    Attributes:
        title: Its heading.
        rank: The highest goes first when there is no room for all.
        cells: How wide it is; 0 for the one that takes the rest.
        text: What it holds.
        right: It holds numbers.
    """

    title: str
    rank: int
    cells: int
    text: Callable[[Message, Sheet], Text | str]
    right: bool = False


def _who(message: Message, _sheet: Sheet) -> str:
    return one_line(message.agent) or message.role


def _symbol(message: Message, sheet: Sheet) -> Text:
    symbol = AGENTS if message.agent is not None else SYMBOLS.get(message.role, BESIDE)
    return Text(symbol, f"bold {_style(message, sheet)}")


def _model(message: Message, sheet: Sheet) -> Text:
    return Text(short_model(message.model), _style(message, sheet))


def _style(message: Message, sheet: Sheet) -> str:
    if message.role == ERROR:
        return hue("cost", dark=sheet.dark)
    return sheet.hues.get(message.model or "", "")


def _cost(message: Message, sheet: Sheet) -> Text:
    counted = message.counted
    if counted is None:
        return Text(UNREAD if message.role == "assistant" else "", "dim")
    if counted.cost_usd is None:
        return Text("N/A", "dim")
    style = f"bold {hue('cost', dark=sheet.dark)}" if counted.rank == 1 else ""
    return Text(cost(counted.cost_usd), style)


def _most(message: Message, sheet: Sheet) -> Text:
    rank = message.counted.rank if message.counted is not None else 0
    if not 1 <= rank <= MARKED or not sheet.top_usd:
        return Text()
    return Text(f"#{rank}", f"bold {hue('cost', dark=sheet.dark)}" if rank == 1 else "dim")


def _share(message: Message, sheet: Sheet) -> Text:
    counted = message.counted
    if counted is None or not counted.cost_usd or not sheet.top_usd:
        return Text()
    eighths = max(1, round(float(counted.cost_usd) / sheet.top_usd * 8 * _BAR_CELLS))
    full, rest = divmod(eighths, 8)
    return Text("█" * full + " ▏▎▍▌▋▊▉"[rest].strip(), hue("cost", dark=sheet.dark))


def _count(of: Callable[[Counted], int]) -> Callable[[Message, Sheet], str]:
    return lambda message, _sheet: "" if message.counted is None else tokens(of(message.counted))


_BAR_CELLS = 6
WORDS = "WORDS"


def columns(sheet: Sheet, width: int) -> tuple[Column, ...]:
    """All columns, in the order of the list.

    Args:
        sheet: What the lines have in common.
        width: Of the list, in cells.
    """
    moment = sheet.brief if width < _NARROW_CELLS else sheet.moment
    return (
        Column("", 0, 1, _symbol),
        Column("TIME", 2, len(moment(0)), lambda each, _sheet: moment(each.at_ms)),
        Column("WHO", 6, 10, _who),
        Column("MODEL", 5, max(5, min(16, sheet.widest_model)), _model),
        Column(WORDS, 1, 0, lambda _message, _sheet: ""),
        Column("INPUT", 10, 6, _count(lambda each: each.input_tokens), right=True),
        Column("WRITE", 11, 6, _count(lambda each: each.cache_write_tokens), right=True),
        Column("READ", 12, 6, _count(lambda each: each.cache_read_tokens), right=True),
        Column("OUTPUT", 9, 6, _count(lambda each: each.output_tokens), right=True),
        Column("TOKENS", 7, 6, _count(lambda each: each.tokens), right=True),
        Column("COST", 3, 7, _cost, right=True),
        Column("#", 4, 2, _most),
        Column("SHARE", 8, _BAR_CELLS, _share),
    )


def fitted(wanted: Sequence[Column], width: int) -> list[tuple[Column, int]]:
    """The columns that there is room for, each with its cells."""
    chosen: list[Column] = []
    used = 0
    for column in sorted(wanted, key=lambda column: column.rank):
        room = COMFORTABLE_CELLS if column.rank > _ESSENTIAL_RANK else WORDS_CELLS
        needed = room if column.title == WORDS else column.cells + 1
        reserved = 0 if column.title == WORDS else room - WORDS_CELLS
        if chosen and used + needed + reserved > width:
            break
        used += min(needed, WORDS_CELLS) if column.title == WORDS else needed
        chosen.append(column)
    left = width - sum(column.cells for column in chosen) - len(chosen) + 1
    return [
        (column, max(0, left) if column.title == WORDS else column.cells)
        for column in wanted
        if column in chosen
    ]


_ESSENTIAL_RANK = 4
_NARROW_CELLS = 60


def heading(fit: Sequence[tuple[Column, int]]) -> Text:
    """The line above the list."""
    cells = [_set(Text(column.title), width, right=column.right) for column, width in fit]
    return Text(" ", style="dim", no_wrap=True).join(cells)


def line(
    message: Message, words: str | None, fit: Sequence[tuple[Column, int]], sheet: Sheet
) -> Text:
    """A message as one line.

    Args:
        message: Which.
        words: What it says; null as long as nobody has read it.
        fit: The columns with their cells.
        sheet: What the lines have in common.
    """
    cells: list[Text] = []
    for column, width in fit:
        if column.title == WORDS:
            said = Text(UNREAD, "dim") if words is None else Text(one_line(words))
            if message.role == USER:
                said.stylize("bold")
            elif message.agent is not None:
                said.stylize("dim")
            cells.append(_set(said, width))
        else:
            text = column.text(message, sheet)
            held = text if isinstance(text, Text) else Text(text, "dim" * (column.title == "TIME"))
            cells.append(_set(held, width, right=column.right))
    return Text(" ", no_wrap=True).join(cells)


def _set(text: Text, width: int, *, right: bool = False) -> Text:
    """The text in exactly so many cells."""
    plain = text.plain
    size = cell_len(plain)
    if size > width:
        plain = set_cell_size(plain, max(0, width - 1)).rstrip() + "…" if width > 0 else ""
        size = cell_len(plain)
    gap = " " * (width - size)
    filled = Text(gap + plain if right else plain + gap, text.style, end="")
    filled.spans = [] if right else [span for span in text.spans if span.start < len(plain)]
    return filled

"""Which columns of a table a narrow terminal has room for.

Rule: a figure is shown whole or not at all; names are folded, as far as they may be.
"""

from collections.abc import Mapping, Sequence

from rich.text import Text


def fitting(
    headings: Sequence[str],
    rows: Sequence[Mapping[str, Text]],
    width: int,
    *,
    left_out_first: Sequence[str],
    folded: Mapping[str, int],
    gap: int,
) -> list[str]:
    """The headings that are shown.

    Args:
        headings: All, from left to right; of one of several lines the widest counts.
        rows: What stands below each.
        width: Columns of the terminal.
        left_out_first: Those that can be done without, the first one first.
        folded: Those whose texts are folded, with the least width that makes sense.
        gap: Blanks between two columns.
    """
    needed = {
        heading: max((Text(line).cell_len for line in heading.splitlines()), default=0)
        for heading in headings
    }
    for row in rows:
        for heading in headings:
            needed[heading] = max(needed[heading], row[heading].cell_len)
    for heading, least in folded.items():
        needed[heading] = min(needed[heading], least)
    for heading in left_out_first:
        if sum(needed.values()) + gap * (len(needed) - 1) <= width:
            break
        needed.pop(heading, None)
    return list(needed)

"""Grids as all pages have them.

Rule: a cell is a text. A value that is sorted by is a number, and what is shown of it stands beside
it in the row, put into words by the same functions as in the terminal.
"""

from typing import Any

from nicegui import ui


def column(
    field: str,
    title: str,
    *,
    text: str = "",
    width: int = 110,
    flex: int = 0,
    number: bool = False,
    money: bool = False,
    bold: bool = False,
    link: bool = False,
    style: str = "",
    wide: int = 0,
    sortable: bool = True,
    filter_: str = "",
) -> dict[str, Any]:
    """A column.

    Args:
        field: What it is sorted by.
        title: Its heading.
        text: The field that is shown instead.
        width: Pixels, at least.
        flex: It takes so many parts of what the others leave.
        number: It stands right.
        money: It has the colour of money.
        bold: It is what the row is called.
        link: A click in it leads elsewhere than one in the rest of the row.
        style: A class that the value is put after: `status` gives `status-working`.
        wide: It is shown only in a grid of so many pixels.
        sortable: It can be sorted by.
        filter_: AG Grid's name of a filter.
    """
    found: dict[str, Any] = {
        "field": field,
        "headerName": title,
        "minWidth": width,
        "sortable": sortable,
        "context": {"from": wide},
        "type": "rightAligned" if number else None,
        "filter": filter_ or False,
        "sortingOrder": ["desc", "asc", None] if number else ["asc", "desc", None],
    }
    if flex:
        found["flex"] = flex
    else:
        found["width"] = width
    if text:
        found[":valueFormatter"] = f'p => p.data ? p.data["{text}"] : ""'
    if style:
        found[":cellClass"] = f'p => "{style} {style}-" + p.value'
    elif money:
        found["cellClass"] = ["money", "ag-right-aligned-cell"]
    elif link:
        found["cellClass"] = ["leads", "ag-right-aligned-cell"]
    if bold:
        found["cellStyle"] = {"fontWeight": 600}
    return {name: value for name, value in found.items() if value is not None}


def grid(
    columns: list[dict[str, Any]],
    rows: list[dict[str, Any]] | None,
    *,
    by: str,
    fits: bool = False,
    more: dict[str, Any] | None = None,
    name: str = "",
) -> ui.aggrid:
    """A grid.

    Args:
        columns: Made by `column`.
        rows: What it shows; null when it asks itself.
        by: The field that tells rows apart.
        fits: It is as high as its rows.
        more: Further options of AG Grid.
        name: Under which the browser keeps the choice of columns, where there is one.
    """
    options: dict[str, Any] = {
        "columnDefs": columns,
        ":getRowId": f'p => String(p.data["{by}"])',
        ":onGridSizeChanged": "grid => console_page.fit(grid)",
        ":onCellKeyDown": "cell => { if (cell.event.key === 'Enter') cell.event.target.click(); }",
        "suppressCellFocus": False,
        ":tabToNextCell": "tab => console_page.leave(tab.backwards)",
        "animateRows": False,
        "context": {"name": name},
        "suppressColumnVirtualisation": True,
        "rowHeight": 38,
        "headerHeight": 38,
        "domLayout": "autoHeight" if fits else "normal",
        "suppressDragLeaveHidesColumns": True,
        "defaultColDef": {"resizable": True, "suppressHeaderMenuButton": True},
        **({} if rows is None else {"rowData": rows}),
        **(more or {}),
    }
    found = ui.aggrid(options, auto_size_columns=False)
    return found.classes("grid-fit") if fits else found

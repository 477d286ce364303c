"""Pages on a narrow screen: what belongs together stands together, and nothing is cut off."""

from collections.abc import Iterator
from typing import Any, cast

import pytest
from tests.web.conftest import House
from tests.web.dashboard import Browser, page_of


@pytest.fixture
def narrow(browser: Browser, house: House) -> Iterator[Browser]:
    """The browser, as narrow as a phone and higher than any page."""
    browser.enter(house.address)
    browser.size(400, 4000)
    yield browser
    browser.size(1600, 1000)


def rect_of(browser: Browser, css: str) -> dict[str, float]:
    return cast("dict[str, float]", cast("Any", browser.find(css)).rect)


def test_the_names_of_the_pages_are_one_line_also_above_a_short_page(
    narrow: Browser, house: House
) -> None:
    narrow.open(page_of(house.address, "/budgets"))

    assert rect_of(narrow, "#app .side")["height"] < 70


@pytest.mark.parametrize("path", ["/trends", "/sessions", "/cache"])
def test_both_ends_of_a_range_of_days_stand_side_by_side(
    narrow: Browser, house: House, path: str
) -> None:
    narrow.open(page_of(house.address, path))

    since, until = (cast("Any", each).rect["y"] for each in narrow.all(".days input"))
    assert since == until


def test_the_choice_of_columns_is_all_on_the_page(narrow: Browser, house: House) -> None:
    narrow.open(page_of(house.address, "/sessions"))
    narrow.find(".menu > summary").click()
    place = rect_of(narrow, ".menu-body")

    assert place["x"] >= 0
    assert place["x"] + place["width"] <= 400
    summary = rect_of(narrow, ".menu > summary")
    assert 0 <= place["y"] - summary["y"] - summary["height"] < 20


def test_what_the_cache_saved_by_project_is_not_cut_off(narrow: Browser, house: House) -> None:
    narrow.open(page_of(house.address, "/cache"))
    narrow.until(lambda: "Saved" in narrow.text(".ag-header-cell-text"))
    narrow.settle()

    wide, there = narrow.run(
        "const rows = document.querySelector('.ag-center-cols-viewport');"
        "return [rows.scrollWidth, rows.clientWidth]"
    )
    assert wide <= there


def test_where_a_table_is_turned_over_is_said_in_one_line(narrow: Browser, house: House) -> None:
    narrow.open(page_of(house.address, "/trends"))
    narrow.until(lambda: "Page 1 of" in narrow.text(".ag-paging-panel").replace("\n", " "))

    heights = narrow.run(
        "return [...document.querySelectorAll('.ag-paging-panel > span')]"
        ".map(each => each.getBoundingClientRect().height)"
    )
    assert heights
    assert max(heights) < 24

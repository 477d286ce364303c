"""A page that fills the window does not scroll: what it shows scrolls inside it."""

import pytest
from tests.web.conftest import House
from tests.web.dashboard import Browser, page_of

_TOO_HIGH = "return document.documentElement.scrollHeight - window.innerHeight"

every_size = pytest.mark.parametrize("height", [900, 1400])
every_page = pytest.mark.parametrize("page", ["/live", "/sessions"])


def too_high(browser: Browser, house: House, page: str, height: int) -> int:
    """By how much the page scrolls."""
    browser.size(1440, height)
    browser.enter(house.address)
    browser.open(page_of(house.address, page))
    browser.settle()
    return int(browser.driver.execute_script(_TOO_HIGH))


@every_size
@every_page
def test_what_fills_the_window_does_not_scroll(
    browser: Browser, house: House, page: str, height: int
) -> None:
    assert too_high(browser, house, page, height) <= 0


@every_size
@every_page
def test_it_does_not_scroll_where_there_is_nothing_yet(
    browser: Browser, empty_house: House, page: str, height: int
) -> None:
    assert too_high(browser, empty_house, page, height) <= 0

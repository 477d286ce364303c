"""A page that fills the window does not scroll: what it shows scrolls inside it."""

import pytest
from tests.web.conftest import House
from tests.web.dashboard import Browser, page_of

_TOO_HIGH = "return document.documentElement.scrollHeight - window.innerHeight"


@pytest.mark.parametrize("height", [900, 1400])
@pytest.mark.parametrize("page", ["/live", "/sessions"])
@pytest.mark.parametrize("whose", ["house", "empty_house"])
def test_what_fills_the_window_does_not_scroll(
    request: pytest.FixtureRequest, browser: Browser, whose: str, page: str, height: int
) -> None:
    house: House = request.getfixturevalue(whose)
    browser.size(1440, height)
    browser.enter(house.address)
    browser.open(page_of(house.address, page))
    browser.settle()
    assert browser.driver.execute_script(_TOO_HIGH) <= 0

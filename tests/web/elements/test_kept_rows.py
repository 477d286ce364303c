"""A list that is drawn again does not take away what somebody is about to press."""

from selenium.webdriver.common.keys import Keys
from tests.web.conftest import House
from tests.web.dashboard import Browser, page_of
from tests.web.full_house import session_id

from agent_console.client.blocking import connect
from agent_console.model.session import Status
from agent_console.protocol.messages import Remove, SetSession, Upsert

NEW = session_id(7_100)
_FOCUSED = "return document.activeElement.innerText"


def test_an_active_session_keeps_the_focus_while_others_come_and_go(
    browser: Browser, house: House
) -> None:
    browser.open(house.address)
    browser.until(lambda: "shop" in browser.text(".row-line .who"))
    browser.run(
        "[...document.querySelectorAll('.row-line')]"
        ".find(each => each.querySelector('.who').innerText === 'shop').focus()"
    )
    with connect(house.socket) as client:
        client.request(SetSession(session_id=NEW, status=Status.WORKING, working_dir="/srv/kept"))
        browser.until(lambda: "kept" in browser.text(".row-line .who"))
        client.request(SetSession(session_id=session_id(9_002), status=Status.QUESTION))
        browser.until(lambda: "question" in browser.run(_FOCUSED))
        names = browser.text(".row-line .who").splitlines()
        client.request(Remove(session_id=NEW))
        browser.until(lambda: "kept" not in browser.text(".row-line .who"))

    board = [each for each in names if each in {"shop", "kept"}]
    assert board == ["shop", "kept"]
    assert "shop" in browser.run(_FOCUSED)


def test_a_budget_keeps_the_focus_while_money_is_spent(browser: Browser, house: House) -> None:
    browser.enter(house.address)
    browser.open(page_of(house.address, "/budgets"))
    browser.until(lambda: "everything, monthly" in browser.text(".budget .who"))
    browser.run("document.querySelector('.budget .button').focus()")
    before = browser.text(".budget")
    with connect(house.socket) as client:
        client.request(
            Upsert(session_id=session_id(9_004), cost_usd=2.5, output_tokens=9, message_id="kept")
        )
        browser.until(lambda: browser.text(".budget") != before)

    assert browser.run(_FOCUSED) == "Edit"


def test_tab_leaves_the_cells_of_a_grid(browser: Browser, house: House) -> None:
    browser.enter(house.address)
    browser.open(page_of(house.address, "/sessions"))
    browser.until(lambda: "Task 158" in browser.text(".ag-row"))
    browser.run("document.querySelector('.ag-row .ag-cell').focus()")
    browser.press_key(Keys.ARROW_DOWN)
    assert browser.run("return document.activeElement.closest('.ag-row').getAttribute('row-index')")
    browser.press_key(Keys.TAB)

    browser.until(lambda: browser.run("return document.activeElement.closest('.ag-paging-panel')"))


def test_enter_saves_a_form(browser: Browser, house: House) -> None:
    browser.enter(house.address)
    browser.open(page_of(house.address, "/budgets?new=1"))
    amount = browser.find('.sheet input[aria-label="Amount"]')
    amount.send_keys("much", Keys.ENTER)
    browser.until(lambda: "AMOUNT is `much`" in browser.text(".q-notification"))
    amount.send_keys(*[Keys.BACKSPACE] * 4, "77", Keys.ENTER)

    browser.until(lambda: "of $77.00" in browser.text(".budget"))
    browser.until(lambda: not browser.all(".sheet"))

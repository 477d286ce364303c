"""The page about the ledger itself: what takes long, backups, exports, prices."""

import csv
import sqlite3
from io import StringIO

import pytest
from selenium.webdriver import Keys
from tests.cli.test_ingest_command import write_transcript
from tests.usage.reports.ledgers import HAIKU
from tests.web.conftest import House
from tests.web.dashboard import Browser, page_of
from tests.web.full_house import session_id
from tests.web.pages.test_work import DOWNLOADED, column

MODEL = HAIKU


@pytest.fixture
def inside(browser: Browser, house: House) -> Browser:
    browser.size(1600, 1000)
    browser.enter(house.address)
    browser.open(page_of(house.address, "/data"))
    browser.until(lambda: "Last backup" in browser.text("#content"))
    return browser


def choose(browser: Browser, label: str, words: str) -> None:
    """One of the options of a field."""
    browser.press(f'.sheet [aria-label="{label}"]')

    def chosen() -> bool:
        for each in browser.all(".q-menu .q-item"):
            if each.text == words and each.is_displayed():
                each.click()
                return True
        return False

    browser.until(chosen)


def fill(browser: Browser, label: str, words: str) -> None:
    """Write into a field, in the place of what it has."""
    css = f'.sheet input[aria-label="{label}"]'
    browser.press(css)
    browser.find(css).send_keys(Keys.CONTROL, "a")
    browser.find(css).send_keys(words)


def told(browser: Browser, words: str) -> None:
    browser.until(lambda: words in browser.text(".q-notification"))


def test_the_ledger_is_checked_and_backed_up(inside: Browser, house: House) -> None:
    folder = house.home / ".local/share/agent-console/backups"
    before = set(folder.glob("metrics-*.db"))
    inside.button("Back up now").click()
    told(inside, "Wrote ")
    (backup,) = set(folder.glob("metrics-*.db")) - before
    connection = sqlite3.connect(backup)
    try:
        assert connection.execute("SELECT count(*) FROM sessions").fetchone()[0] > 100
    finally:
        connection.close()
    assert backup.stat().st_mode & 0o077 == 0
    inside.until(lambda: backup.name in inside.text("#content .mono"))
    inside.button("Check").click()
    told(inside, "mend it")  # the ledger of the test has no facts about its facets
    assert "✓ pages" in inside.text("#content")
    inside.open(page_of(house.address, "/data"))
    assert "✓ pages" in inside.text("#content")  # what came out last is there for who comes later


def test_transcripts_are_read_and_all_read_again(inside: Browser, house: House) -> None:
    inside.button("Read new transcripts").click()
    told(inside, "Nothing new.")
    write_transcript(house.home / ".claude", "msg_a", "msg_b")
    inside.button("Read all again").click()
    inside.until(lambda: "Read all transcripts again?" in inside.text(".sheet"))
    inside.press(".sheet .danger")
    told(inside, "Read 1 transcript again.")
    inside.until(lambda: "1 transcript: the oldest was last written today" in
                 inside.text("#content"))  # fmt: skip
    assert "All that they tell is in the ledger." in inside.text("#content")


def test_a_backup_is_brought_back(inside: Browser, house: House) -> None:
    folder = house.home / ".local/share/agent-console"
    before = set(folder.iterdir())
    inside.press(".tools .danger")
    inside.button("Leave it").click()
    inside.until(lambda: not inside.all(".sheet"))
    assert set(folder.iterdir()) == before
    inside.press(".tools .danger")
    inside.press(".sheet .danger")
    told(inside, "Restored.")
    kept = {path.name for path in set(folder.iterdir()) - before}

    assert any("before-restore" in name for name in kept)
    inside.open(page_of(house.address, "/sessions"))
    inside.until(lambda: column(inside, "cost"))


def test_an_export_is_what_the_dialog_says(inside: Browser, house: House) -> None:
    identity = session_id(150)
    inside.button("Export…").click()
    choose(inside, "Range", "All")
    choose(inside, "Scope", "One session")
    fill(inside, "Session", identity)
    choose(inside, "Rows are", "messages")
    choose(inside, "Fields", "session_id")
    link = 'a[href*="level=message"][href*="session="][href*="fields=session_id"]'
    address = str(inside.find(link).get_attribute("href"))
    rows = list(csv.DictReader(StringIO(inside.run(DOWNLOADED, address))))

    assert rows
    assert {row["session_id"] for row in rows} == {identity}
    assert list(rows[0]) == ["session_id"]
    assert "last=" not in address


def test_a_price_of_ones_own_is_set_edited_and_removed_and_counts_at_once(
    inside: Browser, house: House
) -> None:
    config = house.home / ".config/agent-console/config.toml"
    inside.button("Set a price").click()
    fill(inside, "Model", MODEL)
    inside.button("Save").click()
    told(inside, "Give it at least one price")
    fill(inside, "Input", "free")
    inside.button("Save").click()
    told(inside, "is no price")
    fill(inside, "Input", "1234.5")
    fill(inside, "Output", "2000")
    inside.button("Save").click()
    told(inside, f"Set {MODEL}.")
    inside.until(lambda: "1234.50" in column(inside, "input"))
    inside.until(lambda: "input 1234.50, output 2000.00" in inside.text(".budget"))
    assert config.read_text() == (
        f'[[prices.models]]\nmodel = "{MODEL}"\ninput = 1234.5\noutput = 2000.0\n'
    )
    dear = cost_of(inside)
    inside.press(".budget .danger")
    inside.press(".sheet .danger")
    told(inside, f"Removed {MODEL}.")
    inside.until(lambda: "1234.50" not in column(inside, "input"))

    assert config.read_text() == ""
    assert cost_of(inside) < dear / 2


def cost_of(browser: Browser) -> float:
    """What the model has cost so far."""
    text = browser.run(DOWNLOADED, f"/download/usage?all=1&level=day&model={MODEL}&fields=cost_usd")
    return sum(float(row["cost_usd"] or 0) for row in csv.DictReader(StringIO(text)))


def test_a_budget_of_a_billing_day(inside: Browser, house: House) -> None:
    inside.open(page_of(house.address, "/budgets?new=1"))
    fill(inside, "Amount", "888")
    fill(inside, "Billing day", "32")
    inside.button("Save").click()
    told(inside, "a day of the month from 1 to 31")
    fill(inside, "Billing day", "15")
    inside.button("Save").click()
    inside.until(lambda: "everything, monthly from day 15" in inside.text(".budget"))


def test_waiting_alerts_are_on_the_overview_too(inside: Browser, house: House) -> None:
    inside.open(page_of(house.address, "/"))
    inside.until(lambda: "for you" in inside.text(".notice"))
    inside.find(".notice").click()
    inside.until(lambda: "/budgets" in inside.driver.current_url)
    inside.button("Acknowledge all").click()
    inside.until(lambda: not inside.all(".alert-line.waits"))
    inside.open(page_of(house.address, "/"))
    inside.until(lambda: not inside.find(".notice").is_displayed())

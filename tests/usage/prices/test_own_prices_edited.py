"""Prices of the person's own, set and taken away in their configuration file."""

import os
from datetime import date
from decimal import Decimal

import pytest
from tests.usage.prices.priced_ledger import PricedLedger

from agent_console import config
from agent_console.config_edit import edit
from agent_console.config_prices import PriceOverride
from agent_console.errors import ConfigError, NotPossibleError
from agent_console.paths import config_path, data_dir
from agent_console.usage.writing.own_prices import reprice, set_price, unset_price, usd

MINE = """\
# mine
[display]
timezone = "Europe/Berlin"  # at home

[prices]
discount_percent = 7.5

[[prices.models]]
model = "claude-opus-*" # by contract
input = 4.0 # agreed

[[prices.models]]
model = "house-model"
input = 1.0
output = 2.0

[tui]
density = "two-line"
"""


def write(text: str) -> None:
    config_path().parent.mkdir(parents=True, exist_ok=True)
    config_path().write_text(text)


def read() -> str:
    return config_path().read_text()


def test_without_a_file_there_is_one_that_says_just_this() -> None:
    set_price(PriceOverride("house-model", input=Decimal(3), output=Decimal("0.25")))

    assert read() == '[[prices.models]]\nmodel = "house-model"\ninput = 3.0\noutput = 0.25\n'
    assert config_path().stat().st_mode & 0o777 == 0o600


def test_everything_else_stays_as_it_is_written() -> None:
    write(MINE)
    done = set_price(PriceOverride("claude-opus-*", input=Decimal("4.25")))

    assert read() == MINE.replace("input = 4.0 # agreed", "input = 4.25 # agreed")
    assert done == config.load()


def test_the_mark_that_editors_of_windows_begin_with_stays() -> None:
    write("\ufeff" + MINE)
    set_price(PriceOverride("claude-opus-*", input=Decimal("4.25")))

    assert read() == "\ufeff" + MINE.replace("input = 4.0 # agreed", "input = 4.25 # agreed")


def test_a_pipe_in_place_of_the_file_is_refused_and_not_waited_for() -> None:
    config_path().parent.mkdir(parents=True)
    os.mkfifo(config_path())

    with pytest.raises(ConfigError, match="no ordinary file"):
        set_price(PriceOverride("house-model", input=Decimal(3), output=Decimal(4)))


def test_another_day_or_size_of_prompt_is_another_entry() -> None:
    write(MINE)
    since = date(2026, 3, 1)
    set_price(PriceOverride("house-model", since, input=Decimal(5)))
    done = set_price(PriceOverride("house-model", prompt_over=200_000, input=Decimal(6)))

    assert [(each.since, each.prompt_over, each.input) for each in done.prices.models] == [
        (None, 0, Decimal(4)), (None, 0, Decimal(1)),
        (since, 0, Decimal(5)), (None, 200_000, Decimal(6)),
    ]  # fmt: skip
    for line in MINE.splitlines():
        assert line in read()


def test_what_was_set_last_is_what_holds() -> None:
    write(
        '[[prices.models]]\nmodel = "house-model"\ninput = 1.0\noutput = 1.0\n'
        '[[prices.models]]\nmodel = "house-*"\ninput = 2.0\n'
    )
    done = set_price(PriceOverride("house-model", input=Decimal(3), output=Decimal(1)))

    assert [(each.model, each.input) for each in done.prices.models] == [
        ("house-*", Decimal(2)), ("house-model", Decimal(3)),
    ]  # fmt: skip


def test_entries_in_one_line_are_changed_too() -> None:
    write('prices = { models = [ { model = "a", input = 1.0, output = 1.0 } ] }\n')
    set_price(PriceOverride("a", input=Decimal(2), output=Decimal(1)))
    done = set_price(PriceOverride("b", input=Decimal(3), output=Decimal(1)))

    assert [(each.model, each.input) for each in done.prices.models] == [
        ("a", Decimal(2)),
        ("b", Decimal(3)),
    ]


def test_one_entry_or_all_of_a_model_are_taken_away() -> None:
    write(MINE)
    since = date(2026, 3, 1)
    set_price(PriceOverride("house-model", since, input=Decimal(5)))
    unset_price("house-model", PriceOverride("house-model", since))
    assert read().strip() == MINE.strip()

    unset_price("HOUSE-MODEL")
    assert "house-model" not in read()
    with pytest.raises(NotPossibleError, match="no price for house-model"):
        unset_price("house-model")


@pytest.mark.parametrize(
    "wanted",
    [PriceOverride("house-model"), PriceOverride("house-model", input=Decimal(-1)),
     PriceOverride("", input=Decimal(1))],
)  # fmt: skip
def test_what_is_not_allowed_leaves_the_file_as_it_is(wanted: PriceOverride) -> None:
    write(MINE)
    with pytest.raises(ConfigError):
        set_price(wanted)

    assert read() == MINE


@pytest.mark.parametrize("text", ["[prices", "[display]\ntimezone = 7\n", "prices = 3\n"])
def test_a_file_that_cannot_be_used_is_left_as_it_is(text: str) -> None:
    write(text)
    with pytest.raises(ConfigError, match=str(config_path())):
        set_price(PriceOverride("house-model", input=Decimal(1), output=Decimal(1)))

    assert read() == text


@pytest.mark.parametrize(
    "text",
    [('[[prices.models]]\nmodel = "a"\ninput = 1.0\n[tui]\n'
     '[[prices.models]]\nmodel = "b"\ninput = 1.0\n'),
     "prices = {}\n"],
)  # fmt: skip
def test_what_would_come_out_otherwise_than_it_must_is_not_written(text: str) -> None:
    write(text)
    with pytest.raises(ConfigError, match=str(config_path())):
        set_price(PriceOverride("house-model", input=Decimal(1), output=Decimal(1)))

    assert read() == text


def test_what_somebody_else_writes_meanwhile_is_not_lost() -> None:
    write(MINE)
    theirs = MINE.replace("two-line", "one-line")

    def change(document: object) -> None:
        if read() == MINE:
            write(theirs)
        document["daemon"] = {"log_level": "debug"}  # type: ignore[index]

    edit(change)

    assert config.load().tui.density == "one-line"
    assert config.load().daemon.log_level == "debug"


def test_the_past_costs_what_it_costs_now() -> None:
    ledger = PricedLedger(data_dir())
    ledger.use(ledger.facet("claude-opus-4-6"), input=1_000_000)
    ledger.refresh()
    before = ledger.cost()
    changed = reprice(
        data_dir() / "metrics.db",
        set_price(PriceOverride("claude-opus-4-6", input=Decimal("123.45"))),
    )

    assert before == 5
    assert ledger.cost() == Decimal("123.45")
    assert changed.models == ("claude-opus-4-6",)
    ledger.connection.close()


@pytest.mark.parametrize(("text", "amount"), [("3", "3"), (" $0.25 ", "0.25"), ("0", "0")])
def test_a_price_is_read_as_people_write_it(text: str, amount: str) -> None:
    assert usd(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "free", "-1", "nan", "inf", "10001", "1e99"])
def test_what_is_no_price_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="is no price"):
        usd(text)

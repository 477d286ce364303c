"""Prompt sizes at which a price changes become known to the ledger, and stay to be done."""

from tests.usage.prices.priced_ledger import PricedLedger, own

from agent_console.usage.prices.thresholds import mark_applied, unapplied_thresholds

MESSAGE = (
    "INSERT INTO sessions (session_id) VALUES ('s')",
    "INSERT INTO messages (session_no, facet_no, at_ms, source) VALUES (1, 1, 0, 1)",
)


def thresholds(priced: PricedLedger) -> list[object]:
    return [row[0] for row in priced.rows("price_thresholds")]


def test_a_threshold_that_is_new_is_noted(priced: PricedLedger) -> None:
    priced.connection.execute("DELETE FROM price_thresholds WHERE prompt_tokens = 100000")
    priced.facet("claude-haiku-5-5")
    priced.facet("claude-sonnet-4-5")

    priced.refresh()
    assert thresholds(priced) == [100_000, 200_000]


def test_a_known_threshold_is_not_noted_again(priced: PricedLedger) -> None:
    priced.facet("claude-haiku-5-5")
    priced.refresh()
    known = thresholds(priced)

    changed = priced.refresh(own("claude-haiku-5-5", input="1"))

    assert changed.models
    assert thresholds(priced) == known


def test_an_override_may_bring_one(priced: PricedLedger) -> None:
    priced.facet("house-model")

    priced.refresh(own("*", input="1", output="2", prompt_over=5))

    assert 5 not in thresholds(priced)  # no price at all below it
    two = own("*", input="1", output="2")
    more = own("*", input="3", prompt_over=5)
    priced.refresh(type(two)(models=(*two.models, *more.models)))
    assert 5 in thresholds(priced)


def test_it_stays_to_be_done_until_it_is_applied(priced: PricedLedger) -> None:
    priced.connection.execute("DELETE FROM price_thresholds WHERE prompt_tokens = 100000")
    priced.facet("claude-haiku-5-5")
    for statement in MESSAGE:
        priced.connection.execute(statement)

    priced.refresh()
    assert unapplied_thresholds(priced.connection) == (100_000,)

    mark_applied(priced.connection, (100_000,))
    assert unapplied_thresholds(priced.connection) == ()


def test_without_rows_there_is_nothing_to_do(priced: PricedLedger) -> None:
    priced.facet("claude-haiku-5-5")
    priced.refresh()

    assert unapplied_thresholds(priced.connection) == ()

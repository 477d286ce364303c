"""Which alerts wait, by the ledger's answer and by what is told beside it."""

from typing import Any, cast

from agent_console.board.waiting_alerts import WaitingAlerts
from agent_console.client.asynchronous import AsyncClient
from agent_console.model.usage import Alert

NEW = Alert("2", "budget", "exceeded", "It is spent.", 2)
OLD = Alert("1", "budget", "warning", "It is nearly spent.", 1)


class Answering:
    """A daemon that tells of something before its answer is here."""

    def __init__(self, alerts: WaitingAlerts, answer: list[Alert], told: Alert) -> None:
        self._alerts = alerts
        self._answer = answer
        self._told = told

    async def request(self, _request: Any) -> list[Alert]:
        self._alerts.take(self._told)
        return self._answer


async def load(answer: list[Alert], told: Alert) -> list[Alert]:
    alerts = WaitingAlerts(lambda: None)
    await alerts.load(cast("AsyncClient", Answering(alerts, answer, told)))
    return list(alerts)


async def test_what_is_told_while_they_are_asked_for_is_newer_than_the_answer() -> None:
    assert await load([OLD], NEW) == [NEW, OLD]


async def test_what_is_acknowledged_while_they_are_asked_for_waits_no_longer() -> None:
    acknowledged = Alert("1", "budget", "warning", "It is nearly spent.", 1, acknowledged_at_ms=3)

    assert await load([OLD], acknowledged) == []

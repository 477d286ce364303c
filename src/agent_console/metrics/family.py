"""A metric as both exports need it: what it is called, what it means, and its values.

Rule: names and labels are a promise to dashboards: they follow Prometheus' conventions (base
units, `_total` for counters), are listed in the README, and none is ever changed. A value that is
not known has no sample; 0 would be a statement.
"""

from typing import Literal, TypeAlias

from msgspec import Struct

Kind: TypeAlias = Literal["counter", "gauge"]


class Sample(Struct, frozen=True):
    """One value.

    Attributes:
        value: In the family's unit.
        labels: Values by the names of labels; of one family all have the same names.
    """

    value: float
    labels: dict[str, str] = {}


class Family(Struct, frozen=True):
    """One metric.

    Attributes:
        name: As Prometheus shows it.
        help: One sentence, with the unit.
        kind: A counter only grows, as long as nothing is taken out of the ledger.
        samples: Its values; a family without any is not exported.
        since_ms: Of a counter: since when it counts, Unix milliseconds.
    """

    name: str
    help: str
    kind: Kind
    samples: list[Sample]
    since_ms: int | None = None


def counter(name: str, text: str, samples: list[Sample], since_ms: int | None) -> Family:
    """A counter."""
    return Family(name, text, "counter", samples, since_ms)


def gauge(name: str, text: str, samples: list[Sample]) -> Family:
    """A gauge."""
    return Family(name, text, "gauge", samples)


def one(name: str, text: str, value: float | None) -> Family:
    """A gauge of one value; null when it is not known."""
    return gauge(name, text, [] if value is None else [Sample(value)])

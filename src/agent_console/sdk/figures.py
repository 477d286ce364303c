"""What was used: tokens by class and reported money, by model, and the difference of two totals.

Rule: Claude Code's totals add up over all turns of a session, so nothing here ever adds two of
them; what one response used is a difference, per model. Money is whole nano-dollars until it
leaves.
"""

from msgspec import Struct

from agent_console.usage.money import usd


class ModelFigures(Struct, frozen=True, gc=False, omit_defaults=True):
    """What one model was used for. Token counts are integers ≥ 0.

    Attributes:
        cache_creation_tokens: All cache writes.
        cache_creation_1h_tokens: Those of them that live for an hour.
        cost_nano_usd: As Claude Code reported it, billionths of a US dollar.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cache_creation_tokens: int = 0
    cache_read_tokens: int = 0
    cache_creation_1h_tokens: int = 0
    web_searches: int = 0
    cost_nano_usd: int = 0

    @property
    def tokens(self) -> int:
        """All tokens."""
        return (
            self.input_tokens
            + self.output_tokens
            + self.cache_creation_tokens
            + self.cache_read_tokens
        )

    @property
    def cost_usd(self) -> float:
        """Its cost in US dollars."""
        return usd(self.cost_nano_usd)

    def plus(self, other: "ModelFigures") -> "ModelFigures":
        """The sum of both."""
        return ModelFigures(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cache_creation_tokens + other.cache_creation_tokens,
            self.cache_read_tokens + other.cache_read_tokens,
            self.cache_creation_1h_tokens + other.cache_creation_1h_tokens,
            self.web_searches + other.web_searches,
            self.cost_nano_usd + other.cost_nano_usd,
        )

    def beyond(self, other: "ModelFigures") -> "ModelFigures":
        """What this has more than `other`, class by class."""
        return ModelFigures(
            max(0, self.input_tokens - other.input_tokens),
            max(0, self.output_tokens - other.output_tokens),
            max(0, self.cache_creation_tokens - other.cache_creation_tokens),
            max(0, self.cache_read_tokens - other.cache_read_tokens),
            max(0, self.cache_creation_1h_tokens - other.cache_creation_1h_tokens),
            max(0, self.web_searches - other.web_searches),
            max(0, self.cost_nano_usd - other.cost_nano_usd),
        )

    def at_least(self, other: "ModelFigures") -> "ModelFigures":
        """The larger of both, class by class."""
        return other.plus(self.beyond(other))


NOTHING = ModelFigures()


class SessionTotals(Struct, frozen=True, omit_defaults=True):
    """Where a session's counters stand, as a result message tells them.

    Attributes:
        models: By model, since the session began (a resumed or forked one: since its original did).
        cost_nano_usd: Of all models.
        duration_api_ms: What requests to the model took, added up likewise.
    """

    models: dict[str, ModelFigures] = {}
    cost_nano_usd: int = 0
    duration_api_ms: int = 0

    @property
    def tokens(self) -> int:
        """All tokens of all models."""
        return sum(figures.tokens for figures in self.models.values())

    def beyond(self, earlier: "SessionTotals") -> "SessionTotals":
        """What was used between two states of the same counters, never negative."""
        differences = {
            model: figures.beyond(earlier.models.get(model, NOTHING))
            for model, figures in self.models.items()
        }
        return SessionTotals(
            {model: figures for model, figures in differences.items() if figures != NOTHING},
            max(0, self.cost_nano_usd - earlier.cost_nano_usd),
            max(0, self.duration_api_ms - earlier.duration_api_ms),
        )

    def at_least(self, earlier: "SessionTotals") -> "SessionTotals":
        """The later of two states that may have come in the wrong order."""
        return SessionTotals(
            {
                model: self.models.get(model, NOTHING).at_least(earlier.models.get(model, NOTHING))
                for model in {**earlier.models, **self.models}
            },
            max(self.cost_nano_usd, earlier.cost_nano_usd),
            max(self.duration_api_ms, earlier.duration_api_ms),
        )

    def has_begun_anew(self, earlier: "SessionTotals") -> bool:
        """These counters do not go on from `earlier`: a process died before it had kept them."""
        return self.tokens < earlier.tokens or self.cost_nano_usd < earlier.cost_nano_usd


def added_up(figures: "dict[str, ModelFigures]") -> ModelFigures:
    """All models together."""
    total = NOTHING
    for each in figures.values():
        total = total.plus(each)
    return total

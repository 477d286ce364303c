"""What a row of a report adds up.

Rule: everything here is an integer (tokens, counts, picodollars), so that sums of sums are exact.

Reports are plain classes with slots, not msgspec structs as elsewhere: a warm report takes less
time than the import of msgspec, `typing` or `dataclasses`.
"""

PICO_DIGITS = 12
_PICO_PER_USD = 10**PICO_DIGITS
_POINT = -PICO_DIGITS


class Sums:
    """Sums over rows of a rollup.

    Attributes:
        messages: Billed rows of any kind; `responses` are those that a transcript line tells.
        cost_pico: Picodollars; null when nothing here has a cost by the report's mode.
        unpriced: Tokens without a cost by the report's mode.
        lower_bound: Rows whose output count is known to be too small.
        unlisted_tokens, unlisted_pico: The part that was billed and stands in no transcript line.
        last_quarter: When the latest of it was; in a report by time it may be any quarter of that
            hour.
    """

    __slots__ = (
        "cache_read",
        "cache_write_1h",
        "cache_write_5m",
        "cost_pico",
        "input",
        "last_quarter",
        "lower_bound",
        "messages",
        "output",
        "responses",
        "unlisted_pico",
        "unlisted_tokens",
        "unpriced",
        "web_searches",
    )

    def __init__(  # noqa: PLR0917 - a row of the query
        self,
        messages: int = 0,
        responses: int = 0,
        input_tokens: int = 0,
        output_tokens: int = 0,
        cache_write_5m: int = 0,
        cache_write_1h: int = 0,
        cache_read: int = 0,
        web_searches: int = 0,
        cost_pico: int | None = None,
        unpriced: int = 0,
        lower_bound: int = 0,
        unlisted_tokens: int = 0,
        unlisted_pico: int | None = None,
        last_quarter: int = 0,
    ) -> None:
        self.messages = messages
        self.responses = responses
        self.input = input_tokens
        self.output = output_tokens
        self.cache_write_5m = cache_write_5m
        self.cache_write_1h = cache_write_1h
        self.cache_read = cache_read
        self.web_searches = web_searches
        # (SQLite gives a float for what no integer of its own can hold, from nine million dollars.)
        self.cost_pico = None if cost_pico is None else int(cost_pico)
        self.unpriced = unpriced
        self.lower_bound = lower_bound
        self.unlisted_tokens = unlisted_tokens
        self.unlisted_pico = None if unlisted_pico is None else int(unlisted_pico)
        self.last_quarter = last_quarter

    @property
    def cache_write(self) -> int:
        """Cache writes of both lifetimes."""
        return self.cache_write_5m + self.cache_write_1h

    @property
    def tokens(self) -> int:
        """All tokens: input, output, cache writes and cache reads."""
        return (
            self.input + self.output + self.cache_write_5m + self.cache_write_1h + self.cache_read
        )

    def copy(self) -> "Sums":
        """The same sums once more."""
        return Sums(*self.values())  # type: ignore[arg-type]

    def values(self) -> tuple[int | None, ...]:
        """Everything, in the order of the constructor."""
        return (
            self.messages,
            self.responses,
            self.input,
            self.output,
            self.cache_write_5m,
            self.cache_write_1h,
            self.cache_read,
            self.web_searches,
            self.cost_pico,
            self.unpriced,
            self.lower_bound,
            self.unlisted_tokens,
            self.unlisted_pico,
            self.last_quarter,
        )

    def add(self, other: "Sums") -> None:
        """Take the other's sums into these."""
        self.messages += other.messages
        self.responses += other.responses
        self.input += other.input
        self.output += other.output
        self.cache_write_5m += other.cache_write_5m
        self.cache_write_1h += other.cache_write_1h
        self.cache_read += other.cache_read
        self.web_searches += other.web_searches
        if other.cost_pico is not None:
            self.cost_pico = other.cost_pico + (self.cost_pico or 0)
        self.unpriced += other.unpriced
        self.lower_bound += other.lower_bound
        self.unlisted_tokens += other.unlisted_tokens
        if other.unlisted_pico is not None:
            self.unlisted_pico = other.unlisted_pico + (self.unlisted_pico or 0)
        if other.last_quarter > self.last_quarter:  # noqa: PLR1730 - the longest of loops is here
            self.last_quarter = other.last_quarter


def usd_text(pico: int) -> str:
    """Picodollars as the exact decimal number of US dollars, without needless zeros."""
    if pico < _PICO_PER_USD:
        if pico < 0:
            return f"-{usd_text(-pico)}"
        return f"0.{pico:012}".rstrip("0") if pico else "0"
    digits = str(pico)
    return f"{digits[:_POINT]}.{digits[_POINT:]}".rstrip("0").rstrip(".")

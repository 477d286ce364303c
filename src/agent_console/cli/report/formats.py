"""What a report can be written as."""

from typing import Literal, TypeAlias, get_args

Format: TypeAlias = Literal["html", "markdown", "pdf", "json", "csv"]

FORMATS: tuple[Format, ...] = get_args(Format)
SUFFIXES: dict[Format, str] = {
    "html": ".html",
    "markdown": ".md",
    "pdf": ".pdf",
    "json": ".json",
    "csv": ".csv",
}

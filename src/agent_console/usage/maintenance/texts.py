"""Whether all that ought to be text is UTF-8.

Rule: a text that is none stops every report and every ingest that comes across it, and SQLite's own
check looks at no text.
"""

import sqlite3
from collections.abc import Iterator, Sequence

_AT_ONCE = 10_000
_COLUMNS = (
    "SELECT tables.name, columns.name FROM sqlite_schema AS tables "
    "JOIN pragma_table_info(tables.name) AS columns "
    "WHERE tables.type = 'table' AND columns.type = 'TEXT' AND tables.name NOT LIKE 'sqlite!_%' "
    "ESCAPE '!' AND (tables.name, columns.name) != ('messages', 'key') ORDER BY 1, columns.cid"
)
"""All but the keys, which are looked at with their hashes."""


def lenient(content: bytes) -> str:
    """For `text_factory`: a text, with marks in the place of what is none."""
    return content.decode(errors="replace")


def is_text(contents: Sequence[bytes]) -> bool:
    """All of them are UTF-8."""
    try:
        b"\n".join(contents).decode()
    except UnicodeDecodeError:
        return False
    return True


def damaged_texts(connection: sqlite3.Connection) -> Iterator[str]:
    """Each text that is no UTF-8, with where it stands."""
    for table, column in connection.execute(_COLUMNS).fetchall():
        found = connection.execute(
            f'SELECT CAST("{column}" AS BLOB) FROM "{table}" WHERE "{column}" NOTNULL'  # noqa: S608
        )
        while batch := [content for (content,) in found.fetchmany(_AT_ONCE)]:
            if not is_text(batch):
                for content in batch:
                    if not is_text([content]):
                        yield f"{table}.{column}: {lenient(content)}"

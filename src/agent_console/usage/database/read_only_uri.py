"""How what has no time to import sqlite3's wrapper opens the ledger, and which schema it can read.

Rule: this imports nothing, because every report does before it knows whether there is work to do.
"""

SCHEMA = 4
"""The version of the schema that queries outside of a full `open_database` are written for."""


def read_only_uri(path: str) -> str:
    """The database at `path` as a URI under which it can only be read."""
    quoted = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    return f"file:{quoted}?mode=ro"

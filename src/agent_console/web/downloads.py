"""What leaves the page as a file or as rows of a grid.

Rule: every number is the ledger's, asked in the words of `agent-console usage`.
"""

from fastapi import FastAPI

from agent_console.web.console import Console


def add_downloads(application: FastAPI, console: Console) -> None:
    """Have the server answer for all of them."""
    del application, console

"""How screens and widgets reach what the app shares with them."""

from typing import TYPE_CHECKING, cast

from textual.dom import DOMNode

if TYPE_CHECKING:
    from agent_console.tui.app import ConsoleApp


def console_of(node: DOMNode) -> "ConsoleApp":
    """The app that a screen or widget belongs to, with its own type."""
    return cast("ConsoleApp", node.app)  # pyright: ignore[reportUnknownMemberType]

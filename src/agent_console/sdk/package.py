"""What is used of claude-agent-sdk: the one module that imports it, loaded when that is needed."""

try:
    from claude_agent_sdk import ClaudeAgentOptions, ClaudeSDKClient, Transport, list_sessions
except ImportError as error:
    raise ImportError(
        "This needs claude-agent-sdk: install it with `pip install 'agent-console[sdk]'`."
    ) from error

__all__ = ["ClaudeAgentOptions", "ClaudeSDKClient", "Transport", "list_sessions"]

"""What is used of claude-agent-sdk: the one module that imports it, loaded when that is needed."""

from claude_agent_sdk import ClaudeAgentOptions, ClaudeSDKClient, Transport, list_sessions

__all__ = ["ClaudeAgentOptions", "ClaudeSDKClient", "Transport", "list_sessions"]

"""A desktop's notification service, on a bus of the test's own: shows nothing and tells what came.

Rule: it speaks org.freedesktop.Notifications 1.2 as desktops do. Each notice is printed as one line
of JSON; a number on stdin clicks that notice.
"""

import asyncio
import json
import sys
from typing import Any

from dbus_fast import Message, MessageType
from dbus_fast.aio.message_bus import MessageBus

NAME, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"

INTERFACE = f"""\
<node><interface name="{NAME}">
<method name="GetCapabilities"><arg type="as" direction="out"/></method>
<method name="GetServerInformation">
<arg type="s" direction="out"/><arg type="s" direction="out"/>
<arg type="s" direction="out"/><arg type="s" direction="out"/>
</method>
<method name="Notify">
<arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
<arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/>
<arg type="a{{sv}}" direction="in"/><arg type="i" direction="in"/>
<arg type="u" direction="out"/>
</method>
<signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
<signal name="NotificationClosed"><arg type="u"/><arg type="u"/></signal>
</interface></node>
"""


class Service:
    """Answers what desktops answer."""

    def __init__(self) -> None:
        self._count = 0

    def answer(self, message: Message) -> Message | None:
        if message.message_type is not MessageType.METHOD_CALL or message.path != PATH:
            return None
        match message.member:
            case "Introspect":
                return Message.new_method_return(message, "s", [INTERFACE])
            case "GetCapabilities":
                return Message.new_method_return(message, "as", [["actions", "body"]])
            case "GetServerInformation":
                return Message.new_method_return(message, "ssss", ["test", "test", "1", "1.2"])
            case "Notify":
                self._count += 1
                app, _, _, title, body, actions, hints, _ = message.body
                told = {
                    "app": app,
                    "title": title,
                    "body": body,
                    "clickable": "default" in actions,
                    "urgency": hints["urgency"].value,
                    "sound": "sound-name" in hints,
                }
                print(json.dumps(told), flush=True)
                return Message.new_method_return(message, "u", [self._count])
            case _:
                return None


async def main() -> None:
    bus: Any = await MessageBus().connect()
    bus.add_message_handler(Service().answer)
    await bus.request_name(NAME)
    print("ready", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        body = [int(line), "default"]
        await bus.send(Message.new_signal(PATH, NAME, "ActionInvoked", "us", body))


if __name__ == "__main__":
    asyncio.run(main())

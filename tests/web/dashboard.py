"""The real dashboard in a process of its own, and a real browser in front of it."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

WAIT_SECONDS = 30
STOP_SECONDS = 15
Found = TypeVar("Found")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")


@contextmanager
def dashboard(socket: str, *more: str) -> Generator[str]:
    """`agent-console web` with the environment of the test; its address, token included."""
    process = subprocess.Popen(
        [sys.executable, "-m", "agent_console", "web", "--no-open", "--no-start",
         "--socket", socket, *(more or ("--port", str(free_port())))],
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.startswith("http://"), process.communicate()[1]
        yield line.strip()
    finally:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=STOP_SECONDS)
        assert "Traceback" not in said, said


def free_port() -> int:
    """A port that nobody listens on now."""
    import socket as sockets

    with sockets.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Browser:
    """A headless Chromium."""

    def __init__(self, width: int = 1440, height: int = 900) -> None:
        if CHROMIUM is None or DRIVER is None:
            pytest.skip("Needs Chromium and its driver: apt-get install chromium chromium-driver.")
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        for argument in (
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            "--disable-background-networking", "--disable-component-update", "--no-first-run",
            "--disable-default-apps", "--disable-sync", "--force-device-scale-factor=1",
            f"--window-size={width},{height}",
        ):  # fmt: skip
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver: Any = webdriver.Chrome(
            options=options, service=webdriver.ChromeService(executable_path=DRIVER)
        )
        self.size(width, height)
        self._lets_in: set[str] = set()

    def enter(self, address: str) -> None:
        """Be let in by a dashboard, which takes a page of it, and only the first time."""
        if address not in self._lets_in:
            self.open(address)
            self._lets_in.add(address)

    def size(self, width: int, height: int) -> None:
        """Make the page so large, which no window of a headless browser can be made narrower."""
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )

    def until(self, holds: Callable[[], Found]) -> Found:
        """Wait until something is true, and give it."""
        waiting: Any = WebDriverWait(self.driver, WAIT_SECONDS, 0.05, [WebDriverException])

        def look(_driver: object) -> Found:
            return holds()

        return cast("Found", waiting.until(look, "It does not come true in time."))

    def open(self, address: str) -> None:
        """Open a page and wait until it is live."""
        self.driver.get(address)
        self.until(lambda: "live" in self.text(".live"))

    def settle(self) -> None:
        """Wait until the page has been still for a moment."""
        self.driver.set_script_timeout(WAIT_SECONDS)
        self.driver.execute_async_script(
            "const done = arguments[0]; let timer = setTimeout(done, 700);"
            "new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(done, 700); })"
            ".observe(document.getElementById('content') || document.body,"
            " {childList: true, subtree: true, characterData: true});"
            "setTimeout(done, 5000);"
        )

    def all(self, css: str) -> list[WebElement]:
        """What a selector finds."""
        return list(self.driver.find_elements(By.CSS_SELECTOR, css))

    def find(self, css: str) -> WebElement:
        """The first that a selector finds, as soon as it is there."""
        return self.until(lambda: self.all(css))[0]

    def press(self, css: str) -> None:
        """Click the first that can be clicked, as soon as there is one."""

        def pressed() -> bool:
            for each in self.all(css):
                if each.is_displayed():
                    each.click()  # while it moves in, that fails, and is tried again
                    return True
            return False

        self.until(pressed)

    def press_key(self, key: str) -> None:
        """Press a key where the focus is."""
        self.driver.switch_to.active_element.send_keys(key)

    def text(self, css: str) -> str:
        """All the text in what a selector finds."""
        found = self.run(
            "return Array.from(document.querySelectorAll(arguments[0]))"
            ".map(each => each.innerText).join('\\n')", css
        )  # fmt: skip
        return str(found)

    def button(self, words: str) -> WebElement:
        """The button or link with these words, as soon as it is there."""
        xpath = f"//*[self::button or self::a][normalize-space(.)='{words}']"

        def shown() -> list[WebElement]:
            found: list[WebElement] = self.driver.find_elements(By.XPATH, xpath)
            return [each for each in found if each.is_displayed()]

        return self.until(shown)[0]

    def run(self, script: str, *arguments: Any) -> Any:
        """Run a function body in the page."""
        execute = cast("Callable[..., Any]", self.driver.execute_script)
        return execute(script, *arguments)

    def complaints(self) -> list[str]:
        """What the page wrote to its console as errors and warnings."""
        entries: list[dict[str, Any]] = self.driver.get_log("browser")
        return [str(each["message"]) for each in entries if each["level"] in {"SEVERE", "WARNING"}]

    def hosts(self) -> set[str]:
        """Whom the browser has asked for anything, data addresses aside."""
        entries: list[dict[str, Any]] = self.driver.get_log("performance")
        found: set[str] = set()
        for entry in entries:
            told = json.loads(entry["message"])["message"]
            url = ""
            if told["method"] == "Network.requestWillBeSent":
                url = told["params"]["request"]["url"]
            elif told["method"] == "Network.webSocketCreated":
                url = told["params"]["url"]
            if url.startswith(("http", "ws")):
                found.add(urlsplit(url).netloc)
        return found

    def picture(self, path: str) -> None:
        """Write what is to be seen as PNG."""
        self.driver.save_screenshot(path)


def host_of(address: str) -> str:
    """`127.0.0.1:1234`."""
    return urlsplit(address).netloc


def page_of(address: str, path: str) -> str:
    """Another page of the same dashboard."""
    return f"http://{host_of(address)}{path}"

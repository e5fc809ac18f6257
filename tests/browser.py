"""A real browser without a screen, for the tests of the page and for its picture: Debian's Chromium."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

#: What a browser says that nobody looks at; and it is shown nothing but this computer.
ARGUMENTS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage"),
    *("--no-first-run", "--no-default-browser-check", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-extensions", "--hide-scrollbars"),
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)


def why_absent() -> str:
    """Why there is no browser to test with, as a line; empty where there is one."""
    absent = [name for name in ("chromium", "chromedriver") if not shutil.which(name)]
    return f"not installed: {', '.join(absent)}" if absent else ""


class Browser:
    """One window of Chromium."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver

    def show(self, address: str, size: tuple[int, int] = (1280, 800), dark: bool = False) -> None:
        """Open a page as on a screen of this many CSS pixels."""
        self.resize(size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        self.driver.get(address)
        self.wait_for("#lf-reading")

    def resize(self, size: tuple[int, int]) -> None:
        width, height = size
        screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 640}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)

    def find(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def wait_for(self, selector: str, text: str = "", seconds: float = 60) -> WebElement:
        """The first element that `selector` finds, once it is seen and has `text` in it."""

        def there(_: webdriver.Chrome) -> WebElement | None:
            return next(
                (each for each in self.find(selector) if each.is_displayed() and text in each.text), None
            )

        return WebDriverWait(self.driver, seconds, 0.1, ignored_exceptions=[_stale()]).until(
            there, f"{selector} with {text!r}"
        )

    def upload(self, *files: Path) -> None:
        self.wait_for("#lf-files")
        box = self.driver.find_element(By.CSS_SELECTOR, "#lf-files input[type=file]")
        box.send_keys("\n".join(str(file) for file in files))

    def script(self, code: str, *arguments: Any) -> Any:
        return self.driver.execute_script(code, *arguments)

    def hosts(self) -> set[str]:
        """Every host that was asked for anything since the last time, as the network log has it."""
        entries = [json.loads(each["message"])["message"] for each in self.driver.get_log("performance")]
        asked = [
            each["params"]["request"]["url"]
            for each in entries
            if each["method"] == "Network.requestWillBeSent"
        ]
        return {urlsplit(url).hostname or "" for url in asked if url.startswith(("http", "ws"))}

    def complaints(self) -> list[str]:
        """What the page wrote on its console as errors: refused by its policy, missing, thrown."""
        return [each["message"] for each in self.driver.get_log("browser") if each["level"] == "SEVERE"]


def _stale() -> type[Exception]:
    from selenium.common.exceptions import StaleElementReferenceException

    return StaleElementReferenceException


@contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """A browser with an empty profile in `profile`; it ends with the context."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for each in (*ARGUMENTS, f"--user-data-dir={profile}"):
        options.add_argument(each)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    # Named, or Selenium would ask the network for one
    driver = webdriver.Chrome(options, Service(shutil.which("chromedriver")))
    try:
        yield Browser(driver)
    finally:
        driver.quit()

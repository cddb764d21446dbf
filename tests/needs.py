"""``python -m tests.needs``: gets what the tests need beside Python packages, and says what could not be had.

Chromium, fonts with Chinese characters and Java: the system's; else by apt as root on Debian; else Chromium by Playwright's own download.
"""

import os
import shutil
import subprocess
import sys

from bangfu.engine.spark_.cluster import LEAST_JAVA, java_version

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = {"chromium": "chromium", "fonts": "fonts-noto-cjk", "java": "default-jre-headless"}


def browser() -> str | None:
    """The program to start: the system's, else Playwright's own if it was downloaded."""
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    said = subprocess.run(
        [
            *(sys.executable, "-c"),
            "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)",
        ],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    return said if said and os.access(said, os.X_OK) else None


def fonts() -> bool:
    """Is there a font with Chinese characters?"""
    try:
        listed = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return bool(listed.stdout.strip())


def java() -> bool:
    """Is there a Java that Spark runs on?"""
    return java_version() >= LEAST_JAVA


def missing() -> list[str]:
    """What the tests in a browser and on Spark lack."""
    found = (("chromium", browser() is not None), ("fonts", fonts()), ("java", java()))
    return [name for name, there in found if not there]


def by_apt(names: list[str]) -> None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        packages = [PACKAGES[name] for name in names]
        subprocess.run(["apt-get", "update", "-qq"], env=environment, check=False)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages, "fontconfig"],
            env=environment,
            stdout=subprocess.DEVNULL,
            check=False,
        )


def by_playwright(names: list[str]) -> None:
    if "chromium" in names:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)


def main() -> int:
    for get in (by_apt, by_playwright):
        if names := missing():
            get(names)
    left = missing()
    for name in left:
        print(f"没有 {name}：apt install {PACKAGES[name]}。  {name} is missing: apt install {PACKAGES[name]}.")  # noqa: T201
    return 1 if left and os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main())

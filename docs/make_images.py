"""The README's two pictures, out of a running demo. Run by hand after a change of the face:

    python3 manage.py run --demo                           # in another terminal
    .venv/bin/python docs/make_images.py [--address http://127.0.0.1:8000] [--order WO-24112]

Needs Chromium (Debian: `apt-get install chromium`) and, for small files, ImageMagick.
"""

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, sync_playwright

IMAGES = Path(__file__).resolve().parent / "images"
SIZE = ViewportSize(width=1440, height=900)
LARGEST = 200_000  # bytes
COLOURS = "96"


def main() -> None:
    """Sign in, take both pictures, make them small. Raises: SystemExit where one is too large."""
    options = arguments()
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_context(viewport=SIZE, color_scheme="light", locale="en-GB").new_page()
        sign_in(page, options)
        for name, path in (("overview", "/"), ("order", f"/orders/{options.order}/")):
            page.goto(options.address + path)
            page.wait_for_timeout(1_500)  # fonts, and the live mark
            tour = page.get_by_role("button", name="Skip the tour")
            if tour.count():  # the first visit offers it
                tour.click()
                page.wait_for_timeout(500)
            picture = IMAGES / f"{name}.png"
            page.screenshot(path=picture)
            sys.stdout.write(f"{picture.name}: {shrunk(picture):,} bytes\n")
        browser.close()


def arguments() -> argparse.Namespace:
    """Where the demo runs, and who looks."""
    parser = argparse.ArgumentParser(description="Take the README's pictures.")
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--order", default="WO-24112")
    parser.add_argument("--user", default="supervisor")
    parser.add_argument("--password", default=os.environ.get("MOM_PASSWORD", "norrtal-2026-demo"))
    return parser.parse_args()


def sign_in(page: Page, options: argparse.Namespace) -> None:
    """As a person would."""
    page.goto(options.address + "/sign-in/")
    page.fill("[name=username]", options.user)
    page.fill("[name=password]", options.password)
    page.keyboard.press("Enter")
    page.wait_for_selector(".topbar")


def shrunk(picture: Path) -> int:
    """The picture's size in bytes after it got a palette of few colours. Raises: SystemExit where it stays large."""
    convert = shutil.which("magick") or shutil.which("convert")
    if convert:
        how = ["-strip", "+dither", "-colors", COLOURS, f"PNG8:{picture}"]
        subprocess.run([convert, str(picture), *how], check=True)
    size = picture.stat().st_size
    if size >= LARGEST:
        raise SystemExit(f"{picture.name} has {size:,} bytes; the README takes less than {LARGEST:,}.")
    return size


if __name__ == "__main__":
    main()

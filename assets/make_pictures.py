"""`python assets/make_pictures.py`: take the documents' pictures of the demo that is shipped.

Needs a Chromium and the extra `dev`. A picture says which run it shows, and what its page says of
it, so that it can be told from one that is out of date.
"""

import hashlib
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from playwright.sync_api import Page, expect, sync_playwright

from fairmoe.runs import DEMO_RUN
from tests.browser.serving import serving
from tests.patience import PATIENCE

HERE = Path(__file__).parent
PICTURES = {
    "result": ("Result", ".stMarkdown p"),
    "experts": ("Experts", '[data-testid="stAlertContainer"]'),
    "attention": ("Attention", ".stMarkdown p"),
    "tradeoff": ("Trade-off", '[data-testid="stCaptionContainer"]'),
}
"""By the name of the file: the page, and where it says in words what it shows."""

SIZE = {"width": 1280, "height": 800}
TO_SETTLE = 5000


def take(page: Page, address: str) -> None:
    """Open the demo, and take a picture of each page."""
    page.goto(address)
    page.get_by_role("button", name="Try the demo").click()
    for name, (label, words) in PICTURES.items():
        page.get_by_role("link", name=label, exact=True).first.click()
        expect(page.get_by_role("heading", name=label, exact=True)).to_be_visible()
        page.wait_for_timeout(TO_SETTLE)
        path = HERE / f"screenshot-{name}.png"
        page.screenshot(path=path)
        _label(path, page.locator(f'[data-testid="stMain"] {words}').all_inner_texts())


def _label(path: Path, told: list[str]) -> None:
    text = PngInfo()
    text.add_text("run", hashlib.sha256((HERE / DEMO_RUN).read_bytes()).hexdigest())
    text.add_itxt("told", "\n".join(told))
    with Image.open(path) as picture:
        picture.quantize(256).save(path, pnginfo=text, optimize=True)


if __name__ == "__main__":
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))))
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(command, Path(folder) / "log.txt", cwd=HERE.parent) as address,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE)
        page.set_default_timeout(1000 * PATIENCE)
        expect.set_options(timeout=1000 * PATIENCE)
        take(page, address)
        browser.close()

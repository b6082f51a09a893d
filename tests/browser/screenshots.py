"""Make the README's pictures: ``make screenshots`` writes .github/screenshots/*.png."""

from pathlib import Path

from chromium import find
from conftest import FLAGS, ROOT, Server
from playwright.sync_api import sync_playwright

PICTURES = {
    "home": ("", 900),
    "image_filters": ("image_filters?photo=coffee&filters=sobel&grey=1", 900),
    "convolution_step_by_step": ("convolution_step_by_step?padding=1&at=2_3", 760),
}


def main():
    """Open each page on a server of its own and keep what is seen."""
    folder = ROOT / ".github" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    server = Server().wait()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find(), args=FLAGS)
            for name, (address, height) in PICTURES.items():
                tab = browser.new_page(viewport={"width": 1280, "height": height})
                tab.goto(f"{server.url}/{address}")
                tab.wait_for_selector("[data-drawn]")
                tab.wait_for_timeout(1000)
                path = Path(folder, f"{name}.png")
                tab.screenshot(path=path)
                print(path.relative_to(ROOT))
    finally:
        server.stop()


if __name__ == "__main__":
    main()

"""Images of the user's: found again as a point of the latent space, and translated."""

import base64
import pathlib

import pytest

AXE = pathlib.Path(__file__).resolve().parents[2] / "studio" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture
def opened(chromium):
    """Opens an address; the page's file choosers are listened for from its beginning."""
    contexts = []

    def opener(server, path, **options):
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.choosers = []
        page.on("filechooser", lambda chooser: page.choosers.append(chooser))
        page.goto(f"http://127.0.0.1:{server.port}{path}")
        return page

    yield opener
    for context in contexts:
        context.close()


def choose(page, button, files):
    page.get_by_role("button", name=button).click()
    for _ in range(500):
        if not page.choosers:
            page.wait_for_timeout(10)
    page.choosers.pop().set_files(files)


def file_of(image, name="mine.png"):
    return {"name": name, "mimeType": "image/png", "buffer": base64.b64decode(image["png"])}


def test_an_image_is_found_again(opened, server):
    (image,) = server.generate(count=1, seed=9, format="json").json()["images"]
    page = opened(server, "/explore?model=tiny")
    choose(page, "Find an image of yours", [file_of(image)])
    card = page.get_by_role("region", name="An image of yours")
    card.get_by_alt_text("image 1, found").wait_for()
    card.get_by_text("mean square error 0.0").wait_for()
    assert card.get_by_alt_text("image 1", exact=True).get_attribute("src").startswith("data:image/png;base64,")
    choose(page, "Find an image of yours", [{"name": "a.png", "mimeType": "image/png", "buffer": b"none"}])
    card.get_by_role("status").filter(has_text="images[0]").wait_for()
    assert card.get_by_alt_text("image 1, found").is_visible(), "what was found before stays"


def test_a_large_image_is_made_smaller_first(opened, server):
    page = opened(server, "/explore?model=tiny")
    noise = page.evaluate(
        """() => { const canvas = document.createElement('canvas'); canvas.width = canvas.height = 1200;
          const context = canvas.getContext('2d'), data = context.createImageData(1200, 1200);
          for (let i = 0; i < data.data.length; ++i) data.data[i] = (i * 2654435761) >>> 24;
          context.putImageData(data, 0, 0); return canvas.toDataURL().split(',')[1]; }"""
    )
    assert len(noise) > 1 << 20
    choose(page, "Find an image of yours", [file_of({"png": noise})])
    page.get_by_alt_text("image 1, found").wait_for()
    page.get_by_text("1 of 1 were too large and sent as smaller JPEGs.").wait_for()


@pytest.mark.parametrize("theme, width", [("light", 1280), ("dark", 390)])
def test_images_are_translated(opened, translating, server, theme, width):
    page = opened(
        translating, "/", viewport={"width": width, "height": 900}, color_scheme=theme, bypass_csp=True
    )
    page.get_by_role("heading", name="grey translates images").wait_for()
    page.get_by_role("link", name="Give it images").click()
    images = server.generate(count=17, seed=9, format="json").json()["images"]
    choose(page, "Translate images of yours", [file_of(image, f"{i}.png") for i, image in enumerate(images)])
    page.get_by_alt_text("image 16, translated").wait_for()
    page.get_by_text("The first 16 of 17 images were taken.").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if AXE.is_file():
        page.add_script_tag(path=AXE)
        found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
        assert not [(one["id"], [node["html"][:120] for node in one["nodes"]][:3]) for one in found]
    page.goto(f"http://127.0.0.1:{translating.port}/models")
    page.get_by_role("link", name="grey", exact=True).wait_for()
    assert page.get_by_role("link", name="Generate").count() == 1, "the view's, and none for this model"

"""The report in a real browser: from disk, without a network, wide and narrow, light and dark."""

import os

import pytest
from tests.unit.report.conftest import make

from hone.report.build import load
from hone.report.page import page

LIGHT, DARK = "rgb(250, 250, 248)", "rgb(19, 20, 22)"


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    root = tmp_path_factory.mktemp("build")
    here = os.getcwd()
    os.chdir(root)
    try:
        text = page(load(make(root)))
    finally:
        os.chdir(here)
    (root / "report.html").write_text(text)
    return root / "report.html"


@pytest.fixture
def opened(browser, file):
    """Opens the report; whatever the page complains of or asks the network for fails the test."""
    contexts, faults = [], []

    def open_at(width, scheme="light"):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True)
        contexts.append(context)
        view = context.new_page()
        view.on("console", lambda message: faults.append(message.text))
        view.on("pageerror", lambda error: faults.append(str(error)))
        view.on("request", lambda request: faults.append(request.url) if request.url.startswith("http") else None)
        view.goto(file.as_uri())
        return view

    yield open_at
    for context in contexts:
        context.close()
    assert faults == []


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_nothing_is_wider_than_the_window(opened, screenshots, width):
    view = opened(width)
    view.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert view.evaluate("document.documentElement.scrollWidth") <= width
    view.screenshot(path=screenshots / f"report-{width}.png", full_page=True)


def test_every_picture_shows_something_and_every_letter_lies_inside_its_card(opened):
    view = opened(390)
    pictures = view.locator(".picture svg")
    assert pictures.count() >= 6
    for picture in pictures.all():
        box = picture.bounding_box()
        assert box["width"] > 250
        assert box["height"] > 20
        assert picture.locator("path").count() >= 2
        assert picture.locator("text").count() >= 2
    outside = """[...document.querySelectorAll('.picture text')].filter(text => {
        const at = text.getBoundingClientRect(), card = text.closest('.card').getBoundingClientRect();
        return at.left < card.left || at.right > card.right || at.top < card.top || at.bottom > card.bottom })
        .map(text => text.textContent)"""
    assert view.evaluate(outside) == []


def test_dark_is_dark_in_its_pictures_too_and_all_text_can_be_read(opened, screenshots):
    """Contrast as WCAG 2.1 counts it: 4.5 to 1 for text."""
    contrast = """() => {
        const light = (rgb) => { const [r, g, b] = rgb.match(/[\\d.]+/g).map(v => { v /= 255;
            return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4 }); return 0.2126*r + 0.7152*g + 0.0722*b };
        const behind = light(getComputedStyle(document.body).backgroundColor);
        return Math.min(...[...document.querySelectorAll('p, td, th, h2, summary, a, .picture text')].map(each => {
            const style = getComputedStyle(each), ink = light(each.tagName === 'text' ? style.fill : style.color);
            return (Math.max(ink, behind) + 0.05) / (Math.min(ink, behind) + 0.05) })) }"""
    for scheme, paper in (("light", LIGHT), ("dark", DARK)):
        view = opened(1280, scheme)
        assert view.evaluate("getComputedStyle(document.body).backgroundColor") == paper
        assert view.evaluate(contrast) >= 4.5
        view.screenshot(path=screenshots / f"report-{scheme}.png")


def test_what_a_model_wrote_runs_nothing(opened):
    view = opened(1280)
    assert view.title() == "Hone: special_tokens"
    assert view.locator("script, img").count() == 0

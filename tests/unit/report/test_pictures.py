"""Pictures stand inside a page: its colours, its fonts, and nothing of their own that could touch the rest of it."""

import re
from xml.etree import ElementTree

from hone.report import pictures

POINTS = [("base", 0.1, 0.05, 0.2, "0.10"), ("a <b> & $x$", 0.9, None, None, "0.90")]


def drawn():
    return [
        pictures.intervals("Title \"<&", POINTS, ["base"]),
        pictures.bars("Bars", [("kept", 3.0, "3"), ("lost", 0.0, "0")]),
        pictures.lines("Lines", "step", [("training", [(1, 2.0), (2, 1.0)], False), ("validation", [(2, 1.0)], True)]),
    ]  # fmt: skip


def test_a_picture_is_well_formed_and_says_what_it_is():
    for svg in drawn():
        root = ElementTree.fromstring(svg)
        assert root.get("role") == "img"
        assert root.get("aria-label")
        assert not {"width", "height"} & root.attrib.keys()


def test_it_takes_the_colours_and_fonts_of_the_page():
    for svg in drawn():
        assert set(re.findall(r"(?:fill|stroke): (#\w+)", svg)) == set()
        assert "var(--" in svg
        assert "font-family" not in svg
        assert "<style" not in svg


def test_names_are_text_whatever_is_in_them():
    assert "a &lt;b&gt; &amp; $x$" in drawn()[0]


def test_equal_tables_give_equal_text():
    assert drawn() == drawn()


def test_names_of_lines_that_end_together_stand_apart():
    heights = [float(y) for y in re.findall(r"<text [^>]*? y=\"([\d.]+)\"[^>]*>(?:training|validation)<", drawn()[2])]
    assert abs(heights[0] - heights[1]) > 9

"""The picture of a bootstrap loop: made of its rounds, the same bytes for the same figures."""

import pytest

from hone.evaluation.rounds import draw


def told(number, before, solved, accuracy):
    return {
        "round": number, "problems": 20, "solved_before": before, "solved": solved,
        "accuracy_before": 0.0, "accuracy": accuracy,
    }  # fmt: skip


ROUNDS = [told(1, 8, 9, 0.1), told(2, 9, 12, 0.2)]


@pytest.mark.parametrize("rounds", [ROUNDS[:1], ROUNDS])
def test_equal_rounds_give_equal_pictures(rounds, tmp_path):
    for name in ("a.png", "b.png"):
        draw(rounds, tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_another_figure_gives_another_picture(tmp_path):
    draw(ROUNDS, tmp_path / "a.png")
    draw([ROUNDS[0], told(2, 9, 13, 0.2)], tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() != (tmp_path / "b.png").read_bytes()

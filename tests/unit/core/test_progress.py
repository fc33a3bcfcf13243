"""Progress: lines that a person can read, at a bearable rate, and in the log as well."""

import io

import pytest

from hone.core import progress
from hone.core.progress import Progress, track


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def log(tmp_path):
    progress.set_log(tmp_path / "logs" / "step.log")
    yield tmp_path / "logs" / "step.log"
    progress.set_log(None)


def test_a_line_tells_count_rate_time_left_and_the_latest_values(clock):
    bar = Progress(300, "sft", "steps", clock)
    clock.now = 4.0
    bar.advance(100, loss=0.9)
    bar.advance(20, loss=0.51234)
    assert bar.line() == "sft: 120/300 steps, 30 steps/s, 0:06 left, loss 0.5123"


def test_without_a_terminal_lines_are_seconds_apart_and_the_last_one_always_comes(clock, capsys):
    with Progress(100, "rows of x", clock=clock) as bar:
        for _ in range(100):
            clock.now += 0.1
            bar.advance()
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(",")[0] for line in lines[-1:]] == ["rows of x: 100/100 rows"]
    assert 2 <= len(lines) <= 3
    assert "in all" in lines[-1]


def test_lines_go_into_the_log_too(clock, log, capsys):
    with Progress(None, "reading", clock=clock) as bar:
        bar.advance(7)
    progress.say("read 7 rows")
    assert log.read_text() == "reading: 7 rows\nread 7 rows\n"
    assert "read 7 rows" in capsys.readouterr().err


def interrupted(clock):
    with Progress(3, "work", clock=clock) as bar:
        bar.advance()
        raise KeyboardInterrupt


def test_an_interrupted_loop_says_so_and_lets_the_error_through(clock, log):
    with pytest.raises(KeyboardInterrupt):
        interrupted(clock)
    assert log.read_text() == "work: 1/3 rows, stopped by KeyboardInterrupt\n"


def test_track_yields_everything_in_order_and_counts_finished_items_only(log):
    seen = []
    for item in track("abc", 3, "letters", "letters"):
        seen.append(item)
    assert seen == ["a", "b", "c"]
    assert log.read_text().startswith("letters: 3/3 letters")


def test_a_terminal_gets_a_bar_and_no_extra_lines(monkeypatch, clock):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    with Progress(2, "sft", "steps", clock) as bar:
        clock.now = 60.0
        bar.advance(2, loss=0.5)
    assert "sft: 100%" in screen.getvalue()
    assert "2/2 steps" not in screen.getvalue().replace("| 2/2 [", "")

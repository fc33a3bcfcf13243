"""The ledger: what was put is found again, whatever killed its writers and whoever else writes."""

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hone.ledger import Ledger, content_key

VALUES = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
KEYS = st.sampled_from("abcdé\n\ud800")
PUT = st.tuples(KEYS, VALUES)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "work" / "ledger.jsonl"


def test_what_was_put_is_found_after_reopening_and_the_last_value_counts(path):
    with Ledger.open(path) as ledger:
        ledger.put("a", [1, None])
        ledger.put("b", {"x": 1.5})
        ledger.put("a", "two")
        assert ledger.get("a") == "two"
    with Ledger.open(path) as ledger:
        assert (ledger.get("a"), ledger.get("b"), ledger.get("c")) == ("two", {"x": 1.5}, None)
    assert [json.loads(line)["key"] for line in path.read_text().splitlines()] == ["a", "b", "a"]


@settings(deadline=None)
@example([([("a", [])], 0.97), ([], 0.0), ([("b", 1)], 0.0), ([("b", 2)], 1.0)])
@given(st.lists(st.tuples(st.lists(PUT, max_size=4), st.floats(0, 1)), max_size=5))
def test_a_kill_at_any_byte_costs_only_what_was_not_fully_written(rounds):
    with TemporaryDirectory() as folder:
        path = Path(folder, "ledger.jsonl")
        written = []  # (end, key, value) of each line that is whole in the file, or lacks nothing but its end
        for puts, cut in rounds:
            start = path.stat().st_size if path.exists() else 0
            with Ledger.open(path) as ledger:
                for key, value in puts:
                    start = path.stat().st_size
                    ledger.put(key, value)
                    written.append((path.stat().st_size, key, value))
            # a kill can tear only the last line: earlier ones were written by earlier calls
            size = round(start + cut * (path.stat().st_size - start))
            with path.open("ab") as stream:
                stream.truncate(size)
            # the next put gives a line its end: it counts from then on
            written = [put for put in written if put[0] <= size + 1]
            expected = {key: value for end, key, value in written if end <= size}
            with Ledger.open(path) as ledger:
                for key in "abcdé\n\ud800":
                    assert ledger.get(key) == expected.get(key)


@settings(deadline=None)
@given(st.lists(PUT, min_size=1, max_size=4), st.data())
def test_damage_anywhere_never_gives_a_wrong_value(puts, data):
    with TemporaryDirectory() as folder:
        path = Path(folder, "ledger.jsonl")
        with Ledger.open(path) as ledger:
            for key, value in puts:
                ledger.put(key, value)
        content = bytearray(path.read_bytes())
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
        path.write_bytes(content)
        with Ledger.open(path) as ledger:
            for key, _ in puts:
                found = ledger.get(key)
                assert found is None or any(key == k and found == v for k, v in puts)
            ledger.put("new", 1)
            assert ledger.get("new") == 1


def test_a_damaged_line_in_the_middle_is_skipped(path):
    with Ledger.open(path) as ledger:
        for name in "abc":
            ledger.put(name, name * 3)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], b"\xff\x00 no JSON\n", b"[1, 2]\n", b"\n", lines[1][:20], b"\n", lines[2]]))
    with Ledger.open(path) as ledger:
        assert [ledger.get(name) for name in "abc"] == ["aaa", None, "ccc"]


def test_a_writer_that_dies_beside_us_tears_none_of_our_lines(path):
    with Ledger.open(path) as ledger:
        ledger.put("a", 1)
        with path.open("ab") as other:
            other.write(b'{"crc": 12, "key": "torn')
        ledger.put("b", 2)
        assert (ledger.get("a"), ledger.get("b"), ledger.get("torn")) == (1, 2, None)
    with Ledger.open(path) as ledger:
        assert (ledger.get("a"), ledger.get("b")) == (1, 2)


def test_what_another_put_is_found_on_a_miss(path):
    with Ledger.open(path) as one, Ledger.open(path) as other:
        assert one.get("a") is None
        other.put("a", [1])
        assert one.get("a") == [1]


def test_processes_that_write_at_once_lose_nothing(path):
    program = (
        "import sys; from pathlib import Path; from hone.ledger import Ledger\n"
        "with Ledger.open(Path(sys.argv[1])) as ledger:\n"
        "    for i in range(300): ledger.put(f'{sys.argv[2]}{i}', [sys.argv[2] * (i * 37 % 9000), i])\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", program, path, name]) for name in "xyz"]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    with Ledger.open(path) as ledger:
        for name in "xyz":
            assert all(ledger.get(f"{name}{i}") == [name * (i * 37 % 9000), i] for i in range(300))
    assert len(path.read_bytes().splitlines()) == 900


def test_what_is_no_json_is_refused_and_leaves_no_trace(path):
    with Ledger.open(path) as ledger:
        with pytest.raises(TypeError):
            ledger.put("a", {1, 2})
        assert path.read_bytes() == b""


def test_a_key_is_of_content_and_not_of_the_order_of_fields():
    assert content_key({"a": 1, "b": 2}, "x") == content_key({"b": 2, "a": 1}, "x")
    assert len({content_key(1), content_key("1"), content_key(1.0), content_key([1]), content_key(1, None)}) == 5

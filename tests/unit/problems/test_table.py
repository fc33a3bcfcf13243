import dataclasses
import io
import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hone.core.config import SamplesParams
from hone.core.errors import UserError
from hone.core.records import Problem
from hone.problems import iter_problems, read_problems, sample, table, write_problems
from hone.problems.parquet import open_parquet

FOOTER = 1 << 16  # what a reader takes of a file's end to find the footer


def problem(number: int, **changes: str) -> Problem:
    noise = random.Random(number).randbytes(10_000).hex()
    plain = Problem(
        id=f"p/{number:03}",
        title=f"problem {number}",
        statement=f"Do {number}.",
        entry_point="solve",
        starter_code="def solve(x):\n",
        solution=f"def solve(x):\n    return {number}\n",
        tests=noise,
        difficulty=("easy", "medium", "hard")[number % 3],
        source="test",
        date="",
    )
    return dataclasses.replace(plain, **changes)


class Counted(io.FileIO):
    """A file that remembers which bytes were asked of it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.reads: list[tuple[int, int]] = []

    def read(self, size: int = -1) -> bytes:
        start = self.tell()
        data = super().read(size)
        self.reads.append((start, start + len(data)))
        return data

    def touched(self) -> set[tuple[int, str]]:
        """(row group, column) of each column chunk that something was read of, but for the footer's read."""
        metadata = pq.read_metadata(self.name)
        reads = [(a, b) for a, b in self.reads if b > a and a < Path(self.name).stat().st_size - FOOTER]
        return {
            (group, chunk.path_in_schema)
            for group in range(metadata.num_row_groups)
            for chunk in map(metadata.row_group(group).column, range(metadata.num_columns))
            for start in [chunk.dictionary_page_offset or chunk.data_page_offset]
            if any(a < start + chunk.total_compressed_size and start < b for a, b in reads)
        }


@pytest.fixture
def many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """200 problems in 20 row groups."""
    monkeypatch.setattr(table, "GROUP_ROWS", 10)
    path = tmp_path / "problems.parquet"
    assert write_problems(path, map(problem, range(200))) == 200
    assert pq.read_metadata(path).num_row_groups == 20
    return path


def test_problems_come_back_as_they_were_written(many: Path) -> None:
    assert read_problems(many) == [problem(number) for number in range(200)]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=20))
def test_any_text_survives_the_round_trip(texts: list[str]) -> None:
    problems = [problem(n, statement=text, tests=text, title=text) for n, text in enumerate(texts)]
    with TemporaryDirectory() as folder:
        path = Path(folder, "problems.parquet")
        write_problems(path, problems)
        assert read_problems(path) == problems


def test_equal_problems_give_equal_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_problems(tmp_path / name, map(problem, range(30)))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_row_groups_are_cut_by_text_as_well_as_by_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "GROUP_CHARS", 50_000)
    write_problems(tmp_path / "p", map(problem, range(12)))
    rows = [pq.read_metadata(tmp_path / "p").row_group(group).num_rows for group in range(4)]
    assert rows == [3, 3, 3, 3]


def test_a_repeated_id_is_named_and_nothing_is_left_behind(tmp_path: Path) -> None:
    path = tmp_path / "problems.parquet"
    write_problems(path, [problem(1)])
    with pytest.raises(UserError, match="p/002: expected ids that are unique"):
        write_problems(path, [problem(2), problem(2)])
    assert read_problems(path) == [problem(1)]
    assert [file.name for file in tmp_path.iterdir()] == ["problems.parquet"]


def test_half_a_character_is_named_with_its_problem(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="problem p/002: expected text, found half a character"):
        write_problems(tmp_path / "p", [problem(1), problem(2, tests="\ud800")])


def test_a_source_that_fails_half_way_leaves_the_earlier_file(tmp_path: Path) -> None:
    def failing() -> object:
        yield problem(2)
        raise UserError("row 1: bad")

    path = tmp_path / "problems.parquet"
    write_problems(path, [problem(1)])
    with pytest.raises(UserError, match="row 1: bad"):
        write_problems(path, failing())
    assert read_problems(path) == [problem(1)]


def test_sampling_reads_no_tests_but_those_of_picked_row_groups(many: Path) -> None:
    source = Counted(many)
    picked = sample(source, SamplesParams(n=3, seed=5))
    groups = {int(p.id.removeprefix("p/")) // 10 for p in picked}
    touched = source.touched()
    assert {group for group, column in touched if column == "tests"} <= groups
    assert {column for group, column in touched if group not in groups} == {
        "id",
        "difficulty",
        "statement",
        "solution",
    }
    assert sum(b - a for a, b in source.reads) < many.stat().st_size / 3


def test_reading_some_row_groups_touches_no_other(many: Path) -> None:
    source = Counted(many)
    assert [p.id for p in iter_problems(source, [2, 7])] == [f"p/{n:03}" for n in [*range(20, 30), *range(70, 80)]]
    assert {group for group, _ in source.touched()} == {2, 7}


def test_opening_a_file_reads_its_footer_only(many: Path) -> None:
    source = Counted(many)
    open_parquet(source)
    assert source.touched() == set()


def test_a_missing_file_is_one_message(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"none\.parquet: expected a parquet file, found nothing there"):
        read_problems(tmp_path / "none.parquet")
    with pytest.raises(UserError, match="found a folder there"):
        read_problems(tmp_path)


@pytest.mark.parametrize("keep", [0, 3, 5_000, -1])
def test_a_truncated_file_is_one_message(many: Path, keep: int) -> None:
    many.write_bytes(many.read_bytes()[:keep])
    with pytest.raises(UserError, match=r"problems\.parquet: expected a parquet file") as caught:
        read_problems(many)
    assert "\n" not in str(caught.value)


def test_damage_inside_a_file_names_the_row_group(many: Path) -> None:
    data = bytearray(many.read_bytes())
    chunk = pq.read_metadata(many).row_group(4).column(table.COLUMNS.index("tests"))
    start = chunk.dictionary_page_offset or chunk.data_page_offset
    data[start : start + 2000] = bytes(2000)
    many.write_bytes(bytes(data))
    with pytest.raises(UserError, match=r"problems\.parquet: row group 4 \(from row 40\) cannot be read"):
        read_problems(many)


def test_missing_columns_are_shown_with_what_was_expected_and_found(tmp_path: Path) -> None:
    pq.write_table(pa.table({"id": ["a"], "statement": ["b"]}), tmp_path / "odd.parquet")
    with pytest.raises(UserError) as caught:
        read_problems(tmp_path / "odd.parquet")
    message = str(caught.value)
    assert "odd.parquet: expected columns id, title, statement" in message
    assert "found id, statement; missing title, entry_point" in message


def test_a_column_of_another_type_is_named(tmp_path: Path) -> None:
    pq.write_table(pa.table({name: [1] for name in table.COLUMNS}), tmp_path / "odd.parquet")
    with pytest.raises(UserError, match=r"odd\.parquet: column id: expected text, found int64"):
        read_problems(tmp_path / "odd.parquet")


def test_an_empty_field_names_its_row_and_column(tmp_path: Path) -> None:
    columns: dict[str, list[str | None]] = {name: ["x", "y"] for name in table.COLUMNS}
    pq.write_table(pa.table(columns | {"tests": ["x", None]}), tmp_path / "odd.parquet")
    with pytest.raises(UserError, match=r"odd\.parquet: row 1: expected text in tests, found nothing"):
        read_problems(tmp_path / "odd.parquet")

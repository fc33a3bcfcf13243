import base64
import json
import os
import pickle
import zlib
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hone.core.config import ProblemsParams
from hone.core.errors import UserError
from hone.problems import livecodebench, load
from hone.problems.livecodebench import COLUMNS, packed_text
from hone.runners import Sandbox, Tests

STDIN = {"input": "1 2\n", "output": "3\n", "testtype": "stdin"}
CALL = {"input": '[1, 2]\n"a"', "output": "3", "testtype": "functional"}
METHOD = "class Solution:\n    def total(self, nums: List[int], name: str) -> int:\n        "


def packed(value: Any, protocol: int = pickle.DEFAULT_PROTOCOL) -> str:
    return base64.b64encode(zlib.compress(pickle.dumps(value, protocol=protocol))).decode()


def row(**changes: Any) -> dict[str, Any]:
    plain = {
        "question_title": "Sum",
        "question_content": "Print the sum of two numbers.",
        "platform": "atcoder",
        "question_id": "abc301_a",
        "contest_id": "abc301",
        "contest_date": "2023-05-13T00:00:00",
        "starter_code": "",
        "difficulty": "easy",
        "public_test_cases": json.dumps([STDIN]),
        "private_test_cases": packed(json.dumps([STDIN | {"input": "2 2\n", "output": "4\n"}])),
        "metadata": "{}",
    }
    return plain | changes


def file_of(folder: Path, *rows: dict[str, Any]) -> ProblemsParams:
    pq.write_table(pa.Table.from_pylist(list(rows)), folder / "lcb.parquet")
    return ProblemsParams(source="livecodebench", path=str(folder / "lcb.parquet"))


def test_a_program_that_reads_stdin(tmp_path: Path) -> None:
    (problem,) = load(file_of(tmp_path, row()))
    assert (problem.id, problem.title, problem.source) == ("livecodebench/abc301_a", "Sum", "livecodebench")
    assert (problem.entry_point, problem.solution, problem.date) == ("", "", "2023-05-13T00:00:00")
    assert [(case.stdin, case.stdout) for case in Tests.parse(problem.tests).cases] == [
        ("1 2\n", "3\n"),
        ("2 2\n", "4\n"),
    ]


def test_a_method_is_called_with_one_json_argument_a_line(tmp_path: Path) -> None:
    functional = row(
        starter_code=METHOD,
        metadata='{"func_name": "total"}',
        public_test_cases=json.dumps([CALL]),
        private_test_cases=json.dumps([CALL | {"output": "4"}]),
    )
    (problem,) = load(file_of(tmp_path, functional))
    tests = Tests.parse(problem.tests)
    assert problem.entry_point == tests.entry == "Solution.total"
    assert [(list(case.args), case.expected) for case in tests.cases] == [
        ([[1, 2], "a"], 3),
        ([[1, 2], "a"], 4),
    ]


def test_programs_of_both_kinds_are_judged_by_the_tests(tmp_path: Path) -> None:
    functional = row(
        question_id="2",
        starter_code=METHOD,
        metadata="{}",
        private_test_cases="",
        public_test_cases=json.dumps([CALL]),
    )
    stdin, method = (Tests.parse(problem.tests) for problem in load(file_of(tmp_path, row(), functional)))
    good = "class Solution:\n    def total(self, nums, name):\n        return sum(nums)\n"
    with Sandbox(workers=1) as runner:
        verdicts = runner.verdicts(
            [
                ("print(sum(map(int, input().split())))", stdin),
                ("print(3)", stdin),
                (good, method),
                (good.replace("sum", "len"), method),
            ]
        )
    assert [verdict.passed for verdict in verdicts] == [True, False, True, False]


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(0, pickle.HIGHEST_PROTOCOL))
def test_a_pickled_text_comes_out_whatever_the_protocol(text: str, protocol: int) -> None:
    assert packed_text(packed(text, protocol)) == text


class Trap:
    """Unpickled, it would make a folder."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("sprung",)


@pytest.mark.parametrize(
    "value", [Trap(), [Trap()], ["[]"], {"a": 1}, b"bytes", 7, None, ("a", "b"), datetime(2024, 1, 1)]
)
@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_any_other_pickle_is_refused_and_never_run(
    value: Any, protocol: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    with pytest.raises(UserError, match=r"lcb\.parquet: row 1 \(evil\): private_test_cases: expected JSON, or base64"):
        list(
            load(
                file_of(
                    tmp_path / "data",
                    row(),
                    row(question_id="evil", private_test_cases=packed(value, protocol)),
                )
            )
        )
    assert not (tmp_path / "sprung").exists()


@given(st.binary(max_size=200))
def test_no_bytes_at_all_can_do_more_than_be_refused(data: bytes) -> None:
    with suppress(ValueError):
        assert isinstance(packed_text(base64.b64encode(zlib.compress(data)).decode()), str)


def test_a_small_text_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(livecodebench, "MAX_TEST_BYTES", 10_000)
    with pytest.raises(UserError, match="more than 10000 bytes"):
        list(load(file_of(tmp_path, row(private_test_cases=packed("x" * 100_000)))))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"public_test_cases": "[]", "private_test_cases": None},
            "at least one public or private test case, found none",
        ),
        ({"public_test_cases": "[{]"}, "public_test_cases: expected JSON"),
        ({"public_test_cases": '["a"]'}, "public_test_cases: case 0: expected texts input, output, testtype"),
        ({"public_test_cases": "[" * 100_000}, "public_test_cases: expected JSON"),
        ({"private_test_cases": "%%%"}, "private_test_cases: expected JSON, or base64"),
        ({"private_test_cases": packed("[]")[:-8]}, "private_test_cases: expected JSON, or base64"),
        ({"private_test_cases": packed("7")}, "private_test_cases: expected a list of cases, found 7"),
        (
            {"public_test_cases": json.dumps([CALL]), "metadata": "{}"},
            "one for all cases, found functional, stdin",
        ),
        ({"difficulty": "brutal"}, "difficulty: expected easy, medium, hard or nothing, found 'brutal'"),
        ({"question_content": None}, "question_content: expected text, found None"),
        ({"contest_date": "yesterday"}, "expected a date in ISO 8601, found 'yesterday'"),
    ],
)
def test_a_bad_row_is_one_message_with_file_and_id(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError) as caught:
        list(load(file_of(tmp_path, row(question_id="first"), row(question_id="bad") | changes)))
    assert "lcb.parquet: row 1 (bad): " in str(caught.value)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"metadata": "{}"}, "metadata: expected func_name for functional tests, found ''"),
        ({"metadata": "{"}, "metadata: expected a JSON object"),
        (
            {"metadata": '{"func_name": "os.system"}'},
            "expected func_name for functional tests, found 'os.system'",
        ),
        ({"public_test_cases": json.dumps([CALL | {"input": "nope"}])}, "expected a JSON argument a line"),
    ],
)
def test_a_bad_functional_row_is_one_message(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    functional = row(metadata='{"func_name": "f"}', public_test_cases=json.dumps([CALL]), private_test_cases="")
    with pytest.raises(UserError) as caught:
        list(load(file_of(tmp_path, functional | changes)))
    assert message in str(caught.value)


def test_a_file_without_the_published_columns_shows_both(tmp_path: Path) -> None:
    params = file_of(tmp_path, {"question_id": "1", "prompt": "x"})
    with pytest.raises(UserError, match=r"expected columns question_title, .*; found question_id, prompt; missing"):
        list(load(params))


def test_a_source_without_a_path_is_told() -> None:
    with pytest.raises(UserError, match=r"problems\.path: expected a path for source livecodebench"):
        load(ProblemsParams(source="livecodebench"))


def test_columns_that_nobody_asked_for_are_not_read(tmp_path: Path) -> None:
    rows = [row(question_id=str(number)) | {"huge": os.urandom(50_000).hex()} for number in range(20)]
    path = Path(file_of(tmp_path, *rows).path)
    before = path.read_bytes()
    chunk = pq.read_metadata(path).row_group(0).column(len(COLUMNS))
    start = chunk.dictionary_page_offset or chunk.data_page_offset
    end = start + chunk.total_compressed_size
    path.write_bytes(before[:start] + bytes(end - start) + before[end:])  # unreadable, if it were read
    assert len(list(livecodebench.load(path))) == 20


# livebench


def live(**changes: Any) -> dict[str, Any]:
    return {
        "question_id": "0daa7ca3",
        "question_title": "total",
        "turns": [f"### Instructions: Complete the method.\n{METHOD}"],
        "public_test_cases": json.dumps([CALL]),
    } | changes


def live_file(folder: Path, *rows: dict[str, Any]) -> ProblemsParams:
    pq.write_table(pa.Table.from_pylist(list(rows)), folder / "live.parquet")
    return ProblemsParams(source="livebench", path=str(folder / "live.parquet"))


def test_livebench_takes_what_its_nested_original_says(tmp_path: Path) -> None:
    original = {
        "starter_code": METHOD,
        "difficulty": "hard",
        "metadata": {"func_name": "total"},
        "platform": "leetcode",
    }
    params = live_file(tmp_path, live(original_json=original, release_date=datetime(2023, 8, 1)))
    (problem,) = load(params)
    assert problem.id == "livebench/0daa7ca3"
    assert problem.statement.startswith("### Instructions")
    assert (problem.entry_point, problem.difficulty, problem.starter_code) == (
        "Solution.total",
        "hard",
        METHOD,
    )
    assert problem.date == "2023-08-01T00:00:00"
    assert len(Tests.parse(problem.tests).cases) == 1


def test_livebench_finds_the_function_in_the_prompt_when_no_column_names_it(tmp_path: Path) -> None:
    (problem,) = load(live_file(tmp_path, live()))
    assert (problem.entry_point, problem.difficulty, problem.date) == ("Solution.total", "", "")


def test_livebench_without_tests_is_one_message(tmp_path: Path) -> None:
    bare = live()
    del bare["public_test_cases"]
    with pytest.raises(UserError, match=r"live\.parquet: expected public_test_cases or private_test_cases, found"):
        list(load(live_file(tmp_path, bare)))


def test_livebench_without_turns_is_one_message(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"live\.parquet: row 0 \(0daa7ca3\): turns: expected a list"):
        list(load(live_file(tmp_path, live(turns=[]))))

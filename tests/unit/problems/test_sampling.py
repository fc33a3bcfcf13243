from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hone.core.config import SamplesParams
from hone.core.errors import UserError
from hone.problems.sampling import Candidate, pick, quotas

DIFFICULTIES = ("easy", "medium", "hard", "")

candidates = st.lists(
    st.builds(Candidate, st.text(max_size=6), st.sampled_from(DIFFICULTIES), st.integers(0, 300)),
    min_size=1,
    max_size=60,
    unique_by=lambda candidate: candidate.id,
)
seeds = st.integers(0, 5)


def asked(data: st.DataObject, of: list[Candidate], max_chars: int = 1000) -> SamplesParams:
    left = sum(candidate.chars <= max_chars for candidate in of)
    assume(left)
    return SamplesParams(n=data.draw(st.integers(1, left)), seed=data.draw(seeds), max_chars=max_chars)


@given(candidates, st.integers(1, 300), st.data())
def test_exactly_n_are_picked_and_none_is_too_long(of: list[Candidate], max_chars: int, data: st.DataObject) -> None:
    params = asked(data, of, max_chars)
    picked = pick(of, params)
    assert len(picked) == params.n
    assert picked <= {candidate.id for candidate in of if candidate.chars <= max_chars}


@given(candidates, st.data())
def test_each_difficulty_has_its_share_to_within_one(of: list[Candidate], data: st.DataObject) -> None:
    params = asked(data, of)
    picked = pick(of, params)
    sizes = Counter(candidate.difficulty for candidate in of)
    got = Counter(candidate.difficulty for candidate in of if candidate.id in picked)
    for difficulty, size in sizes.items():
        assert abs(got[difficulty] - Fraction(params.n * size, len(of))) < 1


@given(candidates, st.randoms(use_true_random=False), st.data())
def test_the_order_of_the_problems_does_not_matter(of: list[Candidate], random: object, data: st.DataObject) -> None:
    params = asked(data, of)
    shuffled = list(of)
    random.shuffle(shuffled)
    assert pick(of, params) == pick(shuffled, params)


@given(candidates, st.data())
def test_one_more_problem_moves_few_picks(of: list[Candidate], data: st.DataObject) -> None:
    assume(len(of) > 1)
    params = asked(data, of[:-1])
    before, after = pick(of[:-1], params), pick(of, params)
    # A stratum's share moves by less than one, and rounding by less than one on either side.
    assert len(before - after) <= 2 * len({candidate.difficulty for candidate in of})


@given(candidates, st.data())
def test_within_one_difficulty_a_new_problem_displaces_at_most_one(of: list[Candidate], data: st.DataObject) -> None:
    alike = [Candidate(candidate.id, "easy", candidate.chars) for candidate in of]
    assume(len(alike) > 1)
    params = asked(data, alike[:-1])
    before, after = pick(alike[:-1], params), pick(alike, params)
    assert len(before - after) <= 1
    assert after - before <= {alike[-1].id}


@given(candidates, st.data())
def test_within_one_difficulty_a_larger_sample_holds_the_smaller(of: list[Candidate], data: st.DataObject) -> None:
    alike = [Candidate(candidate.id, "easy", candidate.chars) for candidate in of]
    params = asked(data, alike)
    assume(params.n < len(alike))
    assert pick(alike, params) < pick(alike, params.model_copy(update={"n": params.n + 1}))


@given(st.dictionaries(st.text(max_size=3), st.integers(1, 10**6), min_size=1, max_size=6), st.data())
def test_quotas_add_up_and_ask_for_no_more_than_there_is(sizes: dict[str, int], data: st.DataObject) -> None:
    n = data.draw(st.integers(0, sum(sizes.values())))
    shares = quotas(sizes, n)
    assert sum(shares.values()) == n
    assert all(0 <= shares[name] <= size for name, size in sizes.items())


def test_another_seed_picks_others() -> None:
    of = [Candidate(str(number), "easy", 1) for number in range(1000)]
    first, second = (pick(of, SamplesParams(n=100, seed=seed)) for seed in (1, 2))
    assert len(first & second) < 30


def test_a_pick_is_the_same_on_every_machine() -> None:
    of = [Candidate(f"p{number}", DIFFICULTIES[number % 3], 1) for number in range(30)]
    assert sorted(pick(of, SamplesParams(n=5, seed=17))) == ["p17", "p21", "p4", "p8", "p9"]


def test_too_few_problems_are_told_with_numbers() -> None:
    of = [Candidate(str(number), "easy", 10 * number) for number in range(10)]
    with pytest.raises(UserError, match=r"expected at most 4, found 6: of 10 problems 4 have at most 30 char"):
        pick(of, SamplesParams(n=6, max_chars=30))


def test_an_empty_file_of_problems_is_told_too(tmp_path: Path) -> None:
    from hone.problems import sample, write_problems

    write_problems(tmp_path / "none.parquet", [])
    with pytest.raises(UserError, match=r"none\.parquet: samples\.n: expected at most 0, found 2"):
        sample(tmp_path / "none.parquet", SamplesParams(n=2))

"""Splits are by problem, balanced, free of duplicates and of shared text."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hone.core.config import DatasetParams
from hone.core.errors import UserError
from hone.core.records import Message, Row
from hone.dataset import SPLITS, assign, balanced, described, normalised, without_duplicates, without_overlaps

LABELS = ("A", "B")


def sizes(train=4, val=2, test=2, **more):
    splits = {"train": train, "val": val, "test": test}
    return DatasetParams.model_validate({k: {"rows": n, "per_problem": 2} for k, n in splits.items()} | more)


def row(name, split="train", label="A", problem="p", text=None):
    messages = (Message("user", text or f"request {name}"), Message("assistant", "yes"))
    return Row(name, problem, split, label, messages, {"style": "s"})


@given(st.sets(st.text(min_size=1), min_size=1), st.integers())
def test_every_problem_is_in_exactly_one_split_whatever_the_order(names, seed):
    params = sizes(seed=seed)
    found = assign(dict.fromkeys(sorted(names), ""), params)
    assert found == assign(dict.fromkeys(sorted(names, reverse=True), ""), params)
    assert found.keys() == names
    assert set(found.values()) <= set(SPLITS)


def test_every_stratum_is_divided_alike():
    strata = {f"{stratum}{number}": stratum for stratum in "abc" for number in range(40)}
    found = assign(strata, sizes())
    shares = [Counter(found[name] for name in strata if strata[name] == stratum) for stratum in "abc"]
    assert shares[0] == shares[1] == shares[2]
    assert min(shares[0][split] for split in SPLITS) > 0


@given(st.lists(st.tuples(st.sampled_from(SPLITS), st.sampled_from(LABELS), st.integers(0, 9)), max_size=120))
def test_splits_are_exactly_balanced_or_the_shortage_is_told(drafts):
    rows = [row(f"r{i}", split, label, f"{split}{p}") for i, (split, label, p) in enumerate(drafts)]
    try:
        found = balanced(rows, sizes(), LABELS)
    except UserError:
        return
    for split, wanted in zip(SPLITS, (4, 2, 2), strict=True):
        kept = found[split]
        assert len(kept) == wanted
        assert {r.split for r in kept} == {split}
        assert sum(r.label == "A" for r in kept) * 2 == wanted
        assert max(sum(r.problem_id == p.problem_id for r in kept) for p in kept) <= 2


def test_a_prompt_that_differs_in_case_and_spacing_is_a_duplicate():
    kept, dropped = without_duplicates([row("1", text="Fix  THIS!"), row("2", text="fix this")])
    assert [r.id for r in kept] == ["1"]
    assert [r.id for r in dropped] == ["2"]


def test_train_gives_way_to_test_when_they_share_text():
    shared = "one two three four five six"
    rows = [row("1", text=f"{shared} seven"), row("2", "test", text=f"zero {shared}"), row("3", text="one two")]
    kept, overlaps = without_overlaps(rows, ngram=6)
    assert {r.id for r in kept} == {"2", "3"}
    assert [(o.row_id, o.other_id, o.text) for o in overlaps] == [("1", "2", shared)]


def test_an_odd_number_of_rows_cannot_be_balanced_and_says_so():
    with pytest.raises(UserError, match=r"dataset\.train\.rows: expected a multiple of 2, found 3"):
        balanced([], sizes(train=3), LABELS)


def test_every_draft_is_accounted_for():
    rows = [
        row(f"r{i}", split, label, f"{split}{i}")
        for i, (split, label) in enumerate([(s, label) for s in SPLITS for label in LABELS] * 3)
    ]
    splits = balanced(rows, sizes(), LABELS)
    found = described([*rows, row("bad")], splits, {"fix_fails": 1})
    assert found["kept"] + sum(found["reasons"].values()) == found["drafted"] == 19


def test_normalising_keeps_words_alone():
    assert normalised("A, b\n C!") == "a b c"

"""Laws of q's verbs, on values of all kinds, and what Python reckons of the same values by its own means."""

import bisect
import fnmatch
import itertools
import math
import string
from datetime import date, timedelta

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from qsubset import Session

SESSION = Session()
INFINITE = (1 << 63) - 1

# Values as q source


def long_text(number):
    return {None: "0N", INFINITE: "0W", -INFINITE: "-0W"}.get(number) or str(number)


def float_text(number):
    if number != number:
        return "0n"
    if abs(number) == math.inf:
        return "0w" if number > 0 else "-0w"
    return repr(number) if "e" in repr(number) or "." in repr(number) else repr(number) + "f"


def char_text(char):
    return {'"': '\\"', "\\": "\\\\"}.get(char, char)


def text(chars):
    """A string, never one character."""
    quoted = '"' + "".join(map(char_text, chars)) + '"'
    return f"(enlist {quoted})" if len(chars) == 1 else quoted


def date_text(day):
    return f"{day:%Y.%m.%d}" if day else "0Nd"


def vector(texts, empty, joint=" "):
    """Atoms as the list of their kind."""
    if not texts:
        return f"({empty})"
    return f"(enlist {texts[0]})" if len(texts) == 1 else f"({joint.join(texts)})"


def longs_text(numbers):
    return vector([long_text(number) for number in numbers], "0#0")


def floats_text(numbers):
    return vector([float_text(number) for number in numbers], "0#0f")


def booleans_text(truths):
    return vector([str(int(truth)) for truth in truths], "0#0b", "").replace(")", "b)") if truths else "(0#0b)"


def symbols_text(names):
    return vector([f"`{name}" for name in names], "0#`", "")


def dates_text(days):
    return vector([date_text(day) for day in days], "0#0Nd")


SMALL = st.integers(-20, 20)
LONG = SMALL | st.integers(-(1 << 62), 1 << 62) | st.sampled_from([None, INFINITE, -INFINITE])
MODEST = SMALL | st.integers(-(1 << 58), 1 << 58)  # a few of them add up to no null
KNOWN = SMALL | st.integers(-(1 << 62), 1 << 62)  # no nulls, no infinities
FLOAT = st.floats(width=32, allow_subnormal=False) | st.integers(-9, 9).map(lambda number: number / 4)
SOLID = st.floats(-1e6, 1e6, allow_subnormal=False)
CHARS = st.text(string.ascii_letters + string.digits + ' ,.-_"\\!', max_size=12)
NAME = st.text("abcxyz", max_size=2)
DAY = st.dates(date(1710, 1, 1), date(2290, 12, 31))

LONGS, FLOATS = st.lists(LONG, max_size=8), st.lists(FLOAT, max_size=8)
VECTOR = st.one_of(
    LONGS.map(longs_text), FLOATS.map(floats_text), st.lists(st.booleans(), max_size=8).map(booleans_text),
    CHARS.map(text), st.lists(NAME, max_size=6).map(symbols_text), st.lists(DAY | st.none(), max_size=6).map(dates_text),
)  # fmt: skip
ATOM = st.one_of(LONG.map(long_text), FLOAT.map(float_text), NAME.map(lambda name: f"`{name}"), DAY.map(date_text),
                 st.booleans().map(lambda truth: "01"[truth] + "b"))  # fmt: skip
NESTED = st.recursive(
    ATOM | VECTOR,
    lambda inner: st.lists(inner, min_size=2, max_size=4).map(lambda parts: f"({';'.join(parts)})"),
    max_leaves=8,
)
MIXED = st.lists(NESTED, min_size=2, max_size=5).map(lambda parts: f"({';'.join(parts)})")
LIST = VECTOR | MIXED


@st.composite
def dictionaries(draw):
    names = draw(st.lists(st.text("abc", min_size=1, max_size=3), min_size=2, max_size=4, unique=True))
    values = draw(st.lists(NESTED, min_size=len(names), max_size=len(names)))
    return f"({symbols_text(names)}!({';'.join(values)}))"


# What q says of them


def q(line):
    return SESSION.repl(line).removesuffix("\n")


def is_empty(literal):
    return literal.startswith("(0#") or literal == '""'


def told(expression):
    """The text of the value on one line however long."""
    return q(f"-1 .Q.s1 {expression};")


def holds(law, **values):
    """Fails unless the law is true of the values."""
    for name, literal in values.items():
        assert q(f"{name}:{literal}") == "", (name, literal, q(f"{name}:{literal}"))
    found = q(law)
    assert found == "1b", (law, values, found, [told(side) for side in law.split("~")])


def wrapped(number):
    """In 64 bits, of which the smallest is the null."""
    number = (number + (1 << 63)) % (1 << 64) - (1 << 63)
    return None if number == -(1 << 63) else number


def shown_longs(numbers):
    """What q prints of longs."""
    if not numbers:
        return "`long$()"
    return ("," if len(numbers) == 1 else "") + " ".join(map(long_text, numbers))


def shown_booleans(truths):
    if not truths:
        return "`boolean$()"
    return ("," if len(truths) == 1 else "") + "".join(str(int(truth)) for truth in truths) + "b"


# Lists


@given(LIST | dictionaries())
def test_reversing_twice_changes_nothing(x):
    holds("(reverse reverse x)~x", x=x)


@given(st.integers(0, 300))
def test_til_counts_as_far_as_it_is_told(n):
    holds("n=count til n", n=str(n))
    assert told(f"til {n}") == shown_longs(list(range(n)))


@given(LIST, st.integers(1, 5))
def test_what_was_cut_is_razed_to_itself(x, n):
    assume(not is_empty(x))  # nothing would be left that could tell its kind
    holds("x~raze n cut x", x=x, n=str(n))


@given(LIST, st.integers(-12, 12))
def test_the_two_sides_of_a_cut_make_the_list(x, n):
    n = min(abs(n), int(q(f"count {x}")))
    holds("x~(n sublist x),n _ x", x=x, n=str(n))
    holds("x~((neg n)_x),(neg n)sublist x", x=x, n=str(n))


@given(LIST, LIST)
def test_a_join_counts_as_many_as_both(x, y):
    assume(not is_empty(x) and not is_empty(y))  # what kind is left of the empty ones is another matter
    holds("(count x,y)~(count x)+count y", x=x, y=y)
    holds("x~(count x)#x,y", x=x, y=y)


@given(LIST, st.integers(-12, 12))
def test_rotating_back_changes_nothing(x, n):
    holds("x~(neg n)rotate n rotate x", x=x, n=str(n))


@given(LONGS, st.integers(-20, 20))
def test_take_goes_round_and_round(numbers, n):
    assume(numbers)
    places = range(n) if n >= 0 else range(n, 0)
    assert told(f"{n}#{longs_text(numbers)}") == shown_longs([numbers[i % len(numbers)] for i in places])


@given(st.integers(1, 4), st.integers(1, 4), st.data())
def test_flipping_twice_changes_nothing(rows, columns, data):
    row = st.lists(LONG, min_size=columns, max_size=columns).map(longs_text)
    matrix = data.draw(st.lists(row, min_size=rows, max_size=rows))
    whole = f"({';'.join(matrix)})" if rows > 1 else f"(enlist {matrix[0]})"
    holds("x~flip flip x", x=whole)
    holds("(count first x)=count flip x", x=whole)


@given(st.lists(MODEST, min_size=1, max_size=8))
def test_deltas_undo_sums_and_sums_undo_deltas(numbers):
    holds("x~deltas sums x", x=longs_text(numbers))
    holds("x~sums deltas x", x=longs_text(numbers))


@given(st.lists(st.booleans(), max_size=12))
def test_where_is_where_it_is_true(truths):
    assert told(f"where {booleans_text(truths)}") == shown_longs([i for i, truth in enumerate(truths) if truth])


@given(st.lists(st.integers(0, 4), min_size=1, max_size=8))
def test_where_of_numbers_repeats_each_place(numbers):
    expected = [i for i, many in enumerate(numbers) for _ in range(many)]
    assert told(f"where {longs_text(numbers)}") == shown_longs(expected)


@given(LIST)
def test_next_and_prev_shift_by_one(x):
    holds("(1_x)~-1_next x", x=x)
    holds("(-1_x)~1_prev x", x=x)


@given(LIST, st.data())
def test_an_index_finds_what_first_finds_after_a_drop(x, data):
    i = data.draw(st.integers(0, 12))
    holds("(i>=count x)|(x i)~first i _ x", x=x, i=str(i))


@given(st.lists(LONG, min_size=2, max_size=8), st.data())
def test_amending_changes_one_place_only(numbers, data):
    i, new = data.draw(st.integers(0, len(numbers) - 1)), data.draw(LONG)
    changed = [*numbers[:i], new, *numbers[i + 1 :]]
    assert told(f"@[{longs_text(numbers)};{i};:;{long_text(new)}]") == shown_longs(changed)
    q(f"x:{longs_text(numbers)}")
    q(f"x[{i}]:{long_text(new)}")
    assert told("x") == shown_longs(changed)


@given(MIXED)
def test_each_of_the_identity_changes_nothing(x):
    holds("x~(::)each x", x=x)
    holds("(count each x)~{count x}each x", x=x)


# Order


@given(VECTOR)
def test_sorting_by_the_grade_is_sorting(x):
    holds("(asc x)~x iasc x", x=x)
    holds("(desc x)~x idesc x", x=x)
    holds("(desc x)~reverse asc x", x=x)
    holds("(asc iasc x)~til count x", x=x)
    holds("(rank x)~iasc iasc x", x=x)


@given(LIST, st.integers(0, 3))
def test_nothing_is_left_when_more_is_dropped_than_there_is(x, more):
    holds("0=count((count x)+n)_x", x=x, n=str(more))
    holds("0=count(neg(count x)+n)_x", x=x, n=str(more))
    holds("0=count 0#x", x=x)


@given(LONGS)
def test_nulls_and_the_smallest_sort_first(numbers):
    ordered = sorted(numbers, key=lambda number: -(1 << 63) if number is None else number)
    assert told(f"asc {longs_text(numbers)}").removeprefix("`s#") == shown_longs(ordered)


@given(st.lists(SMALL, max_size=12))
def test_equal_items_keep_their_order_in_both_grades(numbers):
    up = sorted(range(len(numbers)), key=lambda i: numbers[i])
    down = sorted(range(len(numbers)), key=lambda i: -numbers[i])
    assert told(f"iasc {longs_text(numbers)}") == shown_longs(up)
    assert told(f"idesc {longs_text(numbers)}") == shown_longs(down)


@given(st.lists(KNOWN, min_size=1, max_size=10), st.lists(KNOWN, min_size=1, max_size=6))
def test_bin_is_bisection(numbers, wanted):
    numbers = sorted(numbers)
    expected = [bisect.bisect_right(numbers, number) - 1 for number in wanted]
    assert told(f"{longs_text(numbers)} bin {longs_text(wanted)}") == shown_longs(expected)
    numbers = sorted(set(numbers))
    expected = [bisect.bisect_left(numbers, number) for number in wanted]
    assert told(f"{longs_text(numbers)} binr {longs_text(wanted)}") == shown_longs(expected)


# Sets


@given(VECTOR)
def test_groups_are_a_partition_and_point_at_their_keys(x):
    assume(not is_empty(x))
    holds("(asc raze value group x)~til count x", x=x)
    holds("(key group x)~distinct x", x=x)
    holds("all all each (key g)=x value g:group x", x=x)


@given(st.lists(SMALL, max_size=10), st.lists(SMALL, max_size=10))
def test_sets_are_as_python_makes_them_in_order(a, b):
    x, y = longs_text(a), longs_text(b)
    assert told(f"distinct {x}") == shown_longs(list(dict.fromkeys(a)))
    assert told(f"{x} except {y}") == shown_longs([number for number in a if number not in b])
    assert told(f"{x} inter {y}") == shown_longs([number for number in a if number in b])
    assert told(f"{x} union {y}") == shown_longs(list(dict.fromkeys(a + b)))
    assert told(f"{x} in {y}") == shown_booleans([number in b for number in a])
    places = [a.index(number) if number in a else len(a) for number in b]
    assert told(f"{x}?{y}") == shown_longs(places)


@given(st.lists(NAME, min_size=1, max_size=8), st.lists(NAME, min_size=1, max_size=8))
def test_sets_of_symbols_are_as_python_makes_them(a, b):
    x, y = symbols_text(a), symbols_text(b)
    holds("(distinct x)~y", x=x, y=symbols_text(list(dict.fromkeys(a))))
    holds("(x union y)~z", x=x, y=y, z=symbols_text(list(dict.fromkeys(a + b))))
    holds("(x except y)~z", x=x, y=y, z=symbols_text([name for name in a if name not in b]))
    holds("(x inter y)~z", x=x, y=y, z=symbols_text([name for name in a if name in b]))
    holds("(x?y)~z", x=x, y=y, z=longs_text([a.index(name) if name in a else len(a) for name in b]))


@given(st.lists(SMALL, max_size=10))
def test_differ_marks_each_that_is_unlike_the_one_before(numbers):
    expected = [i == 0 or numbers[i] != numbers[i - 1] for i in range(len(numbers))]
    assert told(f"differ {longs_text(numbers)}") == shown_booleans(expected)


# Tables


@given(st.lists(st.tuples(st.sampled_from("abc"), SMALL), min_size=2, max_size=8))
def test_ungrouping_what_was_grouped_is_the_table_in_order_of_its_groups(rows):
    q(f"t:([]s:{symbols_text([name for name, _ in rows])};v:{longs_text([number for _, number in rows])})")
    names = list(dict.fromkeys(name for name, _ in rows))
    ordered = [row for name in names for row in rows if row[0] == name]
    q(f"u:([]s:{symbols_text([name for name, _ in ordered])};v:{longs_text([number for _, number in ordered])})")
    holds("(`s`v xasc t)~`s`v xasc ungroup `s xgroup t")
    assert told("exec v from ungroup `s xgroup t") == shown_longs([number for _, number in ordered])


@given(st.lists(st.tuples(st.sampled_from("abc"), SMALL), min_size=2, max_size=8))
def test_a_query_by_groups_is_as_python_groups(rows):
    q(f"t:([]s:{symbols_text([name for name, _ in rows])};v:{longs_text([number for _, number in rows])})")
    names = sorted({name for name, _ in rows})
    groups = [[number for other, number in rows if other == name] for name in names]
    q("r:0!select n:count i,total:sum v,least:min v,last v by s from t")
    holds("x~exec s from r", x=symbols_text(names))
    assert told("exec n from r") == shown_longs([len(group) for group in groups])
    assert told("exec total from r") == shown_longs([sum(group) for group in groups])
    assert told("exec least from r") == shown_longs([min(group) for group in groups])
    assert told("exec v from r") == shown_longs([group[-1] for group in groups])
    assert told("exec v from t where v>0") == shown_longs([number for _, number in rows if number > 0])
    best = [number for name, number in rows if number == max(groups[names.index(name)])]
    assert told("exec v from t where v=(max;v) fby s") == shown_longs(best)


@given(st.lists(st.tuples(SMALL, SMALL), min_size=2, max_size=8))
def test_tables_and_dictionaries_of_columns_are_each_others_flip(rows):
    q(f"t:([]a:{longs_text([a for a, _ in rows])};b:{longs_text([b for _, b in rows])})")
    holds("t~flip flip t")
    holds("t~0!1!t")
    holds("t~raze enlist each t")
    holds("(t 1)~`a`b!(t[`a]1;t[`b]1)")
    ordered = sorted(rows)
    assert told("exec a from `a`b xasc t") == shown_longs([a for a, _ in ordered])
    assert told("exec b from `a`b xasc t") == shown_longs([b for _, b in ordered])


@given(st.dictionaries(st.integers(0, 6), SMALL, min_size=2), st.lists(st.integers(0, 6), min_size=2, max_size=6))
def test_left_and_inner_joins_are_lookups(known, wanted):
    q(f"k:([k:{longs_text(list(known))}]v:{longs_text(list(known.values()))})")
    q(f"t:([]k:{longs_text(wanted)})")
    assert told("exec v from t lj k") == shown_longs([known.get(key) for key in wanted])
    assert told("exec v from t ij k") == shown_longs([known[key] for key in wanted if key in known])


@given(dictionaries(), st.data())
def test_a_dictionary_gives_back_what_was_put_in(d, data):
    holds("(key[d]!value d)~d", d=d)
    holds("(value d)~d each key d", d=d)
    holds("(count d)=count key d", d=d)
    holds("d~d,d", d=d)


# Numbers and texts


@given(st.integers(1, INFINITE - 1), st.integers(2, 36))
def test_digits_make_their_number(n, base):
    digits, rest = [], n
    while rest:
        rest, digit = divmod(rest, base)
        digits.append(digit)
    assert told(f"{base} vs {n}") == shown_longs(digits[::-1])
    holds("n~b sv b vs n", n=str(n), b=str(base))


@given(LONG)
def test_bits_make_their_number(n):
    raw = -(1 << 63) if n is None else n
    assert told(f"0b vs {long_text(n)}") == f"{raw % (1 << 64):064b}b"
    holds("n~0b sv 0b vs n", n=long_text(n))
    holds("n~0x0 sv 0x0 vs n", n=long_text(n))


@given(st.integers(-(1 << 31) + 2, (1 << 31) - 2), st.integers(-(1 << 15) + 2, (1 << 15) - 2))
def test_bits_of_narrow_numbers_make_them(n, m):
    holds("n~0b sv 0b vs n", n=f"{n}i")
    holds("n~0b sv 0b vs n", n=f"{m}h")
    assert told(f"0b vs {n}i") == f"{n % (1 << 32):032b}b"


@given(LONG)
def test_a_number_is_read_from_its_text(n):
    holds('n~"J"$string n', n=long_text(n))


@given(st.integers(-(10**7), 10**7), st.integers(0, 5))
def test_a_short_decimal_is_read_from_its_text(n, places):
    assume(len(str(abs(n))) <= 7)
    holds('n~"F"$string n', n=float_text(n / 10**places))


@given(NAME)
def test_a_symbol_is_made_of_its_text(name):
    holds("s~`$string s", s=f"`{name}")


@given(st.lists(CHARS.filter(lambda chars: "," not in chars), min_size=2, max_size=5))
def test_what_was_joined_by_a_separator_is_split_by_it(pieces):
    x = f"({';'.join(map(text, pieces))})"
    holds('x~"," vs "," sv x', x=x)
    holds('y~"," sv x', x=x, y=text(",".join(pieces)))


@given(CHARS)
def test_texts_change_as_in_python(chars):
    x = text(chars)
    holds("y~upper x", x=x, y=text(chars.upper()))
    holds("y~lower x", x=x, y=text(chars.lower()))
    holds("y~trim x", x=x, y=text(chars.strip(" ")))
    holds("y~ltrim x", x=x, y=text(chars.lstrip(" ")))
    holds("y~rtrim x", x=x, y=text(chars.rstrip(" ")))
    holds("y~8$x", x=x, y=text(chars[:8].ljust(8)))
    holds("y~-8$x", x=x, y=text(chars[-8:].rjust(8)))


@given(st.text("ab.c", max_size=12), st.text("abc", min_size=1, max_size=2))
def test_ss_and_ssr_find_what_python_finds(chars, wanted):
    places, start = [], chars.find(wanted)
    while start >= 0:
        places.append(start)
        start = chars.find(wanted, start + len(wanted))
    assert told(f"{text(chars)} ss {text(wanted)}") == shown_longs(places)
    holds('y~ssr[x;z;"<>"]', x=text(chars), z=text(wanted), y=text(chars.replace(wanted, "<>")))


@given(
    st.text("ab1", max_size=6), st.text("ab1?", max_size=5), st.sampled_from(["", "left", "right", "both", "middle"])
)
def test_like_is_fnmatch_on_simple_patterns(chars, body, star):
    pattern = {"": body, "left": "*" + body, "right": body + "*", "both": f"*{body}*",
               "middle": body[: len(body) // 2] + "*" + body[len(body) // 2 :]}[star]  # fmt: skip
    assert q(f"{text(chars)} like {text(pattern)}") == f"{int(fnmatch.fnmatchcase(chars, pattern))}b"


@given(st.text("abc", min_size=2, max_size=5), st.sampled_from(["[ab]", "[^ab]", "[a-b]", "[c]"]))
def test_like_with_a_set_is_fnmatch(chars, choice):
    expected = fnmatch.fnmatchcase(chars, choice.replace("^", "!") + "*")
    assert q(f'{text(chars)} like "{choice}*"') == f"{int(expected)}b"


JSON = st.recursive(
    st.booleans().map(lambda truth: "01"[truth] + "b") | st.integers(-4000, 4000).map(lambda n: float_text(n / 4))
    | st.text(string.ascii_letters + ' "\\,{}[]:', min_size=2, max_size=8).map(text),
    lambda inner: st.lists(inner, min_size=2, max_size=4).map(lambda parts: f"({';'.join(parts)})")
    | st.dictionaries(st.text("abc", min_size=1, max_size=2), inner, min_size=2, max_size=3).map(
        lambda pairs: f"({symbols_text(list(pairs))}!({';'.join(pairs.values())}))"),
    max_leaves=8,
)  # fmt: skip


@given(JSON)
def test_values_that_json_has_come_back_from_it(x):
    holds("x~.j.k .j.j x", x=x)


# Arithmetic, against Python's


def null_or(f):
    """`f`, which is null if either argument is."""
    return lambda a, b: None if a is None or b is None else wrapped(f(a, b))


def raw(number):
    return -(1 << 63) if number is None else number


WHOLE = {
    "+": null_or(lambda a, b: a + b),
    "-": null_or(lambda a, b: a - b),
    "*": null_or(lambda a, b: a * b),
    "&": lambda a, b: min(a, b, key=raw),
    "|": lambda a, b: max(a, b, key=raw),
}
TESTS = {
    "=": lambda a, b: raw(a) == raw(b),
    "<>": lambda a, b: raw(a) != raw(b),
    "<": lambda a, b: raw(a) < raw(b),
    ">": lambda a, b: raw(a) > raw(b),
    "<=": lambda a, b: raw(a) <= raw(b),
    ">=": lambda a, b: raw(a) >= raw(b),
}


@pytest.mark.parametrize("verb", WHOLE)
@given(a=LONG, b=LONG, rest=st.lists(st.tuples(LONG, LONG), max_size=5))
@example(a=INFINITE, b=1, rest=[(-INFINITE, 1), (1 << 62, 2), (1 << 62, -2), (3037000500, 3037000500)])
def test_whole_numbers_wrap_and_nulls_stay(verb, a, b, rest):
    f = WHOLE[verb]
    assert told(f"{long_text(a)}{verb}{long_text(b)}".replace("--", "- -")) == long_text(f(a, b))
    left, right = longs_text([x for x, _ in rest]), longs_text([y for _, y in rest])
    assert told(f"{left}{verb}{right}") == shown_longs([f(x, y) for x, y in rest])
    assert told(f"({long_text(a)}){verb}{right}") == shown_longs([f(a, y) for _, y in rest])
    assert told(f"{left}{verb}({long_text(b)})") == shown_longs([f(x, b) for x, _ in rest])


@pytest.mark.parametrize("verb", TESTS)
@given(a=LONG, rest=st.lists(st.tuples(LONG, LONG), max_size=5))
def test_nulls_compare_as_the_smallest(verb, a, rest):
    f = TESTS[verb]
    left, right = longs_text([x for x, _ in rest]), longs_text([y for _, y in rest])
    assert told(f"{left}{verb}{right}") == shown_booleans([f(x, y) for x, y in rest])
    assert told(f"({long_text(a)}){verb}{right}") == shown_booleans([f(a, y) for _, y in rest])


@given(KNOWN | st.none(), st.integers(-50, 50).filter(bool))
def test_div_floors_and_mod_is_what_is_left(a, b):
    div, mod = (None, None) if a is None else divmod(a, b)
    assert told(f"{long_text(a)} div {b}") == long_text(div)
    assert told(f"{long_text(a)} mod {b}") == long_text(mod)


@given(KNOWN)
def test_div_by_zero_is_null(a):
    assert told(f"{a} div 0") == "0N"


@given(st.lists(KNOWN, min_size=1, max_size=5), st.integers(1, 50))
def test_xbar_goes_down_to_a_multiple(numbers, width):
    assert told(f"{width} xbar {longs_text(numbers)}") == shown_longs([n // width * width for n in numbers])


@given(LONGS)
def test_neg_and_abs_leave_nulls(numbers):
    assert told(f"neg {longs_text(numbers)}") == shown_longs([None if n is None else -n for n in numbers])
    assert told(f"abs {longs_text(numbers)}") == shown_longs([None if n is None else abs(n) for n in numbers])
    assert told(f"null {longs_text(numbers)}") == shown_booleans([n is None for n in numbers])


@given(st.lists(SMALL | st.none(), max_size=8))
def test_aggregates_pass_over_nulls(numbers):
    known = [number for number in numbers if number is not None]
    x = longs_text(numbers)
    assert told(f"max {x}") == long_text(max(known, default=-INFINITE))
    assert told(f"min {x}") == long_text(min(known, default=INFINITE))
    if known:
        assert told(f"sum {x}") == str(sum(known))
        assert told(f"prd {x}") == long_text(wrapped(math.prod(known)))
        holds("y~avg x", x=x, y=float_text(sum(known) / len(known)))
        holds("y~med x", x=x, y=float_text((sorted(known)[len(known) // 2] + sorted(known)[(len(known) - 1) // 2]) / 2))


@given(st.lists(MODEST, min_size=1, max_size=8))
def test_running_aggregates_are_pythons_accumulations(numbers):
    x = longs_text(numbers)
    assert told(f"sums {x}") == shown_longs([wrapped(sum(numbers[: i + 1])) for i in range(len(numbers))])
    assert told(f"maxs {x}") == shown_longs(list(itertools.accumulate(numbers, max)))
    assert told(f"mins {x}") == shown_longs(list(itertools.accumulate(numbers, min)))
    assert told(f"(+\\){x}") == shown_longs([wrapped(sum(numbers[: i + 1])) for i in range(len(numbers))])
    assert told(f"(+/){x}") == long_text(wrapped(sum(numbers)))


@given(st.lists(SMALL, min_size=1, max_size=8), st.integers(1, 5))
def test_moving_aggregates_are_those_of_each_window(numbers, width):
    windows = [numbers[max(0, i + 1 - width) : i + 1] for i in range(len(numbers))]
    x = longs_text(numbers)
    assert told(f"{width} msum {x}") == shown_longs(list(map(sum, windows)))
    assert told(f"{width} mmax {x}") == shown_longs(list(map(max, windows)))
    assert told(f"{width} mmin {x}") == shown_longs(list(map(min, windows)))
    holds("y~w mavg x", w=str(width), x=x, y=floats_text([sum(window) / len(window) for window in windows]))


def quotient(a, b):
    if math.isnan(a) or math.isnan(b):
        return math.nan
    if b == 0:
        return math.nan if a == 0 else math.copysign(math.inf, a)
    return a / b


REAL = {"+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "%": quotient}


@pytest.mark.parametrize("verb", REAL)
@given(rest=st.lists(st.tuples(FLOAT, FLOAT), min_size=1, max_size=5))
@example(rest=[(math.inf, math.inf), (math.inf, -math.inf), (math.nan, 1.0), (0.0, math.inf), (1.0, 0.0), (0.0, 0.0)])
def test_floats_reckon_as_pythons_do(verb, rest):
    rest = [(a, abs(b) if b == 0 else b) for a, b in rest]  # the sign of zero is another matter
    expected = floats_text([REAL[verb](a, b) for a, b in rest])
    holds(f"z~x{verb}y", x=floats_text([a for a, _ in rest]), y=floats_text([b for _, b in rest]), z=expected)


@given(SMALL, SMALL)
def test_whole_numbers_divide_to_floats(a, b):
    holds("z~x%y", x=str(a), y=str(b), z=float_text(quotient(a, b) if b else float(quotient(a, b))))


@given(SOLID)
def test_floor_and_ceiling_are_pythons(number):
    assume(abs(number - round(number)) > 1e-6 or number == round(number))
    assert told(f"floor {float_text(number)}") == str(math.floor(number))
    assert told(f"ceiling {float_text(number)}") == str(math.ceil(number))


@given(st.lists(FLOAT.filter(lambda number: not math.isnan(number)), min_size=1, max_size=6))
def test_comparing_floats_is_pythons(numbers):
    assume(all(a == b or abs(a - b) > 1e-6 * abs(a) for a in numbers for b in numbers if abs(a) != math.inf))
    x, first = floats_text(numbers), numbers[0]
    assert told(f"{x}>{float_text(first)}") == shown_booleans([number > first for number in numbers])
    assert told(f"{x}={float_text(first)}") == shown_booleans([number == first for number in numbers])
    holds("y~asc x", x=x, y=floats_text(sorted(numbers)))
    holds("y~max x", x=x, y=float_text(max(numbers)))


@given(st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False).filter(bool) | SOLID.filter(bool))
def test_floats_print_with_seven_digits(number):
    short = f"{number:.7g}"
    assert q(float_text(number)) == short + ("f" if short.lstrip("-").isdigit() else "")


@given(st.lists(SOLID.filter(bool), min_size=2, max_size=4))
def test_floats_of_a_list_print_with_seven_digits(numbers):
    texts = [f"{number:.7g}" for number in numbers]
    whole = all(short.lstrip("-").isdigit() for short in texts)
    assert told(floats_text(numbers)) == " ".join(texts) + ("f" if whole else "")


# Dates


@given(DAY, st.integers(-5000, 5000))
def test_dates_reckon_as_pythons_do(day, days):
    x = date_text(day)
    assert q(x) == f"{day:%Y.%m.%d}"
    assert q(f"`int${x}") == f"{(day - date(2000, 1, 1)).days}i"
    assert q(f"{x}+{days}".replace("+-", "-")) == date_text(day + timedelta(days))
    assert q(f"`date$`month${x}") == date_text(day.replace(day=1))
    assert q(f"`week${x}") == date_text(day - timedelta(day.weekday()))
    assert q(f"`year`mm`dd${x}") == f"{day.year} {day.month} {day.day}i"
    assert q(f"{x} mod 7") == f"{(day.weekday() + 2) % 7}i"
    holds('d~"D"$string d', d=x)
    assert q(f'"D"$"{day:%Y%m%d}"') == x
    assert q(f'"D"$"{day:%Y-%m-%d}"') == x


@given(DAY, DAY)
def test_the_days_between_two_dates_are_pythons(a, b):
    assert q(f"{date_text(a)}-{date_text(b)}") == f"{(a - b).days}i"
    assert q(f"{date_text(a)}<{date_text(b)}") == f"{int(a < b)}b"


@given(st.integers(0, 86_399_999))
def test_times_are_milliseconds_of_a_day(milliseconds):
    clock = f"{milliseconds // 3600000:02d}:{milliseconds // 60000 % 60:02d}:{milliseconds // 1000 % 60:02d}"
    assert q(f"`time${milliseconds}") == f"{clock}.{milliseconds % 1000:03d}"
    assert q(f"`int${clock}.{milliseconds % 1000:03d}") == f"{milliseconds}i"
    assert q(f"`minute${clock}") == clock[:5]
    assert q(f"`second${clock}.{milliseconds % 1000:03d}") == clock

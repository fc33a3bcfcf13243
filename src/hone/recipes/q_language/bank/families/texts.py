"""Tasks on texts: their characters and their words."""

import random
from collections.abc import Iterator
from itertools import product

from hone.recipes.q_language.bank.tasks import Args, Family, Inputs, Part, Task, function

_LETTERS = "aabbcdeehiioostuvxyzAABEIORSTXYZ"


def _text(chance: random.Random) -> Args:
    return ("".join(chance.choices(_LETTERS + "0123456789  .,-!", k=chance.randint(1, 16))),)


TEXTS = Inputs((("",), ("a",), ("7",), ("  ",), ("aAbBB22",), ("Hello, World!",), ("abc abc",)), _text)

KINDS = (
    Part("vowels", "vowels (a, e, i, o, u, also as capitals)", "X in 'aeiouAEIOU'", 'X in "aeiouAEIOU"'),
    Part("digits", "digits", "X in '0123456789'", "X in .Q.n"),
    Part("capitals", "capital letters", "'A' <= X <= 'Z'", "X in .Q.A"),
    Part("small", "small letters", "'a' <= X <= 'z'", "X in .Q.a"),
    Part("spaces", "spaces", "X == ' '", 'X=" "'),
    Part("letters", "letters", "X.isalpha()", "X in .Q.a,.Q.A"),
    Part("marks", "neither letters nor digits", "not X.isalnum()", "not X in .Q.an"),
    Part("half", "small letters of the first half of the alphabet (a to m)", "'a' <= X <= 'm'", 'X within "am"'),
)

WITH = (
    Part("keep", "without all characters but those that are", "''.join(c for c in text if X)", "x where X"),
    Part("drop", "without the characters that are", "''.join(c for c in text if not (X))", "x where not X"),
    Part("star", "with a * in place of each character that is among the", "''.join('*' if X else c for c in text)",
         '@[x;where X;:;"*"]'),
    Part("first", "with those characters first, in order, that are", "''.join(sorted(text, key=lambda c: not (X)))",
         "x idesc X"),
)  # fmt: skip


def characters() -> Iterator[Task]:
    """A text changed where its characters are of a kind."""
    for way, kind in product(WITH, KINDS):
        yield Task(
            f"characters/{way.name}-{kind.name}",
            f"{way.name} {kind.name}",
            f"Return a text {way.words} {kind.words}.",
            f"def solve(text):\n    return {way.in_python(kind.in_python('c'))}\n",
            function(way.in_q(kind.in_q("x"))),
            TEXTS,
        )


TELL = (
    Part("count", "how many characters of a text are", "sum(X)", "sum X"),
    Part("places", "the positions, counted from 0, of the characters of a text that are",
         "[i for i, flag in enumerate(X) if flag]", "where X"),
    Part("run", "the length of the longest stretch of characters of a text (0 if there is none) that are",
         "max(len(s) for s in ''.join('x' if flag else ' ' for flag in X).split(' '))", "max 0,0 {y*x+y}\\X"),
    Part("share", "which part of the characters of a text (0.0 if it is empty) are",
         "sum(X) / len(X) if X else 0.0", "0f^(sum f)%count f:X"),
)  # fmt: skip


def tell() -> Iterator[Task]:
    """What is told of the characters that are of a kind."""
    for what, kind in product(TELL, KINDS):
        yield Task(
            f"tell/{what.name}-{kind.name}",
            f"{what.name} of {kind.name}",
            f"Return {what.words} {kind.words}.",
            f"def solve(text):\n    flags = [{kind.in_python('c')} for c in text]\n"
            f"    return {what.in_python('flags')}\n",
            function(what.in_q(kind.in_q("x"))),
            TEXTS,
        )


def _small(chance: random.Random) -> Args:
    return ("".join(chance.choices("abcdexyz", k=chance.randint(1, 12))),)


SMALL = Inputs((("",), ("a",), ("z",), ("aaaa",), ("abcxyz",), ("xyzzy",)), _small)

CIPHERS = (
    Part("next", "the letter after it in the alphabet (a after z)", "chr((ord(X) - 96) % 26 + 97)",
         ".Q.a (1+.Q.a?X) mod 26"),
    Part("rot13", "the letter 13 places further in the alphabet, which begins again after z",
         "chr((ord(X) - 84) % 26 + 97)", ".Q.a (13+.Q.a?X) mod 26"),
    Part("back3", "the letter 3 places before it in the alphabet, z standing before a",
         "chr((ord(X) - 100) % 26 + 97)", ".Q.a (-3+.Q.a?X) mod 26"),
    Part("mirror", "the letter as far from z as it is from a", "chr(219 - ord(X))", "(reverse .Q.a) .Q.a?X"),
    Part("capital", "its capital", "X.upper()", "upper X"),
    Part("number", "its place in the alphabet, a being 1, as digits", "str(ord(X) - 96)", "raze string 1+.Q.a?X"),
    Part("twice", "itself, written twice", "X + X", "raze 2#'X"),
    Part("vowelled", "itself if it is a vowel, and by - if not", "X if X in 'aeiou' else '-'",
         '?[X in "aeiou";X;"-"]'),
)  # fmt: skip


def ciphers() -> Iterator[Task]:
    """Each letter is replaced by another; or so from right to left."""
    for cipher, back in product(CIPHERS, (False, True)):
        yield Task(
            f"ciphers/{cipher.name}-{'back' if back else 'on'}",
            f"cipher: {cipher.name}",
            f"In a text of small letters{', turned back to front,' if back else ''} replace each letter by "
            f"{cipher.words}.",
            f"def solve(text):\n    return ''.join({cipher.in_python('c')} for c in text{'[::-1]' if back else ''})\n",
            function(cipher.of("reverse x", "r") if back else cipher.in_q("x")),
            SMALL,
        )


def _sentence(chance: random.Random) -> Args:
    words = ["".join(chance.choices("abenorstA", k=chance.randint(1, 7))) for _ in range(chance.randint(1, 6))]
    words += [w + w[::-1] for w in words if chance.random() < 0.2]
    return (" ".join(words),)


SENTENCES = Inputs((("a",), ("noon",), ("one two three",), ("to be or not to be",), ("Ab aB",)), _sentence)

EACH_WORD = (
    Part("reverse", "back to front", "X[::-1]", "reverse each X"),
    Part("upper", "in capitals", "X.upper()", "upper each X"),
    Part("sorted", "its letters in the order of their codes", "''.join(sorted(X))", "asc each X"),
    Part("title", "its first letter as a capital", "X[:1].upper() + X[1:]", "@[;0;upper] each X"),
    Part("short", "cut to its first three letters", "X[:3]", "3 sublist/:X"),
    Part("first", "cut to its first letter", "X[0]", "1#/:X"),
    Part("turned", "its first letter put at its end", "X[1:] + X[0]", "1 rotate/:X"),
    Part("bracketed", "in round brackets", "'(' + X + ')'", '{"(",x,")"} each X'),
    Part(
        "unique", "with each of its letters only where it comes first", "''.join(dict.fromkeys(X))", "distinct each X"
    ),
    Part("measured", "followed by its length", "X + str(len(X))", "{x,string count x} each X"),
)

JOINS = (
    Part("spaced", "Return all words with a space between them.", "' '.join(X)", '" " sv X'),
    Part("dashed", "Return the words in reverse order with a - between them.", "'-'.join(X[::-1])",
         '"-" sv reverse X'),
    Part("list", "Return the list of the words.", "X", "X"),
)  # fmt: skip


def words() -> Iterator[Task]:
    """The words of a sentence, each changed."""
    for word, join in product(EACH_WORD, JOINS):
        yield Task(
            f"words/{word.name}-{join.name}",
            f"words: {word.name}",
            f"Take the words of a sentence, which have one space between them, each of them {word.words}. {join.words}",
            f"def solve(sentence):\n    words = [{word.in_python('w')} for w in sentence.split(' ')]\n"
            f"    return {join.in_python('words')}\n",
            function(join.in_q(word.in_q('" " vs sentence')), ["sentence"]),
            SENTENCES,
        )


WORD_TESTS = (
    Part("long", "that have more than four letters", "len(X) > 4", "4<count each X"),
    Part("even", "that have an even number of letters", "len(X) % 2 == 0", "0=(count each X) mod 2"),
    Part("mirror", "that are the same from left and from right", "X == X[::-1]", "X~'reverse each X"),
    Part("vowel", "that begin with a, e, i, o or u", "X[0] in 'aeiou'", '(first each X) in "aeiou"'),
    Part("s", "that end with s", "X.endswith('s')", 'X like "*s"'),
    Part("e", "that have an e in them", "'e' in X", 'X like "*e*"'),
    Part("same", "that begin and end with the same letter", "X[0] == X[-1]", "(first each X)=last each X"),
    Part("twice", "in which a letter comes twice or more often", "len(set(X)) < len(X)",
         "{(count x)>count distinct x} each X"),
)  # fmt: skip

OF_WORDS = (
    Part("list", "the list of the words", "X", "X"),
    Part("count", "the number of the words", "len(X)", "count X"),
    Part("letters", "the number of letters, all together, of the words", "sum(map(len, X))", "count raze X"),
    Part("joined", "one text of the words, with a space between them,", "' '.join(X)", '" " sv X'),
)


def chosen_words() -> Iterator[Task]:
    """The words of a sentence that meet a condition."""
    for what, test in product(OF_WORDS, WORD_TESTS):
        yield Task(
            f"chosen_words/{what.name}-{test.name}",
            f"{what.name} of some words",
            f"Return {what.words} of a sentence {test.words}. Words have one space between them.",
            f"def solve(sentence):\n    words = [w for w in sentence.split(' ') if {test.in_python('w')}]\n"
            f"    return {what.in_python('words')}\n",
            function(f'\n  w:" " vs x;\n  {what.in_q("w where " + test.in_q("w"))}'),
            SENTENCES,
        )


FAMILIES: tuple[Family, ...] = (characters, tell, ciphers, words, chosen_words)

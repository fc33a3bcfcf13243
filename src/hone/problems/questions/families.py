"""Kinds of questions over the world and over attached files, each with the calls that solve it and its answer.

The answer is computed here, from the facts, by other code than the tools': a trace whose tools come to something
else is refused. A family is a function of chance that gives a `Question`; each has several phrasings.
"""

import datetime as dt
import json
import random
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hone.world import world

Step = tuple[str, Mapping[str, Any]]  # a tool's name, its arguments


@dataclass(frozen=True)
class Question:
    """A question that calls of tools answer. `files` are attached: name -> text."""

    text: str
    answer: str
    steps: tuple[Step, ...]
    files: Mapping[str, str] = field(default_factory=dict)


def asked(chance: random.Random, *phrasings: str, **facts: Any) -> str:
    """One of the phrasings, filled in."""
    return chance.choice(phrasings).format(**facts)


def crates(chance: random.Random) -> Question:
    """Level 1: arithmetic in words."""
    n, each, lost = chance.randint(12, 99), chance.randint(12, 99), chance.randint(3, 40)
    thing = chance.choice(["bottles", "apples", "candles", "bricks", "books", "lamps", "tiles", "plates"])
    text = asked(
        chance,
        "A crate holds {each} {thing}. How many {thing} are in {n} crates once {lost} are broken?",
        "{n} crates with {each} {thing} each arrive, but {lost} of the {thing} are missing. How many are there?",
        "We have {n} boxes of {each} {thing} and give {lost} {thing} away. What number of {thing} is left?",
        "Of {n} times {each} {thing}, {lost} get lost. How many remain?",
        n=n, each=each, lost=lost, thing=thing,
    )  # fmt: skip
    return Question(text, str(n * each - lost), (("calculator", {"expression": f"{n} * {each} - {lost}"}),))


def unit(chance: random.Random) -> Question:
    """Level 1: a quantity in another unit."""
    source, target, factor = chance.choice(
        [("km", "mi", 1 / 1.609344), ("mi", "km", 1.609344), ("kg", "lb", 1 / 0.45359237), ("lb", "kg", 0.45359237),
         ("ft", "m", 0.3048), ("m", "ft", 1 / 0.3048), ("in", "cm", 2.54), ("gal", "l", 3.785411784)]
    )  # fmt: skip
    value = chance.randint(3, 900)
    text = asked(
        chance,
        "How much is {value} {source} in {target}, to four decimals?",
        "Convert {value} {source} to {target} (four decimals).",
        "Give {value} {source} in {target}, rounded to four places.",
        "A label says {value} {source}. What would it say in {target}, to four decimals?",
        value=value, source=source, target=target,
    )  # fmt: skip
    steps = (("convert_units", {"value": value, "from_unit": source, "to_unit": target}),)
    return Question(text, f"{round(value * factor, 4):.10g}", steps)


def day_of_week(chance: random.Random) -> Question:
    """Level 1: a date's weekday."""
    day = dt.date(chance.randint(1900, 2030), chance.randint(1, 12), chance.randint(1, 28))
    text = asked(
        chance,
        "What day of the week was {day}?",
        "On which weekday did {day} fall?",
        "{day}: which day of the week is that?",
        "Tell me the weekday of the date {day}.",
        day=day,
    )
    return Question(text, f"{day:%A}", (("weekday", {"date": str(day)}),))


def span(chance: random.Random) -> Question:
    """Level 1: days between two dates."""
    start = dt.date(chance.randint(1950, 2020), chance.randint(1, 12), chance.randint(1, 28))
    end = start + dt.timedelta(days=chance.randint(20, 4000))
    text = asked(
        chance,
        "How many days are there from {start} to {end}?",
        "Count the days between {start} and {end}.",
        "A loan runs from {start} to {end}. How many days is that?",
        "From {start} until {end}, how many days pass?",
        start=start, end=end,
    )  # fmt: skip
    return Question(text, str((end - start).days), (("days_between", {"start": str(start), "end": str(end)}),))


def fact(chance: random.Random) -> Question:
    """Level 1: a fact of an article."""
    town, person = chance.choice(world().towns), chance.choice(world().people)
    name, what, answer = chance.choice(
        [(town.name, "year was it founded", town.founded), (town.name, "number of inhabitants does it have",
          town.inhabitants), (person.name, "number of works did they leave", person.works)]
    )  # fmt: skip
    text = asked(
        chance,
        "Look up {name}: what {what}?",
        "About {name}, what {what}?",
        "I read of {name}. What {what}?",
        "Find {name} and say what {what}.",
        name=name, what=what,
    )  # fmt: skip
    return Question(text, str(answer), (("search", {"query": name}),))


def counting(chance: random.Random) -> Question:
    """Level 1: vowels, letters or words of a phrase."""
    names = [chance.choice(world().towns).name for _ in range(chance.randint(2, 4))]
    phrase, what = " and ".join(names), chance.choice(["vowels", "letters", "words"])
    answer = {
        "vowels": sum(phrase.lower().count(vowel) for vowel in "aeiou"),
        "letters": sum(letter in string.ascii_letters for letter in phrase),
        "words": 2 * len(names) - 1,
    }[what]
    text = asked(
        chance,
        'How many {what} does "{phrase}" have?',
        'Count the {what} in "{phrase}".',
        'The number of {what} in the phrase "{phrase}" is?',
        what=what, phrase=phrase,
    )  # fmt: skip
    return Question(text, str(answer), (("count_text", {"text": phrase, "what": what}),))


def digits(chance: random.Random) -> Question:
    """Level 1: a computation that needs a program."""
    base, power = chance.randint(2, 9), chance.randint(30, 120)
    text = asked(
        chance,
        "What is the sum of the digits of {base} to the power of {power}?",
        "Add up all digits of {base}**{power}.",
        "{base} raised to {power}: what do its digits add up to?",
        base=base, power=power,
    )  # fmt: skip
    code = f"print(sum(int(d) for d in str({base}**{power})))"
    return Question(text, str(sum(map(int, str(base**power)))), (("python", {"code": code}),))


def ledger(chance: random.Random) -> tuple[str, str, list[tuple[str, str, int]]]:
    """A small CSV file: its name, its text, its rows of (place, item, amount)."""
    places = chance.sample([town.name for town in world().towns], 3)
    items = chance.sample(["tea", "salt", "wool", "iron", "glass", "paper", "rope", "honey"], 3)
    rows = [(chance.choice(places), chance.choice(items), chance.randint(10, 500)) for _ in range(8)]
    name = chance.choice(["sales", "stock", "orders", "cargo"]) + ".csv"
    text = "place,item,amount\n" + "".join(f"{place},{item},{amount}\n" for place, item, amount in rows)
    return name, text, rows


def column(chance: random.Random) -> Question:
    """Level 1: one question of an attached table."""
    name, text, rows = ledger(chance)
    item = chance.choice(rows)[1]
    amounts = [amount for _, what, amount in rows if what == item]
    how, answer = chance.choice([("sum", sum(amounts)), ("max", max(amounts)), ("min", min(amounts))])
    word = {"sum": "total", "max": "largest", "min": "smallest"}[how]
    asking = asked(
        chance,
        "In the attached {name}, what is the {word} amount of {item}?",
        "The file {name} is attached. Give the {word} amount for the item {item}.",
        "Use {name}: which is the {word} amount listed for {item}?",
        name=name, word=word, item=item,
    )  # fmt: skip
    query = {"path": name, "column": "amount", "where": "item", "equals": item, "aggregate": how}
    return Question(asking, str(answer), (("query_table", query),), {name: text})


def density(chance: random.Random) -> Question:
    """Level 2: a fact, then arithmetic."""
    town = chance.choice(world().towns)
    text = asked(
        chance,
        "How many people live on each square kilometre of {name}, to two decimals?",
        "What is the population density of {name} per square kilometre (two decimals)?",
        "Divide the inhabitants of {name} by its area in square kilometres; two decimals.",
        name=town.name,
    )
    expression = f"round({town.inhabitants} / {town.area_km2}, 2)"
    steps = (("search", {"query": town.name}), ("calculator", {"expression": expression}))
    return Question(text, f"{round(town.inhabitants / town.area_km2, 2):.10g}", steps)


def lifetime(chance: random.Random) -> Question:
    """Level 2: a fact, then days."""
    person = chance.choice(world().people)
    text = asked(
        chance,
        "How many days did {name} live?",
        "For how many days was {name} alive?",
        "Between birth and death of {name}, how many days passed?",
        "The life of {name} lasted how many days?",
        name=person.name,
    )
    between = {"start": str(person.born), "end": str(person.died)}
    steps = (("search", {"query": person.name}), ("days_between", between))
    return Question(text, str((person.died - person.born).days), steps)


def feet(chance: random.Random) -> Question:
    """Level 2: a fact, then another unit."""
    bridge = chance.choice(world().bridges)
    text = asked(
        chance,
        "How long is the {name} in feet, to four decimals?",
        "Give the length of the {name} in ft (four decimals).",
        "In feet, what does the {name} measure? Four decimals.",
        name=bridge.name,
    )
    steps = (
        ("search", {"query": bridge.name}),
        ("convert_units", {"value": bridge.length_m, "from_unit": "m", "to_unit": "ft"}),
    )
    return Question(text, f"{round(bridge.length_m / 0.3048, 4):.10g}", steps)


def opening(chance: random.Random) -> Question:
    """Level 2: a fact, then a weekday."""
    bridge = chance.choice(world().bridges)
    text = asked(
        chance,
        "On what day of the week was the {name} opened?",
        "The {name} was opened on which weekday?",
        "Which weekday was it when the {name} opened?",
        name=bridge.name,
    )
    steps = (("search", {"query": bridge.name}), ("weekday", {"date": str(bridge.opened)}))
    return Question(text, f"{bridge.opened:%A}", steps)


def note(chance: random.Random) -> Question:
    """Level 2: an attached text, then counting."""
    towns = chance.sample([town.name for town in world().towns], chance.randint(3, 6))
    name = chance.choice(["note", "memo", "letter", "list"]) + ".txt"
    content = f"Dear friend, I have seen {', '.join(towns)} and came home {chance.choice(['late', 'tired', 'glad'])}."
    text = asked(
        chance,
        "How many words does the attached {name} have?",
        "Count the words of the file {name}.",
        "{name} is attached: what is its number of words?",
        name=name,
    )
    steps = (("read_text", {"path": name}), ("count_text", {"text": content, "what": "words"}))
    return Question(text, str(len(content.split(" "))), steps, {name: content})


def settings(chance: random.Random) -> Question:
    """Level 2: two places of an attached JSON, then arithmetic."""
    name = chance.choice(["config", "machine", "recipe", "plan"]) + ".json"
    outer, a, b = chance.choice([("oven", "heat", "minutes"), ("pump", "litres", "hours"), ("press", "sheets", "runs")])
    x, y = chance.randint(12, 400), chance.randint(3, 60)
    text = asked(
        chance,
        "In {name}, multiply {a} by {b} of {outer}. What is the product?",
        "The attached {name} has {a} and {b} under {outer}; what do they give when multiplied?",
        "Take {outer}'s {a} times {outer}'s {b} from {name}.",
        name=name, a=a, b=b, outer=outer,
    )  # fmt: skip
    steps = (
        ("read_json", {"path": name, "key": f"{outer}.{a}"}),
        ("read_json", {"path": name, "key": f"{outer}.{b}"}),
        ("calculator", {"expression": f"{x} * {y}"}),
    )
    return Question(text, str(x * y), steps, {name: json.dumps({outer: {a: x, b: y}, "version": 2})})


def longer_life(chance: random.Random) -> Question:
    """Level 3: two facts, two spans, a difference."""
    one, other = chance.sample(world().people, 2)
    days = [(person.died - person.born).days for person in (one, other)]
    text = asked(
        chance,
        "By how many days did the lives of {a} and {b} differ in length?",
        "Compare the lifetimes of {a} and {b}: what is the difference in days?",
        "{a} or {b} lived longer; by how many days?",
        a=one.name, b=other.name,
    )  # fmt: skip
    steps = (
        ("search", {"query": one.name}),
        ("days_between", {"start": str(one.born), "end": str(one.died)}),
        ("search", {"query": other.name}),
        ("days_between", {"start": str(other.born), "end": str(other.died)}),
        ("calculator", {"expression": f"abs({days[0]} - {days[1]})"}),
    )
    return Question(text, str(abs(days[0] - days[1])), steps)


def bridge_share(chance: random.Random) -> Question:
    """Level 3: a bridge, its town, a unit, a division."""
    bridge = chance.choice(world().bridges)
    town = next(town for town in world().towns if town.name == bridge.town)
    text = asked(
        chance,
        "What did the {name} cost each inhabitant of its town, to two decimals, and not more?",
        "Spread the cost of the {name} over the people of its town: how much each (two decimals)?",
        "If all inhabitants of its town had shared the cost of the {name}, how many crowns each? Two decimals.",
        name=bridge.name,
    )
    steps = (
        ("search", {"query": bridge.name}),
        ("search", {"query": bridge.town}),
        ("calculator", {"expression": f"round({bridge.cost} / {town.inhabitants}, 2)"}),
    )
    return Question(text, f"{round(bridge.cost / town.inhabitants, 2):.10g}", steps)


def jubilee(chance: random.Random) -> Question:
    """Level 3: a fact, a date moved, its weekday, and the days up to it."""
    bridge, years = chance.choice(world().bridges), chance.choice([25, 50, 75, 100])
    day = bridge.opened.replace(year=bridge.opened.year + years)
    text = asked(
        chance,
        "The {name} was {years} years old on which weekday, and how many days after its opening? (weekday, days)",
        "Name the weekday of the {years}th birthday of the {name} and its distance in days: weekday, days.",
        "{years} years after the {name} opened: what weekday was it and how many days had passed? (weekday, days)",
        name=bridge.name, years=years,
    )  # fmt: skip
    steps = (
        ("search", {"query": bridge.name}),
        ("move_date", {"date": str(bridge.opened), "amount": years, "unit": "years"}),
        ("weekday", {"date": str(day)}),
        ("days_between", {"start": str(bridge.opened), "end": str(day)}),
    )
    return Question(text, f"{day:%A}, {(day - bridge.opened).days}", steps)


def two_places(chance: random.Random) -> Question:
    """Level 3: a table asked twice, and a difference."""
    name, content, rows = ledger(chance)
    a, b = sorted({place for place, _, _ in rows})[:2]
    sums = [sum(amount for place, _, amount in rows if place == where) for where in (a, b)]
    text = asked(
        chance,
        "By how much do the total amounts of {a} and {b} in {name} differ?",
        "In the attached {name}, what is the gap between the totals of {a} and {b}?",
        "Total the amounts of {a} and of {b} in {name}; what is the difference?",
        name=name, a=a, b=b,
    )  # fmt: skip
    queries = [
        ("query_table", {"path": name, "column": "amount", "where": "place", "equals": place, "aggregate": "sum"})
        for place in (a, b)
    ]
    steps = (("list_files", {}), *queries, ("calculator", {"expression": f"abs({sums[0]} - {sums[1]})"}))
    return Question(text, str(abs(sums[0] - sums[1])), steps, {name: content})


def backwards(chance: random.Random) -> Question:
    """Level 3: a fact, a text changed twice, a count."""
    person = chance.choice(world().people)
    text = asked(
        chance,
        "Write the home town of {name} backwards in capitals and count its vowels: (word, vowels).",
        "What is the town of {name} in upper case, reversed, and how many vowels has it? (word, vowels)",
        "Reverse the name of the town {name} came from, in capitals, and count the vowels: (word, vowels).",
        name=person.name,
    )
    back = person.town[::-1]
    steps = (
        ("search", {"query": person.name}),
        ("change_text", {"text": person.town, "how": "reverse"}),
        ("change_text", {"text": back, "how": "upper"}),
        ("count_text", {"text": back.upper(), "what": "vowels"}),
    )
    vowels = sum(back.lower().count(vowel) for vowel in "aeiou")
    return Question(text, f"{back.upper()}, {vowels}", steps)


FAMILIES: Mapping[str, tuple[Callable[[random.Random], Question], ...]] = {
    "1": (crates, unit, day_of_week, span, fact, counting, digits, column),
    "2": (density, lifetime, feet, opening, note, settings),
    "3": (longer_life, bridge_share, jubilee, two_places, backwards),
}

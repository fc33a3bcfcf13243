"""A small world that no model has read of: invented towns, people and bridges, and an article on each.

The same facts at each call: articles are what the search tool finds, facts are what questions are solved from.
"""

import datetime as dt
import random
from dataclasses import dataclass
from functools import cache

_STEMS = [
    "Varn",
    "Issel",
    "Korb",
    "Lund",
    "Mer",
    "Osk",
    "Pell",
    "Quar",
    "Rav",
    "Sten",
    "Tol",
    "Ulv",
    "Vess",
    "Wend",
    "Yar",
    "Zell",
    "Brack",
    "Dorn",
    "Elk",
    "Fenn",
]
_ENDS = ["holm", "ford", "by", "stad", "minster", "wick", "gate", "dale", "mouth", "haven"]
_FIRST = [
    "Adela",
    "Bruno",
    "Carla",
    "Dario",
    "Edda",
    "Fabio",
    "Greta",
    "Henrik",
    "Ilse",
    "Jonas",
    "Katrin",
    "Lorenz",
    "Mira",
    "Nils",
    "Olga",
    "Pavel",
]
_LAST = [
    "Abend",
    "Borsk",
    "Ciral",
    "Dresk",
    "Emmer",
    "Falk",
    "Grond",
    "Hasel",
    "Irving",
    "Jarl",
    "Kestrel",
    "Lom",
    "Morrow",
    "Nadir",
    "Orlo",
    "Prell",
]
_CRAFTS = ("botanist", "painter", "composer", "astronomer", "clockmaker", "poet")
_RIVERS = ["Aune", "Belt", "Cire", "Dorse", "Eild", "Farn", "Gelt", "Hulme"]


@dataclass(frozen=True)
class Town:
    """A town."""

    name: str
    river: str
    founded: int
    inhabitants: int
    area_km2: int
    tower_m: int

    @property
    def article(self) -> str:
        """What is written of it."""
        return (
            f"{self.name} is a town on the river {self.river}. It was founded in {self.founded}, has "
            f"{self.inhabitants} inhabitants and covers {self.area_km2} square kilometres. Its tower is "
            f"{self.tower_m} metres high."
        )


@dataclass(frozen=True)
class Person:
    """A person, long dead."""

    name: str
    craft: str
    town: str
    born: dt.date
    died: dt.date
    works: int

    @property
    def article(self) -> str:
        """What is written of them."""
        return (
            f"{self.name} was a {self.craft} from {self.town}, born on {self.born} and died on {self.died}, "
            f"who left {self.works} works."
        )


@dataclass(frozen=True)
class Bridge:
    """A bridge."""

    name: str
    town: str
    length_m: int
    opened: dt.date
    cost: int

    @property
    def article(self) -> str:
        """What is written of it."""
        return (
            f"{self.name} is a bridge in {self.town}. It is {self.length_m} metres long, was opened on "
            f"{self.opened} and cost {self.cost} crowns."
        )


@dataclass(frozen=True)
class World:
    """All there is."""

    towns: tuple[Town, ...]
    people: tuple[Person, ...]
    bridges: tuple[Bridge, ...]

    @property
    def articles(self) -> dict[str, str]:
        """Title -> text, sorted by title."""
        return {thing.name: thing.article for thing in sorted(self.towns + self.people + self.bridges, key=_name)}


def _name(thing: Town | Person | Bridge) -> str:
    return thing.name


@cache
def world() -> World:
    """The world: 60 towns, 80 people, 40 bridges."""
    chance = random.Random("the world")
    names = chance.sample([stem + end for stem in _STEMS for end in _ENDS], 60)
    towns = tuple(
        Town(
            name, chance.choice(_RIVERS), chance.randint(1100, 1800), chance.randint(2_000, 90_000),
            chance.randint(12, 240), chance.randint(21, 99),
        )
        for name in names
    )  # fmt: skip
    people = tuple(
        _person(name, chance.choice(names), chance)
        for name in chance.sample([f"{first} {last}" for first in _FIRST for last in _LAST], 80)
    )
    bridges = tuple(
        Bridge(
            f"{person.name.split()[1]} Bridge of {town}", town, chance.randint(40, 900),
            _day(1820, 1960, chance), chance.randint(20, 900) * 1000,
        )
        for person, town in zip(people, names[:40], strict=False)
    )  # fmt: skip
    return World(towns, people, bridges)


def _person(name: str, town: str, chance: random.Random) -> Person:
    born = _day(1700, 1880, chance)
    died = born + dt.timedelta(days=chance.randint(9_000, 33_000))
    return Person(name, chance.choice(_CRAFTS), town, born, died, chance.randint(5, 240))


def _day(first: int, last: int, chance: random.Random) -> dt.date:
    return dt.date(chance.randint(first, last), chance.randint(1, 12), chance.randint(1, 28))

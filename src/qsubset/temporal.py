"""Dates and times as q counts them: days, months and nanoseconds from 2000.01.01, and their texts.

Not covered: time zones, leap seconds.
"""

import re

from qsubset.values import DATE, DATETIME, INF, INFINITE, MINUTE, MONTH, NAN, NULL, SECOND, TIME, TIMESPAN, TIMESTAMP

DAY = 86_400_000_000_000
LAST_DAY = 10**9  # beyond it there is no calendar
# How many nanoseconds one of a kind is.
NANOSECONDS = {TIMESTAMP: 1, TIMESPAN: 1, TIME: 1_000_000, SECOND: 1_000_000_000, MINUTE: 60_000_000_000, DATE: DAY}
SUFFIXES = {TIMESTAMP: "p", MONTH: "m", DATE: "d", DATETIME: "z", TIMESPAN: "n", MINUTE: "u", SECOND: "v", TIME: "t"}


def days_from_civil(year: int, month: int, day: int) -> int:
    """Days since 2000.01.01 (Howard Hinnant's algorithm for the Gregorian calendar)."""
    year -= month <= 2
    era, of_era = divmod(year, 400)
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 730_425


def civil_from_days(days: int) -> tuple[int, int, int]:
    """Year, month and day."""
    era, of_era = divmod(days + 730_425, 146_097)
    years = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * years + years // 4 - years // 100)
    shifted = (5 * of_year + 2) // 153
    month = shifted + (3 if shifted < 10 else -9)
    return years + era * 400 + (month <= 2), month, of_year - (153 * shifted + 2) // 5 + 1


def month_length(year: int, month: int) -> int:
    return days_from_civil(year + month // 12, month % 12 + 1, 1) - days_from_civil(year, month, 1)


def is_date(year: int, month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= month_length(year, month)


def month_of_day(days: int) -> int:
    year, month, _ = civil_from_days(days)
    return (year - 2000) * 12 + month - 1


def first_day(month: int) -> int:
    """The day on which a month, counted from 2000.01, begins."""
    return days_from_civil(2000 + month // 12, month % 12 + 1, 1)


def date_text(days: int) -> str:
    return "{:04d}.{:02d}.{:02d}".format(*civil_from_days(days))


def clock_text(nanoseconds: int, digits: int) -> str:
    """Hours to seconds, and so many digits of their fraction."""
    seconds, fraction = divmod(nanoseconds, 1_000_000_000)
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{clock}.{fraction:09d}"[: len(clock) + 1 + digits] if digits else clock


def temporal_text(kind: int, datum: int | float) -> str:
    """As the console shows it, without the letter of its kind where the form tells the kind. Nulls: 0N and letter."""
    if datum in (NULL, INFINITE, -INFINITE, INF, -INF) or datum != datum:
        infinite = datum == datum and datum != NULL
        sign, letter = ("-" if infinite and datum < 0 else ""), ("W" if infinite else "N")
        return f"{sign}0{letter}{SUFFIXES[kind]}"
    if kind == DATETIME and abs(datum) > LAST_DAY:
        return "0Wz" if datum > 0 else "-0Wz"
    if kind == DATETIME:
        milliseconds = round(datum * 86_400_000)
        return date_text(milliseconds // 86_400_000) + "T" + clock_text(milliseconds % 86_400_000 * 1_000_000, 3)
    datum = int(datum)
    if kind == DATE:
        return date_text(datum)
    if kind == MONTH:
        return f"{2000 + datum // 12:04d}.{datum % 12 + 1:02d}m"
    if kind == TIMESTAMP:
        return date_text(datum // DAY) + "D" + clock_text(datum % DAY, 9)
    sign, datum = ("-", -datum) if datum < 0 else ("", datum)
    if kind == TIMESPAN:
        return f"{sign}{datum // DAY}D{clock_text(datum % DAY, 9)}"
    if kind == MINUTE:
        return f"{sign}{datum // 60:02d}:{datum % 60:02d}"
    return sign + clock_text(datum * NANOSECONDS[kind], 3 if kind == TIME else 0)


CLOCK = re.compile(r"(\d+)(?::(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?")


def nanoseconds_of_clock(text: str) -> int | None:
    """Of 12, 12:30, 12:30:01 or 12:30:01.123456789; None if it is none of them."""
    found = CLOCK.fullmatch(text)
    if not found:
        return None
    hours, minutes, seconds = (int(part or 0) for part in found.groups()[:3])
    if minutes > 59 or seconds > 59:
        return None
    return (hours * 3600 + minutes * 60 + seconds) * 1_000_000_000 + int(f"{found[4] or 0:0<9}"[:9])


DATE_TEXT = re.compile(r"(\d{4})[-./]?(\d\d)[-./]?(\d\d)")


def days_of_text(text: str) -> int | None:
    """Of 2024.02.29, 2024-02-29, 2024/02/29 or 20240229; None if it is none of them."""
    found = DATE_TEXT.fullmatch(text)
    parts = [int(part) for part in found.groups()] if found else []
    return days_from_civil(*parts) if parts and is_date(*parts) else None


def parse_temporal(kind: int, text: str) -> int | float:
    """What "D"$, "T"$ and the like make of a text; null if it makes no sense."""
    days = nanoseconds = None
    seconds = re.fullmatch(r"(\d{9,})(\.\d{1,9})?", text) if kind == TIMESTAMP else None
    if seconds:  # since 1970
        fraction = int(f"{(seconds[2] or '.')[1:]:0<9}")
        return int(seconds[1]) * 1_000_000_000 + fraction + days_from_civil(1970, 1, 1) * DAY
    if kind in (DATE, MONTH, TIMESTAMP, DATETIME):
        date, _, clock = re.sub(r"[T ]|(?<=^\d{8})-", "D", text, count=1).partition("D")
        if kind == MONTH:
            date += date[4:5].replace("-", ".") and "" if len(date) > 7 else (".01" if len(date) == 7 else "01")
        days = days_of_text(date)
        nanoseconds = nanoseconds_of_clock(clock) if clock else 0
        if days is None or nanoseconds is None:
            return NAN if kind == DATETIME else NULL
        if kind == DATE:
            return days
        if kind == MONTH:
            return month_of_day(days)
        return days + nanoseconds / DAY if kind == DATETIME else days * DAY + nanoseconds
    sign, text = (-1, text[1:]) if text.startswith("-") else (1, text)
    whole, between, clock = text.partition("D")
    if not between:
        whole, clock = "0", whole
    if clock.isdigit() and len(clock) > 2:  # 123456 is 12:34:56
        clock = ":".join([clock[:2], clock[2:4], (clock[4:6] + "." + clock[6:]).strip(".")]).strip(":")
    nanoseconds = nanoseconds_of_clock(clock or "0")
    if nanoseconds is None or not whole.isdigit():
        return NULL
    return sign * (int(whole) * DAY + nanoseconds) // NANOSECONDS[kind]

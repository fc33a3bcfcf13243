"""Search in the local corpus: the articles of the world that the offline questions are about."""

import math
import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

from hone.recipes.tool_traces.tools.base import LocalTool, ToolError, World, described
from hone.world import world


@cache
def _index() -> tuple[dict[str, Counter[str]], dict[str, float]]:
    """Words of each article, and how much a word tells."""
    words = {title: Counter(_words(f"{title} {title} {text}")) for title, text in world().articles.items()}
    known = Counter(word for counted in words.values() for word in counted)
    return words, {word: math.log(1 + len(words) / n) for word, n in known.items()}


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _search(arguments: Mapping[str, Any], world_of_question: World) -> str:
    words, weight = _index()
    asked = set(_words(arguments["query"])) & weight.keys()
    scores = {title: sum(weight[w] * min(counted[w], 2) for w in asked) for title, counted in words.items()}
    # What the query names in full comes before what only mentions it.
    scores = {
        title: score * (1 + len(asked & set(_words(title))) / len(_words(title))) for title, score in scores.items()
    }
    best = max(sorted(scores), key=lambda title: scores[title])
    if not scores[best]:
        raise ToolError("nothing found")
    return world().articles[best]


TOOLS = (
    LocalTool(
        described("search", "the article that fits a query best", "query", query="string"),
        _search,
        ("web_search", "google_search", "wikipedia_search", "wiki_search", "search_web", "search_engine"),
        {"q": "query", "search_query": "query", "input": "query"},
        lambda arguments: {k: " ".join(_words(v)) if isinstance(v, str) else v for k, v in arguments.items()},
    ),
)

"""What predictions of next turns are worth, and the rule without a model that they have to beat.

A row asks for the next call or, at its trace's end, for the final answer. Metrics (each a mean over the rows where
it applies):

    call_name_accuracy   the right tool (rows whose next turn is a call)
    call_match_rate      and its arguments mean the same: what a system that runs the call ahead would hit
    call_exact_rate      and its arguments are the same to the letter
    stop_accuracy        a final answer where one is due, a call where one is due
    answer_accuracy      the final answer is right (rows whose next turn is one)
    parse_rate           the text is one call or one answer
    valid_rate           a call names a declared tool and fits its schema (of all calls that were written)
    known_tool_rate      a call names a declared tool
    fresh_rate           a call is not one that was made before
    name_f1, name_edits  of a trace's names as they were predicted, against those that were called: by order, and
                         the fewest edits a turn (a trace counts once, at its first row)
"""

import re
from collections.abc import Sequence

from hone.calls import Call, Written, written
from hone.core.records import Completion, Metric, Row
from hone.evaluation.answers import right
from hone.evaluation.tool_match import edit_distance, match, sequence_f1
from hone.recipes.base import Scored
from hone.recipes.tool_traces.tools import TOOLS, check, normalised
from hone.recipes.tool_traces.traces import FAILED

METRICS = (
    "call_name_accuracy", "call_match_rate", "call_exact_rate", "stop_accuracy", "answer_accuracy", "parse_rate",
    "valid_rate", "known_tool_rate", "fresh_rate", "name_f1", "name_edits",
)  # fmt: skip
ANSWER = "(answer)"  # a turn's name where it is no call


def scores(answered: Sequence[tuple[Row, Completion]]) -> list[Scored]:
    """Metrics of the predictions of one trace's turns, in the order given."""
    said = [written(completion.text) for _, completion in answered]
    found = [_turn(row, turn, bool(c.token_ids)) for (row, c), turn in zip(answered, said, strict=True)]
    order = sorted(range(len(answered)), key=lambda place: len(answered[place][0].messages))
    gold = [_name(_gold(answered[place][0])) for place in order]
    named = [_name(said[place]) for place in order]
    first = order[0]
    edits = edit_distance(named, gold) / len(gold)
    found[first] = (found[first][0], {**found[first][1], "name_f1": sequence_f1(named, gold), "name_edits": edits})
    return found


def _gold(row: Row) -> Written:
    last = row.messages[-1]
    return Written(call=Call.of(last)) if last.role == "call" else Written(answer=last.content)


def _name(turn: Written) -> str:
    return turn.call.name if turn.call else "" if turn.broken else ANSWER


def _turn(row: Row, said: Written, by_model: bool) -> Scored:
    gold, call = _gold(row), said.call
    metrics: dict[str, Metric] = {"stop_accuracy": not said.broken and (call is None) == (gold.call is None)}
    if gold.call is not None:
        schema = TOOLS[gold.call.name].tool.parameters
        same = match(call, gold.call, schema)
        by_meaning = match(normalised(call) if call else None, normalised(gold.call), schema).meaning
        metrics |= {
            "call_name_accuracy": same.name,
            "call_match_rate": same.meaning or by_meaning,
            "call_exact_rate": same.exact,
        }
        outcome = "right tool" if same.name else "other tool" if call else None
    else:
        metrics["answer_accuracy"] = call is None and right(said.answer, row.meta["answer"])
        outcome = "stopped" if call is None and not said.broken else "went on" if call else None
    if by_model:
        metrics["parse_rate"] = not said.broken
        if call is not None:
            known = call.name in TOOLS
            before = [normalised(Call.of(message)) for message in row.prompt if message.role == "call"]
            metrics |= {
                "valid_rate": known and not check(TOOLS[call.name].tool, call.arguments),
                "known_tool_rate": known,
                "fresh_rate": normalised(call) not in before,
            }
    return outcome, metrics


# The best rule that we could write from the training questions: by a word of the question at first, then to answer.
_FIRST: tuple[tuple[str, str], ...] = (
    (r"weekday|day of the week", "weekday"), (r"days", "days_between"), (r"\.csv", "query_table"),
    (r"\.json", "read_json"), (r"\.txt", "read_text"), (r'"', "count_text"), (r"digits", "python"),
    (r"\d+ \w+ in \w+|[Cc]onvert", "convert_units"), (r"\d+.*\d+", "calculator"),
)  # fmt: skip


def rule(row: Row) -> str:
    """What the rule answers: a call without arguments, or what the last tool said."""
    last = row.prompt[-1]
    if last.role == "tool" and not last.content.startswith(FAILED):
        return last.content
    name = next((tool for pattern, tool in _FIRST if re.search(pattern, last.content)), "search")
    return f'<tool_call>\n{{"name": "{name}", "arguments": {{}}}}\n</tool_call>'

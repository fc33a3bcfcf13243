"""The proof of a row: every call fits its tool and is made again with the same result, and the answer is right."""

from hone.calls import Call, declared
from hone.core.errors import UserError
from hone.core.records import Message, Row
from hone.evaluation.answers import right
from hone.recipes.base import Check, unchanged
from hone.recipes.tool_traces.tools import TOOLS, World, check
from hone.recipes.tool_traces.traces import FAILED, observed
from hone.runners import Runner

PROVEN = Check()
_OPENING = ("tools", "user")


def verify(row: Row, runner: Runner) -> Check:
    """Everything that can be proven of the row."""
    roles = tuple(message.role for message in row.messages)
    middle, last = roles[2:-1], roles[-1:]
    pairs = middle[::2] == ("call",) * (len(middle) // 2) and middle[1::2] == ("tool",) * (len(middle) // 2)
    if roles[:2] != _OPENING or len(middle) % 2 or not pairs or last not in (("call",), ("assistant",)):
        return Check("conversation", f"expected tools, a question, calls with answers and a turn, found {roles}")
    world = World(row.meta["files"], runner)
    try:
        known = {tool.name for tool in declared(row.messages[0])}
        for place, message in enumerate(row.messages):
            if message.role == "call":
                after = row.messages[place + 1] if place + 1 < len(row.messages) else None
                found = _call(Call.of(message), after, known, world if row.meta["recorded"] else None)
                if not found.ok:
                    return found
    except UserError as error:
        return Check("conversation", str(error))
    if last == ("assistant",) and not right(row.reply, row.meta["answer"]):
        return Check("wrong_answer", f"expected {row.meta['answer']!r}, found {row.reply[:80]!r}")
    return unchanged(row)


def _call(call: Call, after: Message | None, known: set[str], world: World | None) -> Check:
    """A call, and the answer after it (None for the call that is to be predicted); without a world it is not made."""
    if call.name not in known or call.name not in TOOLS:
        return Check("unknown_tool", call.name)
    if wrong := check(TOOLS[call.name].tool, call.arguments):
        return Check("schema", wrong)
    if world is None:
        return PROVEN
    answer = observed(call, world)
    if after is None:
        return Check("tool_fails", answer) if answer.startswith(FAILED) else PROVEN
    if answer != after.content:
        return Check("observation", f"{call.name}: expected {answer[:80]!r}, found {after.content[:80]!r}")
    return PROVEN

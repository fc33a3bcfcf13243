"""The tools: one registry for teachers, traces, prompts and scoring.

base        what a tool is            arithmetic  calculator, units, dates
texts       counting and changing     documents   the question's own files, and tables in them
search      the local corpus          code        Python, in the sandbox
foreign     names and arguments in traces of others, mapped by what is declared here
"""

from collections.abc import Mapping

from hone.calls import Call
from hone.recipes.tool_traces.tools import arithmetic, code, documents, search, texts
from hone.recipes.tool_traces.tools.base import LocalTool, ToolError, World, check

TOOLS: Mapping[str, LocalTool] = {
    tool.name: tool for tool in (*arithmetic.TOOLS, *code.TOOLS, *documents.TOOLS, *search.TOOLS, *texts.TOOLS)
}

__all__ = ["TOOLS", "LocalTool", "ToolError", "World", "check", "execute", "normalised"]


def execute(call: Call, world: World) -> str:
    """What the tool answers. Raises: ToolError where the call does not fit its schema, or the tool cannot do it."""
    if call.name not in TOOLS:
        raise ToolError(f"no tool {call.name}")
    tool = TOOLS[call.name]
    if wrong := check(tool.tool, call.arguments):
        raise ToolError(wrong)
    return tool.run(call.arguments, world)


def normalised(call: Call) -> Call:
    """The call with its arguments as its tool takes them to be: what is equal after this does the same."""
    if call.name not in TOOLS:
        return call
    return Call(call.name, TOOLS[call.name].normalise(call.arguments))

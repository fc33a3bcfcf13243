"""Python, in the sandbox: the one tool that runs what a model wrote."""

import ast
from collections.abc import Mapping
from typing import Any

from hone.core.syntax import parse
from hone.recipes.tool_traces.tools.base import LocalTool, ToolError, World, cut, described


def _python(arguments: Mapping[str, Any], world: World) -> str:
    shown = world.runner.run(arguments["code"])
    if shown.outcome != "passed":
        raise ToolError((shown.error.strip().splitlines() or [shown.outcome])[-1][:200])
    return cut(shown.stdout.strip()) or "(nothing printed)"


def _plain_code(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without comments and layout."""
    try:
        return {**arguments, "code": ast.unparse(parse(arguments["code"]))}
    except (KeyError, TypeError, SyntaxError, ValueError, RecursionError, MemoryError):
        return arguments


TOOLS = (
    LocalTool(
        described("python", "what a Python script prints", "code", code="string"),
        _python,
        ("python_interpreter", "code_interpreter", "execute_python", "run_python", "python_executor"),
        {"script": "code", "source": "code"},
        _plain_code,
    ),
)

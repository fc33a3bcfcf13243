"""How the fork server runs a program in Python. Loaded by `server.py`, never imported; standard library only.

An adapter has `rehearse`, `load`, `call`, `leave` and `told`, as here. What it imports, programs find imported
already: forks are cheap, imports are not.
"""

import ast  # noqa: F401
import atexit
import bisect  # noqa: F401
import builtins
import cmath  # noqa: F401
import collections  # noqa: F401
import copy  # noqa: F401
import dataclasses  # noqa: F401
import datetime  # noqa: F401
import decimal  # noqa: F401
import fractions  # noqa: F401
import functools  # noqa: F401
import hashlib  # noqa: F401
import heapq  # noqa: F401
import itertools  # noqa: F401
import linecache
import math  # noqa: F401
import operator  # noqa: F401
import random
import re  # noqa: F401
import statistics  # noqa: F401
import string  # noqa: F401
import sys
import traceback
import types
import typing  # noqa: F401

NAME = "solution.py"
_SHOWN = 4000  # characters of a traceback


def rehearse() -> None:
    """Do once what all programs do: what Python makes at its first use, as the compiler's tables, is then there."""
    module = load("def same(x):\n    return x\n", script=False)
    try:
        call(module, "same", [])
    except TypeError as error:
        told(error)
    del sys.modules[module.__name__]


def load(source: str, script: bool) -> types.ModuleType:
    """Run the program's text: all of a script, and what a call needs. As a script it is `__main__`."""
    sys.setrecursionlimit(10_000)
    random.seed(0)
    vars(builtins).update(exit=sys.exit, quit=sys.exit)  # `site` would have brought them
    linecache.cache[NAME] = (len(source), None, source.splitlines(True), NAME)
    module = types.ModuleType("__main__" if script else "solution")
    sys.modules[module.__name__] = module
    exec(compile(source, NAME, "exec"), module.__dict__)
    return module


def call(module: types.ModuleType, entry: str, arguments: list) -> object:
    """Call a function, or a method of a new object."""
    name, _, method = entry.partition(".")
    function = getattr(module, name)
    return (getattr(function(), method) if method else function)(*arguments)


def leave() -> None:
    """The end of a script, as Python has it: wait for its threads, run its exit functions, flush its output."""
    if threading := sys.modules.get("threading"):  # not imported here: it makes every fork a fifth dearer
        threading._shutdown()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.__stdout__):
        if stream is not None and not stream.closed:
            stream.flush()


def told(error: BaseException) -> dict[str, str]:
    """An exception as Python prints it, the program's own frames only."""
    if isinstance(error, SystemExit):
        return {"error": f"SystemExit: {str(error.code)[:200]}", "traceback": ""}
    shown = traceback.TracebackException.from_exception(error, limit=-40)
    _keep_own_frames(shown)
    last = list(shown.format_exception_only())[-1].strip()
    text = "".join(shown.format())
    if len(text) > _SHOWN:
        text = text[: _SHOWN // 2] + "\n...\n" + text[-_SHOWN // 2 :]
    return {"error": last[:_SHOWN], "traceback": text}


def _keep_own_frames(shown: traceback.TracebackException | None) -> None:
    if shown is not None:
        shown.stack = traceback.StackSummary.from_list([f for f in shown.stack if f.filename == NAME])
        _keep_own_frames(shown.__cause__)
        _keep_own_frames(shown.__context__)

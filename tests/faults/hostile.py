"""A corpus of programs that cheat, break out or break down, and what the runner must say of each.

{canary} is a file that must stay as it is, {port} a port of this machine on which nobody may call.
"""

FORGE = "import json, os\ndef put(record):\n    os.write(3, json.dumps(record).encode() + b'\\n')\n"
RIGHT = "def f(x):\n    return x + 1\n"

# What is asked of them: f(1) == 2 and f(41) == 42. name: (program, outcome of its first failure;
# "or" where it hangs on what is read first)
PROGRAMS = {
    "writes a file": ("open('{canary}', 'w').write('x')\n", "raised"),
    "truncates a file": ("import os\nos.truncate('{canary}', 0)\n", "raised"),
    "deletes a file": ("import os\nos.remove('{canary}')\n", "raised"),
    "renames a file": ("import os\nos.rename('{canary}', '{canary}2')\n", "raised"),
    "changes a mode": ("import os\nos.chmod('{canary}', 0)\n", "raised"),
    "changes a time": ("import os\nos.utime('{canary}', (0, 0))\n", "raised"),
    "changes a time the old way": (
        "import ctypes\ncall = ctypes.CDLL(None).syscall\n"
        "codes = [call(n, b'{canary}', 0) for n in (132, 235)]\ndef f(x):\n    return codes\n",
        "wrong",
    ),
    "reads a file": ("open('{canary}').read()\n", "raised"),
    "reads /etc/passwd": ("open('/etc/passwd').read()\n", "raised"),
    "reads the parent's environment": ("import os\nopen(f'/proc/{os.getppid()}/environ').read()\n", "raised"),
    "reads the parent's memory": ("import os\nopen(f'/proc/{os.getppid()}/mem', 'rb').read(1)\n", "raised"),
    "opens a socket": ("import socket\nsocket.create_connection(('127.0.0.1', {port}))\n", "raised"),
    "opens a unix socket": ("import socket\nsocket.socket(socket.AF_UNIX)\n", "raised"),
    "imports what is ours": ("import tests, verdict\n", "raised"),
    "forks": ("import os\nos.fork()\n", "raised"),
    "starts a process": ("import subprocess\nsubprocess.run(['/bin/true'])\n", "raised"),
    "asks a shell": ("import os\ncode = os.system('true')\ndef f(x):\n    return code\n", "wrong"),
    "becomes another program": ("import os\nos.execv('/bin/true', ['true'])\n", "raised"),
    "kills its parent": ("import os\nos.kill(os.getppid(), 9)\n", "raised"),
    "kills everything": ("import os\nos.kill(-1, 9)\n", "raised"),
    "signals its parent through a pipe": (
        "import fcntl, os\nfcntl.fcntl(3, fcntl.F_SETOWN, os.getppid())\n", "raised",
    ),
    "lifts its limits": (
        "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (9, 9))\ndef f(x):\n    return 0\n", "raised",
    ),
    "outlives its parent": (
        "import ctypes\ncode = ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)\ndef f(x):\n    return code\n", "wrong",
    ),
    "takes all memory": ("x = []\nwhile True:\n    x.append(bytearray(1 << 24))\n", "memory"),
    "takes all memory in a call": ("def f(x):\n    return bytes(1 << 40)\n", "memory"),
    "takes all memory when read": ("class L(list): pass\ndef f(x):\n    return 'x' * 10**8\n", "memory"),
    "never ends": ("while True:\n    pass\n", "timeout"),
    "never ends in a call": ("def f(x):\n    while True:\n        pass\n", "timeout"),
    "never ends, and holds on": (
        "import signal\nsignal.signal(signal.SIGXCPU, lambda *_: None)\nwhile True:\n    pass\n", "timeout",
    ),
    "never ends, in C": ("sum(range(10**15))\n", "timeout"),
    "never ends, in an except": (
        "def f(x):\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass\n",
        "timeout",
    ),
    "sleeps": ("import time\ntime.sleep(1000)\n", "timeout"),
    "waits for input": ("import threading\nthreading.Event().wait()\n", "timeout"),
    "floods its output": ("while True:\n    print('x' * 10000)\n", "output"),
    "floods the results": ("import os\nwhile True:\n    os.write(3, b'x' * 65536)\n", "output"),
    "floods the results with lines": ("import os\nwhile True:\n    os.write(3, b'5\\n' * 30000)\n", "output"),
    "returns too much": ("def f(x):\n    return 'x' * (5 << 20)\n", "output"),
    "equals everything": (
        "class A:\n    __eq__ = lambda s, o: True\n    __hash__ = lambda s: 0\ndef f(x):\n    return A()\n", "wrong",
    ),
    "is an int that equals everything": (
        "class A(int):\n    __eq__ = lambda s, o: True\n    __hash__ = int.__hash__\ndef f(x):\n    return A(0)\n", "wrong",
    ),
    "says it is an int": (
        "class A:\n    __class__ = int\n    __eq__ = lambda s, o: True\ndef f(x):\n    return A()\n", "wrong",
    ),
    "exits well": ("import sys\nsys.exit(0)\n", "raised"),
    "exits well in a call": ("def f(x):\n    raise SystemExit\n", "raised"),
    "exits at once": ("import os\nos._exit(0)\n", "missing"),
    "exits at once in the last call": (RIGHT.replace("return", "x == 41 and __import__('os')._exit(0)\n    return"), "missing"),
    "says it is done": (FORGE + "put({'done': True})\n", "missing"),
    "says it is done and stays": (FORGE + "put({'done': True})\nwhile True: print('x' * 9999)\n", "missing or output"),
    "forges answers": (FORGE + "for i in (0, 1): put({'i': i, 'value': 0})\nput({'done': True})\n", "wrong"),
    "forges answers with no last record": (
        FORGE + "for i, v in enumerate((2, 42)): put({'i': i, 'value': v})\nos._exit(0)\n", "missing",
    ),
    "forges a failed setup": (FORGE + "put({'setup': 'no'})\nos._exit(70)\n", "missing"),
    "forges a second start": (FORGE + "put({'ready': True})\nput({'ready': 5})\nos._exit(0)\n", "missing"),
    "forges a number too large": (FORGE + "put({'i': 0, 'value': {'$float': 10**400}})\n", "wrong"),
    "forges a value too deep": (FORGE + "os.write(3, b'[' * 100000 + b'\\n')\nos._exit(0)\n", "missing"),
    "forges records of odd types": (
        FORGE + "for r in ([], 5, None, {'i': []}, {'done': 1}, {'i': 0}): put(r)\nos._exit(0)\n", "raised",
    ),
    "looks for answers in frames": (
        "import sys\ndef f(x):\n    frame, seen = sys._getframe(), []\n    while frame:\n"
        "        seen.append(repr(frame.f_locals) + repr(frame.f_globals))\n        frame = frame.f_back\n"
        "    return 'expected' in ''.join(seen)\n",
        "wrong",
    ),
    "looks for answers in memory": (
        "import gc\ndef f(x):\n    found = [o for o in gc.get_objects() if type(o) is dict and 'expected' in o]\n"
        "    return found[0]['expected'] if found else None\n",
        "wrong",
    ),
    "reads through a null pointer": ("import ctypes\nctypes.string_at(0)\n", "crashed"),
    "aborts": ("import os\nos.abort()\n", "crashed"),
    "raises what cannot be printed": (
        "class E(Exception):\n    def __str__(self): raise self\ndef f(x):\n    raise E\n", "raised",
    ),
    "raises what is no Exception": ("class E(BaseException): pass\ndef f(x):\n    raise E\n", "raised"),
    "raises a chain of exceptions": (
        "def f(x):\n    e = None\n    for _ in range(3000):\n        n = ValueError()\n        n.__context__ = e\n"
        "        e = n\n    raise e\n",
        "raised",
    ),
    "leaves threads": (
        "import threading, time\nfor _ in range(4):\n    threading.Thread(target=time.sleep, args=(99,)).start()\n"
        "def f(x):\n    return 0\n",
        "wrong",
    ),
    "starts too many threads": (
        "import threading, time\nwhile True:\n    threading.Thread(target=time.sleep, args=(99,)).start()\n", "raised",
    ),
    "recurses": ("def f(x):\n    return f(x)\n", "raised"),
    "recurses in a value": ("def f(x):\n    a = []\n    a.append(a)\n    return a\n", "wrong"),
    "returns a number too long": ("def f(x):\n    return 10**5000\n", "wrong"),
    "recurses in C": ("import sys\nsys.setrecursionlimit(10**9)\ndef f(x):\n    return max([x], key=f)\n", "crashed"),
    "replaces stdout": ("import sys\nsys.stdout = sys.stderr = None\ndef f(x):\n    return 0\n", "wrong"),
    "replaces json.dumps": ("import json\njson.dumps = lambda r: '{\"done\": true}'\ndef f(x): return 0\n", "missing"),
    "replaces os.write": ("import os\nos.write = lambda fd, data: len(data)\ndef f(x): return 0\n", "missing"),
    "replaces the encoder": (
        "import values\nvalues.encode = lambda v: {'$any': 1}\ndef f(x): return 0\n", "wrong",
    ),
    "replaces print": ("import builtins\nbuiltins.print = None\ndef f(x):\n    return print(x)\n", "raised"),
    "replaces everything": (
        "import builtins, sys\nfor n in dir(builtins):\n    setattr(builtins, n, None)\nsys.modules.clear()\n", "missing",
    ),
    "cannot be collected": (
        "import gc\nclass D:\n    def __del__(self):\n        while True: pass\ndef f(x):\n    D()\n    return 0\n", "timeout",
    ),
    "closes all it has": ("import os\nos.closerange(0, 99)\ndef f(x): return x + 1\n", "missing"),
    "closes all it has and waits": ("import os, time\nos.closerange(0, 99)\ntime.sleep(99)\n", "missing"),
    "sets an alarm": ("import signal, time\nsignal.setitimer(signal.ITIMER_REAL, 0.01)\ntime.sleep(99)\n", "crashed"),
    "sends a datagram": (
        "import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {port}))\n", "raised",
    ),
    "opens a raw socket": ("import socket\nsocket.socket(socket.AF_PACKET, socket.SOCK_RAW)\n", "raised"),
    "opens a netlink socket": ("import socket\nsocket.socket(socket.AF_NETLINK, socket.SOCK_RAW)\n", "raised"),
    "fetches a page": (
        "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:{port}/').read()\n", "raised",
    ),
    "serves": ("import socket\nsocket.create_server(('127.0.0.1', 0)).accept()\n", "raised"),
    "traces its parent": (
        "import ctypes, os\ncode = ctypes.CDLL(None).ptrace(16, os.getppid(), 0, 0)\ndef f(x):\n    return code\n", "wrong",
    ),
    "reads its parent's memory by a call": (
        "import ctypes, os\nn = ctypes.CDLL(None).process_vm_readv(os.getppid(), 0, 0, 0, 0, 0)\n"
        "def f(x):\n    return x + 1 if n >= 0 else n\n",
        "wrong",
    ),
    "makes namespaces": (
        "import ctypes\ncode = ctypes.CDLL(None).unshare(0x10000000)\ndef f(x):\n    return x + 1 if code == 0 else code\n",
        "wrong",
    ),
    "mounts": (
        "import ctypes\ncode = ctypes.CDLL(None).mount(b'none', b'/tmp', b'tmpfs', 0, None)\n"
        "def f(x):\n    return x + 1 if code == 0 else code\n",
        "wrong",
    ),
    "changes its root": ("import os\nos.chroot('/tmp')\n", "raised"),
    "becomes another user": ("import os\nos.setuid(12345)\nos.setuid(0)\n", "raised"),
    "looks into /proc": (
        "import os\nseen = [open(f'/proc/{p}/cmdline').read() for p in os.listdir('/proc') if p.isdigit()]\n", "raised",
    ),
    "reads its own memory": ("open('/proc/self/mem', 'rb').read(1)\n", "raised"),
    "reads its own command line": ("open('/proc/self/cmdline').read()\n", "raised"),
    "reads installed packages": (
        "import os, sys\nplace = os.path.join(os.path.dirname(os.__file__), 'site-packages')\n"
        "seen = [open(os.path.join(place, n)).read() for n in os.listdir(place) if n.endswith(('.txt', '.py', '.pth'))]\n"
        "def f(x):\n    return x + 1 if seen else 0\n",
        "raised",
    ),
    "makes a folder": ("import os\nos.mkdir('{canary}.d')\n", "raised"),
    "links to a file": ("import os\nos.symlink('{canary}', '{canary}.l')\n", "raised"),
    "makes a pipe file": ("import os\nos.mkfifo('{canary}.p')\n", "raised"),
    "makes a temporary file": ("import tempfile\ntempfile.TemporaryFile()\n", "raised"),
    "writes a database": ("import sqlite3\nsqlite3.connect('{canary}.db').execute('create table t (x)')\n", "raised"),
    "maps a file to write": (
        "import mmap, os\nmmap.mmap(os.open('{canary}', os.O_RDWR), 1)[0] = 0\n", "raised",
    ),
    "makes files in memory": ("import os\nos.memfd_create('x')\n", "raised"),
    "opens files without end": (
        "import os\nopened = []\nwhile True:\n    opened.append(os.open(os.devnull, 0))\n", "raised",
    ),
    "makes pipes without end": ("import os\nmade = []\nwhile True:\n    made.append(os.pipe())\n", "raised"),
    "forks without end": (
        "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        break\ndef f(x):\n    return 0\n",
        "wrong",
    ),
    "forks by a bare call": (
        "import ctypes\npid = ctypes.CDLL(None).syscall(57)\ndef f(x):\n    return x + 1 if pid >= 0 else pid\n", "wrong",
    ),
    "leaves a daemon": (
        "import os\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        import time; time.sleep(99)\n", "raised",
    ),
    "uses a pool of processes": (
        "import multiprocessing\ndef g(x): return x\nmultiprocessing.Pool(2).map(g, [1])\n", "raised",
    ),
    "kills its group": ("import os\nos.killpg(0, 9)\n", "raised"),
    "kills itself": ("import os\nos.kill(os.getpid(), 9)\n", "raised"),
    "kills itself by raise": ("import signal\nsignal.raise_signal(9)\n", "raised"),
    "hangs in a regular expression": ("import re\nre.match('(a+)+$', 'a' * 60 + 'b')\n", "timeout"),
    "hangs in a power": ("x = 9 ** 9 ** 9\n", "timeout"),
    "hangs in a destructor at the end": (
        "class D:\n    def __del__(self):\n        while True: pass\nd = D()\ndef f(x):\n    return 0\n", "wrong",
    ),
    "hangs in a hash": (
        "class H(int):\n    def __hash__(self):\n        while True: pass\ndef f(x):\n    return {H(1)}\n", "timeout",
    ),
    "hangs in a thread": (
        "import threading\ndef spin():\n    while True: pass\nthreading.Thread(target=spin).start()\n"
        "def f(x):\n    threading.Event().wait()\n",
        "timeout",
    ),
    "exits in a thread": (
        "import os, threading\nt = threading.Thread(target=os._exit, args=(0,))\nt.start(); t.join()\n", "missing",
    ),
    "exits at the end": ("import atexit, os\natexit.register(os._exit, 0)\ndef f(x):\n    return 0\n", "wrong"),
    "is a float that equals everything": (
        "class A(float):\n    __eq__ = lambda s, o: True\n    __hash__ = float.__hash__\ndef f(x):\n    return A(0)\n", "wrong",
    ),
    "is a list that equals everything": (
        "class A(list):\n    __eq__ = lambda s, o: True\ndef f(x):\n    return [A()]\n", "wrong",
    ),
    "returns a list that changes": (
        "class A(list):\n    def __iter__(self): return iter([2])\ndef f(x):\n    return A()\n", "wrong",
    ),
    "answers with a wrapper of its argument": ("def f(x):\n    return memoryview(bytes([x + 1]))\n", "wrong"),
    "changes what equality means": (
        "import builtins, operator\nbuiltins.type = lambda *a: int\noperator.eq = lambda a, b: True\ndef f(x):\n    return 0\n",
        "wrong",
    ),
    "patches the server": (
        "import sys\nserver = sys.modules['__main__']\nfor n in list(vars(server)):\n"
        "    if callable(getattr(server, n)): setattr(server, n, lambda *a, **k: {'value': 2})\ndef f(x):\n    return 0\n",
        "missing",
    ),
    "patches frames above it": (
        "import sys\nframe = sys._getframe()\nwhile frame.f_back:\n    frame = frame.f_back\n"
        "    frame.f_globals['_answer'] = lambda *a: {'value': 2}\ndef f(x):\n    return 0\n",
        "wrong",
    ),
    "traces the server": (
        "import sys\ndef tracer(frame, event, arg):\n    if 'record' in frame.f_locals:\n"
        "        frame.f_locals['record']['value'] = 2\n    return tracer\nsys.settrace(tracer)\ndef f(x):\n    return 0\n",
        "wrong",
    ),
    "writes into constants": (
        "import ctypes\nctypes.memmove(id(2) + 24, b'\\x05', 1)\ndef f(x):\n    return 2\n", "wrong",
    ),
    "jumps to nowhere": ("import ctypes\nctypes.CFUNCTYPE(None)(1)()\n", "crashed"),
    "compiles itself to death": ("eval('(' * 100 + '1' + ')' * 100)\nexec('x=' + '-' * 10**6 + '1')\n", "memory"),
    "imports a bomb of text": ("x = ['x' * 10**6] * 10**4\ndef f(x_):\n    return ''.join(x)\n", "memory"),
    "prints to the results": ("import os\nos.dup2(3, 1)\nprint('{\"i\": 0, \"value\": 2}', flush=True)\ndef f(x): return 0\n", "wrong"),
    "reads the request again": (
        "import os\nseen = []\nfor fd in range(64):\n    try: seen.append(os.pread(fd, 100, 0))\n    except OSError: pass\n"
        "def f(x):\n    return x + 1 if any(b'expected' in s or b'solution' in s for s in seen) else 0\n",
        "wrong",
    ),
    "looks at other processes": (
        "import os\nseen = []\nfor pid in range(2, 40000):\n    try: seen.append(os.getsid(pid))\n    except OSError: pass\n"
        "    if len(seen) > 1: break\ndef f(x):\n    return x + 1 if len(seen) > 1 else 0\n",
        "wrong",
    ),
}  # fmt: skip

# What is asked of them: to print 2. name: (program, outcome)
SCRIPTS = {
    "prints and exits at once": ("import os\nprint(2, flush=True)\nos._exit(0)\n", "missing"),
    "prints and fails": ("print(2)\n1 / 0\n", "raised"),
    "prints and never ends": ("print(2)\nwhile True: pass\n", "timeout"),
    "prints and leaves a thread": (
        "import threading\nprint(2)\nthreading.Thread(target=threading.Event().wait).start()\n", "timeout",
    ),
    "forges its end": (FORGE + "put({'i': 0, 'value': None})\nput({'done': True})\n", "wrong"),
    "prints for ever": ("while True: print(2)\n", "output"),
}  # fmt: skip

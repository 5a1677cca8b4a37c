"""Ways to keep a count where an instance does not show it."""

from __future__ import annotations

from dataclasses import dataclass

OFTEN = 400
"""More than any search by luck goes."""


@dataclass(frozen=True)
class Way:
    """A way to keep a count: what the module, the class and ``__init__`` need, how it is counted
    (a statement) and how it is read (an expression). ``visible`` where an instance shows it.
    """

    name: str
    count: str
    read: str
    module: str = ""
    body: str = ""
    init: str = ""
    visible: bool = False


WAYS = (
    Way("shared_list", "self.log.append(1)", "len(self.log)", body="log = []"),
    Way("own_list", "self.log.append(1)", "len(self.log)", init="self.log = []", visible=True),
    Way("own_dict", 'self.d["n"] += 1', 'self.d["n"]', init='self.d = {"n": 0}', visible=True),
    Way("shared_dict", 'self.d["n"] += 1', 'self.d["n"]', body='d = {"n": 0}'),
    Way("shared_set", "self.s.add(len(self.s))", "len(self.s)", body="s = set()"),
    Way(
        "own_deque",
        "self.q.append(1)",
        "len(self.q)",
        "import collections",
        "",
        "self.q = collections.deque()",
        visible=True,
    ),
    Way(
        "own_object",
        "self.o.n += 1",
        "self.o.n",
        "class Box:\n    n = 0",
        "",
        "self.o = Box()",
        visible=True,
    ),
    Way("shared_object", "self.o.n += 1", "self.o.n", "class Box:\n    n = 0", "o = Box()"),
    Way("class_of_object", "Box.n += 1", "Box.n", "class Box:\n    n = 0"),
    Way("text", 'self.t += "x"', "len(self.t)", init='self.t = ""', visible=True),
    Way("tuple", "self.t += (1,)", "len(self.t)", init="self.t = ()", visible=True),
    Way("list_in_tuple", "self.t[0].append(1)", "len(self.t[0])", body="t = ([],)"),
    Way("module_int", "N[0] += 1", "N[0]", "N = [0]"),
    Way("module_dict", 'N["n"] = N.get("n", 0) + 1', 'N.get("n", 0)', "N = {}"),
    Way("globals", 'globals()["N"] += 1', "N", "N = 0"),
    Way("globals_read", 'globals()["N"] += 1', 'globals()["N"]', "N = 0"),
    Way("by_modules", "modules[__name__].N += 1", "N", "from sys import modules\nN = 0"),
    Way(
        "by_import",
        "import_module(__name__).N += 1",
        "N",
        "from importlib import import_module\nN = 0",
    ),
    Way("by_way_of_os", "os.sys.modules[__name__].N += 1", "N", "import os\nN = 0"),
    Way(
        "by_held_module", "HELD[0].modules[__name__].N += 1", "N", "import sys\nHELD = [sys]\nN = 0"
    ),
    Way("by_module", "sys.modules[__name__].N += 1", "N", "import sys\nN = 0"),
    Way("by_setattr", 'setattr(sys.modules[__name__], "N", N + 1)', "N", "import sys\nN = 0"),
    Way("helper", "up()", "N", "N = 0\ndef up():\n    global N\n    N += 1"),
    Way(
        "two_helpers",
        "up()",
        "down()",
        "N = 0\ndef up():\n    global N\n    N += 1\ndef down():\n    return N",
    ),
    Way("class_attribute", "type(self).n += 1", "self.n", body="n = 0"),
    Way("class_by_dunder", "self.__class__.n += 1", "self.n", body="n = 0"),
    Way("class_by_setattr", 'setattr(type(self), "n", self.n + 1)', "self.n", body="n = 0"),
    Way(
        "function_attribute",
        "type(self).go_on.n = type(self).go_on.n + 1",
        "self.go_on.n",
        body="def go_on(self): pass\ngo_on.n = 0",
    ),
    Way(
        "bound_function",
        "self.go_on.__func__.n += 1",
        "self.go_on.n",
        body="def go_on(self): pass\ngo_on.n = 0",
    ),
    Way(
        "closure",
        "UP()",
        "DOWN()",
        "def pair():\n    n = 0\n    def up():\n        nonlocal n\n        n += 1\n"
        "    def down():\n        return n\n    return up, down\nUP, DOWN = pair()",
    ),
    Way(
        "closure_list",
        "UP()",
        "DOWN()",
        "def pair():\n    n = []\n    return (lambda: n.append(1)), (lambda: len(n))\n"
        "UP, DOWN = pair()",
    ),
    Way(
        "default_value",
        "self.note()",
        "self.note(0)",
        body="def note(self, by=1, seen=[0]):\n    seen[0] += by\n    return seen[0]",
    ),
    Way("iterator", "next(IT)", "next(IT)", "import itertools\nIT = itertools.count()"),
    Way(
        "own_iterator",
        "next(self.it)",
        "next(self.it)",
        "import itertools",
        "",
        "self.it = itertools.count()",
    ),
    Way(
        "own_generator",
        "next(self.it)",
        "next(self.it)",
        "def numbers():\n    n = 0\n    while True:\n        n += 1\n        yield n",
        "",
        "self.it = numbers()",
    ),
    Way("list_iterator", "next(self.it)", "next(self.it)", "", "", "self.it = iter(range(9999))"),
    Way(
        "cache",
        "first(1).append(1)",
        "len(first(1))",
        "import functools\n@functools.lru_cache\ndef first(n):\n    return []",
    ),
    Way(
        "cache_info",
        "first(N)",
        "first.cache_info().hits",
        "import functools\nN = 1\n@functools.cache\ndef first(n):\n    return n",
    ),
    Way(
        "cached_method",
        "self.first().append(1)",
        "len(self.first())",
        "import functools",
        "@functools.lru_cache\ndef first(self):\n    return []",
    ),
    Way(
        "partial",
        "ADD(1)",
        "len(ADD.args[0])",
        "import functools\ndef add(seen, n):\n    seen.append(n)\nADD = functools.partial(add, [])",
    ),
    Way(
        "enum_member",
        "Box.A.n += 1",
        "Box.A.n",
        "import enum\nclass Box(enum.Enum):\n    A = 1\nBox.A.n = 0",
    ),
    Way(
        "enum_list",
        "Box.A.value.append(1)",
        "len(Box.A.value)",
        "import enum\nclass Box(enum.Enum):\n    A = []",
    ),
    Way(
        "thread_local",
        "L.n = getattr(L, 'n', 0) + 1",
        "getattr(L, 'n', 0)",
        "import threading\nL = threading.local()",
    ),
    Way(
        "context",
        "C.set(C.get() + 1)",
        "C.get()",
        "import contextvars\nC = contextvars.ContextVar('C', default=0)",
    ),
    Way(
        "weak",
        "W[self] = W.get(self, 0) + 1",
        "W.get(self, 0)",
        "import weakref\nW = weakref.WeakKeyDictionary()",
    ),
    Way("by_id", "W[id(self)] = W.get(id(self), 0) + 1", "W.get(id(self), 0)", "W = {}"),
    Way(
        "environ",
        "os.environ['COUNTED'] = str(int(os.environ.get('COUNTED', '0')) + 1)",
        "int(os.environ.get('COUNTED', '0'))",
        "import os",
    ),
    Way(
        "model",
        "self.model.n = getattr(self.model, 'n', 0) + 1",
        "getattr(self.model, 'n', 0)",
        visible=True,
    ),
    Way("on_state", "self.s0.n = getattr(self.s0, 'n', 0) + 1", "getattr(self.s0, 'n', 0)"),
    Way(
        "on_class_state",
        "S = type(self).s0; S.n = getattr(S, 'n', 0) + 1",
        "getattr(type(self).s0, 'n', 0)",
    ),
    Way("state_name", "type(self).s0.name += 'x'", "len(type(self).s0.name)"),
    Way(
        "on_engine",
        "self._engine.n = getattr(self._engine, 'n', 0) + 1",
        "getattr(self._engine, 'n', 0)",
    ),
    Way("engine_counter", "pass", "self._engine._macrostep_count"),
    Way(
        "on_callbacks",
        "self._callbacks.n = getattr(self._callbacks, 'n', 0) + 1",
        "getattr(self._callbacks, 'n', 0)",
    ),
    Way(
        "histories",
        "self.history_values[str(len(self.history_values))] = []",
        "len(self.history_values)",
    ),
    Way(
        "listeners",
        "self.add_listener(Ear())",
        "len(self.active_listeners)",
        "class Ear:\n    pass",
    ),
    Way(
        "starting",
        "self.start_configuration_values.append(1)",
        "len(self.start_configuration_values)",
    ),
    Way("sleep", "self._loop_sleep_in_ms += 1", "self._loop_sleep_in_ms"),
    Way(
        "protected",
        "self._protected_attrs.add(str(len(self._protected_attrs)))",
        "len(self._protected_attrs)",
    ),
    Way("own_bytes", "self.b.append(1)", "len(self.b)", init="self.b = bytearray()", visible=True),
    Way(
        "dynamic", "setattr(self, 'x%d' % len(vars(self)), 1)", "len(vars(self)) * 30", visible=True
    ),
    Way("random", "pass", f"random.randint(0, {OFTEN + 1})", "import random"),
    Way(
        "own_random",
        "pass",
        f"self.r.randint(0, {OFTEN + 1})",
        "import random",
        "",
        "self.r = random.Random(1)",
    ),
    Way("time", "pass", "time.perf_counter()", "import time"),
    Way("date", "pass", "datetime.datetime.now().year", "import datetime"),
    Way("uuid", "pass", "uuid.uuid4().int", "import uuid"),
    Way("secrets", "pass", "secrets.randbits(40)", "import secrets"),
    Way("identity", "pass", "id(object())"),
    Way("object_hash", "pass", "hash(object())"),
    Way("text_hash", "pass", "hash('x' * (1 + self.s0.is_active))"),
    Way("file", "pass", "len(open(__file__).read())"),
    Way("stack", "pass", "len(__import__('inspect').stack()) * 100"),
    Way("frames", "pass", "sys._getframe().f_lineno * 1000", "import sys"),
    Way("garbage", "pass", "len(__import__('gc').get_objects())"),
    Way("subclasses", "type('S', (Box,), {})", "len(Box.__subclasses__())", "class Box:\n    pass"),
    Way(
        "attribute_of_event",
        "type(self).tick.n = getattr(type(self).tick, 'n', 0) + 1",
        "getattr(type(self).tick, 'n', 0)",
    ),
    Way(
        "transitions",
        "type(self).s0.transitions.n = getattr(type(self).s0.transitions, 'n', 0) + 1",
        "getattr(type(self).s0.transitions, 'n', 0)",
    ),
    Way(
        "descriptor",
        "self.dial = self.dial + 1",
        "self.dial",
        "class Dial:\n    n = 0\n    def __get__(self, i, o=None):\n        return self.n\n"
        "    def __set__(self, i, v):\n        self.n = v",
        "dial = Dial()",
    ),
    Way(
        "metaclass_free",
        "Box()",
        "Box.made",
        "class Box:\n    made = 0\n    def __init__(self):\n        Box.made += 1",
    ),
    Way("exception", "FAIL.args = (*FAIL.args, 1)", "len(FAIL.args)", "FAIL = ValueError()"),
    Way(
        "slots",
        "self.o.n += 1",
        "self.o.n",
        "class Box:\n    __slots__ = ('n',)\n    def __init__(self):\n        self.n = 0",
        "o = Box()",
    ),
    Way(
        "own_slots",
        "self.o.n += 1",
        "self.o.n",
        "class Box:\n    __slots__ = ('n',)\n    def __init__(self):\n        self.n = 0",
        "",
        "self.o = Box()",
        visible=True,
    ),
)

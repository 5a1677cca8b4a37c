"""``python -m proofs recheck DIR``: another solver proves a certificate again, from its text alone.

This file imports neither the model nor the engine, nor Z3; it needs cvc5 and the standard library
and can be read, copied and run by itself. It finds out that

* every file is the one that the manifest names, none is missing and none was added;
* every obligation says what the manifest says of it: its sections are those of its rule, what they
  share is the same everywhere, definitions assert nothing, and its goal is the one of its rule;
* none is missing: there is one for each action, clause, claim, region and length of run;
* runs are well-formed: nothing changes that never changes, and every step is an action;
* cvc5 answers ``unsat`` to every obligation.

Whoever changes a definition in all files alike, and every digest, is not found out here, but by
``python -m proofs --certificates DIR --recheck``, which writes the texts anew from the model and
compares. Exit codes: 0 all proved again; 1 something is refuted or was tampered with; 2 usage, or
no certificate; 3 cvc5 left something open; 130 interrupted.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any, NoReturn

SCHEMA_VERSION = 1
TITLE = 40
"""The width of the column of claims."""

HEADER = (
    "(set-info :smt-lib-version 2.6)",
    "(set-info :status unsat)",
)
LOGICS = ("(set-logic UFDTLIA)", "(set-logic QF_UFDTLIA)")
DEFINITIONS = {"declare-sort", "declare-datatype", "declare-fun", "declare-const", "define-fun"}
FILES = ("*.smt2", "*.json")


class Refused(Exception):  # noqa: N818  (what a user asked for cannot be done)
    """There is nothing to re-check; the message says why, and what to do."""


# -- texts ----------------------------------------------------------------------------------------

_TOKEN = re.compile(r";[^\n]*|\(|\)|\|[^|]*\||[^\s()|;]+")


def tokens(text: str) -> list[str]:
    """The tokens of an SMT-LIB text, comments left out."""
    return [token for token in _TOKEN.findall(text) if not token.startswith(";")]


def commands(text: str) -> list[list[str]]:
    """The tokens of each command of a text. Raises ValueError where parentheses do not match."""
    found: list[list[str]] = []
    depth = 0
    for token in tokens(text):
        if depth == 0:
            if token != "(":  # noqa: S105  (a parenthesis)
                raise ValueError(f"{token!r} stands outside of every command")
            found.append([])
        depth += (token == "(") - (token == ")")  # noqa: S105
        found[-1].append(token)
    if depth:
        raise ValueError("parentheses do not match")
    return found


def sections(text: str) -> list[tuple[str, str]]:
    """A text cut at its ``; == name`` lines; what comes before the first has the name ``""``."""
    parts = re.split(r"^; == (.*)\n", text, flags=re.MULTILINE)
    return [("", parts[0]), *zip(parts[1::2], parts[2::2], strict=True)]


def later(symbol: str) -> str:
    """The symbol of a function of the state after the step."""
    return f"{symbol[:-1]}!1|" if symbol.startswith("|") else f"{symbol}!1"


def digest(text: str) -> str:
    """The SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


# -- what a certificate has to say ----------------------------------------------------------------


class Certificate:
    """A certificate folder and its manifest. Raises Refused if there is none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not folder.is_dir():
            raise Refused(f"{folder} is no folder; write one with python -m proofs --certificates")
        try:
            text = (folder / "manifest.json").read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise Refused(
                f"{folder} has no manifest.json, so it is no certificate; "
                "write one with python -m proofs --certificates"
            ) from None
        self.problems: list[str] = []
        self.texts: dict[str, str] = {}
        self.firsts: dict[tuple[str, str], str] = {}
        try:
            self.manifest: dict[str, Any] = json.loads(text)
            if self.manifest.get("schema") != SCHEMA_VERSION:
                raise Refused(
                    f"{folder} has schema {self.manifest.get('schema')}; this program reads "
                    f"{SCHEMA_VERSION}"
                )
            self._audit()
        except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            self.problems.append(f"manifest.json is damaged: {type(error).__name__}: {error}")

    def _audit(self) -> None:
        manifest = self.manifest
        content = {name: value for name, value in manifest.items() if name != "digest"}
        sealed = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        if digest(sealed) != manifest["digest"]:
            self.problems.append("manifest.json was changed: its digest is not that of its content")
        self.files = manifest["files"]
        self.clauses = {c["name"]: c for c in manifest["invariant"]["clauses"]}
        self.claims = {claim["title"]: claim for claim in manifest["claims"]}
        self.actions = manifest["model"]["actions"]
        self._read()
        for path, about in self.files.items():
            if path in self.texts:
                try:
                    self._obligation(path, about, self.texts[path])
                except ValueError as error:
                    self.problems.append(f"{path} does not say what it should: {error}")
        self._complete()
        for claim in manifest["claims"]:
            for path in claim["runs"]:
                if path in self.texts:
                    problem = _run_problem(self.texts[path], manifest, claim)
                    if problem:
                        self.problems.append(f"{path} is no run: {problem}")

    def _read(self) -> None:
        listed = {path: about["sha256"] for path, about in self.files.items()}
        for claim in self.manifest["claims"]:
            listed |= claim["runs"]
        for path, wanted in listed.items():
            try:
                content = (self.folder / path).read_bytes()
            except OSError:
                self.problems.append(f"{path} is missing")
                continue
            if hashlib.sha256(content).hexdigest() != wanted:
                self.problems.append(f"{path} was changed: its digest is not the manifest's")
            self.texts[path] = content.decode("utf-8", errors="replace")
        known = {*listed, "manifest.json"}
        for file in sorted(self.folder.rglob("*")):
            path = file.relative_to(self.folder).as_posix()
            if not file.is_dir() and path not in known:
                self.problems.append(f"{path} was added: the manifest does not name it")

    # -- one obligation -------------------------------------------------------------------------

    def _obligation(self, path: str, about: dict[str, Any], text: str) -> None:
        (_, header), *parts, (last, goal) = sections(text)
        lines = [line for line in header.splitlines() if not line.startswith(";")]
        if tuple(lines[:-1]) != HEADER or lines[-1] not in LOGICS:
            raise ValueError("its header is another one")
        names = [name for name, _ in parts]
        if last != "goal" or names != self._sections(about):
            raise ValueError(f"its sections are {', '.join([*names, last])}")
        for name, body in parts:
            if digest(body.removesuffix("\n")) != self._shared(about, name, body):
                raise ValueError(f"its section {name!r} is not that of the other obligations")
            self._harmless(name, body)
        wanted = tokens(" ".join(self._goal(about, dict(parts))))
        if tokens(goal) != wanted:
            raise ValueError("its goal is not the one of its rule")
        if about["sections"] != names:
            raise ValueError("the manifest names other sections")

    def _shared(self, about: dict[str, Any], name: str, body: str) -> str:
        """The digest that a section has to have: the manifest's, or that of a claim's first one."""
        own = digest(body.removesuffix("\n"))
        if name in self.manifest["sections"]:
            return str(self.manifest["sections"][name])
        many = name.startswith("any ") or about["rule"] in ("steps", "premise")
        return self.firsts.setdefault((about["claim"], name), own) if many else own

    def _sections(self, about: dict[str, Any]) -> list[str]:
        rule = about["rule"]
        state = ["types", "state and step"]
        if rule == "start":
            return [*state, "invariant", "start"]
        if rule == "step":
            return [*state, "invariant", f"step {about['action']}"]
        claim = self.claims[about["claim"]]
        said = f"claim {claim['title']}"
        support = ["invariant"] if claim["clauses"] else []
        if rule == "premise":
            step = [f"step {about['action']}"] if "action" in about else []
            return [*state, *support, *step, f"premise {about['premise']}"]
        if rule == "states":
            return [*state, *support, said]
        if rule == "steps":
            return [*state, *support, f"step {about['action']}", said]
        if rule == "plans":
            return [*state, "invariant", said, "plans"]
        steps = range(1, about["steps"] + 1)
        if rule == "shorter":
            any_steps = [f"any step {i}" for i in steps]
            return ["types", "any first state", *any_steps, said, "instances"]
        if rule == "run":
            return ["types of the run", "first state", *(f"step {i}" for i in steps), said]
        raise ValueError(f"there is no rule {rule!r}")

    def _harmless(self, name: str, body: str) -> None:
        """Definitions assert nothing; what is asserted elsewhere has one form."""
        fixed = []
        for command in commands(body):
            if command[1] in DEFINITIONS:
                continue
            if name == "start" and command[1:6] == ["assert", "(", "forall", "(", "("]:
                opening = command.index("=")
                fixed.append(command[opening + 2])
            elif not (
                name.startswith(("any step", "instances")) and command[1:4] == ["assert", "(", "=>"]
            ):
                raise ValueError(f"its section {name!r} has a command {command[1]}")
        if name == "start" and fixed != self.manifest["model"]["initially_fixed"]:
            raise ValueError("its section 'start' does not fix each function once")

    def _goal(self, about: dict[str, Any], parts: dict[str, str]) -> Iterator[str]:
        rule = about["rule"]
        if rule == "start":
            clause = self.clauses[about["clause"]]
            yield f"(declare-const here {clause['every']}) (assert (not ({clause['name']} here)))"
        elif rule == "step":
            clause = self.clauses[about["clause"]]
            after = later(clause["name"])
            yield self._after(clause["name"], parts["invariant"])
            yield from self._assumed(list(self.clauses))
            yield from self._taken(about)
            yield f"(declare-const here {clause['every']}) (assert (not ({after} here)))"
        else:
            yield from self._claim_goal(about)
        yield "(check-sat)"

    def _claim_goal(self, about: dict[str, Any]) -> Iterator[str]:
        rule, claim = about["rule"], self.claims[about["claim"]]
        if rule == "premise":
            yield from self._assumed(claim["clauses"])
            if "action" in about:
                yield from self._taken(about)
            yield "(assert violated)"
            return
        universal = claim["kind"] in ("always", "finding", "recoverable")
        ends = "(not claim)" if universal else "claim"
        if rule == "run":
            between = about["numbers"]
            if between is not None:
                yield _between(between[0], claim["numbers"]["variable"], between[1])
            enabled = " ".join(f"enabled.{i}" for i in range(1, about["steps"] + 1))
            yield f"(assert (not (and {enabled} reading {ends})))"
            return
        if rule == "shorter":
            yield from (f"(assert enabled@{i})" for i in range(about["steps"]))
        else:
            yield from self._assumed(claim["clauses"])
        if rule == "steps":
            yield from self._taken(about)
        yield f"(assert reading) (assert {ends})"
        if rule == "plans":
            yield from (f"(assert (not plan.{i}))" for i in range(1, len(claim["plans"]) + 1))
        numbers = claim["numbers"]
        if numbers is not None and rule in ("states", "steps"):
            name = numbers["variable"]
            inside = [
                f"(and (<= {low} {name}) (<= {name} {high}))" for low, high in numbers["regions"]
            ]
            either = f"(or {' '.join(inside)})" if len(inside) > 1 else (inside or ["false"])[0]
            yield _between(numbers["low"], name, numbers["high"])
            yield f"(assert (not {either}))"

    def _assumed(self, names: Sequence[str]) -> Iterator[str]:
        for name in names:
            yield f"(assert (forall ((x {self.clauses[name]['every']})) ({name} x)))"

    def _taken(self, about: dict[str, Any]) -> Iterator[str]:
        system = self.manifest["model"]["system"]
        yield f"(assert (= action {system}.action.{about['action']})) (assert enabled)"

    def _after(self, name: str, invariant: str) -> str:
        """A clause's definition, said of the state after the step."""
        own = next(c for c in commands(invariant) if c[1] == "define-fun" and c[2] == name)
        changing = {*self.manifest["model"]["functions"], name}
        return " ".join(later(t) if t.strip("|") in changing else t for t in own)

    # -- all of them ----------------------------------------------------------------------------

    def _complete(self) -> None:
        found = [_key(about) for about in self.files.values()]

        def demand(rule: str, **of: Any) -> None:
            if _key({"rule": rule, **of}) not in found:
                words = " ".join(str(word) for word in (rule, *of.values()))
                self.problems.append(f"an obligation is missing: {words}")

        actions = [{"action": action} for action in self.actions]
        for name in self.clauses if any(c["clauses"] for c in self.claims.values()) else ():
            demand("start", clause=name)
            for action in actions:
                demand("step", clause=name, **action)
        for title, claim in self.claims.items():
            proved = claim["verdict"] in ("PROVED", "DERIVED") and claim["kind"] != "eventually"
            if proved and claim["kind"] == "recoverable":
                demand("plans", claim=title, plans=len(claim["plans"]))
            elif proved and claim["about"] == "states":
                demand("states", claim=title)
            for action in actions if proved and claim["about"] == "steps" else ():
                demand("steps", claim=title, **action)
            for premise in claim["premises"]:
                for action in actions if premise["about"] == "steps" else [{}]:
                    demand("premise", claim=title, premise=premise["name"], **action)
            for region in claim["numbers"]["regions"] if claim["numbers"] else ():
                demand("run", claim=title, numbers=region)
            if claim["verdict"] in ("REACHED", "REFUTED"):
                demand("run", claim=title, numbers=None)
                for steps in range(1 if claim["about"] == "steps" else 0, claim["steps"]):
                    demand("shorter", claim=title, steps=steps)
        claimed = {path for claim in self.claims.values() for path in claim["obligations"]}
        claimed |= set(self.manifest["invariant"]["obligations"])
        if claimed != set(self.files):
            self.problems.append("manifest.json lists other obligations than its claims have")


_OF = ("claim", "clause", "action", "premise", "plans", "numbers")


def _key(about: dict[str, Any]) -> list[Any]:
    """What an obligation is for. How long a shown run is does not matter here."""
    length = about["steps"] if about["rule"] == "shorter" else None
    return [about["rule"], length, *(about.get(name) for name in _OF)]


def _between(low: int, name: str, high: int) -> str:
    return f"(assert (and (<= {low} {name}) (<= {name} {high})))"


def _run_problem(text: str, manifest: dict[str, Any], claim: dict[str, Any]) -> str | None:
    """What is wrong with a run in the Informal Trace Format, or None."""
    try:
        run = json.loads(text)
        states, names = run["states"], run["vars"]
        changing = {*manifest["model"]["functions"], "action"}
        if (
            claim["steps"] is not None
            and not claim["numbers"]
            and len(states) != claim["steps"] + 1
        ):
            return f"it has {len(states) - 1} steps, the manifest {claim['steps']}"
        for index, state in enumerate(states):
            if state["#meta"]["index"] != index or set(state) != {"#meta", *names}:
                return f"state {index} has other variables"
            action = state["action"]["tag"]
            if action not in (manifest["model"]["actions"] if index else ("init",)):
                return f"state {index} follows from {action}, which is no action"
            for name in names:
                before, value = states[0][name], state[name]
                if name not in changing and value != before:
                    return f"{name}, which never changes, differs in state {index}"
                if _entities(value) != _entities(before):
                    return f"{name} is of other entities in state {index}"
    except (ValueError, KeyError, TypeError) as error:
        return f"{type(error).__name__}: {error}"
    return None


def _entities(value: Any) -> list[Any] | None:
    """The entities that a function of a state is about; None for what is no function."""
    if not isinstance(value, dict) or "#map" not in value:
        return None
    return [entity for entity, _ in value["#map"]]


# -- cvc5 -----------------------------------------------------------------------------------------


class Solver:
    """cvc5. ``seconds`` limit each obligation; ``proofs`` has cvc5 check its own proofs."""

    def __init__(self, seconds: float, *, proofs: bool) -> None:
        try:
            import cvc5  # noqa: PLC0415  (what is missing is reported)
        except ImportError:
            raise Refused(
                "cvc5 is not installed; install it with: python -m pip install cvc5"
            ) from None
        self.cvc5 = cvc5
        self.options = {"tlimit-per": str(max(1, int(seconds * 1000)))}
        if proofs:
            self.options |= {"produce-proofs": "true", "check-proofs": "true"}
        self.version = metadata.version("cvc5")

    def answer(self, text: str) -> str:
        """``unsat``, ``sat``, ``unknown``, or what cvc5 complains about."""
        # Told to expect unsat, cvc5 calls another answer an error.
        text = text.replace("(set-info :status unsat)", "")
        said = self._ask(text, self.options)
        if said == "unknown":
            # Instances refute; only a finite model shows that there is nothing to refute.
            said = self._ask(text, self.options | {"finite-model-find": "true"})
        return said

    def _ask(self, text: str, options: dict[str, str]) -> str:
        cvc5 = self.cvc5
        solver = cvc5.Solver(cvc5.TermManager())
        said = ""
        try:
            for name, value in options.items():
                solver.setOption(name, value)
            parser = cvc5.InputParser(solver)
            parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "obligation")
            symbols = parser.getSymbolManager()
            while not (command := parser.nextCommand()).isNull():
                said += str(command.invoke(solver, symbols))
        except RuntimeError as error:
            return " ".join(str(error).split())
        return said.strip()


def recheck(certificate: Certificate, solver: Solver) -> Iterator[tuple[str, str]]:
    """Each obligation's path, and what cvc5 answers."""
    for path in certificate.files:
        yield path, solver.answer(certificate.texts[path])


# -- the report -----------------------------------------------------------------------------------


def table(certificate: Certificate, answers: dict[str, str]) -> str:
    """What was proved again, claim by claim."""
    manifest = certificate.manifest
    clauses = manifest["invariant"]
    rows = [("invariant", f"{len(clauses['clauses'])} clauses", clauses["obligations"])]
    rows += [(c["title"], c["verdict"], c["obligations"]) for c in manifest["claims"]]
    head = f"{'claim':<{TITLE}} {'verdict':<12} {'obligations':>11} {'re-proved':>10}"
    lines = [head, "-" * len(head)]
    for title, verdict, paths in rows:
        proved = sum(answers.get(path) == "unsat" for path in paths)
        count = str(len(paths)) if paths else "none"
        again = str(proved) if paths else ""
        lines.append(f"{title:<{TITLE}} {verdict:<12} {count:>11} {again:>10}".rstrip())
    return "\n".join(lines)


def fragments(certificate: Certificate) -> str:
    """How many obligations stay in a decidable fragment, and which do not."""
    leaving = {p: a["fragment"]["leaves"] for p, a in certificate.files.items()}
    leaving = {path: why for path, why in leaving.items() if why}
    total = len(certificate.files)
    text = f"{total - len(leaving)} of {total} obligations are in a decidable fragment."
    return "\n".join([text, *(f"  {path}: {why}" for path, why in leaving.items())])


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Refused(f"{message}; see python -m proofs recheck --help")


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = _Parser(
        prog="python -m proofs recheck",
        description="Let cvc5 prove every obligation of a certificate again, from its text alone.",
        epilog="Exit codes: 0 all proved again; 1 refuted or tampered with; 2 usage, or no "
        "certificate; 3 something is left open; 130 interrupted.",
    )
    parser.add_argument("folder", metavar="DIR", type=Path, help="what --certificates wrote")
    parser.add_argument(
        "--timeout", type=float, default=60, metavar="S", help="seconds for each obligation (60)"
    )
    parser.add_argument("--proofs", action="store_true", help="let cvc5 check its own proofs too")
    given = parser.parse_args(arguments)
    if not 0 < given.timeout < float("inf"):
        raise Refused(f"--timeout {given.timeout:g} is not a number of seconds greater than 0")
    return given


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code; whatever goes wrong becomes one line."""
    try:
        _listen()
        given = _arguments(sys.argv[1:] if arguments is None else arguments)
        certificate = Certificate(given.folder)
        if certificate.problems:
            for problem in certificate.problems:
                _say(problem)
            _say(f"{given.folder} was tampered with; nothing was proved again")
            return 1
        return _proved_again(certificate, Solver(given.timeout, proofs=given.proofs))
    except Refused as refusal:
        _say(f"error: {refusal}")
        return 2
    except KeyboardInterrupt:
        _say("interrupted")
        return 130
    except SystemExit as asked:
        return int(asked.code or 0)


def _proved_again(certificate: Certificate, solver: Solver) -> int:
    started, answers, interrupted = time.perf_counter(), {}, False
    try:
        for path, answer in recheck(certificate, solver):
            answers[path] = answer
            _progress(f"{len(answers)} of {len(certificate.files)}")
    except KeyboardInterrupt:
        interrupted = True
    _progress("")
    with _undisturbed():
        return _report(certificate, solver, answers, started, interrupted=interrupted)


def _listen() -> None:
    """Whoever runs this program may have kept Ctrl-C back until now."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Within, Ctrl-C is ignored: a terminal and whoever runs this program may both send it."""
    former = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)


def _report(
    certificate: Certificate,
    solver: Solver,
    answers: dict[str, str],
    started: float,
    *,
    interrupted: bool,
) -> int:
    model = certificate.manifest["model"]
    refuted = [path for path, answer in answers.items() if answer == "sat"]
    open_ = {p: a for p, a in answers.items() if a not in ("sat", "unsat")}
    bare = [
        claim["title"]
        for claim in certificate.manifest["claims"]
        if not claim["obligations"] and claim["verdict"] != "UNDETERMINED"
    ]
    lines = [f"{model['system']} {model['digest'][:12]}, cvc5 {solver.version}", ""]
    lines.append(table(certificate, answers))
    lines += [f"refuted: {path}" for path in refuted]
    lines += [f"left open: {path}: {answer}" for path, answer in open_.items()]
    lines += [f"left open: {title} has no obligations" for title in bare]
    seconds = time.perf_counter() - started
    proved = sum(answer == "unsat" for answer in answers.values())
    lines += ["", fragments(certificate)]
    total = len(certificate.files)
    lines.append(f"{proved} of {total} obligations proved again in {seconds:.1f} s.")
    _put("\n".join([*lines, ""]))
    if interrupted:
        _say(f"interrupted: {len(answers)} of {len(certificate.files)} obligations were answered")
        return 130
    if refuted:
        return 1
    return 3 if open_ or bare else 0


def _put(text: str) -> None:
    """Write to stdout. That a reader went away is no error; that a disk is full is one."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise Refused(f"cannot write standard output: {error.strerror}") from error


def _say(message: str) -> None:
    print(" ".join(message.split()), file=sys.stderr)


def _progress(message: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{message}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())

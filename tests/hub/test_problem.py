"""Problems: their order, their words, and the list of their codes."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import hub.problem
from hub.interface import ConfigurationError
from hub.problem import CODES, Place, Problem, Problems, nearest

CODE = re.compile(r"[a-z]+(-[a-z0-9]+)*")
MAKERS = {"Problem", "_problem", "_tell"}


def made(tree: ast.AST) -> Iterator[str]:
    """Codes that a module gives to problems: constants in calls that make one, and of tuples that are spread into one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in MAKERS:
            yield from (arg.value for arg in node.args[:3] if isinstance(arg, ast.Constant) and isinstance(arg.value, str))
        if isinstance(node, ast.FunctionDef) and node.name == "_told":
            returned = (inner.value for inner in ast.walk(node) if isinstance(inner, ast.Return))
            yield from (value.elts[0].value for value in returned if isinstance(value, ast.Tuple))  # type: ignore[attr-defined]


def test_every_code_that_is_given_is_explained_and_the_other_way_round() -> None:
    """The list cannot lie: documentation is made from it."""
    folder = Path(hub.problem.__file__).parent
    found = {code for path in folder.rglob("*.py") for code in made(ast.parse(path.read_text(encoding="utf-8")))}
    computed = {"duplicate-code", "duplicate-title"}  # f"duplicate-{what}"
    assert {code for code in found if CODE.fullmatch(code)} | computed == set(CODES)
    assert list(CODES) == sorted(CODES)


def test_a_problem_reads_like_a_compilers_message() -> None:
    """path:line:column: severity code: what; cure."""
    problem = Problem(Place("a.yaml", 3, 7), "unknown-key", "unknown key 'x'", "did you mean 'y'?")
    assert str(problem) == "a.yaml:3:7: error unknown-key: unknown key 'x'; did you mean 'y'?"
    assert str(Problem(Place("a.yaml"), "yaml-empty", "the file is empty")) == "a.yaml: error yaml-empty: the file is empty"


def test_problems_are_one_error_sorted_by_place_without_doubles() -> None:
    """The class says: edit the YAML."""
    late, early = Problem(Place("b", 1, 1), "empty", "x"), Problem(Place("a", 10, 1), "empty", "x")
    raised = Problems([late, early, late])
    assert raised.problems == (early, late)
    assert isinstance(raised, ConfigurationError)
    assert str(raised).splitlines() == [str(early), str(late)]


def test_the_cure_names_what_is_near_or_what_is_known() -> None:
    """At most three near words, at most twelve known ones."""
    assert nearest("requird", ["required", "title"]) == "did you mean 'required'?"
    assert nearest("zzz", ["b", "a"]) == "known: a, b"
    assert nearest("zzz", []) == "there is none yet"
    assert nearest("zzz", [f"word{n:02}" for n in range(20)]).endswith(" …")

"""The book and the README: their blocks run, and the reference is what the docstrings say.

With ``UPDATE_DOCS=1`` the reference, and what examples print, are written anew.
"""

import ast
import doctest
import inspect
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import varidex

ROOT = Path(__file__).parent.parent.parent
BOOK = ROOT / "docs" / "src"
REFERENCE = BOOK / "reference" / "python.md"
UPDATE = "UPDATE_DOCS" in os.environ

BLOCK = re.compile(r"(?<=^```python\n).*?(?=^```$)", re.DOTALL | re.MULTILINE)
PAGES = [page for page in [ROOT / "README.md", *sorted(BOOK.rglob("*.md"))] if BLOCK.search(page.read_text())]


def run(block: str, names: dict[str, Any], page: Path) -> str:
    """The block, with what its examples print now; names go on to the next."""
    for module in re.findall(r"(?:import |\.to_)(duckdb|pandas|polars)\b", block):
        pytest.importorskip(module)
    if not block.startswith(">>>"):
        exec(compile(block, page.name, "exec"), names)
        return block
    test = doctest.DocTestParser().get_doctest(block, names, page.name, str(page), 0)
    printed: list[str] = []
    shown = ""

    class Runner(doctest.DocTestRunner):
        def report_start(self, out: Any, test: Any, example: Any) -> None:
            pass

        def report_success(self, out: Any, test: Any, example: Any, got: str) -> None:
            printed.append(got)

        def report_failure(self, out: Any, test: Any, example: Any, got: str) -> None:
            printed.append(got)
            if not UPDATE:
                super().report_failure(out, test, example, got)

    runner = Runner(verbose=False)
    runner.run(test, clear_globs=False)
    names.update(test.globs)
    assert UPDATE or runner.failures == 0
    for example, got in zip(test.examples, printed, strict=True):
        source = example.source.splitlines()
        shown += "\n".join([f">>> {source[0]}", *(f"... {line}" for line in source[1:])]) + f"\n{got}"
    return shown


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_blocks_run(
    page: Path, place: Path, people: varidex.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the data that the commands of the pages make
    for made in place.iterdir():
        (tmp_path / made.name).symlink_to(made)
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    if page.parent.name == "how-to":
        for block in BLOCK.findall((page.parent / "index.md").read_text()):
            run(block, names, page)
    text = page.read_text()
    now = BLOCK.sub(lambda block: run(block.group(), names, page), text)
    if UPDATE and now != text:
        page.write_text(now)


def signatures() -> dict[str, str]:
    """How functions and methods are called, by the stubs and sources."""
    found: dict[str, str] = {}

    def called(name: str, function: ast.FunctionDef) -> None:
        function.args.args = [argument for argument in function.args.args if argument.arg != "self"]
        returned = f" -> {ast.unparse(function.returns)}" if function.returns else ""
        one_line = f"{name}({ast.unparse(function.args)}){returned}"
        if [item for item in function.decorator_list if ast.unparse(item) == "property"]:
            one_line = f"{name}: {ast.unparse(function.returns or ast.Constant(None))}"
        elif len(one_line) > 100:
            arguments = ast.unparse(function.args)
            parts = re.split(r", (?=[*\w]+(?:: |$|,))", arguments)
            one_line = "\n".join([f"{name}(", *(f"    {part}," for part in parts), f"){returned}"])
        found[name] = re.sub(r"\b_(?=[A-Z])", "", one_line)

    for name, within in [("_varidex.pyi", ""), ("_xarray.py", ""), ("plot.py", "plot.")]:
        for item in ast.parse((ROOT / "bindings-python/python/varidex" / name).read_text()).body:
            if isinstance(item, ast.FunctionDef):
                called(within + item.name, item)
            elif isinstance(item, ast.ClassDef):
                for method in item.body:
                    if isinstance(method, ast.FunctionDef):
                        called(f"{item.name}.{method.name}", method)
    return found


def described(value: Any) -> str:
    """A docstring as Markdown: examples become blocks."""
    parts, lines = [], (inspect.getdoc(value) or "").splitlines()
    for example, group in grouped(lines):
        text = "\n".join(group).strip("\n")
        parts.append(f"```pycon\n{text}\n```" if example else text)
    return "\n\n".join(part for part in parts if part)


def grouped(lines: list[str]) -> Iterator[tuple[bool, list[str]]]:
    """Lines of text and lines of examples, which end with an empty line."""
    group: list[str] = []
    inside = False
    for line in lines:
        begins, ends = line.startswith(">>> ") and not inside, inside and not line.strip()
        if begins or ends:
            yield inside, group
            group, inside = [], begins
        group.append(line)
    yield inside, group


def reference() -> str:
    called = signatures()
    functions = [name for name in varidex.__all__ if inspect.isroutine(getattr(varidex, name))]
    classes = [name for name in varidex.__all__ if inspect.isclass(getattr(varidex, name))]
    kinds = [name for name in classes if not issubclass(getattr(varidex, name), BaseException)]
    parts = [
        "# Python",
        "<!-- made from the docstrings and stubs: UPDATE_DOCS=1 make test-python -->",
        "`import varidex`. An `Expression` is [text](expressions.md) or its [JSON form](expressions.md#8-json) as a dict, and "
        "a `group` is a `Group` or an expression. A `Path` is a str or a path of `pathlib`, `Paths` one or several; `Texts` is a str or "
        "several. Positions are 1-based. `help(varidex.Dataset)` shows the same.",
        "## Functions",
    ]
    for name in functions:
        parts += [f"### {name}", f"```python,ignore\n{called[name]}\n```", described(getattr(varidex, name))]
    for name in kinds:
        value = getattr(varidex, name)
        parts += [f"## {name}", described(value)]
        for method in (method for method in called if method.startswith(f"{name}.") and "._" not in method):
            call = called[method].removeprefix(f"{name}.")
            attribute = getattr(value, method.removeprefix(f"{name}."))
            parts += [f"### {method}", f"```python,ignore\n{call}\n```", described(attribute)]
    parts += ["## varidex.plot", described(varidex.plot)]
    for name in varidex.plot.__all__:
        value = getattr(varidex.plot, name)
        parts += [f"### plot.{name}", f"```python,ignore\n{called[f'plot.{name}']}\n```", described(value)]
    parts += ["## Errors", "| error | |\n|---|---|"]
    rows = [getattr(varidex, name) for name in classes if name not in kinds]
    parts[-1] += "".join(
        f"\n| `{row.__name__}` ({', '.join(base.__name__ for base in row.__bases__)}) | {' '.join(described(row).split())} |"
        for row in rows
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def test_the_reference_is_what_the_docstrings_say() -> None:
    if UPDATE:
        REFERENCE.write_text(reference())
    assert REFERENCE.read_text() == reference(), "UPDATE_DOCS=1 makes it anew"

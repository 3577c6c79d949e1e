"""What comes with the package: types, examples in documentation, the program, pictures, the tutorial."""

import doctest
import inspect
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import varidex
from varidex import _varidex

ROOT = Path(__file__).parent.parent


def documented() -> list[tuple[str, Any]]:
    """Everything public, and the methods of its classes."""
    found: list[tuple[str, Any]] = [("varidex", varidex)]
    for name in varidex.__all__:
        value = getattr(varidex, name)
        found.append((name, value))
        if inspect.isclass(value) and value.__module__ != "varidex.errors":
            public = [name for name in vars(value) if not name.startswith("_")]
            found += [(f"{value.__name__}.{name}", getattr(value, name)) for name in public]
    return [(name, value) for name, value in found if name != "__version__"]


@pytest.mark.parametrize("name, value", documented(), ids=lambda value: str(value)[:40])
def test_everything_is_documented(name: str, value: Any) -> None:
    assert (inspect.getdoc(value) or "").strip(), name


def test_examples_in_documentation(
    place: Path, ds: varidex.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(place)
    parser = doctest.DocTestParser()
    runner = doctest.DocTestRunner(verbose=False)
    for name, value in documented():
        text = inspect.getdoc(value) or ""
        names = {"varidex": varidex, "ds": ds}
        runner.run(parser.get_doctest(text, names, name, None, 0))
    assert runner.tries > 20 and runner.failures == 0


def test_stubs_say_what_there_is() -> None:
    pytest.importorskip("mypy")
    checked = subprocess.run(
        [sys.executable, "-m", "mypy.stubtest", "varidex", "--mypy-config-file", "pyproject.toml"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_types_are_strict(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    user = tmp_path / "user.py"
    user.write_text(
        "import varidex\n"
        "with varidex.open('x') as ds:\n"
        "    group = ds.ask('all') & ds.ask('all')\n"
        "    reveal_type(group.ids())\n"
        "    found = ds.frequency('22:1:A:G')\n"
        "    reveal_type(found.ac if found else 0)\n"
        "    ds.variants(colour=1)\n"
    )
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", str(user)], capture_output=True, text=True, cwd=tmp_path
    )
    assert 'Revealed type is "list[str]"' in checked.stdout.replace("builtins.", "")
    assert 'Revealed type is "int"' in checked.stdout.replace("builtins.", "")
    assert 'Unexpected keyword argument "colour"' in checked.stdout
    assert checked.stdout.count("error:") == 1, checked.stdout


def test_the_program_is_the_same(path: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "varidex", *arguments], capture_output=True, text=True
        )

    asked = run("ask", str(path), "carriers(22:20003080:TGATTA:T)", "--ids")
    assert asked.stdout.split() == ["SIM0000996", "SIM0001337", "SIM0001635"]
    assert (asked.returncode, asked.stderr) == (0, "")
    assert run("--version").stdout == f"varidex {varidex.__version__}\n"
    wrong = run("ask", str(path), "carriers(")
    assert wrong.returncode == 2 and wrong.stderr.startswith("varidex: ")
    assert run("info", "none.vdx").returncode == 5
    script = Path(sys.executable).with_name("varidex")
    if script.exists():
        found = subprocess.run([script, "--version"], capture_output=True, text=True)
        assert found.stdout == f"varidex {varidex.__version__}\n"


def test_a_closed_pipe_is_no_error(path: Path) -> None:
    program = f"{sys.executable} -m varidex carriers {path} all | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True)
    assert done.stdout.splitlines()[1:] == ["0"] and done.stderr == ""


def common(ds: varidex.Dataset) -> str:
    """An allele that many carry."""
    row = next(row for row in ds.variants("af>0.1 & af<0.4"))
    return f"{row['chrom']}:{row['pos']}:{row['ref']}:{row['alt']}"


def test_pictures_need_matplotlib_when_they_are_drawn() -> None:
    program = "import sys, varidex; varidex.plot.spectrum; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_pictures(people: varidex.Dataset, ds: varidex.Dataset, tmp_path: Path) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    from matplotlib import pyplot

    plot = varidex.plot
    allele = common(people)
    gene = next(row["gene"] for row in people.variants("all") if row["gene"])
    pictures = {
        "spectrum": plot.spectrum(people),
        "spectrum_group": plot.spectrum(people, "type:del", group="population:FIN"),
        "carriers": plot.carriers(people, f"gene:{gene}"),
        "carriers_rare": plot.carriers(people, "22:20,000,000-20,010,000 & af<0.01"),
        "carriers_none": plot.carriers(people, "22:1-5"),
        "people": plot.people(people),
        "ages": plot.people(people, "age"),
        "phenotypes": plot.phenotypes(people),
        "diseases": plot.phenotypes(people, "disease", top=5),
        "frequency": plot.frequency(people, allele),
        "frequency_sex": plot.frequency(people, allele, "sex"),
        "frequency_none": plot.frequency(people, "22:5:A:C"),
        "carriers_many": plot.carriers(people, "all"),
    }
    for name, axes in pictures.items():
        axes.figure.savefig(tmp_path / f"{name}.png")
        assert (tmp_path / f"{name}.png").stat().st_size > 5000
    figure, axes = pyplot.subplots()
    assert plot.spectrum(ds, ax=axes) is axes
    # every variant that is seen is in a class
    table = people.variants("all")
    heights = pictures["spectrum"].patches[0].get_data().values
    assert heights.sum() == (table["af"] > 0).sum()
    bars = sum(bar.get_width() for bar in pictures["people"].patches)
    assert bars == people.info()["people"]
    widths = [bar.get_width() for bar in pictures["phenotypes"].patches]
    terms = [row for row in people.terms("phenotype") if row["label"] not in ["All", "Phenotypic abnormality"]]
    assert widths == [row["people"] for row in terms[:20]]
    shares = {bar.get_width() for bar in pictures["frequency"].patches}
    values = {row["population"] for row in people.people("population")} - {None}
    assert shares == {people.frequency(allele, group={"population": value}).af for value in values}
    points = sum(len(part.get_offsets()) for part in pictures["carriers_many"].collections)
    assert points == (people.variants("all")["ac"] > 0).sum()
    pyplot.close("all")


@pytest.mark.filterwarnings("default")
def test_the_tutorial_runs(tmp_path: Path) -> None:
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    pytest.importorskip("matplotlib")
    pytest.importorskip("pandas")
    notebook = nbformat.read(ROOT / "examples" / "tutorial.ipynb", as_version=4)
    client = nbclient.NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    kinds = {kind for output in outputs for kind in output.get("data", {})}
    assert {"text/html", "image/png", "text/plain"} <= kinds
    assert not [output for output in outputs if output.output_type == "error"]

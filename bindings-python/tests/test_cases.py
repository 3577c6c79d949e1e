"""The cases that all languages share (`format-spec/cases`)."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

import varidex

CASES = Path(__file__).parents[2] / "format-spec" / "cases"
FILES = sorted(path for path in CASES.glob("*.json") if path.name != "schema.json")
ERRORS = {"expression": varidex.ExpressionError, "usage": varidex.UsageError}


def build(recipe: dict[str, Any], place: Path) -> varidex.Dataset:
    if "simulate" in recipe:
        varidex.simulate(place / "cohort", **recipe["simulate"])
        inputs = [place / "cohort" / "cohort.vcf.gz"]
    else:
        inputs = [CASES / name for name in recipe["inputs"]]
    files = {
        key: [CASES / name for name in recipe.get(key, [])] or None
        for key in ["people", "ontologies", "genes"]
    }
    return varidex.build(inputs, place / "d.vdx", info=recipe.get("info"), **files)


def same(expected: Any, found: Any) -> bool:
    if isinstance(expected, list):
        return len(expected) == len(found) and all(map(same, expected, found))
    if isinstance(expected, float) and found is not None:
        return math.isclose(expected, found, rel_tol=1e-5)
    return bool(expected == found)


def answer(ds: varidex.Dataset, case: dict[str, Any]) -> Any:
    verb, expression, group = case["verb"], case["expression"], case.get("group")
    if verb == "ask":
        found = ds.ask(expression)
        told = {"count": found.count, "ids": found.ids()}
        scores = found.scores()
        return told if scores is None else told | {"scores": list(scores.values())}
    if verb == "frequency":
        counts = ds.frequency(expression, group=group)
        names = case["answer"] or {} if "answer" in case else {}
        return None if not counts else {name: getattr(counts, name) for name in names}
    options = {name: case[name] for name in ["group", "by"] if name in case}
    table = getattr(ds, verb)(expression, **options)
    if "error" in case:
        return len(table)
    columns = case["answer"]["columns"]
    return {"columns": columns, "rows": [[row[name] for name in columns] for row in table]}


def happen(ds: varidex.Dataset, verb: str, text: str) -> varidex.Dataset:
    """A step of a history; what is open behind it."""
    if verb == "consent":
        ds.consent(CASES / text)
        return ds
    what = json.loads(text)
    if verb == "compact":
        report = varidex.compact(ds.path, **what)
        assert report["snapshot"] != ds.snapshot
        return varidex.open(ds.path)
    if verb == "define":
        ds.define_cohort(what["name"], what["group"])
        return ds
    if verb == "add":
        inputs, people = ([CASES / name for name in what.get(key, [])] for key in ["inputs", "people"])
        before = ds.snapshot
        grown = ds.add(inputs, people=people, keep=what["keep"])
        assert (ds.snapshot, grown.snapshot == before) == (before, False)
        return grown
    what["later_permits"] = what.pop("effect", "now") == "later_permits"
    if "from" in what:
        what["from_date"] = what.pop("from")
    {"withdraw": ds.withdraw, "restore": ds.restore}[verb](**what)
    return ds


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.stem)
def test_shared_cases(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES)
    cases = json.loads(file.read_text())
    opened = build(cases["dataset"], tmp_path)
    for verb, text in cases.get("history", []):
        opened = happen(opened, verb, text)
    for case in cases["cases"]:
        access = json.loads(case.get("access", "{}"))
        ds = opened
        if "state" in case:
            ds = varidex.open(ds.path, snapshot=ds.snapshots()[case["state"]]["snapshot"])
        ds = ds.view(**access) if access else ds
        if "error" in case:
            with pytest.raises(ERRORS[case["error"]["kind"]]) as raised:
                answer(ds, case)
            assert case["error"]["contains"] in str(raised.value), case["name"]
            continue
        expected, found = case["answer"], answer(ds, case)
        if isinstance(expected, dict):
            assert set(expected) == set(found), case["name"]
            for key, value in expected.items():
                assert same(value, found[key]), (case["name"], key, found[key])
        else:
            assert same(expected, found), (case["name"], found)

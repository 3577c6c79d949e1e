"""Groups are sets of people."""

import pickle
from pathlib import Path

import numpy
import pytest

import varidex


def test_a_group_is_a_set(small: varidex.Dataset) -> None:
    men, carriers = small.ask("sex:male"), small.ask("carriers(22:20)")
    assert (men.ids(), carriers.ids()) == (["a", "b"], ["b", "c"])
    assert (men & carriers).ids() == ["b"]
    assert (men | carriers).ids() == ["a", "b", "c"]
    assert (men - carriers).ids() == ["a"]
    assert (men ^ carriers).ids() == ["a", "c"]
    assert (~men).ids() == ["c", "d"]
    assert len(men) == men.count == 2 and list(men) == ["a", "b"]
    assert "a" in men and "d" not in men and "x" not in men and 5 not in men
    assert "d" in ~men and bool(men) and not (men & ~men)
    assert men & carriers < men <= men and men > men & carriers and men >= men
    assert men == small.ask("sex:male") != carriers
    assert hash(men) == hash(small.ask("sex:male"))
    assert men != "men" and men != carriers
    assert small.all() == men | ~men
    with pytest.warns(DeprecationWarning, match="Dataset.all"):
        assert small.everybody() == small.all()


def test_the_expression_of_a_combination_picks_the_same(small: varidex.Dataset) -> None:
    a, b = small.ask("sex:male"), small.ask("carriers(22:20) | samples(c)")
    for group in [a & b, a | b, a - b, a ^ b, ~a, ~(a ^ b) - b]:
        assert small.ask(group.expression) == group, group


def test_groups_combine_with_expressions(small: varidex.Dataset) -> None:
    men, carriers = small.ask("sex:male"), "carriers(22:20)"
    assert (men & carriers).ids() == (carriers & men).ids() == ["b"]
    assert (men | carriers).ids() == (carriers | men).ids() == ["a", "b", "c"]
    assert (men - carriers).ids() == ["a"] and (carriers - men).ids() == ["c"]
    assert (men ^ carriers).ids() == (carriers ^ men).ids() == ["a", "c"]
    sex = {"sex": "female"}
    assert (men | sex) == (sex | men) == small.all()
    assert (sex - men).ids() == ["c", "d"] and not sex & men and (sex ^ men) == small.all()
    assert small.ask((carriers & men).expression) == carriers & men
    men &= carriers
    assert men.ids() == ["b"]
    with pytest.raises(varidex.ExpressionError, match="sexx"):
        men & "sexx:male"
    with pytest.raises(varidex.ExpressionError, match="sexx"):
        {"sexx": "male"} | men
    for other in [5, None, ["b"]]:
        with pytest.raises(TypeError):
            men & other  # type: ignore[operator]


def test_expressions_are_dicts_too(small: varidex.Dataset) -> None:
    both = {"and": [{"sex": "male"}, {"carriers": {"of": {"id": "rs2"}}}]}
    assert small.ask(both).ids() == ["b"] and small.ask(both).expression == "sex:male & carriers(id:\"rs2\")"
    assert small.explain(both).individuals == 1
    assert len(small.variants({"id": "rs2"}, group=both)) == 1
    assert small.frequencies({"type": "del"}, group={"sex": "female"})["ac"].tolist() == [2]
    assert small.carriers({"id": "rs2"}, group=both)["sample"].tolist() == ["b"]
    assert small.genotypes({"id": "rs2"}, group=both).tolist() == [[1]]
    assert small.frequency("rs2", group={"sex": "female"}).ac == 2
    assert small.frequency_many("22", [20], "AT", "A", group=both).ac.tolist() == [1]
    for wrong in [5, None, b"all", ["all"]]:
        with pytest.raises(TypeError, match="expected an expression, as text or as a dict, found"):
            small.ask(wrong)  # type: ignore[arg-type]
        if wrong is not None:
            with pytest.raises(TypeError):
                small.variants(group=wrong)  # type: ignore[arg-type]
    with pytest.raises(ValueError):
        small.variants({"af": {"<": float("nan")}})


def test_groups_of_ids(small: varidex.Dataset, ds: varidex.Dataset) -> None:
    group = small.group(["c", "a", "c"])
    assert group.ids() == ["a", "c"] and group.samples == ["a", "c"]
    assert small.ask(group.expression) == group
    assert small.group(["d"]).ids() == ["d"] and small.group(["d"]).samples == []
    assert small.group([]).count == 0 and small.ask(small.group([]).expression).count == 0
    assert small.group(iter("ab")).ids() == ["a", "b"] == small.group({"a": 1, "b": 2}).ids()
    assert small.group(numpy.array(["b", "a"])) == small.group(("a", "b")) == small.ask("sex:male")
    assert small.group(small.ask("sex:male")) == small.ask("sex:male")
    pandas = pytest.importorskip("pandas")
    frame = small.carriers("22:20").to_pandas()
    assert small.group(frame.loc[frame["zygosity"] == "hom", "individual"]).ids() == ["c"]
    assert small.group(pandas.Series(["a"], dtype="string")).ids() == ["a"]
    copy = pickle.loads(pickle.dumps(group))
    assert copy == group and copy.expression == group.expression
    many = ds.group(ds.samples[:1000] * 3)
    assert many.count == 1000 and many.expression == "a list of 3000 ids"
    assert (many & f"samples({ds.samples[0]})").ids() == [ds.samples[0]]
    with pytest.raises(varidex.ExpressionError, match="no individual or sample `SIM000012` here") as raised:
        ds.group(["SIM0000001", "SIM000012", "x"])
    assert "nor of 1 others of the 3 ids" in str(raised.value)
    assert "SIM0000012" in raised.value.candidates
    with pytest.raises(TypeError, match="ask"):
        small.group("a")
    with pytest.raises(TypeError):
        small.group(5)  # type: ignore[arg-type]
    for wrong in [["a", None], [1], [b"a"], numpy.array([1.5])]:
        with pytest.raises(ValueError, match="ids: expected texts, found"):
            small.group(wrong)  # type: ignore[arg-type]


def test_samples_and_numbers(small: varidex.Dataset) -> None:
    women = small.ask("sex:female")
    assert women.ids() == ["c", "d"] and women.samples == ["c"]
    numbers = women.to_numpy()
    assert numbers.dtype == numpy.uint32 and numbers.tolist() == [2]
    assert women.table().to_dict() == {"id": ["c", "d"]}
    assert women.scores() is None
    assert repr(women) == "Group(2 people: sex:female)"


def test_scores(people: varidex.Dataset) -> None:
    term = next(iter(people.terms("phenotype")))["id"]
    similar = people.ask(f"similar({term}; score>=0)")
    scores = similar.scores()
    assert scores is not None and list(scores) == similar.ids()
    assert list(scores.values()) == sorted(scores.values(), reverse=True)
    assert similar.table().columns == ["id", "score"]
    some = similar & people.ask("sex:female")
    assert some.scores() == {id: scores[id] for id in some}


def test_groups_of_different_datasets_do_not_mix(
    ds: varidex.Dataset, small: varidex.Dataset, tmp_path: Path
) -> None:
    here, there = ds.ask("all"), small.ask("all")
    with pytest.raises(varidex.UsageError, match="ask again"):
        here & there
    for mix in [
        lambda: here | there,
        lambda: here - there,
        lambda: here ^ there,
        lambda: len(small.variants(group=here)),
        lambda: len(small.frequencies(group=here)),
        lambda: len(small.frequencies(group=here, by="sex")),
        lambda: len(small.carriers("all", group=here)),
        lambda: len(small.compounds("all", group=here)),
        lambda: small.frequency("22:10:A:G", group=here),
        lambda: small.frequency("22:11:A:G", group=here),
        lambda: small.frequency_many("22", [10], "A", "G", group=here),
        lambda: small.genotypes("all", group=here),
        lambda: small.export("all", tmp_path / "out.vcf", group=here),
    ]:
        with pytest.raises(varidex.UsageError, match="does not fit"):
            mix()
    assert not (tmp_path / "out.vcf").exists()
    with pytest.raises(TypeError):
        here <= there
    assert here != there


def test_groups_and_datasets_are_pickled_by_path(
    small: varidex.Dataset, people: varidex.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    relative = varidex.open("small.vdx")
    women = relative.ask("sex:female")
    monkeypatch.chdir("/")
    assert pickle.loads(pickle.dumps(small)).snapshot == small.snapshot
    copy = pickle.loads(pickle.dumps(small.ask("sex:female")))
    assert copy == women and copy.expression == "sex:female" and copy.ids() == ["c", "d"]
    term = next(iter(people.terms("phenotype")))["id"]
    similar = people.ask(f"similar({term})")
    assert pickle.loads(pickle.dumps(similar)).scores() == similar.scores()


def test_what_changed_is_not_unpickled(small: varidex.Dataset, tmp_path: Path) -> None:
    pickled = [pickle.dumps(small), pickle.dumps(small.ask("all"))]
    (tmp_path / "new.ped").write_text("f\ta\t0\t0\t2\t0\n")
    new = varidex.load_people(tmp_path / "small.vdx", tmp_path / "new.ped")
    assert new.report is not None and new.report["people"] == 1
    assert new.ask("sex:female").ids() == ["a"]
    # who opened the old state keeps it
    assert small.ask("sex:female").ids() == ["c", "d"]
    for old in pickled:
        with pytest.raises(varidex.ChangedError, match="was snapshot"):
            pickle.loads(old)

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

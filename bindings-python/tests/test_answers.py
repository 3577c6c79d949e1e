"""Answers, counted by hand and against each other."""

import math
from pathlib import Path

import numpy
import pytest

import varidex


def test_variants_are_rows(small: varidex.Dataset) -> None:
    rows = list(small.variants())
    assert [(row["chrom"], row["pos"], row["ref"], row["alt"]) for row in rows] == [
        ("22", 10, "A", "G"),
        ("22", 10, "A", "T"),
        ("22", 20, "AT", "A"),
        ("22", 30, "C", "G"),
        ("X", 40, "C", "G"),
    ]
    assert rows[2] == {
        "chrom": "22", "pos": 20, "id": "rs2", "ref": "AT", "alt": "A", "type": "del",
        "filter": "q10", "gene": None, "consequence": None, "impact": None, "ac": 3, "an": 6,
        "af": 0.5, "n_het": 1, "n_hom": 1, "n_hemi": 0, "n_missing": 0,
    }  # fmt: skip
    assert rows[3]["af"] is None and rows[3]["an"] == 0
    assert [row["n_missing"] for row in rows] == [1, 1, 0, 3, 1]


def test_frequency_of_one_allele(small: varidex.Dataset) -> None:
    expected = "Frequency(ac=3, an=6, af=0.5, n_het=1, n_hom=1, n_hemi=0, n_missing=0)"
    for name in ["22:20:AT:A", "chr22-20-AT-A", "rs2"]:
        assert repr(small.frequency(name)) == expected
    found = small.frequency("22:20:AT:A", group="samples(c)")
    assert found is not None and (found.ac, found.an, found.af) == (2, 2, 1.0)
    unknown = small.frequency("22:30:C:G")
    assert unknown is not None and (unknown.an, unknown.af, unknown.n_missing) == (0, None, 3)
    assert small.frequency("22:20:AT:AC") is None
    assert small.frequency("22:20:AT:A") == small.frequency("rs2")
    assert hash(small.frequency("22:20:AT:A")) == hash(small.frequency("rs2"))
    with pytest.raises(varidex.ExpressionError, match="rs1.*several alleles") as raised:
        small.frequency("rs1")
    assert raised.value.candidates == ["22:10:A:G", "22:10:A:T"]


@pytest.mark.parametrize("group", [None, "carriers(22:20000269:GAATTGAC:G, hom)"])
def test_frequency_many_is_frequency_of_each(ds: varidex.Dataset, group: str | None) -> None:
    table = ds.variants(group=group).to_numpy()
    spelled = numpy.array([alt is not None for alt in table["alt"]])
    chrom, pos, ref, alt = (table[name][spelled] for name in ["chrom", "pos", "ref", "alt"])
    asked = ds.ask(group) if group else None
    for places in [(chrom, pos, ref, alt), ("22", list(pos), list(ref), list(alt))]:
        found = ds.frequency_many(*places, group=asked)
        assert len(found) == len(pos) and found.found.all()
        for name in ["ac", "an", "n_het", "n_hom", "n_hemi", "n_missing"]:
            same = getattr(found, name) == table[name][spelled]
            # records that are there twice have their counts once
            assert same.mean() > 0.99, name
        numpy.testing.assert_allclose(found.af, found.ac / found.an)
    # any order, and what is not there
    order = numpy.random.default_rng(1).permutation(len(pos))[:500]
    shuffled = ds.frequency_many("chr22", pos[order], ref[order], alt[order], group=asked)
    assert (shuffled.ac == found.ac[order]).all()
    absent = ds.frequency_many("22", [5], "A", "C", group=asked)
    assert not absent.found[0] and absent.ac[0] == 0 and math.isnan(absent.af[0])
    assert repr(absent) == "Frequencies(1 alleles, 0 found)"
    assert set(absent.to_dict()) == {
        "found", "ac", "an", "af", "n_het", "n_hom", "n_hemi", "n_missing",
    }  # fmt: skip
    assert len(ds.frequency_many("22", [], [], [])) == 0


def test_frequency_many_refuses_what_does_not_fit(ds: varidex.Dataset) -> None:
    with pytest.raises(ValueError, match="1 of ref, but 2 of pos"):
        ds.frequency_many("22", [1, 2], ["A"], "C")
    with pytest.raises(ValueError, match="alt: expected texts, found 5"):
        ds.frequency_many("22", [1], "A", [5])
    with pytest.raises(varidex.UsageError, match="-1 is not a position"):
        ds.frequency_many("22", [-1], "A", "C")
    with pytest.raises(TypeError):
        ds.frequency_many("22", [1.5], "A", "C")
    with pytest.raises(varidex.ExpressionError, match="23"):
        ds.frequency_many("23", [1], "A", "C")


def test_genotypes_are_copies(small: varidex.Dataset) -> None:
    expected = [[1, 1, -1], [0, 1, -1], [0, 1, 2], [-1, -1, -1], [1, 1, -1]]
    found = small.genotypes("all")
    assert found.dtype == numpy.int8 and found.tolist() == expected
    # a matrix of one's own: nothing of the dataset can be written through it
    found[:] = 5
    assert small.genotypes("all").tolist() == expected
    group = small.ask("samples(c) | samples(a)")
    assert group.samples == ["a", "c"]
    assert small.genotypes("all", group=group).tolist() == [[row[0], row[2]] for row in expected]
    assert small.genotypes("22:1000", group="!all").shape == (0, 0)


def test_genotypes_add_up(ds: varidex.Dataset) -> None:
    copies = ds.genotypes("all")
    table = ds.variants()
    assert copies.shape == (len(table), len(ds.samples))
    assert ((copies == -1).sum(1) == table["n_missing"]).all()
    whole = table["n_missing"] == 0
    assert (copies.sum(1)[whole] == table["ac"][whole]).all() and whole.sum() > 100


def test_carriers(small: varidex.Dataset) -> None:
    found = [(row["sample"], row["zygosity"], row["phase"]) for row in small.carriers("22:20")]
    assert found == [("b", "het", "0/1"), ("c", "hom", "1/1")]
    assert small.carriers("X:40", group="samples(a)").to_dict()["zygosity"] == ["hemi"]


def test_origin_of_children(small: varidex.Dataset, tmp_path: Path) -> None:
    table = small.carriers("22:10", trio=tmp_path / "small.ped")
    assert table.columns[-1] == "origin"
    assert table.to_dict()["origin"] == ["inherited"]


def test_frequencies_by(small: varidex.Dataset) -> None:
    table = small.frequencies("22:20", by="sex")
    rows = list(zip(table["sex"], table["ac"], table["an"]))
    assert rows == [("all", 3, 6), ("female", 2, 2), ("male", 1, 4)]
    groups = {"a": small.ask("sex:female"), "b": "sex:male"}
    named = small.frequencies("22:20", by=["sex", groups])
    assert list(zip(named["sex"], named["group"], named["an"])) == [
        ("all", "all", 6), ("female", "a", 2), ("male", "b", 4)
    ]
    with pytest.raises(TypeError, match="by"):
        small.frequencies("22:20", by={"a": 5})
    men = small.frequencies("22:20", group="sex:male")
    assert list(men["group"]) == ["sex:male"] and list(men["ac"]) == [1]
    with pytest.raises(varidex.UsageError, match="people are counted|colour"):
        small.frequencies("22:20", by="colour")


def test_people_and_terms(people: varidex.Dataset) -> None:
    by = people.people(["population", "sex"])
    assert by.columns == ["population", "sex", "people"]
    assert by["people"].sum() == people.info()["people"]
    assert people.people(top=3).columns == ["what", "value", "label", "people"]
    terms = people.terms("phenotype")
    assert len(terms) > 5 and (numpy.diff(terms["people"]) <= 0).all()
    most = next(iter(terms))
    assert people.ask(f"phenotype:{most['id']}").count == most["people"]
    with pytest.raises(ValueError, match="colour"):
        people.terms("colour")


def test_compounds(people: varidex.Dataset) -> None:
    table = people.compounds("af<0.05")
    assert table.columns[:4] == ["chrom", "pos", "ref", "alt"] and "gene" in table.columns
    assert set(table["phase"]) <= {"trans", "unknown"}
    carriers = people.ask("carriers(af<0.05, compound)")
    assert set(table["sample"]) == set(carriers.samples)


def test_explain(ds: varidex.Dataset) -> None:
    explained = ds.explain("carriers(22:20003080:TGATTA:T) & !samples(SIM0000996)")
    assert explained.individuals == 2 and len(explained.steps) >= 2 and explained.seconds > 0
    with pytest.warns(DeprecationWarning, match="individuals"):
        assert explained.people == 2
    for step in explained.steps:
        assert step["individuals"] == step["people"]
        assert step["segments_skipped"] == step["segments_passed_by"]
    assert "carriers(22:20003080:TGATTA:T)" in repr(explained)


def test_export(ds: varidex.Dataset, tmp_path: Path) -> None:
    told = ds.export("22:20003080:TGATTA:T", tmp_path / "out.vcf", group="samples(SIM0000996)")
    assert told["records"] == 1 and told["samples"] == 1
    assert (tmp_path / "out.vcf").read_text().splitlines()[-1].endswith("GT\t0|1")


def test_what_a_dataset_says_of_itself(ds: varidex.Dataset, path: Path) -> None:
    assert ds.path == path and len(ds.snapshot) == 32
    assert len(ds.samples) == 2000 and ds.samples[0] == "SIM0000001"
    assert ds.contigs == ["chr22"]
    info = ds.info()
    assert info["assembly"] == "GRCh38" and info["rows"] == 5000
    assert ds.report is None
    assert repr(ds) == f'Dataset("{path}", 2000 samples, 5000 variants)'
    ds.verify()

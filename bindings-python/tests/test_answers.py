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
    assert found.present and found.covered and found and found.reason is None and found.others == []
    assert found.to_dict() == found._asdict() == {
        "present": True, "ac": 2, "an": 2, "af": 1.0, "n_het": 0, "n_hom": 1, "n_hemi": 0, "n_missing": 0,
    }  # fmt: skip
    assert small.frequency("22:20:AT:A") == small.frequency("rs2")
    assert hash(small.frequency("22:20:AT:A")) == hash(small.frequency("rs2"))
    with pytest.raises(varidex.ExpressionError, match="rs1.*several alleles") as raised:
        small.frequency("rs1")
    assert raised.value.candidates == ["22:10:A:G", "22:10:A:T"]


def test_frequency_of_an_absent_allele(small: varidex.Dataset) -> None:
    absent = small.frequency("22:20:AT:AC")
    assert not absent and not absent.present and absent.covered
    assert (absent.ac, absent.an, absent.af, absent.n_het, absent.n_missing) == (0, 6, 0.0, 0, 0)
    assert absent.others == ["AT>A"]
    assert absent.reason == "nobody has it: 3 samples were looked at here; there is AT>A"
    assert repr(absent) == f"Frequency(absent, ac=0, an=6, af=0.0: {absent.reason})"
    assert absent == small.frequency("22:20:AT:AC") != small.frequency("22:20:AT:A")
    assert absent.to_dict()["present"] is False and absent.to_dict()["an"] == 6
    one = small.frequency("22:10:A:C", group="samples(b, c)")
    assert (one.an, one.n_missing, one.others) == (2, 1, ["A>G", "A>T"])
    assert one.reason == (
        "nobody has it: 2 samples were looked at here, 1 of them with a copy that is not known; there is A>G, A>T"
    )
    # nobody's copies are known
    unknown = small.frequency("22:30:C:T")
    assert (unknown.an, unknown.af, unknown.n_missing) == (0, None, 3)
    other = small.frequency("22:20:GT:G")
    assert (other.an, other.covered, other.others) == (None, False, ["AT>A"])
    assert other.reason is not None and other.reason.startswith("the reference here is AT, not GT: another assembly")
    nothing = small.frequency("22:15:A:C")
    assert (nothing.an, nothing.af, nothing.n_missing, nothing.others) == (None, None, None, [])
    assert nothing.reason == "not covered: it is not known whether anybody has it"
    assert small.frequency("rs77").reason == "no variant has the id `rs77`"
    with pytest.raises(varidex.ExpressionError, match="99"):
        small.frequency("99:5:A:C")


def test_an_allele_behind_the_end(ds: varidex.Dataset) -> None:
    behind = ds.frequency("22:60000000:A:C")
    assert behind.reason == "the position is behind the end of chr22, which has 50818468 bases"
    # what it says is kept when the dataset is closed
    absent = ds.frequency("22:20003080:TGATTA:TG")
    ds.close()
    assert (absent.an, absent.others) == (4000, ["TGATTA>T"])


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


def test_haplotypes_are_alleles_of_copies(small: varidex.Dataset) -> None:
    found = small.haplotypes("all")
    assert found.alleles.dtype == numpy.int8 and found.phased.dtype == numpy.bool
    assert found.samples == ["a", "b", "c"] and len(found) == 5
    assert found.alleles.tolist() == [
        [[0, 1], [1, 0], [-1, -1]],
        [[0, 0], [0, 1], [-1, -1]],
        [[0, 0], [0, 1], [1, 1]],
        [[-1, -1], [-1, -1], [-1, -1]],
        [[1, -2], [0, 1], [-1, 1]],
    ]
    assert found.phased.tolist() == [
        [True, True, False],
        [True, True, False],
        [False, False, False],
        [False, False, False],
        [True, False, False],
    ]
    assert found.variants.to_dict() == {
        "chrom": ["22", "22", "22", "22", "X"], "pos": [10, 10, 20, 30, 40],
        "ref": ["A", "A", "AT", "C", "C"], "alt": ["G", "T", "A", "G", "G"],
    }  # fmt: skip
    assert repr(found) == "Haplotypes(5 variants, 3 samples)"
    some = small.haplotypes({"id": "rs2"}, group={"sex": "female"})
    assert some.samples == ["c"] and some.alleles.tolist() == [[[1, 1]]]
    empty = small.haplotypes("22:1000", group="!all")
    assert empty.alleles.shape == (0, 0, 2) and len(empty.variants) == 0


def test_blocks_are_the_whole(ds: varidex.Dataset) -> None:
    group = "carriers(22:20000269:GAATTGAC:G, hom)"
    whole, copies = ds.haplotypes("all", group=group), ds.genotypes("all", group=group)
    table = ds.variants()
    assert whole.variants.to_dict() == {name: table.to_dict()[name] for name in whole.variants.columns}
    known = (whole.alleles != -1).all(2)
    assert ((copies >= 0) == known).all()
    assert ((whole.alleles == 1).sum(2)[known] == copies[known]).all()
    blocks = list(ds.haplotype_blocks("all", group=group, rows=700))
    assert [len(block) for block in blocks] == [700] * (len(whole) // 700) + [len(whole) % 700]
    for name in ["alleles", "phased"]:
        assert (numpy.concatenate([getattr(block, name) for block in blocks]) == getattr(whole, name)).all()
    assert all(block.samples is blocks[0].samples for block in blocks)
    pairs = list(ds.genotype_blocks("all", group=group, rows=700))
    assert (numpy.concatenate([matrix for _, matrix in pairs]) == copies).all()
    positions = numpy.concatenate([variants["pos"] for variants, _ in pairs])
    assert (positions == table["pos"]).all()
    assert [len(variants) for variants, _ in pairs] == [len(block) for block in blocks]
    # the rest is read when the dataset is closed
    rest = ds.genotype_blocks("all", rows=1000)
    assert next(rest)[1].shape == (1000, 2000)
    ds.close()
    assert sum(len(matrix) for _, matrix in rest) == len(table) - 1000
    with pytest.raises(StopIteration):
        next(rest)


def test_blocks_have_a_row(small: varidex.Dataset) -> None:
    for blocks in [small.genotype_blocks, small.haplotype_blocks]:
        with pytest.raises(ValueError, match="one row at least"):
            blocks("all", rows=0)
        with pytest.raises(varidex.ExpressionError):
            blocks("22:")


def test_polyploid_haplotypes(tmp_path: Path) -> None:
    (tmp_path / "in.vcf").write_text(
        "##fileformat=VCFv4.3\n##contig=<ID=1>\n"
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb\tc\n"
        "1\t5\t.\tA\tG,T\t.\t.\t.\tGT\t0|1|2|1\t1/0/.\t2\n"
        "1\t6\t.\tC\tG\t.\t.\t.\tGT\t1|0\t.|.\t.\n"
    )
    ds = varidex.build(tmp_path / "in.vcf", tmp_path / "out.vdx")
    found = ds.haplotypes("all")
    assert found.alleles.tolist() == [
        [[0, 1, 0, 1], [-1, 0, 1, -2], [0, -2, -2, -2]],
        [[0, 0, 1, 0], [-1, 0, 0, -2], [1, -2, -2, -2]],
        [[1, 0, -2, -2], [-1, -1, -2, -2], [-1, -2, -2, -2]],
    ]
    assert found.phased.tolist() == [[True, False, True], [True, False, True], [True, False, False]]
    assert ds.haplotypes("all", group="samples(c)").alleles.shape == (3, 1, 2)


def test_sgkit(small: varidex.Dataset) -> None:
    pytest.importorskip("xarray")
    found = varidex.to_sgkit(small, "all")
    assert dict(found.sizes) == {
        "contigs": 2, "variants": 5, "alleles": 2, "samples": 3, "ploidy": 2,
    }  # fmt: skip
    whole = small.haplotypes("all")
    assert (found.call_genotype.values == whole.alleles).all() and found.call_genotype.attrs["mixed_ploidy"]
    assert (found.call_genotype_mask.values == (whole.alleles < 0)).all()
    assert (found.call_genotype_phased.values == whole.phased).all()
    assert found.variant_contig.values.tolist() == [0, 0, 0, 0, 1]
    assert found.contig_id.values.tolist() == ["22", "X"] == found.attrs["contigs"]
    assert found.variant_position.values.tolist() == [10, 10, 20, 30, 40]
    assert found.variant_allele.values.tolist()[2] == ["AT", "A"]
    assert found.sample_id.values.tolist() == ["a", "b", "c"]
    some = varidex.to_sgkit(small, "22:20", "samples(c)")
    assert some.call_genotype.values.tolist() == [[[1, 1]]] and not some.call_genotype.attrs["mixed_ploidy"]


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

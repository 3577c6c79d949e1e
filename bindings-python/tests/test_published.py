"""Counts that are published, and asked."""

from pathlib import Path

import pytest

import varidex

#: people; every second of each sex has a common allele, six another one, and one a rare one
PEOPLE = 24


@pytest.fixture
def dataset(tmp_path: Path) -> varidex.Dataset:
    carries = {100: lambda n: n % 4 < 2, 200: lambda n: n < 6, 300: lambda n: n == 0}
    lines = [
        "##fileformat=VCFv4.3",
        "##contig=<ID=1>",
        "\t".join("#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT".split() + [f"SECRET{n}" for n in range(PEOPLE)]),
    ]
    for pos, of in carries.items():
        calls = ["0/1" if of(n) else "0/0" for n in range(PEOPLE)]
        lines.append("\t".join(["1", str(pos), ".", "AC", "GC", ".", ".", ".", "GT", *calls]))
    vcf, people = tmp_path / "a.vcf", tmp_path / "people.tsv"
    vcf.write_text("\n".join(lines) + "\n")
    rows = [f"P{n}\tSECRET{n}\t{('female', 'male')[n % 2]}" for n in range(PEOPLE)]
    people.write_text("individual_id\tsample\tsex\n" + "\n".join(rows) + "\n")
    return varidex.build(vcf, tmp_path / "a.vdx", people=people)


@pytest.fixture
def file(dataset: varidex.Dataset, tmp_path: Path) -> varidex.Published:
    report = dataset.publish(tmp_path / "counts.vdx", policy="omop", by="sex")
    assert (report["sites"], report["refused"], report["strata"]) == (2, 1, ["F", "M"])
    return varidex.open_published(tmp_path / "counts.vdx")


def test_counts_by_strata(file: varidex.Published) -> None:
    assert file.strata == ["F", "M"]
    assert file.info["about"]["population"] == "a"
    assert "SECRET" not in str(file.info)
    site = file.site("chr1", 100, "ac", "GC")
    assert site is not None
    assert (site["ac"], site["an"], site["n_het"], site["status"]) == (12, 50, 12, "rounded")
    assert [file.site("1", 100, "AC", "GC", group=of)["ac"] for of in ("F", "M", "F|M", "Total")] == [6, 6, 12, 12]
    withheld = file.site("1", 200, "AC", "GC", group="F")
    assert withheld is not None
    assert (withheld["ac"], withheld["status"]) == (None, "withheld")
    assert file.site("1", 300, "AC", "GC") is None
    table = file.frequencies("1:50-1000", by="sex")
    assert [(row["pos"], row["sex"], row["ac"], row["status"]) for row in table] == [
        (100, "all", 12, "rounded"),
        (100, "female", 6, "rounded"),
        (100, "male", 6, "rounded"),
        (200, "all", 6, "rounded"),
        (200, "female", None, "withheld"),
        (200, "male", None, "withheld"),
    ]
    assert len(file.frequencies("all", group="F", columns=["ac"], limit=1)) == 1
    file.verify()
    assert "counts.vdx" in repr(file)


def test_alleles_of_a_file(file: varidex.Published, tmp_path: Path) -> None:
    vcf = tmp_path / "mine.vcf"
    head = "##fileformat=VCFv4.3\n##contig=<ID=1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
    vcf.write_text(head + "1\t100\tx\tA\tG\t.\t.\t.\n1\t300\ty\tA\tG,*\t.\t.\t.\n")
    rows = list(file.sites(vcf, group="F"))
    assert [(row["id"], row["alt"], row["ac"], row["status"]) for row in rows] == [
        ("x", "G", 6, "rounded"),
        ("y", "G", None, "withheld"),
        ("y", "*", None, None),
    ]


def test_what_is_no_answer_is_an_error(dataset: varidex.Dataset, file: varidex.Published, tmp_path: Path) -> None:
    with pytest.raises(varidex.UsageError, match=r"Total, F, M"):
        file.site("1", 100, "AC", "GC", group="FIN")
    with pytest.raises(varidex.ExpressionError, match="not for this"):
        file.frequencies("gene:RYR1")
    with pytest.raises(varidex.UsageError):
        file.frequencies("all", by="age")
    with pytest.raises(varidex.UsageError):
        file.site("2", 100, "AC", "GC")
    with pytest.raises(ValueError, match="pos"):
        file.site("1", -1, "AC", "GC")
    with pytest.raises(varidex.UsageError, match="is there already"):
        dataset.publish(tmp_path / "counts.vdx", policy="omop")
    for bad in ("nothing", {"name": "a", "noise": {"epsilon": 1}}):
        with pytest.raises(varidex.UsageError):
            dataset.publish(tmp_path / "other.vdx", policy=bad)
    with pytest.raises(varidex.MissingFileError):
        varidex.open_published(tmp_path / "nowhere.vdx")
    rules = {"name": "ours", "granularity": "count", "floor": {"people": 2}}
    report = dataset.publish(tmp_path / "counts.vdx", policy=rules, where="1:200", population="p", max_age=30, force=True)
    assert report["strata"] == []

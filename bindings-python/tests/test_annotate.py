"""The alleles of somebody's file with counts, pages of tables, and people by any field."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import varidex

SITES = """\
##fileformat=VCFv4.3
##contig=<ID=22>
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO
22\t10\trs1\tA\tG,T,C\t.\t.\tX=1
22\t15\t.\tC\tG\t.\t.\t.
22\t20\t.\tATT\tAT\t.\t.\t.
22\t30\t.\tC\t*\t.\t.\t.
X\t40\t.\tC\tG\t.\t.\t.
Y\t1\t.\tC\tG\t.\t.\t.
"""
COUNTS = ["ac", "an", "af", "n_het", "n_hom", "n_hemi", "n_missing"]


@pytest.fixture
def sites(tmp_path: Path) -> Path:
    (tmp_path / "sites.vcf").write_text(SITES)
    return tmp_path / "sites.vcf"


def printed(*arguments: str | Path) -> list[list[str]]:
    """What the command line prints, in rows of cells."""
    done = subprocess.run(
        [sys.executable, "-m", "varidex", *map(str, arguments)], capture_output=True, text=True, check=True
    )
    return [line.split("\t") for line in done.stdout.splitlines()]


def shown(table: varidex.Table) -> list[list[str]]:
    """A table as the command line prints it."""

    def cell(value: Any) -> str:
        if value is None:
            return "."
        return f"{value:.6g}" if isinstance(value, float) else str(value)

    return [table.columns] + [[cell(value) for value in row.values()] for row in table]


def test_sites_are_those_of_the_command_line(small: varidex.Dataset, sites: Path) -> None:
    path = small.path
    assert shown(small.frequencies(sites=sites)) == printed("frequencies", path, "--sites", sites)
    table = small.frequencies(sites=sites, by=["sex", "a=samples(a)"], group="samples(a,b)")
    options = ["--by", "sex,a=samples(a)", "--group", "samples(a,b)"]
    assert shown(table) == printed("frequencies", path, "--sites", sites, *options)
    assert len(small.frequencies(sites=sites, columns=["alt", "ac"], offset=1, limit=3)) == 3
    named = small.frequencies(sites=sites, by={"a": "samples(a)"})
    assert shown(named) == printed("frequencies", path, "--sites", sites, "--by", "a=samples(a)")


def test_sites_have_the_counts_of_the_dataset(small: varidex.Dataset, sites: Path) -> None:
    # beside a look at each allele
    for row in small.frequencies(sites=sites):
        if row["alt"] == "*":
            assert [row[name] for name in COUNTS] == [None] * len(COUNTS)
            continue
        if row["chrom"] == "Y":
            assert (row["ac"], row["an"]) == (0, None)
            continue
        known = small.frequency(f"{row['chrom']}:{row['pos']}:{row['ref']}:{row['alt']}")
        assert (row["ac"], row["an"], row["af"]) == (known.ac, known.an, known.af), row


def test_annotations_are_the_counts_of_each_cohort(small: varidex.Dataset, ds: varidex.Dataset, sites: Path) -> None:
    few = small.ask("samples(a,c)")
    table = varidex.annotate(sites, {"all": small, "few": (small, few), "other": ds})
    assert table.columns[:5] == ["chrom", "pos", "id", "ref", "alt"]
    assert table.columns[5:] == [f"{name}_{count}" for name in ("all", "few", "other") for count in COUNTS]
    for name, dataset, group in (("all", small, None), ("few", small, few), ("other", ds, None)):
        expected = dataset.frequencies(sites=sites, group=group)
        found = [[row[f"{name}_{count}"] for count in COUNTS] for row in table]
        assert found == [[row[count] for count in COUNTS] for row in expected]
    # of one dataset the columns have no name before them, and values of fields stand behind
    by = varidex.annotate(sites, small, by="sex")
    long = [row for row in small.frequencies(sites=sites, by="sex") if row["sex"] == "female"]
    assert [row["ac_female"] for row in by] == [row["ac"] for row in long]
    assert varidex.annotate(sites, small, columns=["alt", "ac"], limit=1).to_dict() == {"alt": ["G"], "ac": [2]}


def test_annotations_are_read_in_bounded_memory(small: varidex.Dataset, tmp_path: Path) -> None:
    many = tmp_path / "many.vcf"
    with many.open("w") as file:
        file.write("##fileformat=VCFv4.3\n##contig=<ID=22>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n")
        for number in range(40_000):
            file.write(f"22\t{number + 1}\t.\tA\tC\t.\t.\t.\n")
    rows = iter(varidex.annotate(many, small))
    assert [next(rows)["pos"] for _ in range(3)] == [1, 2, 3]
    del rows
    pyarrow = pytest.importorskip("pyarrow")
    reader = pyarrow.RecordBatchReader.from_stream(varidex.annotate(many, small))
    sizes = [batch.num_rows for batch in reader]
    assert sum(sizes) == 40_000 and max(sizes) <= 16_384


def test_files_are_annotated_as_the_command_line_does(small: varidex.Dataset, sites: Path, tmp_path: Path) -> None:
    calls: list[int] = []
    done = varidex.annotate_file(
        sites, {"C": small}, tmp_path / "a.vcf", by="sex", threads=1, progress=lambda at, *_: calls.append(at)
    )
    printed("annotate", sites, "--with", f"C={small.path}", "--by", "sex", "-o", tmp_path / "b.vcf")
    assert (tmp_path / "a.vcf").read_bytes() == (tmp_path / "b.vcf").read_bytes()
    assert (done["records"], done["written"]) == (6, 6) and calls
    assert done["tallies"][0]["name"] == "C" and done["tallies"][0]["present"] == 4
    assert any("Y" in warning for warning in done["warnings"])
    done = varidex.annotate_file(sites, (small, "samples(a)"), tmp_path / "c.vcf", filter="ac=0")
    printed("annotate", sites, "--with", small.path, "--group", "samples(a)", "--filter", "ac=0", "-o", tmp_path / "d.vcf")
    assert (tmp_path / "c.vcf").read_bytes() == (tmp_path / "d.vcf").read_bytes()


def test_what_cannot_be_annotated(small: varidex.Dataset, sites: Path, tmp_path: Path) -> None:
    with pytest.raises(varidex.MissingFileError):
        varidex.annotate(tmp_path / "no.vcf", small)
    with pytest.raises(ValueError, match="several times"):
        varidex.annotate("-", small)
    with pytest.raises(varidex.UsageError, match="name one at least"):
        varidex.annotate(sites, {})
    with pytest.raises(TypeError, match="expected a Dataset"):
        varidex.annotate(sites, {"a": "b"})  # type: ignore[dict-item]
    with pytest.raises(varidex.ExpressionError):
        varidex.annotate(sites, (small, "samples(nobody)"))
    with pytest.raises(varidex.UsageError, match="height"):
        varidex.annotate(sites, small, by="height")
    with pytest.raises(varidex.UsageError, match="ends with"):
        varidex.annotate_file(sites, small, tmp_path / "a.txt")
    with pytest.raises(varidex.ExpressionError):
        varidex.annotate_file(sites, small, tmp_path / "a.vcf", filter="af<")
    with pytest.raises(ValueError, match="sites"):
        small.frequencies("rs1", sites=sites)
    with pytest.raises(ValueError, match="sites"):
        small.frequencies(sites=sites, cases="samples(a)", controls="samples(b)")
    closed = varidex.open(small.path)
    closed.close()
    with pytest.raises(varidex.ClosedError):
        varidex.annotate(sites, closed)


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 100])
def test_pages_together_are_the_table(small: varidex.Dataset, limit: int) -> None:
    for ask in (small.variants, small.carriers, small.frequencies):
        options: dict[str, Any] = {"by": "sex"} if ask == small.frequencies else {}
        whole = list(ask("all", **options))  # type: ignore[operator]
        found: list[Any] = []
        token = None
        while True:
            page = ask("all", limit=limit, after=token, **options)  # type: ignore[operator]
            found += list(page)
            token = page.token
            if token is None:
                break
        assert found == whole
    with pytest.raises(varidex.UsageError):
        small.variants(after="no token")
    page = small.variants(limit=1)
    with pytest.raises(varidex.UsageError):
        small.carriers("all", after=page.token)
    assert small.variants(limit=1)[:1].token is None and small.sample_table().token is None


def test_people_by_any_field(small: varidex.Dataset, people: varidex.Dataset) -> None:
    assert shown(small.people(["sex", "a=samples(a)"])) == printed("people", small.path, "--by", "sex,a=samples(a)")
    table = small.people({"women": "sex:female", "men": small.ask("sex:male")})
    assert table.to_dict() == {"group": ["women", "men"], "people": [2, 2]}
    by = "age(18,40,65)"
    table = people.people(["sex", by])
    assert shown(table) == printed("people", people.path, "--by", f"sex,{by}")
    # beside questions for each of them
    bands = {"0-17": "age<18y", "18-39": "age>=18y & age<40y", "40-64": "age>=40y & age<65y", "65+": "age>=65y"}
    rows = [row for row in table if row["age"] is not None and row["sex"] is not None]
    assert rows
    for row in rows:
        assert row["people"] == people.ask(f"sex:{row['sex']} & {bands[row['age']]}").count, row
    (term, *_) = people.terms("phenotype")["id"]
    counted = people.people(str(term)).to_dict()
    assert counted["people"][counted[f"{term}"].index("present")] == people.ask(str(term)).count
    with pytest.raises(varidex.UsageError, match="did you mean"):
        people.people("popullation")

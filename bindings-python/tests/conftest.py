"""The cohort that all tests ask: simulated, the same everywhere, built once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import varidex

#: a cohort small enough to be counted by hand
VCF = """\
##fileformat=VCFv4.3
##contig=<ID=22>
##contig=<ID=X>
##FILTER=<ID=q10,Description="low">
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb\tc
22\t10\trs1\tA\tG,T\t.\tPASS\t.\tGT\t0|1\t1|2\t./.
22\t20\trs2\tAT\tA\t.\tq10\t.\tGT\t0/0\t0/1\t1/1
22\t30\t.\tC\tG\t.\t.\t.\tGT\t./.\t./.\t./.
X\t40\t.\tC\tG\t.\t.\t.\tGT\t1\t0/1\t./1
"""
CASE = """\
##fileformat=VCFv4.3
##contig=<ID=chr22>
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO
chr22\t20003080\t.\tTGATTA\tT,TG\t.\t.\tX=1
"""
LATE = """##fileformat=VCFv4.2
##contig=<ID=chr22>
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tLATE
chr22\t20003080\t.\tTGATTA\tT\t.\t.\t.\tGT\t0/1
"""
PED = "f\ta\tb\t0\t1\t0\nf\tb\t0\t0\t1\t0\nf\tc\t0\t0\t2\t0\nf\td\t0\t0\t2\t0\n"


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the cohort of the README, and its dataset without people."""
    place = tmp_path_factory.mktemp("place")
    varidex.simulate(place / "cohort", samples=2000, variants=5000)
    dataset = varidex.build(place / "cohort" / "cohort.vcf.gz", place / "cohort.vdx")
    dataset.publish(place / "counts.vdx", policy="omop")
    dataset.close()
    # a beacon over it: nothing is known of its people
    text = (Path(__file__).parents[2] / "beacon-server" / "beacon.toml").read_text()
    text = text.replace("known.vdx", "cohort.vdx").replace('country = "population"\n', "")
    (place / "beacon.toml").write_text(text)
    # what somebody brings: an allele that the cohort has, and one that nobody carries
    (place / "case.vcf").write_text(CASE)
    # who comes later
    (place / "late.vcf").write_text(LATE)
    return place


@pytest.fixture(scope="session")
def path(place: Path) -> Path:
    return place / "cohort.vdx"


@pytest.fixture
def ds(path: Path) -> Iterator[varidex.Dataset]:
    with varidex.open(path) as ds:
        yield ds


@pytest.fixture(scope="session")
def people(place: Path) -> varidex.Dataset:
    """A cohort of which genes, consequences and people are known."""
    files = varidex.simulate(place / "known", samples=2000, variants=5000, people=True)
    return varidex.build(
        files["genotypes"],
        place / "known.vdx",
        people=[files["people"], files["populations"], files["families"]],
        ontologies=[files["terms"], files["diseases"]],
        genes=files["genes"],
    )


@pytest.fixture
def small(tmp_path: Path) -> varidex.Dataset:
    """Three samples, and four people."""
    (tmp_path / "small.vcf").write_text(VCF)
    (tmp_path / "small.ped").write_text(PED)
    return varidex.build(tmp_path / "small.vcf", tmp_path / "small.vdx", people=tmp_path / "small.ped")


"""Options of a build that change genotypes."""

from pathlib import Path

import pytest

import varidex

SITES = Path(__file__).parents[2] / "docs" / "counting"


def test_ploidy_by_sex(tmp_path: Path) -> None:
    people = SITES / "sexes.ped"
    ds = varidex.build(SITES / "sites.vcf", tmp_path / "x.vdx", people=people, sex_ploidy=True)
    assert ds.info()["sex_ploidy"]
    assert ds.report is not None
    changed = ds.report["sex_ploidy"]
    assert (changed["males"], changed["females"], changed["others"]) == (2, 2, 0)
    assert (changed["haploid"], changed["missing"]) == (6, 4)
    first = changed["reasons"][0]
    assert first["count"] == 1
    assert first["places"][0][1] == "M1 0/1"
    found = ds.frequency("x_diploid")
    assert (found.ac, found.an, found.n_hemi) == (4, 6, 1)

    plain = varidex.build(SITES / "sites.vcf", tmp_path / "plain.vdx", people=people)
    assert plain.report is not None
    assert plain.report["sex_ploidy"] is None
    assert not plain.info()["sex_ploidy"]
    assert plain.frequency("x_diploid").an == 8
    with pytest.raises(varidex.UsageError, match="people with their sexes"):
        varidex.build(SITES / "sites.vcf", tmp_path / "none.vdx", sex_ploidy=True)

"""People who withdraw, and views for a purpose."""

import datetime
import pickle
from pathlib import Path

import pytest

import varidex


@pytest.fixture
def opened(tmp_path: Path) -> varidex.Dataset:
    vcf = tmp_path / "a.vcf"
    vcf.write_text(
        "##fileformat=VCFv4.3\n##contig=<ID=1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tA\tB\tC\n"
        "1\t7\t.\tA\tG\t.\t.\t.\tGT\t0|1\t0|0\t1|1\n"
    )
    return varidex.build(vcf, tmp_path / "a.vdx")


def an(ds: varidex.Dataset) -> int | None:
    return ds.frequency("1:7:A:G").an


def test_who_withdraws_is_gone_from_what_is_open(opened: varidex.Dataset) -> None:
    group = opened.ask("all")
    report = opened.withdraw(samples=["C"])
    assert report == {"recorded": 1, "unchanged": 0, "samples": 1, "readmitted": 0, "without_effect": []}
    assert (opened.samples, an(opened)) == (["A", "B"], 4)
    assert varidex.open(opened.path).samples == ["A", "B"]
    # what was asked before is of who was there then, and is not mixed with what is asked now
    assert group.count == 3
    with pytest.raises(varidex.UsageError):
        opened.frequency("1:7:A:G", group=group)
    assert opened.restore(samples=["C"])["recorded"] == 1
    assert an(opened) == 6


def test_views_of_purposes_and_days(opened: varidex.Dataset, tmp_path: Path) -> None:
    opened.withdraw(samples=["A"], purposes=["af"])
    opened.withdraw(samples=["B"], later_permits=True, from_date=datetime.date(2026, 3, 1))
    assert opened.samples == ["A", "B", "C"] or datetime.date.today() >= datetime.date(2026, 3, 1)
    early = opened.view(purpose="af", permit_date=datetime.date(2026, 2, 1))
    late = opened.view(purpose="af", permit_date="2026-03-01")
    assert (early.samples, late.samples) == (["B", "C"], ["C"])
    assert opened.note is not None and "af" in opened.note and late.note is None
    # a view follows decisions, as a dataset does, and comes back from a pickle as it is
    again = pickle.loads(pickle.dumps(early))
    opened.withdraw(samples=["C"])
    assert (early.samples, again.samples) == (["B"], ["B"])
    group = pickle.loads(pickle.dumps(early.ask("all")))
    assert group.ids() == ["B"]


def test_cohorts_are_of_who_may_be_seen(opened: varidex.Dataset) -> None:
    assert opened.define_cohort("some", "samples(A, C)") == 2
    assert opened.define_cohort("rest", "!cohort:some", pin=True) == 1
    opened.withdraw(samples=["C"])
    assert opened.ask({"cohort": "some"}).ids() == ["A"]
    assert opened.cohorts().to_dict()["count"] == [1, 1]
    assert [row["expression"] for row in opened.cohorts()] == ["!cohort:some", "samples(A)"]
    with pytest.raises(varidex.ExpressionError, match="did you mean some"):
        opened.ask("cohort:sone")
    with pytest.raises(varidex.UsageError, match="is of it"):
        opened.drop_cohort("some")
    opened.drop_cohort("rest")
    opened.drop_cohort("some")
    assert len(opened.cohorts()) == 0


def test_lists_and_what_is_decided(opened: varidex.Dataset, tmp_path: Path) -> None:
    portal = tmp_path / "portal.tsv"
    portal.write_text("sample\tpurpose\tdecision\nA\tcommercial\tin\nB\tNPOA\t\nZ\tall\tout\n")
    report = opened.consent(portal, defaults={"commercial": "opt_in"})
    assert (report["read"], report["recorded"], report["unknown"]) == (3, 3, ["Z"])
    assert opened.view(purpose="commercial").samples == ["A"]
    assert opened.view(purpose="af_by_ancestry").samples == ["A", "C"]
    purposes = {of["purpose"]: of for of in opened.consent()["purposes"]}
    assert purposes["commercial"] == {"purpose": "commercial", "in": 1, "out": 1, "without": "opt_in", "samples": 1}


def test_what_is_wrong_is_named(opened: varidex.Dataset) -> None:
    with pytest.raises(varidex.UsageError, match="'?AA"):
        opened.withdraw(samples=["AA"])
    for wrong in [{"purpose": "fun"}, {"permit_date": "2026-13-01"}, {"permit_date": "soon"}]:
        with pytest.raises(varidex.UsageError):
            opened.view(**wrong)
    with pytest.raises(varidex.UsageError):
        opened.consent(defaults={"all": "perhaps"})
    assert opened.samples == ["A", "B", "C"]

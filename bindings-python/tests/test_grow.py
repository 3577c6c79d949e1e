"""A dataset that grows, and states of it that are kept."""

import threading
from pathlib import Path
from typing import Any

import pytest

import varidex

HEAD = "##fileformat=VCFv4.3\n##contig=<ID=1,length=1000>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t"


def vcf(path: Path, samples: str, rows: int = 1) -> Path:
    genotypes = "\t".join("0|1" for _ in samples)
    lines = (f"1\t{at}\t.\tA\tG\t.\t.\t.\tGT\t{genotypes}\n" for at in range(7, 7 + rows))
    path.write_text(HEAD + "\t".join(samples) + "\n" + "".join(lines))
    return path


@pytest.fixture
def opened(tmp_path: Path) -> varidex.Dataset:
    return varidex.build(vcf(tmp_path / "a.vcf", "AB"), tmp_path / "a.vdx")


def test_what_is_open_stays_in_its_state(opened: varidex.Dataset, tmp_path: Path) -> None:
    opened.withdraw(samples=["A"])
    seen = opened.view(purpose="af")
    grown = seen.add(vcf(tmp_path / "b.vcf", "CD"), keep=2)
    assert grown.report is not None and grown.report["samples"] == 2
    assert (seen.samples, grown.samples) == (["B"], ["B", "C", "D"])
    # who asks and whether files are read are as before
    grown.withdraw(samples=["C"], purposes=["af"])
    assert (grown.samples, varidex.open(opened.path).samples) == (["B", "D"], ["B", "C", "D"])
    # decisions of today hold of an earlier state
    states = opened.snapshots()
    assert list(states["command"]) == ["add", "build"] and list(states["samples"]) == [4, 2]
    then = varidex.open(opened.path, snapshot=states[1]["snapshot"][:8])
    assert (then.snapshot, then.samples) == (opened.snapshot, ["B"])
    with pytest.raises(varidex.UsageError, match="kept are"):
        varidex.open(opened.path, snapshot="0000000000")
    closed = varidex.open(opened.path, files=False).add(vcf(tmp_path / "c.vcf", "E"))
    with pytest.raises(varidex.ExpressionError, match="no files are read"):
        closed.ask("samples(@ids.txt)")
    assert len(closed.snapshots()) == 1


def test_what_cannot_be_added_is_named(opened: varidex.Dataset, tmp_path: Path) -> None:
    again = vcf(tmp_path / "again.vcf", "B", 2)
    refused: list[tuple[dict[str, Any], type[Exception], str]] = [
        ({}, varidex.InputError, "sample B"),
        ({"min_dp": 10}, varidex.UsageError, "min-dp: expected none"),
        ({"assembly": "hg99"}, ValueError, "hg99"),
        ({"genes": tmp_path / "no.gff3"}, varidex.MissingFileError, "no.gff3"),
        ({"force": True}, TypeError, "force"),
        ({"pad": "x"}, TypeError, "argument 'pad'"),
        ({"keep": -1}, OverflowError, "argument 'keep'"),
    ]
    for options, error, text in refused:
        with pytest.raises(error, match=text):
            opened.add(again, **options)
    with pytest.raises(varidex.MissingFileError):
        varidex.add(tmp_path / "no.vdx", again)
    assert varidex.open(opened.path).snapshot == opened.snapshot


def test_progress_stops_an_addition_and_others_run_meanwhile(opened: varidex.Dataset, tmp_path: Path) -> None:
    more = vcf(tmp_path / "more.vcf", "CD", 500)
    seen: list[str] = []

    def stop(done: int, total: int | None, what: str) -> bool:
        seen.append(what)
        return False

    with pytest.raises(varidex.Cancelled):
        opened.add(more, progress=stop)
    assert seen and varidex.open(opened.path).snapshot == opened.snapshot
    counts: list[int] = []
    asks = threading.Thread(target=lambda: counts.extend(opened.ask("all").count for _ in range(20)))
    asks.start()
    assert varidex.add(opened.path, more).samples == ["A", "B", "C", "D"]
    asks.join()
    assert counts == [2] * 20

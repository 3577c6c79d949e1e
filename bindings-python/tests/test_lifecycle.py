"""Threads, processes, interrupts, progress, memory."""

import gc
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import varidex


def test_threads_get_the_answers_of_one(ds: varidex.Dataset) -> None:
    def ask(number: int) -> object:
        start = 20_000_000 + 10_000 * number
        where = f"22:{start}-{start + 20_000}"
        group = ds.ask(f"carriers({where} & af<0.05)")
        table = ds.frequencies(where, group=group)
        copies = ds.genotypes(where, group=group)
        return group.ids(), table.to_dict(), copies.tolist()

    alone = [ask(number) for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(ask, [*range(8), *range(8)]))
    assert together == alone + alone


def test_the_gil_is_free_while_a_question_runs(ds: varidex.Dataset) -> None:
    longest = 0.0
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(lambda: [len(ds.carriers("all")) for _ in range(3)])
        last = time.perf_counter()
        started = last
        while not asked.done():
            time.sleep(0)
            now = time.perf_counter()
            longest, last = max(longest, now - last), now
    # this thread was never kept waiting for anything like the whole of it
    assert longest < (last - started) / 2, (longest, last - started)


def _count(pair: tuple[varidex.Dataset, varidex.Group]) -> tuple[int, int]:
    ds, group = pair
    return ds.ask("carriers(22:20003080:TGATTA:T)").count, len(group)


def test_processes_open_the_dataset_themselves(ds: varidex.Dataset) -> None:
    work = [(ds, ds.ask("carriers(22:20003080:TGATTA:T)"))] * 3
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.map(_count, work) == [(3, 3)] * 3


#: Where an interrupt is ignored (a job in the background, nohup, some CI) children ignore it as well.
HANDLED = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
"""


def interrupted(program: str) -> tuple[int, str, float]:
    """Runs a program that prints a line and then works for long; interrupts it there."""
    with subprocess.Popen(
        [sys.executable, "-c", HANDLED + program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        # whatever goes wrong: neither the line nor the end is waited for without a bound
        bound = threading.Timer(120, process.kill)
        bound.start()
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "working\n"
            time.sleep(0.4)
            process.send_signal(signal.SIGINT)
            started = time.perf_counter()
            _, errors = process.communicate()
            return process.returncode, errors, time.perf_counter() - started
        finally:
            bound.cancel()
            process.kill()


def test_ctrl_c_where_interrupts_are_ignored(path: Path) -> None:
    """Once the two tests below waited for ever in a job in the background."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        test_ctrl_c_ends_a_question(path)
    finally:
        signal.signal(signal.SIGINT, before)


def test_ctrl_c_ends_a_question(path: Path) -> None:
    program = f"""
import varidex
ds = varidex.open({str(path)!r})
print("working", flush=True)
while True:
    # nobody carries so many: every variant is tested, again and again
    ds.ask("carriers(all, at_least: 4000000) | " * 200 + "carriers(all, at_least: 4000001)")
"""
    code, errors, seconds = interrupted(program)
    assert errors.rstrip().endswith("KeyboardInterrupt") and code != 0
    assert seconds < 30


def test_ctrl_c_ends_a_build_and_leaves_nothing(tmp_path: Path) -> None:
    varidex.simulate(tmp_path / "c", samples=3000, variants=30000)
    program = f"""
import varidex
told = []
def progress(done, total, what):
    if not told:
        told.append(done)
        print("working", flush=True)
while True:
    varidex.build({str(tmp_path / "c" / "cohort.vcf.gz")!r}, {str(tmp_path / "new.vdx")!r}, force=True,
                  threads=1, progress=progress)
"""
    code, errors, seconds = interrupted(program)
    assert errors.rstrip().endswith("KeyboardInterrupt") and code != 0
    assert seconds < 60
    if (tmp_path / "new.vdx").exists():
        # one that was finished before is whole
        varidex.open(tmp_path / "new.vdx").verify()


def test_progress_is_told_and_can_stop(place: Path, tmp_path: Path) -> None:
    vcf = place / "cohort" / "cohort.vcf.gz"
    told: list[tuple[int, int | None, str]] = []
    varidex.build(vcf, tmp_path / "a.vdx", progress=lambda *at: told.append(at))
    assert told and told[-1][1] == vcf.stat().st_size and told[-1][2] == str(vcf)
    with pytest.raises(varidex.Cancelled):
        varidex.build(vcf, tmp_path / "b.vdx", progress=lambda *_: False)
    assert not (tmp_path / "b.vdx").exists()

    def broken(*_: object) -> None:
        raise ZeroDivisionError("in the callback")

    with pytest.raises(ZeroDivisionError, match="in the callback"):
        varidex.build(vcf, tmp_path / "b.vdx", progress=broken)
    assert not (tmp_path / "b.vdx").exists()


def test_a_bar(place: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    vcf = place / "cohort" / "cohort.vcf.gz"
    pytest.importorskip("tqdm")
    varidex.build(vcf, tmp_path / "a.vdx", progress=True)
    shown = capfd.readouterr().err
    assert "cohort.vcf.gz: 100%" in shown and str(vcf.parent) not in shown
    varidex.build(vcf, tmp_path / "b.vdx", progress=False)
    assert capfd.readouterr().err == ""


def test_lines_where_there_is_no_bar(
    place: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    vcf = place / "cohort" / "cohort.vcf.gz"
    varidex.build(vcf, tmp_path / "a.vdx", progress=True)
    assert capfd.readouterr().err == "cohort.vcf.gz\n"


def test_progress_shows_names_of_files() -> None:
    from varidex._progress import _named

    for what, shown in [
        ("/some where/a b.vcf.gz", "a b.vcf.gz"),
        ("data/b.bcf and 3 others", "b.bcf and 3 others"),
        ("writing /tmp/out.vcf", "writing out.vcf"),
        ("reading people", "reading people"),
        ("a.vcf", "a.vcf"),
    ]:
        assert _named(what.replace("/", os.sep)) == shown


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_nothing_leaks(path: Path, tmp_path: Path) -> None:
    page = os.sysconf("SC_PAGE_SIZE")

    def resident() -> int:
        gc.collect()
        return int(Path("/proc/self/statm").read_text().split()[1]) * page

    def round_of_everything() -> None:
        with varidex.open(path) as ds:
            group = ds.ask("carriers(22:20,000,000-20,010,000 & af<0.1)")
            table = ds.frequencies("22:20,000,000-20,010,000", group=group & ~group | group)
            list(table)
            len(table)
            repr(table)
            table.to_numpy()
            # streams that nobody reads, and one that is read in part
            table.__arrow_c_stream__()
            table.__arrow_c_schema__()
            next(iter(ds.carriers("all")))
            ds.genotypes("22:20,000,000-20,010,000")
            ds.frequency_many("22", [20003080], "TGATTA", "T")
            ds.frequency("22:20003080:TGATTA:T", group=group)
            for wrong in ["carriers(", "samples(nobody)"]:
                with pytest.raises(varidex.ExpressionError):
                    ds.ask(wrong)

    for _ in range(20):
        round_of_everything()
    before = resident()
    for _ in range(100):
        round_of_everything()
    grown = resident() - before
    # a matrix alone is 500 kB a round
    assert grown < 5 << 20, f"{grown} bytes more after 100 rounds"
    files = os.listdir("/proc/self/fd")
    assert len(files) < 100
    maps = Path("/proc/self/maps").read_text()
    assert maps.count(str(path)) == 0 or maps.count(str(path)) < 10

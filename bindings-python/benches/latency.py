"""What a question costs from Python, beside what it costs inside of the library.

    python benches/latency.py [--samples N] [--variants N] [--dataset DATASET]

Build the package with optimisation first: `make install-python`. Without a dataset a cohort is simulated.
Times are medians; what the library takes is reported by itself (`Dataset.explain`).
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy

import varidex


def median(work: Callable[[], object], rounds: int, repeats: int = 1) -> float:
    """Seconds of one call: the median of rounds of several calls."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        for _ in range(repeats):
            work()
        times.append((time.perf_counter() - started) / repeats)
    return statistics.median(times)


def measure(ds: varidex.Dataset) -> None:
    info = ds.info()
    print(f"{info['samples']:,} samples, {info['rows']:,} rows, varidex {varidex.__version__}")

    table = ds.variants("type:snv").to_numpy()
    chrom, pos, ref, alt = (table[name] for name in ["chrom", "pos", "ref", "alt"])
    middle = len(pos) // 2
    allele = f"{chrom[middle]}:{pos[middle]}:{ref[middle]}:{alt[middle]}"
    one = median(lambda: ds.frequency(allele), 50, 1000)
    print(f"frequency({allele!r})  {one * 1e6:.2f} us")

    sorted_ = [numpy.tile(column, max(1, 1_000_000 // len(pos))) for column in (pos, ref, alt)]
    order = numpy.random.default_rng(1).permutation(len(sorted_[0]))
    for name, places in [("in order", None), ("shuffled", order)]:
        given = sorted_ if places is None else [column[places] for column in sorted_]
        seconds = median(lambda: ds.frequency_many(chrom[0], *given), 5)
        print(f"frequency_many, {name}  {len(given[0]) / seconds / 1e6:.2f} M alleles/s")

    region = f"{chrom[0]}:{pos[middle]}-{pos[middle] + 1000}"
    for expression in [f"carriers({allele})", f"carriers({region} & af<0.01)"]:
        python = median(lambda: ds.ask(expression).count, 200, 10)
        inside = statistics.median(ds.explain(expression).seconds for _ in range(2000))
        print(f"ask({expression!r}).count  {python * 1e6:.1f} us, inside {inside * 1e6:.1f} us")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--variants", type=int, default=100_000)
    parser.add_argument("--dataset", type=Path)
    arguments = parser.parse_args()
    if arguments.dataset:
        measure(varidex.open(arguments.dataset))
        return
    with tempfile.TemporaryDirectory() as place:
        files = varidex.simulate(
            Path(place, "cohort"), samples=arguments.samples, variants=arguments.variants, format="bcf"
        )
        measure(varidex.build(files["genotypes"], Path(place, "cohort.vdx")))


if __name__ == "__main__":
    main()

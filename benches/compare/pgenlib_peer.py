"""Times pgenlib on the tasks given as JSON on standard input; one "what<TAB>seconds" a line.

Each task runs once untimed before. Indexes from position and allele to variant number are made
beforehand, and allele frequencies are known beforehand: what is timed is pgenlib's own work.
"""

import bisect
import json
import sys
import time

import numpy as np
import pgenlib


def timed(calls, task):
    task()
    started = time.perf_counter()
    task()
    return (time.perf_counter() - started) / max(calls, 1)


def plain(contig):
    return contig.removeprefix("chr")


def read_pvar(path):
    """Position lists by contig, first variant by contig, and (variant, allele) by allele."""
    positions, first, index = {}, {}, {}
    number = 0
    with open(path) as lines:
        for line in lines:
            if line.startswith("#"):
                continue
            contig, position, _, ref, alts = line.split("\t", 5)[:5]
            contig, position = plain(contig), int(position)
            first.setdefault(contig, number)
            positions.setdefault(contig, []).append(position)
            for allele, alt in enumerate(alts.rstrip("\n").split(","), 1):
                index.setdefault((contig, position, ref, alt), (number, allele))
            number += 1
    return positions, first, index, number


def main():
    tasks = json.load(sys.stdin)
    prefix = tasks["prefix"]
    people = tasks["people"]
    positions, first, index, variants = read_pvar(prefix + ".pvar")

    def open_reader(subset=None):
        pvar = pgenlib.PvarReader((prefix + ".pvar").encode())
        subset = None if subset is None else np.array(subset, dtype=np.uint32)
        return pgenlib.PgenReader(
            (prefix + ".pgen").encode(), raw_sample_ct=people, sample_subset=subset, pvar=pvar
        )

    def report(what, seconds):
        print(f"{what}\t{seconds:.9g}", flush=True)

    report("open", timed(1, open_reader))
    reader = open_reader()
    count = np.empty(4, dtype=np.uint32)

    def frequency(variant):
        reader.count(variant, count, 1)
        copies = int(count[1]) + 2 * int(count[2])
        return copies / max(1, 2 * int(count[:3].sum()))

    def range_of(window):
        contig = plain(window["contig"])
        at = positions.get(contig, [])
        low = bisect.bisect_left(at, window["from"])
        high = bisect.bisect_right(at, window["to"])
        return first.get(contig, 0) + low, first.get(contig, 0) + high

    genotypes = np.empty(people, dtype=np.int8)
    for name, sites in tasks["points"].items():
        keys = [(plain(c), p, r, a) for c, p, r, a in sites]
        keys = [key for key in keys if key in index]
        if not keys:
            continue

        def counts():
            for key in keys:
                variant, allele = index[key]
                reader.count(variant, count, allele)

        def carriers():
            for key in keys:
                variant, allele = index[key]
                if reader.has_sparse(variant, allele):
                    reader.read_sparse32(variant, allele)
                else:
                    reader.read(variant, genotypes, allele)
                    np.flatnonzero(genotypes > 0)

        report(f"counts {name}", timed(len(keys), counts))
        report(f"carriers {name}", timed(len(keys), carriers))

    small = [range_of(window) for window in tasks["small"]]
    large = [range_of(window) for window in tasks["large"]]
    step = max(1, min(4096, 64_000_000 // people))

    def region_carriers():
        for low, high in small:
            found = np.zeros(people, dtype=bool)
            for at in range(low, high, step):
                end = min(high, at + step)
                block = np.empty((end - at, people), dtype=np.int8)
                reader.read_range(at, end, block)
                found |= (block > 0).any(axis=0)
            np.flatnonzero(found)

    report("region carriers", timed(len(small), region_carriers))

    rare = [
        np.array([v for v in range(low, high) if frequency(v) < 0.01], dtype=np.uint32)
        for low, high in small
    ]
    few = tasks["groups"]["5"]
    reader = open_reader(few)

    def rare_in_group():
        for wanted in rare:
            found = np.zeros(len(few), dtype=bool)
            for at in range(0, len(wanted), step):
                some = wanted[at : at + step]
                block = np.empty((len(some), len(few)), dtype=np.int8)
                reader.read_list(some, block)
                found |= (block > 0).any(axis=0)
            np.flatnonzero(found)

    report("rare in group", timed(len(small), rare_in_group))

    for share in ("10", "50"):
        reader = open_reader(tasks["groups"][share])

        def group_counts():
            for low, high in large:
                for variant in range(low, high):
                    reader.count(variant, count, 1)

        seconds = timed(len(large), group_counts)
        # one call gives genotype counts: AC, AN, het and hom alike
        report(f"ac_an {share}", seconds)
        report(f"full counts {share}", seconds)

    # a reader has one subset
    readers = [open_reader(stratum) for stratum in tasks["strata"] if stratum]
    grouped = [range_of(window) for window in tasks["grouped"]]

    def by_groups():
        for low, high in grouped:
            for reader in readers:
                for variant in range(low, high):
                    reader.count(variant, count, 1)

    report("by groups", timed(len(grouped), by_groups))
    del readers

    reader = open_reader()
    matrices = [range_of(window) for window in tasks["matrix"]]
    rows = max(1, 64_000_000 // people)
    matrix = np.empty((rows, people), dtype=np.int8)

    def read_matrix():
        for low, high in matrices:
            for at in range(low, high, rows):
                end = min(high, at + rows)
                reader.read_range(at, end, matrix[: end - at])

    report("matrix", timed(len(matrices), read_matrix))

    def every_count():
        for variant in range(variants):
            reader.count(variant, count, 1)

    report("every ac", timed(1, every_count))


main()

"""Variants: rows of all batches that are one, and their counts (section 6 of README.md, "over several batches")."""

import re
from collections import namedtuple

from callable import plain_name
from coverage import UNCOVERED, sums
from primitives import allele_type

# `an` and `n_missing` are None where they are unknown
Counts = namedtuple("Counts", "ac an het hom hemi n_missing")


def variants(dataset):
    """Rows of all batches that are one variant: (number of the segment, number of the row, row) of each, in
    the order of batches."""
    if not hasattr(dataset, "variants_of_batches"):
        found, seen = {}, {}
        for number in sorted(range(len(dataset.segments)), key=lambda n: (batch_of(dataset, n), n)):
            for at, row in enumerate(dataset.segments[number]):
                allele = allele_of(row)
                # a batch may have a variant in several segments
                key = (batch_of(dataset, number), *allele)
                nth = seen[key] = seen.get(key, -1) + 1
                nth = 0 if dataset.segments[number].entry.get("merged") else nth
                found.setdefault((allele, nth), []).append((number, at, row))
        dataset.variants_of_batches = list(found.values())
    return dataset.variants_of_batches


def batch_of(dataset, number):
    return dataset.segments[number].entry["batch"]


def allele_of(row):
    """What rows of one variant have in common."""
    return row.contig, row.position, *same_allele(row.ref, row.alt, row.end - row.position, row.sv_length)


def same_allele(ref, alt, span, sv_length, kind=None):
    """What rows of one variant at one place have in common; `kind` is their type."""
    kind, alt = allele_type(ref, alt) if kind is None else kind, alt.upper()
    extent = None
    if alt.startswith("<") and kind != 0:
        length = abs(sv_length) if sv_length is not None else 0 if kind in (3, 10) else span - 1
        extent = (span, length)
    # names of one contig that differ otherwise are of assemblies
    alt = re.sub(r"([\[\]]<?)CHR", r"\1", alt)
    return ref.upper(), alt, extent


def counts_of(dataset, rows):
    """Counts of a variant over all samples."""
    elsewhere = known_elsewhere(dataset, rows)
    row_sum = lambda name: sum(getattr(row, name) for *_, row in rows)
    an, n_missing = row_sum("an"), row_sum("n_missing")
    if elsewhere is None:
        an = n_missing = None
    else:
        an, n_missing = an + elsewhere[0], n_missing + elsewhere[1]
    return Counts(row_sum("ac"), an, row_sum("het"), row_sum("hom"), row_sum("hemi"), n_missing)


def known_elsewhere(dataset, rows):
    """AN and n_missing of those of whom the rows of a variant say nothing, None where nothing is known of one of them."""
    samples = {batch_of(dataset, n): set(s.sample_numbers) for n, s in enumerate(dataset.segments)}
    merged = {batch_of(dataset, n) for n, s in enumerate(dataset.segments) if s.entry.get("merged")}
    unknown, known, total = set(range(len(dataset.names))).difference(*samples.values()), set(), (0, 0)
    here = {batch_of(dataset, number) for number, *_ in rows}
    for number, _, row in rows:
        numbers = dataset.segments[number].sample_numbers
        unknown |= {numbers[sample] for sample in row.scope.uncovered}
    for batch in here:
        known |= samples[batch] - unknown
    others = sorted(batch for batch in samples if batch not in here and samples[batch])
    for batch in merged.intersection(others):
        states = states_of(dataset, batch, rows[0][2])
        without = {number for number, state in zip(sorted(samples[batch]), states) if state == UNCOVERED}
        unknown, known = unknown | without, known | samples[batch] - without
        total = (total[0] + sums(states)[0], total[1] + sums(states)[1])
    others = [batch for batch in others if batch not in merged]
    told = {batch: told_by(dataset, batch, rows[0][2]) for batch in others}
    shares = lambda one, more: any(samples[one] & samples[other] for other in more if other != one)
    looked = [other for other in others if told[other] is not None]
    for batch in others:
        if shares(batch, here):
            continue
        if told[batch] is not None:
            if not shares(batch, [other for other in looked if other < batch]):
                total = (total[0] + told[batch][0], total[1] + told[batch][1])
                known |= samples[batch]
        elif not shares(batch, looked):
            unknown |= samples[batch]
    unknown -= known
    callable_here = unknown & callable_samples(dataset, rows[0][2])
    return (total[0] + 2 * len(callable_here), total[1]) if unknown == callable_here else None


def callable_samples(dataset, variant):
    """The samples of which the kit has a region that holds all bases of a variant."""
    name = plain_name(dataset.manifest["contigs"][variant.contig]["name"])
    if name in ("X", "Y", "MT"):
        return set()
    kits = [of for kit, of in dataset.kits if kit.holds(name, variant.position, variant.end)]
    return set().union(*kits)


def states_of(dataset, batch, variant):
    """What a merged batch without a variant knows of each of its samples at the place."""
    numbers = [n for n in range(len(dataset.segments)) if batch_of(dataset, n) == batch]
    found = [dataset.segments[n].coverage.at(variant.contig, variant.position) for n in numbers]
    count = len(dataset.segments[numbers[0]].sample_numbers)
    return next((one for one in found if one is not None), [UNCOVERED] * count)


def told_by(dataset, batch, variant):
    """AN and n_missing of a batch without a variant, None where it did not look at the place."""
    numbers = [n for n in range(len(dataset.segments)) if batch_of(dataset, n) == batch]
    same, over = [], []
    for number in numbers:
        for at, row in enumerate(dataset.segments[number]):
            end = row.end - dataset.segments[number].c["block_short"][at]
            if row.contig == variant.contig and row.position <= variant.position < end:
                if row.position == variant.position and row.ref.upper() == variant.ref.upper():
                    same.append((row.alt.upper(), number, at, row))
                elif allele_type(row.ref, row.alt) == 0:
                    over.append((row.position, number, at, row))
    row = min(same)[-1] if same else max(over)[-1] if over else None
    return row and (row.an, row.n_missing)

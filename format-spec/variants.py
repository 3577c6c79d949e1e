"""Variants: rows of all batches that are one, and their counts (section 6 of README.md, "over several batches")."""

import re
from collections import namedtuple

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
    if elsewhere is None or any(row.scope.uncovered for *_, row in rows):
        an = n_missing = None
    else:
        an, n_missing = an + elsewhere[0], n_missing + elsewhere[1]
    return Counts(row_sum("ac"), an, row_sum("het"), row_sum("hom"), row_sum("hemi"), n_missing)


def known_elsewhere(dataset, rows):
    """AN and n_missing of the batches that do not have a variant, None where one did not look at its place."""
    samples = {batch_of(dataset, n): set(s.sample_numbers) for n, s in enumerate(dataset.segments)}
    if len(set().union(*samples.values())) < len(dataset.names):
        return None
    here = {batch_of(dataset, number) for number, *_ in rows}
    others = sorted(batch for batch in samples if batch not in here and samples[batch])
    told = {batch: told_by(dataset, batch, rows[0][2]) for batch in others}
    shares = lambda one, more: any(samples[one] & samples[other] for other in more if other != one)
    looked = [other for other in others if told[other] is not None]
    total = (0, 0)
    for batch in others:
        if shares(batch, here):
            continue
        if told[batch] is not None:
            if not shares(batch, [other for other in looked if other < batch]):
                total = (total[0] + told[batch][0], total[1] + told[batch][1])
        elif not shares(batch, looked):
            return None
    return total


def told_by(dataset, batch, variant):
    """AN and n_missing of a batch without a variant, None where it did not look at the place."""
    numbers = [n for n in range(len(dataset.segments)) if batch_of(dataset, n) == batch]
    if dataset.segments[numbers[0]].entry.get("merged"):
        found = [dataset.segments[n].coverage.at(variant.contig, variant.position) for n in numbers]
        states = next((one for one in found if one is not None), [UNCOVERED])
        return None if UNCOVERED in states else sums(states)[:2]
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

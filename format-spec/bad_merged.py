"""The bad vectors of the rules of merged batches."""

import struct

from bad_vectors import bad, both, column, put
from coverage import ENTRY, sums
from make_vectors import manifest
from primitives import leb128

# of the first stretch of merged.vdx: after two runs, which are of two samples each, comes the change of sample 3
# to state 1, nine bases behind the start; its bytes, and where the fields of the directory stand
FIRST, GAP, CHANGE = 0, 2, 3
START, END, CHANGES, OFFSET, AN, MISSING, UNCOVERED, RESERVED = 4, 8, 12, 16, 24, 28, 32, 36


def written(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return out + bytes([number])


def stretches(d):
    """The stretches as [contig, start, end, runs, changes]; runs are (samples, state), changes numbers."""
    entries = list(struct.iter_unpack(ENTRY, d.s("coverage")))
    found, data, samples = [], bytes(d.s("coverage_states")), struct.unpack_from("<I", d.s("meta"), 4)[0]
    for contig, start, end, count, at, *_ in entries:
        runs, changes = [], []
        while sum(n for n, _ in runs) < samples:
            run, at = leb128(data, at, "coverage_states", "B2")
            runs.append((run >> 3, run & 7))
        for _ in range(count):
            gap, at = leb128(data, at, "coverage_states", "B3")
            change, at = leb128(data, at, "coverage_states", "B3")
            changes.append((gap, change))
        found.append([contig, start, end, runs, changes])
    return found


def recoded(change):
    """Writes the stretches anew as `change` makes them; the manifest lists them."""

    def patch(d):
        all_of = stretches(d)
        change(all_of)
        directory, states, covered = b"", bytearray(), []
        for contig, start, end, runs, changes in all_of:
            at_start = [state for samples, state in runs for _ in range(samples)]
            directory += struct.pack(ENTRY, contig, start, end, len(changes), len(states), *sums(at_start), 0)
            for samples, state in runs:
                states += written(samples << 3 | state)
            for gap, one in changes:
                states += written(gap) + written(one)
            if covered and covered[-1]["contig"] == contig:
                covered[-1]["end"] = end
            else:
                covered.append({"contig": contig, "start": start, "end": end})
        d.segments[0].sections.update(coverage=bytearray(directory), coverage_states=states)
        d.after_files.append(lambda m: m["segments"][0].update(covered=covered))

    return patch


def without(*names):
    return lambda d: [d.segments[0].sections.pop(name) for name in names]


def of_segment(change):
    return manifest(lambda m: change(m["segments"][0]))


def swapped_changes(all_of):
    """Exchanges two changes at one position."""
    changes = all_of[0][4]
    at = next(at for at in range(1, len(changes)) if changes[at][0] == 0)
    (gap, first), (_, second) = changes[at - 1 : at + 1]
    changes[at - 1 : at + 1] = [(gap, second), (0, first)]


covers = [{"contig": 0, "start": 0, "end": 9}]
bad("S1", "outside", "genotypes", "recorded", column("recorded", {1: 1 << 4 | 1}))
bad("S1", "outside", "genotypes", "covered", of_segment(lambda s: s.update(covered=covers)))
bad(
    "S1",
    "outside",
    "genotypes",
    "coverage",
    both(
        lambda d: d.segments[0].add("coverage", 46, struct.pack(ENTRY, 0, 0, 9, 0, 0, 0, 0, 8, 0)),
        lambda d: d.segments[0].add("coverage_states", 47, bytes([8 << 3])),
        of_segment(lambda s: s.update(covered=covers)),
    ),
)
bad("S1", "outside", "merged", "not-merged", of_segment(lambda s: s.pop("merged")))
bad("S2", "coverage", "merged", "start", of_segment(lambda s: s["covered"][0].update(start=1)))
bad("S2", "coverage", "merged", "none", of_segment(lambda s: s.pop("covered")))
bad("M9", "manifest", "merged", "covered", of_segment(lambda s: s["covered"][2].update(contig=3)))
bad("M5", "manifest", "merged", "covered", of_segment(lambda s: s["covered"][0].pop("end")))
# rows 3 and 4 are of 1:200; the first does not report of B, the second of B alone; C is not covered there
bad("S3", "outside", "merged", "twice", column("outside", {3: 0}))
bad("S3", "outside", "merged", "nobody", lambda d: d.repoint(3, 5, bytes([0b1010]), "outside"))
bad("S4", "outside", "merged", "both", lambda d: d.repoint(3, 5, bytes([0b0110]), "uncovered"))
bad("S4", "outside", "merged", "recorded", lambda d: d.repoint(4, 5, bytes([0b0011]), "recorded"))
bad("S4", "outside", "merged", "unphased", lambda d: d.repoint(3, 5, bytes([0b1111]), "unphased"))
# row 2 is 1:150: copies 3, 6 and 7 are missing, sample 2 is not covered
bad("S4", "outside", "merged", "missing", lambda d: d.repoint(2, 5, bytes([0b11111000]), "missing"))
# C has three copies in row 12
bad("S4", "outside", "merged", "polyploid", column("uncovered", {12: 2 << 4 | 1}))
bad("R6", "an_short", "merged", "outside", lambda d: d.column("an_short", {3: d.value("an_short", 3) - 2}))
bad("R12", "record_rank", "merged", "merged-gap", column("record_rank", {4: 2}))
bad("P5", "sets", "merged", "outside", lambda d: d.repoint(3, 5, bytes([0b10010]), "outside"))
bad("C4", "outside", "merged", "outside", lambda d: d.s("outside").append(0))
bad("C5", "recorded", "merged", "recorded", column("recorded", {3: -16}))

bad("B1", "coverage", "merged", "length", lambda d: d.s("coverage").append(0))
bad("B1", "coverage", "merged", "start", put("coverage", START, "i", -2))
bad("B1", "coverage", "merged", "end", put("coverage", END, "i", 0))
bad("B1", "coverage", "merged", "reserved", put("coverage", RESERVED, "I", 1))
bad("B2", "coverage_states", "merged", "state", put("coverage_states", FIRST, "B", 2 << 3 | 6))
bad("B2", "coverage_states", "merged", "same", put("coverage_states", FIRST + 1, "B", 2 << 3 | 1))
bad("B2", "coverage_states", "merged", "nobody", put("coverage_states", FIRST, "B", 0 << 3 | 1))
bad("B2", "coverage_states", "merged", "samples", put("coverage_states", FIRST + 1, "B", 3 << 3))
bad("B3", "coverage_states", "merged", "start", put("coverage_states", GAP, "B", 0))
bad("B3", "coverage_states", "merged", "end", recoded(lambda all_of: all_of[0].__setitem__(2, 50)))
bad("B3", "coverage_states", "merged", "sample", put("coverage_states", CHANGE, "H", 0x281))
bad("B3", "coverage_states", "merged", "state", put("coverage_states", CHANGE, "B", 0xC6))
bad("B3", "coverage_states", "merged", "no-change", put("coverage_states", CHANGE, "B", 0xC0))
bad("B3", "coverage_states", "merged", "order", recoded(swapped_changes))
bad("B3", "coverage_states", "merged", "behind", put("coverage", CHANGES, "I", 1))
bad("B3", "coverage_states", "merged", "too-few", put("coverage", CHANGES, "I", 999))
bad("B3", "coverage_states", "merged", "outside", put("coverage", 80 + OFFSET, "Q", 9999))
bad("B4", "coverage", "merged", "contigs", recoded(lambda all_of: all_of.reverse()))
bad("B4", "coverage", "merged", "over", recoded(lambda all_of: all_of.append([2, 400, 500, [(4, 0)], []])))
bad("B4", "coverage", "merged", "offset", put("coverage", OFFSET, "Q", 1))
bad("B4", "coverage", "merged", "no-stretch", both(without("coverage"), of_segment(lambda s: s.pop("covered"))))
bad("B5", "coverage", "merged", "an", put("coverage", AN, "I", 3))
bad("B5", "coverage", "merged", "missing", put("coverage", MISSING, "I", 1))
bad("B5", "coverage", "merged", "uncovered", put("coverage", UNCOVERED, "I", 1))
bad("B5", "coverage_states", "merged", "before", put("coverage_states", CHANGE, "B", 0xD1))

nothing = of_segment(lambda s: s.pop("covered"))
bad("G2", "meta", "unvaried", "no-section", both(without("coverage", "coverage_states"), nothing))
empty = lambda d: d.segments[0].sections.update(coverage=bytearray())
bad("G2", "meta", "unvaried", "no-stretch", both(empty, without("coverage_states"), nothing))
bad("A1", "allele_codes", "unvaried", "no-row", lambda d: d.segments[0].add("allele_codes", 48, struct.pack("<I", 0x811)))

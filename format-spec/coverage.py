"""Merged batches (sections 6 and 8 of README.md): of whom each row reports, and what is known of samples
between rows."""

import struct
from collections import namedtuple

from primitives import column, leb128, need, stored_set

ENTRY = "<IiiIQIIII"
# by state: known copies, whether a copy is missing, how many copies there are
STATES = [(0, False, 0), (2, False, 2), (0, True, 2), (1, True, 2), (1, False, 1), (0, True, 1)]
UNCOVERED = 0
SECTIONS = ("recorded", "uncovered", "outside", "coverage", "coverage_states")

Entry = namedtuple("Entry", "contig start end changes offset an missing uncovered")
Stretch = namedtuple("Stretch", "contig start end states changes")
Scope = namedtuple("Scope", "recorded uncovered outside")
NOBODY = Scope(frozenset(), frozenset(), frozenset())


def sums(states):
    """Known copies, samples with a missing copy, and samples that are not covered."""
    known = sum(STATES[state][0] for state in states)
    return known, sum(STATES[state][1] for state in states), states.count(UNCOVERED)


class Coverage:
    """The stretches of a segment, decoded whole and checked."""

    def __init__(self, file, samples, contigs):
        data, self.samples = file.get("coverage"), samples
        size = struct.calcsize(ENTRY)
        need(len(data) % size == 0, "coverage", "B1", f"{len(data)} bytes, not a multiple of {size}")
        entries = []
        for *entry, reserved in struct.iter_unpack(ENTRY, data):
            entry = Entry(*entry)
            need(-1 <= entry.start < entry.end and reserved == 0, "coverage", "B1", f"{entry}, reserved {reserved}")
            entries.append(entry)
        states = file.get("coverage_states")
        need(entries or not states, "coverage", "B4", "states of no stretch")
        for last, entry in zip([None, *entries], entries):
            if last is None:
                sound = entry.offset == 0
            else:
                sound = (last.contig, last.end) <= (entry.contig, entry.start) and last.offset < entry.offset
            need(sound and entry.contig < contigs, "coverage", "B4", f"{entry} behind {last}")
        ends = [entry.offset for entry in entries[1:]] + [len(states)]
        self.stretches = [self.read(entry, states, end) for entry, end in zip(entries, ends)]

    def read(self, entry, data, end):
        need(entry.offset <= end <= len(data), "coverage_states", "B3", f"a stretch from {entry.offset} to {end}")
        data, at, states, before = data[:end], entry.offset, [], None
        while len(states) < self.samples:
            run, at = leb128(data, at, "coverage_states", "B2")
            count, state = run >> 3, run & 7
            sound = state < len(STATES) and state != before and 0 < count <= self.samples - len(states)
            need(sound, "coverage_states", "B2", f"{count} samples of state {state} after {len(states)}")
            states += [state] * count
            before = state
        found = sums(states)
        need(found == entry[5:], "coverage", "B5", f"sums {entry[5:]}, not {found}")
        return Stretch(*entry[:3], states, self.changes(entry, data, at, list(states)))

    def changes(self, entry, data, at, states):
        """Positions, samples and states that they change to; `states` are those at the start."""
        found, last = [], (entry.start, self.samples)
        for _ in range(entry.changes):
            gap, at = leb128(data, at, "coverage_states", "B3")
            change, at = leb128(data, at, "coverage_states", "B3")
            position, sample, before, after = last[0] + gap, change >> 6, change >> 3 & 7, change & 7
            sound = last < (position, sample) and position < entry.end and sample < self.samples
            sound = sound and before < len(STATES) and after < len(STATES) and before != after
            need(sound, "coverage_states", "B3", f"sample {sample} from {before} to {after} at {position}")
            need(states[sample] == before, "coverage_states", "B5", f"sample {sample} is {states[sample]}, not {before}")
            states[sample] = after
            last = (position, sample)
            found.append((position, sample, after))
        need(at == len(data), "coverage_states", "B3", "bytes behind the last change")
        return found

    def spans(self):
        """Of each contig with stretches: number, start of the first and end of the last."""
        found = []
        for one in self.stretches:
            if found and found[-1][0] == one.contig:
                found[-1] = (one.contig, found[-1][1], one.end)
            else:
                found.append((one.contig, one.start, one.end))
        return found

    def at(self, contig, position):
        """The state of each sample at a place; None outside of all stretches."""
        for one in self.stretches:
            if one.contig == contig and one.start <= position < one.end:
                states = list(one.states)
                for changed, sample, after in one.changes:
                    if changed <= position:
                        states[sample] = after
                return states
        return None


def read_coverage(segment):
    """The stretches of a segment; none where its batch is not merged."""
    file, entry = segment.file, segment.entry
    if not entry.get("merged"):
        sound = not entry.get("covered") and not any(name in file.sections for name in SECTIONS)
        need(sound, "outside", "S1", "sections of merged batches in another one")
    coverage = Coverage(file, segment.samples, len(segment.manifest["contigs"]))
    told = [(one["contig"], one["start"], one["end"]) for one in entry.get("covered") or []]
    need(coverage.spans() == told, "coverage", "S2", f"{coverage.spans()}, not {told}")
    return coverage


def read_scopes(file, rows, samples, payload_of):
    """For each row the three sets of samples; `payload_of` gives the bytes of a row's sets."""
    columns = [column(file.get(name), rows, name, limits=(0, 2**63 - 1)) for name in SECTIONS[:3]]
    if not any(map(any, columns)):
        return [NOBODY] * rows
    sets = lambda row: (stored_set(values[row], payload_of(row), samples) for values in columns)
    return [Scope(*sets(row)) for row in range(rows)]


def check_scope(row, scope, copies, samples):
    """That nothing else is said of those of whom a row knows or reports nothing; `copies` and `samples` are the
    row's other sets."""
    silent = scope.uncovered | scope.outside
    told = {copy // 2 for one in copies for copy in one}.union(scope.recorded, *samples)
    wrong = sorted(silent & told | scope.uncovered & scope.outside)
    need(not wrong, "outside", "S4", f"row {row}: samples {wrong[:5]}")


def check_variants(alleles, scopes, samples):
    """That each sample is reported of by one row of a variant. `alleles` are what the rows of a variant have in
    common, row by row; a segment may begin or end between the rows of one."""
    first = 0
    for row in range(1, len(alleles) + 1):
        if row == len(alleles) or alleles[row] != alleles[first]:
            if first > 0 and row < len(alleles):
                reported = [s for one in scopes[first:row] for s in range(samples) if s not in one.outside]
                sound = sorted(reported) == list(range(samples))
                need(sound, "outside", "S3", f"rows {first} to {row - 1}: {reported[:9]}")
            first = row

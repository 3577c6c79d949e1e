"""Phase sets: which calls of a sample are phased to each other."""

import re

from primitives import column, is_plain, leb128, need, text, utf8

NUMBER, NAME, HAPLOTYPES = range(3)


class Phases:
    """The phase sets of a segment: `of_rows` has for each row sample → (form, what it is).

    A set is a number or a name, haplotypes are a pair of names, of which one may be None.
    """

    def __init__(self, file, rows, samples, positions):
        ends = [0] + column(file.get("phase_ends"), rows, "phase_ends", limits=(0, 2**63 - 1))
        self.data, self.samples = file.get("phase_sets"), samples
        sound = ends == sorted(ends) and ends[-1] == len(self.data)
        need(sound, "phase_ends", "H1", f"{ends[:5]} of {len(self.data)} bytes")
        self.names = text(file.get("phase_names"), "phase_names")
        self.used = {}
        self.of_rows = [self.read(*place) for place in zip(ends, ends[1:], positions)]
        self.check_names()

    def read(self, at, end, position):
        found, sample, data = {}, 0, self.data[:end]
        while at < end:
            head, at = leb128(data, at, "phase_sets", "H2")
            sample += head >> 2
            form = head & 3
            need(sample < self.samples and form < 3, "phase_sets", "H2", f"form {form} of sample {sample}")
            reported = []
            for _ in range(2 if form == HAPLOTYPES else 1):
                number, at = leb128(data, at, "phase_sets", "H2")
                reported.append(number)
            if form == NUMBER:
                set_of = position + 1 + (reported[0] >> 1 ^ -(reported[0] & 1))
                need(0 <= set_of < 2**31, "phase_sets", "H2", f"number {set_of}")
            elif form == NAME:
                set_of = self.name(reported[0], form)
            else:
                set_of = tuple(self.name(number - 1, form) if number else None for number in reported)
                need(set_of != (None, None), "phase_sets", "H2", f"no haplotype of sample {sample}")
            found[sample] = (form, set_of)
            sample += 1
        return found

    def name(self, number, form):
        need(number < len(self.names), "phase_sets", "H2", f"name {number} of {len(self.names)}")
        self.used.setdefault(number, set()).add(form)
        return utf8(self.names[number], "phase_names", "H4")

    def check_names(self):
        sound = sorted(self.used) == list(range(len(self.names))) and len(set(self.names)) == len(self.names)
        need(sound, "phase_names", "H4", "a name twice, or of nothing")
        for number, forms in self.used.items():
            name = utf8(self.names[number], "phase_names", "H4")
            is_number = re.fullmatch("0|[1-9][0-9]*", name) and int(name) < 2**31
            sound = name and is_plain(name) and not (NAME in forms and is_number)
            need(sound, "phase_names", "H4", f"{name!r}")

    def check(self, row, carriers, haploid, polyploid, unphased):
        """The samples of the sets of a row."""
        for sample, (form, _) in self.of_rows[row].items():
            carries = {2 * sample, 2 * sample + 1} & carriers
            sound = carries and sample not in haploid and sample not in polyploid
            sound = sound and (form == HAPLOTYPES or sample not in unphased)
            need(sound, "phase_sets", "H3", f"row {row}: sample {sample}")


def shown(phase):
    """A phase set as VCF has it: PS, or PSL."""
    form, set_of = phase
    return ",".join(name or "." for name in set_of) if form == HAPLOTYPES else str(set_of)

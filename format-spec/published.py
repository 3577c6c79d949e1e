"""Counts of alleles by strata that were published (section 8 of README.md, "Published file").

python3 published.py FILE    all rows as a table
"""

import hashlib
import json
import struct
import sys

from primitives import PAGE_ROWS, Container, column, need, numbers, packed, text

SECTIONS = [
    "published_meta",
    "published_position",
    "published_span",
    "published_allele",
    "published_ends",
    "published_long",
    "published_pages",
    "published_counts",
    "published_hashes",
    "published_digest",
]
SPLIT, WITHHELD, UNCOVERED, TOTAL_WITHHELD, TOTAL_UNCOVERED, HEMI, EXCESS = (1 << n for n in range(7))
LONG = 1 << 31
COUNT_MAX = 2**40
BASES = "ACGT"


def unzigzag(number):
    return number >> 1 ^ -(number & 1)


def unpacked(code):
    """REF and ALT of a code."""
    first, second = code & 15, code >> 4 & 15
    bases = "".join(BASES[code >> 8 + 2 * i & 3] for i in range(first + second))
    return bases[:first], bases[first:]


def varint(data, at):
    value = 0
    for i in range(7):
        need(at < len(data), "published_counts", "PF7", "a number that does not end")
        value |= (data[at] & 127) << 7 * i
        at += 1
        if data[at - 1] < 128:
            return value, at
    need(False, "published_counts", "PF7", "a number of more than seven bytes")


def counts(numbers, is_covered, is_split):
    """AC, AN, n_het, n_hom and n_hemi; None is not known."""
    ac, an, hom, hemi, excess = numbers
    het = ac - 2 * hom - hemi + excess
    found = [ac, an if is_covered else None, *([het, hom, hemi] if is_split else [None] * 3)]
    sound = all(n is None or 0 <= n <= COUNT_MAX for n in found)
    need(sound, "published_counts", "PF7", f"{found}")
    return found


def row_of(data, bases):
    """The counts of the total, and of each stratum; None is withheld."""
    flags, at = data[0], 1
    odd = flags >> 7 or flags & (HEMI | EXCESS) and not flags & SPLIT
    need(not odd and flags & 24 != 24, "published_counts", "PF7", f"flags {flags}")
    parts = [1, 1, flags & SPLIT, flags & HEMI, flags & EXCESS]
    widths = [0] * 5
    for i, part in enumerate(parts):
        if part:
            widths[i], at = data[at], at + 1
            need(widths[i] <= 57, "published_counts", "PF7", f"a width of {widths[i]}")
    left = [0] * 5
    if not flags & TOTAL_WITHHELD:
        for i, part in enumerate(parts):
            if part and not (i == 1 and flags & TOTAL_UNCOVERED):
                value, at = varint(data, at)
                left[i] = unzigzag(value)
    bits, used = int.from_bytes(data[at:], "little"), 0

    def column_of(width):
        nonlocal used
        found = [bits >> used + i * width & (1 << width) - 1 for i in range(len(bases))]
        used += len(bases) * width
        return found

    withheld = column_of(1) if flags & WITHHELD else [0] * len(bases)
    uncovered = column_of(1) if flags & UNCOVERED else [0] * len(bases)
    columns = [column_of(width) for width in widths]
    need(len(data) - at == -(-used // 8) and bits >> used == 0, "published_counts", "PF7", "its length")
    strata, total = [], left
    for i, base in enumerate(bases):
        ac, short, hom, hemi, excess = (of[i] for of in columns)
        if withheld[i]:
            need(not any([ac, short, hom, hemi, excess, uncovered[i]]), "published_counts", "PF7", "a withheld cell")
            strata.append(None)
            continue
        need(not (uncovered[i] and short), "published_counts", "PF7", "AN that is not known")
        of = [ac, 0 if uncovered[i] else base - short, hom, hemi, unzigzag(excess)]
        strata.append(counts(of, not uncovered[i], flags & SPLIT))
        total = [a + b for a, b in zip(total, of)]
    if flags & TOTAL_WITHHELD:
        return None, strata
    return counts(total, not flags & TOTAL_UNCOVERED, flags & SPLIT), strata


class Published:
    def __init__(self, data):
        file = Container(data, b"F")
        hashes, digest = file.get("published_hashes"), file.get("published_digest")
        need(hashlib.sha256(hashes).digest() == digest, "published_digest", "PF3", digest.hex())
        listed = list(struct.iter_unpack("<IQ32s", hashes))
        named = [(Container.name(kind), length) for kind, length, _ in listed]
        there = [(name, of[1]) for name, of in file.sections.items()]
        others = ("published_hashes", "published_digest")
        need(named == [of for of in there if of[0] not in others], "published_hashes", "PF2", "other sections")
        for kind, _, expected in listed:
            name = Container.name(kind)
            need(hashlib.sha256(file.get(name)).digest() == expected, name, "PF2", "its SHA-256")
        self.digest = digest.hex()
        self.info = json.loads(file.get("published_meta"))
        again = json.dumps(self.info, separators=(",", ":"), ensure_ascii=False).encode()
        need(again == file.get("published_meta"), "published_meta", "PF1", "JSON in another form")
        labels = [of["label"] for of in self.info["strata"]]
        need(len({"Total", *labels}) == len(labels) + 1, "published_meta", "PF1", f"{labels}")
        days = self.info["max_age_days"]
        need(days <= 36525, "published_meta", "PF1", f"{days} days")
        bound = self.info["policy"].get("separation", float("inf"))
        leaks = [(of["label"], of["separation"], of["accepted"]) for of in self.info["leaks"]]
        named = [label for label, _, _ in leaks]
        sound = named in ([], ["Total", *labels], ["Total", *labels, "(others)"])
        sound = sound and all(0 <= of <= 1e9 and accepted == (of > bound) for _, of, accepted in leaks)
        need(sound, "published_meta", "PF1", f"leaks {leaks}")
        contigs = [(of["name"], of["rows"]) for of in self.info["contigs"]]
        self.contigs = [name for name, rows in contigs for _ in range(rows)]
        rows = len(self.contigs)
        far = (0, 2**31)
        self.positions = column(file.get("published_position"), rows, "published_position", limits=(-1, 2**31 - 1))
        self.spans = column(file.get("published_span"), rows, "published_span", limits=far)
        codes = column(file.get("published_allele"), rows, "published_allele", limits=(0, 2**32 - 1))
        ends = column(file.get("published_ends"), rows, "published_ends", limits=(1, 2**63 - 1))
        longs = [of.decode().split("\t") for of in text(file.get("published_long"), "published_long")]
        self.alleles = [longs[code ^ LONG] if code & LONG else list(unpacked(code)) for code in codes]
        used = [code ^ LONG for code in codes if code & LONG]
        sound = used == list(range(len(longs))) and all(packed(*of) is None for of in longs)
        need(sound, "published_allele", "PF4", "alleles that are codes, or codes out of order")
        self.read(file, rows, len(labels), ends)
        file.verify(set(SECTIONS))

    def read(self, file, rows, strata, ends):
        pages, data = file.get("published_pages"), file.get("published_counts")
        size = 8 + 8 * strata
        need(len(pages) == -(-rows // PAGE_ROWS) * size, "published_pages", "PF5", f"{len(pages)} bytes")
        sound = ends == sorted(ends) and [len(data)] == (ends[-1:] or [0])
        need(sound, "published_ends", "PF6", f"{ends[-3:]} of {len(data)}")
        self.rows = []
        for page in range(-(-rows // PAGE_ROWS)):
            entry = pages[page * size : (page + 1) * size]
            (end, zero), bases = struct.unpack("<iI", entry[:8]), numbers(entry[8:], 8)
            of_page = range(page * PAGE_ROWS, min(rows, (page + 1) * PAGE_ROWS))
            for row in of_page:
                start = ends[row - 1] if row else 0
                self.rows.append(row_of(data[start : ends[row]], bases))
            reach = max(self.positions[row] + self.spans[row] for row in of_page)
            known = [[self.rows[row][1][i] for row in of_page] for i in range(strata)]
            greatest = [max([cell[1] or 0 for cell in of if cell], default=0) for of in known]
            sound = (end, zero, bases) == (reach, 0, greatest)
            need(sound, "published_pages", "PF5", f"page {page}")
        places = list(zip(self.contigs, self.positions))
        apart = [a[0] != b[0] or a[1] <= b[1] for a, b in zip(places, places[1:])]
        need(all(apart), "published_position", "PF4", "positions that do not ascend")
        lengths = [of["length"] for of in self.info["contigs"] for _ in range(of["rows"])]
        inside = [n is None or at <= n for n, at in zip(lengths, self.positions)]
        need(all(inside), "published_position", "PF4", "positions past the end of a contig")

    def table(self):
        """Lines: contig, position from 1, REF, ALT, label, and AC, AN, n_het, n_hom, n_hemi, or `withheld`."""
        labels = ["Total", *(of["label"] for of in self.info["strata"])]
        for contig, position, alleles, (total, strata) in zip(self.contigs, self.positions, self.alleles, self.rows):
            for label, cell in zip(labels, [total, *strata]):
                shown = ["withheld"] if cell is None else ["." if n is None else str(n) for n in cell]
                yield "\t".join([contig, str(position + 1), *alleles, label, *shown])


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as of:
        for line in Published(of.read()).table():
            print(line)

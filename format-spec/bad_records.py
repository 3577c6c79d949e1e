"""The bad vectors of rules by which rows, records and names contradict each other."""

import struct

from bad_vectors import bad, column, flat, put, row_of, text
from make_vectors import manifest, xxh64
from primitives import numbers


def index(name, most, pairs):
    """The section of a hash index in one bucket."""
    pairs = sorted({(number, xxh64(one) & 255) for one, number in pairs})
    head = struct.pack("<6I", len(pairs), 0, (max(most, 1).bit_length() - 1) // 8 + 1, 0, 0, len(pairs))
    return lambda d: d.segments[0].sections.__setitem__(
        name, bytearray(head + bytes(print for _, print in pairs) + bytes(number for number, _ in pairs))
    )


def names(change):
    return lambda d: d.text("names", change, d.names)


def other_id(d):
    """The second row of chr1:100 gets an id that the first has not, and the index of ids knows it."""
    ids = []
    d.text("ids", lambda old: ids.extend([*old[:13], b"other", *old[14:]]) or ids)
    # the rows are of one page
    index("id_index", 1, [(one, 0) for id in ids for one in id.split(b";") if one])(d)


def swapped(column, one, other):
    """Exchanges two values of a column."""
    return lambda d: d.column(column, {one: d.value(column, other), other: d.value(column, one)})


def polyploid(row, at, change):
    """Changes a byte of a row's genotypes of three and more copies."""

    def patch(d):
        table = numbers(bytes(d.s("polyploid_rows")))
        ends = dict(zip(table[::2], [0, *table[1::2]]))
        d.s("polyploid")[ends[row] + at] ^= change

    return patch


# rows 12 and 13 are chr1:100 G>C,T, rows 19 and 20 chr1:160 with C before T, 24 and 25 chrX:9 A>C,G
bad("R11", "filter", "genotypes", "filter", column("filter", {13: 1}))
bad("R11", "quality", "genotypes", "quality", column("quality", {9: 0x42C80000}))
bad("R11", "ids", "genotypes", "id", other_id)
bad("R11", "allele", "genotypes", "ref", swapped("allele", 13, 3))
bad("R11", "missing", "genotypes", "missing", lambda d: d.repoint(13, 5, flat([8, 9, 11, 13]), "missing"))
bad("R11", "haploid", "genotypes", "haploid", lambda d: d.repoint(25, 5, bytes([0b01000101]), "haploid"))
bad("R11", "unphased", "genotypes", "unphased", lambda d: d.repoint(13, 5, bytes([0b00110111]), "unphased"))
bad("R11", "polyploid", "genotypes", "phase", polyploid(20, 1, 1))
bad("R11", "info", "info", "value", put("info 1", 16 + 2 * 4, "I", 77))
bad("R12", "record_rank", "alleles", "gap", column("record_rank", {3: 3}))
bad("R12", "alt_number", "genotypes", "alt-gap", column("alt_number", {13: 3}))
# 0/0/1 becomes 0/0/2, in a record of one ALT
bad("R12", "polyploid", "genotypes", "allele", polyploid(18, 4, 1))
bad("R13", "span", "genotypes", "snv", column("span", {1: 2}))
bad("R13", "span", "alleles", "breakend", lambda d: d.column("span", {row_of(d, "A[2:100["): 60}))
bad("R13", "sv_length", "alleles", "bases", column("sv_length", {1: 5}))
bad("R13", "roll", "genotypes", "roll", column("roll", {1: 1}))
bad("R4", "filters", "genotypes", "twice", text("filters", lambda f: [*f[:-1], f[1]]))
bad("A6", "allele_codes", "genotypes", "unused", lambda d: d.s("allele_codes").extend(struct.pack("<I", 0xFF55)))
bad("A6", "allele_codes", "genotypes", "order", lambda d: d.column("allele", dict.fromkeys(range(3), d.value("allele", 3))))
bad("Z3", "originals", "normalised", "other", text("originals", lambda o: [o[0] + b"T", *o[1:]]))
bad("N1", "names", "genotypes", "empty", names(lambda names: [b"", *names[1:]]))
bad("N2", "name_index", "genotypes", "exchanged", names(lambda names: [names[1], names[0], *names[2:]]))
bad("N2", "name_index", "orders", "other", names(lambda names: [b"AA", *names[1:]]))
bad("T7", "names", "genotypes", "tab", names(lambda names: [b"A\tB", *names[1:]]))
bad("T7", "filters", "genotypes", "control", text("filters", lambda f: [*f[:-1], f[-1] + b"\x1b[m"]))
bad("M10", "manifest", "tiny", "empty", manifest(lambda m: m["contigs"].append({"name": ""})))
bad("M10", "manifest", "tiny", "control", manifest(lambda m: m["contigs"].append({"name": "2\n"})))
bad("M11", "manifest", "info", "twice", manifest(lambda m: m["info"][1].update(key=m["info"][0]["key"])))

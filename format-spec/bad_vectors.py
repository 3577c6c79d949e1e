"""The bad vectors: for each a good dataset, the rule that the patch breaks, and what must be said."""

import os
import shutil
import struct

from make_vectors import VECTORS, Dataset, encoded, header_sum, manifest, raw, table_sum, text_of, text_of_manifest, xxh64
from reader import Segment

BAD = []


def bad(rule, section, base, name, patch, kind="damaged"):
    assert all(known[0] != f"{rule}-{name}" for known in BAD), f"{rule}-{name} twice"
    BAD.append((f"{rule}-{name}", rule, kind, section, base, patch))


def entry_of(data, kind):
    """Where the table entry of a kind stands in a container."""
    count = struct.unpack_from("<I", data, 40)[0]
    return next(at for at in range(64, 64 + 24 * count, 24) if struct.unpack_from("<Q", data, at)[0] == kind)


def raw_section(kind, at, value, fix=None):
    """Sets a byte of a section in the finished file: its chunk sum is then wrong."""

    def patch(d):
        def bend(data):
            start = struct.unpack_from("<Q", data, entry_of(data, kind) + 8)[0]
            data[start + at] = value

        d.segments[0].after.append(bend)

    return patch


def bend_names(data):
    """Changes a byte of the names in the finished file: its chunk sum is then wrong."""
    data[struct.unpack_from("<Q", data, entry_of(data, 80) + 8)[0] + 8] ^= 1


def after(change):
    return lambda d: d.segments[0].after.append(change)


def flat(members):
    """The flat form of a set of up to 16 copies."""
    out = bytearray(2)
    for m in members:
        out[m // 8] |= 1 << m % 8
    return out


def after_letter(d):
    """Another letter in a frame of names, which is still a frame."""
    names = d.names.sections["names"]
    at = names.rindex(b"A\n")
    names[at] = ord("X")


def put(name, at, form, *values):
    return lambda d: d.put(name, at, form, *values)


def column(name, changes, segment=0):
    return lambda d: d.column(name, changes, segment)


def behind_values(name):
    """Sets the last bit of a column's last page, which is of no value."""

    def patch(d):
        section, pages = d.s(name), -(-d.rows() // 1024)
        width = section[16 * pages - 8]
        assert d.rows() % 1024 * width % 8, f"{name} ends with a byte"
        section[-9] |= 128

    return patch


def text(name, change):
    return lambda d: d.text(name, change)


def row_of(d, alternate):
    """The first row of an ALT."""
    segment = Segment(d.segments[0].to_bytes(), d.manifest["segments"][0], d.manifest)
    return next(row for row, number in enumerate(segment.c["allele"]) if segment.pairs[number][1] == alternate)


def both(*patches):
    def patch(d):
        for one in patches:
            one(d)

    return patch


def set_field(name, value, segment=None):
    def change(m):
        (m if segment is None else m["segments"][segment])[name] = value

    return manifest(change)


# ---- manifest ----

bad("M1", "manifest", "tiny", "no-json", text_of_manifest(lambda text: text[:-3]))
bad("M1", "manifest", "tiny", "not-utf8", text_of_manifest(lambda text: text.replace(b"varidex 0", b"varidex \xff", 1)))
bad("M2", "manifest", "tiny", "format", set_field("format", "other-dataset"))
bad("M3", "manifest", "tiny", "snapshot", text_of_manifest(lambda text: text.replace(b'"varidex ', b'"Varidex ', 1)))
bad("M4", "manifest", "tiny", "version", set_field("version", 3), "too new")
bad("M17", "manifest", "tiny", "version", set_field("version", 1), "too old")
bad("M19", "manifest", "tiny", "draft", set_field("draft", 4), "too old")
bad("M18", "manifest", "batches", "merged", manifest(lambda m: m["segments"][0].update(merged=True)))
bad("M5", "manifest", "tiny", "no-contigs", manifest(lambda m: m.pop("contigs")))
bad("M5", "manifest", "tiny", "type", set_field("sample_count", "none"))
bad(
    "M6",
    "manifest",
    "tiny",
    "outside",
    manifest(lambda m: m["segments"][0].update(file="../" + m["segments"][0]["file"])),
)
bad("M7", "manifest", "empty", "no-names", manifest(lambda m: m.pop("samples")))
bad("M8", "manifest", "tiny", "assembly", set_field("assembly", "GRCh99"))
bad("M24", "manifest", "ploidy", "no-assembly", manifest(lambda m: m.pop("assembly")))
bad("M25", "manifest", "tiny", "min-gq", manifest(lambda m: m.update(options={"min_gq": -0.5})))
bad("M5", "manifest", "tiny", "options", manifest(lambda m: m.update(options={"min_dp": "3"})))
bad("M9", "manifest", "tiny", "contig", manifest(lambda m: m["segments"][0]["contigs"][0].update(contig=1)))
bad("M9", "manifest", "tiny", "samples", manifest(lambda m: m["segments"][0].update(samples=1)))
bad("M10", "manifest", "tiny", "contig-twice", manifest(lambda m: m["contigs"].append({"name": "1"})))
bad(
    "M11",
    "manifest",
    "info",
    "kind",
    both(
        manifest(lambda m: m["info"][1].update(number="genotype")),
        text("info_keys", lambda keys: [key.replace(b"record\tN1", b"genotype\tN1") for key in keys]),
    ),
)
bad(
    "M12",
    "manifest",
    "batches",
    "two-genotypes",
    both(
        column("position", {0: 25}, segment=3),
        manifest(lambda m: m["segments"][3]["contigs"][0].update(start=25)),
    ),
)
bad("M13", "file", "tiny", "size", manifest(lambda m: m["segments"][0].update(size=m["segments"][0]["size"] + 1)))
bad("M13", "file", "tiny", "checksum", manifest(lambda m: m["segments"][0].update(checksum="0" * 32)))
bad(
    "M14",
    "sample_numbers",
    "batches",
    "samples",
    lambda d: d.segments[2].add("sample_numbers", 5, struct.pack("<III", 0, 1, 3)),
)

# ---- container ----

bad("F1", "header", "tiny", "short", after(lambda data: data[:63]))
bad("F2", "header", "tiny", "kind", raw((9, "B", ord("S")), fix=header_sum))
bad("F2", "header", "tiny", "text-mode", after(lambda data: data.replace(b"\r\n", b"\n", 1)))
bad("F3", "header", "tiny", "checksum", raw((56, "B", 0), (57, "B", 0)))
bad("F4", "header", "tiny", "version", raw((12, "H", 3), fix=header_sum), "too new")
bad("F15", "header", "tiny", "version", raw((12, "H", 1), fix=header_sum), "too old")
bad("F17", "header", "tiny", "draft", raw((44, "I", 4), fix=header_sum), "too old")
bad("F16", "header", "tiny", "features", raw((16, "Q", 1), fix=header_sum))
bad("F4", "header", "tiny", "feature", raw((16, "Q", 1 << 40), fix=header_sum), "too new")
bad("F5", "header", "tiny", "cut", after(lambda data: data[:-1]))
bad("F5", "header", "tiny", "longer", after(lambda data: data + b"\0"))
bad("F6", "header", "tiny", "table-offset", raw((32, "Q", 128), fix=header_sum))
bad("F7", "header", "tiny", "sections", raw((40, "I", 65_537), fix=header_sum))
bad("F8", "header", "tiny", "checksum", raw((48, "Q", 0), fix=header_sum))
bad("F8", "header", "tiny", "outside", raw((40, "I", 65_536), fix=header_sum))
bad("F9", "header", "tiny", "shift", raw((64 + 8, "B", 65), fix=table_sum))
bad("F9", "header", "tiny", "reserved", raw((64 + 4, "I", 1), fix=table_sum))
bad("F10", "header", "tiny", "twice", raw((64 + 24, "I", 1), fix=table_sum))
bad("F11", "meta", "tiny", "meta", raw_section(1, 0, 2))
bad("F11", "pages", "genotypes", "pages", raw_section(4, 31, 1))
bad("F11", "sets", "genotypes", "sets", raw_section(40, 5, 0x55))


def padding(d):
    def bend(data):
        start = struct.unpack_from("<Q", data, entry_of(data, 2) + 8)[0]
        data[start - 1] = 1

    d.segments[0].after.append(bend)


bad("F12", "padding before contigs", "tiny", "padding", padding)
bad("F13", "unknown 4000", "tiny", "kind", lambda d: d.segments[0].add("unknown 4000", 4000, b"?"))

# ---- columns and texts ----

bad("C1", "ac", "tiny", "directory", lambda d: d.segments[0].add("ac", 19, bytes(8)))
bad("C1", "ac", "genotypes", "behind", lambda d: d.segments[0].add("ac", 19, bytes(16)))
bad("C2", "position", "genotypes", "width", put("position", 8, "B", 58))
bad("C2", "position", "genotypes", "widest", put("position", 8, "B", 65))
bad("C3", "position", "genotypes", "offset", put("position", 9, "H", 999))
bad("C3", "position", "genotypes", "last", put("position", 8, "B", 57))
bad("C4", "position", "genotypes", "behind", lambda d: d.s("position").append(0))
bad("C6", "ac", "genotypes", "bits", behind_values("ac"))
bad("C6", "position", "genotypes", "end", lambda d: d.put("position", len(d.s("position")) - 1, "B", 1))
bad("C5", "quality", "genotypes", "range", put("quality", 0, "q", 2**33))
bad("T1", "ids", "genotypes", "blocks", put("ids", 4, "I", 1000))
bad("T1", "ids", "genotypes", "no-entries", put("ids", 0, "I", 0))
bad("T1", "ids", "genotypes", "many-entries", put("ids", 0, "I", 2**32 - 1))
bad("T2", "ids", "genotypes", "end", put("ids", 16, "Q", 2**40))
bad("T2", "ids", "genotypes", "behind", lambda d: d.s("ids").append(0))
bad("T3", "ids", "genotypes", "bomb", put("ids", 12, "I", 2**30 + 1))
bad("T4", "ids", "genotypes", "size", lambda d: d.put("ids", 12, "I", struct.unpack_from("<I", d.s("ids"), 12)[0] + 1))
bad("T4", "ids", "genotypes", "frame", lambda d: d.put("ids", 24, "I", 0))
bad("T5", "ids", "genotypes", "first", put("ids", 8, "I", 1))
bad("T5", "ids", "genotypes", "entries", put("ids", 0, "I", 28))
bad("T6", "ids", "genotypes", "none", lambda d: d.text("ids", lambda ids: ids, checksum=False))
bad("T6", "ids", "genotypes", "wrong", lambda d: d.s("ids").append(d.s("ids").pop() ^ 1))
bad("T6", "names", "genotypes", "letter", after_letter)

# ---- structure ----

bad("G1", "meta", "tiny", "length", lambda d: d.s("meta").append(0))
bad("G1", "meta", "tiny", "rows", set_field("rows", 2, 0))
bad("G2", "meta", "tiny", "no-rows", both(put("meta", 0, "I", 0), set_field("rows", 0, 0)))
bad("G3", "contigs", "genotypes", "gap", put("contigs", 20, "I", 24))
bad("G3", "contigs", "genotypes", "twice", put("contigs", 16, "I", 0))
bad("G3", "contigs", "genotypes", "name", manifest(lambda m: m["contigs"][0].update(name="chr2")))
bad("G4", "pages", "genotypes", "reserved", put("pages", 28, "I", 1))
bad("G4", "pages", "genotypes", "base", put("pages", 16, "Q", 2**40))
bad("G4", "pages", "genotypes", "length", lambda d: d.s("pages").extend(bytes(32)))
bad("G5", "blocks", "genotypes", "length", lambda d: d.s("blocks").extend(bytes(16)))
bad("G6", "pages", "genotypes", "max-end", put("pages", 0, "i", 4999))
bad("G6", "pages", "pages", "max-ac", put("pages", 32 + 8, "I", 1))
bad("G6", "blocks", "genotypes", "types", put("blocks", 12, "I", 0))
bad("G7", "pages", "orders", "first-order", put("pages", 24, "I", 1))
bad("G8", "sample_numbers", "batches", "order", lambda d: d.put("sample_numbers", 4, "II", 5, 3, segment=3))
bad(
    "G8",
    "sample_numbers",
    "tiny",
    "past",
    both(put("meta", 8, "I", 7), lambda d: d.segments[0].add("sample_numbers", 5, bytes(4))),
)
bad("G9", "meta", "genotypes", "records", both(put("meta", 12, "I", 24), set_field("records", 24, 0)))
bad("G10", "contigs", "genotypes", "end", manifest(lambda m: m["segments"][0]["contigs"][1].update(end=4999)))

# ---- rows ----

bad("R1", "position", "genotypes", "order", column("position", {1: 39, 3: 19}))
bad("R2", "span", "genotypes", "span", column("span", {1: 0}))
bad("R3", "alt_number", "genotypes", "no-alt", column("alt_number", {1: 0}))
bad("R4", "filter", "genotypes", "number", column("filter", {1: 9}))
bad("R4", "filters", "genotypes", "first", text("filters", lambda f: [b"PASS", *f[1:]]))
for name, row in (("ac", 3), ("hom", 4), ("hemi", 23), ("het_excess", 18)):
    bad("R5", name, "genotypes", name, lambda d, name=name, row=row: d.column(name, {row: d.value(name, row) + 1}))
for name in ("an_short", "missing_count"):
    bad("R6", name, "genotypes", name, lambda d, name=name: d.column(name, {14: d.value(name, 14) - 1}))
bad("R7", "carriers", "genotypes", "no-alt", both(column("carriers", {17: 5 << 4 | 1}), column("ac", {17: 1})))
bad("R8", "alt_number", "genotypes", "alt-twice", column("alt_number", {10: 2}))


def two_alts(d):
    # sample C of chr1:80 has 2|3: copy 4 carries ALT 2, copy 5 ALT 3; here copy 5 carries both
    d.repoint(9, 5, flat([3, 5, 11]))


bad("R8", "carriers", "genotypes", "copy-twice", two_alts)
# C of chr1:170 is haploid and missing (copy 4)
bad("R9", "carriers", "genotypes", "missing", lambda d: d.repoint(21, 5, flat([0, 4, 12])))
bad("R9", "carriers", "genotypes", "haploid", lambda d: d.repoint(21, 5, flat([0, 7, 12])))
bad("R9", "missing", "genotypes", "second-copy", lambda d: d.repoint(21, 5, flat([5, 10]), "missing"))
bad("R9", "haploid", "genotypes", "polyploid", column("haploid", {18: 0 << 4 | 1}))
# sample G of chr1:110 is ./1: copy 12 carries and 13 is missing; here 12 is missing and 13 carries
bad(
    "R10",
    "unphased",
    "genotypes",
    "order",
    both(
        lambda d: d.repoint(14, 5, flat([3, 4, 5, 6, 13, 15])),
        lambda d: d.repoint(14, 5, flat([8, 9, 10, 11, 12, 14]), "missing"),
    ),
)
# the first row is of a block of 101 bases, the third of an SNV
bad("R14", "block_short", "blocks", "span", column("block_short", {0: 101}))
bad("R14", "block_short", "blocks", "type", column("block_short", {2: 1}))
bad("R15", "stated_type", "alleles", "known", lambda d: d.column("stated_type", {row_of(d, "<INV>"): 5}))
bad("R15", "stated_type", "alleles", "unknown", lambda d: d.column("stated_type", {row_of(d, "<X>"): 7}))

# ---- stored sets ----

bad("P1", "sets", "genotypes", "member", column("carriers", {1: 16 << 4 | 1}))
bad("P1", "sets", "genotypes", "pair", column("carriers", {2: (2 << 14 | 9) << 4 | 2}))
bad("P1", "sets", "genotypes", "empty", column("carriers", {0: 1 << 4}))
bad("P2", "sets", "genotypes", "offset", column("carriers", {3: 9999 << 4 | 5}))
bad("P2", "sets", "genotypes", "length", lambda d: (d.repoint(3, 5, b""), d.put("sets", len(d.s("sets")) - 1, "B", 3)))
bad(
    "P2",
    "sets",
    "genotypes",
    "leb128",
    lambda d: (d.repoint(3, 3, b""), d.s("sets").__setitem__(slice(-1, None), b"\x80\x80\x80\x80\x10")),
)
bad("P3", "sets", "genotypes", "which", lambda d: d.repoint(3, 3, bytes([1, 0, 4])))
bad("P3", "sets", "genotypes", "universe", lambda d: d.repoint(3, 3, bytes([1, 8 << 2 | 1])))


def packed(row, at, change, name="carriers"):
    """Changes a byte of a packed list."""

    def patch(d):
        start = d.set_bytes(row, name) + 1
        length = d.s("sets")[start - 1]
        assert d.value(name, row) & 7 == 7 and length < 128, "no short packed list"
        part = d.s("sets")[start : start + length]
        part[at] = change(part[at])
        d.s("sets")[start : start + length] = part

    return patch


bad("P4", "sets", "packed", "kind", packed(0, 0, lambda kind: 5))
bad("P4", "sets", "packed", "length", packed(0, 0, lambda kind: 4))
bad("P4", "sets", "packed", "entries", packed(1, 1, lambda entries: 110))
bad("P4", "sets", "packed", "none", lambda d: d.repoint(5, 7, bytes([3, 0])))
bad("P4", "sets", "packed", "long-number", lambda d: d.repoint(5, 7, bytes([3, 0x81, 0, 0, 0])))
bad("P4", "sets", "packed", "no-kind", lambda d: d.repoint(5, 7, b""))
bad("P4", "sets", "packed", "few-high", packed(2, -1, lambda byte: 0))
bad("P4", "sets", "packed", "many-high", packed(2, -2, lambda byte: 255))
# 5 and 4 of 200, with six low bits
bad("P4", "sets", "packed", "ascending", lambda d: d.repoint(5, 7, bytes([0, 2, 5, 1, 0b11])))
# 100 of 100
bad("P4", "sets", "packed", "units", lambda d: d.repoint(5, 7, bytes([3, 1, 36, 0b10])))
bad("P4", "sets", "packed", "which-none", packed(3, -1, lambda byte: byte & 0b11111100))
bad("P4", "sets", "packed", "spare-low", lambda d: d.repoint(5, 7, bytes([0, 1, 0x87, 1])))
bad("P4", "sets", "packed", "spare-which", lambda d: d.repoint(5, 7, bytes([4, 1, 5, 1, 0x10 | 1])))
bad("P5", "sets", "orders", "past", lambda d: d.repoint(first(d, 5), 5, bytes(9)))
bad("P5", "sets", "pages", "bits", lambda d: d.repoint(2099, 5, bytes([0b100])))
bad("P6", "sets", "many", "cookie", lambda d: d.put("sets", d.set_bytes(1, "missing") + 1, "H", 7))
bad("P6", "sets", "many", "universe", lambda d: d.put("sets", d.set_bytes(1, "missing") + 1 + 5, "H", 1))
bad("P6", "sets", "many", "cardinality", lambda d: d.put("sets", d.set_bytes(1, "missing") + 1 + 7, "H", 17))
bad("P7", "sets", "orders", "classes", lambda d: d.repoint(first(d, 4), 4, bytes([200])))
bad("P7", "sets", "orders", "ascending", lambda d: d.repoint(first(d, 4), 4, bytes([1, 0])))
bad("P7", "sets", "orders", "missing", lambda d: d.repoint(first(d, 4), 4, bytes([1]), "missing"))
bad("P7", "sets", "genotypes", "no-order", lambda d: d.repoint(3, 4, bytes([1])))


def first(d, form):
    """The first row of which the carriers have a form."""
    return next(row for row in range(d.rows()) if d.value("carriers", row) & 7 == form)


def classes(d):
    return struct.unpack_from("<I", d.s("orders"))[0]


def last_order(d):
    return struct.unpack_from("<Q", d.s("order_directory"), len(d.s("order_directory")) - 16)[0]


def listed(d):
    return struct.unpack_from("<I", d.s("orders"), last_order(d) + 4)[0]


def lists_at(d):
    """Where the lists of the last order begin, of 80 copies."""
    classes = struct.unpack_from("<I", d.s("orders"), last_order(d))[0]
    return last_order(d) + 8 + 2 * (classes - 1).bit_length() * 5


def flag_of_no_class(d):
    """In the place of the first class that is listed one that there is not."""
    at = lists_at(d)
    flags = struct.unpack_from("<Q", d.s("orders"), at)[0]
    d.put("orders", at, "Q", flags & flags - 1 | 1 << 63)


# ---- orders ----

bad("O1", "order_directory", "orders", "rows", put("order_directory", 4, "I", 120))
bad("O2", "order_directory", "orders", "offset", put("order_directory", 8, "Q", 8))
bad("O3", "orders", "orders", "classes", put("orders", 0, "I", 81))
bad(
    "O3",
    "orders",
    "orders",
    "length",
    both(lambda d: d.s("orders").append(0), lambda d: d.put("order_directory", len(d.s("order_directory")) - 8, "Q", len(d.s("orders")) - last_order(d))),
)
bad("O3", "orders", "listed", "lists", lambda d: d.put("orders", last_order(d) + 4, "I", listed(d) + 1))
bad("O4", "orders", "classes", "class", lambda d: d.put("orders", 0, "I", classes(d) - 1))
bad("O4", "orders", "classes", "no-copy", lambda d: d.put("orders", 0, "I", classes(d) + 1))
bad("O5", "orders", "classes", "filling", lambda d: d.put("orders", len(d.s("orders")) - 1, "B", 0x80))
bad("O5", "orders", "listed", "flag", flag_of_no_class)
bad("O5", "orders", "listed", "end", lambda d: d.put("orders", lists_at(d) + 8, "I", 3))
bad("O5", "orders", "listed", "copies", lambda d: d.put("orders", len(d.s("orders")) - 4, "I", 80))

# ---- alleles, ids, polyploids, originals, info, names ----

bad("A1", "allele", "tiny", "number", lambda d: d.segments[0].add("allele", 18, encoded([1], False)))
bad("A1", "allele_codes", "tiny", "length", lambda d: d.s("allele_codes").append(0))
bad("A2", "allele_codes", "tiny", "bits", put("allele_codes", 3, "B", 1))
bad("A2", "allele_codes", "tiny", "no-ref", put("allele_codes", 0, "I", 0x10))
bad(
    "A3",
    "allele_codes",
    "alleles",
    "entry",
    lambda d: d.put("allele_codes", len(d.s("allele_codes")) - 4, "I", 1 << 31 | 999),
)
bad(
    "A3",
    "long_alleles",
    "alleles",
    "fields",
    lambda d: (
        d.text("long_alleles", lambda long: [entry.replace(b"\t<STR7>", b"<STR7>") for entry in long]),
        rehash(d),
    ),
)
bad("A4", "long_hashes", "alleles", "hash", put("long_hashes", 0, "I", 1))
bad(
    "A5",
    "allele_codes",
    "genotypes",
    "twice",
    lambda d: d.put("allele_codes", 0, "I", struct.unpack_from("<I", d.s("allele_codes"), 4)[0]),
)
bad(
    "A5",
    "allele_codes",
    "tiny",
    "unpacked",
    lambda d: (
        d.put("allele_codes", 0, "I", 1 << 31),
        d.segments[0].add("long_alleles", 49, b""),
        d.segments[0].add("long_hashes", 50, b""),
        d.text("long_alleles", lambda _: [b"A\tG"]),
        rehash(d),
    ),
)


def rehash(d):
    import reader

    entries = reader.text(bytes(d.s("long_alleles")), "long_alleles")
    sums = [xxh64(entry.upper()) & 0xFFFFFFFF for entry in entries]
    d.segments[0].add("long_hashes", 50, struct.pack(f"<{len(sums)}I", *sums))


bad("I1", "ids", "genotypes", "entries", text("ids", lambda ids: ids + [b""]))
bad("I2", "id_index", "genotypes", "width", put("id_index", 8, "I", 2))
bad("I2", "id_index", "genotypes", "starts", put("id_index", 16, "I", 1))
bad("I3", "id_index", "genotypes", "fingerprint", lambda d: d.put("id_index", 16 + 8, "B", d.s("id_index")[24] ^ 1))
bad("I3", "id_index", "genotypes", "id", text("ids", lambda ids: [b"rs11", *ids[1:]]))
# the third row of chr1 and the row with <DEL>, a contig without chr, one of nothing else
for name, row, mark in [("separator", 2, b"\t/"), ("more", 2, b"\t:cc"), ("no-separator", 2, b"\t"), ("allele", 17, b"\t:"),
                        ("short", 25, b"\t:c"), ("no-name", 26, b"\t:c"), ("tab", 2, b"\tc:")]:  # fmt: skip
    bad("I4", "ids", "ids", name, text("ids", lambda ids, row=row, mark=mark: [*ids[:row], mark, *ids[row + 1 :]]))
bad("I5", "id_contigs", "ids", "none", lambda d: d.s("id_contigs") and d.segments[0].sections.pop("id_contigs"))
bad("I5", "id_contigs", "ids", "name", text("id_contigs", lambda names: [b"chr3", *names[1:]]))
bad("I5", "id_contigs", "ids", "fewer", text("id_contigs", lambda names: names[:-1]))
bad("I5", "id_contigs", "genotypes", "no-mark", lambda d: d.segments[0].add("id_contigs", 54, text_of(["chr1", "chrX"])))
bad("Y1", "polyploid_rows", "genotypes", "row", put("polyploid_rows", 0, "I", 26))
bad(
    "Y1",
    "polyploid_rows",
    "genotypes",
    "end",
    lambda d: d.put("polyploid_rows", len(d.s("polyploid_rows")) - 4, "I", 7),
)
bad("Y2", "polyploid", "genotypes", "sample", put("polyploid", 0, "B", 8))
bad("Y2", "polyploid", "genotypes", "copies", put("polyploid", 1, "B", 2 << 1))
bad("Z1", "original_rows", "normalised", "order", put("original_rows", 0, "I", 9))
bad("Z2", "originals", "normalised", "fields", text("originals", lambda o: [o[0].replace(b"\t", b" "), *o[1:]]))
bad("Z2", "originals", "normalised", "manifest", manifest(lambda m: m.pop("normalised")))


def swapped_respelled(d):
    first, second = [struct.unpack_from("<iI", d.s("respelled"), at) for at in (8, 16)]
    d.put("respelled", 8, "iIiI", *second, *first)


bad("Z4", "respelled", "alleles", "start", put("respelled", 0, "i", 8))
bad("Z4", "respelled", "alleles", "row", put("respelled", 4, "I", 0))
bad("Z4", "respelled", "alleles", "order", swapped_respelled)
bad("Z4", "respelled", "alleles", "length", lambda d: d.s("respelled").append(0))
bad("Z4", "respelled", "tiny", "plain", lambda d: d.segments[0].add("respelled", 66, bytes(8)))
bad("K1", "info_keys", "info", "key", text("info_keys", lambda keys: [b"flag\trecord\tOTHER", *keys[1:]]))
bad("K2", "info", "info", "entries", lambda d: d.text("info 6", lambda values: values + [b"x"]))
bad("K2", "info", "info", "no-key", lambda d: d.segments[0].add("info 50", 4096 + 50, bytes(16)))
bad("C5", "info", "info", "flag", lambda d: d.put("info 0", 0, "q", 1))
bad("N1", "names", "genotypes", "twice", lambda d: d.text("names", lambda names: [names[1], *names[1:]], d.names))
bad("N1", "names", "genotypes", "count", lambda d: d.text("names", lambda names: names[1:], d.names))
bad("F11", "names", "genotypes", "names", lambda d: d.names.after.append(bend_names))


def build_bad():
    top = os.path.join(VECTORS, "bad")
    shutil.rmtree(top, ignore_errors=True)
    with open(os.path.join(VECTORS, "bad.tsv"), "w") as table:
        table.write("name\trule\tclass\tsection\n")
        for name, rule, kind, section, base, patch in BAD:
            dataset = Dataset(base)
            patch(dataset)
            dataset.write(os.path.join(top, f"{name}.vdx"))
            table.write(f"{name}\t{rule}\t{kind}\t{section}\n")

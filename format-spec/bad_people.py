"""The bad vectors of terms, people and genes."""

import struct

import primitives
from bad_vectors import bad, both, manifest, put, set_field, text
from make_vectors import NUMBERS, encoded

# fields of `people_meta`
INDIVIDUALS, RETIRED, CODINGS, EVENTS, ATTRIBUTES, SETS, RESERVED = range(0, 28, 4)


def add(file, name, data):
    return lambda d: d.files[file].add(name, NUMBERS[name], data)


def longer(name, data=b"\0"):
    return lambda d: d.file_of(name).sections[name].extend(data)


def bit(name, at):
    """Changes a bit of a byte."""
    return lambda d: d.put(name, at, "B", d.file_of(name).sections[name][at] ^ 1)


def rewrite(name, changes):
    return lambda d: d.rewrite(name, changes)


def replace(name, entry, value):
    """Another entry of a text."""
    return text(name, lambda entries: entries[:entry] + [value] + entries[entry + 1 :])


def swap(name, a, b):
    def change(entries):
        entries[a], entries[b] = entries[b], entries[a]
        return entries

    return text(name, change)


def lists(name, changes):
    """Other lists: entry → numbers. Every file with lists here has as many texts as lists."""

    def patch(d):
        file = d.file_of(name)
        count = len(primitives.text(bytes(file.sections["term_ids" if file.kind == b"T" else "gene_names"]), ""))
        found = primitives.lists(bytes(file.sections[name]), count, name)
        for entry, numbers in changes.items():
            found[entry] = numbers
        ends = [sum(map(len, found[: i + 1])) for i in range(count)]
        numbers = ends + [n for one in found for n in one]
        file.sections[name] = bytearray(struct.pack(f"<{len(numbers)}I", *numbers))

    return patch


def meta(at, value):
    return put("people_meta", at, "I", value)


def samples(at, value):
    return put("sample_meta", at, "I", value)


def bytes_of_set(at, value):
    return put("people_sets", at, "B", value)


def other_terms(checksum):
    """People that follow terms of this checksum, whatever those of the dataset are."""

    def patch(d):
        d.follow = False
        d.files["people"].sections["people_meta"][32:] = checksum

    return patch


def share(value):
    return struct.unpack("<I", struct.pack("<f", value))[0]


# ---- manifest and container ----

bad("M5", "manifest", "people", "people", manifest(lambda m: m.update(people=m["people"][0])))
bad("M6", "manifest", "people", "genes", manifest(lambda m: m["genes"][0].update(file="genes/" + m["genes"][0]["file"])))
bad("M13", "file", "people", "genes", manifest(lambda m: m["genes"][0].update(checksum="0" * 32)))
for kind in ("terms", "people", "genes"):
    bad("M21", "manifest", "people", kind, manifest(lambda m, kind=kind: m[kind].append(m[kind][0])))
bad("M23", "manifest", "people", "sample-attributes", manifest(lambda m: m.pop("sample_attributes")))
bad("M15", "manifest", "people", "annotations", set_field("annotations", "vep"))
bad("F2", "header", "people", "swapped", manifest(lambda m: m.update(terms=m["genes"], genes=m["terms"])))


def other_bytes(d):
    """A section of other bytes in the finished file: its chunk sum is then wrong."""
    found = bytes(d.files["people"].sections["event_terms"])
    d.files["people"].after.append(lambda data: data.replace(found, b"?" * len(found), 1))


bad("F11", "event_terms", "people", "event-terms", other_bytes)
bad("F13", "unknown 207", "people", "people", lambda d: d.files["people"].add("unknown 207", 207, b"?"))
bad("F14", "names", "people", "terms", add("terms", "names", b"?"))
bad("F14", "term_ids", "people", "people", add("people", "term_ids", b"?"))
bad("F14", "gene_pad", "people", "samples", add("samples", "gene_pad", bytes(4)))
bad("L1", "parents", "people", "bytes", longer("parents"))
bad("L1", "closures", "people", "short", lambda d: d.files["terms"].sections["closures"].__delitem__(slice(76, None)))
bad("L2", "closures", "people", "ends", put("closures", 0, "I", 2**32 - 1))
bad("L2", "equivalents", "people", "behind", longer("equivalents", bytes(4)))
bad("L2", "gene_places", "people", "descending", put("gene_places", 0, "I", 9))

# ---- terms: 0 HP:0000001, 1 HP:0000057 (obsolete), 2 HP:0000118, 3 HP:0001250, 4 HP:0001324 ... ----

bad("D1", "term_names", "people", "names", text("term_names", lambda entries: entries[:-1]))
bad("D1", "alternative_ids", "people", "alternative", text("alternative_ids", lambda entries: entries + [b"X:1"]))
bad("D1", "replacements", "people", "replacements", longer("replacements", bytes(4)))
bad("D1", "information", "people", "information", longer("information", bytes(8)))
bad("D2", "term_names", "people", "utf8", replace("term_names", 3, b"Sei\xffure"))
bad("D2", "term_names", "people", "blank", replace("term_names", 3, b" Seizure"))
bad("T7", "term_names", "people", "label", replace("term_names", 3, b"Seizure\x1b[m"))
bad("D3", "term_ids", "people", "order", swap("term_ids", 9, 10))
bad("D3", "term_ids", "people", "twice", replace("term_ids", 1, b"hp:0000001"))
bad("D4", "parents", "people", "parent", lists("parents", {3: [20]}))
bad("D4", "parents", "people", "parents-order", lists("parents", {3: [2, 0]}))
bad("D4", "parents", "people", "circle", lists("parents", {0: [4]}))
bad("D4", "equivalents", "people", "number", lists("equivalents", {3: [99]}))
bad("D4", "equivalents", "people", "order", lists("equivalents", {15: [12, 9]}))
bad("D4", "equivalents", "people", "vocabulary", lists("equivalents", {3: [4]}))
bad("D5", "replacements", "people", "number", put("replacements", 4, "I", 1 << 31 | 21))
bad("D6", "closures", "people", "missing", lists("closures", {3: [0, 2, 3]}))
bad("D6", "closures", "people", "more", lists("closures", {0: [0, 5]}))
bad("D6", "closures", "people", "gone", lists("closures", {3: []}))
bad("D7", "information", "people", "negative", put("information", 40, "d", -1.0))
bad("D11", "information", "people", "parent", put("information", 0, "d", 99.0))
bad("D7", "information", "people", "nan", put("information", 40, "d", float("nan")))
bad("D8", "phenotypes", "people", "three", lists("phenotypes", {13: [5, share(1)]}))
bad("D8", "phenotypes", "people", "share", lists("phenotypes", {13: [5, share(1.5), 0]}))
bad("D8", "phenotypes", "people", "flags", lists("phenotypes", {13: [5, share(1), 2]}))
bad("D8", "phenotypes", "people", "term", lists("phenotypes", {13: [20, share(1), 0]}))
bad("D8", "phenotypes", "people", "order", lists("phenotypes", {14: [6, share(1), 0, 3, share(1), 0]}))
bad("D9", "versions", "people", "utf8", replace("versions", 0, b"a\xff\t1"))
bad("D10", "term_index", "people", "fingerprint", bit("term_index", 60))
bad("D10", "term_index", "people", "gone", lambda d: d.files["terms"].sections.pop("term_index"))
bad("I2", "term_index", "people", "term-width", put("term_index", 8, "I", 2))

# ---- people: 0 ADA, 1 BEN, 2 C, 3 E, 4 FAY, 5 G, 6 DOT; codings and events as in people.ndjson, people.tsv ----

bad("U1", "people_meta", "identity", "length", longer("people_meta"))
bad("U1", "people_meta", "people", "reserved", meta(RESERVED, 1))
bad("U1", "people_meta", "people", "individuals", meta(INDIVIDUALS, 2**31 - 1))
bad("U1", "people_meta", "people", "checksum", other_terms(b"X" * 32))
bad("U2", "sample_meta", "people", "length", longer("sample_meta"))
bad("U2", "sample_meta", "people", "more", samples(0, 8))
bad("U2", "sample_meta", "people", "fewer", samples(0, 6))
bad("U2", "sample_meta", "people", "none", samples(0, 0))
bad("U2", "sample_meta", "people", "flags", samples(4, 2))
bad("U2", "sample_meta", "split", "second", manifest(lambda m: m["sample_attributes"].pop()))
bad("U2", "sample_meta", "split", "third", manifest(lambda m: m["sample_attributes"].append(m["sample_attributes"][0])))
bad("N1", "names", "split", "second", manifest(lambda m: m["samples"].pop()))
bad("N1", "names", "split", "third", manifest(lambda m: m["samples"].append(m["samples"][0])))
bad("N1", "names", "split", "twice-in-two", manifest(lambda m: m["samples"].__setitem__(1, m["samples"][0])))
bad("U3", "people_meta", "people", "no-terms", other_terms(bytes(32)))
bad("U3", "people_meta", "people", "terms", other_terms(b"0" * 32))
bad("U3", "people_meta", "people", "without", manifest(lambda m: m.pop("terms")))
bad("U4", "people_meta", "people", "individuals", meta(INDIVIDUALS, 6))
bad("U4", "people_meta", "people", "codings", meta(CODINGS, 21))
bad("U4", "people_meta", "people", "attributes", meta(ATTRIBUTES, 12))
bad("U4", "people_meta", "identity", "events", meta(EVENTS, 2**32 - 1))
bad("U4", "people_meta", "identity", "sets", meta(SETS, 2**32 - 1))
bad("U4", "people_meta", "people", "retired", meta(RETIRED, 1))
bad("U4", "people_meta", "people", "retired-many", meta(RETIRED, 8))
bad("U5", "person_ids", "people", "twice", replace("person_ids", 1, b"ADA"))
bad("U5", "person_ids", "people", "utf8", replace("person_ids", 1, b"B\xff"))
bad("U5", "person_ids", "people", "empty", replace("person_ids", 1, b""))
bad("T7", "person_ids", "people", "person", replace("person_ids", 1, b"B\x7f"))
bad("T7", "mothers", "people", "mother", replace("mothers", 3, b"C\t"))
bad("U6", "sample_owners", "people", "number", rewrite("sample_owners", {4: 7}))
bad("U6", "sample_owners", "reloaded", "retired", rewrite("sample_owners", {1: 1}))
bad("U6", "sample_owners", "identity", "identity", rewrite("sample_owners", {0: 0, 1: 1, 2: 2}))
bad("U6", "sample_meta", "identity", "not-said", both(samples(4, 0), rewrite("sample_owners", {0: 0, 1: 1, 2: 2})))
bad("U7", "coding_ids", "people", "order", both(swap("coding_ids", 14, 18), swap("coding_labels", 14, 18)))
bad("U7", "coding_ids", "people", "unused", rewrite("countries", {5: 0}))
bad("U7", "coding_labels", "people", "utf8", replace("coding_labels", 14, b"\xff"))
bad("U8", "coding_terms", "people", "number", rewrite("coding_terms", {13: 7}))
bad("U8", "coding_terms", "people", "unknown", rewrite("coding_terms", {13: None}))
bad("U9", "countries", "people", "country", rewrite("countries", {5: 22}))
bad("U9", "event_terms", "people", "term", rewrite("event_terms", {2: 23}))
bad("U9", "event_terms", "people", "no-term", rewrite("event_terms", {2: 0}))
bad("U9", "severities", "people", "severity", rewrite("severities", {0: 22}))
bad("U9", "units", "people", "unit", rewrite("units", {4: 2**32 - 1}))
bad("U9", "event_values", "people", "value", rewrite("event_values", {5: -1}))
bad("U9", "onset_low", "people", "stage", both(rewrite("onset_low", {3: 22}), rewrite("onset_high", {3: 22})))
bad("U10", "age_low", "people", "one-end", rewrite("age_high", {0: None}))
bad("U10", "birth_first", "people", "descending", rewrite("birth_first", {0: 7442}))
bad("U10", "onset_low", "people", "far", rewrite("onset_high", {0: 2**31}))
bad("U5", "person_ids", "reloaded", "retired", replace("person_ids", 1, b"L"))
bad("U11", "person_flags", "reloaded", "retired", rewrite("person_flags", {1: 32 | 1}))
bad("U11", "person_flags", "people", "deceased", rewrite("person_flags", {0: 3}))
bad("U11", "person_flags", "people", "affected", rewrite("person_flags", {0: 1 | 8}))
bad("U11", "person_flags", "people", "bits", rewrite("person_flags", {0: 65}))
bad("U12", "families", "people", "no-pedigree", replace("families", 0, b"K1"))
bad("U12", "fathers", "people", "entries", text("fathers", lambda entries: entries[:-1]))
bad("U12", "mothers", "people", "utf8", replace("mothers", 3, b"\xff"))
bad("U13", "attribute_kinds", "people", "kind", rewrite("attribute_kinds", {10: 8}))
bad("U13", "attribute_values", "people", "order", swap("attribute_values", 4, 5))
bad("U13", "attribute_values", "people", "sex", replace("attribute_values", 0, b"femme"))
bad("U14", "attribute_sets", "people", "country", rewrite("attribute_sets", {7: 0 << 4 | 1}))
bad("U14", "attribute_sets", "people", "two-sexes", rewrite("attribute_sets", {2: 2 << 4 | 1}))
bad("U14", "attribute_values", "people", "nobody", rewrite("attribute_sets", {3: 0}))
bad("U15", "term_set_keys", "people", "other", rewrite("term_set_terms", {3: 10, 4: 11, 5: 12, 6: 13}))
bad("U15", "term_set_keys", "people", "order", rewrite("term_set_keys", {1: 1}))
bad("U15", "term_set_keys", "people", "form", rewrite("term_set_keys", {28: 49}))
bad("U16", "term_sets", "people", "present", rewrite("term_sets", {0: 2 << 4 | 1}))
bad("U16", "term_sets", "people", "closed", rewrite("term_sets", {16: 0}))
bad("P1", "people_sets", "people", "people-member", rewrite("term_sets", {0: 7 << 4 | 1}))
bad("P1", "people_sets", "people", "people-pair", rewrite("attribute_sets", {4: (4 << 14 | 4) << 4 | 2}))
bad("P2", "people_sets", "people", "people-offset", rewrite("attribute_sets", {1: 9999 << 4 | 5}))
bad("P2", "people_sets", "people", "people-length", bytes_of_set(0, 99))
bad("P5", "people_sets", "people", "people-bits", bytes_of_set(1, 0x80 | 0b101010))
bad("P7", "people_sets", "people", "people-runs", rewrite("attribute_sets", {1: 0 << 4 | 4}))
bad("E1", "event_starts", "people", "first", rewrite("event_starts", {0: 1}))
bad("E1", "event_starts", "people", "last", rewrite("event_starts", {7: 17}))
bad("E1", "event_starts", "people", "descending", rewrite("event_starts", {1: 11}))
bad("E1", "event_starts", "people", "past", rewrite("event_starts", {6: 19}))
bad("E2", "event_flags", "people", "scope", rewrite("event_flags", {2: 8}))
bad("E2", "event_flags", "people", "bits", rewrite("event_flags", {2: 1 << 11}))
bad("E3", "onset_low", "people", "nothing", rewrite("event_flags", {0: 0}))
bad("E3", "end_low", "people", "no-end", rewrite("event_flags", {2: 1 << 7}))
bad("E3", "onset_high", "people", "stages", rewrite("onset_high", {3: 13}))
bad("E4", "event_values", "people", "no-unit", rewrite("units", {4: None}))
bad("E4", "event_values", "people", "nothing", rewrite("event_values", {2: 5}))
bad("E4", "event_values", "people", "unknown", rewrite("event_flags", {5: 1029 | 3 << 9}))

# ---- free attributes: of people age_then, Centre, seen, ward, weight (0 to 4); of samples age, kit, lane, origin, time ----

FREE = "free_names"


def of_people(name, changes):
    """Sets values of a column of people's attributes: row → value."""

    def patch(d):
        file = d.files["people"]
        (rows,) = struct.unpack_from("<I", file.sections["people_meta"])
        values = primitives.column(bytes(file.sections[name]), rows, name, True)
        for row, value in changes.items():
            values[row] = value
        file.sections[name] = bytearray(encoded(values, True))

    return patch


def of_file(file, name, change):
    """Replaces the entries of a text of a file."""
    return lambda d: d.text(name, change, d.files[file])


bad("W1", FREE, "people", "type", of_file("people", FREE, lambda entries: [b"age_then\tcolour"] + entries[1:]))
bad("W1", FREE, "people", "name", of_file("people", FREE, lambda entries: [b"1\tage"] + entries[1:]))
bad("W1", FREE, "people", "order", of_file("people", FREE, lambda entries: [b"D\tage"] + entries[1:]))
bad("W1", FREE, "people", "twice", of_file("people", FREE, lambda entries: [b"CENTRE\tage"] + entries[1:]))
bad("W1", FREE, "people", "no-type", of_file("people", FREE, lambda entries: [b"age_then"] + entries[1:]))
bad("W1", FREE, "people", "many", of_file("people", FREE, lambda _: [b"a%03d\ttext" % n for n in range(257)]))
bad("W1", FREE, "split", "two-types", of_file("sample_attributes 1", FREE, lambda entries: [b"time\tage" if e[:4] == b"time" else e for e in entries]))
bad("W2", "free", "people", "text", of_people("free 1", {2: 9}))
bad("W2", "free", "people", "code", of_people("free 3", {2: -1}))
bad("W3", "free", "people", "infinite", of_people("free 4", {2: 0x7FF << 52}))
bad("W3", "free", "people", "nan", of_people("free 4", {2: 2**63 - 1}))
bad("W3", "free", "people", "minus-zero", of_people("free 4", {3: -1}))
bad("W3", "free", "people", "days", of_people("free 2", {2: 2**31 * 512}))
bad("W3", "free", "people", "ages", of_people("free 0", {2: -(2**31 + 1) * 2**20}))
bad("W4", "free", "people", "order", of_people("free 1", {2: 1, 4: 0, 5: 1}))
bad("W4", "free_texts", "people", "unused", of_file("people", "free_texts", lambda entries: entries + [b"new"]))
bad("W4", "free_texts", "people", "empty", of_file("people", "free_texts", lambda entries: [b""] + entries[1:]))
bad("W4", "free_texts", "people", "twice", of_file("people", "free_texts", lambda entries: [entries[0]] * len(entries)))
bad("W4", "free_texts", "people", "long", of_file("people", "free_texts", lambda entries: [b"x" * 4097] + entries[1:]))
bad("T7", "free_texts", "people", "free", of_file("people", "free_texts", lambda entries: [b"\x07"] + entries[1:]))
bad("W4", "free_code_ids", "people", "unused-code", both(of_file("people", "free_code_ids", lambda e: e + [b"X:9"]), of_file("people", "free_code_labels", lambda e: e + [b"x"])))
bad("W4", "free_code_ids", "people", "utf8", of_file("people", "free_code_ids", lambda entries: [b"\xff"] + entries[1:]))
bad("W4", "free_code_labels", "people", "fewer", of_file("people", "free_code_labels", lambda entries: entries[:-1]))
bad("W5", "free", "people", "column", lambda d: d.files["people"].add("free 5", primitives.FREE + 5, encoded([0] * 7, True)))
bad("W5", FREE, "people", "nobody", lambda d: d.files["people"].sections.pop("free 2"))
bad("F14", FREE, "people", "free-samples", add("samples", FREE, b"?"))


def flipped(d):
    data = bytes(d.files["people"].sections["free 2"])
    d.files["people"].after.append(lambda file: file.replace(data, bytes([data[0] ^ 1]) + data[1:], 1))


bad("F11", "free", "people", "free", flipped)

# ---- genes: CHRNE and RYR1 on contig 0, XY at two places of contig 1 ----

bad("J1", "gene_ids", "people", "entries", text("gene_ids", lambda entries: entries[1:]))
bad("J2", "gene_pad", "people", "pad", put("gene_pad", 0, "I", 10_000_001))
bad("J2", "gene_pad", "people", "length", longer("gene_pad"))
bad("J3", "gene_contigs", "people", "order", swap("gene_contigs", 0, 1))
bad("J3", "gene_contigs", "people", "unused", text("gene_contigs", lambda entries: entries + [b"3"]))
bad("J3", "gene_contigs", "people", "utf8", replace("gene_contigs", 1, b"\xff"))
bad("T7", "gene_contigs", "people", "contig", replace("gene_contigs", 1, b"2\x07"))
bad("J4", "gene_names", "people", "aliases", replace("gene_names", 0, b"CHRNE\tFCCMS\tCMS4A"))
bad("J4", "gene_ids", "people", "empty", replace("gene_ids", 0, b"ENSG01\t\tHGNC:1966"))
bad("J4", "gene_names", "people", "utf8", replace("gene_names", 2, b"X\xff"))
bad("J5", "gene_places", "people", "three", lists("gene_places", {0: [0, 100]}))
bad("J5", "gene_places", "people", "contig", lists("gene_places", {0: [2, 100, 300]}))
bad("J5", "gene_places", "people", "descending", lists("gene_places", {0: [0, 301, 300]}))
bad("J5", "gene_places", "people", "far", lists("gene_places", {0: [0, 100, 2**31]}))
bad("J6", "gene_index", "people", "fingerprint", bit("gene_index", 24))
bad("J6", "gene_index", "people", "name", replace("gene_names", 1, b"RYR2\tCCO"))

#!/usr/bin/env python3
"""Makes `vectors/`: good datasets with the writer, bad ones by breaking one rule of a good one.

    python3 make_vectors.py          all of it (needs cargo)
    python3 make_vectors.py bad      the bad ones only

A good dataset that is there stays as it is: the version of the format is frozen, and what was written in it is read for
good. `frozen.sha256` has their checksums.

Checksums, file names and the snapshot of bad datasets are made right again after the patch, unless the
rule is about them. A bad dataset is a copy of a good one in which the patch changes as little as it can.
"""

import hashlib
import json
import os
import random
import struct
import subprocess
import sys

import xxhash
import zstandard

import cohorts
import decisions
import free
import people
import primitives
import reader

HERE = os.path.dirname(os.path.abspath(__file__))
VECTORS = os.path.join(HERE, "vectors")
NUMBERS = {name: number for number, name in primitives.NAMES.items()}
xxh64, xxh128 = xxhash.xxh3_64_intdigest, xxhash.xxh3_128_hexdigest

# name, inputs, options of `varidex build`
GOOD = [
    ("tiny", ["tiny.vcf"], []),
    ("genotypes", ["genotypes.vcf"], []),
    ("alleles", ["alleles.vcf"], []),
    ("ids", ["ids.vcf"], []),
    ("blocks", ["blocks.vcf"], []),
    ("info", ["info.vcf"], ["--info", "FL,N1,NA,NR,F1,FA,S1,SA,LI,LF,NEVER"]),
    ("batches", [f"batches.{i}.vcf" for i in (1, 2, 3, 4)], []),
    ("counts", [f"counts.{i}.vcf" for i in (1, 2, 3)], ["--genes", "counts.bed"]),
    ("normalised", ["normalised.vcf"], ["--reference", "normalised.fa"]),
    ("pages", ["pages.vcf"], []),
    ("orders", ["orders.vcf"], []),
    ("classes", ["classes.vcf"], []),
    ("many", ["many.vcf"], []),
    ("packed", ["packed.vcf"], []),
    ("empty", ["empty.vcf"], []),
    ("people", ["people.vcf"],
     "--genes people.gff3 --pad 5 --people people.ndjson people.tsv --people-map people.toml --sample-map"
     " people.samples.tsv --ontology people.obo people.sssom.tsv people.hpoa".split()),
    ("identity", ["identity.vcf"], ["--people", "identity.ped"]),
    # then other people are loaded: who is known keeps the number
    ("reloaded", ["identity.vcf"], ["--people", "identity.ped"]),
    # the second and the third are added: new samples and a new contig, then one more contig of samples that are there
    ("grown", [f"grown.{i}.vcf" for i in (1, 2, 3)], ["--min-gq", "20"]),
    ("annotated", ["annotated.vcf"], []),
    ("ploidy", ["ploidy.vcf"], "--assembly GRCh38 --sex-ploidy --people ploidy.ped".split()),
    ("sets", ["sets.1.vcf", "sets.2.vcf"], []),
    ("pointers", ["pointers.vcf"], []),
    ("phases", ["phases.vcf"], []),
    ("merged", [f"merged.{i}.g.vcf" for i in (1, 2, 3, 4)], ["--info", "DP"]),
    ("unvaried", [f"unvaried.{i}.g.vcf" for i in (1, 2)], []),
    # two files of two samples, one of one, and one without a record, with kits and without
    ("kits", [f"kits.{i}.vcf" for i in (1, 2, 3, 4)], ["--callable-table", "kits.tsv"]),
]  # fmt: skip


def write_vcf(name, samples, rows):
    """rows: (contig, pos, id, ref, alt, genotypes, INFO where there is some)"""
    with open(os.path.join(VECTORS, name), "w") as out:
        out.write("##fileformat=VCFv4.3\n##contig=<ID=1>\n##contig=<ID=2>\n")
        if any(len(row) > 6 for row in rows):
            out.write('##INFO=<ID=END,Number=1,Type=Integer,Description="End">\n')
        out.write('##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n')
        head = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO"] + (
            ["FORMAT"] + samples if samples else []
        )
        out.write("\t".join(head) + "\n")
        for contig, pos, rs, ref, alt, genotypes, *info in rows:
            fields = [contig, pos, rs, ref, alt, ".", "PASS", *(info or ["."])] + (["GT"] + genotypes if samples else [])
            out.write("\t".join(map(str, fields)) + "\n")


def phased(copies, n):
    """Genotypes of n / 2 samples in which these copies carry the ALT."""
    cell = ["1" if i in copies else "0" for i in range(n)]
    return ["|".join(cell[i : i + 2]) for i in range(0, n, 2)]


def simulated_inputs():
    names = lambda n: [f"S{i}" for i in range(n)]
    write_vcf("empty.vcf", names(2), [])
    # several pages, a contig that begins inside a page, more than 256 ids, long stretches without any
    rows = [("1" if i < 1500 else "2", 10 + i % 1500, f"rs{i}" if i % 3 == 0 and i < 1400 else ".", "ACGT"[i % 4],
             "CGTA"[i % 4], [("0|0", "0|1", "1|1", "./.")[i * 7 % 4]]) for i in range(2100)]  # fmt: skip
    write_vcf("pages.vcf", names(1), rows)
    # rare in all batches together, or not known to be: another ALT, a block, nothing at the place
    few, many = [f"F{i}" for i in range(2)], [f"M{i}" for i in range(98)]
    rows = [("1", pos, ".", ref, alt, ["0|1", "0|0"]) for pos, ref, alt in
            [(100, "A", "G"), (110, "C", "T"), (120, "G", "A"), (130, "T", "<DEL>"), (140, "T", "<DEL>")]]  # fmt: skip
    rows = [row + (f"END={row[1] + 50}",) if row[4] == "<DEL>" else row for row in rows]
    write_vcf("counts.1.vcf", few, rows)
    known = lambda *genotypes: [*genotypes] + ["0/0"] * (98 - len(genotypes))
    rows = [
        ("1", 100, ".", "A", "C", known("0/1", "1/1")),
        ("1", 115, ".", "A", "<NON_REF>", known("./.", "0"), "END=125"),
        ("1", 130, ".", "T", "<DEL>", known("0/1"), "END=150"),
        ("1", 140, ".", "t", "<DEL>", known("0/0"), "END=190"),
    ]
    write_vcf("counts.2.vcf", many, rows)
    # some of the same people on the other contig
    rows = [("2", 100, ".", "A", "G", ["0|1"]), ("2", 100, ".", "A", "T", ["0|1"])]
    write_vcf("counts.3.vcf", few[:1], rows)
    with open(os.path.join(VECTORS, "counts.bed"), "w") as bed:
        for gene, (contig, pos) in enumerate([(1, 100), (1, 110), (1, 120), (1, 130), (1, 140), (2, 100)], 1):
            bed.write(f"{contig}\t{pos - 1}\t{pos}\tG{gene}\n")
    # a mosaic of a few haplotypes: common rows in ordered runs, flat rows without structure
    rng = random.Random(1)
    ancestors = [[rng.random() < rng.choice([0.1, 0.3, 0.6, 0.9]) for _ in range(120)] for _ in range(5)]
    copies = [rng.randrange(5) for _ in range(80)]
    rows = []
    for i in range(120):
        copies = [rng.randrange(5) if rng.random() < 0.005 else c for c in copies]
        carried = {c for c in range(80) if ancestors[copies[c]][i]}
        if i % 20 == 19:
            carried = {c for c in range(80) if rng.random() < 0.2}
        rows.append(("1", 100 + 3 * i, ".", "A", "C", phased(carried, 80)))
    write_vcf("orders.vcf", names(40), rows)
    # more than 255 classes in one order: each row moves two borders
    rows = []
    for k in range(134):
        carried = set(range(k, 140)) | set(range(140 + 133 - k, 280))
        rows.append(("1", 100 + k, ".", "G", "T", phased(carried, 280)))
    write_vcf("classes.vcf", names(140), rows)
    # missing copies, which no order takes: packed lists, long stretches, both with complement, and all but a few
    n = 8800
    pairs = rng.sample(range(n // 2), 1060)
    scattered = {2 * p + rng.randrange(2) for p in pairs} | {2 * p + 1 for p in pairs[:200]}
    stretch = set(range(1001, 3002)) | set(range(5000, 5100))
    every = set(range(n))
    sets = [scattered, stretch, every - stretch, every - scattered, every - set(range(0, n, 1100))]
    unknown = lambda copies: [cell.replace("1", ".") for cell in phased(copies, n)]
    rows = [("1", 1 + number, ".", "A", "C", unknown(copies)) for number, copies in enumerate(sets)]
    write_vcf("many.vcf", [f"{i:x}" for i in range(n // 2)], rows)
    # packed lists of each kind: the first copy of some samples, the second, both, or as it comes; and missing ones
    kinds = [(0,), (1,), (0, 1)]
    rows = []
    for number, kind in enumerate([[0], [1], [2], [2, 2, 0, 2, 1], [0, 1]]):
        # others each time: what rows have in common goes into an order
        some = sorted(rng.sample(range(100), 20))
        copies = {2 * sample + copy for i, sample in enumerate(some) for copy in kinds[kind[i % len(kind)]]}
        rows.append(("1", 10 + number, ".", "A", "C", phased(copies, 200)))
    rows.append(("1", 20, ".", "A", "C", ["./." if sample in some else "0/1" for sample in range(100)]))
    write_vcf("packed.vcf", names(100), rows)


def varidex(*arguments):
    command = ["cargo", "run", "-q", "-p", "varidex-cli", "--", *arguments]
    subprocess.run(command, check=True, cwd=HERE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def build_good():
    simulated_inputs()
    with open(os.path.join(VECTORS, "good.tsv"), "w") as table:
        table.write("name\tinputs\toptions\n")
        for name, inputs, options in GOOD:
            to = os.path.join(VECTORS, f"{name}.vdx")
            table.write(f"{name}\t{','.join(inputs)}\t{' '.join(options)}\n")
            if os.path.exists(to):
                continue
            first = inputs[:1] if name == "grown" else inputs
            varidex("build", "--output", to, *inputs_of(first, options))
            for added in inputs[len(first) :]:
                varidex("add", to, os.path.join(VECTORS, added))
            if name == "reloaded":
                varidex("people", to, os.path.join(VECTORS, "reloaded.tsv"))
            # what is no part of the dataset
            for file in ("lock", "history.json"):
                os.remove(os.path.join(to, file))
        for name, make, like in DERIVED:
            if not os.path.exists(os.path.join(VECTORS, f"{name}.vdx")):
                make()
            if like:
                table.write(f"{name}\t{like}\n")
    with open(os.path.join(HERE, "frozen.sha256"), "w") as sums:
        sums.writelines(f"{digest}  {path}\n" for path, digest in checksums())


def checksums():
    """The files of good datasets and the published file, and what each is."""
    paths = [os.path.join(HERE, "published", "house.vdx")]
    for name in [name for name, _, _ in [*GOOD, *DERIVED]]:
        for folder, _, files in os.walk(os.path.join(VECTORS, f"{name}.vdx")):
            paths += [os.path.join(folder, file) for file in files]
    for path in sorted(paths):
        with open(path, "rb") as file:
            yield os.path.relpath(path, HERE), hashlib.sha256(file.read()).hexdigest()


def framed(bodies, data=decisions.HEAD):
    """A file of decisions with these bodies."""
    before = decisions.xxh64(decisions.HEAD)
    for body in bodies:
        length = struct.pack("<I", len(body))
        data += length + struct.pack("<I", decisions.head_sum(length, before)) + body
        before = decisions.body_sum(body, before)
        data += struct.pack("<Q", before)
    return data


def decided_body(recorded, entries):
    """Of entries (kind, purpose, flags, days, source, id), a body."""
    sources = sorted({entry[4] for entry in entries if len(entry) > 4})
    text = lambda text: struct.pack("<H", len(text.encode())) + text.encode()
    body = struct.pack("<qH", recorded, len(sources)) + b"".join(map(text, sources)) + struct.pack("<I", len(entries))
    for kind, purpose, flags, days, *of in entries:
        if kind > 4:
            body += struct.pack("<BBB", kind, decisions.ALL, flags) + days
            continue
        number = decisions.ALL if purpose is None else decisions.PURPOSES.index(purpose)
        body += struct.pack("<BBB", kind, number, flags) + b"".join(struct.pack("<i", decisions.day(d)) for d in days)
        if of:
            body += struct.pack("<H", sources.index(of[0])) + text(of[1])
    return body


def decided():
    """`decided.vdx`: `people.vdx` with decisions of all kinds, and a torn frame at the end."""
    d = Dataset("people")
    names = primitives.text(bytes(d.names.sections["names"]), "names")
    names = [name.decode() for name in names]
    individual = reader.Dataset(os.path.join(VECTORS, "people.vdx")).people.ids[0]
    second = 1_700_000_000
    bodies = [
        decided_body(second, [(2, None, 0, []), (2, "commercial", 1, []), (3, None, 1, [])]),
        decided_body(second + 9, [(0, None, 0, [], "form", individual), (1, "af", 0, [], "form", names[-1])]),
        decided_body(second + 20, [(0, None, 1, [], "form", individual), (4, "af", 44, ["2024-01-01", "2024-01-02"])]),
        decided_body(second + 30, [(1, None, 2 + 4 + 8, ["2024-05-01", "2024-05-31"], "portal", names[1]),
                                   (1, "commercial", 1 + 16, ["2023-01-01"], "portal", names[0]),
                                   (0, None, 0, [], "portal", "nobody here")]),
    ]  # fmt: skip
    key = bytes(range(32))
    ids = sorted(decisions.id_hash(key, name) for name in ("E1", "A2", "somebody else"))
    erased = key + struct.pack("<I", len(ids)) + b"".join(ids)
    bodies.append(decided_body(second + 35, [(5, None, 0, erased), (6, None, 0, decisions.id_hash(key, "A2"))]))
    torn = decided_body(second + 40, [(1, None, 0, [], "", names[0])])
    d.decisions = framed([*bodies, torn])[:-3]
    named = {"snapshot": d.manifest["snapshot"], "time": "2026-03-01T00:00:00Z"}
    d.cohorts = cohorts.sealed([
        {"name": "everybody", "expression": "all", **named, "purpose": "af", "permit_date": "2026-03-01"},
        {"name": "weak muscles", "expression": "HP:0001252 & cohort:everybody", **named, "pinned": True},
    ])
    d.write(os.path.join(VECTORS, "decided.vdx"))
    known = reader.Dataset(os.path.join(VECTORS, "decided.vdx"))
    owners = dict(zip(names, known.samples.owners))
    owner_of = lambda name: known.people.ids[owners[name]] if owners[name] is not None else None
    with open(os.path.join(VECTORS, "decided.tsv"), "w") as out:
        out.write("purpose\tpermit\tsamples\n")
        for purpose in (None, "af", "commercial", "recontact"):
            for permit in ("2024-04-30", "2024-05-01", "2024-05-31", "2024-06-01"):
                gone = known.decisions.out(names, owner_of, purpose, decisions.day(permit), decisions.day("2030-01-01"))
                seen = [name for name in names if name not in gone]
                out.write(f"{purpose or '.'}\t{permit}\t{','.join(seen)}\n")


def ascends(names):
    """Whether names are searched without an index."""
    return all(a < b for a, b in zip(names, names[1:]))


def split_samples():
    """`split.vdx`: `people.vdx` with the files of its samples in two of each kind, as if some had been added."""
    d = Dataset("people")
    names = primitives.text(bytes(d.names.sections["names"]), "names")
    owners = primitives.column(bytes(d.files["sample_attributes"].sections["sample_owners"]), len(names), "", True)
    container = primitives.Container(d.files["sample_attributes"].to_bytes(), b"A")
    attributes, types = free.read_free(container, len(names))
    for kind in ("samples", "sample_attributes"):
        d.manifest[kind].append(dict(d.manifest[kind][0]))
        d.files[f"{kind} 1"] = File(d.files[kind].to_bytes(), d.files[kind].kind)
    for at, part in (("", slice(0, 3)), (" 1", slice(3, None))):
        file = d.files["samples" + at]
        d.text("names", lambda _: names[part], file)
        file.sections.pop("name_index", None)
        if not ascends(names[part]):
            file.sections["name_index"] = bytearray(hash_index(names[part]))
        file = d.files["sample_attributes" + at]
        file.sections["sample_meta"] = bytearray(struct.pack("<II", len(names[part]), 0))
        file.sections["sample_owners"] = bytearray(encoded(owners[part], True))
        for name in [name for name in file.sections if name.startswith("free")]:
            del file.sections[name]
        for name, data in free_sections(attributes[part], types).items():
            file.add(name, NUMBERS.get(name) or number_of(name), data)
    d.write(os.path.join(VECTORS, "split.vdx"))


def list_copies():
    """`listed.vdx`: `orders.vdx` with the copies of small classes of its last order in lists, as orders of many people have them."""
    d = Dataset("orders")
    orders, directory = d.s("orders"), d.s("order_directory")
    start = struct.unpack_from("<Q", directory, len(directory) - 16)[0]
    classes = primitives.Order(bytes(orders[start:]), 80).classes
    small = [k for k, copies in enumerate(classes) if len(copies) <= 4]
    ends = [sum(len(classes[k]) for k in small[: i + 1]) for i in range(len(small))]
    bits = sum(1 << k for k in small).to_bytes(-(-len(classes) // 64) * 8, "little")
    copies = [copy for k in small for copy in classes[k]]
    d.put("orders", start + 4, "I", len(copies))
    orders += bits + struct.pack(f"<{len(ends) + len(copies)}I", *ends, *copies)
    d.put("order_directory", len(directory) - 8, "Q", len(orders) - start)
    d.write(os.path.join(VECTORS, "listed.vdx"))


# name, how it is made of another good one, and which input and options its answers are those of
DERIVED = [("split", split_samples, "people.vcf\t--people"), ("decided", decided, None), ("listed", list_copies, "orders.vcf\t")]


def text_of(entries):
    """The section of a text of few entries."""
    inflated = b"".join(entry.encode() + b"\n" for entry in entries)
    frame = zstandard.ZstdCompressor(write_checksum=True).compress(inflated)
    return struct.pack("<IIIIQ", len(entries), 1, 0, len(inflated), len(frame)) + frame


def free_sections(rows, types):
    """The sections of free attributes, for each row the values by name."""
    names = sorted((name for name in types if any(name in row for row in rows)), key=str.lower)
    entries, columns = {"text": [], "code": []}, {name: [] for name in names}
    for row in rows:
        for name in names:
            value, kind = row.get(name), types[name]
            if value is not None and kind in entries:
                if value not in entries[kind]:
                    entries[kind].append(value)
                value = entries[kind].index(value)
            elif value is not None and kind == "number":
                (value,) = struct.unpack("<q", struct.pack("<d", value))
                value = value if value >= 0 else value ^ (2**63 - 1)
            elif value is not None:
                value = value[0] * (512 if kind == "date" else 2**20) + value[1] - value[0]
            columns[name].append(value)
    sections = {"free_names": text_of([f"{name}\t{types[name]}" for name in names])} if names else {}
    sections |= {"free_texts": text_of(entries["text"])} if entries["text"] else {}
    for at, name in enumerate(("free_code_ids", "free_code_labels")):
        sections |= {name: text_of([code[at] for code in entries["code"]])} if entries["code"] else {}
    return sections | {f"free {k}": encoded(columns[name], True) for k, name in enumerate(names)}


def hash_index(names):
    """The section of a hash index of few names, in one bucket or two."""
    bits = max(len(names) // 8, 1).bit_length() - 1
    hashes = sorted((xxh64(name) >> (64 - bits) if bits else 0, number, xxh64(name)) for number, name in enumerate(names))
    starts = [sum(bucket < b for bucket, _, _ in hashes) for b in range(2**bits + 1)]
    head = struct.pack(f"<{5 + 2**bits}I", len(names), bits, 1, 0, *starts)
    return head + bytes(one & 255 for _, _, one in hashes) + bytes(number for _, number, _ in hashes)


def inputs_of(inputs, options):
    beside = lambda name: os.path.join(VECTORS, name)
    return [beside(name) for name in inputs] + [beside(o) if os.path.isfile(beside(o)) else o for o in options]


# ---- good datasets as something to be patched ----


def number_of(name):
    """The number of a column of an INFO key, or of a free attribute."""
    return (primitives.INFO if name.startswith("info") else primitives.FREE) + int(name[5:])


class File:
    """A container taken apart. `sections` are name → bytes; `after` patches the finished bytes."""

    def __init__(self, data, kind):
        container = reader.Container(data, kind)
        self.kind = kind
        self.sections = {name: bytearray(container.get(name)) for name in container.sections}
        self.numbers = {name: NUMBERS.get(name) or number_of(name) for name in self.sections}
        self.after = []

    def add(self, name, number, data):
        self.sections[name], self.numbers[name] = bytearray(data), number

    def to_bytes(self):
        table, sums, body = b"", b"", b""
        chunks = sum(-(-len(data) // primitives.CHUNK) for data in self.sections.values())
        start = 64 + 24 * len(self.sections) + 8 * chunks
        for name, data in self.sections.items():
            body += bytes(-(start + len(body)) % 64)
            table += struct.pack("<QQQ", self.numbers[name], start + len(body), len(data))
            body += data
            for i in range(0, len(data), primitives.CHUNK):
                sums += struct.pack("<Q", xxh64(bytes(data[i : i + primitives.CHUNK])))
        table += sums
        header = b"VARIDEX\x1a\n" + self.kind + b"\r\n"
        features = primitives.features_of(self.numbers[name] for name in self.sections)
        versions = (primitives.READ_VERSION, primitives.READ_VERSION)
        ends = (start + len(body), 64, len(self.sections))
        header += struct.pack("<HHQQQIIQ", *versions, features, *ends, 0, xxh64(table))
        data = bytearray(header + struct.pack("<Q", xxh64(header)) + table + body)
        for patch in self.after:
            data = patch(data) or data
        return bytes(data)


def table_sum(data):
    """Makes the checksums of a patched table or header right."""
    count = struct.unpack_from("<I", data, 40)[0]
    chunks = sum(-(-struct.unpack_from("<Q", data, 64 + 24 * i + 16)[0] // primitives.CHUNK) for i in range(count))
    struct.pack_into("<Q", data, 48, xxh64(bytes(data[64 : 64 + 24 * count + 8 * chunks])))
    header_sum(data)


def header_sum(data):
    struct.pack_into("<Q", data, 56, xxh64(bytes(data[:56])))


def encoded(values, nullable):
    """The section of a column."""
    directory, data = b"", b""
    for page in range(0, len(values), reader.PAGE_ROWS):
        part = values[page : page + reader.PAGE_ROWS]
        base = min((v for v in part if v is not None), default=0) - nullable
        differences = [0 if v is None else v - base for v in part]
        width = max(differences).bit_length()
        width = width if width <= 57 else 64
        directory += struct.pack("<qQ", base, len(data) << 8 | width)
        packed = sum(d << i * width for i, d in enumerate(differences))
        data += packed.to_bytes((len(part) * width + 7) // 8, "little")
    return directory + data + bytes(primitives.SLACK)


class Dataset:
    """A good dataset to be patched and written under another name."""

    def __init__(self, name):
        directory = os.path.join(VECTORS, f"{name}.vdx")
        load = lambda file: open(os.path.join(directory, file), "rb").read()
        self.manifest = json.loads(load("manifest.json"))
        self.segments = [File(load(entry["file"]), b"G") for entry in self.manifest["segments"]]
        kinds = {"samples": b"S", "terms": b"T", "people": b"P", "sample_attributes": b"A", "genes": b"N",
                 "carriers": b"C", "callable": b"K"}
        # by kind; of several of a kind, those behind the first with their place in the list
        self.files = {
            f"{name} {at}" if at else name: File(load(entry["file"]), kind)
            for name, kind in kinds.items()
            for at, entry in enumerate(self.manifest.get(name, []))
        }
        self.names = self.files.get("samples")
        self.after_files, self.after_text = [], []
        self.cohorts = None
        self.decisions = load("decisions") if self.manifest.get("decisions") else None
        # whether people are of the terms file as it is patched
        self.follow = True

    def write(self, directory):
        os.makedirs(directory)
        files = [(s, e, "segment") for s, e in zip(self.segments, self.manifest["segments"])]
        for name, file in self.files.items():
            kind, at = (name + " 0").split()[:2]
            files.append((file, self.manifest[kind][int(at)], kind))
        for file, entry, suffix in files:
            suffix = "attributes" if suffix == "sample_attributes" else suffix
            if suffix == "people" and "terms" in self.files and self.follow:
                file.sections["people_meta"][32:] = self.manifest["terms"][0]["checksum"].encode()
            data = file.to_bytes()
            entry.update(size=len(data), checksum=xxh128(data))
            entry["file"] = f"{entry['checksum'][:16]}.{suffix}"
            with open(os.path.join(directory, entry["file"]), "wb") as out:
                out.write(data)
        for patch in self.after_files:
            patch(self.manifest)
        if self.decisions is not None:
            with open(os.path.join(directory, "decisions"), "wb") as out:
                out.write(self.decisions)
        if self.cohorts is not None:
            with open(os.path.join(directory, "cohorts.json"), "wb") as out:
                out.write(self.cohorts)
        self.manifest["snapshot"] = ""
        bare = json.dumps(self.manifest, indent=2).encode() + b"\n"
        text = bare.replace(b'"snapshot": ""', f'"snapshot": "{xxh128(bare)}"'.encode(), 1)
        for patch in self.after_text:
            text = patch(text)
        with open(os.path.join(directory, "manifest.json"), "wb") as out:
            out.write(text)

    # what follows works on the first segment unless `segment` says otherwise

    def rows(self, segment=0):
        return struct.unpack_from("<I", self.segments[segment].sections["meta"])[0]

    def s(self, name, segment=0):
        return self.segments[segment].sections[name]

    def column(self, name, changes, segment=0):
        """Sets values of a column: row → value."""
        nullable = name in reader.NULLABLE
        sections = self.segments[segment].sections
        values = reader.column(bytes(sections.get(name, b"")), self.rows(segment), name, nullable)
        for row, value in changes.items():
            values[row] = value
        sections[name] = bytearray(encoded(values, nullable))
        self.segments[segment].numbers[name] = NUMBERS[name]

    def value(self, name, row):
        return reader.column(bytes(self.s(name)), self.rows(), name, name in reader.NULLABLE)[row]

    def file_of(self, name):
        """The file that has a section, or else the segment."""
        return next((file for file in self.files.values() if name in file.sections), self.segments[0])

    def text(self, name, change, file=None, checksum=True):
        """Replaces the entries of a text by what `change` makes of them."""
        file = file or self.file_of(name)
        entries = change(reader.text(bytes(file.sections[name]), name))
        inflated = b"".join(entry + b"\n" for entry in entries)
        frame = zstandard.ZstdCompressor(write_checksum=checksum).compress(inflated)
        data = struct.pack("<IIIIQ", len(entries), 1, 0, len(inflated), len(frame)) + frame
        file.sections[name] = bytearray(data)

    def put(self, name, at, form, *values, segment=None):
        file = self.file_of(name) if segment is None else self.segments[segment]
        struct.pack_into("<" + form, file.sections[name], at, *values)

    def rewrite(self, name, changes):
        """Sets values of a column of people or of samples: row → value."""
        if name == "sample_owners" or name.startswith("free "):
            file = self.files["sample_attributes"]
            (rows,), nullable = struct.unpack_from("<I", file.sections["sample_meta"]), True
        else:
            file = self.files["people"]
            meta = struct.unpack_from("<6I", file.sections["people_meta"])
            counts = dict(zip(("individuals", "retired", "codings", "events", "attributes", "sets"), meta))
            rows, nullable, _ = people.COLUMNS[name]
            rows = counts["individuals"] + 1 if rows == "starts" else counts[rows]
        values = primitives.column(bytes(file.sections.get(name, b"")), rows, name, nullable)
        for row, value in changes.items():
            values[row] = value
        file.add(name, NUMBERS.get(name) or number_of(name), encoded(values, nullable))

    def set_bytes(self, row, name="carriers"):
        """Where the bytes of a row's set begin in `sets`, its length before it, in the first page."""
        return self.value(name, row) >> 4

    def repoint(self, row, form, data, name="carriers"):
        """Gives a row of the last page a set of its own."""
        sets = self.segments[0].sections.setdefault("sets", bytearray())
        self.segments[0].numbers["sets"] = NUMBERS["sets"]
        descriptor = len(sets) << 4 | form
        size = len(data)
        sets += bytes([size & 127 | 128, size >> 7]) if size > 127 else bytes([size])
        sets += data
        self.column(name, {row: descriptor})


def raw(*patches, fix=None):
    """A patch of the finished bytes of the first segment: (offset, form, value), ..."""

    def patch(d):
        def bend(data):
            for at, form, value in patches:
                struct.pack_into("<" + form, data, at, value)
            if fix:
                fix(data)

        d.segments[0].after.append(bend)

    return patch


def manifest(change):
    return lambda d: d.after_files.append(change)


def text_of_manifest(change):
    return lambda d: d.after_text.append(change)


if __name__ == "__main__":
    if sys.argv[1:] != ["bad"]:
        build_good()
    import bad_annotations  # noqa: F401, adds its vectors, and those of people
    import bad_carriers  # noqa: F401
    import bad_cohorts  # noqa: F401
    import bad_decisions  # noqa: F401
    import bad_merged  # noqa: F401
    import bad_phases  # noqa: F401
    import bad_records  # noqa: F401
    from bad_vectors import build_bad

    build_bad()

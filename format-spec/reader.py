#!/usr/bin/env python3
"""A second reader of the Varidex dataset format, written from README.md alone.

    reader.py verify DATASET                  check every rule; exit 1 and the rule on damage
    reader.py dump DATASET [--genotypes]      rows with their counts over all samples, as TSV; of genotypes the
                                              phase set stands behind a colon
    reader.py dump DATASET --people           people with what was recorded of them, a JSON object each
    reader.py dump DATASET --variants         variants with their counts over all batches, as TSV
    reader.py dump DATASET --terms | --genes  terms of ontologies, genes, as TSV
    reader.py ask DATASET closure TERM        what a record of a term answers
    reader.py ask DATASET people|excluded TERM [SCOPE]   who has a term, or is known not to have it
    reader.py ask DATASET onset TERM [SCOPE]  who, and from and to which age in days
    reader.py ask DATASET gene NAME           symbol and places, 1-based, with the pad
    reader.py ask DATASET genes CONTIG FIRST LAST        symbols of what lies there
    reader.py dump DATASET --annotations      what is said of each row, as TSV
    reader.py ask DATASET annotated GENE      rows that are annotated with a gene
    reader.py ask DATASET consequence TERM    rows that are annotated with a term itself
    reader.py ask DATASET carriers GENE       names of samples that carry a variant of a gene

It is for checking the text and other readers, not for speed: files are decoded whole. Rule numbers
(`F3`, `R5` ...) are those of section 9 of the text. Needs the packages zstandard and xxhash, and
pyroaring where a dataset has roaring sets.
"""

import argparse
import json
import os
import re
import struct
import sys
from collections import namedtuple

import xxhash

import answers
import carriers
import coverage
import ids
from annotations import Annotations
from callable import Callable
from genes import Genes
from cohorts import read_cohorts
from decisions import Decisions
from manifest import files_of, read_manifest, samples_of
from people import People
from phases import Phases
from primitives import (
    BLOCK_ROWS,
    PAGE_ROWS,
    U32,
    Container,
    Damaged,
    Order,
    allele_type,
    ascending,
    column,
    leb128,
    need,
    numbers,
    packed,
    respelled_start,
    plain,
    same_change,
    stored_set,
    text,
    utf8,
)  # fmt: skip
from samples import SampleAttributes, read_names
from terms import Terms
from variants import same_allele

DESCRIPTOR = (0, 2**63 - 1)
COLUMNS = {
    "position": (-1, 2**31 - 2), "span": U32, "allele": U32, "ac": U32, "hom": U32, "hemi": U32,
    "het_excess": U32, "an_short": (-(2**63), 2**63 - 1), "missing_count": U32, "filter": U32,
    "quality": U32, "alt_number": (0, 65_534), "record_rank": U32, "roll": U32,
    "sv_length": (1 - 2**63, 2**63 - 1), "stated_type": U32, "block_short": U32, "carriers": DESCRIPTOR, "missing": DESCRIPTOR, "haploid": DESCRIPTOR,
    "unphased": DESCRIPTOR,
}  # fmt: skip
NULLABLE = {"quality", "sv_length"}

Row = namedtuple(
    "Row",
    "contig position end ref alt alt_number record_rank roll sv_length id filter quality ac an het hom hemi"
    " n_missing carriers missing haploid unphased polyploid original info phases scope",
)


class Segment:
    """A segment, decoded whole and checked."""

    def __init__(self, data, entry, manifest):
        self.file = file = Container(data, b"G")
        self.entry, self.manifest = entry, manifest
        meta = file.get("meta")
        need(len(meta) == 16, "meta", "G1", f"{len(meta)} bytes")
        self.rows, self.samples, self.first_sample, self.records = numbers(meta)
        told = (entry["rows"], entry["samples"], entry["records"])
        need(told == (self.rows, self.samples, self.records), "meta", "G1", f"not as in the manifest: {told}")
        known = self.rows > 0 or bool(file.get("coverage"))
        need(known and self.samples <= 2**27, "meta", "G2", f"{self.rows} rows, {self.samples} samples")
        self.copies = 2 * self.samples
        self.read_structure()
        self.coverage = coverage.read_coverage(self)
        self.read_alleles()
        self.read_columns()
        self.read_texts()
        self.read_polyploid()
        self.read_orders()
        self.read_sets()
        self.check_rows()
        self.check_variants()
        self.check_respelled()
        self.check_counts()
        self.phases = Phases(file, self.rows, self.samples, self.c["position"])
        for row, (carriers, _, haploid, unphased) in enumerate(self.sets):
            self.phases.check(row, carriers, haploid, self.polyploid.get(row, {}), unphased)
        self.check_zones()
        self.annotations = Annotations(file, self.rows)
        told = not self.annotations or "annotations" in manifest
        need(told, "manifest", "M16", "not which annotations the rows have")
        file.verify()

    def whole(self, name, size, rule):
        data = self.file.get(name)
        need(len(data) % size == 0, name, rule, f"{len(data)} bytes, not a multiple of {size}")
        return data

    def read_structure(self):
        entry, rows, manifest = self.entry, self.rows, self.manifest
        named = list(struct.iter_unpack("<IIII", self.whole("contigs", 16, "G3")))
        contigs = [one[:3] for one in named]
        ends = [0] + [end for _, _, end in contigs]
        sound = [first for _, first, _ in contigs] == ends[:-1] and ascending(ends) and ends[-1] == rows
        sound = sound and len({c for c, _, _ in contigs}) == len(contigs)
        told = [(c["contig"], c["rows"]) for c in entry["contigs"]]
        sound = sound and told == [(c, end - first) for c, first, end in contigs]
        for contig, _, _, told in named:
            name = manifest["contigs"][contig]["name"].encode() if contig < len(manifest["contigs"]) else b""
            sound = sound and told == xxhash.xxh3_64_intdigest(name) & 0xFFFFFFFF
        need(sound, "contigs", "G3", f"{contigs[:5]}")
        self.contigs = contigs
        pages, sets = self.file.get("pages"), self.file.sections.get("sets", (0, 0))[1]
        need(len(pages) == 32 * -(-rows // PAGE_ROWS), "pages", "G4", f"{len(pages)} bytes")
        self.pages = list(struct.iter_unpack("<iIIIQII", pages))
        bases = [page[4] for page in self.pages] + [sets]
        sound = bases[0] == 0 and bases == sorted(bases) and not any(page[6] for page in self.pages)
        need(sound, "pages", "G4", f"set bases {bases[:5]} of {sets} or reserved bytes")
        blocks = self.file.get("blocks")
        need(len(blocks) == 16 * -(-rows // BLOCK_ROWS), "blocks", "G5", f"{len(blocks)} bytes")
        self.blocks = list(struct.iter_unpack("<iIII", blocks))
        self.sample_numbers = numbers(self.whole("sample_numbers", 4, "G8"))
        if not self.sample_numbers:
            self.sample_numbers = list(range(self.first_sample, self.first_sample + self.samples))
        n = self.sample_numbers
        sound = len(n) == self.samples and ascending(n)
        sound = sound and (not n or (n[0] == self.first_sample and n[-1] < self.manifest["sample_count"]))
        need(sound, "sample_numbers", "G8", f"{n[:5]} for {self.samples} samples")

    def read_alleles(self):
        codes = numbers(self.whole("allele_codes", 4, "A1"))
        need(bool(codes) == (self.rows > 0), "allele_codes", "A1", f"{len(codes)} codes of {self.rows} rows")
        long = text(self.file.get("long_alleles"), "long_alleles")
        hashes = numbers(self.whole("long_hashes", 4, "A4"))
        sums = [xxhash.xxh3_64_intdigest(entry.upper()) & 0xFFFFFFFF for entry in long]
        for entry in long:
            sound = entry.isascii() and entry.count(b"\t") == 1 and not entry.startswith(b"\t")
            need(sound, "long_alleles", "A3", f"{entry[:40]!r}")
        need(hashes == sums, "long_hashes", "A4", "hashes of long alleles")
        self.pairs = []
        for code in codes:
            if code >> 31:
                need(code & 0x7FFFFFFF < len(long), "allele_codes", "A3", f"entry {code & 0x7FFFFFFF}")
                pair = tuple(long[code & 0x7FFFFFFF].decode().split("\t"))
                need(packed(*pair) is None, "allele_codes", "A5", f"{pair} is not packed")
            else:
                r, a = code & 15, code >> 4 & 15
                need(r >= 1 and r + a <= 11 and code >> (8 + 2 * (r + a)) == 0, "allele_codes", "A2", f"{code:#x}")
                both = "".join("ACGT"[code >> (8 + 2 * i) & 3] for i in range(r + a))
                pair = (both[:r], both[r:])
            self.pairs.append(pair)
        need(len(set(self.pairs)) == len(codes), "allele_codes", "A5", "a pair twice")

    def read_columns(self):
        self.c = {
            name: column(self.file.get(name), self.rows, name, name in NULLABLE, limits)
            for name, limits in COLUMNS.items()
        }
        highest = max(self.c["allele"], default=-1)
        need(highest < len(self.pairs), "allele", "A1", f"number {highest} of {len(self.pairs)}")

    def read_texts(self):
        filters = [plain(f, "filters", "R4") for f in text(self.file.get("filters"), "filters", 1)]
        sound = filters[:1] == [""] and len(set(filters)) == len(filters)
        need(sound, "filters", "R4", "the first entry is not empty, or one stands twice")
        highest = max(self.c["filter"], default=-1)
        need(highest < len(filters), "filter", "R4", f"number {highest} of {len(filters)}")
        self.filters = filters
        self.ids = text(self.file.get("ids"), "ids", self.rows)
        need(len(self.ids) == self.rows, "ids", "I1", f"{len(self.ids)} entries")
        ids.check(self)
        rows = numbers(self.whole("original_rows", 4, "Z1"))
        need(ascending(rows) and (not rows or rows[-1] < self.rows), "original_rows", "Z1", f"{rows[:5]}")
        originals = text(self.file.get("originals"), "originals")
        sound = len(originals) == len(rows) and all(re.fullmatch(rb"\d+\t[^\t]+\t[^\t]+", o) for o in originals)
        need(sound, "originals", "Z2", "other entries than rows or fields")
        need(not rows or self.manifest.get("normalised"), "originals", "Z2", "not a normalised dataset")
        self.originals = {row: utf8(o, "originals", "Z2").split("\t") for row, o in zip(rows, originals)}
        for row, original in self.originals.items():
            ref, alt = self.pairs[self.c["allele"][row]]
            stored = (self.c["position"][row], ref, alt)
            spelling = (int(original[0]) - 1, *original[1:])
            sound = spelling != stored and same_change(stored, self.c["roll"][row], spelling)
            need(sound, "originals", "Z3", f"row {row}: {original}")
        keys = [utf8(k, "info_keys", "K1") for k in text(self.file.get("info_keys"), "info_keys")]
        told = [f"{k['kind']}\t{k['number']}\t{k['key']}" for k in self.manifest["info"]]
        need(keys == told, "info_keys", "K1", f"{keys}, not {told}")
        for name in self.file.sections:
            if name.startswith("info "):
                need(int(name[5:]) < len(keys), "info", "K2", f"section {name} of {len(keys)} keys")
        self.info = {}
        for k, key in enumerate(self.manifest["info"]):
            data, kind = self.file.get(f"info {k}"), key["kind"]
            if kind in ("text", "floats"):
                values = text(data, "info", self.rows)
                need(len(values) == self.rows, "info", "K2", f"{len(values)} entries")
                values = [value or None for value in values]
            elif kind == "flag":
                values = column(data, self.rows, "info", limits=(0, 1))
            else:
                limits = (-(2**31), 2**31 - 1) if kind == "integer" else U32
                values = column(data, self.rows, "info", True, limits)
                if kind == "float":
                    values = [float_of(value) for value in values]
            self.info[key["key"]] = values

    def read_polyploid(self):
        table = list(struct.iter_unpack("<II", self.whole("polyploid_rows", 8, "Y1")))
        data, self.polyploid = self.file.get("polyploid"), {}
        ends = [0] + [end for _, end in table]
        rows = [row for row, _ in table]
        sound = ascending(rows) and ascending(ends) and ends[-1] == len(data) and (not rows or rows[-1] < self.rows)
        need(sound, "polyploid_rows", "Y1", f"{table[:5]}")
        for row, at, end in zip(rows, ends, ends[1:]):
            genotypes, sample, part = {}, 0, data[:end]
            while at < end:
                gap, at = leb128(part, at, "polyploid", "Y2")
                head, at = leb128(part, at, "polyploid", "Y2")
                sample += gap
                need(
                    sample < self.samples and head >> 1 >= 3, "polyploid", "Y2", f"sample {sample}, {head >> 1} copies"
                )
                need(head >> 1 <= end - at, "polyploid", "Y2", f"{head >> 1} copies in {end - at} bytes")
                alleles = []
                for _ in range(head >> 1):
                    allele, at = leb128(part, at, "polyploid", "Y2")
                    need(allele <= 65_535, "polyploid", "Y2", f"allele {allele - 1}")
                    alleles.append(allele - 1 if allele else None)
                genotypes[sample] = (bool(head & 1), alleles)
                sample += 1
            self.polyploid[row] = genotypes

    def read_orders(self):
        directory = list(struct.iter_unpack("<IIQQ", self.whole("order_directory", 24, "O1")))
        orders, end, last = self.file.get("orders"), 0, -1
        self.directory = []
        for first_row, last_row, offset, length in directory:
            sound = last < first_row <= last_row < self.rows
            need(sound, "order_directory", "O1", f"rows {first_row} to {last_row}")
            need(offset == end and offset + length <= len(orders), "order_directory", "O2", f"order at {offset}")
            last, end = last_row, offset + length
            self.directory.append((first_row, last_row, Order(orders[offset:end], self.copies)))
        need(end == len(orders), "order_directory", "O2", "bytes behind the last order")
        for page, entry in enumerate(self.pages):
            expected = sum(last_row < page * PAGE_ROWS for _, last_row, _ in self.directory)
            need(entry[5] == expected, "pages", "G7", f"first order {entry[5]} of page {page}")

    def read_sets(self):
        sets, order_at, self.sets = self.file.get("sets"), 0, []
        ends = [page[4] for page in self.pages[1:]] + [len(sets)]
        payload_of = lambda row: sets[self.pages[row // PAGE_ROWS][4] : ends[row // PAGE_ROWS]]
        payload = b""
        self.scopes = coverage.read_scopes(self.file, self.rows, self.samples, payload_of)
        for row in range(self.rows):
            payload = payload_of(row) if row % PAGE_ROWS == 0 else payload
            while order_at < len(self.directory) and self.directory[order_at][1] < row:
                order_at += 1
            first, _, order = self.directory[order_at] if order_at < len(self.directory) else (self.rows, 0, None)
            order = order if first <= row else None
            self.sets.append([
                stored_set(self.c[name][row], payload, universe, order, name == "carriers")
                for name, universe in (
                    ("carriers", self.copies), ("missing", self.copies),
                    ("haploid", self.samples), ("unphased", self.samples),
                )
            ])  # fmt: skip

    def check_rows(self):
        c = self.c
        for (contig, first, end), told in zip(self.contigs, self.entry["contigs"]):
            last, furthest = None, 0
            for row in range(first, end):
                ref, alt = self.pairs[c["allele"][row]]
                key = (c["position"][row], ref.upper(), alt.upper(), c["record_rank"][row], c["alt_number"][row])
                need(last is None or last <= key, "position", "R1", f"row {row}: {key} after {last}")
                last = key
                row_end = c["position"][row] + c["span"][row]
                need(c["span"][row] >= 1 and row_end < 2**31, "span", "R2", f"row {row}: span {c['span'][row]}")
                furthest = row_end if row == first else max(furthest, row_end)
                short, is_block = c["block_short"][row], allele_type(ref, alt) == 0
                sound = short < c["span"][row] and (is_block or short == 0)
                need(sound, "block_short", "R14", f"row {row}: {short} of {c['span'][row]} bases of {ref},{alt}")
                sound = (c["alt_number"][row] == 0) == (alt == "")
                need(sound, "alt_number", "R3", f"row {row}: {c['alt_number'][row]} of {ref},{alt}")
                self.check_extent(row, ref, alt)
            spans = (c["position"][first], c["position"][end - 1], furthest)
            told = (told["start"], told["last"], told["end"])
            need(spans == told, "contigs", "G10", f"contig {contig}: {spans}, not {told}")
        firsts = sum(number <= 1 for number in c["alt_number"])
        need(firsts == self.records, "meta", "G9", f"{self.records} records, not {firsts}")
        counts = [0] * len(self.pairs)
        for number in c["allele"]:
            counts[number] += 1
        sound = all(counts) and counts == sorted(counts, reverse=True)
        need(sound, "allele_codes", "A6", "a pair of no row, or before a more frequent one")
        for contig, first, end in self.contigs:
            while first < end:
                behind = next((row for row in range(first, end) if c["position"][row] != c["position"][first]), end)
                # a segment may begin or end between the rows of a place
                self.check_place(range(first, behind), first > 0 and behind < self.rows)
                first = behind

    def check_variants(self):
        """That the rows of a variant of a merged batch report of each sample once."""
        if not self.entry.get("merged"):
            return
        alleles = []
        for contig, first, end in self.contigs:
            for row in range(first, end):
                ref, alt = self.pairs[self.c["allele"][row]]
                span, length = self.c["span"][row], self.c["sv_length"][row]
                key = same_allele(ref, alt, span, length, self.type_of(row))
                alleles.append((contig, self.c["position"][row], *key))
        coverage.check_variants(alleles, self.scopes, self.samples)

    def check_respelled(self):
        """The list of rows that are not spelled plainly."""
        alleles = [self.pairs[number] for number in self.c["allele"]]
        starts = [respelled_start(at, *pair) for at, pair in zip(self.c["position"], alleles)]
        expected = []
        for _, first, end in self.contigs:
            expected += sorted((starts[row], row) for row in range(first, end) if starts[row] is not None)
        found = list(struct.iter_unpack("<iI", self.whole("respelled", 8, "Z4")))
        need(found == expected, "respelled", "Z4", f"{found[:5]}, not {expected[:5]}")

    def type_of(self, row):
        """The type of a row's allele: by its alleles, or where they are of no known type by SVTYPE."""
        plain, stated = allele_type(*self.pairs[self.c["allele"][row]]), self.c["stated_type"][row]
        sound = stated == 0 or plain == 31 and stated - 1 in (3, 4, 7, 8, 9, 10)
        need(sound, "stated_type", "R15", f"row {row}: {stated} where the alleles are of type {plain}")
        return stated - 1 if stated else plain

    def check_extent(self, row, ref, alt):
        """What follows from the alleles of a row: where it ends, and what only some kinds have."""
        span, length, roll = (self.c[name][row] for name in ("span", "sv_length", "roll"))
        bases = re.fullmatch("[ACGTUNRYSWKMBDHV]*", alt, re.IGNORECASE) is not None
        most = 2**31 - 1 - self.c["position"][row]
        need(length is None or not bases, "sv_length", "R13", f"row {row}: {length} of {alt}")
        kind = self.type_of(row)
        if alt and (bases or kind in (3, 6, 10)):
            sound = span == min(len(ref), most)
        else:
            sound = span >= min(len(ref), most)
        need(sound, "span", "R13", f"row {row}: {span} of {ref},{alt}")
        rolls = self.manifest.get("normalised") and bases and allele_type(ref, alt) in (3, 4)
        need(not roll or rolls, "roll", "R13", f"row {row}: {roll} of {ref},{alt}")

    def check_place(self, rows, whole):
        """The records at a place; `whole` where all of their rows are here."""
        c, records = self.c, {}
        for row in sorted(rows, key=lambda row: (c["record_rank"][row], c["alt_number"][row])):
            records.setdefault(c["record_rank"][row], []).append(row)
        need(not whole or list(records) == list(range(len(records))), "record_rank", "R12", f"row {rows[0]}: {list(records)}")
        for record in records.values():
            alts = [c["alt_number"][row] for row in record]
            need(ascending(alts), "alt_number", "R8", f"row {record[0]}: an ALT twice in a record")
            # a row of a merged batch is a record of its own, whichever of the ALTs it has
            if whole and not self.manifest.get("normalised") and not self.entry.get("merged"):
                sound = alts == list(range(1, len(alts) + 1)) or alts == [0]
                need(sound, "alt_number", "R12", f"row {record[0]}: ALTs {alts}")
                told = [a for _, alleles in self.polyploid.get(record[0], {}).values() for a in alleles]
                need(all(a is None or a <= alts[-1] for a in told), "polyploid", "R12", f"row {record[0]}: {told}")
            carried = set()
            for row in record:
                need(not carried & self.sets[row][0], "carriers", "R8", f"row {row}: a copy with two ALTs")
                carried |= self.sets[row][0]
                for section, one in self.of_record(row).items():
                    need(one == self.of_record(record[0])[section], section, "R11", f"row {row}: {one}")

    def of_record(self, row):
        """What all rows of a record have alike, by the section that says it."""
        c, polyploid = self.c, self.polyploid.get(row, {})
        _, missing, haploid, unphased = self.sets[row]
        known = lambda s: s not in haploid and s not in polyploid and not {2 * s, 2 * s + 1} <= missing
        written = self.originals.get(row) or (c["position"][row] + 1, self.pairs[c["allele"][row]][0])
        info = [self.info[key["key"]][row] for key in self.manifest["info"] if key["number"] == "record"]
        quality = self.c["quality"][row]
        return {
            "filter": c["filter"][row], "quality": quality, "ids": self.ids[row], "info": list(map(str, info)),
            "allele": (int(written[0]), written[1].upper()), "polyploid": polyploid, "missing": missing,
            "haploid": haploid, "unphased": {s for s in unphased if known(s)},
        }  # fmt: skip

    def check_counts(self):
        self.counts = []
        for row, (carriers, missing, haploid, unphased) in enumerate(self.sets):
            polyploid, number = self.polyploid.get(row, {}), self.c["alt_number"][row]
            need(number or not carriers, "carriers", "R7", f"row {row}: carriers without ALT")
            both = carriers & missing
            need(not both, "carriers", "R9", f"row {row}: copies {sorted(both)[:5]} carry and are missing")
            nowhere = {2 * s + 1 for s in haploid} | {2 * s + copy for s in polyploid for copy in (0, 1)}
            for name, members in (("carriers", carriers), ("missing", missing)):
                wrong = sorted(members & nowhere)[:5]
                need(not wrong, name, "R9", f"row {row}: copies {wrong} of haploids or polyploids")
            need(not haploid & polyploid.keys(), "haploid", "R9", f"row {row}: polyploids")
            for s in unphased:
                sound = s in haploid or 2 * s not in missing or 2 * s + 1 in missing
                need(sound, "unphased", "R10", f"row {row}: sample {s}")
            scope = self.scopes[row]
            coverage.check_scope(row, scope, (carriers, missing), (haploid, unphased, polyploid.keys()))
            hom = sum(copy % 2 and copy - 1 in carriers for copy in carriers)
            hemi = sum(2 * s in carriers for s in haploid)
            ac = len(carriers)
            het = len({copy // 2 for copy in carriers}) - hom - hemi
            short, n_missing = len(haploid) + len(missing), len({copy // 2 for copy in missing})
            short += 2 * (len(scope.outside) + len(scope.uncovered))
            for _, alleles in polyploid.values():
                carried = sum(a == number for a in alleles) if number else 0
                ac += carried
                hom += 0 < carried == len(alleles)
                het += 0 < carried < len(alleles)
                short -= sum(a is not None for a in alleles) - 2
                n_missing += None in alleles
            excess = ac - het - 2 * hom - hemi
            told = (("ac", ac, "R5"), ("hom", hom, "R5"), ("hemi", hemi, "R5"), ("het_excess", excess, "R5"),
                    ("an_short", short, "R6"), ("missing_count", n_missing, "R6"))  # fmt: skip
            for name, value, rule in told:
                need(self.c[name][row] == value, name, rule, f"row {row}: {self.c[name][row]}, not {value}")
            self.counts.append((ac, self.copies - short, het, hom, hemi, n_missing))

    def check_zones(self):
        c = self.c
        for size, entries, section in ((PAGE_ROWS, self.pages, "pages"), (BLOCK_ROWS, self.blocks, "blocks")):
            for i, entry in enumerate(entries):
                rows = range(i * size, min((i + 1) * size, self.rows))
                types = 0
                for row in rows:
                    types |= 1 << self.type_of(row)
                acs = [c["ac"][row] for row in rows]
                zone = (max(c["position"][row] + c["span"][row] for row in rows), min(acs), max(acs), types)
                need(entry[:4] == zone, section, "G6", f"zone {i} is {entry[:4]}, not {zone}")

    def __iter__(self):
        c = self.c
        for contig, first, end in self.contigs:
            for row in range(first, end):
                ref, alt = self.pairs[c["allele"][row]]
                position = c["position"][row]
                yield Row(
                    contig, position, position + c["span"][row], ref, alt, c["alt_number"][row],
                    c["record_rank"][row], c["roll"][row], c["sv_length"][row], self.ids[row].decode("utf-8", "replace"),
                    self.filters[c["filter"][row]], float_of(c["quality"][row]), *self.counts[row],
                    *self.sets[row], self.polyploid.get(row, {}), self.originals.get(row),
                    {key: values[row] for key, values in self.info.items()}, self.phases.of_rows[row],
                    self.scopes[row],
                )  # fmt: skip

    def genotype(self, row, sample):
        """The genotype of a sample of the batch as VCF text: 1 is the row's ALT, 0 any other allele; "-" of whom
        another row reports, "?" of whom nothing is known."""
        if sample in row.scope.outside or sample in row.scope.uncovered:
            return "-" if sample in row.scope.outside else "?"
        if sample in row.polyploid:
            phased, alleles = row.polyploid[sample]
            shown = ["." if a is None else str(int(a == row.alt_number and a > 0)) for a in alleles]
            return ("|" if phased else "/").join(shown)
        copies = [2 * sample] if sample in row.haploid else [2 * sample, 2 * sample + 1]
        shown = ["." if n in row.missing else str(int(n in row.carriers)) for n in copies]
        return ("/" if sample in row.unphased or shown == [".", "."] else "|").join(shown)


def float_of(bits):
    return None if bits is None else struct.unpack("<f", struct.pack("<I", bits))[0]


class Dataset:
    """A dataset directory, decoded whole and checked."""

    def __init__(self, directory):
        self.directory = directory
        with open(os.path.join(directory, "manifest.json"), "rb") as file:
            self.manifest = read_manifest(file.read(2**28 + 1))
        m = self.manifest
        self.decisions = None
        if m.get("decisions"):
            path = os.path.join(directory, "decisions")
            need(os.path.exists(path), "decisions", "X1", "no file")
            with open(path, "rb") as file:
                self.decisions = Decisions(file.read())
        self.cohorts, path = {}, os.path.join(directory, "cohorts.json")
        if os.path.exists(path):
            with open(path, "rb") as file:
                self.cohorts = read_cohorts(file.read())
        self.names = read_names([self.bytes(entry) for entry in m["samples"]], m["sample_count"])
        only = lambda kind, read: next((read(self.bytes(entry)) for entry in m[kind]), None)
        self.terms, self.genes = only("terms", Terms), only("genes", Genes)
        checksum = "".join(entry["checksum"] for entry in m["terms"])
        self.carriers = []
        self.people = only("people", lambda data: People(data, self.terms, checksum))
        individuals = self.people.ids if self.people else []
        attributes = [self.bytes(entry) for entry in m["sample_attributes"]]
        self.samples = SampleAttributes(attributes, m["sample_count"], individuals)
        if self.people:
            self.people.number_samples(self.samples.owners)
        self.segments = [Segment(self.bytes(entry), entry, m) for entry in m["segments"]]
        self.check_batches()
        self.kits = [(Callable(self.bytes(entry)), samples_of(entry)) for entry in m["callable"]]
        self.carriers = [carriers.Carriers(self.bytes(entry), self, entry["batch"]) for entry in m["carriers"]]
        for entry in files_of(m):
            data = self.bytes(entry)
            need(xxhash.xxh3_128_hexdigest(data) == entry["checksum"], "file", "M13", entry["file"])

    def bytes(self, entry):
        with open(os.path.join(self.directory, entry["file"]), "rb") as file:
            data = file.read()
        need(len(data) == entry["size"], "file", "M13", f"{entry['file']}: {len(data)} bytes, not {entry['size']}")
        return data

    def check_batches(self):
        batches, spans = {}, []
        for segment in self.segments:
            batch = segment.entry["batch"]
            samples = batches.setdefault(batch, segment.sample_numbers)
            need(samples == segment.sample_numbers, "sample_numbers", "M14", f"batch {batch}")
            spans += [(c["contig"], c["start"], c["last"], batch) for c in segment.entry["contigs"]]
        for i, (contig, _, last, batch) in enumerate(spans := sorted(spans)):
            for other in spans[i + 1 :]:
                if other[0] == contig and other[1] <= last and other[3] != batch:
                    shared = set(batches[batch]) & set(batches[other[3]])
                    need(not shared, "manifest", "M12", f"samples {sorted(shared)[:5]} twice on contig {contig}")

    def rows(self):
        """(segment, row) of every row, by contig and position."""
        found = [(segment, row) for segment in self.segments for row in segment]
        key = lambda r: (r.contig, r.position, r.ref.upper(), r.alt.upper())
        return sorted(found, key=lambda pair: key(pair[1]))


def main():
    parser = argparse.ArgumentParser(description="Reads Varidex datasets, format version 2.")
    parser.add_argument("verb", choices=["verify", "dump", "ask"])
    parser.add_argument("dataset")
    parser.add_argument("question", nargs="*", help="after ask")
    parser.add_argument("--genotypes", action="store_true", help="a column for each sample")
    for name in ("people", "variants", "terms", "genes", "annotations"):
        parser.add_argument(f"--{name}", action="store_true", help=f"{name} in the place of rows")
    args = parser.parse_args()
    try:
        dataset = Dataset(args.dataset)
    except Damaged as error:
        print(f"{error.kind}: {error}", file=sys.stderr)
        return 4 if error.kind == "too new" else 1
    if args.verb == "ask":
        print("\n".join(answers.ask(dataset, *args.question)))
    elif args.verb == "dump" and args.people:
        for person in dataset.people or []:
            print(json.dumps(person))
    elif args.verb == "dump" and args.variants:
        answers.dump_variants(dataset, sys.stdout)
    elif args.verb == "dump" and (args.terms or args.genes):
        table = dataset.terms if args.terms else dataset.genes
        if table:
            table.dump(sys.stdout)
    elif args.verb == "dump" and args.annotations:
        answers.dump_annotations(dataset, sys.stdout)
    elif args.verb == "dump":
        answers.dump(dataset, args.genotypes, sys.stdout)
    else:
        counts = [f"{sum(s.rows for s in dataset.segments)} rows", f"{len(dataset.names)} samples"]
        counts += [f"{len(dataset.people.known)} people"] if dataset.people else []
        counts += [f"{dataset.terms.count} terms"] if dataset.terms else []
        counts += [f"{len(dataset.genes.genes)} genes"] if dataset.genes else []
        print(f"sound: {', '.join(counts)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The text's numbers and tables against the code.

python3 -m unittest
"""

import glob
import json
import os
import re
import struct
import unittest

import xxhash

import coverage
import free
import primitives
import reader
import terms
from test_reader import FORMAT, HERE, VECTORS, load, table


class Text(unittest.TestCase):
    text = load(HERE, "README.md")

    def constant(self, file, name):
        text = load(FORMAT, file)
        value = re.search(rf"const {name}: [\w\[\]; &]+ = ([^;]+);", text).group(1)
        # offsets are derived from the fields before
        value = re.sub(r"size_of::<u(\d+)>\(\)", lambda bits: str(int(bits[1]) // 8), value)
        value = re.sub(r"(\w+)\.len\(\)", lambda of: re.search(rf"const {of[1]}: &\[u8; (\d+)\]", text)[1], value)
        value = re.sub(
            r"\b[A-Z][A-Z_]+\b",
            lambda of: str(self.constant(file, of[0])) if f"const {of[0]}: " in text else of[0],
            value,
        )
        value = value.replace("_", "").replace("u32::BITS", "32")
        return eval(value) if re.fullmatch(r"[\d\s<+*x()-]+", value) else value

    def rules(self):
        rows = re.findall(
            r"^\| ([MFCTLGSBRPOHAIYZKNDUEJQVWX]\d+) \| .+ \| ([\w ]+) \| ([\w, ]+) \| (.+) \|$", self.text, re.MULTILINE
        )
        return {rule: (kind, sections) for rule, kind, _, sections in rows}

    def test_numbers_of_the_code(self):
        for file, name, value, stated in [
            ("format/header.rs", "LEN", 64, "The header is 64 bytes long"),
            ("format/header.rs", "SUM_AT", 56, "| 56 | 8 | u64 | header checksum |"),
            ("format/header.rs", "ENTRY_LEN", 24, "section table: 24 bytes a section"),
            ("format/header.rs", "ALIGN", 64, "sections start at multiples of 64 bytes"),
            ("format/header.rs", "CHUNK", 65_536, "each **chunk** of 65,536 bytes"),
            ("format/header.rs", "SECTIONS_MAX", 65_536, "| sections of a file | 65,536"),
            ("format/column.rs", "PAGE_ROWS", 1024, "**pages** of\n1,024"),
            ("format/column.rs", "ENTRY_LEN", 16, "the page directory, 16 bytes for each page"),
            ("format/text.rs", "INFLATED_MAX", 1 << 30, "at most 2^30 (T3)"),
            ("format/mod.rs", "BLOCK_ROWS", 65_536, "**blocks** of 65,536"),
            ("format/mod.rs", "READ_VERSION", 2, "must implement | 2 |"),
            ("format/mod.rs", "WRITE_VERSION", 2, "must know it | 2 |"),
            ("format/mod.rs", "MERGED", 1, "bit 0: there are sections of"),
            ("format/layout.rs", "PACKED_BASES", 11, "At most 11 bases in all"),
            ("format/layout.rs", "LONG", 1 << 31, "bit 31 is 1 | **long**"),
            ("set/stored.rs", "FORM_BITS", 4, "| 4-63 | value |"),
            ("set/stored.rs", "COMPLEMENT", 8, "| 3 | complement |"),
            ("set/stored.rs", "TWO_BITS", 14, "bits 4-17 and bits 18-31"),
            ("format/text.rs", "BLOCK_ENTRIES", 1024, "1 to 1,024 entries for each block"),
            ("set/writer.rs", "PACKED_FROM", 16, "Sets of 16 units or more SHOULD be\npacked"),
            ("set/order.rs", "CLASSES_MAX", 1 << 16, "at most 65,536"),
            ("set/ids.rs", "LANES", 16, "blocks of 256 ids"),
            ("set/runs.rs", "ESCAPE", 255, "below 255 is one byte"),
            ("maintain/build/segment.rs", "ROWS_MAX", 1 << 20, "at 2^20 rows"),
            ("maintain/build/segment.rs", "BYTES_MAX", 192 << 20, "192 MiB"),
            ("format/hash_index.rs", "HEAD", 16, "| 16 | 4 (2^*b* + 1) | u32 | bucket starts |"),
            ("store/terms/mod.rs", "OBSOLETE", 1 << 31, "bit 31: obsolete"),
            ("store/terms/mod.rs", "EXCLUDED", 1, "bit 0: excluded"),
            ("store/individuals/mod.rs", "META_LEN", 64, "*Storage layout.* 64 bytes (U1) of `people_meta`"),
            ("store/individuals/mod.rs", "SUM_LEN", 32, "| 32 | 32 | bytes | terms |"),
            ("store/individuals/mod.rs", "INDIVIDUALS_MAX", (1 << 31) - 2, "at most 2^31 - 2"),
            ("store/individuals/mod.rs", "PRESENT", 0, "| 0 | a coding, recorded as present |"),
            ("store/individuals/mod.rs", "ABSENT", 16, "| 16 | a coding, recorded as absent |"),
            ("store/individuals/mod.rs", "CLOSED", 32, "| 32 | a term of the terms file,"),
            ("store/genes.rs", "PAD_MAX", 10_000_000, "at most 10,000,000"),
            ("store/gene_carriers.rs", "VARIANT_BYTES", 32, "more than 32 bytes for each of its rows"),
            ("store/gene_carriers.rs", "BOUNDS_MAX", 32, "above 0; at most 32"),
            ("store/gene_carriers.rs", "META_LEN", 12, "| 12 | 4 each | u32 | bounds of AC"),
            ("store/gene_carriers.rs", "RARE_OF", 100, "below `carried_an` / 100"),
            ("store/gene_carriers.rs", "FIRST_BOUND", 2, "It writes bounds 2, 8, 32"),
            ("store/gene_carriers.rs", "NEXT_BOUND", 4, "each four\ntimes the one before"),
            ("store/gene_carriers.rs", "SMALLER", 3, "more than a third of the bytes"),
            ("store/gene_carriers.rs", "LOW_BOUNDS", 16, "and of 16 or all copies"),
            ("store/annotations/mod.rs", "ROW_ITEMS_MAX", 1 << 17, "at most 2^17 apart"),
            ("store/coverage.rs", "LEN", struct.calcsize(coverage.ENTRY), "`coverage`: 40 bytes for each stretch (B1)"),
            ("store/coverage/writer.rs", "CHANGES", 256, "a new stretch after 256 changes"),
            ("store/coverage/writer.rs", "GAP_CHANGES", 40, "more than 40 changes"),
            ("maintain/build/options.rs", "MERGE_UP_TO", 4096, "batches of at most 4,096 samples"),
            ("store/free/mod.rs", "ATTRIBUTES_MAX", free.ATTRIBUTES_MAX, "at most 256 attributes"),
            ("model/attribute.rs", "ATTRIBUTE_NAME_MAX", 64, "up to 63 letters, digits"),
            ("store/free/mod.rs", "TEXT_MAX", free.TEXT_MAX, "at most 4,096 bytes"),
            ("store/free/mod.rs", "DAYS", 512, "512 times the first day"),
            ("store/free/mod.rs", "AGES", 2**20, "2^20 times the lowest"),
            ("format/kind.rs", "FREE", primitives.FREE, "| 69,632 + *k* | free |"),
            ("store/manifest.rs", "MANIFEST_MAX", 256 << 20, "at most 256 MiB"),
        ]:
            with self.subTest(f"{file} {name}"):
                self.assertEqual(self.constant(file, name), value)
                self.assertTrue(stated in self.text, f"not in the text: {stated}")

    def test_magic(self):
        code = load(FORMAT, "format/header.rs") + load(FORMAT, "format/kind.rs")
        self.assertIn(r'MAGIC_HEAD: &[u8; 9] = b"VARIDEX\x1a\x0a"', code)
        self.assertIn(r'MAGIC_TAIL: &[u8; 2] = b"\r\n"', code)
        kinds = re.findall(r"(\w+) = b'(\w)' as isize", load(FORMAT, "format/kind.rs"))
        self.assertEqual(dict(kinds), {"Segment": "G", "Samples": "S", "Terms": "T", "People": "P", "Genes": "N", "Carriers": "C", "SampleAttributes": "A", "Callable": "K", "Published": "F"})
        self.assertIn("`VARIDEX` 0x1A 0x0A", self.text)

    def test_kinds(self):
        kinds = re.findall(r'\w+ = (\d+) "(\w+)"', load(FORMAT, "format/kind.rs"))
        stated = re.findall(r"(?:^\| |\| )(\d+) \| (\w+) \| (?!0x)", self.text, re.MULTILINE)
        self.assertEqual({int(n): name for n, name in kinds}, primitives.NAMES)
        self.assertLessEqual(set(kinds), set(stated))

    def test_lengths_of_structures(self):
        lengths = re.findall(r"impl (\w+) \{.*?const LEN: usize = (\d+);", load(FORMAT, "format/layout.rs"), re.DOTALL)
        expected = {"Meta": 16, "ContigRows": 16, "Zone": 16, "PageEntry": 32, "OrderEntry": 24}
        self.assertEqual({name: int(n) for name, n in lengths}, expected)

    def test_states(self):
        code = load(FORMAT, "store/coverage.rs")
        named = re.findall(r"const (\w+): Self = Self\((\d)\);", code)
        names = ["UNCOVERED", "CALLED", "MISSING", "HALF", "HAPLOID", "HAPLOID_MISSING"]
        self.assertEqual([name for name, _ in sorted(named, key=lambda pair: pair[1])], names)
        stated = re.findall(r"^\| (\d) \| (?:one|two) cop.*\| (\d) \| (yes|no) \|$", self.text, re.MULTILINE)
        expected = [(str(n), str(known), "yes" if missing else "no") for n, (known, missing, _) in enumerate(coverage.STATES)]
        self.assertEqual(stated, expected[1:])

    def test_forms(self):
        enum = re.search(r"enum Form \{(.*?)\}", load(FORMAT, "set/stored.rs"), re.DOTALL).group(1)
        self.assertEqual(
            {name: int(n) for name, n in re.findall(r"(\w+) = (\d)", enum)},
            dict(Empty=0, One=1, Two=2, List=3, Runs=4, Flat=5, Roaring=6, PackedList=7),
        )
        for code, name in enumerate(
            ["empty", "inline one", "inline two", "list", "ordered runs", "flat", "roaring", "packed list"]
        ):
            self.assertIn(f"| {code} | {name} |", self.text)

    def test_allele_types(self):
        enum = re.search(r"enum AlleleType \{(.*?)\n\}", load(FORMAT, "genome/allele.rs"), re.DOTALL).group(1)
        codes = {name: min(int(n), 31) for name, n in re.findall(r"(\w+) = (\d+)", enum)}
        for (ref, alt), name in {
            ("A", ""): "Ref", ("A", "C"): "Snv", ("AC", "GT"): "Mnp", ("A", "AT"): "Ins", ("AT", "A"): "Del",
            ("ATT", "GC"): "Indel", ("A", "*"): "Star", ("A", "<DUP>"): "Dup", ("A", "<INV>"): "Inv",
            ("A", "<CN2>"): "Cnv", ("C", "<CN=0>"): "Cnv", ("A", "<CNV:TR>"): "Cnv", ("A", "A<ctg1>"): "Ins",
            ("A", "A<d>A"): "Other", ("A", "]1:5]A"): "Bnd", ("A", "<X>"): "Other",
        }.items():  # fmt: skip
            self.assertEqual(reader.allele_type(ref, alt), codes[name], name)

    def test_spellings_of_vocabularies(self):
        code = dict(re.findall(r'\("([\w-]+)", "([\w:]+)"\),', load(FORMAT, "model/vocabulary.rs")))
        self.assertEqual(code.pop("omimps"), "omim:ps")
        self.assertEqual(code, terms.PREFIXES)
        stated = {}
        for first, others in re.findall(r"`(\w+)` \(`([^`]+)`\)", re.search(r"\| CURIEs .*", self.text).group()):
            stated.update({other: first for other in others.split()})
        self.assertEqual(stated, terms.PREFIXES)

    def test_bad_vectors_are_of_rules_of_the_text(self):
        rules = self.rules()
        for line in table("bad.tsv"):
            with self.subTest(line["name"]):
                kind, sections = rules[line["rule"]]
                self.assertEqual(kind, line["class"])
                named = sections in ("its name", "the column") or line["section"] in sections.split(", ")
                named |= line["section"].split()[0] in ("padding", "unknown") and line["section"].split()[0] in sections
                self.assertTrue(named, sections)
        self.assertEqual(set(rules) - {line["rule"] for line in table("bad.tsv")}, set(), "rules without a vector")

    def test_checksum_of_the_history(self):
        shown = re.search(r'^```json\n(\{\n  "checksum".*?)```', self.text, re.MULTILINE | re.DOTALL)[1]
        checksum = json.loads(shown)["checksum"]
        bare = shown.replace(f'"{checksum}"', '""', 1)
        self.assertEqual(xxhash.xxh3_128_hexdigest(bare.encode()), checksum)

    def test_hex_dump(self):
        stated = bytearray()
        for at, shown in re.findall(r"^([0-9a-f]{4})  ((?:[0-9a-f]{2} ?)+|zeros)", self.text, re.MULTILINE):
            stated += bytes(int(at, 16) - len(stated))
            stated += b"" if shown == "zeros" else bytes.fromhex(shown)
        (path,) = glob.glob(os.path.join(VECTORS, "tiny.vdx", "*.segment"))
        with open(path, "rb") as file:
            self.assertEqual(stated, file.read())


if __name__ == "__main__":
    unittest.main()

"""The second reader against all vectors.

python3 -m unittest
"""

import collections
import csv
import glob
import os
import re
import struct
import subprocess
import sys
import unittest

import answers
import coverage
import free
import people as people_file
import phases
import primitives
import reader
import terms
import variants
from make_vectors import checksums

HERE = os.path.dirname(os.path.abspath(__file__))
VECTORS = os.path.join(HERE, "vectors")
FORMAT = os.path.join(HERE, "..", "core", "src")


def load(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


def table(name):
    with open(os.path.join(VECTORS, name), newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def alleles_of(text):
    """Allele numbers (None is missing) and whether they are unphased."""
    alleles = re.split(r"[/|]", text.lstrip("/|"))
    return [None if a == "." else int(a) for a in alleles], "/" in text


def expected_genotype(text, alt):
    """What a row for ALT number `alt` shows for a genotype."""
    alleles, unphased = alleles_of(text)
    if len(alleles) == 2 and unphased:
        alleles.sort(key=lambda a: 1 << 30 if a is None else 1 << 29 if a == 0 else a)
    if len(alleles) == 2 and alleles == [None, None]:
        unphased = True
    shown = ["." if a is None else str(int(a == alt and a > 0)) for a in alleles]
    return ("/" if unphased else "|").join(shown)


def expected_counts(texts, alt):
    """AC, AN, het, hom, hemi, missing from genotypes as they stand in the VCF."""
    ac = an = het = hom = hemi = missing = 0
    for text in texts:
        alleles, _ = alleles_of(text)
        carried = sum(a == alt and a > 0 for a in alleles if a is not None)
        ac += carried
        an += sum(a is not None for a in alleles)
        missing += None in alleles
        if carried and len(alleles) == 1:
            hemi += 1
        elif carried and carried == len(alleles):
            hom += 1
        elif carried:
            het += 1
    return ac, an, het, hom, hemi, missing


def single(text):
    return struct.unpack("<f", struct.pack("<f", float(text)))[0]


def expected_info(text, alt, keys, declared):
    given = dict((entry + "=").split("=")[:2] for entry in text.split(";") if text != ".")
    values = {}
    for key in keys:
        number, kind = declared.get(key, (".", "String"))
        value = given.get(key)
        if kind == "Flag":
            values[key] = int(value is not None)
            continue
        value = None if value == "." else value
        if value is not None and number in "AR":
            parts = value.split(",")
            at = alt - (number == "A")
            value = parts[at] if 0 <= at < len(parts) and parts[at] != "." else None
        if value is not None and number in "1AR" and kind in ("Integer", "Float"):
            value = int(value) if kind == "Integer" else single(value)
        elif value is not None:
            value = value.encode()
        values[key] = value
    return values


def expected_phase(cell, alt):
    """What a call is phased to in the row for ALT number `alt`, in the order in which its copies are put."""
    alleles, unphased = alleles_of(cell.get("GT", "."))
    if len(alleles) != 2 or alt not in alleles or not alt:
        return None
    names = [None if name in ("", ".") else name for name in cell.get("PSL", ".").split(",")]
    if any(names):
        rank = lambda a: 1 << 30 if a is None else 1 << 29 if a == 0 else a
        if unphased and rank(alleles[1]) < rank(alleles[0]):
            names.reverse()
        return phases.HAPLOTYPES, tuple(names)
    name = cell.get("PS", ".")
    if unphased or name in ("", "."):
        return None
    is_number = re.fullmatch("0|[1-9][0-9]*", name) and int(name) < 2**31
    return (phases.NUMBER, int(name)) if is_number else (phases.NAME, name)


def with_blocks(known, pos, alts, inside):
    """Genotypes; from VCF 4.5 on a sample inside of its reference block has that of the block."""
    genotypes = [fields.get("GT", "./.") for fields in known]
    if inside is None:
        return genotypes
    for s, fields in enumerate(known):
        end, block = inside.get(s, (0, None))
        if pos < end and set(genotypes[s]) <= set("./|"):
            genotypes[s] = block
        if "<*>" in alts.split(",") and fields.get("LEN", ".") != "." and set(genotypes[s]) <= set("0/|"):
            inside[s] = (pos + int(fields["LEN"]), genotypes[s])
    return genotypes


PSEUDOAUTOSOMAL = {  # of GRCh38
    "X": ((10001, 2781479), (155701383, 156030895)),
    "Y": ((10001, 2781479), (56887903, 57217415)),
}


def sexes_of(options):
    """Sexes by sample, where genotypes on X and Y go by them."""
    if "--sex-ploidy" not in options:
        return {}
    pedigree = load(VECTORS, options[options.index("--people") + 1])
    return {line.split("\t")[1]: line.split("\t")[4] for line in pedigree.splitlines()}


def by_sex(cells, samples, sexes, contig, pos):
    """Genotypes as they become by sex."""
    regions = PSEUDOAUTOSOMAL.get(contig)
    if regions is None or any(first <= max(pos, 1) <= last for first, last in regions):
        return cells
    changed = []
    for sample, cell in zip(samples, cells):
        alleles = set(re.split(r"[/|]", cell))
        male, female = sexes.get(sample) == "1", sexes.get(sample) == "2"
        if male or female and contig == "Y":
            cell = alleles.pop() if male and len(alleles) == 1 else "."
        changed.append(cell)
    return changed


def expected_rows(path, keys, sexes):
    """Samples and rows of a VCF: everything that a row must be decoded to."""
    samples, rows, declared = [], [], {}
    version, inside, on = 0, {}, None
    for line in load(path).splitlines():
        if line.startswith("##fileformat=VCFv4."):
            version = int(line.split(".")[1])
        elif line.startswith("##INFO"):
            key, number, kind = re.search(r"ID=(\w+),Number=(.),Type=(\w+)", line).groups()
            declared[key] = (number, kind)
        elif line.startswith("#CHROM"):
            samples = line.split("\t")[9:]
        elif not line.startswith("#"):
            contig, pos, rs, ref, alts, quality, filters, info, *rest = line.split("\t")
            if on != contig:
                on, inside = contig, {}
            keys_of = rest[0].split(":") if rest else []
            fields = [dict(zip(keys_of, cell.split(":"))) for cell in rest[1:]]
            cells = with_blocks(fields, int(pos), alts, inside if version >= 5 else None)
            cells = by_sex(cells, samples, sexes, contig, int(pos))
            for field, cell in zip(fields, cells):
                field["GT"] = cell
            for number, alt in enumerate(alts.split(","), 1):
                number, alt = (0, "") if alt == "." else (number, alt)
                genotypes = dict(zip(samples, (expected_genotype(cell, number) for cell in cells)))
                polyploid = {
                    sample: (not alleles_of(cell)[1], alleles_of(cell)[0])
                    for sample, cell in zip(samples, cells)
                    if len(alleles_of(cell)[0]) > 2
                }
                rows.append(repr((
                    contig, int(pos), rs if rs != "." else "", ref, alt, number,
                    None if quality == "." else single(quality), "" if filters == "." else filters,
                    expected_counts(cells, number), sorted(genotypes.items()), sorted(polyploid.items()),
                    expected_info(info, number, keys, declared),
                    sorted(zip(samples, (expected_phase(cell, number) for cell in fields))),
                )))  # fmt: skip
    return samples, rows


GvcfRecord = collections.namedtuple("GvcfRecord", "contig start end ref alts cell length")
UNCHANGED = ("<NON_REF>", "<*>", ".")


def gvcf_records(path):
    """Records of an input of one sample."""
    records = []
    for line in load(path).splitlines():
        if not line.startswith("#"):
            contig, pos, _, ref, alts, _, _, info, keys, cell = line.split("\t")
            start, alts = int(pos) - 1, alts.split(",")
            told = int(found.group(1)) if (found := re.search(r"END=(\d+)", info)) else start + len(ref)
            end = told if set(alts) <= set(UNCHANGED) else start + len(ref)
            # a deletion is distinguished by how far it reaches
            records.append(GvcfRecord(contig, start, end, ref.upper(), alts, cell.split(":")[0], told))
    return records


def record_of(records, variant):
    """A sample's record of a variant and the number of its ALT there."""
    contig, position, ref, alt, reaches = variant
    for record in records:
        alts = [one.upper() for one in record.alts]
        same = (record.contig, record.start, record.ref) == (contig, position, ref) and alt in alts
        if same and (reaches is None or record.length == reaches):
            return record, alts.index(alt) + 1
    return None, None


def state_at(records, contig, position):
    """The genotype of a sample where it has no record of a variant, None where it is not covered."""
    around = [one for one in records if one.contig == contig and one.start <= position < one.end]
    # of several the one that starts last, of those the last one of the input
    cell = max(enumerate(around), key=lambda one: (one[1].start, one[0]))[1].cell if around else None
    return None if cell is None or len(alleles_of(cell)[0]) > 2 else cell


def decoded_rows(dataset):
    for segment in dataset.segments:
        names = [dataset.names[number] for number in segment.sample_numbers]
        for row in segment:
            pos, ref, alt = row.original or (row.position + 1, row.ref, row.alt)
            genotypes = {name: segment.genotype(row, s) for s, name in enumerate(names)}
            polyploid = {names[s]: genotype for s, genotype in row.polyploid.items()}
            yield repr((
                dataset.manifest["contigs"][row.contig]["name"], int(pos), row.id, ref, alt, row.alt_number,
                row.quality, row.filter, (row.ac, row.an, row.het, row.hom, row.hemi, row.n_missing),
                sorted(genotypes.items()), sorted(polyploid.items()), row.info,
                sorted((name, row.phases.get(s)) for s, name in enumerate(names)),
            ))  # fmt: skip


# vectors of which the inputs, of one sample each, are one batch
MERGED = ("merged", "unvaried")


class GoodVectors(unittest.TestCase):
    maxDiff = 3000

    def test_they_are_the_bytes_that_were_written_when_the_version_was_frozen(self):
        self.assertEqual(load(HERE, "frozen.sha256").splitlines(), [f"{sum_}  {path}" for path, sum_ in checksums()])

    def test_every_row_is_what_the_vcf_says(self):
        for line in table("good.tsv"):
            if line["name"] in MERGED:
                continue
            with self.subTest(line["name"]):
                dataset = reader.Dataset(os.path.join(VECTORS, line["name"] + ".vdx"))
                options = line["options"].split()
                keys = options[options.index("--info") + 1].split(",") if "--info" in options else []
                names, expected = [], collections.Counter()
                for name in line["inputs"].split(","):
                    samples, rows = expected_rows(os.path.join(VECTORS, name), keys, sexes_of(options))
                    names += [sample for sample in samples if sample not in names]
                    expected.update(rows)
                found = collections.Counter(decoded_rows(dataset))
                self.assertEqual(dataset.names, names)
                self.assertEqual(sorted(expected - found)[:3], sorted(found - expected)[:3])

    def test_merged_batches_say_what_the_inputs_say(self):
        for line in table("good.tsv"):
            if line["name"] in MERGED:
                dataset = reader.Dataset(os.path.join(VECTORS, line["name"] + ".vdx"))
                inputs = [gvcf_records(os.path.join(VECTORS, name)) for name in line["inputs"].split(",")]
                self.check_variants(dataset, inputs)
                self.check_states(dataset, inputs)

    def test_who_could_be_called_counts_as_reference(self):
        dataset = reader.Dataset(os.path.join(VECTORS, "kits.vdx"))
        found = {
            (dataset.manifest["contigs"][rows[0][2].contig]["name"], rows[0][2].position + 1, rows[0][2].alt):
            (counts := variants.counts_of(dataset, rows)).ac and (counts.ac, counts.an, counts.n_missing)
            for rows in variants.variants(dataset)
        }  # fmt: skip
        self.assertEqual(found, {
            ("1", 10, "G"): (1, 12, 1), ("1", 10, "T"): (1, 12, 1),
            # a REF of three bases that no region of the second kit holds
            ("1", 20, "A"): (1, None, None),
            # between regions of the second kit
            ("1", 30, "A"): (1, None, None),
            ("1", 40, "C"): (3, 14, 0), ("1", 50, "T"): (2, 14, 0),
            # how many copies there are nobody says
            ("X", 10, "G"): (1, None, None),
        })  # fmt: skip

    def check_variants(self, dataset, inputs):
        """Counts of every variant, and that each sample has its genotype in one of the rows."""
        expected = {
            (one.contig, one.start, one.ref, alt.upper(), one.length if alt == "<DEL>" else None)
            for records in inputs for one in records for alt in one.alts if alt not in UNCHANGED
        }  # fmt: skip
        # rows without change: with an ID, and carried
        expected |= {("1", 199, "T", "<NON_REF>", None), ("1", 599, "C", "<NON_REF>", None)} if expected else set()
        found = set()
        (segment,) = dataset.segments
        for rows in variants.variants(dataset):
            first = rows[0][2]
            contig = dataset.manifest["contigs"][first.contig]["name"]
            reaches = first.end if first.alt == "<DEL>" else None
            variant = (contig, first.position, first.ref.upper(), first.alt.upper(), reaches)
            found.add(variant)
            counts, an = [0] * 6, 0
            for sample, records in enumerate(inputs):
                cells = [segment.genotype(row, sample) for *_, row in rows]
                (cell,) = [cell for cell in cells if cell != "-"]
                record, alt = record_of(records, variant)
                state = record.cell if record else state_at(records, contig, first.position)
                if state is None:
                    self.assertEqual(cell, "?", (variant, sample))
                    an = None
                    continue
                # of another record it is known how many copies are known
                told = state if record else re.sub("[1-9]", "0", state)
                shown = expected_genotype(told, alt or 1)
                self.assertEqual(*(re.sub("[/|]", "/", text) for text in (cell, shown)), (variant, sample))
                counts = [a + b for a, b in zip(counts, expected_counts([told], alt or 1))]
            an = None if an is None else counts[1]
            missing = None if an is None else counts[5]
            self.assertEqual(tuple(variants.counts_of(dataset, rows)), (counts[0], an, *counts[2:5], missing), variant)
        self.assertEqual(found, expected)

    def check_states(self, dataset, inputs):
        """The state of each sample at each position."""
        (segment,) = dataset.segments
        for number, contig in enumerate(dataset.manifest["contigs"]):
            for position in range(-1, 810):
                states = segment.coverage.at(number, position) or [coverage.UNCOVERED] * len(inputs)
                for state, records in zip(states, inputs):
                    cell = state_at(records, contig["name"], position)
                    alleles = alleles_of(cell)[0] if cell is not None else []
                    known = sum(allele is not None for allele in alleles)
                    told = (known, None in alleles, len(alleles))
                    self.assertEqual(coverage.STATES[state], told, (contig["name"], position))

    def test_annotations(self):
        def ask(name, *question):
            return answers.ask(reader.Dataset(os.path.join(VECTORS, name + ".vdx")), *question)

        self.assertEqual(ask("annotated", "annotated", "braf"), ["1:10:A:T", "1:20:C:G"])
        self.assertEqual(ask("annotated", "annotated", "HGNC:1097"), ["1:10:A:T", "1:20:C:G"])
        self.assertEqual(ask("annotated", "annotated", "B2"), ["1:20:C:CA"])
        self.assertEqual(ask("annotated", "consequence", "intron_variant"), ["1:10:A:T"])
        # what is said at another record is said of all that it is made of
        self.assertEqual(ask("pointers", "annotated", "AAA1"), ["1:10:A:G", "1:12:A:C"])
        self.assertEqual(ask("pointers", "consequence", "stop_gained"), ["1:20:A:G", "1:30:C:T"])
        for segment in reader.Dataset(os.path.join(VECTORS, "annotated.vdx")).segments:
            told = [(e.impact, e.flags, e.protein) for entries in segment.annotations.of_rows for e in entries]
            expected = [(2, 3, "V600E"), (0, 0, ""), (0, 0, ""), (3, 0, "R97Pfs*23"), (1, 3, "R1="), (0, 0, "")]
            self.assertEqual(told, expected)

    def test_every_form_of_set_occurs(self):
        forms = set()
        for path in glob.glob(os.path.join(VECTORS, "*.vdx")):
            for segment in reader.Dataset(path).segments:
                for name in ("carriers", "missing", "haploid", "unphased"):
                    forms |= {descriptor & 15 for descriptor in segment.c[name]}
        # flat sets and runs are never written with complement
        self.assertEqual(forms, set(range(16)) - {4 + 8, 5 + 8})

    def test_questions_of_people_terms_and_genes(self):
        for name in ("people", "split"):
            dataset = reader.Dataset(os.path.join(VECTORS, name + ".vdx"))
            for line in table("answers.tsv"):
                if line["reader"]:
                    with self.subTest(f"{name} {line['reader']}"):
                        answer = answers.ask(dataset, *line["reader"].split("|"))
                        self.assertEqual(";".join(answer), line["answer"])

    def test_people_without_terms(self):
        dataset = reader.Dataset(os.path.join(VECTORS, "identity.vdx"))
        people = dataset.people
        self.assertEqual((people.ids, dataset.samples.owners), (["K", "L", "M", "N"], [0, 1, 2]))
        self.assertEqual(people.people[2]["kin"], dict(families="F1", fathers="K", mothers="L", affected=True))
        self.assertEqual(people.attributes[people_file.SEX, "female"], {1, 3})
        self.assertEqual(people.of("HP:0000118"), [])

    def test_free_attributes(self):
        for name in ("people", "split"):
            dataset = reader.Dataset(os.path.join(VECTORS, name + ".vdx"))
            people = dict(zip(dataset.people.ids, dataset.people.free))
            self.assertEqual(people["C"], {
                "age_then": (29220, 29220), "Centre": "007", "seen": (19754, 19782), "ward": ("SNOMED:1", ""), "weight": 61.5,
            })  # fmt: skip
            self.assertEqual(people["E"], {"seen": (19666, 19666), "ward": ("SNOMED:2", ""), "weight": 0.0})
            samples = dict(zip(dataset.names, dataset.samples.free))
            self.assertEqual(samples["A2"], {"age": (198696, 198696), "kit": ("X:2", ""), "lane": 2.0, "origin": ("", "somatic")})
            self.assertEqual(samples["FAY"], {"kit": ("X:3", ""), "lane": -1.0, "time": (19358, 19722)})

    def test_numbers_are_given_once(self):
        dataset = reader.Dataset(os.path.join(VECTORS, "reloaded.vdx"))
        self.assertEqual(dataset.people.ids, ["K", "", "M", "", "O"])
        self.assertEqual((dataset.people.known, dataset.samples.owners), (["K", "M", "O"], [0, None, 2]))
        self.assertEqual(dataset.people.attributes[people_file.SEX, "female"], {0, 4})

    def test_dump(self):
        command = [sys.executable, os.path.join(HERE, "reader.py"), "dump", "--genotypes", "genotypes.vdx"]
        out = subprocess.run(command, cwd=VECTORS, check=True, capture_output=True, text=True).stdout.splitlines()
        self.assertEqual(out[0].split()[:6], ["chrom", "pos", "id", "ref", "alt", "group"])
        self.assertEqual(
            out[4],
            "\t".join(
                [
                    "chr1",
                    "40",
                    ".",
                    "T",
                    "C",
                    "all",
                    "5",
                    "16",
                    "0.3125",
                    "3",
                    "1",
                    "0",
                    "0",
                    "1|0",
                    "0|0",
                    "1|1",
                    "0|0",
                    "0|1",
                    "0|0",
                    "1|0",
                    "0|0",
                ]
            ),
        )


class BadVectors(unittest.TestCase):
    def test_every_one_is_refused_for_its_reason(self):
        for line in table("bad.tsv"):
            with self.subTest(line["name"]):
                with self.assertRaises(reader.Damaged) as caught:
                    reader.Dataset(os.path.join(VECTORS, "bad", line["name"] + ".vdx"))
                error = caught.exception
                found = (error.rule, error.kind, error.section)
                self.assertEqual(found, (line["rule"], line["class"], line["section"]), str(error))

    def test_flipped_bytes_are_found(self):
        """A flipped byte anywhere gives `Damaged`, `TooNew` or `TooOld`, and no other exception."""
        directory = os.path.join(VECTORS, "genotypes.vdx")
        manifest = reader.read_manifest(load(directory, "manifest.json").encode())
        entry = manifest["segments"][0]
        with open(os.path.join(directory, entry["file"]), "rb") as file:
            data = file.read()
        for at in range(0, len(data), 7):
            with self.assertRaises(reader.Damaged):
                reader.Segment(data[:at] + bytes([data[at] ^ 16]) + data[at + 1 :], entry, manifest)

    def test_flipped_bytes_of_people_terms_and_genes_are_found(self):
        dataset = reader.Dataset(os.path.join(VECTORS, "people.vdx"))
        checksum = dataset.manifest["terms"][0]["checksum"]
        read = {
            "terms": reader.Terms,
            "people": lambda data: reader.People(data, dataset.terms, checksum),
            "genes": reader.Genes,
            "sample_attributes": lambda data: reader.SampleAttributes([data], 7, dataset.people.ids),
        }
        for name, decode in read.items():
            data = dataset.bytes(dataset.manifest[name][0])
            decode(data)
            for at in range(0, len(data), 3):
                with self.assertRaises(reader.Damaged):
                    decode(data[:at] + bytes([data[at] ^ 16]) + data[at + 1 :])


if __name__ == "__main__":
    unittest.main()

"""The annotations of a segment (section 8 of README.md, "annotations")."""

from collections import namedtuple

from primitives import check_hash_index, column, need, numbers, stored_set, text, utf8

ROW_ITEMS_MAX = 1 << 17
IMPACTS = ["modifier", "low", "moderate", "high"]

Entry = namedtuple("Entry", "gene transcript consequence impact flags hgvs_c hgvs_p protein")


class Annotations:
    """The annotations of a segment's rows, decoded whole and checked; None where there are none."""

    def __new__(cls, file, rows):
        return super().__new__(cls) if file.get("annotation_meta") else None

    def __init__(self, file, rows):
        self.file, self.rows = file, rows
        meta = file.get("annotation_meta")
        need(len(meta) == 24, "annotation_meta", "Q1", f"{len(meta)} bytes")
        items, entries, classes, genes, transcripts, consequences = counts = numbers(meta)
        self.genes = text(file.get("annotated_genes"), "annotated_genes")
        self.transcripts = text(file.get("transcripts"), "transcripts")
        self.consequences = text(file.get("consequences"), "consequences")
        texts = text(file.get("entry_texts"), "entry_texts", entries if entries < 2**20 else 0)
        given = [len(self.genes), len(self.transcripts), len(self.consequences)]
        sound = given == counts[3:] and 1 <= classes <= entries <= items and "entry_classes" in file.sections
        sound = sound and ("annotation_items" in file.sections or items == entries) and len(texts) == entries
        need(sound, "annotation_meta", "Q1", f"{counts}")

        ends = column(file.get("annotation_ends"), rows, "annotation_ends")
        starts = [0] + ends[:-1]
        sound = all(0 <= end - start <= ROW_ITEMS_MAX for start, end in zip(starts, ends)) and ends[-1] == items
        need(sound, "annotation_ends", "Q2", f"{ends[:5]} of {items} items")
        of_items = range(items)
        if "annotation_items" in file.sections:
            of_items = [entry - 1 for entry in self.column("annotation_items", items, 1, entries + 1)]
        of_entries = [number - 1 for number in self.column("entry_classes", entries, 1, classes + 1)]
        gene = self.column("class_genes", classes, 0, genes, True)
        transcript = self.column("class_transcripts", classes, 0, transcripts, True)
        consequence = self.column("class_consequences", classes, 0, consequences)
        grade = self.column("class_grades", classes, 0, 32)

        self.read_names()
        for name, used, count in (
            ("annotated_genes", gene, genes), ("transcripts", transcript, transcripts),
            ("consequences", consequence, consequences), ("entry_classes", of_entries, classes),
            ("annotation_items", of_items, entries),
        ):  # fmt: skip
            need(set(used) - {None} == set(range(count)), name, "Q9", "some that nothing refers to")
        distinct = len(set(zip(gene, transcript, consequence, grade))) == classes
        need(distinct, "entry_classes", "Q9", "a class twice")
        self.entries = []
        for number, line in zip(of_entries, texts):
            changes = utf8(line, "entry_texts", "Q4").split("\t") if line else [""] * 3
            need(len(changes) == 3, "entry_texts", "Q4", f"{changes}")
            self.entries.append(Entry(
                gene[number], transcript[number], consequence[number], grade[number] & 3, grade[number] >> 2, *changes,
            ))  # fmt: skip
        self.of_rows = [[self.entries[of_items[i]] for i in range(start, end)] for start, end in zip(starts, ends)]
        self.check_sets("gene_rows", genes, lambda entry: entry.gene)
        self.check_sets("consequence_rows", consequences, lambda entry: entry.consequence)
        self.check_sets("impact_rows", 4, lambda entry: entry.impact)
        names = [(name.encode(), n) for n, names in enumerate(self.gene_names) for name in names]
        check_hash_index(file.get("gene_name_index"), "gene_name_index", genes, names, "Q7")
        changes = ((one, row) for row, all in enumerate(self.of_rows) for entry in all for one in spellings(entry))
        check_hash_index(file.get("change_index"), "change_index", rows, changes, "Q8")

    def column(self, name, count, low, end, nullable=False):
        """Numbers from `low` to `end`, exclusive."""
        values = column(self.file.get(name), count, name, nullable)
        sound = all(value is None or low <= value < end for value in values)
        need(sound, name, "Q3", f"numbers from {low} to {end}")
        return values

    def read_names(self):
        self.gene_names = []
        for name in ("transcripts", "consequences"):
            known = [utf8(one, name, "Q5") for one in getattr(self, name)]
            need(all(known) and len(set(known)) == len(known), name, "Q5", "a name without a letter, or twice")
            need(not any("\t" in one for one in known), name, "Q5", "a name with a tab")
            setattr(self, name, known)
        genes = [utf8(one, "annotated_genes", "Q5").split("\t") for one in self.genes]
        need(all(len(one) == 3 and any(one) for one in genes), "annotated_genes", "Q5", "other than three fields")
        need(len(set(self.genes)) == len(genes), "annotated_genes", "Q5", "a gene twice")
        for symbol, id, hgnc in genes:
            parts = [part for name in (symbol, id) if "&" in name for part in name.split("&")]
            self.gene_names.append({name.lower() for name in [symbol, id, hgnc, *parts] if name})
        self.genes = [symbol or id or hgnc for symbol, id, hgnc in genes]

    def check_sets(self, name, count, number):
        descriptors = column(self.file.get(name), count, name, limits=(0, 2**63 - 1))
        expected = [set() for _ in range(count)]
        for row, entries in enumerate(self.of_rows):
            for entry in entries:
                if number(entry) is not None:
                    expected[number(entry)].add(row)
        sets = self.file.get("annotation_sets")
        for n, (descriptor, rows) in enumerate(zip(descriptors, expected)):
            found = stored_set(descriptor, sets, self.rows, None, False)
            need(found == rows, name, "Q6", f"set {n}")

    def of_gene(self, name):
        """The rows that are annotated with a gene."""
        wanted = {n for n, names in enumerate(self.gene_names) if name.strip().lower() in names}
        return [row for row, entries in enumerate(self.of_rows) if any(entry.gene in wanted for entry in entries)]

    def of_consequence(self, term):
        """The rows that are annotated with a term itself."""
        named = lambda entry: term in self.consequences[entry.consequence].split("&")
        return [row for row, entries in enumerate(self.of_rows) if any(map(named, entries))]


def spellings(entry):
    """What the row of an entry is found by."""
    if entry.protein:
        yield f"p.{entry.protein}".lower().encode()
        before, shift, _ = entry.protein.partition("fs")
        while before and not ("0" <= before[-1] <= "9"):
            before = before[:-1]
        if shift:
            yield f"p.{before}fs".lower().encode()
    transcript, _, change = entry.hgvs_c.rpartition(":")
    transcript = transcript.split("(")[0]
    name, _, version = transcript.rpartition(".")
    if version.isascii() and version.isdigit() and name:
        transcript = name
    if transcript and change:
        yield f"{transcript}:{change}".lower().encode()

"""The carriers files (section 8 of README.md, "carriers file")."""

import struct
from fractions import Fraction

from primitives import Container, check_hash_index, column, need, stored_set, text, utf8
from variants import batch_of, variants

SECTIONS = {"carried_genes", "carried_index", "carried_classes", "carried_sets",
            "carried_meta", "carried_an", "carried_top_ac", "carried_top_an"}  # fmt: skip
LEAST = (0, 2, 3)


class Carriers:
    """The carriers file of a batch, decoded whole and checked against the rows."""

    def __init__(self, data, dataset, batch):
        self.file = file = Container(data, b"C")
        self.batch, self.segments = batch, [s for s in dataset.segments if s.entry["batch"] == batch]
        self.read_meta(file.get("carried_meta"), dataset)
        classes = [(least, bound) for least in LEAST for bound in (*self.bounds, "rare", None)]
        bounded = [of for of in classes if of[1]]
        lines = text(file.get("carried_genes"), "carried_genes")
        values = lambda name, rows, null, end: column(file.get(name), rows, name, null, (0, end))
        descriptors = values("carried_classes", len(classes) * len(lines), True, 2**63 - 1)
        greatest = values("carried_an", len(lines), False, 2**32 - 1)
        top_ac = values("carried_top_ac", len(bounded) * len(lines), True, 2**32 - 1)
        top_an = values("carried_top_an", len(bounded) * len(lines), True, 2**32 - 1)
        sets = file.get("carried_sets")
        known = {name: meaning(dataset, name, batch) for name in askable_names(dataset, batch)}
        rows_of = rows_by_meaning(dataset, set(known.values()), batch)
        self.sets, seen = {}, set()
        for n, line in enumerate(lines):
            names = utf8(line, "carried_genes", "V1").split("\t")
            meant = known.get(names[0])
            same = [name for name in known if known[name] == meant]
            need(meant and names == sorted(same), "carried_genes", "V1", f"names {names[:5]}")
            need(meant not in seen, "carried_genes", "V1", f"{names} in another entry")
            seen.add(meant)
            need(meant in rows_of, "carried_genes", "V1", f"no variant of {names}")
            rows = [row for row in rows_of[meant] if row.ac]
            an = max((row.an for row in rows), default=0)
            need(greatest[n] == an, "carried_an", "V5", f"{greatest[n]} of {names[0]}, not {an}")
            limit = {None: 2**63, "rare": max(an - 1, 0) // 100}
            within = lambda least, bound: [
                row for row in rows if row.impact >= least and row.ac <= limit.get(bound, bound)
            ]
            for which, of in enumerate(bounded, len(bounded) * n):
                best = max(((Fraction(row.ac, row.an), row.ac, row.an) for row in within(*of)), default=(0, None, None))
                need((top_ac[which], top_an[which]) == best[1:], "carried_top_ac", "V5", f"{of} of {names[0]}")
            for which, of in enumerate(classes, len(classes) * n):
                if descriptors[which] is not None:
                    samples = stored_set(descriptors[which], sets, self.samples, section="carried_sets")
                    expected = set().union(*(row.carriers for row in within(*of)))
                    need(samples == expected, "carried_classes", "V3", f"{of} of {names[0]}")
                    self.sets.update({(name, *of): samples for name in names})
        need(seen == set(rows_of), "carried_genes", "V1", "a gene with variants is in no entry")
        self.names = {name for name, meant in known.items() if meant in seen}
        names = [(name.encode(), n) for n, line in enumerate(lines) for name in line.decode().split("\t")]
        check_hash_index(file.get("carried_index"), "carried_index", len(lines), names, "V2")
        file.verify(SECTIONS)

    def read_meta(self, data, dataset):
        numbers = struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])
        need(len(data) >= 12 and len(data) % 4 == 0, "carried_meta", "V4", f"{len(data)} bytes")
        self.samples, self.copies, agrees, *self.bounds = numbers
        sound = len(self.bounds) <= 32 and all(a < b for a, b in zip([0, *self.bounds], self.bounds))
        need(sound and agrees < 2, "carried_meta", "V4", f"bounds {self.bounds}, {agrees}")
        need(self.samples == self.segments[0].samples, "carried_meta", "V4", f"{self.samples} samples")
        polyploid = [row.polyploid.values() for segment in self.segments for row in segment]
        copies = max([2] + [len(alleles) for of_row in polyploid for _, alleles in of_row])
        need(self.copies == copies, "carried_meta", "V4", f"{self.copies} copies, not {copies}")
        self.agrees = agrees == 1
        need(self.agrees == agrees_with_others(dataset, self.batch), "carried_meta", "V4", f"agrees: {self.agrees}")


class GeneRow:
    """A row of a gene: with the highest impact of its variant in the batch."""

    def __init__(self, segment, row, impact):
        self.ac, self.an, self.impact = row.ac, row.an, impact
        carries = lambda alleles: any(allele and allele == row.alt_number for allele in alleles)
        self.carriers = {copy // 2 for copy in row.carriers}
        self.carriers |= {sample for sample, (_, alleles) in row.polyploid.items() if carries(alleles)}
        self.samples = {segment.sample_numbers[sample] for sample in self.carriers}


def agrees_with_others(dataset, batch):
    """Whether each variant is of the same genes and impacts in this batch as in the first one that has it."""

    def said(rows):
        found = {}
        for number, at, _ in rows:
            annotations = dataset.segments[number].annotations
            for entry in annotations.of_rows[at] if annotations else []:
                for name in annotations.gene_names[entry.gene] if entry.gene is not None else ():
                    found[name] = max(found.get(name, 0), entry.impact)
        return found

    if "annotations" not in dataset.manifest:
        return True
    for rows in variants(dataset):
        of = lambda number: [row for row in rows if batch_of(dataset, row[0]) == number]
        first = min(batch_of(dataset, number) for number, *_ in rows)
        if of(batch) and said(of(batch)) != said(of(first)):
            return False
    return True


def rows_by_meaning(dataset, meanings, batch=None):
    """The rows of what names mean: of a batch, where its own rows say so, or of all."""
    names = [contig["name"] for contig in dataset.manifest["contigs"]]
    found = {}
    for rows in variants(dataset):
        rows = [row for row in rows if batch in (None, batch_of(dataset, row[0]))]
        for meant in meanings:
            impacts = [impact for one in rows for impact in impacts_of(dataset, meant, names, *one)]
            if impacts:
                found.setdefault(meant, []).extend(
                    GeneRow(dataset.segments[number], row, max(impacts)) for number, _, row in rows
                )
    return found


def askable_names(dataset, batch):
    """All names of genes by which they can be asked for, and stand in the file of a batch."""
    if "annotations" in dataset.manifest:
        segments = [s for s in dataset.segments if s.entry["batch"] == batch and s.annotations]
        names = set().union(*(of for segment in segments for of in segment.annotations.gene_names))
    else:
        names = {name.decode().lower() for name, _ in dataset.genes.index_texts()} if dataset.genes else set()
    return {name for name in names if name and name == name.strip()}


def meaning(dataset, name, batch=None):
    """What a name in lower case means: genes by segment, or a gene model. Empty where it is none to ask by. Of a batch
    annotations alone say so, where there are some."""
    models = dataset.genes.find(name) if dataset.genes else []
    if "annotations" not in dataset.manifest:
        # genes by their numbers
        return tuple(n for n, gene in enumerate(dataset.genes.genes) if gene is models[0]) if len(models) == 1 else ()
    return tuple(annotated(dataset, other_names(dataset, name) if batch is None else {name}, batch))


def other_names(dataset, name):
    """A name that is annotated, or else all of the only gene model that has it."""
    models = dataset.genes.find(name) if dataset.genes else []
    if annotated(dataset, {name}) or len(models) != 1:
        return {name}
    gene = models[0]
    return {one.lower() for one in [gene.symbol, *gene.aliases, *gene.ids]}


def annotated(dataset, names, batch=None):
    """(segment, gene) of the annotated genes of one of these names."""
    return [
        (number, gene)
        for number, segment in enumerate(dataset.segments)
        if segment.annotations and batch in (None, segment.entry["batch"])
        for gene, known in enumerate(segment.annotations.gene_names)
        if names & set(known)
    ]


def impacts_of(dataset, meant, names, number, at, row):
    """By which impacts a row is a variant of what a name means; without annotations by 0."""
    if "annotations" in dataset.manifest:
        of = dataset.segments[number].annotations
        return [entry.impact for entry in (of.of_rows[at] if of else []) if (number, entry.gene) in meant]
    reaches = lambda start, end: start <= row.position < end or row.position < start < row.end
    places = dataset.genes.padded(dataset.genes.genes[meant[0]])
    return [0] if any(names[row.contig] == contig and reaches(start, end) for contig, start, end in places) else []


def of(dataset, name):
    """The samples that carry a variant of a gene: by the sets, where these are there, or else by the rows."""
    name = name.strip().lower()
    meant = meaning(dataset, name)
    by_rows = rows_by_meaning(dataset, [meant] if meant else []).values()
    samples = {sample for rows in by_rows for row in rows for sample in row.samples}
    if dataset.carriers and meant and all(batch.agrees for batch in dataset.carriers):
        names = other_names(dataset, name) if "annotations" in dataset.manifest else {name}
        stored = set()
        for batch in dataset.carriers:
            sets = [batch.sets.get((one, 0, None)) for one in names if one in batch.names]
            if None in sets:
                return samples
            stored |= {batch.segments[0].sample_numbers[sample] for one in sets for sample in one}
        return stored
    return samples

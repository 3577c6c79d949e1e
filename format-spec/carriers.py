"""The carriers file (section 8 of README.md, "carriers file")."""

from primitives import Container, check_hash_index, column, need, stored_set, text, utf8
from variants import counts_of, variants

SECTIONS = {"carried_genes", "carried_index", "carried_classes", "carried_sets"}
# least impact and whether rare, by class
CLASSES = [(least, rare) for least in (0, 2, 3) for rare in (False, True)]
RARE = 0.01


class Carriers:
    """A carriers file, decoded whole and checked against the rows."""

    def __init__(self, data, dataset):
        self.file = file = Container(data, b"C")
        lines = text(file.get("carried_genes"), "carried_genes")
        descriptors = column(file.get("carried_classes"), 6 * len(lines), "carried_classes", True, (0, 2**63 - 1))
        sets = file.get("carried_sets")
        known = {name: meaning(dataset, name) for name in askable_names(dataset)}
        self.sets, seen = {}, []
        for n, line in enumerate(lines):
            names = utf8(line, "carried_genes", "V1").split("\t")
            meant = known.get(names[0])
            same = [name for name in known if known[name] == meant]
            need(meant and names == sorted(same), "carried_genes", "V1", f"names {names[:5]}")
            need(meant not in seen, "carried_genes", "V1", f"{names} in another entry")
            seen.append(meant)
            need(any(variants_of(dataset, meant, 0, False)), "carried_genes", "V1", f"no variant of {names}")
            for which, (least, rare) in enumerate(CLASSES):
                descriptor = descriptors[6 * n + which]
                if descriptor is not None:
                    samples = stored_set(descriptor, sets, len(dataset.names), section="carried_sets")
                    expected = who_carries(dataset, meant, least, rare)
                    need(samples == expected, "carried_classes", "V3", f"class {which} of {names[0]}")
                    self.sets.update({(name, which): samples for name in names})
        names = [(name.encode(), n) for n, line in enumerate(lines) for name in line.decode().split("\t")]
        check_hash_index(file.get("carried_index"), "carried_index", len(lines), names, "V2")
        file.verify(SECTIONS)


def askable_names(dataset):
    """All names of genes by which they can be asked for."""
    names = {name.decode().lower() for name, _ in dataset.genes.index_texts()} if dataset.genes else set()
    for segment in dataset.segments:
        names = names.union(*(segment.annotations.gene_names if segment.annotations else []))
    return {name for name in names if name and name == name.strip()}


def meaning(dataset, name):
    """What a name in lower case means: genes by segment, or a gene model. Empty where it is none to ask by."""
    models = dataset.genes.find(name) if dataset.genes else []
    if "annotations" not in dataset.manifest:
        return models if len(models) == 1 else []
    found = annotated(dataset, {name})
    if not found and len(models) == 1:
        gene = models[0]
        found = annotated(dataset, {one.lower() for one in [gene.symbol, *gene.aliases, *gene.ids]})
    return found


def annotated(dataset, names):
    """(segment, gene) of the annotated genes of one of these names."""
    return [
        (number, gene)
        for number, segment in enumerate(dataset.segments)
        if segment.annotations
        for gene, known in enumerate(segment.annotations.gene_names)
        if names & known
    ]


def is_rare(dataset, rows):
    counts = counts_of(dataset, rows)
    return bool(counts.an) and counts.ac / counts.an < RARE


def variants_of(dataset, meant, least, rare):
    """The variants of what a name means, of at least this impact, rare or not."""
    names = [contig["name"] for contig in dataset.manifest["contigs"]]
    for rows in variants(dataset):
        if any(is_of(dataset, meant, least, names, *one) for one in rows) and (not rare or is_rare(dataset, rows)):
            yield rows


def who_carries(dataset, meant, least, rare):
    """Samples that carry such a variant."""
    samples = set()
    for rows in variants_of(dataset, meant, least, rare):
        for number, _, row in rows:
            numbers = dataset.segments[number].sample_numbers
            samples |= {numbers[copy // 2] for copy in row.carriers}
            for sample, (_, alleles) in row.polyploid.items():
                if any(allele and allele == row.alt_number for allele in alleles):
                    samples.add(numbers[sample])
    return samples


def is_of(dataset, meant, least, names, number, at, row):
    """Whether a row is a variant of what a name means, of at least this impact."""
    if "annotations" in dataset.manifest:
        of = dataset.segments[number].annotations
        entries = of.of_rows[at] if of else []
        return any((number, entry.gene) in meant and entry.impact >= least for entry in entries)
    reaches = lambda start, end: start <= row.position < end or row.position < start < row.end
    places = dataset.genes.padded(meant[0])
    return least == 0 and any(names[row.contig] == contig and reaches(start, end) for contig, start, end in places)


def of(dataset, name):
    """The samples that carry a variant of a gene."""
    stored = dataset.carriers.sets.get((name.strip().lower(), 0)) if dataset.carriers else None
    return who_carries(dataset, meaning(dataset, name.strip().lower()), 0, False) if stored is None else stored

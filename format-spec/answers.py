"""What is known of a dataset: rows, variants and annotations as tables, and answers to questions."""

import carriers
from annotations import IMPACTS
from phases import shown
from variants import counts_of, variants


def dump(dataset, genotypes, out):
    header = ["chrom", "pos", "id", "ref", "alt", "group", "ac", "an", "af", "n_het", "n_hom", "n_hemi", "n_missing"]
    out.write("\t".join(header + (dataset.names if genotypes else [])) + "\n")
    several = len({segment.entry["batch"] for segment in dataset.segments}) > 1
    for segment, row in dataset.rows():
        # of those who are not covered nothing is known
        frequency = f"{row.ac / row.an:.6g}" if row.an and not row.scope.uncovered else "."
        fields = [
            dataset.manifest["contigs"][row.contig]["name"], row.position + 1, row.id or ".", row.ref,
            row.alt or ".", f"batch {segment.entry['batch']}" if several else "all", row.ac, row.an, frequency,
            row.het, row.hom, row.hemi, row.n_missing,
        ]  # fmt: skip
        if genotypes:
            # "-": another row reports of the sample, or another batch has it
            cells = ["-"] * len(dataset.names)
            for sample, number in enumerate(segment.sample_numbers):
                phase = row.phases.get(sample)
                cells[number] = segment.genotype(row, sample) + (f":{shown(phase)}" if phase else "")
            fields += cells
        out.write("\t".join(map(str, fields)) + "\n")


def dump_variants(dataset, out):
    out.write("\t".join("chrom pos ref alt ac an af n_het n_hom n_hemi n_missing".split()) + "\n")
    for rows in sorted(variants(dataset), key=lambda rows: (rows[0][2].contig, rows[0][2].position)):
        counts = counts_of(dataset, rows)
        an = "." if counts.an is None else counts.an
        frequency = f"{counts.ac / counts.an:.6g}" if counts.an else "."
        missing = "." if counts.n_missing is None else counts.n_missing
        fields = place_of(dataset, rows[0][2]) + [counts.ac, an, frequency, *counts[2:5], missing]
        out.write("\t".join(map(str, fields)) + "\n")


def dump_annotations(dataset, out):
    header = "chrom pos ref alt gene transcript consequence impact flags hgvs_c hgvs_p protein"
    out.write(header.replace(" ", "\t") + "\n")
    for segment in dataset.segments:
        of = segment.annotations
        for row, entries in zip(segment, of.of_rows if of else []):
            for entry in entries:
                named = lambda names, number: "." if number is None else names[number]
                fields = place_of(dataset, row) + [
                    named(of.genes, entry.gene), named(of.transcripts, entry.transcript),
                    of.consequences[entry.consequence], IMPACTS[entry.impact], entry.flags,
                    entry.hgvs_c or ".", entry.hgvs_p or ".", entry.protein or ".",
                ]  # fmt: skip
                out.write("\t".join(map(str, fields)) + "\n")


def place_of(dataset, row):
    return [dataset.manifest["contigs"][row.contig]["name"], row.position + 1, row.ref, row.alt or "."]


def annotated(dataset, rows_of):
    """Places of the rows that `rows_of` gives of each segment's annotations."""
    for segment in dataset.segments:
        wanted = set(rows_of(segment.annotations) if segment.annotations else [])
        for number, row in enumerate(segment):
            if number in wanted:
                yield ":".join(map(str, place_of(dataset, row)))


def ask(dataset, what, *words):
    """The answer to a question, as lines."""
    terms, people, genes = dataset.terms, dataset.people, dataset.genes
    if what == "closure":
        return terms.closure(*words)
    if what == "people":
        return people.of(*words)
    if what == "excluded":
        return people.without(*words)
    if what == "onset":
        return [f"{one} {low / 16:g} {high / 16:g}" for one, low, high in people.onsets(*words)]
    if what == "gene":
        places = [(gene, place) for gene in genes.find(*words) for place in genes.padded(gene)]
        return [f"{gene.symbol} {contig}:{start + 1}-{end}" for gene, (contig, start, end) in places]
    if what == "genes":
        contig, first, last = words
        return [gene.symbol for gene in genes.overlapping(contig, int(first) - 1, int(last))]
    if what == "annotated":
        return list(annotated(dataset, lambda of: of.of_gene(*words)))
    if what == "consequence":
        return list(annotated(dataset, lambda of: of.of_consequence(*words)))
    if what == "carriers":
        return [dataset.names[sample] for sample in sorted(carriers.of(dataset, *words))]
    raise ValueError(f"unknown question {what}")

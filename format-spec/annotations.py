"""Annotations of a segment's rows (section 8 of README.md, "annotations")."""

from collections import namedtuple

from primitives import check_hash_index, column, need, numbers, stored_set, text, utf8

ROW_ITEMS_MAX = 1 << 17
IMPACTS = ["modifier", "low", "moderate", "high"]
DESCRIPTOR = (0, 2**63 - 1)

Entry = namedtuple("Entry", "symbol gene_id hgnc transcript consequence impact flags hgvs_c hgvs_p protein")


def read(file, rows):
    """The entries of each row; all are checked. `None` where no row has any."""
    meta = file.get("annotation_meta")
    if not meta:
        return None
    need(len(meta) == 24, "annotation_meta", "V1", f"{len(meta)} bytes")
    items, entries, classes, genes, transcripts, consequences = counts = numbers(meta)
    names = {name: text(file.get(name), name) for name in
             ("annotated_genes", "transcripts", "consequences")}  # fmt: skip
    sound = [genes, transcripts, consequences] == list(map(len, names.values()))
    sound = sound and 1 <= classes <= entries <= items and file.get("entry_classes")
    texts = text(file.get("entry_texts"), "entry_texts", entries)
    listed = file.get("annotation_items")
    sound = sound and len(texts) == entries and (listed or items == entries)
    need(sound, "annotation_meta", "V1", f"{counts}")

    def below(name, count, rows, plus=0, nullable=False):
        values = column(file.get(name), rows, name, nullable)
        for value in values:
            need(value is None or plus <= value < count + plus, name, "V3", f"{value} of {count}")
        return [None if value is None else value - plus for value in values]

    ends = column(file.get("annotation_ends"), rows, "annotation_ends")
    steps = [b - a for a, b in zip([0] + ends, ends)]
    sound = all(0 <= step <= ROW_ITEMS_MAX for step in steps) and ends[-1] == items
    need(sound, "annotation_ends", "V2", f"{ends[:5]} to {ends[-1]} of {items}")
    entry_of = below("annotation_items", entries, items, 1) if listed else list(range(items))
    class_of = below("entry_classes", classes, entries, 1)
    of_class = list(zip(
        below("class_genes", genes, classes, nullable=True),
        below("class_transcripts", transcripts, classes, nullable=True),
        below("class_consequences", consequences, classes), below("class_grades", 32, classes),
    ))  # fmt: skip
    for name, values in names.items():
        names[name] = [utf8(one, name, "V5") for one in values]
        need(all(names[name]), name, "V5", "a name without bytes")
    gene_names = [tuple(one.split("\t")) for one in names["annotated_genes"]]
    need(all(len(one) == 3 and any(one) for one in gene_names), "annotated_genes", "V5", f"{gene_names[:3]}")
    changes = [tuple(utf8(one, "entry_texts", "V4").split("\t")) if one else ("", "", "") for one in texts]
    need(all(len(one) == 3 for one in changes), "entry_texts", "V4", "other than three fields")

    found, hashes = [], set()
    sets = {name: [set() for _ in range(count)] for name, count in
            (("gene", genes), ("consequence", consequences), ("impact", 4))}  # fmt: skip
    for row, (start, end) in enumerate(zip([0] + ends, ends)):
        found.append([])
        for entry in entry_of[start:end]:
            gene, transcript, consequence, grade = of_class[class_of[entry]]
            if gene is not None:
                sets["gene"][gene].add(row)
            sets["consequence"][consequence].add(row)
            sets["impact"][grade & 3].add(row)
            hashes |= {(one.lower().encode(), row) for one in index_texts(*changes[entry])}
            found[-1].append(Entry(
                *(gene_names[gene] if gene is not None else ("", "", "")),
                names["transcripts"][transcript] if transcript is not None else "",
                names["consequences"][consequence], IMPACTS[grade & 3], grade >> 2, *changes[entry],
            ))  # fmt: skip
    payload = file.get("annotation_sets")
    for name, expected in sets.items():
        name = f"{name}_rows"
        for number, descriptor in enumerate(column(file.get(name), len(expected), name, limits=DESCRIPTOR)):
            members = stored_set(descriptor, payload, rows, section="annotation_sets")
            need(members == expected[number], name, "V6", f"other rows of {number} than the entries tell")
    by_name = {(one.lower().encode(), gene) for gene, known in enumerate(gene_names) for one in answers_to(*known)}
    check_hash_index(file.get("gene_name_index"), "gene_name_index", genes, by_name, "V7")
    check_hash_index(file.get("change_index"), "change_index", rows, hashes, "V7")
    return found


def answers_to(symbol, gene_id, hgnc):
    """The names that a gene is found by: of a fusion those of its parts, too."""
    parts = [part for one in (symbol, gene_id) if "&" in one for part in one.split("&")]
    return {one for one in [symbol, gene_id, hgnc, *parts] if one}


def index_texts(hgvs_c, _hgvs_p, protein):
    """What a row is found by in `change_index`, before its letters are made lower case."""
    transcript, colon, change = hgvs_c.rpartition(":")
    transcript = transcript.split("(")[0]
    name, dot, version = transcript.rpartition(".")
    if dot and version.isascii() and version.isdigit():
        transcript = name
    if colon and transcript and change:
        yield f"{transcript}:{change}"
    if protein:
        yield f"p.{protein}"
    before, frameshift, _ = protein.partition("fs")
    if frameshift:
        while before and not ("0" <= before[-1] <= "9"):
            before = before[:-1]
        yield f"p.{before}fs"

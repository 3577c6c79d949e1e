"""The bad vectors of annotations."""

import struct

import primitives
from bad_people import bit, longer, replace
from bad_vectors import bad, both, column, manifest, put, text
from make_vectors import encoded

# numbers of the counts in `annotation_meta`
ITEMS, ENTRIES, CLASSES, GENES, TRANSCRIPTS, CONSEQUENCES = range(0, 24, 4)
# which of them is the number of rows of a column
ROWS = {
    "annotation_items": ITEMS, "entry_classes": ENTRIES, "class_genes": CLASSES, "class_transcripts": CLASSES,
    "class_consequences": CLASSES, "class_grades": CLASSES, "gene_rows": GENES, "consequence_rows": CONSEQUENCES,
}  # fmt: skip


def unused_transcript(d):
    """A transcript that no class has."""
    d.text("transcripts", lambda known: [*known, b"T"])
    at = TRANSCRIPTS
    count = int.from_bytes(d.s("annotation_meta")[at : at + 4], "little")
    d.put("annotation_meta", at, "I", count + 1)


def value(name, at, difference):
    """Another difference from the base in a column of one page."""
    nullable = name in ("class_genes", "class_transcripts")

    def patch(d):
        data = bytes(d.s(name))
        (rows,), (base,) = struct.unpack_from("<I", d.s("annotation_meta"), ROWS[name]), struct.unpack_from("<q", data)
        values = primitives.column(data, rows, name, nullable)
        values[at] = base + difference
        d.s(name)[:] = encoded(values, nullable)

    return patch


bad("M16", "manifest", "annotated", "no-annotations", manifest(lambda m: m.pop("annotations")))
bad("Q1", "annotation_meta", "annotated", "length", longer("annotation_meta"))
for name, at in [("genes", GENES), ("transcripts", TRANSCRIPTS), ("consequences", CONSEQUENCES)]:
    bad("Q1", "annotation_meta", "annotated", name, put("annotation_meta", at, "I", 9))
bad("Q1", "annotation_meta", "annotated", "entries", put("annotation_meta", ENTRIES, "I", 7))
bad("Q1", "annotation_meta", "annotated", "classes", put("annotation_meta", CLASSES, "I", 2**31))
bad(
    "Q1",
    "annotation_meta",
    "annotated",
    "none",
    both(put("annotation_meta", ITEMS, "III", 0, 0, 0), lambda d: d.segments[0].sections.pop("entry_classes")),
)
bad("Q2", "annotation_ends", "annotated", "descending", column("annotation_ends", {0: 5}))
bad("Q2", "annotation_ends", "annotated", "last", column("annotation_ends", {4: 5}))
bad("Q3", "annotation_items", "pointers", "entry", value("annotation_items", 1, 9))
bad("Q3", "entry_classes", "annotated", "class", value("entry_classes", 1, 9))
for name in ("class_genes", "class_transcripts", "class_consequences"):
    bad("Q3", name, "annotated", name[6:], value(name, 1, 99))
bad("Q3", "class_grades", "annotated", "grade", value("class_grades", 1, 99))
bad("Q4", "entry_texts", "annotated", "fields", replace("entry_texts", 0, b"NM_004333.6:c.1799T>A\tV600E"))
bad("Q4", "entry_texts", "annotated", "utf8", replace("entry_texts", 0, b"\xff\t\t"))
bad("Q5", "annotated_genes", "annotated", "no-name", replace("annotated_genes", 1, b"\t\t"))
bad("Q5", "annotated_genes", "annotated", "fields", replace("annotated_genes", 1, b"X\tY"))
bad("Q5", "transcripts", "annotated", "empty", replace("transcripts", 1, b""))
bad("Q5", "consequences", "annotated", "utf8", replace("consequences", 1, b"\xff"))
bad("Q5", "consequences", "annotated", "twice", text("consequences", lambda known: [known[1], *known[1:]]))
bad("Q5", "transcripts", "annotated", "transcript-twice", text("transcripts", lambda known: [known[1], *known[1:]]))
bad("Q5", "transcripts", "annotated", "tab", replace("transcripts", 0, b"A\tB"))
bad("Q9", "transcripts", "annotated", "unused", unused_transcript)
bad("Q6", "gene_rows", "annotated", "row", value("gene_rows", 1, 16))
bad("Q6", "gene_rows", "annotated", "gene", value("class_genes", 4, 2))
bad("Q6", "consequence_rows", "annotated", "consequence", value("consequence_rows", 1, 16))
bad("Q6", "impact_rows", "annotated", "impact", value("class_grades", 0, 0))
bad("Q7", "gene_name_index", "annotated", "fingerprint", bit("gene_name_index", 24))
bad("Q7", "gene_name_index", "annotated", "name", replace("annotated_genes", 0, b"BRAF\tENSG9\tHGNC:1097"))
bad("Q8", "change_index", "annotated", "fingerprint", bit("change_index", 24))
bad("Q8", "change_index", "annotated", "change", replace("entry_texts", 0, b"NM_004333.6:c.1799T>C\t\t"))

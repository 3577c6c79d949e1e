"""The bad vectors of carriers."""

from bad_people import bit, replace
from bad_vectors import bad, put

# where the values of a column of one page begin
VALUES = 16


def rare_as_all(d):
    """The carriers of all variants of the second gene as those of rare ones."""
    classes = d.files["carriers"].sections["carried_classes"]
    width = classes[8]
    at = lambda number: slice(VALUES + number * width, VALUES + (number + 1) * width)
    classes[at(6 + 1)] = classes[at(6)]


for of in ("annotated", "people"):
    bad("V1", "carried_genes", of, f"{of}-name", replace("carried_genes", 0, b"nobody"))
    bad("V1", "carried_genes", of, f"{of}-utf8", replace("carried_genes", 0, b"\xff"))
    bad("V2", "carried_index", of, f"{of}-fingerprint", bit("carried_index", 24))
bad("V3", "carried_classes", "annotated", "empty", put("carried_classes", VALUES, "B", 1))
bad("V3", "carried_classes", "people", "samples", bit("carried_sets", 1))
# AN of its only variant is not known: another batch did not look
bad("V3", "carried_classes", "counts", "rare", rare_as_all)

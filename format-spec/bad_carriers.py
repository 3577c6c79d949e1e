"""The bad vectors of carriers."""

import struct

from bad_people import bit, replace
from bad_vectors import bad, put
from make_vectors import encoded, manifest
from primitives import column, text

LEAST = 3


def meta(at, value):
    return put("carried_meta", 4 * at, "I", value)


def classes_of(file):
    """How many classes an entry has, and how many of them have a bound."""
    bounds = (len(file.sections["carried_meta"]) - 12) // 4
    return LEAST * (bounds + 2), LEAST * (bounds + 1)


def values(name, change, file="carriers"):
    """Changes the values of a column, which stand entry by entry."""

    def patch(d):
        of = d.files[file]
        entries = len(text(bytes(of.sections["carried_genes"]), "carried_genes"))
        per, null = {
            "carried_classes": (classes_of(of)[0], True),
            "carried_an": (1, False),
            "carried_top_ac": (classes_of(of)[1], True),
            "carried_top_an": (classes_of(of)[1], True),
        }[name]
        found = column(bytes(of.sections.get(name, b"")), per * entries, name, null)
        change(found, per)
        of.add(name, of.numbers[name], encoded(found, null))

    return patch


def small_as_all(found, per):
    """The carriers of all rows of the first gene as those of rows of a small AC."""
    found[0] = found[per // LEAST - 1]


def nothing(d):
    """A file without a gene."""
    sections = d.files["carriers"].sections
    for name in [name for name in sections if name != "carried_meta"]:
        del sections[name]


for of in ("annotated", "people"):
    bad("V1", "carried_genes", of, f"{of}-name", replace("carried_genes", 0, b"nobody"))
    bad("V1", "carried_genes", of, f"{of}-utf8", replace("carried_genes", 0, b"\xff"))
    bad("V1", "carried_genes", of, f"{of}-none", nothing)
    bad("V2", "carried_index", of, f"{of}-fingerprint", bit("carried_index", 24))
bad("V3", "carried_classes", "sets", "empty", values("carried_classes", lambda found, per: found.__setitem__(per // LEAST - 1, 0)))
bad("V3", "carried_classes", "sets", "bound", values("carried_classes", small_as_all))
bad("V3", "carried_classes", "sets", "second", values("carried_classes", small_as_all, "carriers 1"))
bad("V3", "carried_classes", "people", "samples", bit("carried_sets", 1))
bad("V4", "carried_meta", "sets", "samples", meta(0, 11))
bad("V4", "carried_meta", "sets", "copies", meta(1, 3))
bad("V4", "carried_meta", "annotated", "agrees", meta(2, 0))
bad("V4", "carried_meta", "counts", "agrees-all", meta(2, 0))
bad("V4", "carried_meta", "sets", "agrees-not", lambda d: struct.pack_into("<I", d.files["carriers 1"].sections["carried_meta"], 8, 1))
bad("V4", "carried_meta", "sets", "agrees-two", meta(2, 2))
bad("V4", "carried_meta", "sets", "order", meta(3, 8))
bad("V4", "carried_meta", "sets", "zero", meta(3, 0))
bad("V4", "carried_meta", "sets", "length", lambda d: d.files["carriers"].sections["carried_meta"].append(0))
bad("V4", "carried_meta", "sets", "short", lambda d: d.files["carriers"].sections["carried_meta"].__delitem__(slice(8, None)))
bad("V5", "carried_an", "sets", "an", values("carried_an", lambda found, _: found.__setitem__(0, found[0] - 1)))
bad("V5", "carried_top_ac", "sets", "ac", values("carried_top_ac", lambda found, _: found.__setitem__(0, found[0] - 1)))
bad("V5", "carried_top_ac", "sets", "top-an", values("carried_top_an", lambda found, _: found.__setitem__(0, None)))
bad("J7", "callable_contigs", "kits", "order", lambda d: d.text("callable_contigs", lambda names: names[::-1]))
bad("J7", "callable_contigs", "kits", "unused", lambda d: d.text("callable_contigs", lambda names: [*names, b"z"]))
bad("J8", "callable_regions", "kits", "length", lambda d: d.files["callable"].sections["callable_regions"].append(0))
bad("J8", "callable_regions", "kits", "none", lambda d: d.files["callable"].sections.pop("callable_regions"))
bad("J8", "callable_regions", "kits", "end", lambda d: d.put("callable_regions", 8, "i", 0))
bad("J8", "callable_regions", "kits", "contig", lambda d: d.put("callable_regions", 0, "I", 9))
bad("M26", "manifest", "kits", "twice", manifest(lambda m: m["callable"][0]["samples"].append(m["callable"][1]["samples"][-1])))
bad("M26", "manifest", "kits", "beyond", manifest(lambda m: m["callable"][1]["samples"][-1].__setitem__(1, 99)))
bad("M26", "manifest", "kits", "nobody", manifest(lambda m: m["callable"][0].update(samples=[])))
bad("M5", "manifest", "kits", "runs", manifest(lambda m: m["callable"][0].update(samples=[[1]])))
bad("M22", "manifest", "sets", "one", manifest(lambda m: m["carriers"].pop()))
bad("M22", "manifest", "sets", "twice", manifest(lambda m: m["carriers"].append(m["carriers"][1])))
bad("M22", "manifest", "sets", "order", manifest(lambda m: m["carriers"].reverse()))
bad("M5", "manifest", "sets", "batch", manifest(lambda m: m["carriers"][1].pop("batch")))

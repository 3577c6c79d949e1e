"""Ids that rows give, and the index of the others."""

import bisect
import re

from primitives import PAGE_ROWS, check_hash_index, need, text


def check(segment):
    """The ids that are put together, and the index of the others."""
    names = [segment.manifest["contigs"][number]["name"] for number, _, _ in segment.contigs]
    found = text(segment.file.get("id_contigs"), "id_contigs")
    need(found in ([], [name.encode() for name in names]), "id_contigs", "I5", f"{found[:5]}")
    marked = {row for row in range(segment.rows) if segment.ids[row].startswith(b"\t")}
    need(bool(found) == bool(marked), "id_contigs", "I5", f"names, and {len(marked)} marks")
    parts = lambda row: [(one, row // PAGE_ROWS) for one in segment.ids[row].split(b";") if one]
    stored = [part for row in range(segment.rows) if row not in marked for part in parts(row)]
    ends = [end for _, _, end in segment.contigs]
    for row in marked:
        segment.ids[row] = put_together(segment, row, names[bisect.bisect_right(ends, row)])
    check_hash_index(segment.file.get("id_index"), "id_index", -(-segment.rows // PAGE_ROWS), stored, "I3")


def put_together(segment, row, contig):
    """The id of a row with a mark."""
    mark = re.fullmatch(rb"\t([:_-])(c?)", segment.ids[row])
    alleles = segment.pairs[segment.c["allele"][row]]
    sound = mark and all(re.fullmatch("[A-Za-z]+", allele) for allele in alleles)
    sound = sound and not (mark[2] and (contig[:3] != "chr" or contig == "chr"))
    need(sound, "ids", "I4", f"{segment.ids[row]!r} in row {row}, {contig} {alleles}")
    parts = (contig[3:] if mark[2] else contig, str(segment.c["position"][row] + 1), *alleles)
    return mark[1].decode().join(parts).encode()

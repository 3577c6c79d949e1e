"""The bad vectors of the rules of phase sets."""

from bad_vectors import bad, put, text

# where in `phase_sets` the entries of samples a, b and d of the second row (chr1:100) stand
A, B, D = 0, 2, 4


def sets(change):
    """Changes the bytes of phase sets, and all ends behind by as many."""

    def patch(d):
        data = d.s("phase_sets")
        before = len(data)
        change(data)
        ends = {row: d.value("phase_ends", row) + len(data) - before for row in range(1, d.rows())}
        d.column("phase_ends", ends)

    return patch


bad("H1", "phase_ends", "phases", "descending", lambda d: d.column("phase_ends", {1: d.value("phase_ends", 2) + 1}))
bad("H1", "phase_ends", "phases", "past", lambda d: d.column("phase_ends", {d.rows() - 1: 9999}))
bad("H1", "phase_ends", "phases", "short", lambda d: d.column("phase_ends", {d.rows() - 1: d.value("phase_ends", d.rows() - 1) - 1}))
bad("H2", "phase_sets", "phases", "form", put("phase_sets", A, "B", 3))
bad("H2", "phase_sets", "phases", "sample", put("phase_sets", B, "B", 4 << 2))
bad("H2", "phase_sets", "phases", "number", sets(lambda data: data.__setitem__(slice(0, 2), b"\0\xc9\x01")))
bad("H2", "phase_sets", "phases", "name", put("phase_sets", A, "BB", 1, 99))
bad("H2", "phase_sets", "phases", "no-haplotype", sets(lambda data: data.__setitem__(slice(0, 2), b"\x02\0\0")))
bad("H3", "phase_sets", "phases", "no-carrier", put("phase_sets", D, "B", 2 << 2))
bad("H3", "phase_sets", "phases", "unphased", put("phase_sets", D, "B", 0))
bad("H4", "phase_names", "phases", "twice", text("phase_names", lambda names: [names[0], names[0], *names[2:]]))
bad("H4", "phase_names", "phases", "unused", text("phase_names", lambda names: [*names, b"other"]))
bad("H4", "phase_names", "phases", "control", text("phase_names", lambda names: [b"a\x07b", *names[1:]]))
bad("H4", "phase_names", "phases", "empty", text("phase_names", lambda names: [b"", *names[1:]]))
bad("H4", "phase_names", "phases", "number", text("phase_names", lambda names: [b"100", *names[1:]]))

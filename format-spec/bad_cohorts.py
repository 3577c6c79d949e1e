"""Bad files of virtual cohorts."""

from bad_vectors import bad
from cohorts import sealed

ONE = {"name": "a", "expression": "all", "snapshot": "0" * 32, "time": "2026-01-01T00:00:00Z"}
GOOD = sealed([ONE])


def file(name, data):
    def patch(d):
        d.cohorts = data

    bad("X4", "cohorts", "tiny", name, patch)


file("cohorts-json", GOOD[:-3])
file("cohorts-checksum", GOOD.replace(b'"all"', b'"ALL"'))
file("cohorts-version", GOOD.replace(b'"version": 1', b'"version": 2'))
file("cohorts-twice", sealed([ONE, {**ONE, "name": "A"}]))
file("cohorts-name", sealed([{**ONE, "name": " a"}]))
file("cohorts-member", sealed([{**ONE, "count": 3}]))
file("cohorts-purpose", sealed([{**ONE, "purpose": "fun"}]))

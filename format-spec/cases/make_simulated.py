"""Writes simulated.json: questions to a simulated cohort, answered by a plain scan of its VCF.

Usage: make_simulated.py VARIDEX

VARIDEX is the program, which only simulates here. Standard library only.
"""

import gzip
import json
import subprocess
import sys
import tempfile
from pathlib import Path

RECIPE = {"samples": 120, "variants": 400, "seed": 11}
COUNTS = ["ac", "an", "af", "n_het", "n_hom", "n_hemi", "n_missing"]


class Row:
    """One ALT of one record."""

    def __init__(self, fields, alt, number, names):
        self.chrom, self.pos = fields[0], int(fields[1])
        self.ref, self.alt = fields[3], alt
        self.filter = None if fields[6] == "." else fields[6]
        # by sample: which copies carry, which are missing, and whether they are in a known order
        self.calls = {}
        for name, call in zip(names, fields[9:]):
            text = call.split(":")[0]
            copies = text.replace("|", "/").split("/")
            self.calls[name] = (
                [copy == str(number) for copy in copies],
                [copy == "." for copy in copies],
                "|" in text,
            )

    def counts(self, names):
        found = dict.fromkeys(COUNTS, 0)
        for name in names:
            carried, missing, _ = self.calls[name]
            found["ac"] += sum(carried)
            found["an"] += len(missing) - sum(missing)
            found["n_missing"] += any(missing)
            if any(carried):
                zygosity = self.zygosity(name)
                found["n_" + zygosity] += 1
        found["af"] = round(found["ac"] / found["an"], 8) if found["an"] else None
        return found

    def zygosity(self, name):
        carried = self.calls[name][0]
        if len(carried) == 1:
            return "hemi"
        return "hom" if all(carried) else "het"

    def phase(self, name):
        carried, missing, phased = self.calls[name]
        told = ["1" if c else "." if m else "0" for c, m in zip(carried, missing)]
        if len(told) == 1:
            return told[0]
        return "|".join(told) if phased else "/".join(sorted(told))

    def carriers(self, names):
        return [name for name in names if any(self.calls[name][0])]


def read(path):
    rows, names = [], []
    with gzip.open(path, "rt") as lines:
        for line in lines:
            fields = line.rstrip("\n").split("\t")
            if line.startswith("#CHROM"):
                names = fields[9:]
            elif not line.startswith("#"):
                for number, alt in enumerate(fields[4].split(","), 1):
                    rows.append(Row(fields, alt, number, names))
    rows.sort(key=lambda row: (row.pos, row.ref, row.alt))
    return rows, names


def main(program):
    with tempfile.TemporaryDirectory() as work:
        arguments = [f"--{key}={value}" for key, value in RECIPE.items()]
        subprocess.run([program, "simulate", "-q", "-o", f"{work}/cohort", *arguments], check=True)
        rows, names = read(Path(work) / "cohort" / "cohort.vcf.gz")
    cases = []

    def table(name, verb, expression, columns, picked, **more):
        answer = {"columns": columns, "rows": picked}
        case = {"name": name, "verb": verb, "expression": expression, **more, "answer": answer}
        cases.append(case)

    chrom, first, last = rows[0].chrom, rows[0].pos, rows[-1].pos
    middle = rows[len(rows) // 2].pos
    region = f"{chrom}:{first}-{middle}"
    inside = [row for row in rows if first <= row.pos <= middle and row.alt[0] != "<"]

    def cells(row, columns, counts):
        values = {"chrom": row.chrom, "pos": row.pos, "ref": row.ref, "alt": row.alt, **counts}
        return [values[column] for column in columns]

    common = [r for r in rows if (r.counts(names)["af"] or 0) > 0.2]
    columns = ["chrom", "pos", "ref", "alt", *COUNTS]
    table("common variants", "variants", "af>0.2", columns,
          [cells(row, columns, row.counts(names)) for row in common])
    rare = [r for r in inside if len(r.ref) == len(r.alt) == 1 and r.counts(names)["ac"] == 2]
    table("doubletons of a region", "variants", f"{region} & type:snv & ac>=2 & ac<3", ["pos", "alt", "ac"],
          [[row.pos, row.alt, 2] for row in rare])
    few = names[::9]
    group = f"samples({', '.join(few)})"
    table("frequencies in some samples", "frequencies", "af>0.3", ["pos", "ref", "alt", "group", *COUNTS],
          [[row.pos, row.ref, row.alt, group, *(row.counts(few)[key] for key in COUNTS)]
           for row in rows if (row.counts(names)["af"] or 0) > 0.3], group=group)
    for row in [rare[0], min(common, key=lambda row: row.counts(names)["ac"])]:
        allele = f"{row.chrom}:{row.pos}:{row.ref}:{row.alt}"
        table(f"carriers of {allele}", "carriers", allele, ["sample", "zygosity", "phase"],
              [[name, row.zygosity(name), row.phase(name)] for name in row.carriers(names)])
        cases.append({"name": f"frequency of {allele}", "verb": "frequency", "expression": allele,
                      "answer": row.counts(names)})
        found = [name for name in row.carriers(names) if name not in few]
        cases.append({"name": f"people who carry {allele}, but some", "verb": "ask",
                      "expression": f"carriers({allele}) & !{group}",
                      "answer": {"count": len(found), "ids": found}})
    hits = {name: sum(any(r.calls[name][0]) for r in rows if 0 < (r.counts(names)["af"] or 0) < 0.01)
            for name in names}
    found = [name for name in names if hits[name] >= 5]
    cases.append({"name": "five rare variants or more", "verb": "ask",
                  "expression": "carriers(af<0.01, at_least: 5)",
                  "answer": {"count": len(found), "ids": found}})
    homs = [name for name in names
            if any(any(r.calls[name][0]) and r.zygosity(name) == "hom" for r in rare + inside)]
    short = f"{region} & (type:snv | type:del | type:ins | type:mnv)"
    cases.append({"name": "homozygotes in a region", "verb": "ask",
                  "expression": f"carriers({short}, hom)",
                  "answer": {"count": len(homs), "ids": homs}})
    table("behind the last", "variants", f"{chrom}:{last + 100000}-{last + 200000}", ["pos"], [])

    lines = ",\n    ".join(json.dumps(case) for case in cases)
    title = "A simulated cohort, answered by a plain scan of its VCF (make_simulated.py)"
    text = (f'{{\n  "title": {json.dumps(title)},\n  "dataset": {{ "simulate": {json.dumps(RECIPE)} }},\n'
            f'  "cases": [\n    {lines}\n  ]\n}}\n')
    (Path(__file__).parent / "simulated.json").write_text(text)


if __name__ == "__main__":
    main(*sys.argv[1:])

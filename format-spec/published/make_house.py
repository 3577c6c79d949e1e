"""Makes house.vdx and house.tsv, which were not there: python3 make_house.py VARIDEX

People, genotypes and policy are the same each time; the day of consent is that of the run.
"""

import os
import random
import subprocess
import sys
import tempfile

POLICY = 'name = "house"\ngranularity = "count"\nfloor.people = 3\nzero = "shown"\nstrata = ["country", "sex"]\nseparation = 0.5\n'
HEADER = "##fileformat=VCFv4.3\n##contig=<ID=22,length=50818468>\n##contig=<ID=X>\n"
FIXED = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT"
ALLELES = [("G", "GACGTACGTACGTTA"), ("A", "G"), ("CT", "C"), ("G", "T"), ("ACGTACGTACGTACGTA", "A")]
STRATA = [country + sex for country in ("DE_", "FI_", "SE_") for sex in "FM"]


def call(chance, is_haploid, rng):
    """A genotype: some are missing."""
    copies = ["1" if rng.random() < chance else "0" for _ in range(1 if is_haploid else 2)]
    return "./." if rng.random() < 0.01 else "/".join(copies)


def write(folder):
    rng = random.Random(5)
    people = [(f"P{i:02}", f"S{i:02}", ["female", "male"][i // 3 % 2], ["FI", "SE", "DE"][i % 3]) for i in range(60)]
    with open(os.path.join(folder, "people.tsv"), "w") as table:
        table.write("individual_id\tsample\tsex\tcountry\n" + "".join("\t".join(of) + "\n" for of in people))
    with open(os.path.join(folder, "policy.toml"), "w") as policy:
        policy.write(POLICY)
    with open(os.path.join(folder, "in.vcf"), "w") as vcf:
        vcf.write(HEADER + FIXED + "".join("\t" + of[1] for of in people) + "\n")
        for contig, sites in (("22", 48), ("X", 42)):
            for site in range(sites):
                (ref, alt), chance = rng.choice(ALLELES), rng.choice([0.03, 0.1, 0.3, 0.5, 0.8])
                calls = [call(chance, contig == "X" and of[2] == "male", rng) for of in people]
                row = [contig, str(100 + 7 * site), ".", ref, alt, ".", "PASS", ".", "GT", *calls]
                vcf.write("\t".join(row) + "\n")


def main(program):
    here = os.path.dirname(os.path.abspath(__file__))
    program = os.path.abspath(program)
    out = os.path.join(here, "house.vdx")
    with tempfile.TemporaryDirectory() as folder:
        write(folder)
        run = lambda *of: subprocess.run([program, *of], cwd=folder, check=True, capture_output=True, text=True).stdout
        run("build", "in.vcf", "-o", "d.vdx", "--people", "people.tsv", "--assembly", "GRCh38")
        options = ["--by", "country,sex", "--policy", "policy.toml", "--population", "vectors", "--max-age", "36500"]
        run("publish", "d.vdx", "-o", out, *options, "--accept", ",".join(["Total", *STRATA]))
        table = run("frequencies", out, "all", "--by", "country,sex")
    with open(os.path.join(here, "house.tsv"), "w") as to:
        to.write(table)


if __name__ == "__main__":
    main(sys.argv[1])

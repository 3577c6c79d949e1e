#!/usr/bin/env python3
"""Makes the cohorts that a form of datasets is judged by; `compare --vcf` measures on each of them.

PHASED is a cohort of real people with phase, in VCF or BCF. What is made, genotypes only, in BCF:

phased          PHASED
unphased        the same without phase
missing         the same without phase, and one genotype of fifty drawn to be missing
errors_NxM      simulated, with errors of phasing (1 %) and of genotyping (0.1 %), and 1 % of the genotypes missing
clean_NxM       simulated, nothing missing or unphased, no errors

The same inputs, programs and options give the same genotypes. What is there already is left as it is; nothing is
fetched. bcftools and varidex are needed. It takes less than a minute with a small PHASED (`bcftools view -r`) and
--errors 2000x2000 --simulate 2000x2000.
"""

import argparse
import math
import random
import shutil
import subprocess
import sys
from pathlib import Path

SEED = 13
MISSING = 0.02
ERRORS = ["100000x20000"]
CLEAN = ["10000x130000", "100000x20000", "1000000x2000"]
TO_BCF = ["bcftools", "view", "--no-version", "--threads", "2", "-Ob", "-o"]


def lose(lines, out):
    """Copies the lines of a VCF without phase, and makes genotypes missing; a genotype keeps its copies."""
    draw = random.Random(SEED)
    per_genotype = -math.log1p(-MISSING)

    def kept():
        """Genotypes until the next that is lost."""
        return int(draw.expovariate(per_genotype))

    wait = kept()
    for line in lines:
        if not line.startswith(b"#"):
            fields = line.rstrip(b"\n").split(b"\t")
            at = 9 + wait
            while at < len(fields):
                fields[at] = b"/".join([b"."] * (1 + fields[at].count(b"/")))
                at += 1 + kept()
            wait = at - len(fields)
            line = b"\t".join(fields) + b"\n"
        out.write(line)


def run(*command):
    try:
        subprocess.run(command, check=True)
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"{command[0]}: exit code {error.returncode}")


def phased(source, to):
    run("bcftools", "annotate", "--no-version", "-x", "INFO,^FORMAT/GT", "--threads", "2", "-Ob", "-o", to, source)


def unphased(source, to):
    run("bcftools", "+setGT", "--no-version", source, "-Ob", "-o", to, "--", "-t", "a", "-n", "u")


def missing(source, to):
    reads = subprocess.Popen(["bcftools", "view", "--no-version", "-Ov", source], stdout=subprocess.PIPE)
    writes = subprocess.Popen([*TO_BCF, to, "-"], stdin=subprocess.PIPE)
    lose(reads.stdout, writes.stdin)
    writes.stdin.close()
    if reads.wait() or writes.wait():
        sys.exit("bcftools failed")


def simulated(varidex, size, *options):
    def make(to):
        samples, variants = size.split("x")
        folder = Path(f"{to}.simulated")
        shape = ["--samples", samples, "--variants", variants]
        run(varidex, "simulate", "-q", "--force", "-o", folder, "--format", "bcf", *shape, "--clean", *options)
        (folder / "cohort.bcf").rename(to)
        shutil.rmtree(folder)

    return make


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("phased", type=Path, metavar="PHASED")
    parser.add_argument("folder", type=Path, metavar="DIR", help="where they go, and their names are printed")
    parser.add_argument("--varidex", default="target/release/varidex", metavar="PROGRAM", help="[%(default)s]")
    for name, usual in (("--errors", ERRORS), ("--simulate", CLEAN)):
        shown = f"[{' '.join(usual)}]"
        parser.add_argument(name, nargs="*", default=usual, metavar="SAMPLESxVARIANTS", help=shown)
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)

    def made(name, make, *sources):
        file = given.folder / f"{name}.bcf"
        if not file.exists():
            print(f"making {file}", file=sys.stderr)
            part = given.folder / f"{name}.part"
            make(*sources, part)
            part.rename(file)
        print(file)
        return file

    whole = made("phased", phased, given.phased)
    loose = made("unphased", unphased, whole)
    made("missing", missing, loose)
    errors = ["--switch-error", "0.01", "--error", "0.001", "--missing", "0.01"]
    for size in given.errors:
        made(f"errors_{size}", simulated(given.varidex, size, *errors))
    for size in given.simulate:
        made(f"clean_{size}", simulated(given.varidex, size))


main()

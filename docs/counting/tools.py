#!/usr/bin/env python3
"""How tools count half, haploid and triploid calls: makes README.md beside this file.

    python3 docs/counting/tools.py [--varidex target/release/varidex] [--keep FOLDER]

Each site of sites.vcf is given to each tool in a file of its own, so that what one tool refuses says nothing of the other
sites. Programs are packages of Debian 12, unpacked in a temporary folder and not installed; libraries are of PyPI, in
virtual environments there, at the versions below. Hail needs Java 11 or 17. Nothing stays but README.md; with --keep FOLDER the
packages stay there for the next run. `cli/tests/counting.rs` compares the rows of varidex with what the program says.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
DEBIAN = {
    "bcftools": "1.16-1",
    "plink1.9": "1.90~b6.26-220402-1",
    "plink2": "2.00~a3.5-220809+dfsg-1+b2",
    "vcftools": "0.1.16-3+b1",
    "libvcflib-tools": "1.0.3+dfsg-2",
}
PYPI = {
    "usual": ["cyvcf2==0.35.0", "scikit-allel==1.3.13", "pgenlib==0.95.1", "sgkit==0.10.0", "bio2zarr[vcf]==0.1.7"],
    "hail": ["hail==0.2.139"],
}
# Debian has a build for each kind of processor
PLINK2 = "plink2-sse2"
COLUMNS = ("AC", "AN", "AF", "het", "hom", "hemi", "missing")
SEXES = {"1": "male", "2": "female"}


def run(*command, **more):
    """What a program prints; an error has what it says."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **more)
    if done.returncode:
        raise Refused((done.stderr.strip() or done.stdout.strip() or f"exit {done.returncode}"))
    return done.stdout


class Refused(Exception):
    """A tool that does not take a site."""


def table(text):
    """Rows of a table by the names of its header."""
    head, *rows = [line.lstrip("#").split() for line in text.splitlines() if line and not line.startswith("##")]
    return [dict(zip(head, row)) for row in rows]


def share(count, of):
    return f"{count / of:.4g}" if of else "."


def shares(counts, of):
    return ",".join(share(float(count), of) for count in counts)


def info_of(vcf):
    """INFO of the only record."""
    (line,) = [line for line in vcf.splitlines() if line and not line.startswith("#")]
    return dict((entry + "=").split("=")[:2] for entry in line.split("\t")[7].split(";"))


class Home:
    """Where tools and their files are."""

    def __init__(self, folder, varidex):
        self.folder, self.varidex = folder, varidex
        self.root = os.path.join(folder, "debian")
        self.work = os.path.join(folder, "work")
        shutil.rmtree(self.work, ignore_errors=True)
        os.makedirs(self.work)

    def path(self, *names):
        return os.path.join(self.work, *names)

    def debian(self):
        """Unpacks the packages and what they need that the machine does not have."""
        if os.path.isdir(self.root):
            return
        wanted = [f"{name}={version}" for name, version in DEBIAN.items()]
        listed = run("apt-get", "install", "--reinstall", "--print-uris", "-qq", "-y", "--no-install-recommends", *wanted)
        packages = os.path.join(self.folder, "packages")
        os.makedirs(packages, exist_ok=True)
        for line in listed.splitlines():
            name, version, *_ = line.split()[1].split("_")
            run("apt-get", "download", f"{name}={version.replace('%3a', ':')}", cwd=packages)
        for package in os.listdir(packages):
            run("dpkg", "-x", os.path.join(packages, package), self.root)

    def program(self, *command, **more):
        """Runs a program of a package."""
        name, *arguments = command
        found = [
            os.path.join(at, name)
            for at, _, names in os.walk(self.root)
            if name in names and os.access(os.path.join(at, name), os.X_OK) and "/share/" not in at
        ]
        libraries = [at for at, _, names in os.walk(self.root) if any(".so" in name for name in names)]
        environment = dict(os.environ, LD_LIBRARY_PATH=":".join(libraries))
        plugins = [at for at in libraries if at.endswith("bcftools")]
        if plugins:
            environment["BCFTOOLS_PLUGINS"] = plugins[0]
        return run(found[0], *arguments, env=environment, **more)

    def python(self, environment):
        """The Python of a virtual environment, made where there is none."""
        at = os.path.join(self.folder, environment)
        python = os.path.join(at, "bin", "python")
        if not os.path.exists(python):
            run(sys.executable, "-m", "venv", at)
            run(python, "-m", "pip", "install", "-q", "--no-input", *PYPI[environment])
        return python


def sites():
    """Header and records of sites.vcf."""
    with open(os.path.join(HERE, "sites.vcf")) as file:
        lines = file.read().splitlines()
    head = [line for line in lines if line.startswith("#")]
    return head, [line.split("\t") for line in lines if not line.startswith("#")]


def people():
    """Samples with their sexes."""
    with open(os.path.join(HERE, "sexes.ped")) as file:
        return [(line.split("\t")[1], line.split("\t")[4]) for line in file.read().splitlines()]


# ---- tools: each gives its counts of the only record of a file ----


def varidex(home, vcf, *options):
    to = home.path("x.vdx")
    people = ("--people", os.path.join(HERE, "sexes.ped")) if options else ()
    run(home.varidex, "build", "-q", vcf, "-o", to, "--force", *people, *options)
    columns = "ac,an,af,n_het,n_hom,n_hemi,n_missing"
    rows = table(run(home.varidex, "variants", to, "all", "--columns", columns))
    once = lambda name: rows[0][name]
    each = lambda name: ",".join(row[name] for row in rows)
    return {
        "AC": each("ac"), "AN": once("an"), "AF": ",".join(f"{float(row['af']):.4g}" for row in rows),
        "het": each("n_het"), "hom": each("n_hom"), "hemi": each("n_hemi"), "missing": once("n_missing"),
    }  # fmt: skip


def fill_tags(home, vcf):
    tags = "AC,AN,AF,AC_Het,AC_Hom,AC_Hemi,F_MISSING"
    info = info_of(home.program("bcftools", "+fill-tags", vcf, "--", "-t", tags))
    hom = ",".join(str(int(copies) // 2) for copies in info["AC_Hom"].split(","))
    af = ",".join(f"{float(af):.4g}" for af in info["AF"].split(","))
    missing = round(float(info["F_MISSING"]) * len(people()))
    return {"AC": info["AC"], "AN": info["AN"], "AF": af, "het": info["AC_Het"], "hom": hom,
            "hemi": info["AC_Hemi"], "missing": missing}  # fmt: skip


def fill_an_ac(home, vcf):
    info = info_of(home.program("bcftools", "+fill-AN-AC", vcf))
    return {"AC": info["AC"], "AN": info["AN"]}


def plink1(home, vcf, *options):
    sexes = home.path("sexes.txt")
    with open(sexes, "w") as file:
        file.writelines(f"{name} {name} {sex}\n" for name, sex in people())
    to = home.path("plink1")
    usual = ("--vcf", vcf, "--double-id", "--keep-allele-order", "--update-sex", sexes, "--out", to, *options)
    home.program("plink1.9", *usual, "--freq", "counts")
    (freq,) = table(open(to + ".frq.counts").read())
    home.program("plink1.9", *usual, "--freqx")
    head, row = [line.split("\t") for line in open(to + ".frqx").read().splitlines()]
    counts = dict(zip(head, row))
    ac, an = int(freq["C1"]), int(freq["C1"]) + int(freq["C2"])
    return {"AC": ac, "AN": an, "AF": share(ac, an), "het": counts["C(HET)"], "hom": counts["C(HOM A1)"],
            "hemi": counts["C(HAP A1)"], "missing": counts["C(MISSING)"]}  # fmt: skip


def pgen(home, vcf, *options):
    sexes, to = home.path("sexes.psam"), home.path("plink2")
    with open(sexes, "w") as file:
        file.write("#IID\tSEX\n")
        file.writelines(f"{name}\t{sex}\n" for name, sex in people())
    home.program(PLINK2, "--vcf", vcf, "--psam", sexes, *options, "--make-pgen", "--out", to)
    return to


def plink2(home, vcf, *options):
    to = pgen(home, vcf, *options)
    home.program(PLINK2, "--pfile", to, "--freq", "counts", "--geno-counts", "--out", to)
    (freq,), (counts,) = table(open(to + ".acount").read()), table(open(to + ".gcount").read())
    ac, an = freq["ALT_CTS"].split(","), float(freq["OBS_CT"])
    # genotypes of two ALTs are listed as 1/1, 1/2, 2/2, 1/3, …
    pairs = counts["TWO_ALT_GENO_CTS"].split(",")
    hom = ",".join(pairs[k * (k + 3) // 2] for k in range(len(ac)))
    return {"AC": ",".join(ac), "AN": f"{an:g}", "AF": shares(ac, an), "het": counts["HET_REF_ALT_CTS"], "hom": hom,
            "hemi": counts["HAP_ALT_CTS"], "missing": counts["MISSING_CT"]}  # fmt: skip


def vcftools(home, vcf):
    counts = home.program("vcftools", "--vcf", vcf, "--counts2", "--stdout").splitlines()[1].split("\t")
    an, ac = counts[3], counts[5:]
    found = {"AC": ",".join(ac), "AN": an, "AF": shares(ac, int(an))}
    hardy = table(home.program("vcftools", "--vcf", vcf, "--hardy", "--stdout"))
    if hardy:
        _, het, hom = hardy[0]["OBS(HOM1/HET/HOM2)"].split("/")
        found |= {"het": het, "hom": hom}
    return found


def vcffixup(home, vcf):
    info = info_of(home.program("vcffixup", vcf))
    af = ",".join(f"{float(af):.4g}" for af in info["AF"].split(","))
    return {"AC": info["AC"], "AN": info["AN"], "AF": af}


# scripts of libraries: they get the files of all sites, and print counts or what is refused, as JSON by site
EACH = """
import json, sys
def main(count):
    found = {}
    for path in sys.argv[1:]:
        try:
            found[path] = {name: known if isinstance(known, str) else str(known) for name, known in count(path).items()}
        except BaseException as error:
            found[path] = {"refused": str(error) or type(error).__name__}
    print("\\n" + json.dumps(found))
def each(numbers):
    return ",".join(f"{number:.4g}" if isinstance(number, float) else str(number) for number in numbers)
"""
LIBRARIES = {
    "pgenlib": """
import numpy, pgenlib
def count(path):
    stem = path.removesuffix(".vcf")
    open(stem + ".pgen").close()
    alts = next(l for l in open(path) if l[0] != "#").split("\\t")[4].count(",") + 1
    offsets = None if alts == 1 else numpy.array([0, alts + 1], dtype=numpy.uintp)
    read = pgenlib.PgenReader(stem.encode() + b".pgen", allele_idx_offsets=offsets)
    n = read.get_raw_sample_ct()
    alleles = numpy.empty(2 * n, dtype=numpy.int32)
    read.read_alleles(0, alleles)
    known = alleles[alleles >= 0]
    pairs = alleles.reshape(n, 2)
    same, there = pairs[:, 0] == pairs[:, 1], pairs[:, 0] >= 0
    ac = [int((known == k).sum()) for k in range(1, alts + 1)]
    return {"AC": each(ac), "AN": len(known), "AF": each([a / len(known) for a in ac]),
            "het": int((there & ~same).sum()), "hom": int((there & same & (pairs[:, 0] > 0)).sum()),
            "missing": int((~there).sum())}
""",
    "cyvcf2": """
import cyvcf2
def count(path):
    record = next(iter(cyvcf2.VCF(path)))
    return {"AF": f"{record.aaf:.4g}", "het": record.num_het, "hom": record.num_hom_alt, "missing": record.num_unknown}
""",
    "scikit-allel": """
import allel
def count(path):
    genotypes = allel.GenotypeArray(allel.read_vcf(path, fields=["calldata/GT"])["calldata/GT"])
    counts = genotypes.count_alleles()[0]
    ac, an = [int(c) for c in counts[1:]], int(counts.sum())
    return {"AC": each(ac), "AN": an, "AF": each([a / an for a in ac]), "het": int(genotypes.count_het(axis=1)[0]),
            "hom": int(genotypes.count_hom_alt(axis=1)[0]), "missing": int(genotypes.count_missing(axis=1)[0])}
""",
    "sgkit": """
import bio2zarr.vcf, shutil, sgkit
def count(path):
    to = path + ".zarr"
    shutil.rmtree(to, ignore_errors=True)
    bio2zarr.vcf.convert([path + ".gz"], to)
    stats = sgkit.variant_stats(sgkit.load_dataset(to)).isel(variants=0)
    counts, an = stats.variant_allele_count.values, int(stats.variant_allele_total.values)
    ac = [int(c) for c in counts[1:]]
    return {"AC": each(ac), "AN": an, "AF": each([a / an for a in ac]), "het": int(stats.variant_n_het.values),
            "hom": int(stats.variant_n_hom_alt.values),
            "missing": stats.sizes["samples"] - int(stats.variant_n_called.values)}
""",
    "hail": """
import hail, os, tempfile
hail.init(quiet=True, log=os.path.join(tempfile.mkdtemp(), "log"), spark_conf={"spark.ui.showConsoleProgress": "false"})
def count(path):
    try:
        names = {name: "chr" + name for name in ("1", "X", "Y")}
        sites = hail.import_vcf(path, reference_genome="GRCh38", contig_recoding=names)
        (qc,) = hail.variant_qc(sites).variant_qc.collect()
    except Exception as error:
        raise SystemExit(next((l for l in str(error).splitlines() if "Error" in l or "VCF" in l), str(error))[:200])
    return {"AC": each(qc.AC[1:]), "AN": qc.AN, "AF": each(qc.AF[1:]), "het": qc.n_het,
            "hom": each(qc.homozygote_count[1:]), "missing": qc.n_not_called}
""",
}


def half_calls(count, option, *values):
    """As a tool does by itself, and where it refuses half calls, as it does with an option."""

    def counted(home, vcf):
        try:
            return count(home, vcf)
        except Refused as refused:
            if "half" not in str(refused).lower():
                raise
        return {"note": f"`{option} {' '.join(values)}`"} | count(home, vcf, option, *values)

    return counted


PROGRAMS = [
    ("varidex", varidex),
    ("varidex, `--sex-ploidy`", lambda home, vcf: varidex(home, vcf, "--sex-ploidy")),
    ("bcftools +fill-tags", fill_tags),
    ("bcftools +fill-AN-AC", fill_an_ac),
    ("PLINK 1.9", half_calls(plink1, "--vcf-half-call", "missing")),
    ("PLINK 2", half_calls(plink2, "--vcf-half-call", "missing")),
    ("vcftools", vcftools),
    ("vcflib vcffixup", vcffixup),
]


def first_line(error):
    """What an error says, on one line."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    known = next((line for line in lines if re.match("Error|.*Error:", line)), (lines or ["?"])[-1])
    # names of files of the run say nothing
    known = re.sub(r"\S*/\S*", "FILE", known)
    return known.replace("|", "\\|")[:120]


def count_all(home, files):
    """What each tool counts, by its name and the site."""
    found = {}
    for name, count in PROGRAMS:
        for site, vcf in files.items():
            try:
                found[name, site] = count(home, vcf)
            except (Refused, OSError, KeyError, ValueError, IndexError) as error:
                found[name, site] = {"refused": first_line(error)}
    for site, vcf in files.items():
        home.program("bcftools", "view", "-o", vcf + ".gz", "-Oz", vcf)
        home.program("bcftools", "index", "-f", vcf + ".gz")
        try:
            stem = half_calls(lambda *of: {"stem": pgen(*of)}, "--vcf-half-call", "missing")(home, vcf)["stem"]
            shutil.copy(stem + ".pgen", vcf.removesuffix(".vcf") + ".pgen")
        except Refused:
            pass
    for name, script in LIBRARIES.items():
        # no name of a module
        at = home.path(f"with_{name}.py")
        with open(at, "w") as file:
            file.write(EACH + script + 'if __name__ == "__main__":\n    main(count)\n')
        python = home.python("hail" if name == "hail" else "usual")
        known = json.loads(run(python, at, *files.values(), cwd=home.work).splitlines()[-1])
        for site, vcf in files.items():
            counts = known[vcf]
            refused = counts.get("refused")
            found[name, site] = counts if refused is None else {"refused": first_line(refused)}
    return found


def versions(home):
    """Versions by tool."""
    pins = dict(pin.replace("[vcf]", "").split("==") for pins in PYPI.values() for pin in pins)
    known = {"varidex": run(home.varidex, "--version").split()[-1]} | {name: pins[name] for name in LIBRARIES}
    known["bcftools"] = home.program("bcftools", "--version").split()[1]
    known["PLINK 1.9"] = " ".join(home.program("plink1.9", "--version").split()[1:2])
    known["PLINK 2"] = " ".join(home.program(PLINK2, "--version").split()[1:2])
    known["vcftools"] = re.search(r"[\d.]+", home.program("vcftools", "--version")).group()
    known["vcflib"] = DEBIAN["libvcflib-tools"]
    known["bio2zarr (for sgkit)"] = pins["bio2zarr"]
    return known


def markdown(found, known, records):
    """The page."""
    with open(os.path.join(HERE, "head.md")) as file:
        lines = [file.read().rstrip(), ""]
    lines += ["Versions: " + ", ".join(f"{name} {version}" for name, version in known.items()) + ".", ""]
    tools = list(dict.fromkeys(name for name, _ in found))
    samples = [f"{name} ({SEXES[sex]})" for name, sex in people()]
    for contig, position, site, reference, alternate, *_, in records:
        cells = next(record[9:] for record in records if record[2] == site)
        given = ", ".join(f"{name} `{cell}`" for name, cell in zip(samples, cells))
        lines += [f"## {site}", "", f"{contig}:{position} {reference}>{alternate}: {given}", ""]
        lines += ["| tool | " + " | ".join(COLUMNS) + " |", "|---" * (1 + len(COLUMNS)) + "|"]
        for tool in tools:
            counts = found[tool, site]
            if "refused" in counts:
                lines.append(f"| {tool} | refused: {counts['refused']} |" + " |" * (len(COLUMNS) - 1))
                continue
            note = f" {counts['note']}" if "note" in counts else ""
            shown = [str(counts.get(column, "")) for column in COLUMNS]
            lines.append(f"| {tool}{note} | " + " | ".join(shown) + " |")
        lines.append("")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--varidex", default=os.path.join(HERE, "..", "..", "target", "release", "varidex"))
    parser.add_argument("--keep", help="where packages stay for the next run")
    parser.add_argument("--output", default=os.path.join(HERE, "README.md"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = os.path.abspath(given.keep or temporary)
        home = Home(folder, os.path.abspath(given.varidex))
        home.debian()
        head, records = sites()
        files = {}
        for record in records:
            files[record[2]] = home.path(record[2] + ".vcf")
            with open(files[record[2]], "w") as file:
                file.write("\n".join([*head, "\t".join(record)]) + "\n")
        page = markdown(count_all(home, files), versions(home), records)
    with open(given.output, "w") as file:
        file.write(page)


if __name__ == "__main__":
    main()

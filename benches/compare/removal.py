#!/usr/bin/env python3
"""Adds samples to a cohort and removes some: varidex beside vczstore, and what is answered after.

    benches/compare/removal.py target/release/varidex [--samples N] [--variants N] [--added N] [--removed N] [--python PYTHON]

The cohort is simulated. vczstore and what it needs are installed in a folder that goes at the end; they want Python 3.12 or later,
for which --python is. TileDB-VCF is on no index of Python packages: it is measured where --python has `tiledbvcf`, as
conda installs it, and else left out, with a message.

Times are of whole commands, but for vczstore's removals, of which each takes a sample: one process does all of them.
"""

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PINNED = ["vczstore==0.1.0", "bio2zarr[vcf]==0.2.1", "vcztools==0.2.0", "zarr==3.4.2", "pysam==0.24.1"]

INDEX = """
import sys, pysam
for name in sys.argv[1:]:
    pysam.tabix_index(name, preset="vcf", force=True)
"""

# removes the samples given as JSON, and prints how long that takes
REMOVE_VCZ = """
import json, sys, time, warnings
warnings.filterwarnings("ignore")
from vczstore.remove import remove
store, samples = sys.argv[1], json.load(sys.stdin)
started = time.perf_counter()
for sample in samples:
    remove(store, sample)
print(time.perf_counter() - started)
"""

# AC and AN of all variants, summed: as stored, and as counted of the genotypes
COUNTS_VCZ = """
import json, sys, zarr
root = zarr.open(sys.argv[1], mode="r")
genotypes, ac = root["call_genotype"][:], root["variant_AC"][:]
print(json.dumps({"said": [int(ac[ac > 0].sum()), int(root["variant_AN"][:].sum())],
                  "counted": [int((genotypes > 0).sum()), int((genotypes >= 0).sum())]}))
"""

TILEDB = """
import json, sys, time
import tiledbvcf
base, batch, removed, uri = sys.argv[1], sys.argv[2], json.load(sys.stdin), sys.argv[3]
dataset = tiledbvcf.Dataset(uri, mode="w")
dataset.create_dataset(enable_allele_count=True, enable_variant_stats=True)
dataset.ingest_samples(base)
started = time.perf_counter()
tiledbvcf.Dataset(uri, mode="w").ingest_samples(batch)
added = time.perf_counter() - started
started = time.perf_counter()
tiledbvcf.Dataset(uri, mode="w").delete_samples(removed)
print(json.dumps({"add": added, "removed": time.perf_counter() - started}))
"""


def run(*command, **options):
    command = [str(word) for word in command]
    return subprocess.run(command, check=True, text=True, capture_output=True, **options).stdout


def timed(*command, **options):
    started = time.perf_counter()
    run(*command, **options)
    return time.perf_counter() - started


def split(source, folder, added):
    """Writes the first samples and the last ones apart, with their AC and AN; gives the names of the samples."""
    outs = {name: gzip.open(folder / f"{name}.plain.gz", "wt", compresslevel=1) for name in ("base", "batch")}
    with gzip.open(source, "rt") as lines:
        for line in lines:
            if line.startswith("##"):
                for out in outs.values():
                    out.write(line)
                continue
            columns = line.rstrip("\n").split("\t")
            fixed, cells = columns[:9], columns[9:]
            if line.startswith("#"):
                names = cells
            for out, part in (outs["base"], cells[:-added]), (outs["batch"], cells[-added:]):
                if not line.startswith("#"):
                    copies = [copy for cell in part for copy in cell.split(":")[0].replace("/", "|").split("|")]
                    alts = range(1, fixed[4].count(",") + 2)
                    counts = ",".join(str(copies.count(str(alt))) for alt in alts)
                    fixed[7] = f"AC={counts};AN={sum(copy != '.' for copy in copies)}"
                out.write("\t".join(fixed + part) + "\n")
    for name, out in outs.items():
        out.close()
        with gzip.open(folder / f"{name}.plain.gz", "rt") as lines, open(folder / f"{name}.vcf", "w") as text:
            text.writelines(lines)
    return names


def counted(vcf, keep):
    """AC and AN of all variants of the source, summed over the samples that stay, and the ANs of each: a plain scan."""
    ac = an = 0
    known = {}
    with gzip.open(vcf, "rt") as lines:
        for line in lines:
            if line.startswith("#"):
                continue
            fixed, cells = line.split("\t", 5)[:4], line.rstrip("\n").split("\t")[9:]
            copies = [copy for at in keep for copy in cells[at].split(":")[0].replace("/", "|").split("|")]
            ac += sum(copy not in (".", "0") for copy in copies)
            here = sum(copy != "." for copy in copies)
            known.setdefault((fixed[0], fixed[1], fixed[3]), set()).add(str(here))
            an += here
    return [ac, an], known


def of_varidex(varidex, dataset):
    """The same as varidex says. AN is that of each record, of which rows have one ALT each."""
    rows = run(varidex, "variants", "-q", dataset, "all", "--columns", "chrom,pos,ref,ac,an", "--no-header")
    ac, records = 0, {}
    for line in rows.splitlines():
        chrom, pos, ref, count, known = line.split("\t")
        ac += int(count)
        records[chrom, pos, ref] = known
    return ac, records


def holds(folder, names):
    """How many of the names stand in the bytes of a folder."""
    files = [path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()]
    return sum(any(name.encode() in content for content in files) for name in names)


def of_ours(varidex, folder, removed):
    dataset = folder / "ours.vdx"
    run(varidex, "build", "-q", folder / "base.vcf.gz", "-o", dataset)
    times = {"add": timed(varidex, "add", "-q", dataset, folder / "batch.vcf.gz")}
    names = folder / "removed.txt"
    names.write_text("\n".join(removed) + "\n")
    times["hidden"] = timed(varidex, "withdraw", "-q", dataset, "--samples", f"@{names}")
    answers = of_varidex(varidex, dataset)
    print(f"varidex\twithdrawn: {holds(dataset, removed)} of {len(removed)} names in the bytes, which withdraw leaves")
    erases = "--erase" in subprocess.run([varidex, "compact", "--help"], text=True, capture_output=True).stdout
    if erases:
        times["removed"] = timed(varidex, "compact", "-q", dataset, "--erase")
        assert of_varidex(varidex, dataset) == answers, "answers differ after erasure"
        print(f"varidex\terased: {holds(dataset, removed)} of {len(removed)} names in the bytes")
    else:
        print("varidex\tno `compact --erase` in this program: not measured")
    return times, answers


def of_vczstore(python, folder, removed):
    tools = Path(python).parent
    store, batch = folder / "base.vcz", folder / "batch.vcz"
    run(tools / "vcf2zarr", "convert", "-Q", folder / "base.vcf.gz", store)
    add = timed(tools / "vcf2zarr", "convert", "-Q", folder / "batch.vcf.gz", batch)
    add += timed(tools / "vczstore", "append", store, batch)
    remove = float(run(python, "-c", REMOVE_VCZ, store, input=json.dumps(removed)))
    answers = json.loads(run(python, "-c", COUNTS_VCZ, store))
    print(f"vczstore\tremoved: {holds(store, removed)} of {len(removed)} names in the bytes")
    return {"add": add, "removed": remove}, answers


def of_tiledb(python, folder, removed):
    missing = subprocess.run([python, "-c", "import tiledbvcf"], capture_output=True).returncode
    if missing:
        print("tiledbvcf\tnot installed for --python: left out")
        return None
    files = folder / "base.vcf.gz", folder / "batch.vcf.gz", folder / "tiledb"
    return json.loads(run(python, "-c", TILEDB, *files, input=json.dumps(removed)))


def prepared(python, folder):
    """A Python with the pinned packages."""
    run(python, "-m", "venv", "--system-site-packages", folder / "venv")
    inside = folder / "venv" / "bin" / "python"
    run(inside, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PINNED)
    return inside


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("varidex", type=Path)
    parser.add_argument("--samples", type=int, default=2000)
    parser.add_argument("--variants", type=int, default=5000)
    parser.add_argument("--added", type=int, default=100)
    parser.add_argument("--removed", type=int, default=20)
    parser.add_argument("--python", default=sys.executable)
    arguments = parser.parse_args()
    varidex = arguments.varidex.resolve()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        python = prepared(arguments.python, folder)
        numbers = ["--samples", arguments.samples, "--variants", arguments.variants]
        run(varidex, "simulate", "-q", "-o", folder / "cohort", *numbers)
        source = folder / "cohort" / "cohort.vcf.gz"
        names = split(source, folder, arguments.added)
        run(python, "-c", INDEX, folder / "base.vcf", folder / "batch.vcf")
        removed = names[:: len(names) // arguments.removed][: arguments.removed]
        right, known = counted(source, [at for at, name in enumerate(names) if name not in removed])
        ours, (ac, records) = of_ours(varidex, folder, removed)
        assert ac == right[0], f"AC: a plain scan finds {right[0]}, varidex {ac}"
        other = [(place, an) for place, an in records.items() if an not in known[place]]
        assert not other, f"AN: {len(other)} are not what a plain scan finds, as {other[0]}"
        others = {}
        others["vczstore"], answers = of_vczstore(python, folder, removed)
        others["tiledbvcf"] = of_tiledb(python, folder, removed)
        print(f"AC and AN of all variants, summed\ta plain scan {right}\tvaridex AC {ac}")
        print(f"\tvczstore, of its genotypes {answers['counted']}, as its store says {answers['said']}")
        print("what\tvaridex\tbeside it\tratio")
        for name, times in others.items():
            for what, of in ("add", "add"), ("removed", "removed"), ("hidden", "removed"):
                if times and what in ours:
                    ratio = ours[what] / times[of]
                    print(f"{what}\t{ours[what]:.3f} s\t{name} {times[of]:.3f} s\t{ratio:.3f}")


if __name__ == "__main__":
    main()

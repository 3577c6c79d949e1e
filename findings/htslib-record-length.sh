#!/usr/bin/env bash
# How far a structural variant reaches depends on the reader, not on the version of the file.
#
# Versions: pysam 0.24.1 (htslib 1.24), cyvcf2 0.35.0.
# A good guess: below VCF 4.4 INFO/END says where a record ends, SVLEN is only a difference of lengths, and
#   FORMAT/LEN means nothing before 4.5; two readers built on htslib agree.
# Seen: htslib 1.24 takes the longest of END, |SVLEN| and FORMAT/LEN in files of every version, so that a 4.2
#   record with END=3300 and SVLEN=-500 ends at 3500; cyvcf2 ends at END, and without END at the REF's end.
#   A region query by one finds records that the other does not.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check pysam==0.24.1 cyvcf2==0.35.0
venv/bin/python - <<'PYTHON'
import cyvcf2
import pysam

HEAD = """##fileformat=VCFv{version}
##contig=<ID=1,length=100000>
##INFO=<ID=END,Number=1,Type=Integer,Description="end">
##INFO=<ID=SVLEN,Number=.,Type=Integer,Description="length">
##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">
##FORMAT=<ID=LEN,Number=1,Type=Integer,Description="length of a block">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1
"""
RECORDS = [
    ("end", 1000, "<DEL>", "END=1300", "GT", "0/1"),
    ("svlen", 2000, "<DEL>", "SVLEN=-300", "GT", "0/1"),
    ("both", 3000, "<DEL>", "END=3300;SVLEN=-500", "GT", "0/1"),
    ("block", 7000, "<*>", ".", "GT:LEN", "0/0:200"),
]
ends = {}
for version in ("4.2", "4.3", "4.4", "4.5"):
    with open("in.vcf", "w") as out:
        out.write(HEAD.format(version=version))
        for name, position, alt, info, keys, values in RECORDS:
            out.write(f"1\t{position}\t{name}\tN\t{alt}\t.\tPASS\t{info}\t{keys}\t{values}\n")
    ends[version] = (
        {r.id: r.stop for r in pysam.VariantFile("in.vcf")},
        {r.ID: r.end for r in cyvcf2.VCF("in.vcf")},
    )
print(ends)
for version, (htslib, other) in ends.items():
    assert htslib == {"end": 1300, "svlen": 2300, "both": 3500, "block": 7199}, (version, htslib)
    assert other == {"end": 1300, "svlen": 2000, "both": 3300, "block": 7000}, (version, other)
print("as described")
PYTHON

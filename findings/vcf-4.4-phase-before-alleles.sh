#!/usr/bin/env bash
# A genotype that begins with its phase, as VCF 4.4 allows, loses its ALT in scikit-allel.
#
# Versions: scikit-allel 1.3.13, cyvcf2 0.35.0, vcfpy 0.14.2, pysam 0.24.1 (htslib 1.24).
# A good guess: a reader that does not know `/0/1` and `|0|1` refuses them; one that reads them has the alleles of `0/1`.
# Seen: pysam has the alleles of `0/1`; cyvcf2 and vcfpy refuse the record. scikit-allel takes what is before the first
#   separator for a missing allele and drops the last: `/0/1` and `|0|1` are (-1, 0), so the carrier is none.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check \
  scikit-allel==1.3.13 cyvcf2==0.35.0 vcfpy==0.14.2 pysam==0.24.1
venv/bin/python - 2>/dev/null <<'PYTHON'
import allel
import cyvcf2
import pysam
import vcfpy

CELLS = ["0/1", "/0/1", "|0|1", "|1"]
with open("in.vcf", "w") as out:
    out.write("##fileformat=VCFv4.4\n##contig=<ID=1,length=1000>\n")
    out.write('##FILTER=<ID=PASS,Description="passed">\n')
    out.write('##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">\n')
    names = [f"S{i}" for i in range(len(CELLS))]
    out.write("\t".join("#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT".split() + names) + "\n")
    out.write("\t".join("1 100 . A G . PASS . GT".split() + CELLS) + "\n")


def reported(read):
    try:
        return read()
    except Exception as error:
        return type(error).__name__


found = {
    "pysam": reported(lambda: [s["GT"] for s in next(iter(pysam.VariantFile("in.vcf"))).samples.values()]),
    "cyvcf2": reported(lambda: next(iter(cyvcf2.VCF("in.vcf"))).genotypes),
    "vcfpy": reported(lambda: [c.gt_alleles for c in next(iter(vcfpy.Reader.from_path("in.vcf"))).calls]),
    "scikit-allel": reported(lambda: allel.read_vcf("in.vcf")["calldata/GT"][0].tolist()),
}
print(*found.items(), sep="\n")
assert found["pysam"] == [(0, 1), (0, 1), (0, 1), (1,)], found
assert isinstance(found["cyvcf2"], str) and isinstance(found["vcfpy"], str), found
assert found["scikit-allel"] == [[0, 1], [-1, 0], [-1, 0], [-1, 1]], found
print("as described")
PYTHON

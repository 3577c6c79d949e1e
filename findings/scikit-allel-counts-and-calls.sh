#!/usr/bin/env bash
# Allele counts and "called" are of different genotypes, and allele numbers point behind the list of ALTs.
#
# Version: scikit-allel 1.3.13.
# A good guess: an allele that count_alleles counts belongs to a genotype that is called; a haploid call beside
#   diploid ones is called; allele 4 has an ALT of number 4, or is refused.
# Seen: `0` and `1` beside diploid samples are is_missing and not is_called, yet count_alleles counts them (half
#   calls as well): frequencies by count_alleles and call rates by is_called have different denominators. ALT keeps
#   three alleles by default, the genotypes keep 4 without a word, so that joining the two gives an allele no text.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check scikit-allel==1.3.13
venv/bin/python -W error::UserWarning - <<'PYTHON'
import allel

with open("in.vcf", "w") as out:
    out.write("##fileformat=VCFv4.3\n##contig=<ID=X,length=1000>\n")
    out.write('##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">\n')
    out.write("\t".join("#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT a b c d".split()) + "\n")
    out.write("\t".join("X 100 . A G . PASS . GT 0 1 0/1 ./1".split()) + "\n")
    out.write("\t".join("X 200 . A G,T,C,GG . PASS . GT 4/4 1/4 0/1 0/0".split()) + "\n")

data = allel.read_vcf("in.vcf")
genotypes = allel.GenotypeArray(data["calldata/GT"])
called = genotypes.is_called().tolist()[0]
counts = genotypes.count_alleles().tolist()
print("called:", called, "counts:", counts, "ALT:", data["variants/ALT"].tolist())
assert called == [False, False, True, False]
assert counts[0][:2] == [2, 3]
assert data["variants/ALT"].tolist()[1] == ["G", "T", "C"]
assert int(genotypes.max()) == 4 and counts[1] == [3, 2, 0, 0, 3]
print("as described")
PYTHON

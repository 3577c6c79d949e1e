#!/usr/bin/env bash
# One triploid sample turns the missing genotypes of its row into homozygous carriers.
#
# Version: cyvcf2 0.35.0.
# A good guess: `./.` is UNKNOWN in `gt_types`, whatever other samples of the row have; `aaf` leaves it out.
# Seen: in a row where another sample has three alleles, `./.` is HOM_ALT (3): num_hom_alt and aaf count it.
#   With strict_gt=True, and in rows where nobody has three, it is UNKNOWN (2), as expected.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
python3 -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check cyvcf2==0.35.0
venv/bin/python - <<'PYTHON'
import cyvcf2


def row(genotypes, **options):
    with open("in.vcf", "w") as out:
        out.write("##fileformat=VCFv4.3\n##contig=<ID=1,length=1000>\n")
        out.write('##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">\n')
        names = [f"S{i}" for i in range(len(genotypes))]
        head = "#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT".split()
        out.write("\t".join(head + names) + "\n")
        out.write("\t".join("1 100 . A G . PASS . GT".split() + genotypes) + "\n")
    variant = next(iter(cyvcf2.VCF("in.vcf", **options)))
    return variant.gt_types.tolist(), variant.num_hom_alt, variant.num_unknown, variant.aaf


UNKNOWN, HOM_ALT = 2, 3
alone = row(["./.", "0/1"])
beside = row(["./.", "0/1/1"])
strict = row(["./.", "0/1/1"], strict_gt=True)
print(alone, beside, strict, sep="\n")
assert alone[0] == [UNKNOWN, 1] and alone[1:3] == (0, 1), alone
assert beside[0] == [HOM_ALT, 1] and beside[1:3] == (1, 0), beside
assert strict[0] == [UNKNOWN, 1], strict
print("as described")
PYTHON

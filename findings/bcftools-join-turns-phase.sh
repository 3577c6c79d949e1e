#!/usr/bin/env bash
# Splitting multiallelic records and joining them again can swap the haplotypes of a phased genotype.
#
# Versions: bcftools 1.16-1 of Debian 12 against bcftools 1.24 (inside pysam 0.24.1). Needs apt-get to download
# (not to install) two packages of Debian 12, amd64.
# A good guess: `norm -m -any` and then `norm -m +any` gives back `0|2` and `1|2`.
# Seen: 1.16 gives `2|0` for `0|2`: the haplotypes change places although the separator still says phased. `1|2`
#   comes back unphased, as `1/2`. 1.24 gives both back as they were.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
chmod 755 .
apt-get download -qq bcftools=1.16-1 libhts3=1.16+ds-3 2>/dev/null
for package in ./*.deb; do dpkg -x "$package" root; done
libraries=$(dirname "$(find root -name 'libhts.so.3' | head -1)")
old() { LD_LIBRARY_PATH="$libraries" root/usr/bin/bcftools "$@"; }
python3 -m venv venv
venv/bin/python -m pip install --quiet --disable-pip-version-check pysam==0.24.1

{
  printf '##fileformat=VCFv4.3\n##contig=<ID=1,length=1000>\n'
  printf '##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">\n'
  printf '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1\tS2\n'
  printf '1\t100\t.\tA\tG,T\t.\tPASS\t.\tGT\t0|2\t1|2\n'
} > in.vcf
old --version | sed -n 1p
old norm -m -any in.vcf 2>/dev/null > split.vcf
before=$(old norm -m +any split.vcf 2>/dev/null | grep -v '^#' | cut -f 10-11)
after=$(venv/bin/python -c '
from pysam import bcftools
open("split24.vcf", "w").write(bcftools.norm("-m", "-any", "in.vcf"))
print(bcftools.norm("-m", "+any", "split24.vcf").splitlines()[-1])' | cut -f 10-11)
echo "1.16: $before"
echo "1.24: $after"
[ "$before" = "$(printf '2|0\t1/2')" ]
[ "$after" = "$(printf '0|2\t1|2')" ]
echo "as described"

#!/usr/bin/env bash
# Two ways of bcftools to fill AC and AN do not agree where somebody has three copies.
#
# Version: bcftools 1.16-1 of Debian 12. Needs apt-get to download (not to install) packages of Debian 12, amd64.
# A good guess: `+fill-tags -t AN,AC` gives the AC and AN that `view` and `+fill-AN-AC` give, which is every allele
#   that is written: 0/1/1 has an AC of 2 and an AN of 3.
# Seen: `+fill-tags` gives it AC 1 and AN 2, as if each allele counted once a sample; the others 2 and 3.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
chmod 755 .
apt-get download -qq bcftools=1.16-1 libhts3=1.16+ds-3 2>/dev/null
for package in ./*.deb; do dpkg -x "$package" root; done
libraries=$PWD/$(dirname "$(find root -name 'libhts.so.3' | head -1)")
export LD_LIBRARY_PATH=$libraries BCFTOOLS_PLUGINS=$libraries/bcftools
bcftools() { "$PWD/root/usr/bin/bcftools" "$@"; }

{
  printf '##fileformat=VCFv4.3\n##contig=<ID=1,length=1000>\n'
  printf '##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">\n'
  printf '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1\n'
  printf '1\t100\t.\tA\tG\t.\tPASS\t.\tGT\t0/1/1\n'
} > in.vcf
numbers() { bcftools query -f '%AC %AN\n'; }
tags=$(bcftools +fill-tags in.vcf -- -t AN,AC 2>/dev/null | numbers)
plain=$(bcftools +fill-AN-AC in.vcf 2>/dev/null | numbers)
view=$(bcftools view -c 1 in.vcf | numbers)
echo "+fill-tags: $tags; +fill-AN-AC: $plain; view: $view"
[ "$tags" = "1 2" ] && [ "$plain" = "2 3" ] && [ "$view" = "2 3" ]
echo "as described"

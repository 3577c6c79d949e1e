#!/usr/bin/env bash
# A genotype that is written haploid on X counts as two copies where no sex is given.
#
# Version: plink2 2.00~a3.5 of Debian 12. Needs apt-get to download (not to install) it, amd64.
# A good guess: GT `0` and `1` of non-PAR X are one allele each, as they are written: four people (0, 1, 0/1, 1/1) have
#   six copies, of which four carry.
# Seen: without a sex every one of them has two: OBS_CT 8, ALT_CTS 5. With the sexes given, 6 and 4; and a man
#   written 1/1 is then hemizygous: what is written decides neither time, the sex does.
set -euo pipefail
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
chmod 755 .
apt-get download -qq 'plink2=2.00~a3.5-*' 2>/dev/null
for package in ./*.deb; do dpkg -x "$package" root; done
plink=$PWD/root/usr/lib/plink2/plink2-sse2
libs=($(ldd "$plink" | awk '/not found/ { print $1 }'))
((${#libs[@]} == 0)) || { echo "missing here: ${libs[*]} (apt-get install plink2 brings them)" >&2; exit 2; }
{
  printf '##fileformat=VCFv4.3\n##contig=<ID=X,length=156040895>\n'
  printf '##FORMAT=<ID=GT,Number=1,Type=String,Description="genotype">\n'
  printf '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tm1\tm2\tf1\tf2\n'
  printf 'X\t50000000\thaploid\tA\tG\t.\t.\t.\tGT\t0\t1\t0/1\t1/1\n'
  printf 'X\t50000001\tdiploid\tA\tG\t.\t.\t.\tGT\t0/0\t1/1\t0/1\t1/1\n'
} > in.vcf
printf '#IID\tSEX\nm1\t1\nm2\t1\nf1\t2\nf2\t2\n' > sexes.psam
counts() { tail -n +2 "$1" | cut -f 5-6 | paste -s -d ' '; }
"$plink" --vcf in.vcf --freq counts --out without > /dev/null 2>&1
"$plink" --vcf in.vcf --psam sexes.psam --freq counts --out with > /dev/null 2>&1
echo "without sexes: $(counts without.acount)"
echo "with sexes: $(counts with.acount)"
[ "$(counts without.acount)" = "$(printf '5\t8 5\t8')" ]
[ "$(counts with.acount)" = "$(printf '4\t6 4\t6')" ]
echo "as described"

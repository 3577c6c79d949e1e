"""The datasets that the questions are asked of, made of nothing but fixed seeds and small texts."""

import gzip
import random
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

CASES = Path(__file__).resolve().parent.parent / "format-spec" / "cases" / "data"


@dataclass
class Dataset:
    """A dataset, and what the placeholders of questions stand for in it."""

    path: Path
    names: dict[str, str] = field(default_factory=dict)


class Maker:
    """Runs the program, and stops at what fails."""

    def __init__(self, varidex: Path, directory: Path):
        self.varidex = varidex
        self.directory = directory

    def run(self, *words):
        command = [self.varidex, *map(str, words)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{command} ended with {done.returncode}:\n{done.stderr}")

    def simulate(self, name: str, *words) -> Path:
        out = self.directory / name
        self.run("simulate", "-o", out, "--threads", 1, "-q", "--force", *words)
        return out

    def build(self, name: str, inputs, *words) -> Path:
        out = self.directory / f"{name}.vdx"
        self.run("build", *inputs, "-o", out, "-q", "--force", "--threads", 2, *words)
        return out


def lines_of(path: Path) -> list[str]:
    """Lines of a compressed VCF, as texts without their ends."""
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
        return file.read().split("\n")[:-1]


def people_options(simulated: Path) -> list:
    return ["--people", simulated / "people.ndjson", simulated / "family.ped",
            "--ontology", simulated / "terms.obo", simulated / "diseases.hpoa"]


def names_of(records: list[list[str]], **more) -> dict[str, str]:
    """Names of alleles at some places of the records, rare ones and common ones."""
    def allele(at: float) -> str:
        chrom, pos, _, ref, alts = records[int(len(records) * at)][:5]
        return f"{chrom}:{pos}:{ref}:{alts.split(',')[0]}"

    chrom = records[0][0]
    at = [int(records[int(len(records) * part)][1]) for part in (0.1, 0.12, 0.5, 0.75)]
    names = {
        "contig": chrom, "a1": allele(0.05), "a2": allele(0.33), "a3": allele(0.71),
        "small": f"{chrom}:{at[0]}-{at[1]}", "wide": f"{chrom}:{at[0]}-{at[2]}",
        "late": f"{chrom}:{at[2]}-{at[3]}", "place": f"{chrom}:{at[1]}",
        "gene": "RYR1", "gene2": "PTEN", "ensg": "ENSG00000196218", "info": "CADD", "id": "rs100",
        "s1": "SIM0000003", "s2": "SIM0000008", "s3": "SIM0000021", "i1": "PAT0000003",
        "term": "HP:0003473", "wideterm": "HP:0000118", "label": "congenital myasthenic syndrome",
        "disease": "MONDO:0018940", "population": "FIN", "transcript": "ENST00000359596",
    }
    return names | more


def records_of(lines: list[str]) -> list[list[str]]:
    return [line.split("\t") for line in lines if not line.startswith("#")]


def annotated(maker: Maker) -> Dataset:
    """One phased batch with people, families, consequences and typed INFO keys."""
    simulated = maker.simulate(
        "annotated", "--people", "--samples", 300, "--variants", 3000, "--seed", 7, "--multiallelic", 0.1)
    source = simulated / "cohort.vcf.gz"
    path = maker.build("annotated", [source], "--info", "SVTYPE,SVLEN,END,AC",
                       "--genes", simulated / "genes.gff3.gz", *people_options(simulated))
    return Dataset(path, names_of(records_of(lines_of(source)), info="SVLEN"))


def batches(maker: Maker) -> Dataset:
    """The samples in three batches, each with the records that one of its samples carries."""
    simulated = maker.simulate(
        "batches", "--people", "--samples", 240, "--variants", 2500, "--seed", 11, "--no-annotations",
        "--unphased-sites", 0.3, "--missing", 0.01)
    lines = lines_of(simulated / "cohort.vcf.gz")
    inputs = []
    for number, (first, end) in enumerate([(0, 90), (90, 100), (100, 240)]):
        inputs.append(maker.directory / f"batch{number}.vcf")
        part = []
        for line in lines:
            fields = line.split("\t")
            if not line.startswith("##"):
                fields = fields[:9] + fields[9 + first:9 + end]
            if line.startswith("#") or any(set(call) - set("0./|") for call in fields[9:]):
                part.append("\t".join(fields))
        inputs[-1].write_text("\n".join(part) + "\n")
    path = maker.build("batches", inputs, "--genes", simulated / "genes.gff3.gz", "--pad", 100,
                       *people_options(simulated))
    return Dataset(path, names_of(records_of(lines)))


def chromosome_x(maker: Maker) -> Dataset:
    """Haploid, half and missing calls, structural variants, families."""
    simulated = maker.simulate(
        "x", "--people", "--samples", 150, "--variants", 2500, "--seed", 5, "--contig", "chrX",
        "--missing", 0.05, "--half-calls", 0.3, "--haploid", 0.02, "--multiallelic", 0.25,
        "--structural", 0.05, "--filtered", 0.1, "--trios", 20)
    source = simulated / "cohort.vcf.gz"
    path = maker.build("x", [source], "--annotations", "none", "--info", "SVTYPE,SVLEN",
                       "--genes", simulated / "genes.gff3.gz", *people_options(simulated))
    return Dataset(path, names_of(records_of(lines_of(source)), info="SVLEN"))


def gvcfs(maker: Maker) -> Dataset:
    """Forty people, each in a gVCF of their own, with gaps and blocks of low quality."""
    simulated = maker.simulate(
        "gvcf", "--people", "--samples", 40, "--variants", 600, "--seed", 3, "--missing", 0.0, "--structural", 0.0,
        "--no-annotations", "--trios", 8)
    lines = lines_of(simulated / "cohort.vcf.gz")
    records = records_of(lines)
    names = next(line for line in lines if line.startswith("#CHROM")).split("\t")[9:]
    header = [line for line in lines if line.startswith("##") and "INFO=<ID=A" not in line] + [
        '##ALT=<ID=NON_REF,Description="Any other allele">',
        '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Quality">',
        '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Depth">']
    random_source = random.Random(23)
    inputs = []
    for sample, name in enumerate(names):
        out = header + ["\t".join([
            "#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", name])]
        begins = int(records[0][1]) - 500
        for record in records:
            chrom, pos, ident, ref, alts = record[:5]
            call = record[9 + sample]
            if not set(call) - set("0./|"):
                continue
            if begins < int(pos) and random_source.random() < 0.9:
                out.append("\t".join([
                    chrom, str(begins), ".", "N", "<NON_REF>", ".", ".", f"END={int(pos) - 1}", "GT:GQ:DP",
                    f"0/0:{int(random_source.random() * 99)}:{int(random_source.random() * 40)}"]))
            if begins > int(pos):
                continue
            quality = int(random_source.random() * 60)
            out.append("\t".join([chrom, pos, ident, ref, alts + ",<NON_REF>", "30", "PASS", ".", "GT:GQ:DP",
                                  f"{call}:{quality}:{quality // 2}"]))
            begins = int(pos) + len(ref)
        inputs.append(maker.directory / f"{name}.g.vcf")
        inputs[-1].write_text("\n".join(out) + "\n")
    path = maker.build("gvcfs", inputs, "--min-gq", 10, "--genes", simulated / "genes.gff3.gz",
                       *people_options(simulated))
    return Dataset(path, names_of(records))


def odd(maker: Maker) -> Dataset:
    """All that records of VCF can hold: ploidies, spellings, breakends, overlapping records, INFO."""
    source = random.Random(41)
    samples = [f"S{number}" for number in range(12)]
    out = ["##fileformat=VCFv4.3", '##FILTER=<ID=q10,Description="Low quality">',
           '##INFO=<ID=END,Number=1,Type=Integer,Description="End">',
           '##INFO=<ID=SVTYPE,Number=1,Type=String,Description="Type">',
           '##INFO=<ID=DB,Number=0,Type=Flag,Description="Known">',
           '##INFO=<ID=CADD,Number=A,Type=Float,Description="Score">',
           '##INFO=<ID=CLASS,Number=.,Type=String,Description="Classes">',
           '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
           "##contig=<ID=1,length=100000>", "##contig=<ID=X,length=50000>", "##contig=<ID=odd*name,length=900>",
           "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t" + "\t".join(samples)]
    shapes = [("A", "G"), ("A", "C,T"), ("AC", "A"), ("A", "ACG"), ("ATTT", "A,ATT"), ("G", "<DEL>"), ("G", "<DUP>"),
              ("C", "*,T"), ("T", "T[1:900["), ("CAG", "TTG"), ("N", "<INS>"), ("AAA", "AA,AAAA"), ("t", "g")]
    ploidies = [1, 2, 2, 2, 2, 2, 3, 4]
    for contig, count, step in (("1", 220, 90), ("X", 80, 60), ("odd*name", 12, 50)):
        position = 100
        for number in range(count):
            position += int(source.random() ** 2 * step)
            ref, alts = shapes[int(source.random() * len(shapes))]
            alleles = len(alts.split(",")) + 1
            info = [f"END={position + int(source.random() * 200)}", "SVTYPE=DEL"] if alts == "<DEL>" else []
            if source.random() < 0.3:
                info.append("DB")
            if source.random() < 0.5:
                info.append("CADD=" + ",".join(
                    f"{source.random() * 40:.2f}" if source.random() < 0.8 else "." for _ in alts.split(",")))
            if source.random() < 0.3:
                info.append("CLASS=" + ["benign", "benign,odd", "pathogenic", "."][int(source.random() * 4)])
            calls = []
            for _ in samples:
                ploidy = ploidies[int(source.random() * len(ploidies))]
                copies = [str(int(source.random() ** 2 * alleles)) if source.random() > 0.06 else "."
                          for _ in range(ploidy)]
                calls.append(("/" if source.random() < 0.5 else "|").join(copies))
            out.append("\t".join([
                contig, str(position), [".", f"rs{number}", f"rs{number};other{number}"][int(source.random() * 3)],
                ref, alts, [".", "12.5", "60"][int(source.random() * 3)],
                ["PASS", ".", "q10"][int(source.random() * 3)], ";".join(info) or ".", "GT", *calls]))
    path = maker.directory / "odd.vcf"
    path.write_text("\n".join(out) + "\n")
    genes = maker.directory / "odd.bed"
    genes.write_text("1\t900\t3000\tAAA1\n1\t2500\t9000\tBBB2\nX\t10\t1500\tCCC3\n")
    pedigree = maker.directory / "odd.ped"
    pedigree.write_text("F1\tS2\tS0\tS1\t1\t2\nF1\tS0\t0\t0\t1\t1\nF1\tS1\t0\t0\t2\t0\nF2\tS4\tS5\tS11\t2\t1\n")
    dataset = maker.build("odd", [path], "--info", "DB,CADD,CLASS,SVTYPE", "--sort", "--genes", genes,
                          "--people", pedigree)
    return Dataset(dataset, names_of(
        records_of(out), s1="S1", s2="S2", s3="S11", id="rs5", gene="AAA1", gene2="BBB2", i1="S4", info="CADD"))


def cases(maker: Maker) -> Dataset:
    """The hand-made cohort of the cases: people with several samples, with none, and of two ontologies."""
    people = [CASES / "cohort.people.tsv", CASES / "cohort.packet.json"]
    path = maker.build(
        "cases", [CASES / "cohort.vcf"], "--people", *people, "--ontology", CASES / "cohort.hp.obo",
        CASES / "cohort.mondo.obo", "--genes", CASES / "cohort.genes.bed", "--info", "CADD")
    records = records_of((CASES / "cohort.vcf").read_text().splitlines())
    return Dataset(path, names_of(records, s1="s1", s2="s3", s3="s6", i1="P2", small="chr10", wide="chr19",
                                  late="chrX", place="chr10:87950000", term="HP:0001252",
                                  disease="MONDO:0100096"))


MAKERS = [annotated, batches, chromosome_x, gvcfs, odd, cases]

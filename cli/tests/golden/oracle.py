"""Golden answers, derived from source files by plain scans, without any index.

Usage: oracle.py DATA WORK

Reads real cohorts, people and ontologies in DATA, writes invented people for the real genotypes to
WORK, and prints JSON: for each dataset the arguments of its build, and questions with the ids of
those who answer them, or the counts by group. Standard library only, but for `bcftools`.
"""

import collections
import gzip
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path


def text_of(path):
    return gzip.open(path, "rt") if str(path).endswith(".gz") else open(path)


class Ontology:
    """is_a ancestors of an OBO file, alternative ids, and what is known of diseases."""

    def __init__(self, obo, annotations):
        self.parents, self.names, self.alternative = {}, {}, {}
        term = None
        for line in text_of(obo):
            line = line.rstrip("\n")
            if line.startswith("["):
                term = None if line != "[Term]" else ""
            elif term is None:
                continue
            elif line.startswith("id: "):
                term = line[4:]
                self.parents[term] = []
            elif line.startswith("is_a: "):
                self.parents[term].append(line[6:].split()[0])
            elif line.startswith("name: "):
                self.names[term] = line[6:]
            elif line.startswith("alt_id: "):
                self.alternative[line[8:]] = term
        self.closures = {}
        diseases = collections.defaultdict(set)
        for line in text_of(annotations):
            fields = line.rstrip("\n").split("\t")
            if line.startswith("#") or fields[0] == "database_id":
                continue
            disease, qualifier, hpo, aspect = fields[0], fields[2], fields[3], fields[10]
            if qualifier != "NOT" and aspect == "P":
                diseases[disease].add(hpo)
        self.diseases = diseases

    def closure(self, term):
        """The term and all that is more general."""
        term = self.alternative.get(term, term)
        if term not in self.closures:
            found, todo = set(), [term]
            while todo:
                one = todo.pop()
                if one not in found:
                    found.add(one)
                    todo += self.parents.get(one, [])
            self.closures[term] = found
        return self.closures[term]

    def id_of(self, name):
        found = [term for term, known in self.names.items() if known == name]
        assert len(found) == 1, (name, found)
        return found[0]


class Person:
    def __init__(self, name):
        self.name = name
        self.sex = self.population = self.age_days = None
        # (scope, term, excluded, onset in days)
        self.records = []

    def has(self, scopes, term, closure, excluded=False):
        """Whether the term, or one that has it in its closure, is recorded."""
        return any(
            (not scopes or scope in scopes) and term in closure(one) and absent == excluded
            for scope, one, absent, _ in self.records
        )

    def excludes(self, term, closure):
        """Whether the term, or one more general, is recorded as absent."""
        return any(absent and one in closure(term) for _, one, absent, _ in self.records)


def days(iso):
    """An ISO 8601 duration in days, months of 30.4375."""
    found = re.fullmatch(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T.*)?", iso or "")
    if not found or not any(found.groups()):
        return None
    years, months, weeks, rest = (int(n or 0) for n in found.groups())
    return (years * 12 + months) * 30.4375 + weeks * 7 + rest


def phenopackets(lines):
    people = {}
    for line in lines:
        packet = json.loads(line)
        person = Person(packet["subject"]["id"])
        person.packet = packet["id"]
        person.sex = packet["subject"].get("sex", "").lower() or None
        seen = packet["subject"].get("timeAtLastEncounter", {})
        person.age_days = days(seen.get("age", {}).get("iso8601duration"))
        if "gestationalAge" in seen:
            # before birth, which is 40 weeks after the last menstruation
            age = seen["gestationalAge"]
            person.age_days = min(age["weeks"] * 7 + age.get("days", 0) - 280, 0)
        for feature in packet.get("phenotypicFeatures", []):
            onset = onset_days(feature.get("onset", {}))
            record = ("phenotype", feature["type"]["id"], feature.get("excluded", False), onset)
            person.records.append(record)
        for disease in packet.get("diseases", []):
            onset = onset_days(disease.get("onset", {}))
            record = ("disease", disease["term"]["id"], disease.get("excluded", False), onset)
            person.records.append(record)
        people[packet["id"]] = person
    return people


# stages that HPO defines to end before the first birthday, with a day of theirs
EARLY = {
    "HP:0030674": -1, "HP:0011460": -230, "HP:0011461": -100, "HP:0034199": -190, "HP:0034198": -130,
    "HP:0034197": -40, "HP:0003577": 0, "HP:0003623": 14, "HP:0003593": 180,
}  # fmt: skip


def onset_days(onset):
    """A day of onset; for a stage that begins later than the first birthday, none."""
    stage = EARLY.get(onset.get("ontologyClass", {}).get("id"))
    return days(onset.get("age", {}).get("iso8601duration")) if stage is None else stage


def genes(path, wanted):
    """0-based, half-open intervals of genes."""
    found = collections.defaultdict(list)
    for line in open(path):
        contig, start, end, symbol = line.rstrip("\n").split("\t")[:4]
        if symbol in wanted:
            found[symbol].append((contig, int(start), int(end)))
    return found


def overlaps(intervals, contig, position, reference):
    start, end = position - 1, position - 1 + len(reference)
    return any(c == contig and start < e and end > s for c, s, e in intervals)


CARRIED = re.compile(rb"[1-9]")


def rows(path, region=None):
    """Contig, position, REF, ALT and genotypes of each allele, by bcftools."""
    command = ["bcftools", "query", "-f", "%CHROM\t%POS\t%REF\t%ALT[\t%GT]\n"]
    command += ["-r", region] if region else []
    process = subprocess.Popen(command + [str(path)], stdout=subprocess.PIPE)
    for line in process.stdout:
        contig, position, reference, alternates, *genotypes = line.rstrip(b"\n").split(b"\t")
        for number, alternate in enumerate(alternates.decode().split(","), 1):
            yield contig.decode(), int(position), reference.decode(), alternate, number, genotypes
    assert process.wait() == 0


def samples(path):
    found = subprocess.run(["bcftools", "query", "-l", str(path)], capture_output=True, check=True)
    return found.stdout.decode().split()


def copies(genotype, number):
    """How many copies carry the allele, and how many are known."""
    alleles = re.split(rb"[/|]", genotype)
    wanted = str(number).encode()
    return sum(a == wanted for a in alleles), sum(a != b"." for a in alleles)


def carriers(path, region, names, keep=lambda *_: True, at_least=None):
    """Names of those who carry an allele of the region that is kept."""
    found = collections.Counter()
    for contig, position, reference, alternate, number, genotypes in rows(path, region):
        if not keep(contig, position, reference, alternate):
            continue
        carried = [copies(g, number)[0] if CARRIED.search(g) else 0 for g in genotypes]
        known = sum(copies(g, number)[1] for g in genotypes) if at_least == "rare" else 0
        if at_least == "rare" and not (known and sum(carried) / known < 0.01):
            continue
        for name, n in zip(names, carried):
            found[name] += n > 0
    return {name for name, n in found.items() if n}


def store_of_phenopackets(data, ontology):
    vcf = data / "cohorts/ppkt_GRCh38.vcf.gz"
    people = phenopackets(text_of(data / "people/phenopacket-store.ndjson.gz"))
    names = samples(vcf)
    wanted = genes(data / "genes/refGene.hg38.bed", {"PTEN", "SCN2A", "STXBP1"})
    by_gene = {}
    for symbol in ["PTEN", "SCN2A", "STXBP1"]:
        intervals = wanted[symbol]
        spans = collections.defaultdict(list)
        for contig, start, end in intervals:
            spans[contig] += [start, end]
        by_gene[symbol] = set()
        for contig, ends in spans.items():
            region = f"{contig}:{min(ends) + 1}-{max(ends)}"
            keep = lambda c, p, r, _: overlaps(intervals, c, p, r)
            by_gene[symbol] |= carriers(vcf, region, names, keep)
    closure = ontology.closure
    who = lambda test: {people[name].packet for name in people if test(people[name])}
    seizure, hypotonia = ontology.id_of("Seizure"), ontology.id_of("Hypotonia")
    term = lambda t, scopes=(): who(lambda p: p.has(scopes, t, closure))
    young = 2 * 12 * 30.4375
    questions = {
        seizure: term(seizure),
        f"phenotype:{hypotonia}": term(hypotonia, ("phenotype",)),
        f"disease:{seizure}": set(),
        '"Seizure"': term(seizure),
        f"exactly({seizure})": who(
            lambda p: any(t == seizure and not absent for _, t, absent, _ in p.records)
        ),
        f"excluded({seizure})": who(lambda p: p.excludes(seizure, closure)),
        f"{seizure} & excluded({hypotonia})": who(
            lambda p: p.has((), seizure, closure) and p.excludes(hypotonia, closure)
        ),
        f"!{seizure} & sex:female": who(
            lambda p: not p.has((), seizure, closure) and p.sex == "female"
        ),
        "sex:male & age<2y": who(
            lambda p: p.sex == "male" and p.age_days is not None and p.age_days < young
        ),
        f"onset({seizure})<1y": who(
            lambda p: any(
                seizure in closure(t) and not absent and onset is not None and onset < 12 * 30.4375
                for _, t, absent, onset in p.records
            )
        ),
        "carriers(gene:PTEN)": by_gene["PTEN"],
        f"carriers(gene:STXBP1) & {seizure}": by_gene["STXBP1"] & term(seizure),
        f"carriers(gene:STXBP1) & !{seizure}": by_gene["STXBP1"] - term(seizure),
        f"carriers(gene:SCN2A | gene:STXBP1) & {hypotonia}": (by_gene["SCN2A"] | by_gene["STXBP1"])
        & term(hypotonia),
    }
    build = [
        str(vcf),
        "--people", str(data / "people/phenopacket-store.ndjson.gz"),
        "--genes", str(data / "genes/refGene.hg38.bed"),
        "--ontology", str(data / "ontologies/hp.obo.gz"),
        "--ontology", str(data / "ontologies/phenotype.hpoa.gz"),
    ]  # fmt: skip
    return build, questions, {}


def draw(name, what, share):
    """True for about a share of names, always the same."""
    digest = hashlib.sha256(f"{what} {name}".encode()).digest()
    return int.from_bytes(digest[:4], "big") < share * 2**32


def thousand_genomes(data, ontology, work):
    """Real genotypes of 1000 Genomes; their illnesses are invented."""
    bcf = data / "cohorts/kgp3202_GRCh38_57genes.bcf"
    names = samples(bcf)
    table = {}
    for line in text_of(data / "cohorts/igsr_samples.tsv"):
        fields = line.rstrip("\n").split("\t")
        table[fields[0]] = fields
    weakness = ontology.id_of("Fatigable weakness")
    ptosis, cough = ontology.id_of("Bilateral ptosis"), ontology.id_of("Cough")
    people = {}
    with open(work / "invented.ndjson", "w") as out:
        for name in names:
            packet = {"id": f"packet-{name}", "subject": {"id": name}, "phenotypicFeatures": []}
            person = people[name] = Person(name)
            person.sex = table[name][1]
            # one sample has two codes
            person.population = table[name][3].strip('"').split(",")[0]
            packet["subject"]["sex"] = person.sex.upper()
            feature = lambda term, absent: (
                packet["phenotypicFeatures"].append(
                    {"type": {"id": term, "label": ontology.names[term]}, "excluded": absent}
                ),
                person.records.append(("phenotype", term, absent, None)),
            )
            for term, share in [(weakness, 0.1), (ptosis, 0.2), (cough, 0.3)]:
                if draw(name, term, share):
                    feature(term, draw(name, term + "absent", 0.25))
            if draw(name, "covid", 0.2):
                packet["diseases"] = [
                    {"term": {"id": "MONDO:0100096", "label": "COVID-19"},
                     "onset": {"age": {"iso8601duration": "P30Y"}}}
                ]  # fmt: skip
                person.records.append(("disease", "MONDO:0100096", False, days("P30Y")))
            if draw(name, "drug", 0.3):
                agent = {"id": "NCIT:C64768", "label": "Vemurafenib"}
                packet["medicalActions"] = [{"treatment": {"agent": agent}}]
                person.records.append(("treatment", "NCIT:C64768", False, None))
            out.write(json.dumps(packet) + "\n")
    with open(work / "table.tsv", "w") as out:
        out.write("individual\tsex\tpopulation\n")
        for name in names:
            out.write(f"{name}\t{people[name].sex}\t{people[name].population}\n")
    intervals = genes(data / "genes/refGene.hg38.bed", {"RYR1"})["RYR1"]
    region = f"chr19:{min(s for _, s, _ in intervals) + 1}-{max(e for _, _, e in intervals)}"
    keep = lambda c, p, r, _: overlaps(intervals, c, p, r)
    rare = carriers(bcf, region, names, keep, "rare")
    closure = ontology.closure
    who = lambda test: {name for name in names if test(people[name])}
    has = lambda term: who(lambda p: p.has((), term, closure))
    population = lambda code: who(lambda p: p.population == code)
    muscle = ontology.id_of("Abnormality of the musculature")
    questions = {
        "carriers(gene:RYR1 & af<0.01)": rare,
        f"carriers(gene:RYR1 & af<0.01) & {muscle}": rare & has(muscle),
        'carriers(gene:RYR1 & af<0.01) & disease:"COVID-19"': rare & has("MONDO:0100096"),
        'carriers(gene:RYR1 & af<0.01) & treatment:"vemurafenib" & population:FIN': rare
        & has("NCIT:C64768")
        & population("FIN"),
        "onset(disease:MONDO:0100096)>=30y & !treatment:NCIT:C64768": has("MONDO:0100096")
        - has("NCIT:C64768"),
        f"excluded({weakness})": who(lambda p: p.excludes(weakness, closure)),
        "population:YRI & sex:female": population("YRI") & who(lambda p: p.sex == "female"),
    }
    groups = collections.defaultdict(set)
    for name in names:
        groups[f"{people[name].population}|{people[name].sex}"].add(name)
    counted = []
    window = "chr19:38500000-38502000"
    for contig, position, reference, alternate, number, genotypes in rows(bcf, window):
        for group, members in groups.items():
            ac = an = 0
            for name, genotype in zip(names, genotypes):
                if name in members:
                    carried, known = copies(genotype, number)
                    ac, an = ac + carried, an + known
            counted.append([contig, position, reference, alternate, group, ac, an])
    build = [
        str(bcf),
        "--people", str(work / "invented.ndjson"),
        "--people", str(work / "table.tsv"),
        "--genes", str(data / "genes/refGene.hg38.bed"),
        "--ontology", str(data / "ontologies/hp.obo.gz"),
        "--ontology", str(data / "ontologies/phenotype.hpoa.gz"),
    ]  # fmt: skip
    return build, questions, {(window, "population,sex"): counted}


def uk1(data):
    """CINECA's synthetic cohort: Beacon individuals, SnpEff annotations."""
    vcf = data / "people/cineca_uk1/chr22_ann.vcf.gz"
    individuals = json.load(text_of(data / "people/cineca_uk1/individuals.json.gz"))
    names = samples(vcf)
    female = {i["id"] for i in individuals if i["sex"]["label"] == "female"}
    african = {i["id"] for i in individuals if i.get("ethnicity", {}).get("label") == "African"}
    bmi, procedures = collections.defaultdict(list), collections.defaultdict(set)
    for individual in individuals:
        for measure in individual.get("measures", []):
            if measure["assayCode"]["id"] == "LOINC:35925-4":
                bmi[individual["id"]].append(measure["measurementValue"]["value"])
        for procedure in individual.get("interventionsOrProcedures", []):
            procedures[procedure["procedureCode"]["id"]].add(individual["id"])
    heavy = {name for name, values in bmi.items() if any(value > 30 for value in values)}
    which = max(procedures, key=lambda code: (len(procedures[code]), code))
    by_gene, by_effect, missense_in = (collections.defaultdict(set) for _ in range(3))
    format = "%INFO/ANN\t%ALT[\t%GT]\n"
    lines = subprocess.run(["bcftools", "query", "-f", format, str(vcf)], capture_output=True, check=True)
    for line in lines.stdout.decode().splitlines():
        annotation, alternates, *genotypes = line.split("\t")
        for number, alternate in enumerate(alternates.split(","), 1):
            carrying = [n for n, g in zip(names, genotypes) if copies(g.encode(), number)[0]]
            for entry in annotation.split(","):
                fields = entry.split("|")
                if fields[0] != alternate:
                    continue
                by_gene[fields[3]].update(carrying)
                for effect in fields[1].split("&"):
                    by_effect[effect].update(carrying)
                    if effect == "missense_variant":
                        missense_in[fields[3]].update(carrying)
    gene = max(missense_in, key=lambda g: (len(missense_in[g]), g))
    questions = {
        "sex:female": female,
        'ethnicity:"African"': african,
        "measurement(LOINC:35925-4)>30": heavy,
        f"procedure:{which}": procedures[which],
        f"carriers(gene:{gene}) & sex:female": by_gene[gene] & female,
        f"carriers(gene:{gene} & consequence:missense_variant)": missense_in[gene],
        "carriers(consequence:stop_gained)": by_effect["stop_gained"],
        "carriers(consequence:synonymous_variant) & measurement(LOINC:35925-4)>30":
            by_effect["synonymous_variant"] & heavy,
    }
    build = [str(vcf), "--people", str(data / "people/cineca_uk1/individuals.json.gz")]
    return build, questions, {}


def main():
    data, work = Path(sys.argv[1]), Path(sys.argv[2])
    ontology = Ontology(data / "ontologies/hp.obo.gz", data / "ontologies/phenotype.hpoa.gz")
    datasets = {
        "phenopackets": store_of_phenopackets(data, ontology),
        "thousand_genomes": thousand_genomes(data, ontology, work),
        "uk1": uk1(data),
    }
    out = [
        {
            "name": name,
            "build": build,
            "questions": [{"ask": ask, "ids": sorted(ids)} for ask, ids in questions.items()],
            "frequencies": [
                {"where": where, "by": by, "rows": sorted(rows)}
                for (where, by), rows in counts.items()
            ],
        }
        for name, (build, questions, counts) in datasets.items()
    ]
    json.dump(out, sys.stdout, indent=1)


main()

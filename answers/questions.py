"""The questions. `{name}` stands for what is called so in the dataset that is asked."""

VARIANTS = """
all
{contig}
{small}
{wide}
{late}
{place}
{a1}
{a2}
{a3}
{id}
id:"{id}"
gene:{gene}
gene:{gene2}
gene:{ensg}
gene:{gene} & af<0.01
gene:{gene} & impact>=moderate
gene:{gene} & consequence:missense_variant
gene:{gene} | gene:{gene2}
!gene:{gene} & {wide}
impact>=moderate
impact:high
impact!=high
consequence:missense_variant
consequence:coding_sequence_variant
consequence:splice_region_variant & {wide}
canonical
mane
canonical & impact>=low
protein:V600E
{transcript}
type:snv
type:ins
type:del
type:indel
type:inv
type:mnv
!type:snv
type:snv & {small}
length>=2
length<-1
length>=50
length!=0 & {wide}
ac=0
ac=1
ac>=2
ac>=2 & ac<=5
an<20
an>100
an!=80
af<0.01
af>=0.05
af>=0.05 & type:snv
af=0.5
n_het>3
n_hom>0
n_hemi>0
n_missing>0
n_missing=0 & {wide}
!(af<0.01)
!(an>0)
af<0.01 | n_hom>10
qual>30
!qual>30
filter:PASS
filter:q10
filter:LowQual
filter:.
!filter:PASS
info.{info}
info.{info}>5
info.{info}<5 & {wide}
!info.{info}
info.{info}!=3
info.DB
info.CLASS=benign
info.CLASS!=benign
info.SVTYPE=DEL
af(population:{population})<0.05
af(population:{population})>=0.1 & af<0.2
ac(sex:female)=0 & ac>0
an(sex:male)>10 & {small}
n_hom(population:{population} & sex:female)>1
af({term})>af
af(samples({s1},{s2},{s3}))>=0.5
ac(!samples({s1}))<2
af(carriers({a2}))>0.4
({small} | {late}) & type:snv & af<0.2
!({small} | {late}) & ac>3
{wide} and not type:snv or {a1}
region({contig}, 1, 400000000) & n_het>20
allele("{a1}")
gene:NOSUCHGENE
chrNONE:1-100
nosuchfield>3
af<
({wide}
"""

GROUPS = """
all
!all
sex:female
sex:male
sex:unknown
!sex:female & sex:male
population:{population}
population:{population} | population:GBR
population:{population} & sex:female
country:FI
cohort:"main"
family:F1
affected:yes
affected:no
karyotype:XXY
age>=18y
age<40y & sex:male
age>=18y & age<=65y
{term}
phenotype:{term}
disease:{term}
exactly({term})
excluded({term})
!{term}
{wideterm}
!{wideterm} & all
"{label}"
disease:"{label}"
disease:{disease}
disease:{disease} & population:{population}
treatment:"vemurafenib"
biomarker:BRAF
disease:"COVID-19"
onset({disease})<20y
onset({term})>=2y
severity({term}):HP:0012828
measurement(LOINC:39156-5)>26
measurement(LOINC:4548-4, "%")>6.5
similar({term})
similar({term}, low)
similar({term}, high)
similar({term}; score>=0.3)
similar("{label}")
similar("{label}", low)
similar({disease}, low; measure: resnik)
similar({disease}; measure: lin)
similar({term}, HP:0001252)
similar({term}; measure: jc) & sex:female
similar({term}; measure: jaccard)
similar("{label}", low) & carriers(gene:{gene})
samples({s1})
samples({s1},{s2},{s3})
individuals({i1})
individuals({i1}) | samples({s3})
!samples({s1}) & carriers({a2})
carriers({a1})
carriers({a2})
carriers({a3})
carriers({a2}, het)
carriers({a2}, hom)
carriers({a3}, hemi)
carriers({small})
carriers({wide} & af<0.05)
carriers({wide} & af<0.05, at_least: 2)
carriers({late} & af<0.1, at_least: 3)
carriers({wide} & type:snv, hom)
carriers({late}, zygosity: het)
carriers(gene:{gene})
carriers(gene:{gene} & af<0.01)
carriers(gene:{gene} & impact>=moderate)
carriers(gene:{gene} & impact>=high)
carriers(gene:{gene} & impact>=moderate & af<0.01)
carriers(gene:{gene} & af<0.02, compound)
carriers(gene:{gene}, compound)
carriers(gene:{gene2}, compound)
carriers(impact>=moderate & af<0.02, compound)
carriers(gene:{gene}) & {term}
carriers(gene:{gene}) & similar("{label}")
carriers(gene:{gene2}) & biomarker:BRAF & treatment:"vemurafenib"
carriers(gene:{gene}) & carriers(gene:{gene2})
carriers(gene:{gene} | gene:{gene2})
carriers(gene:TLR7) & disease:"COVID-19"
carriers(gene:{gene}, at_least: 2)
carriers(type:del)
carriers(type:dup)
carriers(ac=1)
carriers(n_hom=1, hom)
carriers(all, de_novo)
carriers(all, inherited)
carriers({wide}, maternal)
carriers({wide}, paternal)
carriers(af<0.05, maternal, hom)
carriers(impact>=moderate, de_novo)
carriers(filter:PASS & {small})
carriers(info.{info})
carriers(af(population:{population})<0.01 & {wide})
carriers(ac(sex:female)=0)
carriers(gene:{gene} & af<0.01) & population:{population} & sex:female
!carriers({wide})
!(carriers({a2}) | sex:female)
(sex:male | carriers({a1})) & !{term}
carriers({small}) & !carriers({late})
carriers(gene:NOSUCHGENE)
carriers(chrNONE:1)
population:NOWHERE
HP:9999999
"no such label at all"
similar("no such thing")
samples(NOBODY)
carriers({a1}, nonsense)
carriers({a1}, compound, hom)
sex:
age>=old
"""

GROUPED = [
    ["--group", "sex:female"],
    ["--group", "population:{population}"],
    ["--group", "carriers({a2})"],
    ["--group", "!samples({s1},{s2})"],
    ["--group", "{term} | samples({s3})"],
    ["--by", "population"],
    ["--by", "sex"],
    ["--by", "population,sex"],
    ["--group", "sex:male", "--by", "population"],
    ["--by", "nosuchkey"],
]
COUNTED = ["{small}", "{a2}", "{late} & type:del", "gene:{gene} & ac>2", "ac=1 & {wide}", "n_missing>0 & {small}"]

CARRIED = [
    ["{a1}"], ["{a2}"], ["{small}"], ["{late} & af<0.05"], ["gene:{gene} & impact>=high"], ["type:del & {wide}"],
    ["{small}", "--group", "sex:female"], ["{wide} & n_hom>0", "--group", "samples({s1},{s2},{s3})"],
    ["{small} & type:snv", "--group", "population:{population}"], ["ac=1", "--group", "!sex:male"],
    ["gene:{gene} & af<0.1", "--compound"], ["{wide} & af<0.05", "--compound"],
    ["gene:{gene}", "--compound", "--group", "sex:female"], ["nonsense:3"], ["{a1}", "--group", "NOTHING:1"],
]

EXPORTED = [
    ["{small}"], ["{late} & ac>2"], ["gene:{gene} & af<0.05"], ["{wide}", "--group", "samples({s1},{s2})"],
    ["{small}", "--group", "sex:female"], ["{a2}", "--group", "carriers({a2})"], ["type:inv"],
    ["filter:PASS & {small}", "--group", "population:{population}"],
]

PEOPLE = [
    [], ["--by", "sex"], ["--by", "population,sex"], ["--by", "age"], ["--scope", "disease"],
    ["--scope", "phenotype", "--top", "5"], ["--by", "nosuchkey"],
]


def commands() -> list[list[str]]:
    """Each question as the words of a command; the dataset comes behind the first."""
    found = []
    for where in filter(None, VARIANTS.split("\n")):
        found.append(["variants", where])
        found.append(["frequencies", where, "--format", "ndjson"])
    for group in filter(None, GROUPS.split("\n")):
        found.append(["ask", group, "--ids", "--format", "json"])
    for group in list(filter(None, GROUPS.split("\n")))[::4]:
        found.append(["ask", group])
        found.append(["ask", group, "--exists"])
    for where in COUNTED:
        for options in GROUPED:
            found.append(["frequencies", where, *options])
    for words in CARRIED:
        found.append(["carriers", *words])
    for words in EXPORTED:
        found.append(["export", *words, "-o", "-"])
    for words in PEOPLE:
        found.append(["people", *words])
    return found

"""The genes file (section 8 of README.md, "genes file")."""

from collections import namedtuple

from primitives import Container, ascending, check_hash_index, lists, need, text, plain

SECTIONS = {"gene_names", "gene_ids", "gene_contigs", "gene_places", "gene_index", "gene_pad"}
PAD_MAX = 10_000_000

Gene = namedtuple("Gene", "symbol aliases ids places")


class Genes:
    """A genes file, decoded whole and checked."""

    def __init__(self, data):
        self.file = file = Container(data, b"N")
        names = text(file.get("gene_names"), "gene_names")
        ids = text(file.get("gene_ids"), "gene_ids", len(names))
        need(len(ids) == len(names), "gene_ids", "J1", f"{len(ids)} entries for {len(names)} genes")
        pad = file.get("gene_pad")
        self.pad = int.from_bytes(pad, "little")
        need(len(pad) == 4 and self.pad <= PAD_MAX, "gene_pad", "J2", f"{self.pad} in {len(pad)} bytes")
        self.contigs = [plain(one, "gene_contigs", "J3") for one in text(file.get("gene_contigs"), "gene_contigs")]
        need(ascending(self.contigs) and "" not in self.contigs, "gene_contigs", "J3", "not ascending")
        self.genes, used = [], set()
        places = lists(file.get("gene_places"), len(names), "gene_places")
        for name, several, place in zip(names, ids, places):
            symbol, *aliases = plain(name, "gene_names", "J4").split("\t")
            several = plain(several, "gene_ids", "J4")
            several = several.split("\t") if several else []
            need(ascending(aliases), "gene_names", "J4", f"aliases of {symbol}")
            need(ascending(several) and "" not in several, "gene_ids", "J4", f"ids of {symbol}")
            three = list(zip(place[::3], place[1::3], place[2::3]))
            sound = len(place) % 3 == 0 and all(c < len(self.contigs) and a <= b < 2**31 for c, a, b in three)
            need(sound, "gene_places", "J5", f"{three[:3]} of {symbol}")
            used |= {contig for contig, _, _ in three}
            self.genes.append(Gene(symbol, aliases, several, [(self.contigs[c], a, b) for c, a, b in three]))
        need(len(used) == len(self.contigs), "gene_contigs", "J3", "contigs without genes")
        check_hash_index(file.get("gene_index"), "gene_index", len(names), self.index_texts(), "J6")
        file.verify(SECTIONS)

    def index_texts(self):
        for number, gene in enumerate(self.genes):
            names = {name.lower() for name in [gene.symbol, *gene.aliases, *gene.ids]}
            yield from ((name.encode(), number) for name in names)

    def find(self, name):
        """The genes of a symbol, or else of an alias or an id; in any case."""
        wanted = name.strip().lower()
        symbols = [gene for gene in self.genes if gene.symbol.lower() == wanted]
        others = lambda gene: wanted in map(str.lower, [*gene.aliases, *gene.ids])
        return symbols or [gene for gene in self.genes if others(gene)]

    def padded(self, gene):
        """Where a gene and its pad lie."""
        return [(contig, max(start - self.pad, -1), end + self.pad) for contig, start, end in gene.places]

    def overlapping(self, contig, start, end):
        """The genes that lie on a stretch with their pads: 0-based, half-open."""
        meets = lambda place: place[0] == contig and place[1] < end and start < place[2]
        return [gene for gene in self.genes if any(map(meets, self.padded(gene)))]

    def dump(self, out):
        out.write("symbol\taliases\tids\tplaces\n")
        for gene in self.genes:
            places = "|".join(f"{contig}:{start + 1}-{end}" for contig, start, end in gene.places)
            out.write("\t".join([gene.symbol, "|".join(gene.aliases), "|".join(gene.ids), places]) + "\n")

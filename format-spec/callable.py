"""Where genotypes could be called: the regions of a kit (section 8 of README.md, "Callable file")."""

import struct

from primitives import Container, ascending, need, plain, text

ENTRY = "<Iii"


def plain_name(contig):
    """A contig's name without what sources put before it: of chromosomes alone it matters which they are."""
    plain = contig[3:] if contig.lower().startswith("chr") else contig
    return {"M": "MT"}.get(plain.upper(), plain.upper() if plain.upper() in ("X", "Y", "MT") else plain)


class Callable:
    def __init__(self, data):
        file = Container(data, b"K")
        names = text(file.get("callable_contigs"), "callable_contigs")
        self.names = [plain(name, "callable_contigs", "J7") for name in names]
        regions = file.get("callable_regions")
        size = struct.calcsize(ENTRY)
        need(regions and len(regions) % size == 0, "callable_regions", "J8", f"{len(regions)} bytes")
        self.regions = list(struct.iter_unpack(ENTRY, regions))
        for (last, _, behind), (contig, start, end) in zip([(-1, 0, 0), *self.regions], self.regions):
            apart = behind < start if contig == last else contig == last + 1
            sound = apart and contig < len(self.names) and 0 <= start < end
            need(sound, "callable_regions", "J8", f"{start} to {end} of contig {contig}")
        named = ascending(self.names) and self.regions[-1][0] + 1 == len(names)
        need(named, "callable_contigs", "J7", f"{self.names}")
        file.verify({"callable_contigs", "callable_regions"})

    def holds(self, name, start, end):
        """Whether a region holds all from `start` up to `end` of a contig, by its plain name."""
        return any(
            plain_name(self.names[contig]) == name and first <= start and end <= behind
            for contig, first, behind in self.regions
        )

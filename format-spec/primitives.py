"""The building blocks of the format (sections 5, 7 and 8 of README.md): containers, columns, texts, stored
sets, orders and alleles. Everything is checked as it is read; what is wrong raises `Damaged`."""

import itertools
import os
import re
import struct
import unicodedata

import xxhash
import zstandard

READ_VERSION, FEATURES = 2, 1
HEADER_LEN, ENTRY_LEN, CHUNK = 64, 24, 65_536
PAGE_ROWS, BLOCK_ROWS = 1024, 65_536
SLACK = 8  # zero bytes behind the last page of a column
NAMES = {
    1: "meta", 2: "contigs", 3: "blocks", 4: "pages", 5: "sample_numbers",
    16: "position", 17: "span", 18: "allele", 19: "ac", 20: "hom", 21: "hemi", 22: "het_excess",
    23: "an_short", 24: "missing_count", 25: "filter", 26: "quality", 27: "alt_number",
    28: "record_rank", 29: "roll", 30: "sv_length", 31: "stated_type",
    32: "carriers", 33: "missing", 34: "haploid", 35: "unphased",
    36: "phase_ends", 37: "phase_sets", 38: "phase_names", 39: "block_short",
    40: "sets", 41: "order_directory", 42: "orders", 43: "recorded", 44: "uncovered", 45: "outside",
    46: "coverage", 47: "coverage_states", 48: "allele_codes", 49: "long_alleles",
    50: "long_hashes", 52: "ids", 53: "id_index", 54: "id_contigs", 56: "filters", 60: "polyploid_rows",
    61: "polyploid", 64: "original_rows", 65: "originals", 66: "respelled", 72: "info_keys", 80: "names", 81: "name_index",
    96: "annotation_meta", 97: "annotation_ends", 98: "annotation_items", 99: "entry_classes",
    100: "entry_texts", 101: "class_genes", 102: "class_transcripts", 103: "class_consequences",
    104: "class_grades", 105: "annotated_genes", 106: "transcripts", 107: "consequences",
    108: "gene_rows", 109: "consequence_rows", 110: "impact_rows", 111: "annotation_sets",
    112: "gene_name_index", 113: "change_index",
    128: "term_ids", 129: "term_names", 130: "alternative_ids", 131: "parents", 132: "equivalents",
    133: "closures", 134: "replacements", 135: "term_index", 136: "information", 137: "phenotypes",
    138: "versions",
    160: "people_meta", 161: "person_ids", 163: "person_flags", 164: "age_low",
    165: "age_high", 166: "birth_first", 167: "birth_last", 168: "families", 169: "fathers", 170: "mothers",
    171: "countries", 172: "coding_ids", 173: "coding_labels", 174: "coding_terms", 176: "attribute_kinds",
    177: "attribute_values", 178: "attribute_sets", 180: "term_set_keys", 181: "term_set_terms",
    182: "term_sets", 184: "people_sets",
    190: "event_starts", 191: "event_flags", 192: "event_terms", 193: "onset_low", 194: "onset_high",
    195: "end_low", 196: "end_high", 197: "severities", 198: "event_values", 199: "units",
    208: "gene_names", 209: "gene_ids", 210: "gene_contigs", 211: "gene_places", 212: "gene_index",
    213: "gene_pad", 224: "carried_genes", 225: "carried_index", 226: "carried_classes", 227: "carried_sets", 228: "carried_meta", 229: "carried_an",
    230: "carried_top_ac", 231: "carried_top_an",
    240: "sample_meta", 241: "sample_owners",
    256: "free_names", 257: "free_texts", 258: "free_code_ids", 259: "free_code_labels",
    272: "callable_contigs", 273: "callable_regions",
    288: "published_meta", 289: "published_hashes", 290: "published_digest", 291: "published_position",
    292: "published_span", 293: "published_allele", 294: "published_long", 295: "published_pages",
    296: "published_ends", 297: "published_counts",
}  # fmt: skip
INFO = 4096
FREE = INFO + 65_536
U32 = (0, 2**32 - 1)


def shown(name):
    """The name of a section without the number of a column."""
    return name.split()[0] if name.startswith(("info ", "free ")) else name


class Damaged(Exception):
    """Bytes that are not what was written: the section, the rule, and what was found."""

    kind = "damaged"

    def __init__(self, section, rule, what):
        super().__init__(f"section {section}, rule {rule}: {what}")
        self.section, self.rule = section, rule


class TooNew(Damaged):
    """Written by a later version."""

    kind = "too new"


class TooOld(Damaged):
    """Written in a version that is no longer read."""

    kind = "too old"


def need(holds, section, rule, what):
    if not holds:
        raise Damaged(section, rule, what)


def numbers(data, size=4):
    return list(struct.unpack(f"<{len(data) // size}{'HIQ'[size.bit_length() - 2]}", data))


def ascending(values):
    return all(a < b for a, b in zip(values, values[1:]))


def features_of(kinds):
    """Feature bits of a file with sections of these kinds."""
    return int(any(43 <= kind <= 47 for kind in kinds))


class Container:
    """Header, section table and chunk sums of a binary file; sections by name."""

    def __init__(self, data, kind):
        self.data = data
        need(len(data) >= HEADER_LEN, "header", "F1", f"{len(data)} bytes")
        magic = b"VARIDEX\x1a\x0a" + kind + b"\r\n"
        need(data[:12] == magic, "header", "F2", f"magic {data[:12]!r}")
        (read, _write, features, length, table_at, count, draft, table_sum, header_sum) = struct.unpack(
            "<HHQQQIIQQ", data[12:HEADER_LEN]
        )
        need(xxhash.xxh3_64_intdigest(data[:56]) == header_sum, "header", "F3", "header checksum")
        if read > READ_VERSION or features & ~FEATURES:
            raise TooNew("header", "F4", f"version {read}, features {features:#x}")
        if read < READ_VERSION:
            raise TooOld("header", "F15", f"version {read}: build the dataset anew")
        if draft:
            raise TooOld("header", "F17", f"draft {draft}: build the dataset anew")
        need(length == len(data), "header", "F5", f"{len(data)} bytes of {length}")
        need(table_at == HEADER_LEN, "header", "F6", "table offset")
        need(count <= 65_536, "header", "F7", f"{count} sections")
        entries_end = HEADER_LEN + count * ENTRY_LEN
        need(entries_end <= len(data), "header", "F8", "table outside the file")
        entries = list(struct.iter_unpack("<IIQQ", data[HEADER_LEN:entries_end]))
        chunks = sum(-(-length // CHUNK) for _, _, _, length in entries)
        end = entries_end + chunks * 8
        need(end <= len(data), "header", "F8", "table outside the file")
        need(xxhash.xxh3_64_intdigest(data[HEADER_LEN:end]) == table_sum, "header", "F8", "table checksum")
        self.sections, self.gaps = {}, []
        sums = numbers(data[entries_end:end], 8)
        for kind, zero, offset, length in entries:
            aligned = -(-end // 64) * 64
            need(zero == 0 and offset == aligned, "header", "F9", f"section {kind} at {offset}")
            need(offset + length <= len(data), "header", "F9", f"section {kind} past the end")
            name = self.name(kind)
            need(name not in self.sections, "header", "F10", f"section {name} twice")
            self.gaps.append((end, offset, name))
            chunks = -(-length // CHUNK)
            self.sections[name] = (offset, length, sums[:chunks])
            sums, end = sums[chunks:], offset + length
        need(end == len(data), "header", "F9", f"sections end at {end} of {len(data)}")
        need(features == features_of(kind for kind, *_ in entries), "header", "F16", f"features {features:#x}")

    @staticmethod
    def name(kind):
        if INFO <= kind < INFO + 65_536:
            return f"info {kind - INFO}"
        if FREE <= kind < FREE + 65_536:
            return f"free {kind - FREE}"
        return NAMES.get(kind, f"unknown {kind}")

    def get(self, name):
        """The bytes of a section, their checksums checked; none where it is not there."""
        offset, length, sums = self.sections.get(name, (0, 0, []))
        data = self.data[offset : offset + length]
        for i, expected in enumerate(sums):
            found = xxhash.xxh3_64_intdigest(data[i * CHUNK : (i + 1) * CHUNK])
            need(found == expected, shown(name), "F11", "checksum")
        return data

    def verify(self, kinds=None):
        """Everything that reading does not check; `kinds` are those that the file may have."""
        for name in self.sections:
            need(not name.startswith("unknown"), name, "F13", "a kind that this version has not")
            self.get(name)
            need(kinds is None or name in kinds, shown(name), "F14", "a section of another kind of file")
        for start, end, name in self.gaps:
            need(not any(self.data[start:end]), f"padding before {shown(name)}", "F12", "bytes that are not zero")


# texts in which tabs set things apart
TABBED = {"term_names", "alternative_ids", "versions", "gene_names", "gene_ids", "free_names"}


def is_plain(value):
    """Whether a text has no control characters."""
    return not any(unicodedata.category(letter) == "Cc" for letter in value)


def plain(value, section, rule):
    """A text in UTF-8 without control characters."""
    value = utf8(value, section, rule)
    need(is_plain(value.replace("\t", "") if section in TABBED else value), section, "T7", f"{value!r}")
    return value


def column(data, rows, section, nullable=False, limits=(-(2**63), 2**63 - 1)):
    """The values of a column; None is no value."""
    if not data:
        return [None if nullable else 0] * rows
    pages = -(-rows // PAGE_ROWS)
    need(len(data) >= pages * 16 + SLACK, section, "C1", "a page directory")
    values, expected = [], pages * 16
    for page, (base, place) in enumerate(struct.iter_unpack("<qQ", data[: pages * 16])):
        width, start = place & 255, (place >> 8) + pages * 16
        need(width <= 57 or width == 64, section, "C2", f"width {width}")
        count = min(PAGE_ROWS, rows - page * PAGE_ROWS)
        end = start + (count * width + 7) // 8
        need(end + SLACK <= len(data), section, "C3", f"page {page} outside the section")
        need(start == expected, section, "C4", f"page {page} at {start}, not {expected}")
        expected, packed = end, int.from_bytes(data[start:end], "little")
        need(packed >> count * width == 0, section, "C6", f"bits behind the last value of page {page}")
        for i in range(count):
            difference = packed >> i * width & (1 << width) - 1
            if nullable and difference == 0:
                values.append(None)
                continue
            value = (base + difference + 2**63) % 2**64 - 2**63
            need(limits[0] <= value <= limits[1], section, "C5", f"{value} in row {len(values)}")
            values.append(value)
    need(expected + SLACK == len(data), section, "C4", "bytes behind the last page")
    need(not any(data[expected:]), section, "C6", "the end")
    return values


def text(data, section, entries=None):
    """The entries of a text; `entries` empty ones where it is not there."""
    if not data:
        return [b""] * (entries or 0)
    need(len(data) >= 8, section, "T1", f"{len(data)} bytes")
    count, blocks = numbers(data[:8])
    at = 8 + blocks * 16
    need(at <= len(data), section, "T1", f"{blocks} blocks")
    need(blocks <= count <= 1024 * blocks, section, "T1", f"{count} entries in {blocks} blocks")
    directory = list(struct.iter_unpack("<IIQ", data[8:at]))
    result, start = [], 0
    for (first, size, end), after in zip(directory, directory[1:] + [(count, 0, 0)]):
        need(start <= end <= len(data) - at, section, "T2", f"a frame from {start} to {end}")
        need(size <= 2**30, section, "T3", f"{size} bytes")
        frame = data[at + start : at + end]
        try:
            claimed = zstandard.frame_content_size(frame)
            need(claimed == size, section, "T4", f"a frame of {claimed} bytes, not {size}")
            need(zstandard.get_frame_parameters(frame).has_checksum, section, "T6", "a frame without a checksum")
            inflated = zstandard.ZstdDecompressor().decompress(frame, allow_extra_data=False)
        except zstandard.ZstdError as error:
            raise Damaged(section, "T6" if "checksum" in str(error) else "T4", str(error)) from None
        need(len(inflated) == size, section, "T4", f"{len(inflated)} bytes, not {size}")
        need(first == len(result) and inflated.endswith(b"\n"), section, "T5", f"block of entry {first}")
        result += inflated[:-1].split(b"\n")
        need(len(result) - first <= 1024, section, "T5", f"{len(result) - first} entries")
        need(len(result) == after[0], section, "T5", f"{len(result)} entries up to {after[0]}")
        start = end
    need(start == len(data) - at, section, "T2", "bytes behind the last frame")
    return result


def lists(data, count, section):
    """Lists of numbers; `count` empty ones where the section is not there."""
    if not data:
        return [[] for _ in range(count)]
    need(len(data) % 4 == 0 and len(data) >= 4 * count, section, "L1", f"{len(data)} bytes for {count} lists")
    values = numbers(data)
    ends, values = values[:count], values[count:]
    need(ends == sorted(ends) and [len(values)] == (ends[-1:] or [0]), section, "L2", f"ends {ends[-3:]}")
    return [values[a:b] for a, b in zip([0] + ends, ends)]


def check_hash_index(data, section, most, texts, rule):
    """That a hash index has the entries for `texts`, (bytes, number) each, and no others."""
    expected = {(xxhash.xxh3_64_intdigest(one), number) for one, number in texts}
    found, bits = [], 0
    if data:
        need(len(data) >= 16, section, "I2", f"{len(data)} bytes")
        count, bits, width, zero = numbers(data[:16])
        sound = bits <= 31 and width == (most.bit_length() - 1) // 8 + 1 and zero == 0
        need(sound, section, "I2", f"bits {bits}, width {width}")
        at = 16 + 4 * (2**bits + 1)
        need(len(data) == at + count * (1 + width), section, "I2", f"{len(data)} bytes")
        starts = numbers(data[16:at])
        sound = starts[0] == 0 and starts == sorted(starts) and starts[-1] == count
        need(sound, section, "I2", "bucket starts")
        prints, values = data[at : at + count], data[at + count :]
        for bucket, (a, b) in enumerate(zip(starts, starts[1:])):
            part = [int.from_bytes(values[i * width : (i + 1) * width], "little") for i in range(a, b)]
            need(part == sorted(part) and all(n < most for n in part), section, "I2", f"bucket {bucket}")
            found += [(bucket, prints[i], number) for i, number in zip(range(a, b), part)]
    expected = [(h >> 64 - bits if bits else 0, h & 255, number) for h, number in expected]
    need(sorted(found) == sorted(expected), section, rule, "other entries than the texts ask for")


def utf8(entry, section, rule):
    try:
        return entry.decode()
    except UnicodeDecodeError as error:
        raise Damaged(section, rule, str(error)) from None


def leb128(data, at, section, rule):
    """A number and where the next byte stands."""
    value = 0
    for i in range(5):
        need(at < len(data), section, rule, "a number that does not end")
        byte = data[at]
        at += 1
        value |= (byte & 127) << (7 * i)
        if byte < 128:
            need(value < 2**32, section, rule, f"number {value}")
            return value, at
    raise Damaged(section, rule, "a number of more than five bytes")


def packed_ids(data, n, width):
    """The class ids of `n` copies, and what fills their last block up."""
    words, ids, left = numbers(data, 2), [], []
    for first in range(0, n, 256):
        count = min(256, n - first)
        lanes = -(-count // 16)
        block = words[first // 16 * width :][: lanes * width]
        streams = [sum(word << 16 * k for k, word in enumerate(block[lane::lanes])) for lane in range(lanes)]
        of_block = [streams[i % lanes] >> (i // lanes * width) & ((1 << width) - 1) for i in range(16 * lanes)]
        ids += of_block[:count]
        left += of_block[count:]
    return ids, left


class Order:
    """The copies of each class of an ordering block."""

    def __init__(self, data, n):
        need(len(data) >= 8, "orders", "O3", f"{len(data)} bytes")
        classes, listed = numbers(data[:8])
        need(1 <= classes <= min(n, 65_536), "orders", "O3", f"{classes} classes of {n} copies")
        width = (classes - 1).bit_length()
        lists_at = 8 + 2 * width * -(-n // 16)
        need(len(data) >= lists_at, "orders", "O3", f"{len(data)} bytes")
        ids, left = packed_ids(data[8:lists_at], n, width)
        need(max(ids) < classes, "orders", "O4", f"class {max(ids)} of {classes}")
        need(not any(left), "orders", "O5", "bits behind the class ids")
        self.classes = [[] for _ in range(classes)]
        for copy, class_ in enumerate(ids):
            self.classes[class_].append(copy)
        need(all(self.classes), "orders", "O4", "a class without copies")
        self.read_lists(data[lists_at:], listed)

    def read_lists(self, data, listed):
        if listed == 0:
            need(not data, "orders", "O3", f"{len(data)} bytes of lists")
            return
        bits = -(-len(self.classes) // 64) * 8
        flags = int.from_bytes(data[:bits], "little")
        count = flags.bit_count()
        need(len(data) == bits + 4 * count + 4 * listed, "orders", "O3", f"{len(data)} bytes of lists")
        need(flags >> len(self.classes) == 0, "orders", "O5", "lists of no class")
        ends, copies = numbers(data[bits:][: 4 * count]), list(numbers(data[bits + 4 * count :]))
        start = 0
        for class_, end in zip((k for k in range(len(self.classes)) if flags >> k & 1), ends):
            need(copies[start:end] == self.classes[class_], "orders", "O5", f"list of class {class_}")
            start = end
        need(start == listed, "orders", "O5", "copies behind the lists")


def list_members(data, universe, section="sets"):
    """Members of a list."""
    members, pair, at = [], 0, 0
    while at < len(data):
        entry, at = leb128(data, at, section, "P2")
        pair += entry >> 2
        which = entry & 3
        members += [2 * pair + copy for copy in (0, 1) if which >> copy & 1]
        need(which and members[-1] < universe, section, "P3", f"entry {entry} at pair {pair}")
        pair += 1
    return members


def packed_members(data, universe, section="sets"):
    """Members of a packed list."""
    kind = data[0] if data else 5
    need(kind <= 4, section, "P4", f"kind {kind}")
    entries, at = leb128(data, 1, section, "P2")
    need(at == 2 or data[at - 1], section, "P4", "a longer number of entries than it takes")
    units = (universe, (universe + 1) // 2, universe // 2, universe // 2, (universe + 1) // 2)[kind]
    need(0 < entries <= units, section, "P4", f"{entries} entries of {units} units")
    low = (units // entries).bit_length() - 1
    # of each part the bits that are used
    parts = [entries * low, entries + (units - 1 >> low), 2 * entries if kind == 4 else 0]
    ends = list(itertools.accumulate((-(-used // 8) for used in parts), initial=at))
    need(ends[-1] == len(data), section, "P4", f"{len(data)} bytes, not {ends[-1]}")
    lows, highs, whiches = (int.from_bytes(data[a:b], "little") for a, b in zip(ends, ends[1:]))
    places = [i for i in range(8 * (ends[2] - ends[1])) if highs >> i & 1]
    need(len(places) == entries, section, "P4", f"{len(places)} entries, not {entries}")
    spare = lows >> parts[0] | highs >> parts[1] | whiches >> parts[2]
    need(spare == 0, section, "P4", "bits behind the parts")
    found = [place - i << low | lows >> i * low & (1 << low) - 1 for i, place in enumerate(places)]
    need(ascending(found) and found[-1] < units, section, "P4", f"entries {found[:9]} of {units} units")
    if kind == 0:
        return found
    which = [whiches >> 2 * i & 3 if kind == 4 else kind for i in range(entries)]
    members = [2 * pair + copy for pair, both in zip(found, which) for copy in (0, 1) if both >> copy & 1]
    need(all(which) and members[-1] < universe, section, "P4", "pairs without a number of the universe")
    return members


def roaring_members(data, universe, section="sets"):
    import pyroaring

    # pyroaring reports neither trailing bytes nor wrong counts: a sound bitmap serialises to the same bytes
    try:
        members = pyroaring.BitMap.deserialize(data)
        sound = members.serialize() == data
        listed = list(members)
    except Exception as error:  # it raises various types for bytes that are no bitmap
        raise Damaged(section, "P6", str(error)) from None
    need(sound and ascending(listed), section, "P6", "a bitmap with wrong counts")
    need(not listed or listed[-1] < universe, section, "P6", f"member {listed[-1:]}")
    return listed


def stored_set(descriptor, page, universe, order=None, may_be_runs=False, section="sets"):
    """The members of a set; `page` are the bytes that its offset counts from."""
    form, complement, value = descriptor & 7, descriptor >> 3 & 1, descriptor >> 4
    if form == 0:
        need(value == 0, section, "P1", f"value {value} of an empty set")
        members = []
    elif form == 1:
        need(value < universe, section, "P1", f"member {value} of {universe}")
        members = [value]
    elif form == 2:
        members = [value & 0x3FFF, value >> 14]
        need(members[0] < members[1] < universe, section, "P1", f"members {members} of {universe}")
    else:
        length, at = leb128(page, value, section, "P2")
        need(at + length <= len(page), section, "P2", f"{length} bytes at {at} of {len(page)}")
        data = page[at : at + length]
        if form == 3:
            members = list_members(data, universe, section)
        elif form == 7:
            members = packed_members(data, universe, section)
        elif form == 4:
            need(may_be_runs and order is not None, section, "P7", "runs without an order")
            bounds, bound, at = [], 0, 0
            while at < length:
                gap, at = data[at], at + 1
                if gap == 255:
                    more, at = leb128(data, at, section, "P2")
                    gap += more
                bound += gap
                bounds.append(bound)
            classes = len(order.classes)
            sound = ascending(bounds) and (not bounds or bound < classes)
            need(sound, section, "P7", f"boundaries {bounds[:9]} of {classes} classes")
            ends = bounds + [classes]
            members = [c for a, b in zip(ends[::2], ends[1::2]) for k in order.classes[a:b] for c in k]
        elif form == 5:
            need(length == -(-universe // 8), section, "P5", f"{length} bytes for {universe} bits")
            bits = int.from_bytes(data, "little")
            need(bits >> universe == 0, section, "P5", "bits past the universe")
            members = [i for i in range(universe) if bits >> i & 1]
        else:
            members = roaring_members(data, universe, section)
    members = frozenset(members)
    return frozenset(range(universe)) - members if complement else members


def trimmed(position, reference, alternate):
    """What remains without the common end, then the common beginning, and where that is; in upper case."""
    r, a = reference.upper(), alternate.upper()
    end = len(os.path.commonprefix([r[::-1], a[::-1]]))
    r, a = r[: len(r) - end], a[: len(a) - end]
    start = len(os.path.commonprefix([r, a]))
    return position + start, r[start:], a[start:]


def respelled_start(position, reference, alternate):
    """Where a row's change starts, if it is not spelled plainly; else None."""
    bases = re.compile(r"[ACGTUNRYSWKMBDHV]+", re.IGNORECASE).fullmatch
    if not bases(reference) or not bases(alternate):
        return None
    start, r, a = trimmed(position, reference, alternate)
    if r == a:
        return None
    before = start - position
    after = len(reference) - before - len(r)
    if r and a:
        plain = before == after == 0
    else:
        first, last = reference[0].upper(), (r or a)[-1]
        plain = (before, after) == (1, 0) and not (first == last and first in "ACGT")
    return None if plain else min(start, 2**31 - 1)


def allele_type(reference, alternate):
    """The bit of an allele in zone maps."""
    bases = re.compile(r"[ACGTUNRYSWKMBDHV]+", re.IGNORECASE).fullmatch
    if alternate in ("", ".", "<*>", "<NON_REF>"):
        return 0
    if alternate == "*":
        return 6
    if alternate.startswith("<") and alternate.endswith(">") and len(alternate) > 1:
        symbol = alternate[1:-1].split(":")[0].upper()
        if re.fullmatch(r"CN=?[0-9]+", symbol):
            return 9
        known = {"DEL": 4, "INS": 3, "DUP": 7, "INV": 8, "CNV": 9, "MCNV": 9, "BND": 10, "TRA": 10, "CTX": 10}
        return known.get(symbol, 31)
    contig = re.fullmatch(r"([^<]+)<[!-~]+>", alternate)
    if contig and bases(contig[1]) and not set("<>[]") & set(alternate[alternate.index("<") + 1 : -1]):
        return 3
    single = alternate[1:] if alternate.startswith(".") else alternate[:-1] if alternate.endswith(".") else ""
    if "[" in alternate or "]" in alternate or bases(single):
        return 10
    if not bases(reference) or not bases(alternate):
        return 31
    r, a = map(len, trimmed(0, reference, alternate)[1:])
    return 0 if r == a == 0 else 1 if r == a == 1 else 2 if r == a else 3 if r == 0 else 4 if a == 0 else 5


def same_change(stored, roll, spelling):
    """Whether a position, REF and ALT mean what others mean, which can roll that far to the right."""
    bases = re.compile(r"[ACGTUNRYSWKMBDHV]+", re.IGNORECASE).fullmatch
    upper = [(position, ref.upper(), alt.upper()) for position, ref, alt in (stored, spelling)]
    if not all(bases(ref) and bases(alt) for _, ref, alt in upper):
        return upper[0] == upper[1]
    (start, r, a), (told, told_r, told_a) = [trimmed(*one) for one in upper]
    shift = told - start
    if bool(r) == bool(a):
        return (start, r, a) == (told, told_r, told_a) and (r != "" or upper[0] == upper[1])
    turned = lambda unit: unit[shift % len(unit) :] + unit[: shift % len(unit)] if unit else ""
    return 0 <= shift <= roll and (turned(r), turned(a)) == (told_r, told_a)


def packed(reference, alternate):
    """The code of a pair of short alleles, None where it needs text."""
    both = reference + alternate
    if len(both) > 11 or not set(both) <= set("ACGT"):
        return None
    code = len(reference) | len(alternate) << 4
    return code | sum("ACGT".index(base) << (8 + 2 * i) for i, base in enumerate(both))

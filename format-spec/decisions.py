"""The file of decisions (section 8 of README.md): who may be seen, for what."""

import datetime
import hashlib
import hmac
from collections import namedtuple

import xxhash

from primitives import need

HEAD = b"VARIDEX\x1a\nD\r\n" + (1).to_bytes(4, "little")
PURPOSES = (
    "af", "af_by_ancestry", "discover_boolean", "discover_count", "rare_match", "secondary_use", "controlled_analysis",
    "recontact", "commercial", "clinical_care",
)  # fmt: skip
ALL = 255
DAY = 86_400

Decision = namedtuple("Decision", "by_sample id purpose allows later first last source source_date recorded frame")
Setting = namedtuple("Setting", "kind purpose value")
Access = namedtuple("Access", "purpose override permit known_at")
Erased = namedtuple("Erased", "key ids")
Readmitted = namedtuple("Readmitted", "id")


def xxh64(data, seed=0):
    return xxhash.xxh3_64_intdigest(data, seed)


def head_sum(length, before):
    return xxh64(length, before) & 0xFFFFFFFF | 1


def body_sum(body, before):
    return xxh64(body, before) | 1 << 63


def read_frames(data):
    """The bodies of the frames that count."""
    need(data[:16] == HEAD, "decisions", "X1", "other first bytes")
    at, before, bodies = 16, xxh64(HEAD), []
    while at + 8 <= len(data):
        length, known = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if known != head_sum(length, before):
            need(not any(data[at:]), "decisions", "X2", f"a frame at {at}")
            break
        end = at + 8 + int.from_bytes(length, "little")
        if end + 8 > len(data):
            break
        body, known = data[at + 8 : end], int.from_bytes(data[end : end + 8], "little")
        if known != body_sum(body, before):
            need(known == 0 and not any(data[end:]), "decisions", "X2", f"a frame at {at}")
            break
        bodies.append(body)
        at, before = end + 8, known
    return bodies


class Body:
    def __init__(self, data, frame):
        self.data, self.at, self.frame = data, 0, frame
        self.recorded = self.number(8, True)
        sources = [self.text() for _ in range(self.number(2))]
        self.entries = [self.entry(sources) for _ in range(self.number(4))]
        need(self.at == len(data), "decisions", "X3", "bytes behind the last entry")

    def take(self, length):
        need(self.at + length <= len(self.data), "decisions", "X3", "a frame that ends early")
        self.at += length
        return self.data[self.at - length : self.at]

    def number(self, length, signed=False):
        return int.from_bytes(self.take(length), "little", signed=signed)

    def text(self):
        try:
            text = self.take(self.number(2)).decode()
        except UnicodeDecodeError:
            text = "\0"
        plain = all(ord(letter) >= 32 and not 127 <= ord(letter) < 160 for letter in text)
        need(plain, "decisions", "X3", "a text with control characters")
        return text

    def day(self, flags, flag):
        return self.number(4, True) if flags & flag else None

    def entry(self, sources):
        kind, purpose, flags = self.take(3)
        need(purpose == ALL or purpose < len(PURPOSES), "decisions", "X3", f"purpose {purpose}")
        known = {0: 31, 1: 31, 2: 1, 3: 1, 4: 44, 5: 0, 6: 0}
        need(kind in known and not flags & ~known[kind], "decisions", "X3", f"kind {kind}, flags {flags}")
        need(kind < 5 or purpose == ALL, "decisions", "X3", f"kind {kind}, purpose {purpose}")
        if kind == 5:
            key = self.take(32)
            ids = [self.take(16) for _ in range(self.number(4))]
            need(ids == sorted(set(ids)), "decisions", "X3", "hashes of ids that do not ascend")
            return Erased(key, ids)
        if kind == 6:
            return Readmitted(self.take(16))
        purpose = None if purpose == ALL else PURPOSES[purpose]
        if kind in (2, 3):
            return Setting(kind, purpose, bool(flags))
        if kind == 4:
            return Access(purpose, bool(flags & 32), self.day(flags, 4), self.day(flags, 8))
        first, last, source_date = (self.day(flags, flag) for flag in (4, 8, 16))
        source = self.number(2)
        need(source < len(sources), "decisions", "X3", f"source {source}")
        recorded = self.recorded // DAY
        return Decision(kind == 1, self.text(), purpose, bool(flags & 1), bool(flags & 2), recorded if first is None else first,
                        last, sources[source], source_date, self.recorded, self.frame)  # fmt: skip


class Decisions:
    def __init__(self, data):
        bodies = [Body(body, frame) for frame, body in enumerate(read_frames(data))]
        self.entries = [entry for body in bodies for entry in body.entries]

    def is_erased(self, id):
        if id is None:
            return False
        hashes = [(id_hash(e.key, id), e.ids) for e in self.entries if isinstance(e, Erased)]
        back = {e.id for e in self.entries if isinstance(e, Readmitted)}
        return any(found in ids and found not in back for found, ids in hashes)

    def out(self, names, owner_of, purpose, permit, today):
        """The samples that may not be seen; `owner_of` gives the id of an individual by the name of a sample."""
        days = (today, permit)
        owners = set(filter(None, map(owner_of, names)))
        unnamed = False
        for entry in self.entries:
            if isinstance(entry, Setting) and entry.kind == 2 and purpose and entry.purpose in (None, purpose):
                unnamed = entry.value if entry.purpose or not self.is_set(purpose) else unnamed
        out = set()
        for name in names:
            if self.is_erased(name) or self.is_erased(owner_of(name)):
                out.add(name)
                continue
            mine = {(True, name), (False, owner_of(name))}
            if name not in owners:
                mine.add((False, name))
            states = []
            for who in mine:
                effects = []
                for later in (False, True):
                    fits = [
                        d
                        for d in self.entries
                        if isinstance(d, Decision)
                        and (d.by_sample, d.id) == who
                        and d.later == later
                        and d.purpose in (None, purpose)
                        and d.first <= days[later]
                        and (d.last is None or days[later] <= d.last)
                    ]
                    if fits:
                        effects.append(max(fits, key=lambda d: (d.first, d.frame, not d.allows)).allows)
                if effects:
                    states.append(all(effects))
            if not all(states) or not states and unnamed:
                out.add(name)
        return out

    def is_set(self, purpose):
        return any(isinstance(e, Setting) and e.kind == 2 and e.purpose == purpose for e in self.entries)


def id_hash(key, id):
    return hmac.new(key, id.encode(), hashlib.sha256).digest()[:16]


def day(text):
    return (datetime.date.fromisoformat(text) - datetime.date(1970, 1, 1)).days

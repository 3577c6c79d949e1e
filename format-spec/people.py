"""The people file (section 8 of README.md, "people file"): individuals, what was recorded of them, and sets."""

import re
import struct

import free
from primitives import U32, Container, ascending, column, need, numbers, stored_set, text, plain
from terms import canonical

COLUMNS = {
    # name: rows, nullable, limits
    "person_flags": ("individuals", False, None),
    "age_low": ("individuals", True, None), "age_high": ("individuals", True, None),
    "birth_first": ("individuals", True, None), "birth_last": ("individuals", True, None),
    "countries": ("individuals", True, U32), "coding_terms": ("codings", True, U32),
    "attribute_kinds": ("attributes", False, None), "attribute_sets": ("attributes", False, (0, 2**63 - 1)),
    "term_set_keys": ("sets", False, None), "term_set_terms": ("sets", False, None),
    "term_sets": ("sets", False, (0, 2**63 - 1)),
    "event_starts": ("starts", False, None), "event_flags": ("events", False, None),
    "event_terms": ("events", False, None),
    "onset_low": ("events", True, None), "onset_high": ("events", True, None),
    "end_low": ("events", True, None), "end_high": ("events", True, None),
    "severities": ("events", True, U32), "event_values": ("events", False, None), "units": ("events", True, U32),
}  # fmt: skip
SECTIONS = set(COLUMNS) | {
    "people_meta", "person_ids", "families", "fathers", "mothers", "coding_ids", "coding_labels",
    "attribute_values", "people_sets",
}  # fmt: skip
SCOPES = ["phenotype", "disease", "treatment", "procedure", "biomarker", "measurement", "ethnicity", "exposure"]
ATTRIBUTES = ["sex", "karyotype", "population", "cohort", "dataset", "country", "family", "affected"]
SEX, KARYOTYPE, COUNTRY, FAMILY, AFFECTED = 0, 1, 5, 6, 7
PRESENT, ABSENT, CLOSED = 0, 16, 32
ANYTHING = (-(2**63), 2**63 - 1)
I32 = (-(2**31), 2**31 - 1)
MAYBE = [None, False, True]
RETIRED = 32


def scopes(name):
    return range(len(SCOPES)) if name is None else [SCOPES.index(name)]


class People:
    """A people file, decoded whole and checked. `terms` are those of the dataset, or None."""

    def __init__(self, data, terms=None, terms_checksum=""):
        self.file = file = Container(data, b"P")
        self.terms = terms
        meta = file.get("people_meta")
        need(len(meta) == 64, "people_meta", "U1", f"{len(meta)} bytes")
        self.individuals, retired, codings, events, attributes, sets, *reserved = numbers(meta[:32])
        checksum = "" if not any(meta[32:]) else meta[32:].decode("latin-1")
        sound = not any(reserved) and re.fullmatch("(?:[0-9a-f]{32})?", checksum)
        need(sound and self.individuals < 2**31 - 1, "people_meta", "U1", f"{reserved}, {checksum!r}")
        need(checksum == terms_checksum, "people_meta", "U3", f"terms {checksum!r}, not {terms_checksum!r}")
        ids = text(file.get("person_ids"), "person_ids")
        coding_ids, labels = (text(file.get(name), name) for name in ("coding_ids", "coding_labels"))
        values = text(file.get("attribute_values"), "attribute_values")
        told = (self.individuals, codings, codings, attributes)
        found = tuple(map(len, (ids, coding_ids, labels, values)))
        need(told == found, "people_meta", "U4", f"{told} entries of texts, not {found}")
        for count, name in ((events, "event_terms"), (sets, "term_set_terms")):
            need(not count or file.get(name), "people_meta", "U4", f"{count} rows of no {name}")
        rows = dict(individuals=self.individuals, codings=codings, attributes=attributes,
                    sets=sets, events=events, starts=self.individuals + 1)  # fmt: skip
        self.c = {
            name: column(file.get(name), rows[of], name, nullable, limits or ANYTHING)
            for name, (of, nullable, limits) in COLUMNS.items()
        }
        self.ids = [plain(one, "person_ids", "U5") for one in ids]
        self.known = [one for one in self.ids if one]
        need(len(set(self.known)) == len(self.known), "person_ids", "U5", "an id twice")
        found = sum(flags & RETIRED != 0 for flags in self.c["person_flags"])
        need(found == retired, "people_meta", "U4", f"{retired} numbers that nobody has, not {found}")
        self.read_codings(coding_ids, labels)
        self.read_persons()
        self.read_events(events)
        self.read_attributes(values)
        self.read_term_sets()
        self.free, self.free_types = free.read_free(file, self.individuals)
        for i, person in enumerate(self.people):
            nothing = not any(value for key, value in person.items() if value not in (None, [], {}))
            has = any(i in members for members in self.attributes.values())
            need(person["id"] or nothing and not has, "person_flags", "U11", f"something of the retired number {i}")
        for i, values in enumerate(self.free):
            need(self.ids[i] or not values, "person_flags", "U11", f"attributes of the retired number {i}")
        file.verify(SECTIONS | free.sections(file))

    def number_samples(self, owners):
        """Says of which individual each sample is."""
        for sample, owner in enumerate(owners):
            if owner is not None:
                self.people[owner]["samples"].append(sample)

    def read_codings(self, ids, labels):
        self.codings = [
            (plain(one, "coding_ids", "U7"), plain(label, "coding_labels", "U7")) for one, label in zip(ids, labels)
        ]
        need(ascending(self.codings), "coding_ids", "U7", "not ascending")
        self.numbers = self.c["coding_terms"]
        for (one, _), number in zip(self.codings, self.numbers):
            known = self.terms.number(one) if self.terms and one else None
            need(number == known, "coding_terms", "U8", f"{number}, not {known}, for {one}")
        self.used = set()

    def coding(self, number, section):
        need(0 <= number < len(self.codings), section, "U9", f"coding {number} of {len(self.codings)}")
        self.used.add(number)
        return number

    def span(self, names, row):
        """Two columns that tell the ends of a span; None where they have none."""
        low, high = (self.c[name][row] for name in names)
        need((low is None) == (high is None), names[0], "U10", f"row {row}: {low} and {high}")
        if low is None:
            return None
        sound = I32[0] <= low <= high <= I32[1]
        need(sound, names[0], "U10", f"row {row}: {low} to {high}")
        return low, high

    def read_persons(self):
        kin = {}
        for name in ("families", "fathers", "mothers"):
            entries = text(self.file.get(name), name, self.individuals)
            need(len(entries) == self.individuals, name, "U12", f"{len(entries)} entries")
            kin[name] = [plain(one, name, "U12") for one in entries]
        self.people = []
        for i, flags in enumerate(self.c["person_flags"]):
            deceased, known, affected = flags & 3, flags >> 2 & 1, flags >> 3 & 3
            sound = deceased < 3 and affected < 3 and (known or not affected)
            need(flags == RETIRED if flags & RETIRED else 0 <= flags < RETIRED and sound, "person_flags", "U11", f"{flags} of individual {i}")
            need(bool(flags & RETIRED) != bool(self.ids[i]), "person_ids", "U5", f"{self.ids[i]!r} of individual {i}")
            for name, values in kin.items():
                need(known or not values[i], name, "U12", f"{values[i]!r} of individual {i}")
            country = self.c["countries"][i]
            if country is not None:
                self.coding(country, "countries")
            self.people.append({
                "id": self.ids[i], "samples": [],
                "age": self.span(("age_low", "age_high"), i), "birth": self.span(("birth_first", "birth_last"), i),
                "deceased": MAYBE[deceased], "country": country,
                "kin": {**{n: v[i] for n, v in kin.items()}, "affected": MAYBE[affected]} if known else None,
                "records": [],
            })  # fmt: skip

    def read_events(self, events):
        starts, flags, terms = self.c["event_starts"], self.c["event_flags"], self.c["event_terms"]
        sound = starts[0] == 0 and starts == sorted(starts) and starts[-1] == events
        need(sound, "event_starts", "E1", f"{starts[:5]} to {starts[-1]} of {events}")
        for person, start, end in zip(self.people, starts, starts[1:]):
            for event in range(start, end):
                bits = flags[event]
                sound = 0 <= bits < 2**11 and bits & 15 < len(SCOPES)
                need(sound, "event_flags", "E2", f"{bits} of event {event}")
                severity = self.c["severities"][event]
                person["records"].append({
                    "scope": bits & 15, "excluded": bool(bits & 16),
                    "term": self.coding(terms[event] - 1, "event_terms"),
                    "onset": self.time(bits >> 5 & 3, "onset", event), "end": self.time(bits >> 7 & 3, "end", event),
                    "severity": None if severity is None else self.coding(severity, "severities"),
                    "value": self.value(bits >> 9, event),
                })  # fmt: skip
        unused = sorted(set(range(len(self.codings))) - self.used)
        need(not unused, "coding_ids", "U7", f"codings {unused[:5]} that nothing has")

    def time(self, what, name, event):
        low = f"{name}_low"
        span = self.span((low, f"{name}_high"), event)
        need((what == 0) == (span is None), low, "E3", f"event {event}: {span} for {what}")
        if what == 3:
            need(span[0] == span[1], f"{name}_high", "E3", f"event {event}: a stage that is two")
            self.coding(span[0], low)
        return span and (("ages", "days", "stage")[what - 1], *span)

    def value(self, what, event):
        value, unit = self.c["event_values"][event], self.c["units"][event]
        sound = what < 3 and (what == 1) == (unit is not None) and (what or not value)
        need(sound, "event_values", "E4", f"event {event}: {value} in {unit} for {what}")
        if what == 1:
            return struct.unpack("<d", struct.pack("<q", value))[0], self.coding(unit, "units")
        return (self.coding(value, "event_values"),) if what == 2 else None

    def set_of(self, name, row):
        """The members of a stored set of individuals."""
        data = self.file.get("people_sets")
        return stored_set(self.c[name][row], data, self.individuals, section="people_sets")

    def read_attributes(self, values):
        kinds = self.c["attribute_kinds"]
        values = [plain(one, "attribute_values", "U13") for one in values]
        for kind, value in zip(kinds, values):
            need(0 <= kind < len(ATTRIBUTES), "attribute_kinds", "U13", f"kind {kind}")
            sound = value and (kind != SEX or value in ("female", "male", "other"))
            need(sound, "attribute_values", "U13", f"{ATTRIBUTES[kind]} {value!r}")
        keys = list(zip(kinds, values))
        need(ascending(keys), "attribute_values", "U13", "not ascending")
        self.attributes = {key: self.set_of("attribute_sets", row) for row, key in enumerate(keys)}
        told = {}
        for i, person in enumerate(self.people):
            own = []
            if person["country"] is not None:
                own += [(COUNTRY, one) for one in self.codings[person["country"]]]
            if person["kin"]:
                own.append((FAMILY, person["kin"]["families"]))
                affected = person["kin"]["affected"]
                own += [] if affected is None else [(AFFECTED, "yes" if affected else "no")]
            for key in own:
                if key[1]:
                    told.setdefault(key, set()).add(i)
        stored = {key: set(members) for key, members in self.attributes.items() if key[0] >= COUNTRY}
        need(stored == told, "attribute_sets", "U14", "other people than countries, families and flags tell")
        for kind in (SEX, KARYOTYPE):
            members = [m for key, several in self.attributes.items() if key[0] == kind for m in several]
            need(len(set(members)) == len(members), "attribute_sets", "U14", f"two of {ATTRIBUTES[kind]}")
        need(all(self.attributes.values()), "attribute_values", "U14", "an attribute of nobody")

    def read_term_sets(self):
        keys = list(zip(self.c["term_set_keys"], self.c["term_set_terms"]))
        sound = all(key >= 0 and key & 15 < len(SCOPES) and key >> 4 < 3 and term >= 1 for key, term in keys)
        need(sound and ascending(keys), "term_set_keys", "U15", f"{keys[:5]}")
        expected = {}
        for i, person in enumerate(self.people):
            for record in person["records"]:
                form, term = ABSENT if record["excluded"] else PRESENT, record["term"]
                expected.setdefault((form + record["scope"], term + 1), set()).add(i)
                number = self.numbers[term]
                if form == PRESENT and number is not None:
                    for general in self.terms.closures[number]:
                        expected.setdefault((CLOSED + record["scope"], general + 1), set()).add(i)
        need(keys == sorted(expected), "term_set_keys", "U15", "other terms than the events have")
        for row, key in enumerate(keys):
            members = self.set_of("term_sets", row)
            need(members == expected[key], "term_sets", "U16", f"other people of {key} than the events tell")
        self.term_sets = expected

    def find(self, text):
        """The term of ontologies that a text means, and the codings where no ontology describes it."""
        if self.terms and (number := self.terms.number(text)) is not None:
            return number, []
        unknown = [row for row, number in enumerate(self.numbers) if number is None]
        same = lambda one: [row for row in unknown if self.codings[row][0] and canonical(self.codings[row][0]) == one]
        if rows := same(canonical(text)):
            return None, rows
        labelled = [row for row, (_, label) in enumerate(self.codings) if label.lower() == text.lower() != ""]
        known = sorted({self.numbers[row] for row in labelled} - {None})
        known = known or (self.terms.named(text) if self.terms else [])
        if known:
            return known[0], []
        return None, sorted({one for row in labelled for one in same(canonical(self.codings[row][0])) or [row]})

    def of(self, text, scope=None):
        """Who has a term on record, or a more special one: by the stored sets."""
        term, rows = self.find(text)
        keys = [(PRESENT, row) for row in rows] + ([] if term is None else [(CLOSED, term)])
        return self.union((form + s, number + 1) for form, number in keys for s in scopes(scope))

    def without(self, text, scope=None):
        """Of whom it is on record that they have not got a term, or a more general one."""
        term, rows = self.find(text)
        if term is not None:
            rows = [row for row, number in enumerate(self.numbers) if number in self.terms.closures[term]]
        return self.union((ABSENT + s, row + 1) for row in rows for s in scopes(scope))

    def union(self, keys):
        numbers = set().union(*(self.term_sets.get(key, set()) for key in keys))
        return [self.ids[i] for i in sorted(numbers)]

    def onsets(self, text, scope=None):
        """(id, lowest, highest age) at which present records of a term, or of a more special one, began."""
        term, rows = self.find(text)
        if term is not None:
            closures = self.terms.closures
            rows = [row for row, n in enumerate(self.numbers) if n is not None and term in closures[n]]
        for person in self.people:
            for record in person["records"]:
                if record["term"] in rows and record["scope"] in scopes(scope) and not record["excluded"]:
                    ages = self.age_of(record["onset"], person["birth"])
                    if ages:
                        yield (person["id"], *ages)

    @staticmethod
    def age_of(onset, birth):
        what, low, high = onset or (None, 0, 0)
        if what == "ages":
            return low, high
        if what == "days" and birth and low - birth[1] <= high - birth[0]:
            return 16 * (low - birth[1]), 16 * (high - birth[0])
        return None

    def shown(self, coding):
        """A coding as `id (label)`, or the one that there is."""
        one, label = self.codings[coding]
        return f"{one} ({label})" if one and label else one or label

    def __iter__(self):
        """Everybody, with words in the place of numbers and without what is not known."""
        for i, person in enumerate(self.people):
            if not person["id"]:
                continue
            shown = {key: value for key, value in person.items() if value not in (None, [], "")}
            if "country" in shown:
                shown["country"] = self.shown(shown["country"])
            for (kind, value), members in self.attributes.items():
                if i in members and kind < COUNTRY:
                    shown.setdefault(ATTRIBUTES[kind], []).append(value)
            if self.free[i]:
                shown["attributes"] = self.free[i]
            shown["records"] = [self.shown_record(record) for record in person["records"]]
            yield shown

    def shown_record(self, record):
        shown = {"scope": SCOPES[record["scope"]], "term": self.shown(record["term"])}
        if record["excluded"]:
            shown["excluded"] = True
        for name in ("onset", "end"):
            if record[name]:
                what, low, high = record[name]
                shown[name] = {what: self.shown(low) if what == "stage" else [low, high]}
        if record["severity"] is not None:
            shown["severity"] = self.shown(record["severity"])
        if record["value"]:
            *number, coding = record["value"]
            shown["value"] = [*number, self.shown(coding)]
        return shown

"""Carriers of a gene's variants who have a term, in SQLite: median seconds of the question, and the people.

sqlite_peer.py CARRIERS PEOPLE: a table of gene, position, sample and copies without header; names, one a line.
"""

import csv
import sqlite3
import statistics
import sys
import time

db = sqlite3.connect(":memory:")
db.execute("create table carriers (gene text, position integer, sample text, copies integer)")
db.execute("create table term (sample text primary key) without rowid")
with open(sys.argv[1]) as table:
    db.executemany("insert into carriers values (?, ?, ?, ?)", csv.reader(table, delimiter="\t"))
with open(sys.argv[2]) as names:
    db.executemany("insert or ignore into term values (?)", ([line.strip()] for line in names))
db.execute("create index by_gene on carriers (gene, sample)")
db.execute("analyze")

(gene,) = db.execute("select gene from carriers limit 1").fetchone()
times = []
for _ in range(21):
    started = time.perf_counter()
    query = "select count(distinct sample) from carriers join term using (sample) where gene = ?"
    (found,) = db.execute(query, [gene]).fetchone()
    times.append(time.perf_counter() - started)
print(statistics.median(times), found)

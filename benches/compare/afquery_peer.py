"""Times afquery's warm queries on the tasks given as JSON on standard input."""

import json
import sys
import time

from afquery import Database


def timed(calls, task):
    task()
    started = time.perf_counter()
    task()
    return (time.perf_counter() - started) / max(calls, 1)


def main():
    tasks = json.load(sys.stdin)
    database = Database(tasks["database"])
    for name, sites in tasks["points"].items():

        def counts():
            for contig, position, ref, alt in sites:
                database.query(contig, position, ref=ref, alt=alt)

        def carriers():
            for contig, position, ref, alt in sites:
                database.variant_info(contig, position, ref=ref, alt=alt)

        print(f"counts {name}\t{timed(len(sites), counts):.9g}", flush=True)
        print(f"carriers {name}\t{timed(len(sites), carriers):.9g}", flush=True)


main()

#!/usr/bin/env python3
"""What people type every day, on catalogs as shops had them: the first three hits of each query against those that were reviewed by eye
(golden/everyday.tsv), with floors. Whatever moved is printed with its name, so that it can be reviewed anew; what is known to be wrong is
printed too, as long as it is."""
import collections
import json
import subprocess

from harness import CATALOGS, SLOW, SOURCE, WORK, expect, main, tim

GOLDEN = SOURCE / "tests/e2e/golden/everyday.tsv"
QUERIES_MIN, DEPTH = 50, 3
KEPT_FLOOR, FIRST_FLOOR = 0.90, 0.92  # of the right hits, those still among the first three; of the queries, those that begin with one
LARGE = {"tiki200k"}  # left out where a sanitizer runs
state = {"kept": 0, "right": 0, "first": 0, "queries": 0}


class Row:
    def __init__(self, line):
        self.catalog, self.kind, self.query, *hits = line.split("\t")
        self.right = [hit for hit in hits if not hit.startswith("-")]
        self.wrong = [hit[1:] for hit in hits if hit.startswith("-")]


def rows():
    return [Row(line) for line in GOLDEN.read_text(encoding="utf-8").split("\n") if line and not line.startswith("#")]


def names(source, wanted):
    """Of some products, as the catalog has them."""
    found = {}
    with subprocess.Popen(["zstd", "-dcq", source], stdout=subprocess.PIPE) as unpack:
        for line in unpack.stdout:
            product = json.loads(line)
            if product["id"] in wanted:
                found[product["id"]] = product["name"]
    return found


def search(index, queries):
    batch = WORK / "queries.tsv"
    batch.write_text("".join(f"{number}\t{query}\n" for number, query in enumerate(queries)), encoding="utf-8")
    done = tim("search", "--index", index, "--batch", batch, "--limit", DEPTH, "--json")
    answers = dict(line.split("\t", 1) for line in done.stdout.decode().split("\n") if line)
    return [json.loads(answers[str(number)])["ids"] for number in range(len(queries))]


def show(row, found, called):
    """What is not as it was reviewed."""
    gone = [one for one in row.right if one not in found]
    new = [one for one in found if one not in row.right and one not in row.wrong]
    known = [one for one in found if one in row.wrong]
    if not gone and not new and not known:
        return
    print(f"  {row.catalog}, {row.kind}: {row.query}")
    for mark, ids in (("gone", gone), ("new", new), ("wrong", known)):
        for one in ids:
            print(f"    {mark:5} {one}  {called.get(one, '?')}")


def review(catalog):
    source = CATALOGS / f"{catalog}.ndjson.zst"
    mine = [row for row in rows() if row.catalog == catalog]
    expect(mine, f"no queries for {catalog}")
    if not source.exists() or (catalog in LARGE and SLOW > 1):
        print(f"  skipped: {catalog} is not beside the project, or too large for this build")
        return
    tim("build", "--from", source, "--index", WORK / catalog, check=False)  # exit 1 only says that some lines were refused
    answers = search(WORK / catalog, [row.query for row in mine])
    called = names(source, {one for row, found in zip(mine, answers) for one in found + row.right})
    kinds = collections.Counter()
    for row, found in zip(mine, answers):
        show(row, found, called)
        kept = sum(one in row.right for one in found)
        state["kept"] += kept
        state["right"] += len(row.right)
        state["first"] += bool(found) and found[0] in row.right
        state["queries"] += 1
        kinds[row.kind, "kept"] += kept
        kinds[row.kind, "right"] += len(row.right)
    print(f"  {catalog}: " + ", ".join(f"{kind} {kinds[kind, 'kept']}/{kinds[kind, 'right']}" for kind in dict.fromkeys(row.kind for row in mine)))


def test_table():
    table = rows()
    expect(len(table) >= QUERIES_MIN, f"only {len(table)} queries")
    expect(len({(row.catalog, row.query) for row in table}) == len(table), "a query stands twice in golden/everyday.tsv")


def test_electronics():
    review("dev_electronics")


def test_everything():
    review("tiki200k")


def test_floors():
    if state["queries"] == 0:
        print("  skipped: no catalogs beside the project")
        return
    kept, first = state["kept"] / state["right"], state["first"] / state["queries"]
    print(f"{state['queries']} queries: {kept:.3f} of the right hits kept (floor {KEPT_FLOOR}), {first:.3f} begin with one (floor {FIRST_FLOOR})")
    expect(kept >= KEPT_FLOOR and first >= FIRST_FLOOR, "a floor is missed: review what moved, and change golden/everyday.tsv where it is right")


if __name__ == "__main__":
    main([test_table, test_electronics, test_everything, test_floors])

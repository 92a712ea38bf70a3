#!/usr/bin/env python3
"""Relevance over our own catalog: queries written by hand, products graded by rules (golden/relevance.tsv), measures with floors. Every query
below its best is printed with its score, so that a change shows what it moved."""
import json
import math
import re
import unicodedata

from harness import SOURCE, WORK, expect, main, tim

GOLDEN = SOURCE / "tests/e2e/golden/relevance.tsv"
QUERIES_MIN, DEPTH = 150, 10
NDCG_FLOOR, MRR_FLOOR = 0.94, 0.96
state = {}


def folded(text):
    decomposed = unicodedata.normalize("NFD", text.lower()).replace("đ", "d")
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return re.sub(r"(\d) ?(lit|l)\b", r"\1l", re.sub(r"(\d) (?=(gb|tb|kg|hz|hp|ngua|inch|mah|w)\b)", r"\1", re.sub(r"\s+", " ", bare)))


class Product:
    def __init__(self, line):
        row = json.loads(line)
        self.id = row["id"]
        self.name = folded(row["name"] + " ")
        self.brand = folded(row.get("brand") or "")
        self.path = {folded(name) for name in row.get("category") or []}
        self.values = [folded(str(value)) for value in (row.get("specs") or {}).values()]
        self.path |= {"laptop"} if any(name.startswith("laptop") for name in self.path) else set()
        self.price = row.get("salePrice") or row.get("price") or 0


def condition(text):
    kind, value = text[:2], folded(text[2:])
    if kind == "c:":
        return lambda product: value in product.path
    if kind == "b:":
        return lambda product: value == product.brand
    if kind == "n:":
        return lambda product: value in product.name
    if kind == "s:":
        return lambda product: any(value in one for one in product.values)
    expect(kind in ("p<", "p>"), f"golden/relevance.tsv: no such condition: {text}")
    limit = int(text[2:])
    return lambda product: product.price <= limit if kind == "p<" else product.price >= limit


def rules(text):
    """(grade, conditions), best first."""
    parsed = []
    for rule in text.split(" | "):
        grade, _, rest = rule.partition(" ")
        parsed.append((int(grade), [condition(part) for part in re.split(r" (?=[cbns]:|p[<>])", rest)]))
    return parsed


def graded(text, products):
    grades, parsed = {}, rules(text)
    for product in products:
        for grade, conditions in parsed:
            if all(check(product) for check in conditions):
                grades[product.id] = grade
                break
    return grades


def test_build():
    catalog = WORK / "catalog.ndjson"
    catalog.write_bytes(tim("generate", "--products", 3000, "--seed", 7).stdout)
    state["products"] = [Product(line) for line in catalog.read_text(encoding="utf-8").splitlines()]
    tim("build", "--from", catalog, "--index", WORK / "index")


def test_relevance():
    golden = [line.split("\t") for line in GOLDEN.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    expect(len(golden) >= QUERIES_MIN, f"only {len(golden)} queries")
    batch = WORK / "queries.tsv"
    batch.write_text("".join(f"{number}\t{query}\n" for number, (query, _) in enumerate(golden)), encoding="utf-8")
    done = tim("search", "--index", WORK / "index", "--batch", batch, "--limit", DEPTH, check=False)
    found = dict(line.split("\t") for line in done.stdout.decode().splitlines())
    ndcgs, reciprocals, without = [], [], []
    for number, (query, text) in enumerate(golden):
        grades = graded(text, state["products"])
        if not grades:
            without.append(query)
            continue
        ids = found[str(number)].split()
        best = max(grades.values())
        discounted = sum(grades.get(one, 0) / math.log2(place + 2) for place, one in enumerate(ids))
        ideal = sum(grade / math.log2(place + 2) for place, grade in enumerate(sorted(grades.values(), reverse=True)[:DEPTH]))
        ndcgs.append(discounted / ideal)
        reciprocals.append(next((1 / (place + 1) for place, one in enumerate(ids) if grades.get(one) == best), 0))
        if ndcgs[-1] < 0.999:
            print(f"  {ndcgs[-1]:.3f}  {query}")
    expect(not without, f"no product is meant by: {', '.join(without)}")
    ndcg, mrr = sum(ndcgs) / len(ndcgs), sum(reciprocals) / len(reciprocals)
    print(f"{len(ndcgs)} queries: nDCG@10 {ndcg:.4f} (floor {NDCG_FLOOR}), MRR {mrr:.4f} (floor {MRR_FLOOR})")
    expect(ndcg >= NDCG_FLOOR and mrr >= MRR_FLOOR, "a floor is missed")


if __name__ == "__main__":
    main([test_build, test_relevance])

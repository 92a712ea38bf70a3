#!/usr/bin/env python3
"""The kit's structured queries through the real program: its catalog built into an index, every query read by `tim analyze --batch`, each
field held against what is expected: one that is missing, wrong or too many counts as wrong. Skips when the kit is not beside the project."""
import collections
import json
import unicodedata

from harness import SOURCE, WORK, expect, expect_equal, main, tim

KIT = SOURCE.parent / "shared" / "eval" / "vietnamese"
FLOOR = 98.0  # percent of fields; the aim is 95


def folded(text):
    letters = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return " ".join("".join(c for c in letters if not unicodedata.combining(c)).split())


def fits(field, found, wanted):
    if field == "text" and isinstance(found, str) and isinstance(wanted, str):
        return folded(found) == folded(wanted)
    return found == wanted and isinstance(found, bool) == isinstance(wanted, bool)


def batch(index, queries):
    file = WORK / "queries.tsv"
    file.write_text("".join(f"{number}\t{query}\n" for number, query in enumerate(queries)), encoding="utf-8")
    answers = {}
    for line in tim("analyze", "--index", index, "--batch", file).stdout.decode("utf-8").splitlines():
        number, _, reading = line.partition("\t")
        answers[queries[int(number)]] = json.loads(reading)
    return answers


def test_kit():
    if not KIT.is_dir():
        print(f"skipped: {KIT} is not there")
        return
    lines = (KIT / "query_cases.tsv").read_text(encoding="utf-8").split("\n")
    cases = {query: json.loads(wanted) for query, wanted in (line.split("\t") for line in lines if line)}
    index = WORK / "kit"
    tim("build", "--from", KIT / "catalog.ndjson", "--index", index)
    answers = batch(index, list(cases))
    fields, wrong = collections.defaultdict(list), []
    for query, wanted in cases.items():
        found = answers[query]
        for field in {**wanted, **found}:
            fields[field].append(fits(field, found.get(field), wanted.get(field)))
            if not fields[field][-1]:
                wrong.append(f"{query}: {field} is {found.get(field)!r}, wanted {wanted.get(field)!r}")
    for field, results in sorted(fields.items()):
        print(f"  {field:16s}{sum(results):5d} of {len(results)}")
    print("\n".join(wrong))
    right, total = sum(map(sum, fields.values())), sum(map(len, fields.values()))
    print(f"fields: {right} of {total}, {100 * right / total:.1f} %")
    expect(100 * right / total >= FLOOR, f"{100 * right / total:.1f} % of the fields are right, below {FLOOR} %")


def test_search():
    """What is understood acts on the search, and is shown; and can be taken back."""
    catalog = WORK / "shop.ndjson"
    prices = {"e1": 4_000_000, "e2": 6_000_000, "e3": 12_000_000}
    with catalog.open("w", encoding="utf-8") as out:
        for number, (id, price) in enumerate(prices.items()):
            out.write(json.dumps({"id": id, "name": f"Tủ lạnh Aqua {200 + 100 * number} lít", "slug": id, "brand": "Aqua", "category": ["Tủ lạnh"],
                                  "price": price, "stock": 3}, ensure_ascii=False) + "\n")
        out.write(json.dumps({"id": "k1", "name": "Kệ tủ lạnh", "slug": "k1", "category": ["Phụ kiện"], "price": 90_000}, ensure_ascii=False) + "\n")
    index = WORK / "shop"
    tim("build", "--from", catalog, "--index", index)

    def ask(query, *parameters):
        answer = json.loads(tim("search", query, *parameters, "--index", index).stdout)
        return sorted(hit["id"] for hit in answer["hits"]), {row["field"]: (row["value"], row["applied"]) for row in answer["understood"]}

    found, understood = ask("tủ lạnh dưới 7tr")
    expect_equal(found, ["e1", "e2"], "at most seven million")
    expect_equal(understood, {"category": ("tu-lanh", "filter"), "priceMax": (7000000, "filter")}, "what was understood")
    expect_equal(ask("tủ lạnh"), (["e1", "e2", "e3", "k1"], {"category": ("tu-lanh", "rank")}), "without a price the category lifts")
    expect_equal(ask("tủ lạnh", "sort=priceAsc")[0], ["e1", "e2", "e3", "k1"], "the request's own order changes nothing of what is found")
    expect_equal(ask("tur lanhj duwowis 7 trieeuj"), (found, understood), "the same as keys of Telex")
    expect_equal(ask("tu3 lanh5 duoi71 7tr"), (found, understood), "the same as keys of VNI")
    expect_equal(ask("tu lanh tren 250 lit")[0], ["e2", "e3"], "more than 250 litres")
    expect_equal(ask("tủ lạnh trên 250 dưới 350 lít")[0], ["e2"], "more than 250 litres, less than 350")
    expect_equal(ask("tủ lạnh 5 - 7 triệu")[0], ["e2"], "from five to seven million")
    expect_equal(ask("tủ lạnh khoảng 6 triệu")[0], ["e2"], "about six million")
    expect_equal(ask("tủ lạnh dưới 7tr", "priceMax=20000000")[0], ["e1", "e2", "e3", "k1"], "the request's own price stands")
    # Filters leave the reading as it is: it gives way to the words only where it leaves nothing by itself.
    found, understood = ask("tủ lạnh dưới 7tr", "ratingMin=4")
    expect_equal((found, understood["priceMax"][1]), ([], "filter"), "a reading under a filter that leaves nothing")
    found, understood = ask("tủ lạnh dưới 1tr")
    expect_equal((found, understood["category"][1], understood["priceMax"][1]), (["k1"], "rank", "filter"), "the category leaves nothing")
    for filters in ([], ["inStock=true"], ["priceMin=1"]):
        found, understood = ask("tủ lạnh dưới 1k", *filters)
        expect_equal((found, understood["priceMax"][1]), (["e1", "e2", "e3", "k1"], "none"), f"a reading that leaves nothing, {filters}")
    found, understood = ask("tủ lạnh aqau dưới 1k")
    expect_equal((found, understood["priceMax"][1]), (["e1", "e2", "e3"], "none"), "no price, and another spelling")
    expect_equal(ask("tủ lạnh dưới 7tr", "understand=false")[1], {}, "nothing is understood")
    expect_equal(ask("tủ lạnh dưới 7tr", "ignore=category")[1], {"priceMax": (7000000, "filter")}, "one field is left out")
    for query, wanted in (("tủ lạnh đắt nhất", ["e3", "e2", "e1"]), ("tủ lạnh rẻ nhất", ["e1", "e2", "e3"])):
        ids = [hit["id"] for hit in json.loads(tim("search", query, "--index", index).stdout)["hits"]]
        expect_equal(ids, wanted, query)


def test_expansion():
    """With an index, what becomes of each word and what may stand for it."""
    shown = json.loads(tim("analyze", "tủ lạnh trên 250 lít dưới 20tr", "--index", WORK / "shop").stdout)
    expect_equal([word["role"] for word in shown["words"]], ["search", "search", "range", "range", "drop", "drop"], "roles")
    expect_equal([(row["kind"], row["word"], row["words"], row["terms"]) for row in shown["alternatives"] if row["kind"] == "size"],
                 [("size", 2, 2, 2)], "the sizes above 250 litres")
    shown = json.loads(tim("analyze", "tủ lạnh aqau", "--index", WORK / "shop").stdout)
    expect(("typo", "aqua") in [(row["kind"], row["text"]) for row in shown["alternatives"]], f"a typo is seen: {shown['alternatives']}")


def test_batch_lines():
    """Without a qid the line's number is it; a line that cannot be read is answered all the same."""
    done = tim("analyze", "--batch", "-", stdin="dưới 10 triệu\nq7\ttrên 5tr\n\nmàu đen\n".encode())
    expect_equal(done.stdout.decode("utf-8"), '1\t{"priceMax":10000000}\nq7\t{"priceMin":5000000}\n4\t{"color":"den"}\n', "the batch")
    done = tim("analyze", "--batch", "-", stdin="laptop -16gb dưới 20tr -đen\nlaptop 10 -15tr\n".encode())
    expect_equal(done.stdout.decode("utf-8"), '1\t{"priceMax":20000000,"text":"laptop"}\n'
                 '2\t{"priceMin":10000000,"priceMax":15000000,"text":"laptop"}\n', "what is excluded is not read")
    done = tim("analyze", "--batch", "-", stdin=b"1\tok\n2\t\xff\n", check=False)
    expect(done.returncode == 1 and b'2\t{"error":' in done.stdout and b'1\t{"text":"ok"}' in done.stdout, "the refused line is told")
    done = tim("analyze", "Tủ lạnh 9kg")
    expect([token["folded"] for token in json.loads(done.stdout)["tokens"]][:3] == ["tu", "lanh", "9kg"], "tokens are shown")


if __name__ == "__main__":
    main([test_kit, test_search, test_expansion, test_batch_lines])

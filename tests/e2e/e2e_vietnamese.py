#!/usr/bin/env python3
"""The Vietnamese kit through the real program: its texts and the distractors built into an index, every query asked, each class held
against its floor. Skips when the kit is not beside the project."""
import collections
import json

from harness import SOURCE, WORK, expect, main, tim

KIT = SOURCE.parent / "shared" / "eval" / "vietnamese"
FIRST = 50  # an equivalence case holds when its text is among so many

# Percent. What is reached must not be lost; the bars are 98, 96 and 97.
FLOOR_EQUIVALENCE = 99.0
FLOOR_CLASSES = 97.5
FLOOR_DISTINCT = 99.0


def rows(name):
    # Bytes matter: lines end at LF alone, and nothing is normalised.
    return [line.split("\t") for line in (KIT / name).read_bytes().decode("utf-8").split("\n") if line]


def build(index):
    catalog = WORK / "kit.ndjson"
    with catalog.open("w", encoding="utf-8") as out:
        for docid, text in rows("docs.tsv") + rows("distractors.tsv"):
            out.write(json.dumps({"id": docid, "name": text, "slug": docid}, ensure_ascii=False) + "\n")
    tim("build", "--from", catalog, "--index", index)


def ask(index, queries):
    batch = WORK / "kit.queries"
    batch.write_text("".join(f"{number}\t{query}\n" for number, query in enumerate(queries)), encoding="utf-8")
    done = tim("search", "--index", index, "--batch", batch, "--limit", "100", "--timing")
    print(done.stderr.decode("utf-8").strip())
    answers = {}
    for line in done.stdout.decode("utf-8").split("\n"):
        number, tab, found = line.partition("\t")
        if tab:
            answers[queries[int(number)]] = found.split()
    return answers


def is_better(found, better, worse, strength):
    place = found.index(better) if better in found else None
    other = found.index(worse) if worse in found else None
    return place is not None and (other is None or (strength == "rank" and place < other))


def table(title, classes, failures):
    passed = sum(sum(results) for results in classes.values())
    total = sum(len(results) for results in classes.values())
    mean = sum(sum(results) / len(results) for results in classes.values()) / len(classes)
    print(f"{title}: {passed} of {total}, {100 * passed / total:.1f} %; mean over classes {100 * mean:.1f} %")
    for name, results in sorted(classes.items()):
        print(f"  {name:24s}{sum(results):5d} of {len(results):<5d}{100 * sum(results) / len(results):6.1f} %")
        for failure in failures[name][:3]:
            print(f"      {failure}")
    return 100 * passed / total, 100 * mean


def test_kit():
    if not KIT.is_dir():
        print(f"skipped: {KIT} is not there")
        return
    cases, distinct = rows("normalise_cases.tsv"), rows("normalise_distinct.tsv")
    documents = {text: docid for docid, text in rows("docs.tsv")}
    index = WORK / "kit"
    build(index)
    answers = ask(index, list(dict.fromkeys(row[0] for row in cases + distinct)))
    classes, failures = collections.defaultdict(list), collections.defaultdict(list)
    for query, text, name in cases:
        classes[name].append(documents[text] in answers[query][:FIRST])
        if not classes[name][-1]:
            failures[name].append(f"{query} -> {text}")
    equivalence, mean = table("equivalence", classes, failures)
    classes, failures = collections.defaultdict(list), collections.defaultdict(list)
    for query, better, worse, name, strength in distinct:
        classes[f"{name}:{strength}"].append(is_better(answers[query], documents[better], documents[worse], strength))
        if not classes[f"{name}:{strength}"][-1]:
            failures[f"{name}:{strength}"].append(f"{query} -> {better} | {worse}")
    marks, _ = table("marks decide", classes, failures)
    expect(equivalence >= FLOOR_EQUIVALENCE, f"equivalence {equivalence:.1f} % is below {FLOOR_EQUIVALENCE} %")
    expect(mean >= FLOOR_CLASSES, f"the mean over classes {mean:.1f} % is below {FLOOR_CLASSES} %")
    expect(marks >= FLOOR_DISTINCT, f"marks decide in {marks:.1f} %, below {FLOOR_DISTINCT} %")


if __name__ == "__main__":
    main([test_kit])

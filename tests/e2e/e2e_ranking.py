#!/usr/bin/env python3
"""What stands before what: words that stand together, models that end where the query ends, the thing itself before its accessories. The
products that should come second sell best, so that only the words can put them there."""
import json

from harness import WORK, expect, expect_equal, main, tim

INDEX = WORK / "index"

# Each a query, then names from the best down. What must not be found at all is in no list.
ORDERS = [
    ("tai nghe", ["Tai nghe Sony chụp tai", "Máy nghe nhạc gắn tai Sony"]),
    ("bàn là", ["Bàn là Philips hơi nước", "Là bàn nâng hạ Philips"]),
    ("máy in", ["Máy in Canon đen trắng", "Máy ảnh Canon in liền"]),
    ("iphone 15 pro", ["iPhone 15 Pro 128GB", "iPhone 15 Pro Max 256GB"]),
    ("galaxy s24", ["Galaxy S24 256GB", "Galaxy S24 Ultra 12GB/256GB"]),
    ("rtx 4060", ["Card màn hình RTX 4060 8GB", "Card màn hình RTX 4060 Ti 8GB"]),
    ("card rtx 4060", ["Card màn hình RTX 4060 8GB", "Card màn hình RTX 4060 Ti 8GB"]),
    ("iphone 15 pro max", ["iPhone 15 Pro Max 256GB", "Ốp lưng trong suốt iPhone 15 Pro Max"]),
    ("ốp lưng iphone 15 pro max", ["Ốp lưng trong suốt iPhone 15 Pro Max"]),
    ("op lung", ["Ốp lưng trong suốt iPhone 15 Pro Max"]),
    ("macbook air", ["MacBook Air M3 13 inch", "Túi chống sốc MacBook Air"]),
    ("đồng hồ huawei", ["Đồng hồ Huawei Watch GT 4", "Dây đeo đồng hồ Huawei"]),
    ("dây đeo đồng hồ huawei", ["Dây đeo đồng hồ Huawei"]),
    ("máy lọc nước", ["Máy lọc nước Karofi", "Lõi và vòi của máy lọc nước, dùng cho máy lọc nước Karofi"]),
    ("bàn phím", ["Bàn phím cơ Akko", "Bán phím đàn piano cũ"]),
    ("ip 13", ["Điện thoại iPhone 13", "Camera IP C13P ngoài trời"]),
    ("ip13", ["Điện thoại iPhone 13", "Camera IP C13P ngoài trời"]),
    ("dt nokia", ["Điện thoại Nokia 105", "Củ sạc Nokia DT-900"]),
    ("sac dp", ["Pin sạc dự phòng", "Bộ sạc pin tiểu Doublepow DP-B02"]),
    ("sam", ["Nhân sâm Hàn Quốc", "Samsung Galaxy Fit"]),
]


state = {}


def test_build():
    names = {}
    for _, order in ORDERS:
        for place, name in enumerate(order):
            names[name] = max(names.get(name, 0), place)
    lines = WORK / "shop.ndjson"
    with lines.open("w", encoding="utf-8") as file:
        for number, (name, place) in enumerate(names.items()):
            print(json.dumps({"id": str(number), "name": name, "price": 1000, "stock": 5, "soldCount": 10 ** (3 * place),
                              "rating": 5, "reviewCount": 10 ** place}, ensure_ascii=False), file=file)
    tim("build", "--from", lines, "--index", INDEX)
    state["names"] = list(names)


def test_orders():
    queries = "".join(f"{number}\t{query}\n" for number, (query, _) in enumerate(ORDERS))
    batch = WORK / "queries.tsv"
    batch.write_text(queries, encoding="utf-8")
    done = tim("search", "--index", INDEX, "--batch", batch)
    found = dict(line.split("\t") for line in done.stdout.decode("utf-8").splitlines())
    wrong = []
    for number, (query, order) in enumerate(ORDERS):
        hits = [state["names"][int(hit)] for hit in found[str(number)].split()]
        if hits[:len(order)] != order:
            wrong.append(f"{query}: {hits}")
    expect(not wrong, "\n".join(wrong))
    expect_equal(len(found), len(ORDERS), "answers")


# Quoted and excluded words (query/strict.h), and all that is found, in any order.
SIGNS = [
    ('"tai nghe"', {"Tai nghe Sony chụp tai"}),
    ("“tai nghe” sony", {"Tai nghe Sony chụp tai"}),
    ('"nghe tai"', set()),
    ('sony "máy nghe nhạc"', {"Máy nghe nhạc gắn tai Sony"}),
    ('"nhạc nghe máy" sony', set()),
    ('"bàn phím"', {"Bàn phím cơ Akko"}),
    ('"samsun"', set()),
    ("sony -máy", {"Tai nghe Sony chụp tai"}),
    ("iphone 15 pro -max", {"iPhone 15 Pro 128GB"}),
    ("iphone 15 pro -ốp -256gb", {"iPhone 15 Pro 128GB"}),
    ('iphone 15 pro -ốp -"pro max"', {"iPhone 15 Pro 128GB"}),
    ("iphone 15 pro -ốp -khongcogica", {"iPhone 15 Pro 128GB", "iPhone 15 Pro Max 256GB"}),
    ("phím -bàn", {"Bán phím đàn piano cũ"}),
    ("tai -nghe", set()),
]


def test_signs():
    queries = "".join(f"{number}\t{query}\n" for number, (query, _) in enumerate(SIGNS))
    batch = WORK / "signs.tsv"
    batch.write_text(queries, encoding="utf-8")
    done = tim("search", "--index", INDEX, "--batch", batch)
    found = dict(line.split("\t") for line in done.stdout.decode("utf-8").splitlines())
    wrong = []
    for number, (query, wanted) in enumerate(SIGNS):
        hits = {state["names"][int(hit)] for hit in found[str(number)].split()}
        if hits != wanted:
            wrong.append(f"{query}: {hits}")
    expect(not wrong, "\n".join(wrong))


def test_settings():
    """The shop's synonyms and rules come into an index without a database too."""
    settings = WORK / "settings.ndjson"
    pinned = next(number for number, name in enumerate(state["names"]) if "Tai nghe" in name)
    settings.write_text('{"table":"search_synonyms","kind":"oneway","input":"đồ là quần áo","output":"bàn là"}\n'
                        f'{{"table":"search_rules","query":"đồ là quần áo","action":"pin","product_id":{pinned},"params":{{"at":2}}}}\n'
                        '{"table":"search_rules","query":"khuyến mãi","action":"redirect","params":{"url":"/khuyen-mai"}}\n'
                        '{"table":"search_synonyms","kind":"sideways","input":"đồ nghe","output":"tai nghe"}\n', encoding="utf-8")
    tim("build", "--from", WORK / "shop.ndjson", "--settings", settings, "--index", WORK / "other")
    found = tim("search", "--index", WORK / "other", "--batch", "-", stdin="1\tđồ là quần áo\n".encode()).stdout.decode("utf-8")
    names = [state["names"][int(hit)] for hit in found.strip("\n").split("\t")[1].split()]
    expect("Bàn là Philips hơi nước" in names, f"through the shop's synonym: {names}")
    expect_equal(names[1], state["names"][pinned], "the second hit, which a rule pins")
    answer = json.loads(tim("search", "--index", WORK / "other", "--json", "khuyen mai").stdout)
    expect_equal((answer["redirect"], answer["rules"]), ("/khuyen-mai", ["3"]), "a redirect, and the rule by the number of its line")
    settings.write_text('{"table":"search_synonym","kind":"oneway"}\n', encoding="utf-8")
    done = tim("build", "--from", WORK / "shop.ndjson", "--settings", settings, "--index", WORK / "other", check=False)
    expect_equal(done.returncode, 1, "the exit code when a setting is malformed")
    expect(b"line 1" in done.stderr, f"the message: {done.stderr}")


if __name__ == "__main__":
    main([test_build, test_orders, test_signs, test_settings])

#!/usr/bin/env python3
"""`tim serve` over a catalog as shoppers, proxies and strangers meet it: no database, the built program, real sockets."""
import gzip
import http.client
import json
import random
import re
import resource
import socket
import subprocess
import threading
import time
import unicodedata
import urllib.parse

from harness import CATALOGS, TIM, WORK, Server, environment, expect, expect_equal, free_port, main, tim, wait_until

INDEX = WORK / "index"
SEED = random.randrange(1 << 32)
state = {}

MARKUP = [
    'Loa <script>alert("1")</script> mini',
    "Quạt \"ngoặc\" 'đơn' \\ gạch\\chéo",
    "Nồi\r\nSet-Cookie: x=1\r\n\r\nxuống dòng",
    "Bếp \u2028 dòng \u2029 đoạn \u0001 \u007f",
    "Máy 😀 𠀀 hợp nhất",
    "Đèn &amp; &lt;b&gt; thực thể",
]


def paid(product):
    sale = product.get("salePrice")
    return sale if sale and sale < product["price"] else product["price"]


def catalog():
    """Two thousand products whose answers can be worked out by hand."""
    chance = random.Random(SEED)
    brands = ["Hải Âu", "Bình Minh", "Sao Mai", "Đại Dương", "Cánh Buồm"]
    paths = [["Điện lạnh"], ["Điện lạnh", "Tủ lạnh"], ["Điện lạnh", "Tủ lạnh", "Tủ mini"], ["Điện lạnh", "Máy giặt"], ["Gia dụng", "Quạt"]]
    products = []
    for number in range(1, 2001):
        price = chance.randrange(100, 40000) * 1000
        product = {"id": str(number), "name": f"{chance.choice(['Tủ lạnh', 'Máy giặt', 'Quạt'])} kiểu {number}", "slug": f"san-pham-{number}",
                   "brand": chance.choice(brands), "category": chance.choice(paths), "price": price, "stock": chance.randrange(3),
                   "soldCount": chance.randrange(10000)}
        if chance.random() < 0.3:
            product["salePrice"] = price - chance.randrange(1, 90) * 1000
        products.append(product)
    for number, name in enumerate(MARKUP, 5001):
        products.append({"id": str(number), "name": name, "slug": f"dac-biet-{number}", "brand": "Ký \"tự\" <lạ>", "category": ["Đặc biệt"],
                         "price": 1000, "stock": 1})
    return products


def folded(text):
    """Its words in lower case, without marks."""
    plain = "".join(char for char in unicodedata.normalize("NFD", text.lower().replace("đ", "d")) if not unicodedata.combining(char))
    return set(re.findall(r"\w+", plain))


def has_words(product, words):
    return folded(words) <= folded(" ".join([product["name"], product["brand"], *product["category"]]))


def build(products):
    lines = "".join(json.dumps(product, ensure_ascii=False) + "\n" for product in products)
    tim("build", "--from", "-", "--index", INDEX, stdin=lines.encode())


def raw(data, seconds=10):
    """Sends bytes, returns all that comes until the server closes."""
    with socket.create_connection(("127.0.0.1", state["server"].port), timeout=seconds) as connection:
        connection.sendall(data)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
        return answer


def test_start():
    print(f"  seed {SEED}")
    state["products"] = catalog()
    build(state["products"])
    begun = time.monotonic()
    state["server"] = Server(INDEX, access_log=WORK / "access.jsonl").start().wait_ready()
    print(f"  ready after {(time.monotonic() - begun) * 1000:.0f} ms")


def counted(products, key):
    counts = {}
    for product in products:
        for value in key(product):
            counts[value] = counts.get(value, 0) + 1
    return counts


def flatten(values):
    found, open_lists = {}, [values]
    while open_lists:
        for value in open_lists.pop():
            found[value["label"]] = value["count"]
            open_lists.append(value["children"])
    return found


def test_facets_equal_counting_by_hand():
    for words in ("tu lanh", "máy giặt", "quat kieu", "Hải Âu tủ", "mini"):
        wanted = [product for product in state["products"] if has_words(product, words)]
        answer = state["server"].search(words, facets="brand,category,price", limit=0)
        expect_equal(answer["total"], len(wanted), f"total of {words!r}")
        brands = {value["label"]: value["count"] for value in answer["facets"]["brand"]["values"]}
        expect_equal(brands, counted(wanted, lambda product: [product["brand"]]), f"brands of {words!r}")
        categories = flatten(answer["facets"]["category"]["values"])
        expect_equal(categories, counted(wanted, lambda product: product["category"]), f"categories of {words!r}")
        price = answer["facets"]["price"]
        expect_equal((price["min"], price["max"]), (min(map(paid, wanted)), max(map(paid, wanted))), f"prices of {words!r}")
        for index, bin_ in enumerate(price["histogram"]):
            inside = sum(bin_["from"] <= paid(product) < bin_["to"] for product in wanted)
            expect_equal(bin_["count"], inside, f"bin {index} of {words!r}")
        expect_equal(sum(bin_["count"] for bin_ in price["histogram"]), len(wanted), f"histogram of {words!r}")


def test_filters_and_pages_equal_counting_by_hand():
    wanted = sorted((product for product in state["products"] if has_words(product, "tủ lạnh") and product["brand"] in ("Sao Mai", "Hải Âu")
                     and 5_000_000 <= paid(product) <= 30_000_000 and "Tủ lạnh" in product["category"] and product["stock"] > 0),
                    key=lambda product: (paid(product), int(product["id"])))
    filters = {"brand": ["sao-mai", "hai-au"], "priceMin": 5_000_000, "priceMax": 30_000_000, "category": "tu-lanh", "inStock": "true",
               "sort": "priceAsc", "limit": 7}
    seen = []
    for page in range(len(wanted) // 7 + 2):
        answer = state["server"].search("tủ lạnh", page=page, **filters)
        expect_equal(answer["total"], len(wanted), "filtered total")
        seen += [hit["id"] for hit in answer["hits"]]
    expect_equal(len(seen), len(set(seen)), "products seen, none twice")
    prices = {product["id"]: paid(product) for product in wanted}
    expect_equal([prices.get(id_) for id_ in seen], [paid(product) for product in wanted], "prices in order")


def walk(server, q, limit, **filters):
    """The ids of all pages, by cursors."""
    seen, cursor, pages = [], {}, 0
    while cursor is not None:
        answer = server.search(q, limit=limit, **cursor, **filters)
        seen += [hit["id"] for hit in answer["hits"]]
        cursor = {"cursor": answer["nextCursor"]} if answer["nextCursor"] else None
        pages += 1
        expect(pages < 5000, f"the walk of {q!r} does not end")
        expect_equal(answer["page"], 0, "a cursor is no page")
    return seen


def discount(product):
    return (product["price"] - paid(product)) * 10000 // product["price"]


ORDERS = {
    "priceAsc": lambda product: (paid(product), int(product["id"])),
    "priceDesc": lambda product: (-paid(product), int(product["id"])),
    "bestSelling": lambda product: (-product["soldCount"], int(product["id"])),
    "discount": lambda product: (-discount(product), int(product["id"])),
}


def test_walks_by_cursor_equal_sorting_by_hand():
    server = state["server"]
    fridges = [product for product in state["products"] if has_words(product, "tủ lạnh")]
    for sort, key in ORDERS.items():
        for limit in (100, 37):
            expect_equal(walk(server, "tủ lạnh", limit, sort=sort), [product["id"] for product in sorted(fridges, key=key)], f"walk by {sort}")
    for q, filters in (("", {}), ("tu lanh kieu", {}), ("tủ lạnh rẻ nhất", {}), ("máy giặt", {"brand": "sao-mai", "inStock": "true"}),
                       ("quạt tủ lạnh", {"match": "any"}), ("tủ lạnh kiểu đỏ xanh", {})):
        pages = [server.search(q, page=page, limit=100, **filters) for page in range(25)]
        paged = [hit["id"] for page in pages for hit in page["hits"]]
        expect(len(paged) > 100, f"{q!r} finds {len(paged)}")
        expect_equal(walk(server, q, 50, **filters), paged, f"walk of {q!r}")


def test_cursors_that_are_not_ours_are_refused():
    server = state["server"]
    cursor = server.search("tủ lạnh", limit=3)["nextCursor"]
    expect(cursor and re.fullmatch(r"[A-Za-z0-9_-]+", cursor), f"nextCursor is {cursor!r}")
    wrong = {
        "": "cursor has 0 bytes", "x": "cursor is not one", cursor[:-1]: "cursor", cursor + "A": "cursor", cursor + "=": "cursor is not one",
        cursor[:20] + ("A" if cursor[20] != "A" else "B") + cursor[21:]: "cursor was not signed here", "A" * 64: "cursor was not signed here",
        "A" * 201: "cursor has 201 bytes", "null": "cursor", "%%%": "cursor is not one",
    }
    for text, sentence in wrong.items():
        status, _, answer = server.get("/v1/search", q="tủ lạnh", limit=3, cursor=text)
        expect_equal((status, answer.get("error")), (400, "Bad Request"), f"answer to the cursor {text!r}")
        expect(sentence in answer["message"] and ("nextCursor" in answer["message"]), f"message for {text!r}: {answer['message']}")
    for other in ({"q": "tủ"}, {"q": "tủ lạnh", "sort": "priceAsc"}, {"q": "tủ lạnh", "brand": "sao-mai"}, {"q": "tủ lạnh", "understand": "false"}):
        status, _, answer = server.get("/v1/search", cursor=cursor, **other)
        expect_equal(status, 400, f"a cursor of another search than {other}")
        expect("belongs to another search" in answer["message"], answer["message"])
    status, _, answer = server.get("/v1/search", q="tủ lạnh", cursor=cursor, page=1)
    expect_equal(status, 400, "cursor and page")
    expect("leave page out" in answer["message"], answer["message"])
    expect_equal(server.get("/v1/search", q="tủ lạnh", cursor=cursor, limit=7, facets="brand")[0], 200, "another limit and facets")
    secret = Server(INDEX, name="secret", access_log="", cursor_key="a secret of this shop's servers")
    secret.start().wait_ready()
    expect_equal(secret.get("/v1/search", q="tủ lạnh", limit=3, cursor=cursor)[0], 400, "a cursor signed with another key")
    theirs = secret.search("tủ lạnh", limit=3)["nextCursor"]
    expect(theirs != cursor, "two keys sign alike")
    expect_equal(server.get("/v1/search", q="tủ lạnh", limit=3, cursor=theirs)[0], 400, "a cursor signed with another key")
    expect_equal(len(walk(secret, "tủ lạnh", 100)), len(walk(server, "tủ lạnh", 100)), "the walk with a key of its own")
    secret.stop()
    told = json.loads(tim("search", "tủ lạnh", f"cursor={cursor}", "limit=3", "--index", INDEX).stdout)
    page = server.search("tủ lạnh", limit=3, page=1)
    expect_equal([hit["id"] for hit in told["hits"]], [hit["id"] for hit in page["hits"]], "tim search goes on with a server's cursor")


def test_names_come_back_as_they_are():
    for number, name in enumerate(MARKUP, 5001):
        status, headers, page = state["server"].get(f"/v1/products/dac-biet-{number}")
        expect_equal(status, 200, f"product page of {name!r}")
        expect("Set-Cookie" not in headers, "a name broke into the headers")
        words = re.findall(r"\w+", re.sub(r"<[^>]*>|&\w+;", " ", name))  # markup is not text
        hits = state["server"].search(" ".join(words), limit=100)["hits"]
        shown = [hit for hit in hits if hit["id"] == str(number)]
        expect_equal(len(shown), 1, f"hits for {name!r}")
        expect_equal((shown[0]["name"], shown[0]["brand"]["name"], page["name"]), (name, 'Ký "tự" <lạ>', name), f"names of {name!r}")
        status, _, answer = state["server"].get("/v1/search/suggest", q=name.split()[0])
        expect_equal(status, 200, f"suggestions for {name!r}")
        for suggestion in answer["suggestions"]:
            plain = suggestion["highlight"].replace("<em>", "").replace("</em>", "")
            expect("<" not in plain and '"' not in plain, f"highlight of {name!r} is not HTML: {plain}")


def test_numbers_out_of_range_are_refused():
    values = ["-1", "2147483648", "4294967296", "9223372036854775808", "1e309", "NaN", "0x10", "1;drop", "", " 1", "1 ", "+1", "１", "1.5"]
    for name in ("page", "limit", "priceMin", "priceMax", "facetLimit"):
        for value in values:
            status, _, body = state["server"].get("/v1/search", q="tu", **{name: value})
            expect(status in (200, 400) and (status == 400 or name.startswith("price")), f"{name}={value!r} says {status} {body}")
            if status == 400:
                expect_equal(sorted(body), ["error", "message", "statusCode"], f"error of {name}={value!r}")
                expect(name in body["message"], f"{name}={value!r}: the message does not name it: {body['message']}")
        status, _, body = state["server"].get_raw(f"/v1/search?q=tu&{name}=1&{name}=1")
        expect_equal(status, 400, f"{name} twice")
    status, _, body = state["server"].get("/v1/search", q="tu", pricemin="1")
    expect("priceMin" in body["message"], f"the nearest name is not suggested: {body}")


def test_hostile_queries_are_answered():
    words = ["a" * 512, "tu " * 170, "\u0301" * 250, "\u200b\u202e tu", "(a+)+$", "*?[]()\\", "%" * 100, "'; DROP TABLE products; --", "  ", "ＴＵ ＬＡＮＨ", "đ" * 256,
             "1" * 512, "-" * 512, "tủ lạnh".encode().decode() * 40]
    for word in words:
        begun = time.monotonic()
        status, _, body = state["server"].get("/v1/search", q=word[:512], facets="brand,category,price")
        passed = time.monotonic() - begun
        expect(status in (200, 400) and passed < 1, f"q={word[:30]!r} says {status} after {passed:.2f} s: {str(body)[:200]}")
        status, _, body = state["server"].get("/v1/search/suggest", q=word[:512])
        expect(status in (200, 400), f"suggest q={word[:30]!r} says {status}: {str(body)[:200]}")
    expect_equal(state["server"].get("/v1/search", q="a" * 513)[0], 400, "a query of 513 bytes")


def test_encodings_decode_to_the_same_bytes():
    target = "/v1/search?" + urllib.parse.urlencode({"q": "tủ lạnh", "limit": 50, "facets": "brand,category,price"})
    connection = http.client.HTTPConnection("127.0.0.1", state["server"].port, timeout=10)

    def fetch(method="GET", **headers):
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        response = connection.getresponse()
        return response, response.read()

    plain, body = fetch()
    expect_equal(plain.headers["Content-Encoding"], None, "encoding without Accept-Encoding")
    packed, data = fetch(Accept_Encoding="gzip")
    expect_equal((packed.headers["Content-Encoding"], gzip.decompress(data)), ("gzip", body), "the body by gzip")
    small, data = fetch(Accept_Encoding="gzip, deflate, br")
    expect(small.headers["Content-Encoding"] == "br" and len(data) < len(body) / 2, "brotli is not chosen where it is taken")
    head, data = fetch("HEAD", Accept_Encoding="gzip")
    expect_equal((head.status, data, head.headers["Content-Length"]), (200, b"", packed.headers["Content-Length"]), "HEAD")
    again, data = fetch(Accept_Encoding="gzip", If_None_Match=packed.headers["ETag"])
    expect_equal((again.status, data), (304, b""), "an answer that the client has")
    expect_equal(fetch()[1], body, "the same request again")
    connection.close()


def test_smuggled_requests_are_not_answered():
    second = b"GET /healthz?smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
    heads = [b"Content-Length: 0\r\nContent-Length: 43", b"Content-Length: 43\r\nTransfer-Encoding: chunked", b"Transfer-Encoding: chunked\r\nContent-Length: 4",
             b"Transfer-Encoding : chunked", b"Transfer-Encoding: identity", b"Content-Length: +5", b"Content-Length: 5, 5"]
    for method in (b"GET", b"POST", b"HEAD", b"OPTIONS", b"PUT"):
        for head in heads:
            answer = raw(method + b" /v1/search?q=tu HTTP/1.1\r\nHost: a\r\n" + head + b"\r\n\r\n0\r\n\r\n" + second)
            expect(answer.count(b"HTTP/1.1 200") == 0 and b"\"status\":\"ok\"" not in answer, f"{method} with {head} says {answer[:300]}")
    log = (WORK / "access.jsonl").read_text(encoding="utf-8")
    expect("smuggled" not in log, "a request out of a body was served")


class Asker(threading.Thread):
    """Asks on one connection until told to stop, or until the server closes between two answers."""

    def __init__(self, target, stop):
        super().__init__(daemon=True)
        self.target, self.stop, self.good, self.bad, self.slowest = target, stop, 0, [], 0.0

    def run(self):
        port = state["server"].port
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        while not self.stop.is_set() and not self.bad:
            begun = time.monotonic()
            try:
                connection.request("GET", self.target)
                response = connection.getresponse()
                json.loads(response.read())
                if response.status != 200:
                    self.bad.append(f"status {response.status}")
                self.good += 1
                if response.headers["Connection"] == "close":
                    break
            except (OSError, http.client.HTTPException, ValueError) as error:
                self.bad.append(repr(error))
            self.slowest = max(self.slowest, time.monotonic() - begun)
        connection.close()


def ask(count, target):
    stop = threading.Event()
    askers = [Asker(target, stop) for _ in range(count)]
    for asker in askers:
        asker.start()
    return stop, askers


def finish(stop, askers, what):
    stop.set()
    for asker in askers:
        asker.join(30)
    bad = [fault for asker in askers for fault in asker.bad]
    expect(not bad, f"{what}: {len(bad)} requests failed, first {bad[:1]}")
    good = sum(asker.good for asker in askers)
    expect(good > 0, f"{what}: nobody was answered")
    print(f"  {what}: {good} answers, none failed")


def test_a_new_index_fails_nobody():
    stop, askers = ask(8, "/v1/search?q=tu+lanh&limit=20&facets=brand,category,price")
    for round_ in range(3):
        state["products"][0]["name"] = f"Tủ lạnh vòngxoay{round_}"
        build(state["products"])
        wait_until(lambda: state["server"].ids(f"vongxoay{round_}") == ["1"], 10, "the new generation in search")
        if round_ == 0:
            cursor = state["server"].search("quạt", sort="bestSelling", limit=5)["nextCursor"]
    expect_equal(state["server"].ids("quạt", sort="bestSelling", limit=5, cursor=cursor),
                 state["server"].ids("quạt", sort="bestSelling", limit=5, page=1), "a walk goes on in another generation")
    finish(stop, askers, "while three generations took over")


def test_slow_strangers_hurt_nobody():
    port, slow = state["server"].port, []
    for number in range(1500):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.sendall(b"GET /v1/search?q=t HTTP/1.1\r\nHost: a\r\nX: " if number % 3 else b"G")
        slow.append(connection)
    opened = time.monotonic()
    stop, askers = ask(4, "/v1/search?q=tu+lanh&limit=5")
    closed = 0
    while slow and time.monotonic() - opened < 12:
        for connection in slow[:]:
            try:
                connection.settimeout(0)
                connection.send(b"a")
                if connection.recv(4096) == b"":
                    raise ConnectionError
            except BlockingIOError:
                continue
            except OSError:
                connection.close()
                slow.remove(connection)
                closed += 1
        time.sleep(0.25)
    passed = time.monotonic() - opened
    finish(stop, askers, "beside 1,500 slow connections")
    expect(not slow, f"{len(slow)} slow connections are open after {passed:.1f} s")
    expect(passed <= 10, f"the slow ones were closed only after {passed:.1f} s")
    slowest = max(asker.slowest for asker in askers)
    expect(slowest < 2, f"one request took {slowest:.2f} s")


def test_every_request_is_in_the_log():
    server = state["server"]
    for number in range(50):
        server.get("/v1/search", q=f"logged {number}")

    def lines():
        return (WORK / "access.jsonl").read_text(encoding="utf-8").splitlines()

    # Others' lines may still come: of connections that the test before let go.
    wait_until(lambda: sum("q=logged+" in line for line in lines()) == 50, 5, "50 lines in the access log")
    entries = [json.loads(line) for line in lines()]
    expect(all(sorted(entry) == sorted(["time", "requestId", "method", "path", "query", "status", "bytes", "totalUs", "engineUs", "remote"])
               for entry in entries), "an access log line has other keys")
    expect_equal(len({entry["requestId"] for entry in entries}), len(entries), "request ids, all different")
    total = sum(float(line.split()[1]) for line in server.get("/metrics")[2].decode().splitlines() if line.startswith("tim_requests_total{"))
    wait_until(lambda: len(lines()) >= total, 5, "as many lines as the metrics count")


def test_the_port_is_taken():
    begun = subprocess.run([TIM, "serve", "--index", INDEX, "--port", str(state["server"].port)], capture_output=True, timeout=20, check=False,
                           env=environment({}))
    text = begun.stderr.decode()
    expect(begun.returncode != 0 and "in use" in text and len(text.strip().splitlines()) == 1, f"exit {begun.returncode}: {text}")
    expect_equal(state["server"].get("/healthz")[0], 200, "the first server")


def test_few_open_files():
    """With RLIMIT_NOFILE at 80 the server takes what connections it can, and the others wait their turn."""
    port, log = free_port(), open(WORK / "few.log", "wb")
    process = subprocess.Popen([TIM, "serve", "--index", INDEX, "--port", str(port), "--threads", "1", "--access-log", ""], stdout=log, stderr=log,
                               env=environment({}), preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (80, 80)))
    try:
        def ready():
            expect(process.poll() is None, (WORK / "few.log").read_text(encoding="utf-8"))
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=1)
            except OSError:
                return None

        wait_until(ready, 10, "a server with few files")[0].close()
        idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=15)
        connection.request("GET", "/v1/search?q=tu&limit=1")
        expect_equal(connection.getresponse().status, 200, "a request behind 20 silent connections")
        for each in idle:
            each.close()
    finally:
        process.terminate()
        expect_equal(process.wait(15), 0, "exit of the server with few files")
        log.close()


def test_a_real_catalog():
    source = CATALOGS / "dev_electronics.ndjson.zst"
    if not source.exists():
        print("  skipped: no catalogs beside the project")
        return
    folder = WORK / "real"
    tim("build", "--from", source, "--index", folder, check=False)
    server = Server(folder, name="real", access_log="").start().wait_ready()
    for words in ("iphone 13", "tủ lạnh samsung", "tai nghe bluetooth", "o cung ssd"):
        answer = server.search(words, facets="brand,category,price")
        expect(answer["total"] > 0 and answer["hits"], f"nothing for {words!r}")
        hit = answer["hits"][0]
        expect_equal(server.get("/v1/products/" + urllib.parse.quote(hit["slug"]))[2]["id"], hit["id"], f"the page of {hit['slug']}")
    expect_equal(server.stop(), 0, "exit of the server")


def test_stopping_cuts_nothing():
    server = state["server"]
    idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(20)]
    stop, askers = ask(40, "/v1/search?q=tu+lanh&limit=50&facets=brand,category,price")
    time.sleep(0.5)
    begun = time.monotonic()
    expect_equal(server.stop(), 0, "exit after SIGTERM")
    passed = time.monotonic() - begun
    finish(stop, askers, f"until the server had stopped, {passed * 1000:.0f} ms after SIGTERM")
    expect(passed < 5, f"stopping took {passed:.1f} s")
    for connection in idle:
        connection.close()


if __name__ == "__main__":
    main([test_start, test_facets_equal_counting_by_hand, test_filters_and_pages_equal_counting_by_hand,
          test_walks_by_cursor_equal_sorting_by_hand, test_cursors_that_are_not_ours_are_refused, test_names_come_back_as_they_are,
          test_numbers_out_of_range_are_refused, test_hostile_queries_are_answered, test_encodings_decode_to_the_same_bytes,
          test_smuggled_requests_are_not_answered, test_a_new_index_fails_nobody, test_slow_strangers_hurt_nobody, test_every_request_is_in_the_log,
          test_the_port_is_taken, test_few_open_files, test_a_real_catalog, test_stopping_cuts_nothing])

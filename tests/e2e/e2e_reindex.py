#!/usr/bin/env python3
"""`tim reindex`: without a writer, and beside a stream of changes while shoppers ask without a pause. No request fails, no version falls, and
what comes out is what SQL builds. Then the indexer is killed ten times in the middle of it."""
import collections
import http.client
import itertools
import json
import random
import threading
import time

import e2e_crash
from compare import compare
from e2e_crash import SEED, Stream, feed, state, wait_slot_free
from harness import WORK, Server, expect, expect_equal, indexer, main, tim, wait_until

INDEX = WORK / "index"
MORE = 6000  # products beside those of the stream, so that a reindex takes a while
KILLS = 10


def stats():
    return json.loads(tim("stats", "--index", INDEX).stdout)


def generation():
    return stats()["generation"]


def dump_hash():
    return tim("dump", "--hash", "--index", INDEX).stdout


def spooled(prefix):
    folder = INDEX / "spool"
    return sorted(name.name for name in folder.iterdir() if name.name.startswith(prefix)) if folder.exists() else []


def generations():
    return sorted(path.name for path in INDEX.iterdir() if path.name.startswith(("gen-", "old-")))


def marker(number):
    """A product that says, once it is found, that everything before it is in."""
    word = f"dauhieu{number}x"
    state["sql"].run(f"INSERT INTO products (id, name, slug, price) VALUES ({9000000 + number}, '{word}', '{word}', 1)")

    def found():
        state["indexer"].expect_running()
        done = tim("search", word, "--index", INDEX, check=False)
        return done.returncode == 0 and str(9000000 + number).encode() in done.stdout

    wait_until(found, 120, f"change {word} is searchable", pause=0.05)


class Shopper(threading.Thread):
    """Asks without a pause and remembers what failed, and every version it saw."""

    def __init__(self, port):
        super().__init__()
        self.port = port
        self.ended = False
        self.asked = 0
        self.faults = []
        self.versions = {}
        self.longest_s = 0.0

    def look(self, connection, target):
        begun = time.monotonic()
        connection.request("GET", target)
        response = connection.getresponse()
        body = response.read()
        self.longest_s = max(self.longest_s, time.monotonic() - begun)
        self.asked += 1
        if response.status not in (200, 404):
            self.faults.append(f"{target}: {response.status} {body[:200]}")
        return json.loads(body) if response.status == 200 else {}

    def see(self, product):
        before = self.versions.get(product["id"], 0)
        if product["version"] < before:
            self.faults.append(f"the version of product {product['id']} fell from {before} to {product['version']}")
        self.versions[product["id"]] = product["version"]

    def run(self):
        dice = random.Random(self.port)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        while not self.ended:
            try:
                for hit in self.look(connection, "/v1/search?q=may&facets=brand,category&limit=20").get("hits", []):
                    self.see(hit)
                product = self.look(connection, f"/v1/products/may-{dice.randint(1, 300)}")
                if product:
                    self.see(product)
                self.look(connection, "/v1/search/suggest?q=m")
            except (OSError, http.client.HTTPException, KeyError, ValueError) as problem:
                self.faults.append(repr(problem))
                connection.close()
            time.sleep(0.002)  # leaves the feeder some of this process's one interpreter
        connection.close()


class Walker(threading.Thread):
    """Walks through all products by cursors, again and again, in one order after the other. What the stream does not touch is met exactly once
    each time, whatever generation a page comes from."""

    def __init__(self, port):
        super().__init__()
        self.port = port
        self.ended = False
        self.walks = 0
        self.faults = []

    def walk(self, connection, sort):
        met, cursor = collections.Counter(), ""
        while cursor is not None:
            connection.request("GET", f"/v1/search?sort={sort}&limit=100{cursor}")
            response = connection.getresponse()
            answer = json.loads(response.read())
            if response.status != 200 or answer["partial"]:
                self.faults.append(f"by {sort}: {response.status} {str(answer)[:200]}")
                return
            met.update(hit["id"] for hit in answer["hits"])
            cursor = f"&cursor={answer['nextCursor']}" if answer["nextCursor"] else None
        wrong = {number: met[str(number)] for number in range(100001, 100001 + MORE) if met[str(number)] != 1}
        if wrong:
            self.faults.append(f"by {sort} {len(wrong)} products are not met once: {list(wrong.items())[:5]}")
        self.walks += 1

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        orders = itertools.cycle(["priceAsc", "newest", "bestSelling", "relevance", "priceDesc", "rating", "discount"])
        while not self.ended:
            try:
                self.walk(connection, next(orders))
            except (OSError, http.client.HTTPException, KeyError, ValueError) as problem:
                self.faults.append(repr(problem))
                connection.close()
            time.sleep(0.002)
        connection.close()


def test_shop():
    e2e_crash.test_shop()
    state["sql"].run(f"""
        INSERT INTO products (id, category_id, brand_id, name, slug, sku, price, specs, description)
            SELECT 100000 + i, 1 + i % 30, 1 + i % 20, 'Tủ lạnh ' || i || ' màu ' || i % 17, 'tu-' || i, 'T' || i, i * 1000,
                   jsonb_build_object('RAM', i % 16 || ' GB', 'Dung tích', i % 40 || ' lít'), repeat('tiết kiệm điện ' || i || ' ', 30)
            FROM generate_series(1, {MORE}) i""")
    state["indexer"] = indexer(INDEX, state["pg"].conninfo("shop"), batch_ms=20).start()
    marker(1)
    state["sql"].run("INSERT INTO search_synonyms (id, kind, input, output) VALUES (1, 'two_way', 'tivi', 'tv')")
    state["sql"].run("UPDATE product_variants SET price = price + 1 WHERE id % 3 = 0; UPDATE products SET sold_count = id % 1000, price = price + 7 WHERE id % 2 = 0")
    marker(2)


def test_without_a_writer():
    expect_equal(state["indexer"].stop(), 0, "the exit code of the indexer")
    before, number, position = dump_hash(), generation(), stats()["position"]
    done = tim("reindex", "--index", INDEX)
    expect_equal(done.stdout.decode().strip(), f"generation {number + 1} is live", "what tim reindex says")
    expect_equal(dump_hash(), before, "the dump's hash after a reindex")
    expect_equal(stats()["position"], position, "the position after a reindex")
    expect_equal(generations(), [f"gen-{number + 1:08}"], "the folders")
    tim("verify", "--index", INDEX)


def test_wrong_calls():
    none = tim("reindex", "--index", WORK / "none", check=False)
    expect(none.returncode == 1 and b"no index" in none.stderr and not (WORK / "none").exists(), f"reindex of nothing: {none}")


def test_goes_on_streaming_without_a_copy():
    wait_slot_free()
    number = generation()
    state["indexer"].start()
    marker(3)
    expect_equal(generation(), number, "the generation after a restart")


def test_beside_the_stream():
    stream = Stream(SEED)
    state["stream"] = stream
    session = state["pg"].session("shop")
    server = Server(INDEX).start().wait_ready()
    shoppers = [Shopper(server.port) for _ in range(2)]
    walker = Walker(server.port)
    for one in [*shoppers, walker]:
        one.start()
    number = generation()
    for turn in range(3):
        until = stream.made + 1500
        feeder = threading.Thread(target=feed, args=(stream, session, until, 0.002))
        feeder.start()
        if turn == 1:  # more than can be noted by key: everything is compared again
            state["sql"].run("CREATE TABLE kept AS SELECT * FROM product_images; TRUNCATE product_images")
        done = tim("reindex", "--index", INDEX)
        print(f"  {done.stdout.decode().strip()}")
        if turn == 1:
            state["sql"].run("INSERT INTO product_images SELECT k.* FROM kept k JOIN products p ON p.id = k.product_id ON CONFLICT DO NOTHING; DROP TABLE kept")
        expect_equal(generation(), number + turn + 1, "the generation")
        feeder.join()
        marker(10 + turn)
        expect_equal(spooled("job-") + spooled("tmp-") + spooled("state-"), [], "what is left in the spool")
    time.sleep(0.5)
    for shopper in shoppers:
        shopper.ended = True
        shopper.join()
        expect(shopper.faults == [], f"{len(shopper.faults)} of {shopper.asked} requests failed: {shopper.faults[:5]}")
    walker.ended = True
    walker.join()
    expect(walker.faults == [] and walker.walks > 0, f"{len(walker.faults)} walks of {walker.walks} went wrong: {walker.faults[:5]}")
    print(f"  {walker.walks} walks, each product that stayed as it was met once")
    print(f"  {sum(s.asked for s in shoppers)} requests, none failed; the longest took {max(s.longest_s for s in shoppers) * 1000:.0f} ms")
    expect_equal(server.stop(), 0, "the exit code of the server")


def queue_drained():
    wait_until(lambda: stats()["queue"] == 0, 60, "the rebuild queue is empty", pause=0.1)


def test_compare():
    queue_drained()
    print(f"  {compare(state['sql'], INDEX)} documents are equal")
    tim("verify", "--index", INDEX)
    expect_equal(len(generations()), 1, f"generations {generations()}")


def test_kills():
    dice = random.Random(SEED + 2)
    stream, process = state["stream"], state["indexer"]
    session = state["pg"].session("shop")
    for kill in range(KILLS):
        feeder = threading.Thread(target=feed, args=(stream, session, stream.made + 200, 0.002))
        feeder.start()
        tim("reindex", "--no-wait", "--index", INDEX)
        time.sleep(dice.uniform(0.8, 4.0))
        expect(process.running(), f"the indexer ended: {process.tail()}")
        process.kill()
        feeder.join()
        tim("verify", "--index", INDEX)
        wait_slot_free()
        process.start()
        wait_until(lambda: len(generations()) <= 2, 20, "what the kill left is removed")
        print(f"  kill {kill + 1}: generation {generation()}")
    wait_until(lambda: spooled("job-") == [], 120, "all jobs are over", pause=0.1)
    wait_until(lambda: len(generations()) == 1, 20, "one generation is left")
    marker(20)


def test_same_as_made_anew():
    test_compare()
    fresh = WORK / "fresh"
    second = indexer(fresh, state["pg"].conninfo("shop"), name="fresh", slot="fresh").start()
    wait_until(lambda: tim("stats", "--index", fresh, check=False).returncode == 0, 60, "a second index", pause=0.1)
    expect_equal(second.stop(), 0, "the exit code of the second indexer")
    expect_equal(state["indexer"].stop(), 0, "the exit code of the indexer")
    expect_equal(dump_hash(), tim("dump", "--hash", "--index", fresh).stdout, "the dump's hash beside a new index's")


if __name__ == "__main__":
    main([test_shop, test_without_a_writer, test_wrong_calls, test_goes_on_streaming_without_a_copy, test_beside_the_stream, test_compare,
          test_kills, test_same_as_made_anew])

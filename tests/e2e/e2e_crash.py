#!/usr/bin/env python3
"""The indexer is killed 50 times at random points of a stream of 20,000 changes. Afterwards every document equals the one that SQL builds,
`tim verify` is clean, and an index made anew from the same database has the same content to the byte."""
import hashlib
import os
import random
import threading
import time

from compare import compare
from harness import WORK, Postgres, expect, expect_equal, indexer, main, tim, wait_until

INDEX = WORK / "index"
KILLS = 50
CHANGES = 20000
BRANDS, CATEGORIES, PRODUCTS = 20, 30, 1500
SEED = int(os.environ.get("SEED", time.time_ns() % 1000000))
WORDS = ("tủ lạnh máy giặt điều hoà quạt đứng nồi cơm lò vi sóng inverter tiết kiệm điện cao cấp gia đình thông minh không dây "
         "màn hình điện thoại laptop bàn phím chuột tai nghe sạc nhanh 16 GB 256GB 1,5HP OLED").split()
state = {}


class Stream:
    """Random but sound changes: it knows which keys exist, so that every statement does something."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.products = list(range(1, PRODUCTS + 1))
        self.next_product = 1000000
        self.next_child = 1000000
        self.made = 0

    def words(self, count):
        return " ".join(self.random.choice(WORDS) for _ in range(count))

    def long_text(self):
        seed = self.random.random()
        return " ".join(hashlib.sha256(f"{seed}{i}".encode()).hexdigest()[:10] for i in range(600))

    def new_product(self):
        self.next_product += 1
        self.products.append(self.next_product)
        text = self.long_text() if self.random.random() < 0.05 else self.words(12)
        return (f"INSERT INTO products (id, category_id, brand_id, name, slug, sku, price, stock_quantity, description) VALUES "
                f"({self.next_product}, {self.random.randint(1, CATEGORIES)}, {self.random.randint(1, BRANDS)}, '{self.words(5)}', "
                f"'p-{self.next_product}', 'S{self.next_product}', {self.random.randint(1, 99) * 100000}, {self.random.randint(0, 9)}, '{text}')")

    def drop_product(self):
        place = self.random.randrange(len(self.products))
        self.products[place], self.products[-1] = self.products[-1], self.products[place]
        return f"DELETE FROM products WHERE id = {self.products.pop()}"

    def change_key(self):
        """Only of a product without children: their foreign keys do not follow."""
        place = self.random.randrange(len(self.products))
        old = self.products[place]
        if old % 10 < 5:
            return self.change_price()
        self.next_product += (5 - self.next_product) % 10 or 10
        self.products[place] = self.next_product
        return f"UPDATE products SET id = {self.next_product} WHERE id = {old}"

    def change_price(self):
        sale = self.random.choice(["NULL", "0", str(self.random.randint(1, 99) * 90000)])
        return (f"UPDATE products SET price = {self.random.randint(1, 99) * 100000}, sale_price = {sale}, "
                f"stock_quantity = {self.random.choice(['NULL', '0', '7'])}, sold_count = sold_count + 1 WHERE id = {self.random.choice(self.products)}")

    def change_text(self):
        column = self.random.choice(["name", "short_desc", "description", "seo_title"])
        text = self.long_text() if column == "description" and self.random.random() < 0.3 else self.words(6)
        return f"UPDATE products SET {column} = '{text}' WHERE id = {self.random.choice(self.products)}"

    def change_status(self):
        return f"UPDATE products SET status = '{self.random.choice(['active', 'active', 'draft'])}' WHERE id = {self.random.choice(self.products)}"

    def change_place(self):
        return (f"UPDATE products SET category_id = {self.random.randint(1, CATEGORIES)}, brand_id = {self.random.randint(1, BRANDS)} "
                f"WHERE id = {self.random.choice(self.products)}")

    def parent(self):
        """A product whose last digit says that its key never changes."""
        candidates = [p for p in self.random.choices(self.products, k=20) if p % 10 < 5]
        return candidates[0] if candidates else None

    def new_child(self):
        product = self.parent()
        if product is None:
            return self.change_price()
        self.next_child += 1
        key, words = self.next_child, self.words(2)
        return self.random.choice([
            f"INSERT INTO product_variants (id, product_id, name, sku, price, stock_quantity, attributes) VALUES ({key}, {product}, '{words}', "
            f"'V{key}', {key * 10}, 3, '{{\"Màu\": \"{words}\", \"Cỡ\": \"{key % 7}\"}}')",
            f"INSERT INTO product_specs (id, product_id, spec_group, spec_name, spec_value, sort_order) VALUES ({key}, {product}, "
            f"'Nhóm {key % 3}', 'Tên {key % 5}', '{words}', {key % 4})",
            f"INSERT INTO product_images (id, product_id, url, alt, sort_order) VALUES ({key}, {product}, 'https://x/{key}.jpg', '{words}', {key % 4})",
        ])

    def change_variant(self):
        change = self.random.choice([f"price = {self.random.randint(1, 99) * 1000}", f"stock_quantity = {self.random.choice(['NULL', '0', '5'])}",
                                     f"sale_price = {self.random.choice(['NULL', '0', '500'])}", "is_active = NOT is_active",
                                     f"name = '{self.words(2)}'"])
        return f"UPDATE product_variants SET {change} WHERE id = (SELECT max(id) - {self.random.randint(0, 60)} FROM product_variants)"

    def drop_child(self):
        table = self.random.choice(["product_variants", "product_specs", "product_images"])
        return f"DELETE FROM {table} WHERE id = (SELECT max(id) - {self.random.randint(0, 20)} FROM {table})"

    def change_label(self):
        if self.random.random() < 0.5:
            return f"UPDATE brands SET name = 'Hãng {self.words(1)} {self.random.randint(1, 999)}' WHERE id = {self.random.randint(1, BRANDS)}"
        # A category hangs only under one with a smaller number, so there is never a cycle.
        category = self.random.randint(2, CATEGORIES)
        return f"UPDATE categories SET parent_id = {self.random.randint(1, category - 1)} WHERE id = {category}"

    def statement(self):
        kinds = [(self.change_price, 40), (self.change_text, 20), (self.new_product, 8), (self.drop_product, 6), (self.change_key, 4),
                 (self.change_status, 5), (self.change_place, 5), (self.new_child, 8), (self.change_variant, 6), (self.drop_child, 3), (self.change_label, 0.3)]
        return self.random.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0]()

    def transaction(self):
        """SQL of one transaction; some are rolled back whole, some in part."""
        statements = [self.price_only() for _ in range(self.random.randint(1, 3))] if self.random.random() < 0.05 else None
        if statements is not None:
            self.made += len(statements)
            return "BEGIN; " + "; ".join(statements) + "; ROLLBACK;"
        count = self.random.choice([1, 1, 1, 2, 5, 20])
        statements = [self.statement() for _ in range(count)]
        if self.random.random() < 0.05:
            statements += ["SAVEPOINT s", self.price_only(), "ROLLBACK TO s"]
        self.made += count
        return "BEGIN; " + "; ".join(statements) + "; COMMIT;"

    def price_only(self):
        return f"UPDATE products SET price = 666 WHERE id = {self.random.choice(self.products)}"


def test_shop():
    print(f"  SEED={SEED}")
    state["pg"] = pg = Postgres()
    state["sql"] = sql = pg.create_shop()
    sql.run(f"""
        INSERT INTO brands (id, name, slug) SELECT i, 'Hãng ' || i, 'hang-' || i FROM generate_series(1, {BRANDS}) i;
        INSERT INTO categories (id, parent_id, name, slug)
            SELECT i, CASE WHEN i > 3 THEN i / 3 END, 'Ngành ' || i, 'nganh-' || i FROM generate_series(1, {CATEGORIES}) i;
        INSERT INTO products (id, category_id, brand_id, name, slug, sku, price, specs, avg_rating)
            SELECT i, 1 + i % {CATEGORIES}, 1 + i % {BRANDS}, 'Máy số ' || i, 'may-' || i, 'M' || i, i * 1000,
                   jsonb_build_object('RAM', i % 16 || ' GB', 'Màu sắc', 'Đen'), (i % 50) / 10.0 FROM generate_series(1, {PRODUCTS}) i;
        INSERT INTO product_variants (id, product_id, name, sku, price, sale_price, stock_quantity)
            SELECT i, 10 * (i / 2) + 1, 'Loại ' || i, 'MV' || i, i * 5000, i * 4000, i % 4 FROM generate_series(2, 200) i
    """)


def wait_slot_free():
    """A killed client's walsender lives a moment longer."""
    wait_until(lambda: state["sql"].value("SELECT count(*) FROM pg_replication_slots WHERE active") == "0", 30, "the slot is free again")


def feed(stream, session, until, pace):
    """Runs transactions until `until` changes were made."""
    while stream.made < until:
        session.run(stream.transaction())
        time.sleep(pace)


def test_kills():
    stream = Stream(SEED)
    dice = random.Random(SEED + 1)
    session = state["pg"].session("shop")
    state["indexer"] = process = indexer(INDEX, state["pg"].conninfo("shop"), batch_ms=20)
    while_running = 0
    for kill in range(KILLS):
        wait_slot_free()
        process.start()
        feeder = threading.Thread(target=feed, args=(stream, session, CHANGES * (kill + 1) // KILLS, 0.001))
        feeder.start()
        time.sleep(dice.uniform(0.02, 0.6))
        while_running += process.running()
        process.kill()
        feeder.join()
    expect(while_running == KILLS, f"only {while_running} of {KILLS} kills found the indexer running; its log ends {process.tail()}")
    expect(stream.made >= CHANGES, f"only {stream.made} changes")
    print(f"  {KILLS} kills, {stream.made} changes")


def test_catches_up():
    wait_slot_free()
    state["indexer"].start()
    state["sql"].run("INSERT INTO products (id, name, slug, price) VALUES (9999999, 'Dấuhiệucuối', 'dau-hieu-cuoi', 1)")

    def caught_up():
        state["indexer"].expect_running()
        done = tim("search", "dauhieucuoi", "--index", INDEX, check=False)
        return done.returncode == 0 and b"9999999" in done.stdout

    _, passed = wait_until(caught_up, 120, "the last change is searchable", pause=0.1)
    print(f"  caught up in {passed:.1f} s")


def test_rebuild_queue_drains():
    wait_until(lambda: b'"queue": 0,' in tim("stats", "--index", INDEX).stdout, 60, "the rebuild queue is empty", pause=0.1)


def test_compare():
    print(f"  {compare(state['sql'], INDEX)} documents are equal")
    tim("verify", "--index", INDEX)


def test_same_as_made_anew():
    fresh = WORK / "fresh"
    second = indexer(fresh, state["pg"].conninfo("shop"), name="fresh", slot="fresh").start()
    wait_until(lambda: tim("stats", "--index", fresh, check=False).returncode == 0, 60, "a second index", pause=0.1)
    expect_equal(second.stop(), 0, "the exit code of the second indexer")
    expect_equal(state["indexer"].stop(), 0, "the exit code of the indexer")
    hashes = [tim("dump", "--hash", "--index", index).stdout for index in (INDEX, fresh)]
    if hashes[0] != hashes[1]:
        lines = [set(tim("dump", "--index", index).stdout.decode().splitlines()) for index in (INDEX, fresh)]
        only = sorted(lines[0] - lines[1])[:1] + sorted(lines[1] - lines[0])[:1]
        expect(False, f"the followed index and a new one differ: {[line[:1500] for line in only]}")


if __name__ == "__main__":
    main([test_shop, test_kills, test_catches_up, test_rebuild_queue_drains, test_compare, test_same_as_made_anew])

#!/usr/bin/env python3
"""What a shop's database may do to an indexer that follows it: odd sequences, odd values, schemas altered under its feet, lost slots, old
backups, a full disk, a transaction that takes longer than PostgreSQL's patience. Each time every document must equal what SQL says and
`tim verify` be clean.

HOSTILE_LONG=1 runs all sequences and more random transactions."""
import hashlib
import itertools
import json
import os
import random
import shutil
import subprocess
import time

from compare import compare
from harness import SLOW, WORK, Postgres, expect, expect_equal, indexer, main, tim, wait_until

INDEX = WORK / "index"
LONG = os.environ.pop("HOSTILE_LONG", "") != ""
SEED = int(os.environ.pop("SEED", time.time_ns() % 1000000))
PATIENCE_S = round(2 * SLOW)  # PostgreSQL's with a client that says nothing
state = {"markers": 0}


def long_text(seed):
    """About 8 kB that PostgreSQL cannot compress, so that it is stored out of line."""
    return " ".join(hashlib.sha256(f"{seed} {i}".encode()).hexdigest()[:12] for i in range(650))


def settle(index=INDEX, process=None, seconds=60):
    """Waits until a product that is inserted now is found, and the rebuild queue is empty."""
    process = process or state["indexer"]
    state["markers"] += 1
    word = f"danhdau{state['markers']}"
    state["sql"].run(f"INSERT INTO products (id, name, slug, price) VALUES ({9000000 + state['markers']}, '{word}', '{word}', 1)")

    def arrived():
        process.expect_running()
        return f'"slug":"{word}"'.encode() in tim("search", word, "understand=false", "--index", index, check=False).stdout

    wait_until(arrived, seconds, f"the last change; the log ends {process.tail()}", pause=0.05)
    wait_until(lambda: b'"queue": 0,' in tim("stats", "--index", index).stdout, seconds, "the rebuild queue is empty", pause=0.05)


def expect_same(index=INDEX, process=None, seconds=60):
    settle(index, process, seconds)
    count = compare(state["sql"], index)
    tim("verify", "--index", index)
    return count


def wait_slot_free():
    wait_until(lambda: state["sql"].value("SELECT count(*) FROM pg_replication_slots WHERE active") == "0", 30, "the slot is free again")


def generation():
    return json.loads(tim("stats", "--index", INDEX).stdout)["generation"]


def wait_generation_after(before, what):
    def moved():
        state["indexer"].expect_running()
        return generation() > before

    wait_until(moved, 60, f"{what}: a new copy; the log ends {state['indexer'].tail()}", pause=0.1)


def test_start():
    print(f"  SEED={SEED}")
    state["pg"] = pg = Postgres(settings=[f"wal_sender_timeout={PATIENCE_S}s"])
    state["sql"] = sql = pg.create_shop()
    # What a role may have set must not reach the texts that are indexed.
    for setting in ("DateStyle = 'SQL, DMY'", "TimeZone = 'Asia/Ho_Chi_Minh'", "client_encoding = 'LATIN1'", "extra_float_digits = -3",
                    "search_path = 'nowhere'", "statement_timeout = '100ms'"):
        sql.run(f"ALTER ROLE postgres SET {setting}")
    sql.run("""INSERT INTO brands (id, name, slug) VALUES (1, 'Samsung', 'samsung'), (2, 'LG', 'lg'), (3, 'Sony', 'sony');
        INSERT INTO categories (id, parent_id, name, slug) VALUES (1, NULL, 'Điện máy', 'dien-may'), (2, 1, 'Tủ lạnh', 'tu-lanh'), (3, 2, 'Tủ đông', 'tu-dong')""")
    odd_values(0)
    state["indexer"] = indexer(INDEX, pg.conninfo("shop"), batch_ms=20).start()
    wait_until(lambda: tim("stats", "--index", INDEX, check=False).returncode == 0, 60, f"the first copy; {state['indexer'].tail()}", pause=0.1)


def odd_values(base):
    rows = [
        {"specs": """'{"cân nặng": 1.50, "giá trị": 1234567.5, "mã vạch": 123456789012345678901234567890, "tỉ lệ": 0.1, "số": -12}'"""},
        {"created_at": "'infinity'", "published_at": "'-infinity'", "updated_at": "'0044-03-15 12:00:00+00 BC'"},
        {"published_at": "'0044-03-15 12:00:00+00 BC'", "created_at": "'294276-01-01'"},
        {"name": "'Tủ lạnh 🧊👨‍👩‍👧 e\u0301 a\u0302\u0300 \u200b\u202e\ufeff'"},
        {"name": "E'a\\x01b\\tc\\nd\\\\e \"q\" ''s'''"},
        {"name": "''", "sku": "''", "short_desc": "''", "description": "''"},
        {"slug": f"repeat('s', 1500) || {base}", "sku": "repeat('k', 1400)"},
        {"price": "99999.5", "sale_price": "99999.49"},
        {"avg_rating": "4.995", "review_count": "2147483647", "sold_count": "2147483647", "stock_quantity": "2147483647"},
        {"status": "'Active'"},
        {"description": "'<b>' || repeat('mô tả ', 20000)"},
    ]
    for number, row in enumerate(rows, base + 1):
        row = {"id": str(number), "name": f"'Món {number}'", "slug": f"'mon-{number}'", "price": "5", **row}
        state["sql"].run(f"SET client_encoding = UTF8; INSERT INTO products ({', '.join(row)}) VALUES ({', '.join(row.values())})")
    first = base + 1
    state["sql"].run(f"""
        INSERT INTO product_images (product_id, url, sort_order) VALUES ({first}, 'u0', 0), ({first}, 'u-1', -1), ({first}, 'u-5', -5), ({first}, 'u', NULL);
        INSERT INTO product_specs (product_id, spec_name, spec_value, sort_order) VALUES ({first}, 'n0', '0', 0), ({first}, 'n-1', '-1', -1);
        INSERT INTO product_variants (product_id, price, sale_price, stock_quantity, attributes) VALUES
            ({first + 1}, 20, 15, 2147483647, '{{"x": 1.10, "y": 99999999999999999999}}'), ({first + 1}, 10, NULL, 2147483647, NULL),
            ({first + 2}, NULL, NULL, NULL, NULL), ({first + 3}, 7, 9, NULL, '{{}}')""")


def test_values():
    """Copied by COPY, then the same ones by the stream."""
    expect_same()
    odd_values(1000)
    expect_same()
    sql = state["sql"]
    sql.run("UPDATE products SET price = 'NaN', sale_price = 'NaN' WHERE id = 8")
    sql.run("""UPDATE products SET specs = (repeat('{"a": ', 5000) || '1' || repeat('}', 5000))::jsonb WHERE id = 5;
               UPDATE products SET specs = jsonb_build_object('big', repeat('x y ', 4000000)) WHERE id = 6""")
    settle()
    shown = {d["id"]: d for d in map(json.loads, tim("dump", "--products", "--index", INDEX).stdout.decode().splitlines())}
    expect_equal((shown["8"]["price"], shown["5"]["specs"], shown["6"]["specs"]), (None, [], []), "what cannot be shown")
    sql.run("UPDATE products SET price = 3, sale_price = NULL WHERE id = 8; UPDATE products SET specs = NULL WHERE id IN (5, 6)")
    expect_same()
    sql.run("ALTER ROLE postgres RESET ALL")


def sequence(first, letters, number):
    """The statements of one product: `o`ther column, `t`oasted column, `k`ey, `d`raft and active, delete and `s`et again."""
    key = first
    yield (f"INSERT INTO products (id, name, slug, price, description, status) VALUES ({key}, 'Chuỗi {number}', 'c-{number}', 5, "
           f"'{long_text(number)}', '{'draft' if number % 2 else 'active'}')")
    for place, letter in enumerate(letters):
        if letter == "o":
            yield f"UPDATE products SET price = price + 1, short_desc = 'x{place}' WHERE id = {key}"
        elif letter == "t":
            yield f"UPDATE products SET description = '{long_text((number, place))}' WHERE id = {key}"
        elif letter == "k":
            key += 1
            yield f"UPDATE products SET id = {key} WHERE id = {key - 1}"
        elif letter == "d":
            yield f"UPDATE products SET status = CASE status WHEN 'draft' THEN 'active' ELSE 'draft' END WHERE id = {key}"
        else:
            yield f"DELETE FROM products WHERE id = {key}"
            yield f"INSERT INTO products (id, name, slug, price, description) VALUES ({key}, 'Lại {number}', 'c-{number}', 6, '{long_text((key, place))}')"


def test_sequences():
    """Every sequence, in one transaction or in many: the value that PostgreSQL does not send again is never lost."""
    most = 4 if LONG else 3
    all_letters = [letters for size in range(1, most + 1) for letters in itertools.product("otkds", repeat=size)]
    for number, letters in enumerate(all_letters):
        statements = list(sequence(100000 + number * 10, letters, number))
        if number % 2 == 0:
            statements = [f"BEGIN; {'; SAVEPOINT s; '.join(statements)}; COMMIT"]
        for statement in statements:
            state["sql"].run(statement)
    state["sql"].run("UPDATE products SET status = 'active' WHERE id BETWEEN 100000 AND 200000")
    print(f"  {len(all_letters)} sequences, {expect_same()} documents are equal")


def swap(table, a, b):
    return (f"BEGIN; UPDATE {table} SET id = -7 WHERE id = {a}; UPDATE {table} SET id = {a} WHERE id = {b}; "
            f"UPDATE {table} SET id = {b} WHERE id = -7; COMMIT")


def test_swapped_keys():
    sql = state["sql"]
    sql.run("""ALTER TABLE products DROP CONSTRAINT products_brand_id_fkey, DROP CONSTRAINT products_category_id_fkey;
        ALTER TABLE categories DROP CONSTRAINT categories_parent_id_fkey;
        ALTER TABLE product_specs DROP CONSTRAINT product_specs_product_id_fkey;
        ALTER TABLE product_images DROP CONSTRAINT product_images_product_id_fkey;
        ALTER TABLE product_variants DROP CONSTRAINT product_variants_product_id_fkey""")
    sql.run("UPDATE products SET brand_id = 1 + id % 3, category_id = 1 + id % 3")
    for table in ("products", "product_variants", "product_images", "brands"):
        sql.run(swap(table, 1, 2))
    sql.run("BEGIN; UPDATE products SET id = 71 WHERE id = 3; UPDATE products SET id = 72 WHERE id = 71; UPDATE products SET price = 9 WHERE id = 72; COMMIT")
    sql.run("UPDATE categories SET id = 9 WHERE id = 2")
    expect_same()


def random_statement(dice):
    product, key, brand = dice.randint(30000, 30030), dice.randint(50000, 50100), dice.randint(1, 3)
    table = dice.choice(["product_variants", "product_specs", "product_images"])
    values = {
        "product_variants": ("price, sale_price, stock_quantity, is_active",
                             f"{dice.randint(1, 99)}, {dice.choice(['NULL', '0', '50'])}, {dice.choice(['NULL', '0', '4'])}, {dice.choice(['true', 'true', 'false'])}"),
        "product_specs": ("spec_name, spec_value, sort_order", f"'n{dice.randint(1, 5)}', 'v{dice.randint(1, 9)}', {dice.choice(['NULL', '0', '-3'])}"),
        "product_images": ("url, sort_order", f"'u{dice.randint(1, 99)}', {dice.choice(['NULL', '0', '3'])}"),
    }[table]
    return dice.choices([
        f"INSERT INTO {table} (id, product_id, {values[0]}) VALUES ({key}, {product}, {values[1]}) ON CONFLICT DO NOTHING",
        f"DELETE FROM {table} WHERE id = {key}",
        f"UPDATE {table} SET product_id = {product} WHERE id = {key}",
        f"UPDATE product_variants SET price = {dice.randint(1, 99)}, stock_quantity = {dice.randint(0, 5)} WHERE id = {key}",
        f"UPDATE product_variants SET is_active = NOT is_active WHERE id = {key}",
        f"INSERT INTO products (id, name, slug, price, brand_id, category_id) VALUES ({product}, 'Mồ côi {product}', 'mc-{product}', "
        f"{dice.randint(1, 99)}, {brand}, {brand}) ON CONFLICT DO NOTHING",
        f"DELETE FROM products WHERE id = {product}",
        f"UPDATE products SET id = {product + 1} WHERE id = {product} AND NOT EXISTS (SELECT FROM products WHERE id = {product + 1})",
        f"UPDATE products SET price = {dice.randint(1, 99)}, stock_quantity = NULL WHERE id = {product}",
        f"DELETE FROM brands WHERE id = {brand}",
        f"INSERT INTO brands VALUES ({brand}, 'Hãng {key}', 'hang-{key}') ON CONFLICT DO NOTHING",
        f"DELETE FROM categories WHERE id = {brand}",
        f"INSERT INTO categories (id, parent_id, name, slug) VALUES ({brand}, {brand - 1}, 'Ngành {key}', 'nganh-{key}') ON CONFLICT DO NOTHING",
    ], [25, 10, 10, 8, 5, 18, 10, 3, 4, 1, 1, 0.7, 0.7])[0]


def test_orphans():
    """Without foreign keys: children before their parents, after them, and moving between them."""
    dice = random.Random(SEED)
    for count in range(5000 if LONG else 500):
        state["sql"].run("BEGIN; " + "; ".join(random_statement(dice) for _ in range(dice.randint(1, 6))) + "; COMMIT")
        if count % 250 == 249:
            expect_same()


def test_rewritten_silently():
    """DDL that gives every row another value without one change in the stream. A start notices it, or the look at the catalog each 30 s."""
    sql, process = state["sql"], state["indexer"]
    rewrites = ["ALTER TABLE products ALTER price TYPE numeric(14,2) USING price * 2",
                "BEGIN; ALTER TABLE products DROP COLUMN short_desc; ALTER TABLE products ADD COLUMN short_desc text DEFAULT 'như nhau'; COMMIT"]
    for rewrite in rewrites:
        before = generation()
        if not LONG:
            expect_equal(process.stop(), 0, "the exit code of the indexer")
        sql.run(rewrite)
        if not LONG:
            process.start()
        wait_generation_after(before, rewrite)
        expect_same()


def test_columns_renamed():
    sql, process = state["sql"], state["indexer"]
    before = generation()
    sql.run("ALTER TABLE products ADD COLUMN colour text DEFAULT 'red'; UPDATE products SET price = 7, colour = 'b' WHERE id = 1")
    expect_same()
    expect_equal(generation(), before, "the generation after a column that is not mapped")
    sql.run("ALTER TABLE products RENAME name TO title; UPDATE products SET price = 10 WHERE id = 5")
    wait_until(lambda: "schema_mismatch" in process.tail(), 20, "a renamed column is noticed")
    sql.run("ALTER TABLE products RENAME title TO name; UPDATE products SET price = 11 WHERE id = 6")
    wait_generation_after(before, "a column that was away")
    expect_same()


def test_slot_dropped():
    sql, process = state["sql"], state["indexer"]
    expect_equal(process.stop(), 0, "the exit code of the indexer")
    wait_slot_free()
    sql.run("SELECT pg_drop_replication_slot('timnhanh'); UPDATE products SET price = 3 WHERE id = 4; DELETE FROM products WHERE id = 7")
    process.start()
    expect_same()


def test_backup_restored():
    """An index put back from a backup does not know what its slot has confirmed since."""
    sql, process, backup = state["sql"], state["indexer"], WORK / "backup"
    expect_equal(process.stop(), 0, "the exit code of the indexer")
    shutil.copytree(INDEX, backup)
    process.start()
    sql.run("UPDATE products SET price = 55 WHERE id = 5")
    settle()
    stored = json.loads(tim("stats", "--index", INDEX).stdout)["position"]["lsn"]
    wait_until(lambda: sql.value(f"SELECT confirmed_flush_lsn >= '{stored}' FROM pg_replication_slots") == "t", 10, "the slot is confirmed")
    process.kill()
    wait_slot_free()
    shutil.rmtree(INDEX)
    shutil.move(backup, INDEX)
    process.start()
    expect_same()
    expect("older copy of the index" in process.tail(4000), f"no word of the old backup: {process.tail()}")


def test_too_many_variants():
    """A product that no document can hold is left out; the stream goes on, and it comes back when its rows fit again."""
    sql = state["sql"]
    sql.run("INSERT INTO products (id, name, slug, price) VALUES (400, 'Quá tải', 'qua-tai', 5)")
    sql.run("INSERT INTO product_variants (id, product_id, price) SELECT 1000000 + i, 400, i FROM generate_series(1, 66000) i")
    settle()
    sql.run("UPDATE product_variants SET price = price + 1 WHERE product_id = 400 AND price > 65500; UPDATE products SET name = 'Quátải' WHERE id = 400")
    settle()
    expect(b"qua-tai" not in tim("search", "quatai", "--index", INDEX).stdout, "a product that no document can hold is shown")
    sql.run("DELETE FROM product_variants WHERE product_id = 400 AND price > 100")
    expect_same()


def test_too_long_key():
    """A row that moves to a key which the index cannot hold is gone from the old one."""
    pg = state["pg"]
    admin = pg.session()
    admin.run("CREATE DATABASE texts")
    sql = pg.session("texts")
    sql.run("""CREATE TABLE public.products (id text PRIMARY KEY, name text); CREATE PUBLICATION timnhanh FOR TABLE public.products;
        INSERT INTO public.products VALUES ('a', 'Bóng ma'), ('b', 'Ở lại')""")
    settings = {f"table_{name}": "" for name in ("brands", "categories", "product_variants", "product_specs", "product_images", "search_synonyms",
                                                  "search_rules")}
    settings |= {f"column_products_{name}": "" for name in (
        "category_id brand_id slug sku price sale_price stock_quantity short_desc description status is_featured avg_rating review_count "
        "sold_count specs seo_title seo_description created_at published_at").split()}
    index = WORK / "texts"
    process = indexer(index, pg.conninfo("texts"), name="texts", slot="texts", **settings).start()

    def names():
        done = tim("dump", "--products", "--index", index, check=False)
        return sorted(json.loads(line)["name"] for line in done.stdout.decode().splitlines()) if done.returncode == 0 else None

    wait_until(lambda: names() == ["Bóng ma", "Ở lại"], 30, f"the first copy; the log ends {process.tail()}", pause=0.1)
    sql.run("UPDATE public.products SET id = repeat('x', 700) WHERE id = 'a'")
    wait_until(lambda: names() == ["Ở lại"], 10, f"the row is gone; the log ends {process.tail()}", pause=0.1)
    expect_equal(process.stop(), 0, "the exit code of the indexer")
    tim("verify", "--index", index)


def test_long_transaction():
    """A night's import in one transaction: its work takes longer than PostgreSQL waits for a client that says nothing."""
    rows = 100000 if LONG else 20000
    state["indexer"].log.write_bytes(b"")
    state["sql"].run(f"""BEGIN; TRUNCATE products CASCADE;
        INSERT INTO products (id, name, slug, price, description) SELECT i, 'Nhập kho ' || i, 'nk-' || i, i, repeat(md5(i::text) || ' ', 20)
        FROM generate_series(1, {rows}) i; COMMIT""")
    settle(seconds=300)
    begun = time.monotonic()
    state["sql"].run("TRUNCATE products CASCADE")
    settle(seconds=300)
    print(f"  a TRUNCATE of {rows} products: {time.monotonic() - begun:.1f} s")
    log = state["indexer"].tail(10000)
    expect("closed the connection" not in log and "streaming" not in log, f"the stream broke off: {log}")
    expect_same()


def test_full_disk():
    """The disk fills up in the middle: search goes on, and the index catches up when there is room again."""
    sql, disk = state["sql"], WORK / "disk"
    disk.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", disk], capture_output=True, check=False).returncode != 0:
        print("  skipped: no right to mount a small disk")
        return
    try:
        sql.run("INSERT INTO products (id, name, slug, price, description) SELECT i, 'Kho ' || i, 'k-' || i, i, md5(i::text) FROM generate_series(1, 3000) i")
        process = indexer(disk / "index", state["pg"].conninfo("shop"), name="full", slot="full", batch_ms=20).start()
        wait_until(lambda: tim("stats", "--index", disk / "index", check=False).returncode == 0, 60, f"the first copy; {process.tail()}", pause=0.1)
        (disk / "filler").write_bytes(bytes(max(0, shutil.disk_usage(disk).free - 1000000)))
        generation = json.loads(tim("stats", "--index", disk / "index").stdout)["generation"]
        refused = tim("reindex", "--index", disk / "index", check=False)
        expect(refused.returncode == 1 and b"full" in refused.stderr, f"a reindex without room: {refused}")
        expect_equal(json.loads(tim("stats", "--index", disk / "index").stdout)["generation"], generation, "the generation after it")
        expect(b"Kho 17" in tim("search", "kho 17", "--index", disk / "index").stdout, "search stopped by a reindex without room")
        sql.run("UPDATE products SET description = repeat(md5(random()::text) || ' ', 100) || id WHERE id <= 1500")
        wait_until(lambda: "disk" in process.tail() and "full" in process.tail(), 30, f"the full disk is noticed; {process.tail()}", pause=0.1)
        expect(b"Kho 17" in tim("search", "kho 17", "--index", disk / "index").stdout, "search stopped while the disk is full")
        (disk / "filler").unlink()
        sql.run("UPDATE products SET description = md5(id::text)")
        expect_same(disk / "index", process)
        tim("reindex", "--index", disk / "index")
        expect_same(disk / "index", process)
        expect_equal(json.loads(tim("stats", "--index", disk / "index").stdout)["generation"], generation + 1, "the generation, now that there is room")
        expect_equal(process.stop(), 0, "the exit code of the indexer")
        tim("verify", "--index", disk / "index")
    finally:
        subprocess.run(["umount", "-l", disk], check=False)


if __name__ == "__main__":
    main([test_start, test_values, test_sequences, test_swapped_keys, test_orphans, test_rewritten_silently, test_columns_renamed, test_slot_dropped,
          test_backup_restored, test_too_many_variants, test_too_long_key, test_long_transaction, test_full_disk])

#!/usr/bin/env python3
"""The main job: what is committed in the shop's database is in the search within a second, and a transaction's rows come all at once."""
import hashlib
import threading
import time

from harness import WORK, Postgres, Server, expect, expect_equal, indexer, main, tim, visible, wait_until

INDEX = WORK / "index"
PRODUCTS = 400
state = {}


def long_text(seed):
    """About 20 kB that PostgreSQL cannot compress, so that it is stored out of line (TOAST)."""
    return " ".join(hashlib.sha256(f"{seed} {i}".encode()).hexdigest()[:12] for i in range(1600))


def found(q, **parameters):
    return sorted(state["server"].ids(q, limit=100, **parameters))


def total(q, **parameters):
    return state["server"].search(q, limit=0, **parameters)["total"]


def answer(q, **parameters):
    return state["server"].search(q, **parameters)


def ids(q, **parameters):
    return state["server"].ids(q, **parameters)


def first_hit(q):
    hits = state["server"].search(q, limit=1)["hits"]
    return hits[0] if hits else {}


def test_start():
    state["pg"] = pg = Postgres()
    state["sql"] = sql = pg.create_shop()
    sql.run("""
        INSERT INTO brands (id, name, slug) VALUES (1, 'Samsung', 'samsung'), (2, 'Panasonic', 'panasonic');
        INSERT INTO categories (id, parent_id, name, slug) VALUES (1, NULL, 'Điện máy', 'dien-may'), (2, 1, 'Tủ lạnh', 'tu-lanh'),
            (3, 1, 'Máy giặt', 'may-giat'), (4, NULL, 'Phụ kiện', 'phu-kien');
    """)
    sql.run(f"""
        INSERT INTO products (id, category_id, brand_id, name, slug, sku, price, stock_quantity, description)
        SELECT i, 2 + i % 2, 1 + i % 2, CASE i % 2 WHEN 0 THEN 'Tủ lạnh Inverter ' ELSE 'Máy giặt cửa trước ' END || 'mẫu ' || i,
               'san-pham-' || i, 'SKU' || i, 1000000 + i * 1000, i % 10, 'Mô tả của sản phẩm ' || i
        FROM generate_series(1, {PRODUCTS}) i
    """)
    sql.run(f"UPDATE products SET description = 'zanzibarit {long_text('toast')}' WHERE id = 7")
    state["indexer"] = indexer(INDEX, pg.conninfo("shop")).start()
    wait_until(lambda: tim("stats", "--index", INDEX, check=False).returncode == 0, 60,
               f"the first copy; the log ends {state['indexer'].tail()}", pause=0.05)
    state["server"] = Server(INDEX).start().wait_ready()
    expect_equal(total("tu lanh"), PRODUCTS // 2, "products called tủ lạnh after the first copy")
    expect_equal(found("zanzibarit"), ["7"], "a word of a long description after the first copy")


def test_insert():
    state["sql"].run("""INSERT INTO products (id, category_id, brand_id, name, slug, sku, price, stock_quantity)
        VALUES (1001, 2, 1, 'Tủ đông Xanhbiếc 300 lít', 'tu-dong-xanhbiec', 'XB300', 7990000, 3)""")
    visible(lambda: found("xanhbiec") == ["1001"], "an insert")
    hit = first_hit("xanhbiếc")
    expect_equal((hit["name"], hit["price"], hit["brand"]["name"]), ("Tủ đông Xanhbiếc 300 lít", 7990000, "Samsung"), "the inserted hit")


def test_update():
    state["sql"].run("UPDATE products SET price = 5550000, sale_price = 4440000, stock_quantity = 0 WHERE id = 1001")
    visible(lambda: first_hit("xanhbiec").get("salePrice") == 4440000, "a price update")
    expect_equal(first_hit("xanhbiec")["inStock"], False, "stock after the update")
    state["sql"].run("UPDATE products SET name = 'Tủ đông Hoàngkim 300 lít' WHERE id = 1001")
    visible(lambda: found("hoangkim") == ["1001"], "a name update")
    expect_equal(found("xanhbiec"), [], "the old name")


def test_update_with_unchanged_toast():
    state["sql"].run("UPDATE products SET price = 1 WHERE id = 7")
    visible(lambda: first_hit("zanzibarit").get("price") == 1, "a price update beside an unchanged long description")
    state["sql"].run("UPDATE products SET name = 'Máy giặt Quẫyđuôi' WHERE id = 7")
    visible(lambda: found("quayduoi") == ["7"], "a name update beside an unchanged long description")
    expect_equal(found("zanzibarit"), ["7"], "the long description, after two updates that did not touch it")
    state["sql"].run("UPDATE products SET status = 'draft' WHERE id = 7")
    visible(lambda: found("zanzibarit") == [], "a product taken off")
    state["sql"].run("UPDATE products SET status = 'active' WHERE id = 7")
    visible(lambda: found("zanzibarit") == ["7"], "a product put back, long description unchanged")


def test_delete():
    state["sql"].run("DELETE FROM products WHERE id = 1001")
    visible(lambda: found("hoangkim") == [], "a delete")
    status, _, _ = state["server"].get("/v1/products/tu-dong-xanhbiec")
    expect_equal(status, 404, "the page of a deleted product")


def test_synonyms():
    """The shop's own synonyms take effect with their transaction, without a reindex, and end with it too."""
    sql = state["sql"]
    fridges = total("tủ lạnh")
    expect_equal(total("thungmat"), 0, "a word that nobody uses yet")
    sql.run("INSERT INTO search_synonyms (id, kind, input, output) VALUES (1, 'oneway', 'thungmat', 'tủ lạnh')")
    visible(lambda: total("thungmat") == fridges, "a synonym")
    sql.run("UPDATE search_synonyms SET input = 'hộp mát' WHERE id = 1")
    visible(lambda: total("thungmat") == 0 and total("hop mat") == fridges, "a synonym's new phrase")
    sql.run("UPDATE search_synonyms SET is_active = false WHERE id = 1")
    visible(lambda: total("hộp mát") == 0, "a synonym that was switched off")
    sql.run("UPDATE search_synonyms SET is_active = true, kind = 'synonym' WHERE id = 1")
    visible(lambda: total("hộp mát") == fridges, "a synonym that was switched on")
    sql.run("DELETE FROM search_synonyms")
    visible(lambda: total("hộp mát") == 0, "a deleted synonym")
    expect_equal(total("tủ lạnh"), fridges, "the words themselves")


def test_rules():
    """The shop's search rules take effect with their transaction, and begin and end by the clock."""
    sql = state["sql"]
    fridges, before = total("tủ lạnh"), ids("tủ lạnh")
    expect_equal(answer("tủ lạnh")["rules"], [], "rules of a search that has none")
    sql.run(f"INSERT INTO search_rules (id, query, action, product_id) VALUES (1, 'Tủ lạnh', 'hide', {before[0]})")
    visible(lambda: ids("tu lanh")[0] == before[1], "a hidden product")
    expect_equal((total("tủ lạnh"), answer("tủ lạnh")["rules"]), (fridges - 1, ["1"]), "the total and the rules without it")
    expect_equal(answer("tủ lạnh", facets="brand")["facets"]["brand"]["values"][0]["count"], fridges - 1, "its facet without it")
    expect_equal(total("tủ lạnh inverter"), fridges, "another query")
    sql.run(f"""UPDATE search_rules SET action = 'pin', product_id = 9, params = '{{"at": 2, "match": "contains"}}' WHERE id = 1""")
    visible(lambda: ids("tủ lạnh inverter")[1] == "9", "a product pinned to words that it lacks")
    expect_equal((ids("tủ lạnh")[:3], total("tủ lạnh")), ([before[0], "9", before[1]], fridges + 1), "the hits around the pin")
    expect_equal("9" in ids("tủ lạnh", category="tu-lanh", limit=100), False, "a pin that does not pass the filter")
    sql.run("""UPDATE search_rules SET query = NULL, category_id = 2, action = 'boost', product_id = NULL, starts_at = now() - interval '1 day',
        params = '{"brand": "samsung", "percent": 100}' WHERE id = 1""")
    visible(lambda: answer("", category="tu-lanh")["rules"] == ["1"], "a lift in a category")
    expect_equal((answer("", category="may-giat")["rules"], answer("")["rules"]), ([], []), "elsewhere")
    sql.run("UPDATE search_rules SET starts_at = now() + interval '1 hour' WHERE id = 1")
    visible(lambda: answer("", category="tu-lanh")["rules"] == [], "a campaign that has not begun")
    sql.run("UPDATE search_rules SET starts_at = NULL, ends_at = now() + interval '3 seconds' WHERE id = 1")
    visible(lambda: answer("", category="tu-lanh")["rules"] == ["1"], "a campaign that is about to end")
    wait_until(lambda: answer("", category="tu-lanh")["rules"] == [], 10, "its end")
    sql.run("""UPDATE search_rules SET query = 'giao hàng', category_id = NULL, action = 'redirect', ends_at = NULL,
        params = '{"url": "/giao-hang"}' WHERE id = 1""")
    visible(lambda: answer("giao hang")["redirect"] == "/giao-hang", "a redirect")
    sql.run("UPDATE search_rules SET is_active = false WHERE id = 1")
    visible(lambda: answer("giao hang")["redirect"] is None, "a rule that was switched off")
    sql.run("UPDATE search_rules SET is_active = true, action = 'lift' WHERE id = 1")
    wait_until(lambda: "rule 1: action is 'lift'" in state["indexer"].tail(), 10, "what the log says of a rule that says nothing")
    sql.run(f"UPDATE search_rules SET query = 'tủ lạnh', action = 'hide', product_id = {before[0]}, params = NULL WHERE id = 1")
    visible(lambda: total("tủ lạnh") == fridges - 1, "the rule again")
    sql.run("DELETE FROM search_rules")
    visible(lambda: ids("tủ lạnh") == before, "a deleted rule")


def test_key_change():
    state["sql"].run("UPDATE products SET id = 2007 WHERE id = 7")
    visible(lambda: found("zanzibarit") == ["2007"], "a key change with an unchanged long description")
    expect_equal(found("quayduoi"), ["2007"], "the name after a key change")
    # A swap through a third key, in one transaction.
    state["sql"].run("""BEGIN; UPDATE products SET id = 3000 WHERE id = 8; UPDATE products SET id = 8 WHERE id = 9;
                        UPDATE products SET id = 9 WHERE id = 3000; COMMIT""")
    visible(lambda: first_hit("SKU8").get("id") == "9" and first_hit("SKU9").get("id") == "8", "two keys swapped")


def test_variants():
    state["sql"].run("""INSERT INTO product_variants (id, product_id, name, sku, price, stock_quantity)
        VALUES (1, 10, 'Đỏ', 'VARRED10', 900, 1), (2, 10, 'Xanh', 'VARBLUE10', 800, 2)""")
    visible(lambda: found("VARRED10") == ["10"] and first_hit("VARRED10").get("price") == 800, "variants")
    state["sql"].run("DELETE FROM product_variants WHERE id = 2")
    visible(lambda: first_hit("VARRED10").get("price") == 900 and found("VARBLUE10") == [], "a deleted variant")


def test_brand_renamed():
    count = len(state["sql"].run("SELECT id FROM products WHERE brand_id = 2"))
    state["sql"].run("UPDATE brands SET name = 'Nanoteck', slug = 'nanoteck' WHERE id = 2")
    visible(lambda: total("nanoteck") == count, f"a renamed brand with {count} products")
    expect_equal(total("panasonic"), 0, "the brand's old name")
    expect_equal(total("", brand="nanoteck"), count, "the filter by the brand's new slug")
    facets = state["server"].search("nanoteck", facets="brand", limit=0)["facets"]
    expect("Nanoteck" in str(facets) and "Panasonic" not in str(facets), f"the facet's label: {facets}")


def test_category_moved():
    washers = total("", category="may-giat")
    expect(washers > 0 and total("", category="phu-kien") == 0, "the categories before the move")
    state["sql"].run("UPDATE categories SET parent_id = 4 WHERE id = 3")
    visible(lambda: total("", category="phu-kien") == washers, "a moved category")
    expect_equal(total("", category="dien-may"), total("", category="tu-lanh"), "what is left under the old parent")


def test_rolled_back():
    sql = state["sql"]
    sql.run("BEGIN; UPDATE products SET name = 'Maquái ' || id; SAVEPOINT s; DELETE FROM products WHERE id < 100; ROLLBACK")
    sql.run("""BEGIN; UPDATE products SET name = 'Nửachừng' WHERE id = 11; SAVEPOINT s;
               UPDATE products SET name = 'Maquái' WHERE id = 12; ROLLBACK TO s; COMMIT""")
    visible(lambda: found("nuachung") == ["11"], "the part of a transaction that was kept")
    expect_equal(total("maquai"), 0, "what was rolled back")


def watch_totals(words, stop, seen):
    while not stop.is_set():
        seen.append(tuple(total(word) for word in words))


def test_all_at_once():
    """While transactions of many rows commit, every answer shows all of their rows or none."""
    sql = state["sql"]
    # More rows than one batch of changes, fewer than the documented size of a transaction.
    sql.run("""INSERT INTO products (id, category_id, brand_id, name, slug, sku, price, stock_quantity)
        SELECT i, 2, 1, 'Quạt đứng số ' || i, 'quat-' || i, 'Q' || i, 100000, 1 FROM generate_series(10001, 15000) i""")
    visible(lambda: total("quat dung") == 5000, "an insert of 5,000 rows")
    stop, seen = threading.Event(), []
    watcher = threading.Thread(target=watch_totals, args=(["quatmot"], stop, seen))
    watcher.start()
    sql.run("UPDATE products SET name = 'Quạtmột số ' || id WHERE id BETWEEN 10001 AND 15000")
    wait_until(lambda: seen and seen[-1] == (5000,), 20, "an update of 5,000 rows")
    sql.run("BEGIN; DELETE FROM products WHERE id BETWEEN 10001 AND 13000; UPDATE products SET name = 'Quạt khác' WHERE id > 13000; COMMIT")
    wait_until(lambda: seen[-1] == (0,), 20, "a transaction of deletes and updates")
    stop.set()
    watcher.join()
    expect_equal(sorted(set(seen)), [(0,), (5000,)], f"the totals that {len(seen)} answers showed")


def test_truncate():
    state["sql"].run("TRUNCATE products CASCADE")
    visible(lambda: total("") == 0, "a truncate")
    state["sql"].run("INSERT INTO products (id, category_id, name, slug, price) VALUES (1, 2, 'Tủ lạnh sau cùng', 'sau-cung', 5)")
    visible(lambda: found("") == ["1"], "an insert after a truncate")


def test_restart():
    """The indexer stops cleanly, misses changes, and catches up; the server answers meanwhile."""
    expect_equal(state["indexer"].stop(), 0, "the exit code of tim index after SIGTERM")
    state["sql"].run("INSERT INTO products (id, category_id, name, slug, price) VALUES (2, 2, 'Tủ lạnh vắng mặt', 'vang-mat', 5)")
    time.sleep(0.3)
    expect_equal(found(""), ["1"], "the answer while no indexer runs")
    state["indexer"].start()
    wait_until(lambda: found("") == ["1", "2"], 10, "the change that was made while no indexer ran")


def test_stop():
    expect_equal(state["server"].stop(), 0, "the exit code of tim serve after SIGTERM")
    expect_equal(state["indexer"].stop(), 0, "the exit code of tim index after SIGTERM")
    tim("verify", "--index", INDEX)


if __name__ == "__main__":
    main([test_start, test_insert, test_update, test_update_with_unchanged_toast, test_delete, test_synonyms, test_rules, test_key_change,
          test_variants, test_brand_renamed, test_category_moved, test_rolled_back, test_all_at_once, test_truncate, test_restart, test_stop])

"""The full comparison: every document that an index holds against the same document built by SQL."""
import json

from harness import expect, tim


def by_key(column):
    """ORDER BY as the index orders keys: decimal numbers by value, before all others, which go by their bytes."""
    return f"CASE WHEN {column}::text ~ '^(0|[1-9][0-9]*)$' THEN {column}::text::numeric END NULLS LAST, {column}::text COLLATE \"C\""


# One JSON object per product that is on sale, built from the shop's tables alone. Paid price: the sale price when it is above zero and
# below the price. A product with variants shows its cheapest active variant's offer and the sum of their known stocks, unknown when
# that is nothing and one is unknown; with none of them active, its own price, out of stock.
DOCUMENTS = f"""
WITH RECURSIVE path AS (
    SELECT id AS leaf, id, parent_id, name, slug, 0 AS depth FROM categories
    UNION ALL
    SELECT path.leaf, c.id, c.parent_id, c.name, c.slug, depth + 1 FROM path JOIN categories c ON c.id = path.parent_id
), paths AS (
    SELECT leaf, jsonb_agg(jsonb_build_object('name', name, 'slug', slug) ORDER BY depth DESC) AS list FROM path GROUP BY leaf
), variants AS (
    SELECT *, CASE WHEN sale_price > 0 AND sale_price < price THEN sale_price END AS sale FROM product_variants WHERE is_active
), offers AS (
    SELECT id AS product_id, price, sale_price AS sale,
           CASE WHEN EXISTS (SELECT FROM product_variants v WHERE v.product_id = p.id) THEN 0 ELSE stock_quantity END AS stock FROM products p
    WHERE NOT EXISTS (SELECT FROM variants v WHERE v.product_id = p.id)
    UNION ALL
    SELECT product_id, (array_agg(price ORDER BY coalesce(sale, price), {by_key('id')}))[1],
           (array_agg(sale ORDER BY coalesce(sale, price), {by_key('id')}))[1],
           CASE WHEN sum(stock_quantity) > 0 OR count(stock_quantity) = count(*) THEN sum(stock_quantity) END FROM variants GROUP BY product_id
), specs AS (
    SELECT p.id AS product_id, NULL::text AS spec_group, e.key AS name, e.value, 1 AS source,
           row_number() OVER (PARTITION BY p.id ORDER BY e.key COLLATE "C") AS place, '' AS id
    FROM products p, jsonb_each_text(p.specs) e
    UNION ALL
    SELECT product_id, nullif(spec_group, ''), spec_name, spec_value, 2, coalesce(sort_order, 2147483647), id::text FROM product_specs
    WHERE spec_value <> ''
), numbered AS (
    SELECT *, row_number() OVER (PARTITION BY product_id ORDER BY source, place, {by_key('id')}) AS n FROM specs
), groups AS (
    SELECT product_id, spec_group, min(n) AS first, jsonb_agg(jsonb_build_object('name', name, 'value', value) ORDER BY n) AS list
    FROM numbered GROUP BY product_id, spec_group
), grouped AS (
    SELECT product_id, jsonb_agg(jsonb_build_object('group', spec_group, 'specs', list) ORDER BY first) AS list FROM groups GROUP BY product_id
)
SELECT jsonb_build_object(
    'id', p.id::text, 'sku', nullif(p.sku, ''), 'name', p.name, 'slug', p.slug, 'shortDesc', nullif(p.short_desc, ''),
    'description', nullif(p.description, ''), 'seoTitle', nullif(p.seo_title, ''), 'seoDescription', nullif(p.seo_description, ''),
    'image', (SELECT url FROM product_images i WHERE i.product_id = p.id ORDER BY coalesce(sort_order, 2147483647), {by_key('id')} LIMIT 1),
    'brand', (SELECT jsonb_build_object('name', name, 'slug', slug) FROM brands b WHERE b.id = p.brand_id),
    'category', coalesce((SELECT list FROM paths WHERE leaf = p.category_id), '[]'),
    'price', o.price::bigint,
    'salePrice', CASE WHEN o.sale > 0 AND o.sale < o.price THEN o.sale::bigint END,
    'stockQuantity', o.stock, 'inStock', o.stock IS NULL OR o.stock > 0,
    'avgRating', p.avg_rating, 'reviewCount', p.review_count, 'soldCount', p.sold_count,
    'specs', coalesce((SELECT list FROM grouped g WHERE g.product_id = p.id), '[]'),
    'variants', coalesce((SELECT jsonb_agg(jsonb_build_object('id', v.id::text, 'name', nullif(v.name, ''), 'sku', nullif(v.sku, ''),
        'price', v.price::bigint, 'salePrice', v.sale::bigint, 'stockQuantity', v.stock_quantity,
        'attributes', coalesce((SELECT jsonb_agg(jsonb_build_object('name', e.key, 'value', e.value) ORDER BY e.key COLLATE "C")
            FROM jsonb_each_text(v.attributes) e), '[]')) ORDER BY {by_key('v.id')}) FROM variants v WHERE v.product_id = p.id), '[]'),
    'images', coalesce((SELECT jsonb_agg(jsonb_build_object('url', url, 'alt', nullif(alt, '')) ORDER BY coalesce(sort_order, 2147483647), {by_key('id')})
        FROM product_images i WHERE i.product_id = p.id), '[]')
) FROM products p JOIN offers o ON o.product_id = p.id WHERE p.status = 'active'
"""


def pick(document, keys):
    """The members that SQL built, of what the index shows; nested objects likewise."""
    result = {key: document.get(key) for key in keys}
    result["variants"] = [{key: variant.get(key) for key in wanted}
                          for variant, wanted in zip(document.get("variants", []), keys["variants"], strict=False)]
    if len(document.get("variants", [])) != len(keys["variants"]):
        result["variants"] = document.get("variants")
    return result


def compare(session, index):
    """Fails with the first difference; returns how many documents were equal."""
    wanted = {}
    for (text,) in session.run(DOCUMENTS):
        document = json.loads(text)
        wanted[document["id"]] = document
    found = {}
    for line in tim("dump", "--products", "--index", index).stdout.decode().splitlines():
        document = json.loads(line)
        expect(document["id"] not in found, f"product {document['id']} is in the dump twice")
        found[document["id"]] = document
    expect(set(found) == set(wanted), f"products only in the index: {sorted(set(found) - set(wanted))[:10]}, "
                                      f"only in the database: {sorted(set(wanted) - set(found))[:10]}")
    for product_id, document in wanted.items():
        shown = pick(found[product_id], document)
        for key, value in document.items():
            expect(shown[key] == value, f"product {product_id}, {key}: the index has {shown[key]!r}, the database {value!r}")
    return len(wanted)

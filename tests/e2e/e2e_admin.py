#!/usr/bin/env python3
"""The admin port of `tim serve`: what it answers, to whom, and what it keeps from the public one."""
import http.client
import json
import socket
import subprocess
import urllib.parse

from harness import TIM, WORK, Server, environment, expect, expect_equal, free_port, main, tim, wait_until

INDEX = WORK / "index"
LOG = WORK / "access.jsonl"
TOKEN = "a-token.of_31~letters+and/more="
state = {}

PRODUCTS = [
    {"id": "1", "sku": "NR-1", "slug": "tu-lanh-mot", "name": "Tủ lạnh Panasonic", "brand": "Panasonic", "price": 10000000, "stock": 3},
    {"id": "2", "sku": "SS-2", "slug": "tu-lanh-hai", "name": "Tủ lạnh Samsung", "brand": "Samsung", "price": 4000000, "stock": 0},
    {"id": "3", "sku": "QD-3", "slug": "quat-dung", "name": "Quạt đứng Senko", "brand": "Senko", "price": 300000, "stock": 9},
]


def ask(path, method="GET", token=TOKEN, port=None, headers=None, **parameters):
    """(status, headers, body as JSON or bytes) of the admin port."""
    query = urllib.parse.urlencode(parameters, doseq=True)
    sent = {} if token is None else {"Authorization": f"Bearer {token}"}
    connection = http.client.HTTPConnection("127.0.0.1", port or state["admin"], timeout=10)
    try:
        connection.putrequest(method, path + ("?" + query if query else ""))
        for name, value in {**sent, **(headers or {})}.items():
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    return response.status, response.headers, json.loads(body) if body and response.headers.get_content_type() == "application/json" else body


def explain(q, product, **parameters):
    status, _, body = ask("/v1/admin/explain", q=q, product=product, **parameters)
    expect_equal(status, 200, f"explain {q!r} {product} says {body}")
    return body


def test_start():
    lines = "".join(json.dumps(product, ensure_ascii=False) + "\n" for product in PRODUCTS)
    tim("build", "--from", "-", "--index", INDEX, stdin=lines.encode())
    state["admin"] = free_port()
    state["server"] = Server(INDEX, access_log=LOG, admin_port=state["admin"], admin_token=TOKEN, stats_interval_s=1).start().wait_ready()


def test_strangers_are_told_nothing():
    wrong = [None, "", TOKEN[:-1], TOKEN + "x", TOKEN[:-1] + "x", "x" + TOKEN[1:], "x" * 400]
    for method in ("GET", "HEAD", "OPTIONS", "POST", "PUT"):
        for path in ("/v1/admin/explain?q=t&product=1", "/healthz", "/v1/search?q=t", "/nothing", "*"):
            for token in wrong:
                status, headers, body = ask(path, method, token)
                expect_equal((status, headers["WWW-Authenticate"]), (401, "Bearer"), f"{method} {path} with {token!r}")
                expect(method == "HEAD" or (body["statusCode"], body["error"]) == (401, "Unauthorized"), f"{method} {path}: {body}")
                check_headers(headers)
    for value in (TOKEN, f"Basic {TOKEN}", f"Bearer{TOKEN}", f"Bearer {TOKEN} x", "Bearer"):
        expect_equal(ask("/healthz", token=None, headers={"Authorization": value})[0], 401, f"Authorization: {value}")
    expect_equal(ask("/healthz", token=None, headers={"authorization": f"bearer  {TOKEN}"})[0], 200, "the scheme in small letters")
    expect_equal(ask("/healthz?token=" + TOKEN, token=None)[0], 401, "a token in the address")


def check_headers(headers):
    expect_equal(headers["Cache-Control"], "no-store", "Cache-Control")
    foreign = [name for name in headers if name.lower().startswith(("access-control", "timing-allow"))]
    expect(not foreign, f"pages elsewhere are allowed in by {foreign}")


def test_what_is_there():
    for path, status in (("/healthz", 200), ("/v1/admin/explain?q=t&product=1", 200), ("/v1/search?q=t", 404), ("/v1/search/suggest?q=t", 404),
                         ("/v1/products/quat-dung", 404), ("/readyz", 404), ("/metrics", 404), ("/v1/admin", 404), ("/v1/admin/explain/", 404)):
        found, headers, body = ask(path)
        expect_equal(found, status, f"{path} of the admin port says {body}")
        check_headers(headers)
    expect_equal(ask("/1/events", "POST")[0], 404, "events on the admin port")
    status, headers, _ = ask("/v1/admin/explain", "OPTIONS")
    expect_equal((status, headers["Allow"]), (204, "GET, HEAD, OPTIONS"), "OPTIONS")
    check_headers(headers)
    expect_equal(ask("/v1/admin/explain", "POST")[0], 405, "POST")
    server = state["server"]
    expect_equal(ask("/v1/admin/explain", port=server.port, q="tủ", product=1)[0], 404, "the public port, with the token")
    expect_equal(server.get("/v1/admin/explain", q="tủ", product=1)[0], 404, "the public port, without it")
    expect_equal(server.get("/healthz")[1]["Access-Control-Allow-Origin"], "*", "the public port's pages")


def test_it_says_what_tim_explain_says():
    for q, product, parameters in (("tủ lạnh", "1", {}), ("tu lanh", "tu-lanh-hai", {"inStock": "true"}), ("tủ lạnh", "QD-3", {}), ("", "NR-1", {}),
                                   ("tủ lạnh", "1", {"brand": "samsung", "sort": "priceAsc"}), ("tủ lạnh", "không có", {}), ("quat -senko", "3", {}),
                                   ("tủ lạnh dưới 5tr", "1", {"understand": "false"})):
        words = [f"{name}={value}" for name, value in parameters.items()]
        told = json.loads(tim("explain", "--index", INDEX, "--json", "--product", product, q, *words).stdout)
        expect_equal(explain(q, product, **parameters), told, f"explain {q!r} {product} {parameters}")


def test_verdicts():
    hit = explain("tủ lạnh panasonic", "NR-1")
    expect_equal((hit["product"], hit["verdict"], hit["place"], hit["total"]), ({"id": "1", "name": "Tủ lạnh Panasonic"}, "hit", 1, 1), "a hit")
    kept = explain("tủ lạnh", "tu-lanh-hai", inStock="true")
    expect_equal((kept["product"]["id"], kept["verdict"], kept["place"]), ("2", "filters", None), "a product that a filter keeps out")
    expect_equal([(blocker["filter"], blocker["alone"]) for blocker in kept["blockers"]], [("inStock", True)], "its blockers")
    expect_equal(explain("tủ lạnh", "quat-dung")["verdict"], "words", "a product without the words")
    absent = explain("tủ lạnh", "nobody")
    expect_equal((absent["verdict"], absent["product"]), ("absent", {"id": "nobody", "name": None}), "no such product")


def test_wrong_calls_say_what_would_be_right():
    for target, part in (("q=t", "product is needed"), ("q=t&product=", "product has 0 bytes"), ("q=t&product=1&product=2", "given 2 times"),
                         ("q=t&product=" + "x" * 256, "product has 256 bytes"), ("q=t&product=1&pricemin=1", "priceMin"),
                         ("q=t&product=1&priceMin=x", "priceMin"), ("q=t&product=%ff", "UTF-8"), ("q=" + "a" * 513 + "&product=1", "512")):
        status, _, body = ask("/v1/admin/explain?" + target)
        expect_equal((status, body["error"]), (400, "Bad Request"), f"{target[:60]} says {body}")
        expect(part in body["message"], f"{target[:60]}: {body['message']}")


def test_nothing_is_learned_and_all_is_logged():
    server = state["server"]
    for _ in range(5):
        explain("quạt đứng", "3")

    def kept():
        lines = server.get("/metrics")[2].decode().splitlines()
        return int(next(line.split()[1] for line in lines if line.startswith("tim_queries_kept ")))

    expect_equal(kept(), 0, "queries kept before anyone searched")
    server.search("tủ lạnh")
    wait_until(lambda: kept() > 0, 10, "the public search is learned")
    expect_equal(kept(), 1, "queries kept")
    wait_until(lambda: LOG.read_text(encoding="utf-8").count("product=nobody") == 1, 5, "the admin's requests in the access log")
    text = LOG.read_text(encoding="utf-8") + server.log.read_text(encoding="utf-8")
    expect("Bearer" not in text and TOKEN not in text.replace(f"token={TOKEN}", ""), "a log holds the token")
    expect(all(json.loads(line)["status"] for line in LOG.read_text(encoding="utf-8").splitlines()), "a line of the log is torn")


def test_stopping():
    idle = socket.create_connection(("127.0.0.1", state["admin"]))
    expect_equal(state["server"].stop(), 0, "exit after SIGTERM")
    idle.close()
    again = Server(INDEX, name="closed", access_log="").start().wait_ready()
    try:
        ask("/healthz")
        expect(False, "a port for admins without a setting for it")
    except ConnectionRefusedError:
        pass
    state["server"] = again


def refused(part, *arguments, code=2, **settings):
    done = subprocess.run([TIM, "serve", "--log-level", "error", "--index", INDEX, "--port", str(free_port()), *map(str, arguments)], capture_output=True, timeout=20,
                          check=False, env=environment({name.replace("_", "-"): value for name, value in settings.items()}))
    text = done.stderr.decode()
    expect(done.returncode == code and part in text and len(text.strip().splitlines()) == 1, f"wanted {part!r}: exit {done.returncode}: {text}")
    expect("admin_token" not in settings or settings["admin_token"] not in text, f"the token is printed: {text}")


def test_wrong_settings_are_refused():
    port = free_port()
    refused("admin-token is not set, and admin-port needs it", "--admin-port", port)
    refused("TIM_ADMIN_TOKEN", "--admin-port", port, admin_token="fifteen-letters")
    refused("TIM_ADMIN_TOKEN", "--admin-port", port, "--admin-token", "as-an-argument-it-is-seen")
    refused("printable ASCII", "--admin-port", port, admin_token="with spaces and so on")
    refused("both", "--port", port, "--admin-port", port, admin_token=TOKEN)
    refused("from 0 to 65535", "--admin-port", 65536, admin_token=TOKEN)
    refused("no address 192.0.2.1", "--admin-port", port, "--admin-listen", "192.0.2.1", code=1, admin_token=TOKEN)
    refused("in use", "--admin-port", state["server"].port, code=1, admin_token=TOKEN)
    state["server"].stop()


if __name__ == "__main__":
    main([test_start, test_strangers_are_told_nothing, test_what_is_there, test_it_says_what_tim_explain_says, test_verdicts,
          test_wrong_calls_say_what_would_be_right, test_nothing_is_learned_and_all_is_logged, test_stopping, test_wrong_settings_are_refused])

#!/usr/bin/env python3
"""Bad input: a clear one-line error and a non-zero exit, nothing lost or half made."""
import json
import os
import pathlib
import shutil
import socket
import subprocess

from harness import TIM, WORK, Postgres, Server, environment, expect, expect_equal, free_port, indexer, main, tim, wait_until

SECRET = "hunter2geheim"
GOOD = b'{"id":"a1","name":"T\xe1\xbb\xa7 l\xe1\xba\xa1nh Inverter","price":1000,"brand":"Samsung"}\n'
state = {}


def expect_refused(done, command, *parts):
    """One line on stderr that contains every part (log lines with a time may stand before it), and exit code 1 or 2."""
    lines = [line for line in done.stderr.decode(errors="replace").splitlines() if line]
    expect(done.returncode in (1, 2), f"tim {command}: exit {done.returncode}: {lines[-3:]}")
    expect(lines and lines[-1].startswith(f"tim {command}: "), f"the last line is not tim {command}'s: {lines[-3:]}")
    expect(sum(line.startswith("tim ") for line in lines) == 1, f"not one line: {lines}")
    for part in parts:
        expect(part.lower() in lines[-1].lower(), f"no {part!r} in {lines[-1]!r}")
    expect(SECRET not in done.stderr.decode(errors="replace"), f"the password is in: {lines}")


def run_index(index, conninfo, **settings):
    """tim index with settings that must make it end by itself."""
    return tim("index", "--index", index, settings={"database": conninfo, **{k.replace("_", "-"): v for k, v in settings.items()}},
               check=False, timeout=60)


def slots():
    return state["admin"].value("SELECT count(*) FROM pg_replication_slots")


def expect_no_trace(index):
    expect_equal(slots(), "0", "replication slots left behind")
    done = tim("stats", "--index", index, check=False)
    expect(done.returncode == 1, f"a refused start published an index: {done.stdout}")


def test_start():
    state["pg"] = pg = Postgres(settings=["0"])
    state["admin"] = admin = pg.session()
    state["sql"] = sql = pg.create_shop()
    sql.run("INSERT INTO products (id, name, slug, price) VALUES (1, 'Tủ lạnh', 'tu-lanh', 5)")
    admin.run(f"CREATE ROLE plain LOGIN PASSWORD '{SECRET}'; CREATE ROLE follower LOGIN REPLICATION PASSWORD '{SECRET}'")


def test_wrong_connection_strings():
    index = WORK / "conn"
    cases = [
        (f"host=127.0.0.1 port={free_port()} dbname=shop user=x password={SECRET}", ["connect"]),
        ("no such thing", ["connection string"]),
        (f"hots=127.0.0.1 password={SECRET}", ["connection string"]),
        (f"{state['pg'].conninfo('nosuchshop')} password={SECRET}", ["nosuchshop"]),
        (f"{state['pg'].conninfo('shop', 'nosuchrole')} password={SECRET}", ["nosuchrole"]),
        ("host=/no/such/folder dbname=shop", ["/no/such/folder"]),
    ]
    for conninfo, parts in cases:
        expect_refused(run_index(index, conninfo), "index", *parts)
    expect_no_trace(index)
    expect_refused(tim("load", "--from", "-", settings={"database": cases[3][0]}, stdin=GOOD, check=False), "load", "nosuchshop")


def test_missing_rights():
    index = WORK / "rights"
    plain = state["pg"].conninfo("shop", "plain")
    follower = state["pg"].conninfo("shop", "follower")
    expect_refused(run_index(index, plain), "index", "select")
    expect_refused(run_index(index, follower, copy_database=plain), "index", "select")
    state["sql"].run("GRANT SELECT ON ALL TABLES IN SCHEMA public TO plain")
    expect_refused(run_index(index, plain), "index", "replication")
    expect_refused(run_index(index, follower), "index", "select", "follower")
    expect_no_trace(index)


def test_wal_level():
    index = WORK / "wal"
    other = Postgres("pg-replica", settings=["0", "wal_level=replica"])
    other.create_shop()
    expect_refused(run_index(index, other.conninfo("shop")), "index", "wal_level", "logical")
    expect(tim("stats", "--index", index, check=False).returncode == 1, "an index was published")
    other.remove()


def test_publication():
    index = WORK / "publication"
    conninfo = state["pg"].conninfo("shop")
    sql = state["sql"]
    expect_refused(run_index(index, conninfo, publication="nosuchpub"), "index", "nosuchpub", "create publication")
    sql.run("CREATE PUBLICATION few FOR TABLE brands, categories")
    expect_refused(run_index(index, conninfo, publication="few"), "index", "few", "products")
    sql.run("CREATE PUBLICATION inserts FOR ALL TABLES WITH (publish = 'insert')")
    expect_refused(run_index(index, conninfo, publication="inserts"), "index", "inserts")
    expect_refused(run_index(index, conninfo, slot="Bad Slot"), "index", "slot")
    expect_refused(run_index(index, conninfo, table_products="nosuchtable"), "index", "nosuchtable")
    expect_no_trace(index)


def test_replica_identity():
    index = WORK / "identity"
    sql = state["sql"]
    sql.run("ALTER TABLE products REPLICA IDENTITY NOTHING")
    expect_refused(run_index(index, state["pg"].conninfo("shop")), "index", "products", "replica identity")
    expect_no_trace(index)
    sql.run("ALTER TABLE products REPLICA IDENTITY DEFAULT")


def as_nobody(*arguments):
    """Runs tim without rights: as another user when the test is root, whom no mode stops."""
    program = TIM
    before = []
    if os.geteuid() == 0:
        program = WORK / "tim-for-nobody"
        shutil.copy(TIM, program)
        program.chmod(0o755)
        before = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
    return subprocess.run([*before, program, *map(str, arguments)], env=environment({}), input=GOOD, capture_output=True, timeout=60, check=False)


def test_index_folder():
    foreign = WORK / "foreign"
    foreign.mkdir()
    (foreign / "thesis.txt").write_text("mine")
    expect_refused(tim("build", "--from", "-", "--index", foreign, stdin=GOOD, check=False), "build", "foreign")
    expect_refused(run_index(foreign, state["pg"].conninfo("shop")), "index", "foreign")
    expect_equal(sorted(path.name for path in foreign.iterdir()), ["thesis.txt"], "the foreign folder")
    file = WORK / "file"
    file.write_text("x")
    expect_refused(tim("build", "--from", "-", "--index", file, stdin=GOOD, check=False), "build", "file")
    expect_refused(tim("build", "--from", "-", "--index", file / "below", stdin=GOOD, check=False), "build", "file")
    expect_equal(file.read_text(), "x", "the file")
    # WORK may lie where nobody may go; a folder in /tmp surely can be reached.
    closed = pathlib.Path("/tmp") / f"tim-closed-{os.getpid()}"
    closed.mkdir(mode=0o555)
    try:
        reachable = subprocess.run(["setpriv", "--reuid", "65534", "--clear-groups", "--regid", "65534", "test", "-x", WORK],
                                   check=False).returncode == 0 if os.geteuid() == 0 else True
        if reachable:
            expect_refused(as_nobody("build", "--from", "-", "--index", closed / "index"), "build", str(closed))
        else:
            print("  skipped: another user cannot reach the program")
        expect_equal(list(closed.iterdir()), [], "the closed folder")
    finally:
        closed.rmdir()
    for command in (["stats"], ["verify"], ["dump"], ["search", "x"]):
        expect_refused(tim(*command, "--index", WORK / "absent", check=False), command[0], "absent")
    expect(not (WORK / "absent").exists(), "looking at an index made its folder")


def test_second_indexer():
    index = WORK / "held"
    first = indexer(index, state["pg"].conninfo("shop"), name="first").start()
    wait_until(lambda: tim("stats", "--index", index, check=False).returncode == 0, 60, f"the first copy; {first.tail()}", pause=0.1)
    expect_refused(run_index(index, state["pg"].conninfo("shop")), "index", "held")
    expect_refused(tim("build", "--from", "-", "--index", index, stdin=GOOD, check=False), "build", "held")
    first.expect_running()
    expect_equal(first.stop(), 0, "the exit code of the first indexer")
    state["index"] = index


def test_server():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        expect_refused(tim("serve", "--index", state["index"], "--port", port, check=False), "serve", str(port), "in use")
    expect_refused(tim("serve", "--index", state["index"], "--listen", "no-address", "--port", free_port(), check=False), "serve", "no-address")
    expect_refused(tim("serve", "--index", state["index"], "--listen", "203.0.113.9", "--port", free_port(), check=False), "serve", "203.0.113.9")


def test_settings():
    expect_refused(tim("index", "--indx", "x", check=False), "index", "--index")
    expect_refused(tim("index", "--index", WORK / "x", settings={"databse": "x"}, check=False), "index", "TIM_DATABASE")
    file = WORK / "bad.ini"
    file.write_text("port = 99999\n")
    expect_refused(tim("serve", "--config", file, "--index", "x", check=False), "serve", "line 1", "65535")
    expect(not (WORK / "x").exists(), "a wrong setting made a folder")


def test_ndjson():
    """Each malformed line is reported with its number, and the rest is loaded."""
    lines = [
        GOOD.rstrip(b"\n"),
        b'{"id":"a2","name":"broken"',
        b'{"id":"a3","name":"\xff\xfe"}',
        b'{"id":"a4","name":"x\x00y"}',
        b'{"id":"a5","name":"x\\u0000y"}',
        b'{"name":"no id"}',
        b'{"id":"' + b"i" * 65 + b'","name":"long id"}',
        b'["id"]',
        b'{"id":"a9","name":7}',
        b'{"id":"a10","name":"price","price":"free"}',
        "{\"id\":\"z1\",\"name\":\"Máy giặt cuối\",\"price\":2000}".encode(),
        b'{"id":"p1","name":"too dear","price":4294967295}',
        b'{"id":"p2","name":"paid to take","price":5,"salePrice":-1}',
        b'{"id":"p3","name":"at the bounds","price":4294967294,"salePrice":0,"variants":[{"id":"v1","price":4294967295}]}',
    ]
    index = WORK / "ndjson"
    done = tim("build", "--from", "-", "--index", index, stdin=b"\n".join(lines) + b"\n", check=False)
    text = done.stderr.decode(errors="replace")
    for number in (2, 3, 4, 5, 6, 7, 8, 9):
        expect(f"line {number}:" in text or f"line {number} " in text, f"line {number} is not reported in {text}")
    for number in (1, 11, 12, 13, 14):
        expect(f"line {number}:" not in text, f"line {number} is good but reported: {text}")
    for what in ("product p1: price is 4294967295,", "product p2: sale_price is -1,", "variant v1: price is 4294967295,"):
        expect(what in text, f"no {what!r} in {text}")
    expect_equal(text.count("taken as unknown"), 3, "prices reported as out of bounds")
    dumped = [json.loads(line)["id"] for line in tim("dump", "--products", "--index", index).stdout.splitlines()]
    expect({"a1", "z1", "p1", "p2", "p3"} <= set(dumped), f"good lines were lost: {dumped}")
    expect(not {"a2", "a3", "a4", "a5"} & set(dumped), f"bad lines were loaded: {dumped}")
    tim("verify", "--index", index)
    done = tim("build", "--from", WORK / "nosuch.ndjson", "--index", WORK / "nofrom", check=False)
    expect_refused(done, "build", "nosuch.ndjson")
    zstd = WORK / "cut.zst"
    zstd.write_bytes(subprocess.run(["zstd", "-c"], input=GOOD * 1000, capture_output=True, check=True).stdout[:40])
    done = tim("build", "--from", zstd, "--index", WORK / "cut", check=False)
    expect_refused(done, "build", "cut.zst")
    expect(tim("stats", "--index", WORK / "cut", check=False).returncode == 1, "half a file was published")


def expect_400(server, target, *parts):
    status, _, body = server.get_raw(target)
    expect_equal(status, 400, f"{target} answers {body}")
    expect_equal((body["statusCode"], body["error"]), (400, "Bad Request"), f"the body for {target}")
    for part in parts:
        expect(part in body["message"], f"no {part!r} in the message for {target}: {body['message']}")


def test_http():
    server = state["server"] = Server(state["index"]).start().wait_ready()
    search = "/v1/search?q=x"
    expect_400(server, search + "&prcieMin=1", "prcieMin", "priceMin")
    expect_400(server, search + "&zzz=1", "zzz")
    for name, top in (("limit", "100"), ("page", ""), ("priceMin", ""), ("priceMax", ""), ("facetLimit", "1000")):
        for value in ("-1", "1e309", "NaN", "0x10", "1;drop", "", "99999999999999999999", "4294967296", "1.5", "%20" + "1"):
            expect_400(server, f"{search}&{name}={value}", name)
        if top:
            expect_400(server, f"{search}&{name}={int(top) + 1}", name, top)
            expect_equal(server.get_raw(f"{search}&{name}={top}")[0], 200, f"{name}={top}")
    expect_400(server, search + "&sort=cheapest", "sort", "priceAsc")
    expect_400(server, search + "&facets=colour", "colour")
    expect_400(server, search + "&category=nosuch", "nosuch")
    expect_400(server, search + "&inStock=perhaps", "inStock")
    expect_400(server, search + "&priceMin=2&priceMax=1", "priceMin")
    expect_400(server, search + "&limit=1&limit=2", "limit")
    for bad in ("%ff%fe", "%00", "a%00b", "%c0%af", "%ed%a0%80"):
        expect_400(server, "/v1/search?q=" + bad, "q")
        expect_400(server, "/v1/search/suggest?q=" + bad, "q")
    expect_400(server, "/v1/search?q=" + "a" * 513, "q", "512")
    expect_equal(server.get_raw("/v1/search?q=" + "a" * 512)[0], 200, "a query of 512 bytes")
    status, _, body = server.get_raw("/v1/nosuch")
    expect_equal((status, body["statusCode"]), (404, 404), "an unknown path")
    status, _, _ = server.get_raw("/v1/products/no-such-product")
    expect_equal(status, 404, "an unknown product")
    expect_equal(server.ids("tu lanh"), ["1"], "a good search after all of this")
    expect_equal(server.stop(), 0, "the exit code of tim serve")


def test_batch():
    queries = b'q1\ttu lanh\nno tab\nq2\t{"q":"tu lanh","limt":1}\nq3\t{"q":"tu lanh","limit":1}\nq4\t{broken\n'
    done = tim("search", "--index", state["index"], "--batch", "-", stdin=queries, check=False)
    text = done.stderr.decode()
    expect_equal(done.returncode, 1, f"the exit code for a batch with bad lines; {text}")
    for number in (2, 3, 5):
        expect(f"line {number} of -:" in text, f"line {number} is not reported: {text}")
    expect_equal(done.stdout.decode().splitlines(), ["q1\t1", "q2\t", "q3\t1", "q4\t"], "the answers")


if __name__ == "__main__":
    main([test_start, test_wrong_connection_strings, test_missing_rights, test_wal_level, test_publication, test_replica_identity,
          test_index_folder, test_second_indexer, test_server, test_settings, test_ndjson, test_http, test_batch])

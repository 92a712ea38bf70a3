#!/usr/bin/env python3
"""What `tim serve` learns of queries: kept over restarts, at most one interval lost when it is killed, shown by `tim stats --queries`."""
import json

from harness import WORK, Server, expect, expect_equal, main, tim, wait_until

INDEX = WORK / "index"


def build():
    lines = [{"id": str(number), "name": f"Tủ lạnh mẫu {number}", "slug": f"tu-lanh-{number}", "price": 1000 * number} for number in range(1, 50)]
    tim("build", "--from", "-", "--index", INDEX, stdin="".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode())


def asked(query):
    """How often, or None."""
    shown = json.loads(tim("stats", "--queries", "--index", INDEX).stdout)
    return next((entry for entry in shown["queries"] if entry["folded"] == query), None)


def times(query):
    return round((asked(query) or {"searches": 0})["searches"])


def test_restart():
    build()
    refused = tim("stats", "--queries", "--index", INDEX, check=False)
    expect(refused.returncode == 1 and b"nothing was learned" in refused.stderr, f"before anything was learned: {refused}")
    server = Server(INDEX, stats_interval_s=3600).start().wait_ready()
    for _ in range(5):
        server.search("tủ lạnh")
    server.search("khongcogi")
    expect_equal(server.stop(), 0, "the exit code")
    expect_equal(times("tu lanh"), 5, "searches after a stop that was asked for")
    expect_equal(asked("tu lanh")["query"], "tủ lạnh", "the spelling")
    server.start().wait_ready()
    server.search("TỦ LẠNH")
    expect_equal(server.stop(), 0, "the exit code")
    expect_equal(times("tu lanh"), 6, "searches after a restart")
    shown = json.loads(tim("stats", "--queries", "--index", INDEX).stdout)
    expect_equal([entry["query"] for entry in shown["withoutResults"]], ["khongcogi"], "queries without results")


def test_killed():
    server = Server(INDEX, name="killed", stats_interval_s=1).start().wait_ready()
    before = times("tu lanh")
    for _ in range(3):
        server.search("tủ lạnh")
    wait_until(lambda: times("tu lanh") == before + 3, 10, "the commit of an interval", pause=0.1)
    server.search("tủ lạnh")
    server.kill()
    expect(before + 3 <= times("tu lanh") <= before + 4, f"after kill -9: {times('tu lanh')}, before {before}")
    server.start().wait_ready()
    server.search("tủ lạnh")
    wait_until(lambda: times("tu lanh") >= before + 4, 10, "learning goes on after kill -9", pause=0.1)
    expect_equal(server.stop(), 0, "the exit code")


def test_rebuilt():
    """An index built anew forgets nothing; a folder that is no folder costs the learning only."""
    before = times("tu lanh")
    build()
    expect_equal(times("tu lanh"), before, "searches after the index was built again")
    server = Server(INDEX, name="without", stats=INDEX / "control" / "data.mdb").start().wait_ready()
    expect_equal(server.search("tủ lạnh")["total"], 49, "answers without learning")
    expect("nothing is learned" in server.tail(), f"no warning: {server.tail()}")
    expect_equal(server.stop(), 0, "the exit code")


def test_two_servers():
    """They share the folder."""
    before = times("tu lanh")
    servers = [Server(INDEX, name=name, stats_interval_s=1).start().wait_ready() for name in ("one", "two")]
    for server in servers:
        for _ in range(10):
            server.search("tủ lạnh")
    for server in servers:
        expect_equal(server.stop(), 0, "the exit code")
    expect_equal(times("tu lanh"), before + 20, "searches of two servers")


if __name__ == "__main__":
    main([test_restart, test_killed, test_rebuilt, test_two_servers])

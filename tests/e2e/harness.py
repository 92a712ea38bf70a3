"""What the end-to-end tests share: a private PostgreSQL, the built program's processes, HTTP, waiting, and the full comparison.

The build hands over TIM_BIN (the program), TIM_SOURCE (the project's root), TIM_WORK (a folder of the test's own, emptied at the start)
and, for sanitizers, TIM_SLOW. A test is a script of functions named test_*; `main` runs them in order and prints a line for each.
"""
import atexit
import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time
import traceback
import urllib.parse

# tim refuses TIM_* variables that are not settings, so the test's own never reach it.
TIM = os.environ.pop("TIM_BIN", None) or sys.exit("TIM_BIN must name the built program")
SOURCE = pathlib.Path(os.environ.pop("TIM_SOURCE", pathlib.Path(__file__).resolve().parents[2]))
WORK = pathlib.Path(os.environ.pop("TIM_WORK", f"/tmp/tim-e2e-{os.getpid()}")).resolve()
CATALOGS = SOURCE.parent / "shared" / "catalogs"

SLOW = float(os.environ.pop("TIM_SLOW", "1"))  # how much slower a sanitizer's build may be
VISIBLE_S = 1.0 * SLOW  # what the product promises between a commit and the answer that shows it


class Failure(Exception):
    """An expectation that did not hold, in one sentence."""


def expect(condition, sentence):
    if not condition:
        raise Failure(sentence)


def expect_equal(found, wanted, what):
    expect(found == wanted, f"{what}: {found!r}, wanted {wanted!r}")


def wait_until(check, seconds, what, pause=0.01):
    """Calls `check` until it returns something true, and returns (that, seconds it took)."""
    begun = time.monotonic()
    while True:
        answer = check()
        passed = time.monotonic() - begun
        if answer:
            return answer, passed
        expect(passed < seconds * SLOW, f"not within {seconds * SLOW} s: {what}")
        time.sleep(pause)


def tim(*arguments, settings=None, check=True, stdin=None, timeout=300):
    """Runs a command to its end. `settings` become the environment: {"database": ...} -> TIM_DATABASE."""
    done = subprocess.run([TIM, *map(str, arguments)], env=environment(settings), input=stdin, capture_output=True, timeout=timeout,
                          check=False, stdin=subprocess.DEVNULL if stdin is None else None)
    if check:
        expect(done.returncode == 0, f"tim {' '.join(map(str, arguments))}: exit {done.returncode}: {done.stderr.decode()[-2000:]}")
    return done


def environment(settings):
    result = dict(os.environ)
    for name, value in (settings or {}).items():
        result["TIM_" + name.upper().replace("-", "_").replace(".", "_")] = str(value)
    return result


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Session:
    """One psql that stays open, so that a statement costs a round trip and not a process."""

    END = "--end-of-answer--"

    def __init__(self, conninfo):
        self.process = subprocess.Popen(["psql", "-XAtq", "-F", "\x1f", "-R", "\x1e\n", "-v", "ON_ERROR_STOP=0", "-d", conninfo],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1)

    def run(self, statements):
        """Runs statements and returns the rows of the last ones as tuples of text. Any error is a failure."""
        self.process.stdin.write(f"{statements.rstrip().rstrip(';')};\n\\echo '{self.END}'\n")
        self.process.stdin.flush()
        text = []
        for line in self.process.stdout:
            if line.rstrip("\n") == self.END:
                break
            text.append(line)
        else:
            raise Failure(f"psql ended in the middle of: {statements[:200]}")
        answer = "".join(text)
        expect("ERROR:" not in answer and "FATAL:" not in answer, f"SQL failed: {answer.strip()[:400]} in {statements[:200]}")
        return [tuple(row.split("\x1f")) for row in answer.removesuffix("\n").removesuffix("\x1e").split("\x1e\n")] if answer else []

    def value(self, statement):
        rows = self.run(statement)
        return rows[0][0] if rows else None

    def close(self):
        if self.process.poll() is None:
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                self.process.stdin.close()
                self.process.wait(5)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


class Postgres:
    """A cluster of the test's own, removed at the end."""

    def __init__(self, name="pg", settings=()):
        self.folder = WORK / name
        done = subprocess.run([SOURCE / "scripts" / "pg", "start", self.folder, *settings], capture_output=True, text=True, timeout=120,
                              check=False)
        expect(done.returncode == 0, f"PostgreSQL did not start: {done.stderr}")
        self.base = done.stdout.strip()
        self.sessions = []
        atexit.register(self.remove)

    def conninfo(self, database="postgres", user="postgres"):
        words = [word for word in self.base.split() if not word.startswith(("dbname=", "user="))]
        return " ".join([*words, f"dbname={database}", f"user={user}"])

    def session(self, database="postgres"):
        session = Session(self.conninfo(database))
        self.sessions.append(session)
        return session

    def create_shop(self, database="shop"):
        """A database with the shop's schema; returns a session in it."""
        admin = self.session()
        admin.run(f"CREATE DATABASE {database}")
        admin.close()
        session = self.session(database)
        session.run(f"SET client_min_messages = warning;\n{(SOURCE / 'data' / 'schema.sql').read_text(encoding='utf-8')}")
        return session

    def remove(self):
        for session in self.sessions:
            session.close()
        subprocess.run([SOURCE / "scripts" / "pg", "remove", self.folder], capture_output=True, timeout=120, check=False)


class Process:
    """A long-running command; its stderr goes to a file beside the test's data. Ended at the end of the test whatever happens."""

    def __init__(self, name, *arguments, settings=None):
        self.name = name
        self.log = WORK / f"{name}.log"
        self.arguments = [str(argument) for argument in arguments]
        self.settings = settings
        self.process = None
        atexit.register(self.kill)

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([TIM, *self.arguments], env=environment(self.settings), stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL)
        return self

    def running(self):
        return self.process is not None and self.process.poll() is None

    def expect_running(self):
        expect(self.running(), f"{self.name} ended: {self.tail()}")

    def kill(self):
        if self.running():
            self.process.kill()
        if self.process is not None:
            self.process.wait()

    def stop(self, seconds=10):
        """SIGTERM; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failure(f"{self.name} did not stop within {seconds} s of SIGTERM: {self.tail()}") from None

    def tail(self, size=1500):
        return self.log.read_bytes()[-size:].decode(errors="replace") if self.log.exists() else ""


def indexer(index, database, name="index", **settings):
    return Process(name, "index", "--index", index, settings={"database": database, **{k.replace("_", "-"): v for k, v in settings.items()}})


class Server(Process):
    """`tim serve` on a free port."""

    def __init__(self, index, name="serve", **settings):
        self.port = free_port()
        super().__init__(name, "serve", "--index", index, "--port", self.port, settings={k.replace("_", "-"): v for k, v in settings.items()})

    def get(self, path, **parameters):
        """(status, headers, body as JSON or bytes)"""
        query = urllib.parse.urlencode(parameters, doseq=True)
        return self.get_raw(path + ("?" + query if query else ""))

    def get_raw(self, target):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", target)
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        if response.headers.get_content_type() == "application/json":
            body = json.loads(body)
        return response.status, response.headers, body

    def search(self, q, **parameters):
        status, _, body = self.get("/v1/search", q=q, **parameters)
        expect_equal(status, 200, f"search {q!r} {parameters} says {body}")
        return body

    def ids(self, q, **parameters):
        return [hit["id"] for hit in self.search(q, **parameters)["hits"]]

    def wait_ready(self, seconds=60):
        def ready():
            self.expect_running()
            with contextlib.suppress(OSError, http.client.HTTPException):
                return self.get("/readyz")[0] == 200
            return False

        wait_until(ready, seconds, f"/readyz of {self.name}; its log ends {self.tail()}", pause=0.02)
        return self


def visible(check, what):
    """`check` must come true within the promised time; waits longer, so that the message can say how late it was."""
    _, passed = wait_until(check, 20, what)
    expect(passed <= VISIBLE_S, f"{what}: visible only after {passed:.2f} s")
    print(f"  {what}: {passed * 1000:.0f} ms")


def main(tests):
    """Runs the functions in order. A failure ends the script: later steps build on earlier ones."""
    if WORK.exists():
        shutil.rmtree(WORK)
    WORK.mkdir(parents=True)
    for test in tests:
        begun = time.monotonic()
        try:
            test()
        except Failure as failure:
            print(f"FAILED {test.__name__}: {failure}")
            sys.exit(1)
        except Exception:  # a mistake of the test itself is shown whole
            traceback.print_exc()
            print(f"FAILED {test.__name__}")
            sys.exit(1)
        print(f"ok {test.__name__} ({time.monotonic() - begun:.1f} s)", flush=True)
    print(f"{len(tests)} tests passed")

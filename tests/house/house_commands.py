#!/usr/bin/env python3
"""Every command explains itself, and every wrong call is one line on stderr and exit code 2.

Usage: house_commands.py TIM
"""
import os
import re
import subprocess
import sys
import tempfile

TIM = sys.argv[1]
COMMANDS = ["analyze", "bench", "build", "dump", "explain", "generate", "index", "load", "reindex", "search", "serve", "stats", "verify"]
failures = []


def run(*arguments, environment=None):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TIM_")}
    clean.update(environment or {})
    return subprocess.run([TIM, *arguments], capture_output=True, text=True, timeout=30, env=clean, stdin=subprocess.DEVNULL, check=False)


def expect(condition, what):
    if not condition:
        failures.append(what)
        print("FAILED:", what)


def expect_usage(*arguments, part, environment=None):
    """One line that begins with the command's name and contains `part`; exit code 2; nothing on stdout."""
    done = run(*arguments, environment=environment)
    called = " ".join(arguments)
    expect(done.returncode == 2, f"tim {called}: exit code {done.returncode}, not 2: {done.stderr}")
    expect(done.stderr.count("\n") == 1 and done.stderr.startswith("tim"), f"tim {called}: not one line: {done.stderr!r}")
    expect(part in done.stderr, f"tim {called}: no {part!r} in {done.stderr!r}")
    expect(done.stdout == "", f"tim {called}: printed {done.stdout!r}")


def test_help():
    listing = run("--help")
    expect(listing.returncode == 0 and listing.stderr == "", "tim --help fails")
    listed = sorted(re.findall(r"^  ([a-z]+) +\S", listing.stdout, re.M))
    expect(listed == COMMANDS, f"tim --help lists {listed}")
    for command in listed:
        done = run(command, "--help")
        expect(done.returncode == 0 and done.stderr == "", f"tim {command} --help: {done.returncode} {done.stderr}")
        expect(done.stdout.startswith(f"Usage: tim {command}"), f"tim {command} --help begins with {done.stdout[:40]!r}")
        expect("--help" in done.stdout and "--config=FILE" in done.stdout, f"tim {command} --help lacks its options")
        expect(not re.search(r"--(copy-)?database", done.stdout), f"tim {command} --help offers a secret as an option")
        longest = max(len(line) for line in done.stdout.splitlines())
        expect(longest <= 80, f"tim {command} --help has a line of {longest} characters")
    version = run("--version")
    expect(re.fullmatch(r"tim \d+\.\d+\.\d+\n", version.stdout) is not None, f"tim --version: {version.stdout!r}")


def test_wrong_calls():
    expect_usage("serach", part="did you mean search?")
    expect_usage("zzzzzzzz", part="tim --help lists")
    for command in COMMANDS:
        expect_usage(command, "--no-such-option", part="unknown option --no-such-option")
        expect_usage(command, "-Z", part="unknown option -Z")
        expect_usage(command, "--log-level", "loud", part="debug, info, warn or error")
        expect_usage(command, "--config", "/no/such/file.ini", part="/no/such/file.ini")
        expect_usage(command, "--config", part="--config needs a value")
        expect_usage(command, environment={"TIM_PROT": "1"}, part="did you mean TIM_PORT?")
    expect_usage("serve", "--index", "/tmp", "--prot", "1", part="did you mean --port?")
    expect_usage("serve", "--index", "/tmp", "--port", "70000", part="from 0 to 65535")
    expect_usage("serve", "--index", "/tmp", "--port", "8o", part="from 0 to 65535")
    expect_usage("serve", "--index", "/tmp", environment={"TIM_PORT": "-1"}, part="TIM_PORT is \"-1\"")
    expect_usage("serve", "--index", "", part="--index is empty")
    expect_usage("serve", "extra", "--index", "/tmp", part="one word too many")
    expect_usage("serve", part="--index DIR is needed")
    expect_usage("build", "--index", "/tmp/x", "--port", "1", part="--port is not an option of this command")
    expect_usage("index", "--index", "/tmp/x", "--database", "password=hunter2", part="TIM_DATABASE")
    expect_usage("index", "--index", "/tmp/x", "--database=password=hunter2", part="TIM_DATABASE")
    expect_usage("index", "--index", "/tmp/x", part="database is not set")
    expect_usage("search", "--index", "/tmp/x", part="a query is needed")
    expect_usage("search", "--index", "/tmp/x", "--batch", "-", "tủ", part="leave \"tủ\" out")
    expect_usage("search", "--index", "/tmp/x", "tủ", "lạnh", part="quote a query of several words")
    expect_usage("search", "--index", "/tmp/x", "tủ", "colour=1", part="unknown parameter \"colour\"")
    expect_usage("search", "--index", "/tmp/x", "tủ", "priceMin=đắt", part="priceMin")
    expect_usage("explain", "--index", "/tmp/x", "tủ", part="--product ID is needed")
    expect_usage("explain", "--index", "/tmp/x", "--product", "1", part="a query is needed")
    expect_usage("explain", "--index", "/tmp/x", "--product", "1", "tủ", "lạnh", part="quote a query of several words")
    expect_usage("index", "--index", "/tmp/x", "--slot", "Bad Slot", environment={"TIM_DATABASE": "dbname=x"}, part="slot name \"Bad Slot\"")
    expect("hunter2" not in run("index", "--database", "password=hunter2").stderr, "a password is printed")


def test_refused_start():
    """What never began to write leaves nothing that would pass for an index."""
    with tempfile.TemporaryDirectory() as folder:
        index = os.path.join(folder, "index")
        done = run("index", "--index", index, environment={"TIM_DATABASE": "host=/no/such/folder dbname=x"})
        expect(done.returncode == 1 and "cannot connect" in done.stderr, f"tim index without a server: {done}")
        expect(os.listdir(index) == ["writer.lock"], f"a refused start left {os.listdir(index)}")
        done = run("stats", "--index", index)
        expect(done.returncode == 1 and "there is no index" in done.stderr, f"tim stats behind a refused start: {done}")


def test_settings_file():
    with tempfile.NamedTemporaryFile("w", suffix=".ini") as file:
        file.write("port = 8080\n\nprot = 1\n")
        file.flush()
        expect_usage("serve", "--config", file.name, part="line 3: unknown setting prot; did you mean port?")
        expect_usage("serve", environment={"TIM_CONFIG": file.name}, part="line 3: unknown setting prot")


def test_one_file_for_both_processes():
    for command in ("index", "serve"):
        names = re.findall(r"^      --([a-z-]+)=", run(command, "--help").stdout, re.M)
        expect({"config", "index"} < set(names), f"the options of tim {command} were not found: {names}")
        for name in set(names) - {"config", "index"}:
            value = {"log-level": "warn", "listen": "localhost", "map-gib": "1", "threads": "1", "build-threads": "1"}.get(name, "1000")
            done = run("stats", "--index", "/no/such/folder", environment={"TIM_" + name.upper().replace("-", "_"): value})
            expect(done.returncode == 1, f"tim stats refuses {name}, a setting of tim {command}: {done.stderr}")


def test_full_disk():
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([TIM, "build", "--help"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=30, check=False)
    expect(done.returncode == 1 and "cannot write to standard output" in done.stderr, f"a full disk passed unnoticed: {done}")


def main():
    test_help()
    test_wrong_calls()
    test_refused_start()
    test_settings_file()
    test_one_file_for_both_processes()
    test_full_disk()
    print(f"{len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

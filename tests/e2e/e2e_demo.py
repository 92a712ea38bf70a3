#!/usr/bin/env python3
"""./demo reaches ready, its five printed commands work, a second run finds everything in place, and stopping leaves nothing behind."""
import os
import re
import signal
import subprocess
import time

from harness import SOURCE, WORK, expect, expect_equal, free_port, main, wait_until

DEMO = WORK / "demo"
PORT = free_port()
state = {}


def demo(*options, **how):
    return subprocess.run([SOURCE / "demo", "--work", DEMO, "--port", str(PORT), *options], capture_output=True, text=True, timeout=500,
                          stdin=subprocess.DEVNULL, check=False, **how)


def variables():
    text = (WORK / "demo.env").read_text(encoding="utf-8")
    return dict(re.findall(r"^([A-Z_]+)='?([^'\n]*)'?$", text, re.M))


def alive(pid):
    try:
        state_line = open(f"/proc/{pid}/stat", encoding="utf-8").read()
    except OSError:
        return False
    return state_line.rsplit(") ", 1)[1][0] != "Z"


def test_first_run():
    done = demo("--products", "800", "--keep")
    expect_equal(done.returncode, 0, f"./demo: {done.stdout[-500:]} {done.stderr[-1500:]}")
    state["commands"] = [line.strip() for line in done.stdout.splitlines() if re.match(r"   (curl|psql) ", line)]
    expect_equal(len(state["commands"]), 5, f"printed commands in {done.stdout}")
    state["pids"] = [int(variables()[name]) for name in ("INDEX_PID", "SERVE_PID", "POSTGRES_PID")]
    expect(all(map(alive, state["pids"])), f"not all running: {state['pids']}")


def test_five_commands():
    for number, command in enumerate(state["commands"], 1):
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=30, check=False)
        expect_equal(done.returncode, 0, f"command {number}: {command}: {done.stderr}")
        expect({1: '"total":', 2: '"suggestions":[{', 3: "UPDATE 1", 4: "Tết Vui", 5: "Tết Vui"}[number] in done.stdout,
               f"command {number}, {command}, prints {done.stdout[:300]}")
        if number in (1, 4):
            expect('"hits":[{' in done.stdout, f"command {number}, {command}, finds nothing")
        if number in (4, 5):
            expect('"price":1234000' in done.stdout, f"command {number} does not show the new price: {done.stdout[:600]}")
        if number == 3:
            time.sleep(1)


def test_second_run_is_quick():
    begun = time.monotonic()
    done = demo("--products", "800", "--keep")
    passed = time.monotonic() - begun
    expect_equal(done.returncode, 0, f"the second ./demo: {done.stderr[-1500:]}")
    expect("loading" not in done.stderr, f"the second ./demo loads again: {done.stderr}")
    expect(passed < 15, f"the second ./demo took {passed:.1f} s")
    expect(not any(map(alive, state["pids"])), "the first run's processes were left behind")
    state["pids"] = [int(variables()[name]) for name in ("INDEX_PID", "SERVE_PID", "POSTGRES_PID")]


def expect_all_gone():
    wait_until(lambda: not any(map(alive, state["pids"])), 10, f"all of {state['pids']} are gone")
    expect(not (WORK / "demo.env").exists(), "demo.env was left behind")


def test_stop():
    expect_equal(demo("--stop").returncode, 0, "./demo --stop")
    expect_all_gone()


def test_signals():
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        process = subprocess.Popen([SOURCE / "demo", "--work", DEMO, "--port", str(PORT), "--products", "800"], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, start_new_session=True)
        wait_until(lambda: (WORK / "demo.env").exists(), 60, "demo.env", pause=0.1)
        state["pids"] = [int(variables()[name]) for name in ("INDEX_PID", "SERVE_PID", "POSTGRES_PID")]
        if number == signal.SIGINT:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        expect_equal(process.wait(30), code, f"the exit code after {number.name}")
        expect_all_gone()


def test_wrong_calls():
    for options, part in ((["--products", "0"], "--products"), (["--frobnicate"], "--frobnicate"), (["--catalog", "/no/such"], "/no/such")):
        done = demo(*options)
        expect(done.returncode != 0 and part in done.stderr and done.stderr.count("\n") == 1, f"./demo {options}: {done.stderr!r}")


def test_clean_up():
    subprocess.run([SOURCE / "scripts" / "pg", "remove", DEMO / "pg"], check=True, timeout=60)


if __name__ == "__main__":
    main([test_first_run, test_five_commands, test_second_run_is_quick, test_stop, test_signals, test_wrong_calls, test_clean_up])

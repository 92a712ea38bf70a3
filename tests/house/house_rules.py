#!/usr/bin/env python3
"""The rules of the house that a compiler does not check: who may include whom, in which order, and what is never called.

Usage: house_rules.py ROOT. Prints one line per violation, `file:line: what`, and exits 1 when there is any.
"""
import pathlib
import re
import sys

# Which folders' headers a folder may include, beside its own. The same list as the PUBLIC links in CMakeLists.txt.
BELOW = {
    "base": [],
    "storage": ["base"],
    "analyzers": ["base"],
    "catalog": ["base", "storage", "analyzers"],
    "indexer": ["base", "storage", "analyzers", "catalog"],
    "query": ["base", "storage", "analyzers", "catalog"],
    "server": ["base", "storage", "analyzers", "catalog", "query"],
    "bench": ["base", "storage", "analyzers", "catalog", "indexer", "query", "server"],
    "cli": ["base", "storage", "analyzers", "catalog", "indexer", "query", "server", "bench"],
}

# Where a library may be included: its door.
DOORS = [
    (r"lmdb\.h", ["storage"]),
    (r"unicode/.*", ["analyzers"]),
    (r"(libpq-fe|postgres_ext)\.h|libpq/.*", ["indexer"]),
    (r"zstd\.h", ["catalog"]),
    (r"microhttpd\.h", ["server"]),
    (r"zlib\.h|brotli/.*", ["server"]),
    (r"openssl/.*", ["server"]),
    (r"jansson\.h", ["catalog", "indexer", "server", "bench", "cli"]),
    (r"sqlite3\.h", ["bench"]),
    (r"ini\.h", ["base"]),
    (r"argp\.h|getopt\.h", ["cli"]),
    (r"cmocka\.h", []),
]

BANNED = re.compile(r"(?<![\w.>])(strcpy|strcat|sprintf|vsprintf|strtok|atoi|atol|atof|sscanf|gets|alloca|system|popen)\s*\(")
BANNED_NAMES = re.compile(r"^(util|utils|helper|helpers|manager|common|misc)\.[ch]$")
LINES_MAX = 700
FUNCTION_LINES_MAX = 70  # from brace to brace
INSIDE_ONLY = re.compile(r"/\*\s*Inside (\w+)/ only")
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')
COMMENT_OR_TEXT = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def blank(match):
    """Keeps the line count of what is taken out."""
    return re.sub(r"[^\n]", " ", match.group(0))


def sources(root):
    for folder in list(BELOW) + ["tests"]:
        for path in sorted((root / folder).rglob("*.[ch]")):
            yield path, path.relative_to(root)
    for path in sorted(root.glob("*.c")):
        yield path, path.relative_to(root)


def home_of(relative):
    """(folder whose rules hold, is it a test). tim.c is at home in cli."""
    parts = relative.parts
    if parts[0] == "tests":
        return parts[1], True
    return (parts[0] if len(parts) > 1 else "cli"), False


def includes(text):
    for number, line in enumerate(text.split("\n"), 1):
        found = INCLUDE.match(line)
        if found:
            yield number, found.group(1) == "<", found.group(2)


def check_layering(root, relative, number, name, home, is_test):
    if is_test and "/" not in name and (root / relative).with_name(name).is_file():
        return None
    if "/" not in name:
        return f'{number}: include "folder/file.h", not "{name}"'
    folder = name.split("/")[0]
    if folder == "tests" and is_test:
        return None
    if folder not in BELOW:
        return f'{number}: "{name}" is in no folder of the house'
    if folder != home and folder not in BELOW.get(home, []):
        return f"{number}: {home} must not include {folder} ({name})"
    header = root / name
    if header.is_file():
        inside = INSIDE_ONLY.match(header.read_text(encoding="utf-8"))
        if inside and inside.group(1) != home:
            return f"{number}: {name} is for {inside.group(1)}/ only"
    return None


def check_door(number, name, home, is_test):
    for pattern, homes in DOORS:
        if re.fullmatch(pattern, name) and home not in homes and not (is_test and name == "cmocka.h"):
            where = ", ".join(homes) if homes else "tests"
            return f"{number}: <{name}> is behind the door of {where}"
    return None


def check_order(root, relative, found, own):
    """Own header, then <system>, then "folder/file.h". In the own header's place may stand another of the folder that includes it, or
    that declares a file without one."""
    faults = []
    seen_project = False
    for position, (number, system, name) in enumerate(found):
        if name == own:
            if position != 0:
                faults.append(f"{number}: {name} is this file's own header and comes first")
        elif system and seen_project:
            faults.append(f"{number}: <{name}> comes before the project's headers")
        elif not system and not (position == 0 and name.startswith(f"{relative.parts[0]}/")):
            seen_project = True
    first = root / found[0][2] if found else None
    through_first = first is not None and first.is_file() and own in [name for _, _, name in includes(first.read_text(encoding="utf-8"))]
    if own is not None and not through_first and not any(name == own for _, _, name in found):
        faults.append(f"1: does not include its own header {own}")
    return faults


def check_functions(code):
    """A function's braces stand in the first column, as clang-format puts them."""
    faults = []
    begun = 0
    for number, line in enumerate(code.split("\n"), 1):
        if line == "{":
            begun = number
        elif line == "}" and begun:
            if number - begun + 1 > FUNCTION_LINES_MAX:
                faults.append(f"{begun}: a function of more than {FUNCTION_LINES_MAX} lines")
            begun = 0
    return faults


def check_file(root, path, relative):
    text = path.read_text(encoding="utf-8")
    home, is_test = home_of(relative)
    faults = []
    found = list(includes(text))
    own = relative.with_suffix(".h")
    own_name = str(own) if relative.suffix == ".c" and (root / own).is_file() else None
    for number, system, name in found:
        fault = check_door(number, name, home, is_test) if system else check_layering(root, relative, number, name, home, is_test)
        if fault:
            faults.append(fault)
    faults += check_order(root, relative, found, own_name)
    code = COMMENT_OR_TEXT.sub(blank, text)
    for number, line in enumerate(code.split("\n"), 1):
        for name in BANNED.findall(line):
            faults.append(f"{number}: {name}() is banned")
    faults += check_functions(code)
    lines = text.count("\n")
    if lines > LINES_MAX:
        faults.append(f"{lines}: more than {LINES_MAX} lines")
    if relative.suffix == ".h" and not text.startswith("/*"):
        faults.append("1: a header opens with a comment that says what it is for")
    if BANNED_NAMES.match(relative.name):
        faults.append(f"1: {relative.name} names no noun")
    return [f"{relative}:{fault}" for fault in faults]


def check(root):
    """All violations under `root`."""
    root = pathlib.Path(root)
    faults = []
    count = 0
    for path, relative in sources(root):
        count += 1
        faults += check_file(root, path, relative)
    if count == 0:
        faults.append(f"{root}: no source file found")
    return faults


if __name__ == "__main__":
    violations = check(sys.argv[1])
    for violation in violations:
        print(violation)
    sys.exit(1 if violations else 0)

#!/usr/bin/env python3
"""Proves that house_rules.py can fail: plants one violation after the other in a small house and expects each to be reported.

Usage: house_planted.py
"""
import pathlib
import sys
import tempfile

import house_rules

CLEAN = {
    "base/log.h": "/* Log lines. */\n",
    "base/log.c": '#include "base/log.h"\n\n#include <stdio.h>\n',
    "base/settings.h": "/* Settings. */\n",
    "base/longest.c": "void f(void)\n{\n" + "    g();\n" * 68 + "}\n",
    "storage/env.h": "/* Environments. */\n",
    "storage/door.h": "/* Inside storage/ only: the door. */\n#include <lmdb.h>\n",
    "storage/env.c": '#include "storage/env.h"\n\n#include <lmdb.h>\n#include <string.h>\n\n#include "base/log.h"\n#include "storage/door.h"\n',
    "catalog/row.h": "/* Rows. */\n",
    "indexer/apply.h": "/* Changes. */\n",
    "query/search.h": "/* Searches. */\n",
    "query/search.c": '#include "query/search.h"\n\n#include <stdlib.h>\n\n#include "catalog/row.h"\n'
                      '/* strcpy( in a comment */\nconst char *text = "sprintf(";\nint my_system(int a);\n',
    "server/server.h": "/* HTTP. */\n",
    "cli/command.h": "/* Commands. */\n",
    "tests/storage/test_env.c": '#include <setjmp.h>\n\n#include <cmocka.h>\n\n#include "storage/door.h"\n',
    "tim.c": '#include "cli/command.h"\n',
}

# (file, its text, a part of the report)
PLANTED = [
    ("query/search.c", '#include "query/search.h"\n#include "indexer/apply.h"\n', "query must not include indexer"),
    ("indexer/apply.c", '#include "indexer/apply.h"\n#include "query/search.h"\n', "indexer must not include query"),
    ("storage/env.c", '#include "storage/env.h"\n#include "catalog/row.h"\n', "storage must not include catalog"),
    ("base/log.c", '#include "base/log.h"\n#include "storage/env.h"\n', "base must not include storage"),
    ("catalog/row.c", '#include "catalog/row.h"\n#include "server/server.h"\n', "catalog must not include server"),
    ("query/search.c", '#include "query/search.h"\n#include "storage/door.h"\n', "storage/door.h is for storage/ only"),
    ("query/search.c", '#include "query/search.h"\n#include "nowhere/x.h"\n', "is in no folder of the house"),
    ("query/search.c", '#include "search.h"\n', 'include "folder/file.h"'),
    ("query/search.c", '#include "query/search.h"\n#include <lmdb.h>\n', "<lmdb.h> is behind the door of storage"),
    ("catalog/row.c", '#include "catalog/row.h"\n#include <unicode/unorm2.h>\n', "is behind the door of analyzers"),
    ("server/x.c", "#include <libpq-fe.h>\n", "is behind the door of indexer"),
    ("cli/x.c", "#include <microhttpd.h>\n", "is behind the door of server"),
    ("query/x.c", "#include <jansson.h>\n", "is behind the door of catalog, indexer, server, bench, cli"),
    ("base/x.c", "#include <cmocka.h>\n", "is behind the door of tests"),
    ("tests/query/test_x.c", "#include <lmdb.h>\n", "is behind the door of storage"),
    ("base/log.c", '#include <stdio.h>\n\n#include "base/log.h"\n', "own header and comes first"),
    ("base/log.c", "#include <stdio.h>\n", "does not include its own header"),
    ("base/log.c", '#include "base/log.h"\n\n#include "base/settings.h"\n#include <stdio.h>\n', "comes before the project's headers"),
    ("base/log.h", "int log_x(void);\n", "a header opens with a comment"),
    ("base/util.c", "\n", "names no noun"),
    ("base/x.c", "\n" * 701, "more than 700 lines"),
    ("base/x.c", "void f(void)\n{\n" + "    g();\n" * 69 + "}\n", "base/x.c:2: a function of more than 70 lines"),
] + [
    (f"base/x.c", f"void f(char *a, const char *b)\n{{\n    {call};\n}}\n", f"base/x.c:3: {name}() is banned")
    for name, call in [("strcpy", "strcpy(a, b)"), ("strcat", "strcat (a, b)"), ("sprintf", "x = sprintf(a, b)"), ("strtok", "strtok(a, b)"),
                       ("atoi", "return atoi(b)"), ("sscanf", "sscanf(a, b)"), ("gets", "gets(a)"), ("alloca", "alloca(9)"),
                       ("system", "if (system(b))"), ("vsprintf", "vsprintf(a, b, c)")]
]


def build(root, planted_file=None, planted_text=None):
    files = dict(CLEAN)
    if planted_file is not None:
        files[planted_file] = planted_text
    for name, text in files.items():
        path = pathlib.Path(root, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def main():
    failures = 0
    with tempfile.TemporaryDirectory() as root:
        build(root)
        faults = house_rules.check(root)
        if faults:
            print("a clean house was reported:", *faults, sep="\n  ")
            failures += 1
    with tempfile.TemporaryDirectory() as root:
        if not house_rules.check(root):
            print("an empty house was accepted")
            failures += 1
    for name, text, expected in PLANTED:
        with tempfile.TemporaryDirectory() as root:
            build(root, name, text)
            faults = house_rules.check(root)
            if not any(expected in fault for fault in faults):
                print(f"planted in {name}, not found: {expected}; reported: {faults}")
                failures += 1
    print(f"{len(PLANTED)} violations planted, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

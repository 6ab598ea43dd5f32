#!/usr/bin/env python3
"""Loads mailscope's JSON into DuckDB and ClickHouse as it is, asks all three the same questions, compares the answers.

    compare.py MAILSCOPE LOG

Prints the answers side by side and a count; the status is 1 where any differ. Needs `duckdb` and `chdb` from PyPI.
"""
import collections
import json
import pathlib
import subprocess
import sys
import tempfile
import tomllib

import duckdb
from chdb import session

HERE = pathlib.Path(__file__).resolve().parent
FLEET = HERE.parent.parent / "assets" / "fleet"
VIEWS = ["connections", "messages", "auth", "deliveries"]
LOADING = "SETTINGS date_time_input_format = 'best_effort', input_format_skip_unknown_fields = 1"


def mailscope(program, log, ask, view):
    words = [program, "query", "--view", view, "--format", "json", "--", ask, log]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode > 1:
        sys.exit(done.stderr)
    return done.stdout


def statements(path):
    lines = [line for line in path.read_text().splitlines() if not line.startswith("--")]
    return [text for text in "\n".join(lines).split(";") if text.strip()]


def load_duckdb(files):
    engine = duckdb.connect()
    for statement in statements(FLEET / "duckdb.sql"):
        engine.execute(statement)
    for view, path in files.items():
        engine.execute(f"COPY {view} FROM '{path}' (FORMAT json)")
    return lambda sql: engine.execute(sql).fetchall()


def load_clickhouse(files):
    engine = session.Session()
    for statement in statements(FLEET / "clickhouse.sql"):
        engine.query(statement)
    for view, path in files.items():
        engine.query(f"INSERT INTO {view} {LOADING} FORMAT JSONEachRow\n{path.read_text()}")

    def ask(sql):
        rows = str(engine.query(sql, "JSONCompactEachRow")).splitlines()
        return [json.loads(row) for row in rows]

    return ask


def in_order(rows):
    """Numbers may come as text; NULL sorts as such."""
    return sorted(tuple(str(value) for value in row) for row in rows)


def main(program, log):
    questions = tomllib.loads((HERE / "questions.toml").read_text())["question"]
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        files = {view: pathlib.Path(folder) / f"{view}.json" for view in VIEWS}
        for view, path in files.items():
            path.write_text(mailscope(program, log, "", view))
        engines = {"duckdb": load_duckdb(files), "clickhouse": load_clickhouse(files)}
        for question in questions:
            records = mailscope(program, log, question["ask"], question["view"]).splitlines()
            own = [(len(records),)]
            if "by" in question:
                values = (json.loads(record)[question["by"]] for record in records)
                own = list(collections.Counter(values).items())
            answers = {"mailscope": in_order(own)}
            for name, ask in engines.items():
                answers[name] = in_order(ask(question.get(name) or question["sql"]))
            same = all(answer == answers["mailscope"] for answer in answers.values())
            failed += not same
            print("ok  " if same else "FAIL", question["name"])
            for name, answer in answers.items():
                shown = ", ".join(" ".join(row) for row in answer[:4])
                print(f"     {name:<10} {shown}{' …' if len(answer) > 4 else ''}")
    print(f"{len(questions) - failed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

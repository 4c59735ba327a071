"""What `mltui doctor` prints for people, from the document that `--json` prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mltui.present.layout import grid
from mltui.present.marks import count
from mltui.present.text import Line, Span, Symbols, ago, line, safe

Rows = Iterable[tuple[str, Any]]


def doctor_text(found: Mapping[str, Any], symbols: Symbols, now: int) -> list[Line]:
    """The lines; what is wrong comes last, where the eye stays. `now` is epoch ms."""
    mltui, terminal = found["mltui"], found["terminal"]
    lines = _section("mltui", [("version", mltui["version"]), ("python", mltui["python"]), ("on", mltui["platform"])])
    lines += _section("terminal", [("says", _terminal(terminal)), ("symbols", terminal["symbols"])])
    lines += _section("project", _project(found["project"]))
    lines += _section("configuration", _configuration(found["configuration"]))
    lines += _section("git", _git(found["git"]))
    lines += _section("dvc", _dvc(found["dvc"], now))
    lines += _section("mlflow", _mlflow(found["mlflow"], now))
    lines += _section("the join of runs, commits and data", [*_join(found["join"]), *_recorder(found["recorder"])])
    lines += _section("mltui writes", [(entry["path"], _place(entry)) for entry in found["writes"]])
    return lines + _problems(found["problems"], symbols)


def _section(title: str, rows: Rows) -> list[Line]:
    shown = [
        (line("  ", Span(safe(label), "key")), line(safe(str(value))))
        for label, value in rows
        if value not in (None, "")
    ]
    return [(Span(title, "title"),), *grid(shown), ()]


def _terminal(terminal: Mapping[str, Any]) -> str:
    size = f"{terminal['columns']}x{terminal['rows']}" if terminal["tty"] else "not a terminal"
    said = [f"{name}={terminal[name]}" for name in ("TERM", "COLORTERM", "NO_COLOR") if terminal[name] is not None]
    return ", ".join([size, terminal["encoding"], *said])


def _project(project: Mapping[str, Any]) -> Rows:
    yield "server", project.get("server")
    yield "started in", project.get("start")
    yield "root", project.get("root")
    yield "git directory", project.get("git_dir")
    if project.get("common_dir") != project.get("git_dir"):
        yield "shared with", project.get("common_dir")
    if project.get("filesystem"):
        told = "changes are noticed at once" if project["watched"] else "changes are polled"
        yield "file system", f"{project['filesystem']}, {told}"


def _configuration(config: Mapping[str, Any]) -> Rows:
    yield "files", ", ".join(config["files"]) or "none"
    if config["store"]:
        yield "store", f"{config['store']}, from {config['store_origin']}"
    yield "registry", config["registry"]
    yield "experiments", ", ".join(config["experiments"])
    if config["primary"]:
        goal = config["goals"].get(config["primary"])
        yield "primary metric", config["primary"] + (f", {goal} is better" if goal else "")
    if config["read_only"]:
        yield "read-only", "every action is refused"


def _git(git: Mapping[str, Any]) -> Rows:
    yield "version", git["version"]
    if git["branch"] or git["commit"]:
        yield "HEAD", " ".join(filter(None, (git["branch"] or "detached", git["commit"] or "no commit yet")))
    else:
        yield "HEAD", "no repository"
    yield "kind", ", ".join(git["kind"])


def _dvc(dvc: Mapping[str, Any], now: int) -> Rows:
    yield "python", f"{dvc['python']}, from {dvc['python_origin']}"
    yield "note", dvc["note"]
    yield "version", dvc["version"] or "not installed there"
    yield "read by", dvc["reader"]
    if dvc["roots"] or dvc["stages"] or dvc["datasets"]:
        yield "projects", ", ".join(root or "." for root in dvc["roots"]) or "none"
        yield "found", f"{count(dvc['stages'], 'stage')}, {count(dvc['datasets'], 'dataset')}"
        if dvc["as_of"] is not None:
            yield "status as of", ago(dvc["as_of"], now)
        if dvc["cache_empty"]:
            yield "cache", "empty: dvc pull fetches the data"
    else:
        yield "found", "no DVC project"


def _mlflow(mlflow: Mapping[str, Any], now: int) -> Rows:
    yield "version", mlflow["version"] or "not installed there (not needed to read)"
    for store in mlflow["stores"]:
        facts = [store["kind"], f"from {store['origin']}", f"read by {store['reader']}"]
        if store["runs"] is not None:
            facts.append(f"{count(store['runs'], 'run')} in {count(store['experiments'] or 0, 'experiment')}")
        if store["in_scope"] is not None and store["in_scope"] != store["experiments"]:
            facts.append(f"{store['in_scope']} in scope")
        if store["newest"] is not None:
            newest = ago(store["newest"], now)
            facts.append("newest of now" if newest == "now" else f"newest {newest} old")
        if store["schema"]:
            facts.append(f"schema {store['schema']}")
        if store["problem"]:
            facts.append(store["problem"])
        yield store["uri"] + (" (active)" if store["active"] else ""), ", ".join(facts)
    if not mlflow["stores"]:
        yield "found", "no store"
    if mlflow["searched"]:
        yield "searched", _searched(mlflow["searched"])


def _join(join: Mapping[str, Any]) -> Rows:
    """``240 runs: 212 with a commit, 190 in this clone, 12 with recorded data``."""
    if "problem" in join:
        yield "not known", join["problem"]
        return
    if not join["runs"]:
        yield "found", "no run"
        return
    facts = [
        f"{join['with_commit']:,} with a commit",
        f"{join['in_this_clone']:,} in this clone",
        f"{join['recorded_data']:,} with recorded data",
    ]
    if join["inferred_data"]:
        facts.append(f"{join['inferred_data']:,} with inferred data")
    yield "coverage", f"{count(join['runs'], 'run')}: {', '.join(facts)}"
    if join["unknown_data"]:
        yield "unknown", f"what {count(join['unknown_data'], 'run')} read"


def _recorder(recorder: Mapping[str, Any]) -> Rows:
    """Whether runs to come will say what they read, and else the line that makes them."""
    if recorder["version"]:
        yield "recorder", f"mltui-recorder {recorder['version']} in {recorder['python']}: new runs say what they read"
    else:
        yield "recorder", "mltui-recorder is not installed: it writes down what each new run reads"
        yield "raise it", recorder["install"]


def _searched(searched: Mapping[str, Any]) -> str:
    if searched["note"]:
        return str(searched["note"])
    told = f"{count(searched['entries'], 'entry', 'entries')} in {searched['seconds'] * 1000:.0f} ms"
    told += ", remembered" if searched["remembered"] else ""
    return told if searched["complete"] else f"{told}; not everything: a bound ended it, name the store with --store"


def _place(entry: Mapping[str, Any]) -> str:
    facts = [entry["what"], entry["filesystem"], "there" if entry["exists"] else "not there yet"]
    if entry["writable"] is False:
        facts.append("NOT WRITABLE")
    if entry.get("stand_in"):
        facts.append(f"{entry['stand_in']} stands in")
    return ", ".join(filter(None, facts))


def _problems(problems: list[Mapping[str, Any]], symbols: Symbols) -> list[Line]:
    if not problems:
        return [line(Span(f"{symbols.fresh} nothing is wrong", "good"))]
    lines: list[Line] = [(Span("what is wrong", "title"),)]
    for problem in problems:
        where = safe(problem["path"] or problem["source"])
        lines.append(line(Span("  ! ", "warn"), f"{where}: {safe(problem['summary'])}"))
        if problem["hint"]:
            lines.append(line(Span(f"    {symbols.arrow} {safe(problem['hint'])}", "accent")))
    return lines

"""Lines of the stages' code that set a relative tracking URI: in another directory, runs would be logged into that.

What is only the default behind ``MLFLOW_TRACKING_URI`` is none: jobs have that variable. What is told is what the text
says; nothing of the project is run.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mltui.model.dvc import Stage
from mltui.model.retrain import CodeLine
from mltui.sources.retrain.code import SETTINGS, code_files, parsed, text_of

if TYPE_CHECKING:
    from mltui.sources.workspace import Workspace

VARIABLE = "MLFLOW_TRACKING_URI"
#: Words of an expression whose path begins where the code stands or runs: in the other directory, too.
_HERE = re.compile(r"__file__|\bcwd\(|getcwd\(|\.absolute\(|\.resolve\(|abspath\(|realpath\(")
_SHELL = re.compile(rf"\b{VARIABLE}\s*=\s*(?P<uri>\"[^\"]*\"|'[^']*'|[^\s;&|]*)|--tracking-uri[ =](?P<flag>[^\s;&|]+)")
_SETTING = re.compile(r"""(?i)^\s*["']?[\w.-]*ur[il]["']?\s*[:=]\s*["']?(?P<uri>[^\s"'#,}]+)""")
_SOURCED = re.compile(
    r"load_dotenv\([^)]*override\s*=\s*True|(?:^|[;&\s])(?:source|\.)\s+(?:\./)?\.env\b", re.MULTILINE
)
_CALLS = frozenset({"set_tracking_uri", "MlflowClient"})


def relative_stores(workspace: Workspace, stages: Sequence[Stage]) -> tuple[CodeLine, ...]:
    """The lines, by file and number. Bounded by `code.FILES`; what can't be read says nothing."""
    root = workspace.project.root
    found: dict[tuple[str, int], CodeLine] = {}
    files = code_files(root, stages)
    texts = {path: text_of(root / path) for path in files}
    open_ends = False  # whether some code takes its URI from elsewhere: then settings are looked at
    for path, text in texts.items():
        if not re.search(r"tracking|MlflowClient", text, re.IGNORECASE):
            continue
        numbers, unknown = _python(text) if path.endswith(".py") else (_shell(text), False)
        open_ends |= unknown
        _add(found, path, text, numbers)
    if open_ends:
        for path in _settings(stages):
            _add(found, path, text := text_of(root / path), _setting_lines(text))
    for stage in stages:
        if numbers := _in_declaration(text := text_of(root / stage.path), stage.cmd or ""):
            _add(found, stage.path, text, numbers)
    if any(map(_SOURCED.search, (*texts.values(), *(stage.cmd or "" for stage in stages)))):
        _add(found, ".env", text := text_of(root / ".env"), _shell(text))
    return tuple(found[key] for key in sorted(found))


def is_relative(uri: str) -> bool:
    """Whether a tracking URI is a file's or a directory's that depends on where the program stands."""
    scheme, colon, rest = uri.strip().partition(":")
    if not uri.strip() or uri.strip().startswith(("databricks", "/", "~", "$", "{")):
        return False
    if not colon:
        return True
    if scheme.partition("+")[0] == "sqlite":
        path = rest.removeprefix("///") if rest.startswith("///") else rest.removeprefix("//")
        return bool(path) and not path.startswith(("/", ":memory:", "$", "{"))
    path = rest.removeprefix("//")
    return scheme == "file" and bool(path) and not path.startswith(("/", "$", "{"))


def _add(found: dict[tuple[str, int], CodeLine], path: str, text: str, numbers: Sequence[int]) -> None:
    rows = text.splitlines()
    for number in numbers:
        found.setdefault((path, number), CodeLine(path, number, rows[number - 1].strip()))


def _python(text: str) -> tuple[list[int], bool]:
    """Numbers of lines, and whether some URI comes from what this file does not say."""
    tree = parsed(text)
    if tree is None:
        return _shell(text), False
    known = dict(_constants(tree))
    numbers, unknown = [], False
    for node in ast.walk(tree):
        for value in _set_by(node):
            said = _is_relative_in(value, known)
            unknown |= said is None
            if said:
                numbers.append(value.lineno)
    return numbers, unknown


def _constants(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """What names are given, wherever in the file: the last one counts."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            yield node.target.id, node.value


def _set_by(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions that become a tracking URI."""
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in _CALLS and node.args:
            yield node.args[0]
        yield from (each.value for each in node.keywords if name in _CALLS and each.arg in ("uri", "tracking_uri"))
        if name in ("putenv", "update") and node.args:
            yield from _in_mapping(node)
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            if isinstance(target, ast.Subscript) and _is_variable(target.slice):
                yield node.value


def _in_mapping(call: ast.Call) -> Iterator[ast.expr]:
    """``os.putenv("MLFLOW_TRACKING_URI", …)`` and ``os.environ.update({…})``."""
    first = call.args[0]
    if _is_variable(first) and len(call.args) > 1:
        yield call.args[1]
    if isinstance(first, ast.Dict):
        yield from (value for key, value in zip(first.keys, first.values, strict=True) if key and _is_variable(key))


def _is_variable(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value == VARIABLE


def _is_relative_in(node: ast.expr, known: dict[str, ast.expr], depth: int = 0) -> bool | None:
    """Whether an expression is a relative URI, as far as the file says; None if it comes from elsewhere."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and is_relative(node.value)
    if isinstance(node, ast.Name) and node.id in known and depth < 9:
        return _is_relative_in(known[node.id], known, depth + 1)
    text = ast.unparse(node)
    if VARIABLE in text:  # the default behind the variable that jobs have
        return False
    if isinstance(node, ast.Call) and _reads_environment(text):
        default = node.args[1] if len(node.args) > 1 else None
        return _is_relative_in(default, known, depth + 1) if default else False
    if isinstance(node, ast.BoolOp):
        said = [_is_relative_in(each, known, depth + 1) for each in node.values]
        return True if True in said else None if None in said else False
    if isinstance(node, ast.IfExp):
        said = [_is_relative_in(each, known, depth + 1) for each in (node.body, node.orelse)]
        return True if True in said else None if None in said else False
    first = node.values[0] if isinstance(node, ast.JoinedStr) and node.values else None
    if isinstance(first, ast.Constant) and is_relative(str(first.value)):
        return True
    whole = _unfolded(text, node, known)
    return True if _HERE.search(whole) else None


def _unfolded(text: str, node: ast.expr, known: dict[str, ast.expr]) -> str:
    """The expression's text, with what its names are given behind it, three deep."""
    texts, names = [text], {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    for _ in range(3):
        values = [known[name] for name in names if name in known]
        texts += map(ast.unparse, values)
        names = {each.id for value in values for each in ast.walk(value) if isinstance(each, ast.Name)}
    return " ".join(texts)


def _reads_environment(text: str) -> bool:
    return text.startswith(("os.environ.get(", "os.getenv(", "environ.get(", "getenv("))


def _shell(text: str) -> list[int]:
    """Numbers of lines that set the variable, in shell, in .env files, in cells of notebooks."""
    return [number for number, row in enumerate(text.splitlines(), start=1) if _sets(row)]


def _sets(row: str) -> bool:
    plain = row.strip()
    if plain.startswith("#") or "set_tracking_uri(os.environ" in plain:
        return False
    called = re.search(r"set_tracking_uri\(\s*\\?[\"'](?P<uri>[^\"'\\]+)", plain)
    words = [match["uri"] or match["flag"] or "" for match in _SHELL.finditer(plain)] + (
        [called["uri"]] if called else []
    )
    return any(is_relative(word.strip("\"'")) for word in words)


def _in_declaration(text: str, cmd: str) -> list[int]:
    """Lines of a dvc.yaml that say what the command of a stage sets."""
    if not any(map(_sets, cmd.splitlines())):
        return []
    return _shell(text) or [1] * bool(text)


def _settings(stages: Sequence[Stage]) -> Iterator[str]:
    paths = [path for stage in stages for path in (*(stage.params or {}), *(dep.path for dep in stage.deps))]
    yield from dict.fromkeys(path for path in paths if Path(path).suffix in SETTINGS)


def _setting_lines(text: str) -> list[int]:
    """Lines like ``tracking_uri: sqlite:///mlflow.db``."""
    found = []
    for number, row in enumerate(text.splitlines(), start=1):
        match = _SETTING.match(row)
        if match and is_relative(match["uri"]) and (":" in match["uri"] or "mlruns" in match["uri"]):
            found.append(number)
    return found

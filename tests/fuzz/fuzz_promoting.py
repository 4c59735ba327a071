"""What gates and schedulers print: JUnit's XML, frictionless' JSON, Slurm's words, GPUs."""

from __future__ import annotations

import json

from tests.fuzz.harness import at, reader

from mltui.actions.executors.slurm_words import merged, of_json, of_line
from mltui.actions.gates.junit import read_junit
from mltui.actions.gates.tables import figure, read_report
from mltui.model.job import Job, JobSpec
from mltui.model.job_record import job_of, spec_of
from mltui.sources.gates.output import last_rows
from mltui.sources.logs.finding import slurm_paths
from mltui.sources.slurm import _moment

JUNIT = """<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest" errors="0" failures="1" tests="2">
<testcase classname="tests.a" name="test_b" time="0.1"><failure message="assert 1 == 2&#10;x">long</failure></testcase>
<testcase classname="tests.a" name="test_c"><skipped message="no"/></testcase></testsuite></testsuites>"""
BOMB = '<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><testsuite>&c;</testsuite>'
REPORT = {
    "valid": False,
    "stats": {"rows": 3},
    "errors": [],
    "tasks": [{"type": "table", "valid": False, "stats": {"rows": 3}, "errors": [{"message": "bad"}]}],
}
SQUEUE = {
    "jobs": [
        {
            "job_id": 7,
            "job_state": ["FAILED"],
            "state_reason": "None",
            "nodes": "n1",
            "name": "x",
            "user_name": "ada",
            "time_limit": {"set": True, "infinite": False, "number": 60},
            "exit_code": {"signal": {"id": {"number": 9}}},
            "memory_per_node": {"set": True, "number": 100},
            "end_time": {"number": 1700000000},
        }
    ],
    "errors": [],
}
SCONTROL = "JobId=7 JobName=x UserId=ada(1000) JobState=FAILED Reason=OOM TimeLimit=1:00 NodeList=(null) ExitCode=0:9"


@reader("JUnit's report", JUNIT, BOMB)
def junit(data: bytes) -> None:
    found = read_junit(at("junit.xml", data))
    assert found is None or found.figure


@reader("frictionless' report", json.dumps(REPORT), kind="json")
def frictionless(data: bytes) -> None:
    found = read_report(at("report.json", data))
    if found is not None:
        figure([found], 1)


def _job() -> Job:
    spec: JobSpec = spec_of({"title": "x"}, "j1")
    return job_of(spec, {"state": "running"}, "/x")


@reader("Slurm", json.dumps(SQUEUE), json.dumps({"errors": [{"description": "down"}]}), SCONTROL, kind="json")
def slurm(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    merged(_job(), of_line(text), text)
    _moment(text)
    list(slurm_paths(text))
    for said in of_json(text):
        merged(_job(), said, text)


@reader("a gate's output", "1 passed\n", "\x1b[31mno\r\n" * 30)
def output(data: bytes) -> None:
    last_rows(str(at("gate.log", data)))

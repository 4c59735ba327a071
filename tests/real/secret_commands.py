"""Command lines over the project that logins lie around in: every command that reads, each that acts as a preview."""

from __future__ import annotations

import secret_project as sp

#: Also as `--json`. ONE and TWO are runs.
VIEWS = """
status
doctor
runs
models
models churn
journal
jobs
data
data far.csv
data near.csv
data rows.csv
pipeline
history
history HEAD
trend auc
exp list
run show ONE
run files ONE
run cat ONE model/MLmodel
projects
experiments
compare ONE TWO
diff ONE TWO
diff HEAD~1 HEAD
diff HEAD worktree
lineage ONE
lineage far.csv
lineage near.csv
why ONE
why fetch
why far.csv
why near.csv
"""
PLAIN = f"""
status --short
keys
chart auc
trust --show
runs --csv
runs --column tags.mlflow.source.name --column tags.mlflow.source.git.repoURL --column attributes.source
runs --column tags.mlflow.source.name --column tags.mlflow.source.git.repoURL --column attributes.source --csv
runs --column tags.mlflow.source.name --column tags.mlflow.source.git.repoURL --column attributes.source --md
runs --column attributes.artifact_uri
runs --column attributes.artifact_uri --csv
runs --column attributes.artifact_uri --md
runs --group-by attributes.artifact_uri
runs --group-by attributes.artifact_uri --json
runs --filter x={sp.SERVER}
compare ONE TWO --md
diff HEAD~1 HEAD --md
reproduce ONE --print
reproduce HEAD --print
reproduce HEAD~1 --print
-C {sp.SERVER} status
status {sp.SERVER}
data {sp.DATABASE}
log ONE
hash
completion bash
"""
#: Those that do something: as a preview, or where they are refused.
ACTING = """
retrain --dry-run
retrain --executor box --dry-run
retrain --executor box --yes
promote churn 1 --to @best --dry-run
rollback churn --dry-run
stop JOB --dry-run
restore JOB --dry-run
clean --dry-run
undo --dry-run
exp apply x --dry-run
exp branch x y --dry-run
exp remove x --dry-run
exp queue --dry-run
exp start --dry-run
exp stop --dry-run
run tag ONE --tag a=b --dry-run
run note ONE --text x --dry-run
run rename ONE x --dry-run
run delete ONE --dry-run
run restore ONE --dry-run
run end ONE --dry-run
model tag churn --tag a=b --dry-run
model note churn --text x --dry-run
model rename churn x --dry-run
"""


def commands(one: str, two: str) -> list[list[str]]:
    """The command lines about two runs, whose ids these are."""
    views = lines(VIEWS)
    views += [f"{view} --store {uri}" for uri in (sp.SERVER, sp.DATABASE) for view in ("status", "runs", "doctor")]
    whole = [*views, *(f"{view} --json" for view in views), *lines(PLAIN), *lines(ACTING)]
    return [line.replace("ONE", one).replace("TWO", two).split() for line in whole]


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]

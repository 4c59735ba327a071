"""The command line of jobs: `mltui jobs`, `mltui log`, `mltui stop`, `mltui restore`, `mltui clean`."""

from __future__ import annotations

from typing import Any

import click

from mltui.cli.commands import mltui, options, shared, with_store


@mltui.command()
@click.argument("job", required=False)
@click.option("--json", "as_json", is_flag=True, help="One JSON document (docs/jobs.md).")
@shared
def jobs(job: str | None, as_json: bool, **given: Any) -> None:
    """What mltui started, newest first, or one JOB whole.

    Jobs on other machines are asked how they are. A JOB is its id, or the beginning of one.
    """
    from mltui.cli.jobs import print_jobs

    click.get_current_context().exit(print_jobs(options(**given), job, as_json))


@mltui.command()
@click.argument("job", metavar="JOB|RUN")
@click.option("--follow", is_flag=True, help="Go on until the job has ended; exit 1 if it did not finish well.")
@click.option("--file", type=click.IntRange(min=1), default=1, metavar="N", help="The Nth of a run's logs (default 1).")
@click.option("--json", "as_json", is_flag=True, help="One JSON document (docs/status-schema.md).")
@shared
@with_store
def log(job: str, *, follow: bool, file: int, as_json: bool, **given: Any) -> None:
    """What a job printed, as it came; or the log of a RUN.

    A run's logs are those that [run] log names, Slurm's, and those among its files; of a DVC experiment what DVC's
    queue kept.
    """
    from mltui.cli.log import LogAsked, print_log

    click.get_current_context().exit(print_log(options(**given), LogAsked(job, follow, as_json, file)))


@mltui.command()
@click.argument("what", metavar="JOB|RUN")
@click.option("--grace", type=click.FloatRange(min=0), metavar="S", help="Seconds from SIGINT to SIGTERM (60).")
@click.option("--kill", is_flag=True, help="SIGKILL what lives after SIGTERM, without a second question.")
@click.option("--dry-run", is_flag=True, help="Show what would be done; do nothing.")
@click.option("--yes", is_flag=True, help="Don't ask whether to stop it. SIGKILL still needs --kill.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document; needs --yes or --dry-run.")
@shared
@with_store
def stop(what: str, grace: float | None, *, kill: bool, dry_run: bool, yes: bool, as_json: bool, **given: Any) -> None:
    """Stop a job, or a training by its RUN: softly first, and then look whether all of it is gone.

    SIGINT goes to the training, so that it cleans up and DVC unwinds by itself; SIGTERM after the grace; SIGKILL only
    if somebody says so. Told then: whether every process is gone, branch and HEAD, files that differ from before the
    start, locks, and MLflow runs that were left RUNNING, which are set to KILLED.
    """
    from mltui.cli.doing import How
    from mltui.cli.jobs import stop as do

    how = How(dry_run, yes, as_json)
    click.get_current_context().exit(do(options(**given), what, how, grace=grace, kill=kill))


@mltui.command()
@click.argument("job")
@click.option("--dry-run", is_flag=True, help="Show what would be done; do nothing.")
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document; needs --yes or --dry-run.")
@shared
def restore(job: str, dry_run: bool, yes: bool, as_json: bool, **given: Any) -> None:
    """Put back what a JOB that has ended left different.

    Files are put back that its stages write and that nobody changed since: as they were before it started, from git
    and from the job's own copies; outs from DVC's cache. Nothing else is touched.
    """
    from mltui.cli.doing import How
    from mltui.cli.jobs import restore as do

    click.get_current_context().exit(do(options(**given), job, How(dry_run, yes, as_json)))


@mltui.command()
@click.argument("jobs", nargs=-1, metavar="[JOB]...")
@click.option("--dry-run", is_flag=True, help="Show what would be done; do nothing.")
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document; needs --yes or --dry-run.")
@shared
def clean(jobs: tuple[str, ...], dry_run: bool, yes: bool, as_json: bool, **given: Any) -> None:
    """Take away what ended jobs left on other machines: worktrees, private refs, files. Without a JOB, of all.

    What each takes there is shown, and what is in no commit. Logs and experiments are brought home first, a job of
    which that fails is left alone. Data in DVC's cache there stays.
    """
    from mltui.cli.doing import How
    from mltui.cli.jobs import clean as do

    click.get_current_context().exit(do(options(**given), jobs, How(dry_run, yes, as_json)))

"""`rule12 jobs`: what the worker has still to do, and what it gave up."""

from pathlib import Path
from typing import Any

import click

from api.commands.houses import data_dir_option, now, opened
from cases.casework.jobs import Discarded, ShownJob, discard_job, list_jobs, retry_job, retry_jobs
from cases.outbox import JobFilter, JobState
from cases.times import stamp

PAGE = 200
kind_option = click.option("--kind", help="Only jobs of this kind.")


@click.group()
def jobs() -> None:
    """What the worker has still to do. See docs/worker.md."""


@jobs.command("list")
@click.option("--dead", is_flag=True, help="Only those that were given up.")
@kind_option
@data_dir_option
@click.pass_obj
def list_(parts: Any, kind: str | None, data_dir: Path | None, *, dead: bool) -> None:
    """List jobs by id: kind, state, attempts, when they are due, what ails them; never which case they are about."""
    wanted = JobFilter(JobState.DEAD if dead else None, kind, limit=PAGE)
    with opened(parts, data_dir) as house:
        while found := list_jobs(house.desk, None, wanted):
            for job in found:
                click.echo(_line(job))
            wanted = JobFilter(wanted.state, kind, found[-1].id, PAGE)


def _line(job: ShownJob) -> str:
    when = f"next {stamp(job.next_at)}" if job.next_at else f"dead {stamp(job.dead_at)}" if job.dead_at else ""
    line = f"{job.id:8} {job.kind:10} {job.state:7} {job.attempts:4} times  due {stamp(job.due_at)}  {when}"
    return f"{line}  {job.trouble}: {job.sentence}" if job.trouble else line


@jobs.command()
@click.argument("number", metavar="ID", type=click.IntRange(1), required=False)
@kind_option
@click.option("--all", "every", is_flag=True, help="All that were given up.")
@data_dir_option
@click.pass_obj
def retry(parts: Any, number: int | None, kind: str | None, data_dir: Path | None, *, every: bool) -> None:
    """Let the worker try job ID again at once, or all dead jobs of a kind, or all dead jobs."""
    if sum((number is not None, kind is not None, every)) != 1:
        raise click.UsageError("Name one of: the ID of a job, --kind KIND, --all.")
    with opened(parts, data_dir) as house:
        if number is None:
            click.echo(f"{retry_jobs(house.desk, None, kind, now())} jobs are tried again.")
            return
        retry_job(house.desk, None, number, now())
        click.echo(f"Job {number} is tried again.")


@jobs.command()
@click.argument("number", metavar="ID", type=click.IntRange(1))
@click.option("--reason", type=click.Choice([str(one) for one in Discarded]), required=True, help="Goes to the ledger.")
@data_dir_option
@click.pass_obj
def discard(parts: Any, number: int, reason: str, data_dir: Path | None) -> None:
    """Delete a dead job: it will never be done. An entry of the ledger says so."""
    with opened(parts, data_dir) as house:
        job = discard_job(house.desk, None, number, Discarded(reason), now())
    click.echo(f"Discarded job {job.id} of kind {job.kind}.")


COMMANDS = (jobs,)

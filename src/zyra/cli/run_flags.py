"""What `zyra run` takes, and what its help says."""

import argparse

from zyra.cli.not_taken import NOT_TAKEN, NotTaken

EXPORT_CRON = "--export-cron"
QUIET = "--quiet"

DESCRIPTION = """Run the steps of a pipeline, a YAML or JSON file such as

  name: Temperature at 850 hPa
  stages:
    - name: select
      stage: process
      command: extract-variable
      args: {input: forecast.grib2, pattern: "TMP:850 mb", output: "-"}
    - name: draw
      stage: visualize
      command: heatmap
      args: {input: "-", colorbar: true, output: "${MAP:-map.png}"}

The arguments of a step are those of its command. `-` reads the stdout of the step before,
through a pipe, while both run; `step:NAME` reads the output of an earlier step. ${NAME} is a
variable of the environment, of .env or of `variables` in the file; ${NAME:-default} has a
default. All that is wrong with any step is told before the first one starts. A step that fails
ends the pipeline with its exit code, and its reader is ended too: it never takes a part for
the whole. The same file runs over HTTP with POST /pipelines/run.

A workflow has `jobs` in place of `stages`, each with `steps` and with the jobs that it `needs`.
They run once, now, one after the other; no pipe leads from one to another. What needs a job that
failed is not run."""

EPILOG = """examples:
  # What would be run, as lines for a shell
  zyra run map.yaml --dry-run

  # Another level, another palette
  zyra run map.yaml --set select.pattern='TMP:500 mb' --set draw.cmap=viridis

  # Only the drawing, from a file
  zyra run map.yaml --only draw < t850.grib2"""


def parser() -> argparse.ArgumentParser:
    """What the tool takes."""
    own = argparse.ArgumentParser(
        prog="zyra run",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = own.add_argument
    add("file", help="pipeline, YAML or JSON; - is stdin")
    add(
        "--set",
        action="append",
        default=[],
        type=_change,
        metavar="KEY=VALUE",
        help="give or replace an argument: NAME.ARGUMENT, NUMBER.ARGUMENT or STAGE.ARGUMENT of "
        "some steps, ARGUMENT of all that have it, or variables.NAME; repeat it for more",
    )
    add("--dry-run", action="store_true", help="only check it and print what would be run")
    add("--start", type=int, metavar="N", help="number of the first step to run")
    add("--end", type=int, metavar="N", help="number of the last step to run")
    add(
        "--only",
        action="append",
        default=[],
        metavar="STEP",
        help="run only the step of this name or number, or those of this stage; repeat it",
    )
    add(
        "--continue-on-error",
        action="store_true",
        help="go on with the steps that need nothing of one that failed",
    )
    add(EXPORT_CRON, action="store_true", help="print lines for crontab: its times, this call")
    add("--strict-env", action="store_true", help="refuse $NAME that is not set as well")
    add("--print-argv", action="store_true", help="print the steps as lines for a shell first")
    add("--print-argv-format", choices=("text", "json"), default="text", help="how to print them")
    add("-v", "--verbose", action="store_true", help="tell of each step, and more of its work")
    add(QUIET, action="store_true", help="tell nothing but errors")
    add("--trace", action="store_true", help="have each step tell each thing it does")
    for flag in NOT_TAKEN:
        add(flag, action=NotTaken, help=argparse.SUPPRESS)
    return own


def _change(text: str) -> tuple[str, str]:
    key, mark, value = text.partition("=")
    if not mark or not key:
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY=VALUE")
    return key, value

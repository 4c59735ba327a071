"""Log a file of doubles as one run's metric, as `import wandb` does it offline: VALUES KEY DIRECTORY."""

import sys
from array import array
from pathlib import Path

import wandb


def main() -> None:
    path, key, directory = sys.argv[1:]
    values = array("d", Path(path).read_bytes())
    quiet = wandb.Settings(
        console="off", silent=True, disable_git=True, disable_code=True, x_disable_stats=True, x_disable_meta=True
    )
    run = wandb.init(project="bench", name="long", dir=directory, mode="offline", settings=quiet)
    for step, value in enumerate(values):
        run.log({key: value}, step=step)
    run.finish()


if __name__ == "__main__":
    main()

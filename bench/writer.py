"""A training beside mltui: logs a point every 10 ms through MLflow itself and prints how long each call took.

python -m bench.writer DATABASE SECONDS   -> JSON {"calls": n, "median": ms, "p99": ms, "longest": ms}
"""

import json
import statistics
import sys
import time

import mlflow


def main() -> None:
    database, seconds = sys.argv[1], float(sys.argv[2])
    mlflow.set_tracking_uri(f"sqlite:///{database}")
    taken: list[float] = []
    with mlflow.start_run(experiment_id="1", run_name="beside"):
        mlflow.log_metric("loss", 1.0, step=0)
        print("ready", flush=True)
        end = time.perf_counter() + seconds
        step = 0
        while time.perf_counter() < end:
            step += 1
            begin = time.perf_counter()
            mlflow.log_metric("loss", 1.0 / step, step=step)
            taken.append((time.perf_counter() - begin) * 1000)
            time.sleep(max(0.0, 0.01 - taken[-1] / 1000))
    cuts = statistics.quantiles(taken, n=100)
    print(json.dumps({"calls": len(taken), "median": cuts[49], "p99": cuts[98], "longest": max(taken)}))


if __name__ == "__main__":
    main()

"""Rivals measured side by side: interleaved repetitions, medians, and the ratio to the first of them."""

import gc
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


def in_turns(rivals: Mapping[str, Callable[[], object]], repetitions: int) -> dict[str, list[float]]:
    """Run each rival in turn, so often; the seconds of every repetition."""
    seconds: dict[str, list[float]] = {name: [] for name in rivals}
    for _ in range(repetitions):
        for name, run in rivals.items():
            gc.collect()
            started = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - started)
    return seconds


def interleaved(rivals: Mapping[str, Callable[[], object]], repetitions: int) -> dict[str, dict[str, object]]:
    """The same with the median of each, and the ratio of medians to the first rival."""
    seconds = in_turns(rivals, repetitions)
    first = statistics.median(next(iter(seconds.values())))
    return {
        name: {
            "seconds": [round(s, 4) for s in taken],
            "median": round(statistics.median(taken), 4),
            "ratio": round(statistics.median(taken) / first, 3),
        }
        for name, taken in seconds.items()
    }


def peak_megabytes(code: str) -> int:
    """Peak memory of a fresh Python process that runs this code."""
    # getrusage would report the parent's memory too: the mark outlives fork and exec.
    program = f"{code}\nprint(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1]) // 1024


def write(name: str, about: str, command: str, figures: Mapping[str, object]) -> None:
    """Write one result, with the machine and the commit it was measured on."""
    RESULTS.mkdir(exist_ok=True)
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    machine = {"python": platform.python_version(), "cores": len(os.sched_getaffinity(0))}
    result = {"about": about, "command": command, "commit": commit.stdout.strip(), "machine": machine, **figures}
    (RESULTS / f"{name}.json").write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(json.dumps(result, ensure_ascii=False))

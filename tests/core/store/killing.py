"""Children that add readings to one store and are killed while they do; `test_killed` runs it and looks.

A process of its own, because it forks: each child then starts at once, with what the store needs already
imported. It says on stdout, as JSON, what each child had done when it was killed.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import time
from pathlib import Path

from core.review import Review
from core.store.changes import Change
from core.store.disk import Disk
from core.store.store import open_store
from tests.core.store.making import MODEL, digest, outcome

AT_ONCE = 5
LONGEST_SECONDS = 1.6


def add_for_ever(file: Path, first: int, say: int, flushes: bool) -> None:
    """Add scan after scan and tell on the pipe `say` of each, and of what was written because its time had
    come; with `flushes`, also of what is on the disk because it was asked for."""
    dice = random.Random(first)
    numbers = {}  # by hash
    write = Disk.write

    def write_and_say(disk: Disk, changes: list[Change]) -> None:
        write(disk, changes)
        if changes:
            os.write(say, b"written %d\n" % numbers[changes[-1].sha256])

    Disk.write = write_and_say  # type: ignore[method-assign]
    store = open_store(file)
    os.write(say, b"opened 0\n" if store.problem is None else b"problem 0\n")
    for number in range(first, first + 100_000):
        numbers[digest(number)] = number
        store.add(outcome(number), MODEL)
        os.write(say, b"added %d\n" % number)
        if flushes and dice.random() < 0.05:
            if dice.random() < 0.5:
                store.flush()
                os.write(say, b"durable %d\n" % number)
            else:
                store.set_review(digest(number), Review("NORMAL"))
                os.write(say, b"reviewed %d\n" % number)
        time.sleep(dice.uniform(0, 0.01))


def start(file: Path, index: int) -> tuple[int, int]:
    """A child's process and the end of its pipe."""
    hear, say = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.close(hear)
            add_for_ever(file, index * 100_000, say, flushes=index % 2 == 0)
        finally:
            os._exit(1)
    os.close(say)
    return child, hear


def run(file: Path, children: int, seed: int) -> list[dict[str, object]]:
    dice = random.Random(seed)
    reports = []
    for begun in range(0, children, AT_ONCE):
        under_way = {}
        for index in range(begun, min(begun + AT_ONCE, children)):
            child, hear = start(file, index)
            until = time.monotonic() + dice.uniform(0.05, LONGEST_SECONDS)
            under_way[hear] = {"child": child, "until": until, "said": b"", "killed": False}
        while under_way:
            soonest = min(each["until"] for each in under_way.values())
            ready, _, _ = select.select(list(under_way), [], [], max(soonest - time.monotonic(), 0))
            for hear in ready:
                if said := os.read(hear, 1 << 16):
                    under_way[hear]["said"] += said
                    continue
                # The end of what it said: it is dead
                os.close(hear)
                each = under_way.pop(hear)
                os.waitpid(each["child"], 0)
                each["said"] = each["said"].decode()
                reports.append(each)
            for each in under_way.values():
                if not each["killed"] and time.monotonic() >= each["until"]:
                    each["killed"], each["until"] = True, float("inf")
                    os.kill(each["child"], signal.SIGKILL)
            if all(each["killed"] for each in under_way.values()):
                for each in under_way.values():
                    each["until"] = time.monotonic() + 60
    return reports


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))

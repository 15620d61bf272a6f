"""A made-up log with the columns and quirks of the public one, small enough to add up by hand, never skipped."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

LOG = (Path(__file__).resolve().parents[1] / "golden" / "import_twin_log" / "input.csv").read_bytes()
HEADER = next(csv.reader([LOG.decode().splitlines()[0]]))


def long_log(rows: int, *, first: int = 0) -> bytes:
    """`rows` plain reports, numbered from `first`: 10 an order, one piece good each, one minute each."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(HEADER)
    for number in range(first, first + rows):
        writer.writerow(_line(number))
    return file.getvalue().encode()


def _line(number: int) -> Sequence[object]:
    start = datetime(2012, 1, 2) + timedelta(minutes=number)  # noqa: DTZ001 - the made-up plant's wall clock
    end = start + timedelta(minutes=1)
    machine, order = number % 5 + 1, number // 10 + 1
    step = (f"Case {order}", f"Turning - Machine {machine}", f"Machine {machine} - Turning")
    times = (f"{start:%Y/%m/%d %H:%M}:00.000", f"{end:%Y/%m/%d %H:%M}:00.000", "000:01")
    return (*step, *times, 10, f"Part {order % 3}", f"ID{number % 7:04d}", "D", 1, 0, 0, "")

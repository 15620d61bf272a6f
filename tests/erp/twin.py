"""A made-up log with the columns and quirks of the public one, small enough to add up by hand, never skipped."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime, timedelta

HEADER = (
    "Case ID,Activity,Resource,Start Timestamp,Complete Timestamp,Span,Work Order  Qty,Part Desc.,Worker ID,Report Type,"
    "Qty Completed,Qty Rejected,Qty for MRB,Rework"
)
QUIRKS = """\
Case 1,SETUP     Turning & Milling - Machine 5,Machine 5 - Turning & Milling,2012/01/29 06:00:00.000,2012/01/29 07:30:00.000,001:30,40,Spur Gear,ID0001,S,1,0,0,
Case 1,Turning & Milling - Machine 5,Machine 5 - Turning & Milling,2012/01/29 07:30:00.000,2012/01/29 07:50:00.000,1899/12/31 01:49:00,40,Spur Gear,ID0001,D,0,0,0,
Case 1,Turning & Milling - Machine 5,Machine 5 - Turning & Milling,2012/01/29 08:00:00.000,2012/01/29 12:00:00.000,004:00,40,Spur Gear,ID0002,D,30,2,0,
Case 1,Turning & Milling - Machine 5,Machine 5 - Turning & Milling,2012/01/29 09:00:00.000,2012/01/29 13:00:00.000,004:00,40,Spur Gear,ID0001,D,7,0,1,
Case 1,Round  Q.C.,Quality Check 1,2012/01/30 00:00:00.000,2012/01/30 01:15:00.000,000:00,40,Spur Gear,ID0003,D,37,0,0,
Case 1,Round  Q.C.,Quality Check 1,2012/01/30 00:00:00.000,2012/01/30 01:15:00.000,000:00,40,Spur Gear,ID0003,D,37,0,0,
Case 2,Laser Marking - Machine 7,Machine 7- Laser Marking,2012/01/30 10:00:00.000,2012/01/30 12:00:00.000,002:00,5,Cable Head,ID0002,B,0,0,0,
Case 2,Laser Marking - Machine 7,Machine 7- Laser Marking,2012/01/30 12:00:00.000,2012/01/30 13:00:00.000,001:00,5,Cable Head,ID0002,D,5,0,0,Y
"""
LOG = f"{HEADER}\n{QUIRKS}".encode()


def long_log(rows: int, *, first: int = 0) -> bytes:
    """`rows` plain reports, numbered from `first`: 10 an order, one piece good each, one minute each."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(next(csv.reader([HEADER])))
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

"""Deadlines: how late a submission came, and what that costs.

With this module, one can
- set a deadline:     deadline = Deadline.parse("2026-11-20 23:59", percent=10, free_days=1)
- apply it:           deadline.penalty(when) -> (share of the points lost, sentence)
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

from minigrad.errors import UsageError


@dataclass(frozen=True)
class Deadline:
    """A moment, and what each day after it costs.

    Attributes:
        due: with its time zone.
        percent: of the points, lost for each day that has begun after the free ones.
        free_days: late days that cost nothing.
    """

    due: dt.datetime
    percent: float = 10.0
    free_days: int = 0

    @classmethod
    def parse(cls, text: str, percent: float = 10.0, free_days: int = 0) -> Deadline:
        """A deadline from ISO 8601: a date means its last second, no time zone means this machine's.

        Raises:
            UsageError: no such date, or a rate that is no percentage.

        Example:
            >>> Deadline.parse("2026-11-20T23:59+01:00", 20).due.isoformat()
            '2026-11-20T23:59:00+01:00'
        """
        try:
            due = dt.datetime.fromisoformat(text)
        except ValueError:
            raise UsageError(
                f"--due {text!r} is no date; write e.g. 2026-11-20 or 2026-11-20T23:59+01:00"
            ) from None
        if len(text) <= len("2026-11-20"):
            due += dt.timedelta(days=1, seconds=-1)
        if not 0 <= percent <= 100:
            raise UsageError(f"--late is the percentage lost per day, 0 to 100, not {percent:g}")
        if free_days < 0:
            raise UsageError(f"--late-days must not be negative, not {free_days}")
        return cls(due.astimezone() if due.tzinfo is None else due, percent, free_days)

    def penalty(self, when: dt.datetime | None) -> tuple[float, str]:
        """The share of the points that is lost, and why; (0, "") if it came in time or nobody knows when.

        Example:
            >>> deadline = Deadline.parse("2026-11-20T12:00+00:00", percent=10, free_days=1)
            >>> deadline.penalty(dt.datetime(2026, 11, 22, 13, tzinfo=dt.UTC))
            (0.2, 'It came 3 days late; after 1 free day this costs 20 % of the points.')
        """
        if when is None or when <= self.due:
            return 0.0, ""
        days = math.ceil((when - self.due) / dt.timedelta(days=1))
        lost = min(1.0, max(0, days - self.free_days) * self.percent / 100)
        late = f"It came {_days(days)} late"
        if not lost:
            return 0.0, f"{late}; this costs nothing."
        after = f"after {_days(self.free_days).replace(' ', ' free ')} " if self.free_days else ""
        return lost, f"{late}; {after}this costs {100 * lost:g} % of the points."


def _days(count: int) -> str:
    return f"{count} day{'s' * (count != 1)}"

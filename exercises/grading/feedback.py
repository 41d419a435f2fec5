"""The feedback page that a student gets: the score and the reasons, in one HTML file that needs nothing else.

With this module, one can
- write it:    to_html(report) -> text

It shows what the hidden tests found, never their code or numbers. Everything in it that may come from a student is
escaped, and the page forbids itself scripts and connections.
"""

from __future__ import annotations

from html import escape

from exercises.errors import plain_text
from exercises.grading.results import Report

HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>{title}</title><style>
:root {{ color-scheme: light dark; --ok: light-dark(#00664b, #63d6b1); --bad: light-dark(#a83c00, #ffa36b);
  --line: light-dark(#d0d7de, #3a4048); --soft: light-dark(#f3f4f5, #22262b); --muted: light-dark(#59636e, #a9b3bd); }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem;
  background: light-dark(#fff, #16181c); color: light-dark(#1f2328, #eef1f4); }}
h1 {{ font-size: 1.4rem; margin-bottom: .2rem }} h2 {{ font-size: 1.1rem; margin-top: 2rem }}
.score {{ font-size: 2rem; font-weight: 600; margin: .2rem 0 1rem }}
table {{ border-collapse: collapse; width: 100% }} caption {{ text-align: left; color: var(--muted) }}
th, td {{ text-align: left; vertical-align: top; padding: .45rem .6rem; border-bottom: 1px solid var(--line) }}
td.n, th.n {{ text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }}
.ok {{ color: var(--ok); white-space: nowrap }} .bad {{ color: var(--bad); white-space: nowrap }}
.why {{ overflow-wrap: anywhere }} .muted {{ color: var(--muted) }} img {{ max-width: 100% }}
li {{ overflow-wrap: anywhere }} .bar {{ background: var(--soft); height: .6rem; border-radius: .3rem }}
.bar > div {{ background: var(--ok); height: 100%; border-radius: .3rem }}
</style></head><body>
"""


def to_html(report: Report) -> str:
    """The page of one report.

    Example:
        >>> from pathlib import Path
        >>> from exercises.grading.results import Outcome
        >>> outcomes = (Outcome("test_add", "Add, forward", 3, False, "your code raised <b>"),)
        >>> page = to_html(Report(Path("ann.ipynb"), "02_gates", 7, "standard", outcomes, student="ann"))
        >>> "0 / 3" in page, "your code raised &lt;b&gt;" in page
        (True, True)
    """
    name = plain_text(report.student or report.submission.stem)
    title = f"{report.exercise or 'unknown exercise'} · {name}"
    share = 100 * report.score / report.points if report.points else 0
    rows = "".join(_row(o.title, f"{o.score:g} / {o.points:g}", o.passed, o.reason) for o in report.outcomes)
    page = [
        HEAD.format(title=_safe(title)),
        f"<h1>{_safe(title)}</h1>",
        f'<p class="score">{report.score:g} / {report.points:g} points</p>',
        f'<div class="bar" aria-hidden="true"><div style="width:{share:.0f}%"></div></div>',
    ]
    if report.outcomes:
        page.append(
            "<h2>Tests</h2><table><caption>These tests are hidden: you see what they found, not how."
            '</caption><thead><tr><th scope="col">test</th><th scope="col" class="n">points</th>'
            '<th scope="col">verdict</th><th scope="col">reason</th></tr></thead>'
            f"<tbody>{rows}</tbody></table>"
        )
    if report.notes:
        notes = "".join(f"<li>{_safe(note)}</li>" for note in report.notes)
        page.append(f"<h2>Please also note</h2><ul>{notes}</ul>")
    page.append(
        f'<p class="muted">Random numbers of this grading started from seed {report.seed}. '
        f"File: {_safe(report.submission.name)}.</p></body></html>\n"
    )
    return "\n".join(page)


def _row(title: str, points: str, passed: bool, reason: str) -> str:
    verdict = '<td class="ok">✓ passed</td>' if passed else '<td class="bad">✗ failed</td>'
    return f'<tr><td>{_safe(title)}</td><td class="n">{points}</td>{verdict}<td class="why">{_safe(reason)}</td></tr>'


def _safe(text: object) -> str:
    return escape(plain_text(text, 400))
